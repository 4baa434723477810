"""Children: what the council, schools and community health see of them, and what follows when they are not brought."""

import numpy as np

from flows.demo.draws import Codes, Mask, Streams, happens
from flows.demo.events import Events, follow, make_events, repeat_every, together
from flows.demo.lifecourse import Needs
from flows.demo.population import Population
from flows.demo.timeline import NEVER, Days, Timeline
from flows.demo.wider.homes import hard_home
from flows.demo.wider.specs import (
    ABSENT,
    APPOINTMENT,
    ATTENDED,
    CANCELLED,
    CARE_LEAVER,
    DENTAL,
    EARLY_HELP,
    HEALTH_CHECK,
    HEALTH_PLAN,
    IN_NEED,
    IN_TOUCH,
    LEARNING_DISABILITY,
    LOOKED_AFTER,
    MISSED,
)

ADULT_DAYS = 6575
"""Eighteen years."""
_LEAVER_DAYS = 9131
"""Twenty-five years."""


def young(people: Population, timeline: Timeline) -> Mask:
    """Under eighteen at some time in the window."""
    return (people.birth + ADULT_DAYS > timeline.start) & ~people.in_care_home


def childrens_services(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Early help, plans, children looked after, and young people who left care."""
    rng = streams.rng("children's services")
    child, hard = young(people, timeline), hard_home(people, needs)
    helped = np.flatnonzero(child & happens(rng, np.where(hard, 0.22, 0.02))).astype(np.int32)
    planned = np.flatnonzero(child & happens(rng, np.where(hard, 0.32, 0.012))).astype(np.int32)
    parts = [
        _episodes(streams, people, timeline, "early help", helped, EARLY_HELP, shortest=100, mean=130.0),
        _episodes(streams, people, timeline, "in need", planned, IN_NEED, shortest=90, mean=150.0),
    ]
    looked_after, until = _looked_after(streams, people, timeline, child, hard)
    return together(*parts, looked_after, _leavers(streams, people, timeline, until))


def _episodes(
    streams: Streams,
    people: Population,
    timeline: Timeline,
    stream: str,
    who: Codes,
    kind: int,
    *,
    shortest: int,
    mean: float,
) -> Events:
    rng = streams.rng(stream)
    day = timeline.start - 100 + rng.integers(0, timeline.stop - timeline.start, len(who))
    day = np.maximum(day, people.birth[who] + 20)
    end = np.minimum(day + shortest + rng.exponential(mean, len(who)), people.birth[who] + ADULT_DAYS)
    held = day < end
    return make_events(who[held], day[held], end=end[held], kind=kind)


def _looked_after(
    streams: Streams, people: Population, timeline: Timeline, child: Mask, hard: Mask
) -> tuple[Events, tuple[Codes, Days]]:
    rng = streams.rng("looked after")
    who = np.flatnonzero(child & happens(rng, np.where(hard, 0.035, 0.006))).astype(np.int32)
    day = np.maximum(timeline.start - 700 + rng.integers(0, 1500, len(who)), people.birth[who] + 30)
    adult = people.birth[who] + ADULT_DAYS
    leaves = day + 300 + rng.exponential(1500, len(who))
    end = np.minimum(leaves, adult)
    held = day < end
    grown = held & (leaves >= adult)
    events = make_events(who[held], day[held], end=end[held], kind=LOOKED_AFTER)
    return events, (who[grown], adult[grown].astype(np.int32))


def _leavers(streams: Streams, people: Population, timeline: Timeline, grown: tuple[Codes, Days]) -> Events:
    """Those who turned eighteen in care, and older ones; the council is in touch with most and not with others."""
    rng = streams.rng("care leavers")
    age = people.age_at(timeline.start)
    older = np.flatnonzero((age > 17.5) & (age < 24) & happens(rng, 0.012, people.size) & ~people.in_care_home)
    who = np.r_[grown[0], older]
    day = np.r_[grown[1], people.birth[older] + ADULT_DAYS]
    kept = np.unique(who, return_index=True)[1]
    who, day = who[kept], day[kept]
    status = make_events(who, day, end=people.birth[who] + _LEAVER_DAYS, kind=CARE_LEAVER)
    followed = np.flatnonzero(happens(rng, 0.6, len(who)))
    begins = np.maximum(day[followed], timeline.start - 60)
    row, after = repeat_every(rng, len(followed), days=60, lasting=np.maximum(timeline.stop - begins, 1.0))
    return together(status, make_events(who[followed][row], begins[row] + after, kind=IN_TOUCH))


def schools(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Absence of a tenth or more, told each term, and education, health and care plans."""
    rng = streams.rng("schools")
    hard = hard_home(people, needs)
    prone = happens(rng, np.where(hard, 0.4, 0.08)) & young(people, timeline)
    terms = timeline.start + np.arange(95, timeline.stop - timeline.start, 122)
    parts = []
    for day in terms:
        age = people.age_at(int(day))
        away = np.flatnonzero(prone & (age > 5) & (age < 16) & happens(rng, 0.6, people.size))
        parts.append(make_events(away, np.full(len(away), day), kind=ABSENT))
    plans = np.flatnonzero(young(people, timeline) & happens(rng, np.where(hard, 0.07, 0.035)))
    begins = np.maximum(timeline.start - rng.integers(0, 1200, len(plans)), people.birth[plans] + 1500)
    ends = people.birth[plans] + ADULT_DAYS
    held = begins < ends
    return together(*parts, make_events(plans[held], begins[held], end=ends[held], kind=HEALTH_PLAN))


def community_health(streams: Streams, people: Population, needs: Needs, timeline: Timeline, in_care: Events) -> Events:
    """Children's appointments, kept or not brought to; dental checks; health assessments; a register for adults."""
    rng = streams.rng("community health")
    child, hard = young(people, timeline), hard_home(people, needs)
    regular = np.flatnonzero(child & happens(rng, np.where(hard, 0.5, 0.14)))
    lasting = np.full(len(regular), float(timeline.stop - timeline.start))
    row, after = repeat_every(rng, len(regular), days=100, lasting=lasting)
    person, day = regular[row].astype(np.int32), (timeline.start + after).astype(np.int32)
    still = day < people.birth[person] + ADULT_DAYS
    person, day = person[still], day[still]
    missed = happens(rng, np.where(hard[person], 0.5, 0.09))
    result = np.where(missed, MISSED, np.where(happens(rng, 0.06, len(person)), CANCELLED, ATTENDED))
    again, seen = follow(rng, person[missed], day[missed], chance=np.where(hard[person[missed]], 0.12, 0.5), days=30)
    brought = make_events(person[missed][again], seen, kind=APPOINTMENT, outcome=ATTENDED)
    appointments = make_events(person, day, kind=APPOINTMENT, outcome=result)
    return together(
        appointments, brought, *_checks(streams, people, timeline, in_care), _register(streams, people, timeline)
    )


def _checks(streams: Streams, people: Population, timeline: Timeline, in_care: Events) -> list[Events]:
    """A yearly health assessment and dental check for most children in care; dental checks of some others."""
    rng = streams.rng("children's checks")
    seen_to = np.flatnonzero(happens(rng, 0.6, len(in_care)))
    begins = np.maximum(in_care.day[seen_to], timeline.start - 100)
    lasting = np.maximum(np.minimum(in_care.end[seen_to], timeline.stop) - begins, 1).astype(float)
    parts = []
    for kind, gap in ((HEALTH_CHECK, 170), (DENTAL, 180)):
        row, after = repeat_every(rng, len(seen_to), days=gap, lasting=lasting)
        parts.append(make_events(in_care.person[seen_to][row], begins[row] + after, kind=kind))
    others = np.flatnonzero(young(people, timeline) & happens(rng, 0.2, people.size))
    day = timeline.start + rng.integers(0, timeline.stop - timeline.start, len(others))
    return [*parts, make_events(others, day, kind=DENTAL)]


def _register(streams: Streams, people: Population, timeline: Timeline) -> Events:
    rng = streams.rng("learning disability")
    who = np.flatnonzero((people.age_at(timeline.start) > 16) & happens(rng, 0.008, people.size))
    day = np.full(len(who), timeline.start - 200)
    return make_events(who, day, end=NEVER, kind=LEARNING_DISABILITY)
