"""Minds: child and adolescent services until eighteen, talking therapies after, appointments that are missed."""

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Streams, happens, pick
from flows.demo.events import Events, follow, in_state, make_events, onsets, repeat_every, together
from flows.demo.lifecourse import Needs, ever
from flows.demo.population import Population
from flows.demo.service_health import GP_MISSED, MH_CRISIS
from flows.demo.timeline import Timeline
from flows.demo.wider.children import ADULT_DAYS
from flows.demo.wider.homes import hard_home
from flows.demo.wider.specs import SESSION


def camhs(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Contacts every few weeks, and none after the eighteenth birthday."""
    rng = streams.rng("camhs")
    adult = people.birth + ADULT_DAYS
    teen = (adult > timeline.start - 90) & (people.birth + 12 * 365 < timeline.stop)
    who = np.flatnonzero(teen & happens(rng, np.where(hard_home(people, needs), 0.2, 0.09)))
    begins = np.maximum(people.birth[who] + 12 * 365 + rng.integers(0, 2000, len(who)), timeline.start - 250)
    lasting = 100 + rng.exponential(420, len(who))
    row, after = repeat_every(rng, len(who), days=18, lasting=lasting)
    person, day = who[row], (begins[row] + after).astype(np.int32)
    open_still = day < adult[person]
    person, day = person[open_still], day[open_still]
    return make_events(person, day, kind=SESSION, outcome=pick(rng, [0.82, 0.12, 0.06], len(person)))


def talking_therapies(streams: Streams, people: Population, needs: Needs, timeline: Timeline, before: Events) -> Events:
    """Sessions for some who are low, and for a quarter of those whom child services let go at eighteen."""
    rng = streams.rng("talking therapies")
    last = np.full(people.size, -1, np.int32)
    np.maximum.at(last, before.person, before.day)
    let_go = np.flatnonzero(last > people.birth + ADULT_DAYS - 90).astype(np.int32)
    adults, low = onsets(rng, timeline, needs.distress)
    went, start = follow(rng, adults, low, chance=0.09 * needs.access[adults], days=60)
    moved, moved_start = follow(rng, let_go, last[let_go], chance=0.25, days=100)
    who, begins = np.r_[adults[went], let_go[moved]], np.r_[start, moved_start]
    row, after = repeat_every(rng, len(who), days=14, lasting=30 + rng.exponential(70, len(who)))
    outcome = pick(rng, [0.78, 0.14, 0.08], len(row))
    return make_events(who[row], begins[row] + after, kind=SESSION, outcome=outcome)


def missed_appointments(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """GP appointments missed by people who are ill in body and mind: bad weeks, no fare, no reminder that works."""
    rng = streams.rng("missed appointments")
    person, day = in_state(rng, timeline, needs.distress, 0.18 * rng.gamma(0.7, 1.4, people.size))
    ill = needs.conditions[person] > 0
    return make_events(person[ill], day[ill], kind=GP_MISSED)


def more_crises(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Crisis contacts of people with severe mental illness: now and then, and often for a few."""
    rng = streams.rng("more crises")
    rate = np.where(needs.severe_mental, 0.1 * rng.gamma(0.6, 1.6, people.size), 0.0)
    state = np.broadcast_to(needs.severe_mental, (timeline.months, people.size))
    person, day = in_state(rng, timeline, state, rate)
    return make_events(person, day, kind=MH_CRISIS)


def troubled(needs: Needs) -> NDArray[np.int64]:
    """How many of five troubles a person ever had."""
    states = (needs.homeless, needs.substance, needs.offending, needs.victim, needs.distress)
    count: NDArray[np.int64] = np.sum([ever(state) for state in states], axis=0)
    return count


def team_around(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Somebody who coordinates, for one in five of those with several troubles."""
    rng = streams.rng("team around the adult")
    who = np.flatnonzero((troubled(needs) >= 3) & happens(rng, 0.2, people.size))
    day = timeline.start + rng.integers(0, timeline.stop - timeline.start, len(who))
    return together(make_events(who, day, end=day + 120 + rng.exponential(240, len(who)), kind=0))
