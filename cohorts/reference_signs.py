"""Signs of a need in one person's records, in plain Python: one method a node, each written to be read.

A node yields the days on which there was a sign, which of them suffice, and whether others could be hidden.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cohorts.query import (
    NEED_PREFIX,
    Barred,
    DistinctCounted,
    Escalating,
    EventsCounted,
    Evidence,
    Followed,
    Follower,
    Gap,
    Household,
    InCohort,
    LoneAdult,
    Near,
    NeedSeen,
    NoFixedAddress,
    OpenEpisode,
    Overlapping,
    Query,
    Shared,
)
from cohorts.reference_rows import Answer, EventRow, PersonRow, World, first_days, opposite

ONE_DAY = timedelta(days=1)
_EVER = date.min
_ADULT = 18
_ATTENDED = ("attended", "completed")


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that was so from ``day`` to ``until``, both included."""

    day: date
    until: date
    stands: bool
    """Whether this sign, with those before it, suffices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the records say of one piece of evidence."""

    signs: Sequence[Sign] = ()
    known: bool
    """Whether every source that could hold another sign would show it."""

    @property
    def state(self) -> Answer:
        """Yes if any sign suffices; no if others would be known."""
        if any(sign.stands for sign in self.signs):
            return True
        return False if self.known else None

    @property
    def crossed(self) -> date:
        """First day by which the signs sufficed."""
        return min(sign.day for sign in self.signs if sign.stands)


class Records:
    """What is recorded of one person, and what each piece of evidence makes of it."""

    def __init__(self, query: Query, as_of: date, world: World, person: PersonRow) -> None:
        self.query, self.as_of, self.world, self.person = query, as_of, world, person
        self.last_day = as_of - ONE_DAY
        self.events = [e for e in world.events if e.person_id == person.person_id and e.start < as_of]
        self.seen = [n for n in world.needs if n.person_id == person.person_id and n.valid_from < as_of]
        self.whole_lookback = Sign(query.lookback.before(as_of), as_of, stands=True)

    def told(self, evidence: Evidence) -> Told:
        """Signs of any node."""
        asked: dict[type, Callable[..., Told]] = {
            NeedSeen: self.need_seen,
            EventsCounted: self.events_counted,
            NoFixedAddress: self.no_fixed_address,
            DistinctCounted: self.distinct_counted,
            Followed: self.followed,
            Gap: self.gap,
            Escalating: self.escalating,
            OpenEpisode: self.open_episode,
            Overlapping: self.overlapping,
            Household: self.household,
            LoneAdult: self.lone_adult,
            Near: self.near,
            Barred: self.barred,
            InCohort: self.in_cohort,
            Shared: self.shared,
        }
        return asked[type(evidence)](evidence)

    def covered(self, kinds: Sequence[str], start: date, stop: date, sectors: Sequence[str] = ()) -> bool:
        """Whether every source that could hold such a record covers every day of [start, stop)."""
        rows = [row for row in self.world.coverage if row.kind in kinds and (not sectors or row.sector in sectors)]
        speaking = {(row.source, row.kind) for row in rows}
        covering = {
            (row.source, row.kind)
            for row in rows
            if row.share >= self.query.min_share and row.start <= start and row.stop >= stop
        }
        return bool(speaking) and covering == speaking

    def of_kinds(self, kinds: Sequence[str], since: date) -> list[EventRow]:
        """Events of these kinds from that day on, in order of day."""
        return sorted((e for e in self.events if e.kind in kinds and e.start >= since), key=lambda e: e.start)

    # --- what was recorded --------------------------------------------------------------------------------

    def need_seen(self, seen: NeedSeen) -> Told:
        """Days from which the need was recorded, the window's first day at the earliest."""
        opens = seen.within.before(self.as_of) if seen.within else _EVER
        signs = [
            Sign(max(row.valid_from, opens), row.valid_to or self.as_of, stands=True)
            for row in self.seen
            if row.need == seen.need
            and row.strength in seen.at_least.or_stronger()
            and (not seen.sectors or row.sector in seen.sectors)
            and (row.valid_to or self.as_of) >= opens
        ]
        since = (seen.within or self.query.lookback).before(self.as_of)
        return Told(signs=signs, known=self.covered((NEED_PREFIX + seen.need,), since, self.as_of, seen.sectors))

    def events_counted(self, counted: EventsCounted) -> Told:
        """Each event; the nth suffices."""
        opens = counted.within.before(self.as_of)
        found = self.of_kinds(counted.kinds, opens)
        days = [event.start for event in found if not counted.months or event.start.month in counted.months]
        signs = []
        for place, day in enumerate(days):
            nth_before = days[place - counted.at_least + 1] if place + 1 >= counted.at_least else None
            enough = nth_before is not None and (not counted.span or nth_before > counted.span.before(day))
            signs.append(Sign(day, day, stands=enough))
        return Told(signs=signs, known=self.covered(counted.kinds, opens, self.as_of))

    def no_fixed_address(self, _: NoFixedAddress) -> Told:
        """An attribute without a date."""
        signs = [self.whole_lookback] if self.person.no_fixed_address else []
        return Told(signs=signs, known=self.person.no_fixed_address is not None)

    def distinct_counted(self, counted: DistinctCounted) -> Told:
        """Each day; it suffices if enough different ones were seen by then."""
        opens = counted.within.before(self.as_of)
        tell_apart = {"sector": "sector", "service": "source", "provider": "provider"}[counted.of]
        found = [(e.start, getattr(e, tell_apart)) for e in self.of_kinds(counted.kinds, opens)]
        found = [(day, what) for day, what in found if what is not None]
        signs = []
        for day in sorted({day for day, _ in found}):
            after = counted.span.before(day) if counted.span else _EVER
            different = {what for other, what in found if after < other <= day}
            signs.append(Sign(day, day, stands=len(different) >= counted.at_least))
        return Told(signs=signs, known=self.covered(counted.kinds, opens, self.as_of))

    def escalating(self, rising: Escalating) -> Told:
        """One sign, on the latest event, if there are more than before."""
        opens = rising.within.before(self.as_of)
        before = rising.within.before(opens)
        found = self.of_kinds(rising.kinds, before)
        lately = [event.start for event in found if event.start >= opens]
        earlier = len(found) - len(lately)
        rose = len(lately) >= rising.at_least and len(lately) >= rising.times * earlier
        signs = []
        if rose and self.covered(rising.kinds, before, opens):
            signs = [Sign(lately[-1], lately[-1], stands=True)]
        return Told(signs=signs, known=self.covered(rising.kinds, before, self.as_of))

    # --- what came after what -----------------------------------------------------------------------------

    def followed(self, asked: Followed) -> Told:
        """Events that were, or were not, followed."""
        opens = asked.within.before(self.as_of)
        answers = []
        for event in self.of_kinds(asked.kinds, opens):
            if asked.preceded and not self.was_preceded(asked.preceded, event):
                continue
            answer = self.was_followed(asked, event)
            answers.append((event.start, opposite(answer) if asked.negated else answer))
        sure = [day for day, answer in answers if answer]
        signs = [Sign(day, day, stands=place + 1 >= asked.at_least) for place, day in enumerate(sure)]
        possible = sum(answer is not False for _, answer in answers)
        may_change = possible >= asked.at_least and any(answer is None for _, answer in answers)
        known = self.covered(asked.kinds, opens, self.as_of) and not may_change
        if asked.preceded:
            known = known and self.covered(asked.preceded.kinds, asked.preceded.within.before(opens), self.as_of)
        return Told(signs=signs, known=known)

    def was_preceded(self, before: Follower, event: EventRow) -> bool:
        """Whether one of these came before, on an earlier day, by less than so long."""
        after = before.within.before(event.start)
        return any(other.kind in before.kinds and after < other.start < event.start for other in self.events)

    def was_followed(self, asked: Followed, event: EventRow) -> Answer:
        """Whether something came in time; no only if time is up and nothing could be hidden."""
        clock = event.start if asked.clock == "start" else event.end
        if clock is None:
            return None
        stop = asked.by.within.after(clock)
        later = [
            other
            for other in self.events
            if other is not event
            and other.kind in asked.by.kinds
            and clock <= other.start < stop
            and not (other.kind == event.kind and other.start == event.start)
        ]
        if asked.by.attended:
            if any(other.outcome in _ATTENDED for other in later):
                return True
            if any(other.outcome is None for other in later):
                return None
        elif later:
            return True
        return False if stop <= self.as_of and self.covered(asked.by.kinds, clock, stop) else None

    def gap(self, gap: Gap) -> Told:
        """Contacts with none on a later day for long enough."""
        opens = gap.within.before(self.as_of)
        days = [event.start for event in self.of_kinds(gap.kinds, opens)]
        signs, may_be = [], False
        for day in days:
            ends = gap.length.after(day)
            if any(day < other < ends for other in days):
                continue
            if ends <= self.as_of and self.covered(gap.kinds, day, ends):
                signs.append(Sign(day, day, stands=True))
            else:
                may_be = True
        return Told(signs=signs, known=self.covered(gap.kinds, opens, self.as_of) and not may_be)

    def open_episode(self, wanted: OpenEpisode) -> Told:
        """Episodes that were open at the end."""
        enough = [self.long_enough(wanted, event) for event in self.still_open(wanted.kinds)]
        signs = [Sign(day, self.as_of, stands=True) for day in enough if day < self.as_of]
        return Told(signs=signs, known=self.covered(wanted.kinds, self.last_day, self.as_of))

    @staticmethod
    def long_enough(wanted: OpenEpisode, event: EventRow) -> date:
        """The last of the days that the episode has to last."""
        return wanted.lasting.after(event.start) - ONE_DAY if wanted.lasting else event.start

    def still_open(self, kinds: Sequence[str]) -> list[EventRow]:
        """Events of these kinds that had not ended on the last day."""
        return [e for e in self.events if e.kind in kinds and (e.end is None or e.end >= self.last_day)]

    def overlapping(self, wanted: Overlapping) -> Told:
        """Pairs of episodes that shared a day."""
        opens = wanted.within.before(self.as_of)
        signs = []
        for one in self.events:
            for other in self.events:
                if one is other or one.kind not in wanted.kinds or other.kind not in wanted.others:
                    continue
                begins = max(one.start, other.start, opens)
                ends = min(one.end or self.as_of, other.end or self.as_of)
                if begins <= ends:
                    signs.append(Sign(begins, ends, stands=True))
        return Told(signs=signs, known=self.covered((*wanted.kinds, *wanted.others), opens, self.as_of))

    # --- home, place and barriers -------------------------------------------------------------------------

    def age(self, person: PersonRow) -> int | None:
        """Age reached in the year the period ends in."""
        return None if person.birth_year is None else self.last_day.year - person.birth_year

    def at_home(self, person: PersonRow) -> bool:
        """Whether it is known in which private home the person lives."""
        return person.household is not None and person.address_kind == "home"

    def mates(self) -> list[PersonRow]:
        """Other living people of the same home."""
        return [
            other
            for other in self.world.people
            if other.person_id != self.person.person_id
            and self.at_home(self.person)
            and self.at_home(other)
            and other.household == self.person.household
            and (other.death_month is None or other.death_month >= self.as_of)
        ]

    def of_age(self, person: PersonRow, low: int, high: int | None) -> Answer:
        """Whether a person is of an age; anybody is, if no age is asked for."""
        if low == 0 and high is None:
            return True
        age = self.age(person)
        return None if age is None else age >= low and (high is None or age <= high)

    def holds_an_adult(self) -> bool:
        """Whether anybody at the person's home is known to be one: a child does not live alone."""
        return any(self.of_age(one, _ADULT, None) for one in (self.person, *self.mates()))

    def household(self, asked: Household) -> Told:
        """Housemates for whom the evidence stands; of a home without an adult somebody is missing."""
        mates = [(mate, self.of_age(mate, asked.low, asked.high)) for mate in self.mates()]
        theirs = {
            mate.person_id: Records(self.query, self.as_of, self.world, mate).told(asked.of)
            for mate, of_age in mates
            if of_age is not False
        }
        unsure = any(of_age is None for _, of_age in mates)
        inner_known = Records(self.query, self.as_of, self.world, self.person).told(asked.of).known
        known = self.at_home(self.person) and inner_known and not unsure and self.holds_an_adult()
        if asked.how == "all":
            everyone = list(theirs.values())
            of_age_there = any(of_age for _, of_age in mates)
            signs = []
            if self.holds_an_adult() and of_age_there and all(one.state for one in everyone):
                ends = max(sign.day for one in everyone for sign in one.signs)
                signs = [Sign(max(one.crossed for one in everyone), ends, stands=True)]
            return Told(signs=signs, known=known)
        sure = [theirs[mate.person_id] for mate, of_age in mates if of_age and theirs[mate.person_id].state]
        sure.sort(key=lambda one: one.crossed)
        signs = [
            Sign(one.crossed, max(sign.day for sign in one.signs), stands=place + 1 >= asked.at_least)
            for place, one in enumerate(sure)
        ]
        return Told(signs=signs, known=known)

    def lone_adult(self, _: LoneAdult) -> Told:
        """Nobody else there is, or may be, an adult."""
        if not self.at_home(self.person):
            return Told(known=False)
        myself = self.of_age(self.person, _ADULT, None)
        others = [self.of_age(mate, _ADULT, None) for mate in self.mates()]
        if True in others or myself is False:
            return Told(known=True)
        if myself is None or None in others:
            return Told(known=False)
        return Told(signs=[self.whole_lookback], known=True)

    def near(self, wanted: Near) -> Told:
        """A provider in the same place."""
        mine = getattr(self.person, wanted.level)
        places = {getattr(row, wanted.level) for row in self.world.providers if row.need == wanted.need}
        return Told(signs=[self.whole_lookback] if mine in places - {None} else [], known=mine is not None)

    def barred(self, barred: Barred) -> Told:
        """Every provider lies in a zone of an order in force."""
        orders = self.still_open(barred.orders)
        zones = {order.code for order in orders}
        able = {row.provider: row.zones for row in self.world.providers if row.need == barred.need}
        out_of_bounds = bool(able) and all(zones.intersection(where) for where in able.values())
        days = [order.start for order in orders if any(order.code in where for where in able.values())]
        signs = [Sign(max(days), self.as_of, stands=True)] if out_of_bounds and days else []
        known = self.covered(barred.orders, self.last_day, self.as_of) and None not in zones
        return Told(signs=signs, known=known)

    # --- other definitions, and needs that fall between services ------------------------------------------

    def in_cohort(self, wanted: InCohort) -> Told:
        """The verdict of the other definition."""
        from cohorts.reference import evaluate  # the two know each other

        verdict = evaluate(wanted.query, self.as_of, self.world)[self.person.person_id]
        day = verdict.crossed or self.whole_lookback.day
        signs = [Sign(day, self.as_of, stands=True)] if verdict.met else []
        return Told(signs=signs, known=verdict.met is not None)

    def shared(self, wanted: Shared) -> Told:
        """Needs and contacts are spread, nobody can meet all, nobody coordinates."""
        opens = wanted.within.before(self.as_of)
        lead_known = self.covered(wanted.coordinated_by, self.last_day, self.as_of)
        needs = [row for row in self.seen if (row.valid_to or self.as_of) >= opens]
        contacts = [e for e in self.of_kinds(wanted.contacts, opens) if e.outcome in (None, *_ATTENDED)]
        sectors = first_days((row.sector, max(row.valid_from, opens)) for row in needs)
        services = first_days((event.source, event.start) for event in contacts)
        wide = len(sectors) >= wanted.sectors and len(services) >= wanted.services
        asked = {row.need for row in needs}
        able = defaultdict(set)
        for row in self.world.providers:
            able[row.source].add(row.need)
        one_can = any(asked <= responds for responds in able.values())
        signs = []
        if wide and not one_can and not self.still_open(wanted.coordinated_by) and lead_known:
            day = max(sectors[wanted.sectors - 1], services[wanted.services - 1])
            signs = [Sign(day, day, stands=True)]
        every_need = sorted({row.kind for row in self.world.coverage if row.kind.startswith(NEED_PREFIX)})
        known = (
            lead_known
            and self.covered(every_need, opens, self.as_of)
            and self.covered(wanted.contacts, opens, self.as_of)
        )
        return Told(signs=signs, known=known)
