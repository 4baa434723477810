"""Homes: one household a home, who lives in the cold, who is warned of by the fire service."""

from dataclasses import replace

import numpy as np

from flows.demo.draws import Mask, Streams, happens
from flows.demo.events import Events, at_rate, follow, make_events, together
from flows.demo.lifecourse import Needs, ever
from flows.demo.places import Places
from flows.demo.population import Population
from flows.demo.service_health import ADMITTED, ED_ATTENDANCE
from flows.demo.timeline import NEVER, Timeline
from flows.demo.wider.specs import COLD, LOW_INCOME, RISK, SAFE_AND_WELL, WARM_REFERRAL, WARM_VISIT

_WINTER = (11, 12, 1, 2, 3)


def settle(streams: Streams, people: Population, places: Places) -> Population:
    """The same people, whoever moves taking a home that stands empty or that somebody left before."""
    rng = streams.rng("settling")
    movers = np.flatnonzero(people.moved < NEVER)
    key = people.household[movers].astype(np.int64) * 10_000_000 + people.dwellings[movers, 2]
    _, first, unit = np.unique(key, return_index=True, return_inverse=True)
    leader = movers[first]
    order = np.argsort(people.moved[leader], kind="stable")
    whole = np.bincount(unit) == np.bincount(people.household, minlength=1)[people.household[leader]]
    vacated = people.dwellings[leader[order], 1][whole[order]]
    empty = np.setdiff1d(np.arange(places.dwellings), people.dwellings[:, 1])
    free = np.r_[rng.permutation(empty), vacated]
    place = np.empty(len(leader), np.int32)
    place[order] = free[: len(leader)]
    dwellings = people.dwellings.copy()
    dwellings[movers, 2] = place[unit]
    return replace(people, dwellings=dwellings)


def at_home_with(people: Population, who: Mask) -> Mask:
    """Per person, whether anybody of the household, themself included, is one of these."""
    return np.isin(people.household, np.unique(people.household[who]))


def hard_home(people: Population, needs: Needs) -> Mask:
    """Somebody at home lives with abuse, drink or drugs, or has lost a home."""
    return at_home_with(people, ever(needs.victim) | ever(needs.substance) | ever(needs.homeless))


def cold_homes(streams: Streams, people: Population, timeline: Timeline) -> tuple[Mask, Mask]:
    """Who lives in a home of a poor energy rating, and whose household has little money."""
    rng = streams.rng("cold homes")
    count = int(people.household.max()) + 1
    cold = happens(rng, 0.3, count)[people.household]
    draw = rng.random(count)[people.household]
    poor: Mask = draw < np.clip(0.16 * np.exp(0.9 * people.poverty), 0, 0.6)
    return cold & ~people.in_care_home, poor & ~people.in_care_home


def warm_homes(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """What the council knows of ratings and incomes, and whom its warm-home scheme was told of and visited."""
    rng = streams.rng("warm homes")
    cold, poor = cold_homes(streams, people, timeline)
    both = cold & poor
    listed = np.flatnonzero(both | (cold & happens(rng, 0.1, people.size)) | (poor & happens(rng, 0.1, people.size)))
    seen = timeline.start - rng.integers(0, 300, len(listed))
    rated, low = cold[listed], poor[listed]
    told = np.flatnonzero(both & happens(rng, 0.14, people.size)).astype(np.int32)
    day = (timeline.start + rng.integers(0, timeline.stop - timeline.start, len(told))).astype(np.int32)
    rows, came = follow(rng, told, day, chance=0.6, days=30)
    return together(
        make_events(listed[rated], seen[rated], kind=COLD),
        make_events(listed[low], seen[low] + 20, kind=LOW_INCOME),
        make_events(told, day, kind=WARM_REFERRAL),
        make_events(told[rows], came, kind=WARM_VISIT),
    )


def winter_admissions(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Admissions that a cold home brings on, of people whose heart or lungs are ill."""
    rng = streams.rng("winter admissions")
    cold, poor = cold_homes(streams, people, timeline)
    months = (timeline.month_start[:-1].astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12) + 1
    winter = np.isin(months, _WINTER)
    rate = np.where(cold & poor & (needs.conditions > 0), 0.016, 0.0)
    times = rng.poisson(np.outer(winter, rate))
    month, person = np.nonzero(times)
    start = timeline.month_start[month]
    day = start + rng.integers(0, 28, len(person))
    stay = day + 2 + rng.integers(0, 9, len(person))
    return make_events(person, day, end=stay, kind=ED_ATTENDANCE, flags=ADMITTED)


def fire_service(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Homes flagged as at risk, and some visited."""
    rng = streams.rng("fire service")
    old = people.age_at(timeline.start) > 65
    frail = needs.frail_from < timeline.stop
    person, day = at_rate(rng, timeline, np.where(frail & people.alone, 0.02, np.where(old, 0.002, 0.0)))
    rows, came = follow(rng, person, day, chance=0.35, days=25)
    flags = make_events(person, day, kind=RISK)
    return together(flags, make_events(person[rows], came, kind=SAFE_AND_WELL))
