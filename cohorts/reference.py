"""The same meaning in plain Python: slow, one person at a time, and written to be read.

Only tests use it. It shares the nodes with the compiler and nothing else, so that the two can disagree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cohorts.query import (
    ALL_NEEDS,
    NEED_PREFIX,
    AgeBetween,
    Alive,
    Anchor,
    Concurrent,
    EventsCounted,
    Evidence,
    Gate,
    LivesIn,
    Need,
    NeedSeen,
    NoFixedAddress,
    OnSpine,
    Query,
    Response,
    Rung,
)

Answer = bool | None
"""Yes, no, or ``None`` for cannot tell."""

_ONE_DAY = timedelta(days=1)
_EVER = date.min


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A row of ``person``, as far as definitions and counts read it."""

    person_id: str
    birth_year: int | None = None
    sex: str | None = None
    ethnic_group: str | None = None
    deprivation_decile: int | None = None
    ward: str | None = None
    district: str | None = None
    no_fixed_address: bool | None = None
    death_month: date | None = None
    on_spine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """A row of ``event``, as far as definitions and counts read it."""

    person_id: str
    kind: str
    start: date
    end: date | None
    outcome: str | None = None
    planned: bool = False
    source: str = "s"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRow:
    """A row of ``need_evidence``."""

    person_id: str
    need: str
    valid_from: date
    valid_to: date | None
    strength: str = "reported"
    sector: str = "nhs"
    source: str = "s"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """A row of ``coverage``."""

    source: str
    kind: str
    start: date
    stop: date
    share: float = 1.0
    sector: str = "nhs"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The four tables a definition reads."""

    people: tuple[PersonRow, ...]
    events: tuple[EventRow, ...] = ()
    needs: tuple[NeedRow, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a definition says of one person."""

    population: Answer
    needs: Answer
    unmet: Answer
    met: Answer
    first: date | None
    """Days of evidence of the needs, for people who have them."""
    crossed: date | None
    last: date | None
    rungs: tuple[Answer, ...]
    furthest: str | None


@dataclass(frozen=True, slots=True)
class _Sign:
    """Something that was so from ``day`` to ``until``, both included."""

    day: date
    until: date
    stands: bool
    """Whether this sign, with those before it, suffices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A need, or all needs, of one person."""

    state: Answer
    first: date | None = None
    crossed: date | None = None
    last: date | None = None
    known: bool = False
    """Whether every source that could hold a sign would show it."""
    signs: tuple[_Sign, ...] = ()


def evaluate(query: Query, as_of: date, world: World) -> dict[str, Verdict]:
    """The verdict on every person of a small world."""
    return {person.person_id: _Evaluator(query, as_of, world, person).verdict() for person in world.people}


# --- three-valued logic -----------------------------------------------------------------------------------


def both(answers: Iterable[Answer]) -> Answer:
    """No if any is no; else cannot tell if any is; else yes."""
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def either(answers: Iterable[Answer]) -> Answer:
    """Yes if any is yes; else cannot tell if any is; else no."""
    found = list(answers)
    if True in found:
        return True
    return None if None in found else False


def opposite(answer: Answer) -> Answer:
    """Cannot tell stays cannot tell."""
    return None if answer is None else not answer


def at_least(k: int, answers: Iterable[Answer]) -> Answer:
    """Yes with k yeses; no once k cannot be reached."""
    found = list(answers)
    if found.count(True) >= k:
        return True
    return False if len(found) - found.count(False) < k else None


# --- one person -------------------------------------------------------------------------------------------


class _Evaluator:
    def __init__(self, query: Query, as_of: date, world: World, person: PersonRow) -> None:
        self.query, self.as_of, self.person = query, as_of, person
        self.coverage = world.coverage
        self.events = [e for e in world.events if e.person_id == person.person_id and e.start < as_of]
        self.seen = [n for n in world.needs if n.person_id == person.person_id and n.valid_from < as_of]

    def verdict(self) -> Verdict:
        found = {need.id: self.need(need) for need in self.query.needs}
        found[ALL_NEEDS] = together = self.all_needs([found[need_id] for need_id in self.query.members.of])
        population = both(self.gate(gate) for gate in self.query.population)
        rungs = {rung.name: self.rung(rung, found) for rung in self.query.ladder}
        unmet = opposite(rungs[self.query.unmet]) if self.query.unmet else True
        return Verdict(
            population=population,
            needs=together.state,
            unmet=unmet,
            met=both([population, together.state, unmet]),
            first=together.first,
            crossed=together.crossed,
            last=together.last,
            rungs=tuple(rungs.values()),
            furthest=next((name for name in reversed(rungs) if rungs[name]), None),
        )

    def gate(self, gate: Gate) -> Answer:
        match gate:
            case OnSpine():
                return self.person.on_spine
            case Alive():
                return self.person.death_month is None or self.person.death_month >= self.as_of
            case AgeBetween(low, high):
                if self.person.birth_year is None:
                    return None
                age = (self.as_of - _ONE_DAY).year - self.person.birth_year
                return age >= low and (high is None or age <= high)
            case LivesIn(level, names):
                place = self.person.district if level == "district" else self.person.ward
                return None if place is None else place in names

    # --- needs --------------------------------------------------------------------------------------------

    def need(self, need: Need) -> _Found:
        parts = [self.evidence(item) for item in need.evidence]
        state = (either if need.how == "any" else both)(part.state for part in parts)
        known = all(part.known for part in parts)
        if not state:
            return _Found(state=state, known=known)
        shown = [part for part in parts if part.state]
        crossed = [part.crossed for part in shown if part.crossed]
        return _Found(
            state=True,
            first=min(part.first for part in shown if part.first),
            crossed=min(crossed) if need.how == "any" else max(crossed),
            last=max(part.last for part in shown if part.last),
            known=known,
            signs=tuple(sign for part in shown for sign in part.signs if sign.stands),
        )

    def evidence(self, evidence: Evidence) -> _Found:
        signs, known = self.signs(evidence), self.would_be_known(evidence)
        standing = [sign.day for sign in signs if sign.stands]
        if not standing:
            return _Found(state=False if known else None, known=known)
        days = [sign.day for sign in signs]
        return _Found(
            state=True, first=min(days), crossed=min(standing), last=max(days), known=known, signs=tuple(signs)
        )

    def signs(self, evidence: Evidence) -> list[_Sign]:
        match evidence:
            case NeedSeen():
                return self.needs_seen(evidence)
            case EventsCounted():
                return self.events_counted(evidence)
            case NoFixedAddress():
                whole = _Sign(self.query.lookback.before(self.as_of), self.as_of, stands=True)
                return [whole] if self.person.no_fixed_address else []

    def needs_seen(self, seen: NeedSeen) -> list[_Sign]:
        opens = seen.within.before(self.as_of) if seen.within else _EVER
        return [
            _Sign(max(row.valid_from, opens), row.valid_to or self.as_of, stands=True)
            for row in self.seen
            if row.need == seen.need
            and row.strength in seen.at_least.or_stronger()
            and (not seen.sectors or row.sector in seen.sectors)
            and (row.valid_to or self.as_of) >= opens
        ]

    def events_counted(self, counted: EventsCounted) -> list[_Sign]:
        opens = counted.within.before(self.as_of)
        days = sorted(event.start for event in self.events if event.kind in counted.kinds and event.start >= opens)
        signs = []
        for place, day in enumerate(days):
            nth_before = days[place - counted.at_least + 1] if place + 1 >= counted.at_least else None
            enough = nth_before is not None and (not counted.span or nth_before > counted.span.before(day))
            signs.append(_Sign(day, day, stands=enough))
        return signs

    def would_be_known(self, evidence: Evidence) -> bool:
        match evidence:
            case NoFixedAddress():
                return self.person.no_fixed_address is not None
            case NeedSeen():
                kinds: Sequence[str] = (NEED_PREFIX + evidence.need,)
                sectors, within = evidence.sectors, evidence.within or self.query.lookback
            case EventsCounted():
                kinds, sectors, within = evidence.kinds, (), evidence.within
        return self.covered(kinds, within.before(self.as_of), self.as_of, sectors)

    def covered(self, kinds: Sequence[str], start: date, stop: date, sectors: Sequence[str] = ()) -> bool:
        """Whether every source that could hold such a record covers every day of [start, stop)."""
        rows = [row for row in self.coverage if row.kind in kinds and (not sectors or row.sector in sectors)]
        speaking = {(row.source, row.kind) for row in rows}
        covering = {
            (row.source, row.kind)
            for row in rows
            if row.share >= self.query.min_share and row.start <= start and row.stop >= stop
        }
        return bool(speaking) and covering == speaking

    def all_needs(self, found: list[_Found]) -> _Found:
        members = self.query.members
        state = at_least(members.at_least, [need.state for need in found])
        together = None
        if members.concurrent:
            together = self.first_day_together(members.concurrent, found)
            all_known = all(need.known for need in found)
            state = both([state, True if together else False if all_known else None])
        if not state:
            return _Found(state=state)
        shown = [need for need in found if need.state]
        kth = sorted(need.crossed for need in shown if need.crossed)[members.at_least - 1]
        return _Found(
            state=True,
            first=min(need.first for need in shown if need.first),
            crossed=max(kth, together) if together else kth,
            last=max(need.last for need in shown if need.last),
        )

    def first_day_together(self, concurrent: Concurrent, found: list[_Found]) -> date | None:
        """First day by which enough needs stood in the span that ends with that day, the day included."""
        for day in sorted({sign.day for need in found for sign in need.signs}):
            opens = concurrent.span.before(day)
            standing = [any(s.day <= day and s.until > opens for s in need.signs) for need in found]
            if sum(standing) >= concurrent.at_least:
                return day
        return None

    # --- responses ----------------------------------------------------------------------------------------

    def rung(self, rung: Rung, found: dict[str, _Found]) -> Answer:
        anchor = self.anchor(rung.after, found)
        if not found[ALL_NEEDS].state or anchor is None:
            return None
        stop = rung.within.after(anchor)
        return either(self.response(response, anchor, stop) for response in rung.responses)

    def anchor(self, anchor: Anchor, found: dict[str, _Found]) -> date | None:
        need = found[anchor.of]
        return {"first": need.first, "last": need.last, "crossed": need.crossed}[anchor.at]

    def response(self, response: Response, start: date, stop: date) -> Answer:
        possible = [event for event in self.events if self.may_be(event, response, start, stop)]
        surely = [event for event in possible if not response.attended or event.outcome]
        if len(surely) >= response.at_least:
            return True
        if len(possible) >= response.at_least:
            return None
        over = stop <= self.as_of
        return False if over and self.covered(response.kinds, start, stop) else None

    def may_be(self, event: EventRow, response: Response, start: date, stop: date) -> bool:
        """Whether an event is the response, or would be if a missing outcome was attended."""
        still_on = response.ongoing and (event.end is None or event.end >= start)
        in_time = event.start < stop and (event.start >= start or still_on)
        turned_up = not response.attended or event.outcome in (None, "attended", "completed")
        return event.kind in response.kinds and in_time and turned_up and (event.planned or not response.planned)
