"""The same meaning in plain Python: slow, one person at a time, and written to be read.

Only tests use it. It shares the nodes with the compiler and nothing else, so that the two can disagree.
"""

from dataclasses import dataclass
from datetime import date

from cohorts.query import (
    ALL_NEEDS,
    AgeBetween,
    Alive,
    Anchor,
    Concurrent,
    Evidence,
    Gate,
    LivesIn,
    Need,
    OnSpine,
    Query,
    Response,
    Rung,
)
from cohorts.reference_rows import (
    Answer,
    CoverageRow,
    EventRow,
    NeedRow,
    PersonRow,
    ProviderRow,
    World,
    at_least,
    both,
    either,
    opposite,
)
from cohorts.reference_signs import ONE_DAY, Records, Sign

__all__ = [
    "CoverageRow",
    "EventRow",
    "NeedRow",
    "PersonRow",
    "ProviderRow",
    "Verdict",
    "World",
    "at_least",
    "both",
    "either",
    "evaluate",
    "opposite",
]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A need, or all needs, of one person."""

    state: Answer
    first: date | None = None
    crossed: date | None = None
    last: date | None = None
    known: bool = False
    """Whether every source that could hold a sign would show it."""
    signs: tuple[Sign, ...] = ()


def evaluate(query: Query, as_of: date, world: World) -> dict[str, Verdict]:
    """The verdict on every person of a small world."""
    return {person.person_id: _Evaluator(query, as_of, world, person).verdict() for person in world.people}


# --- one person -------------------------------------------------------------------------------------------


class _Evaluator:
    def __init__(self, query: Query, as_of: date, world: World, person: PersonRow) -> None:
        self.query, self.as_of, self.person = query, as_of, person
        self.records = Records(query, as_of, world, person)

    def verdict(self) -> Verdict:
        found = {need.id: self.need(need) for need in self.query.needs}
        members = self.query.members
        of, also = ([found[need_id] for need_id in ids] for ids in (members.of, members.also))
        found[ALL_NEEDS] = together = self.all_needs(of, also)
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
                age = (self.as_of - ONE_DAY).year - self.person.birth_year
                return age >= low and (high is None or age <= high)
            case LivesIn(level, names):
                place = self.person.district if level == "district" else self.person.ward
                return None if place is None else place in names

    # --- needs --------------------------------------------------------------------------------------------

    def need(self, need: Need) -> _Found:
        parts = [self.evidence(item) for item in need.evidence]
        known = all(part.known for part in parts)
        if need.how == "none":
            return self.absence(need, opposite(either(part.state for part in parts)), known=known)
        state = (both if need.how == "all" else either)(part.state for part in parts)
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

    def absence(self, need: Need, state: Answer, *, known: bool) -> _Found:
        """Nothing of it, since the first day on which it was looked for."""
        if not state:
            return _Found(state=state, known=known)
        since = min((getattr(item, "within", None) or self.query.lookback).before(self.as_of) for item in need.evidence)
        standing = (Sign(since, self.as_of, stands=True),)
        return _Found(state=True, first=since, crossed=since, last=since, known=known, signs=standing)

    def evidence(self, evidence: Evidence) -> _Found:
        told = self.records.told(evidence)
        if not told.state:
            return _Found(state=told.state, known=told.known)
        days = [sign.day for sign in told.signs]
        return _Found(
            state=True,
            first=min(days),
            crossed=told.crossed,
            last=max(days),
            known=told.known,
            signs=tuple(told.signs),
        )

    def all_needs(self, found: list[_Found], also: list[_Found]) -> _Found:
        members = self.query.members
        state = both([at_least(members.at_least, [need.state for need in found]), *(need.state for need in also)])
        together = None
        if members.concurrent:
            together = self.first_day_together(members.concurrent, found)
            all_known = all(need.known for need in found)
            state = both([state, True if together else False if all_known else None])
        if not state:
            return _Found(state=state)
        crossed = sorted(need.crossed for need in found if need.crossed)[members.at_least - 1]
        shown = [need for need in (*found, *also) if need.state]
        return _Found(
            state=True,
            first=min(need.first for need in shown if need.first),
            crossed=max([crossed, *([together] if together else []), *(n.crossed for n in also if n.crossed)]),
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
        possible = [event for event in self.records.events if self.may_be(event, response, start, stop)]
        surely = [event for event in possible if not response.attended or event.outcome]
        if len(surely) >= response.at_least:
            return True
        if len(possible) >= response.at_least:
            return None
        over = stop <= self.as_of
        return False if over and self.records.covered(response.kinds, start, stop) else None

    def may_be(self, event: EventRow, response: Response, start: date, stop: date) -> bool:
        """Whether an event is the response, or would be if a missing outcome was attended."""
        still_on = response.ongoing and (event.end is None or event.end >= start)
        in_time = event.start < stop and (event.start >= start or still_on)
        turned_up = not response.attended or event.outcome in (None, "attended", "completed")
        return event.kind in response.kinds and in_time and turned_up and (event.planned or not response.planned)
