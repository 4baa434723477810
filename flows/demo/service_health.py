"""What the GP, the emergency department and mental health services see and do."""

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Codes, Rng, Streams, happens, pick
from flows.demo.events import Events, at_rate, follow, in_state, make_events, onsets, repeat_every, state_at, together
from flows.demo.lifecourse import Needs, ever
from flows.demo.population import Population
from flows.demo.timeline import NEVER, Days, Timeline

GP_CONSULTATION, GP_MISSED, GP_CHECK, GP_DIAGNOSIS = range(4)
DIAGNOSES = (
    "condition",
    "distress",
    "severe_mental",
    "alcohol",
    "opioid",
    "homeless",
    "abuse",
    "frailty",
    "isolation",
)
CONDITION, DISTRESS, SEVERE_MENTAL, ALCOHOL, OPIOID, HOMELESS, ABUSE, FRAILTY, ISOLATION = range(9)
CONDITION_KINDS = 7
"""How many different long-term conditions are coded; ``outcome`` of a diagnosis says which."""

ED_ATTENDANCE = 0
AMBULANCE, ADMITTED, CODED_HOMELESS, CODED_SUBSTANCE, CODED_MENTAL, CODED_ABUSE, CODED_FRAIL, LEFT_EARLY = (
    1 << i for i in range(8)
)

MH_REFERRAL, MH_CONTACT, MH_CRISIS = range(3)
ATTENDED, DID_NOT_ATTEND, CANCELLED_BY_PERSON, CANCELLED_BY_PROVIDER, REJECTED = range(5)


def general_practice(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Appointments kept and missed, yearly checks, diagnoses."""
    rng = streams.rng("general practice")
    frail = needs.frail_from < timeline.stop
    trouble = ever(needs.homeless) | ever(needs.substance)
    rate = 0.052 * (1 + 0.5 * needs.conditions + 1.0 * frail) * np.where(people.female, 1.15, 0.85)
    person, day = at_rate(rng, timeline, rate * rng.gamma(2.0, 0.5, people.size) * np.where(trouble, 0.8, 1.0))
    low_person, low_day = in_state(rng, timeline, needs.distress, 0.13)
    person, day = np.r_[person, low_person], np.r_[day, low_day]
    missed = happens(rng, (0.045 * np.exp(0.5 * people.poverty) * np.where(trouble, 3.5, 1.0))[person])
    appointments = make_events(person, day, kind=np.where(missed, GP_MISSED, GP_CONSULTATION))
    return together(appointments, _checks(rng, people, needs, timeline), _diagnoses(rng, people, needs, timeline))


def _checks(rng: Rng, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """A yearly check for people with a condition or severe mental illness; the latter get it less often."""
    due = np.flatnonzero((needs.conditions > 0) | needs.severe_mental)
    chance = np.where(needs.severe_mental[due], 0.5, 0.68) * needs.access[due] ** 0.5
    parts = []
    for year in range(3):
        rows = due[happens(rng, chance)]
        day = timeline.start + 365 * year + rng.integers(0, 365, len(rows))
        parts.append(make_events(rows, day, kind=GP_CHECK))
    return together(*parts)


def _diagnoses(rng: Rng, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """What the record says is wrong; much of what is wrong is not on it."""
    conditions = np.repeat(np.arange(people.size), needs.conditions)
    since = timeline.stop - rng.exponential(2600, len(conditions)).astype(np.int32)
    which = pick(rng, [0.32, 0.17, 0.16, 0.12, 0.1, 0.08, 0.05], len(conditions))
    day = np.maximum(since, people.birth[conditions] + 400)
    parts = [make_events(conditions, day, kind=GP_DIAGNOSIS, code=CONDITION, outcome=which)]
    severe = np.flatnonzero(needs.severe_mental & happens(rng, 0.9, people.size))
    past = timeline.start - rng.exponential(1500, len(severe)).astype(np.int32)
    parts.append(make_events(severe, past, kind=GP_DIAGNOSIS, code=SEVERE_MENTAL))
    parts += [_noticed(rng, needs, timeline, state, code, share) for state, code, share in _noticed_states(needs)]
    frail = np.flatnonzero((needs.frail_from < timeline.stop) & happens(rng, 0.65, people.size))
    parts.append(make_events(frail, needs.frail_from[frail] + 60, kind=GP_DIAGNOSIS, code=FRAILTY))
    isolated = np.flatnonzero(needs.isolated & happens(rng, 0.12, people.size))
    seen = timeline.start + rng.integers(0, 900, len(isolated))
    return together(*parts, make_events(isolated, seen, kind=GP_DIAGNOSIS, code=ISOLATION))


def _noticed_states(needs: Needs) -> list[tuple[NDArray[np.bool_], int, float]]:
    return [
        (needs.distress, DISTRESS, 0.5),
        (needs.substance & needs.opioids, OPIOID, 0.4),
        (needs.substance & ~needs.opioids, ALCOHOL, 0.4),
        (needs.homeless, HOMELESS, 0.3),
        (needs.victim, ABUSE, 0.2),
    ]


def _noticed(rng: Rng, needs: Needs, timeline: Timeline, state: NDArray[np.bool_], code: int, share: float) -> Events:
    person, day = onsets(rng, timeline, state)
    rows, seen = follow(rng, person, day, chance=share * needs.access[person], days=45)
    return make_events(person[rows], seen, kind=GP_DIAGNOSIS, code=code)


def emergency(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Attendances; a few people come again and again, mostly those with several troubles at once."""
    rng = streams.rng("emergency")
    age = people.age_at(timeline.start + 540)
    by_age = np.select([age < 5, age < 18, age > 75], [1.6, 0.9, 1.7], 1.0)
    base = 0.024 * by_age * np.exp(0.3 * people.poverty) * needs.crisis_prone
    base += np.where(needs.frail_from < timeline.stop, 0.035, 0) + np.where(needs.severe_mental, 0.05, 0)
    draws = [at_rate(rng, timeline, base)]
    for state, rate in ((needs.homeless, 0.13), (needs.substance, 0.13), (needs.victim, 0.05), (needs.distress, 0.012)):
        draws.append(in_state(rng, timeline, state, rate * needs.crisis_prone))
    person = np.concatenate([found[0] for found in draws])
    day = np.concatenate([found[1] for found in draws])
    flags = _ed_flags(rng, people, needs, timeline, person, day)
    stay = np.where(flags & ADMITTED, day + 1 + rng.exponential(4.5, len(day)).astype(np.int32), day)
    site = pick(rng, [0.5, 0.3, 0.2], len(day))
    return make_events(person, day, end=stay, kind=ED_ATTENDANCE, code=site, flags=flags).in_order()


def _ed_flags(
    rng: Rng, people: Population, needs: Needs, timeline: Timeline, person: Codes, day: Days
) -> NDArray[np.int16]:
    """How each attendance came and went, and what was coded; most social need is not."""
    home = state_at(timeline, needs.homeless, person, day)
    drug = state_at(timeline, needs.substance, person, day)
    low = state_at(timeline, needs.distress, person, day) | needs.severe_mental[person]
    abuse = state_at(timeline, needs.victim, person, day)
    frail = needs.frail_from[person] <= day
    chances = {
        AMBULANCE: np.select([frail, home | drug], [0.55, 0.42], 0.2),
        ADMITTED: np.select([frail, drug], [0.5, 0.25], 0.15),
        CODED_HOMELESS: home * 0.6,
        CODED_SUBSTANCE: drug * 0.45,
        CODED_MENTAL: low * 0.3,
        CODED_ABUSE: abuse * 0.2,
        CODED_FRAIL: frail * 0.6,
        LEFT_EARLY: np.where(home | drug, 0.16, 0.04),
    }
    return sum((happens(rng, chance) * flag for flag, chance in chances.items()), np.zeros(len(day), np.int16))


def mental_health(
    streams: Streams, people: Population, needs: Needs, timeline: Timeline, attendances: Events, detained: Events
) -> Events:
    """Referrals, planned contacts and crisis contacts."""
    rng = streams.rng("mental health")
    person, day = onsets(rng, timeline, needs.distress)
    rows, sent = follow(rng, person, day, chance=0.17 * needs.access[person], days=30)
    severe = np.flatnonzero(needs.severe_mental & happens(rng, 0.85 * np.sqrt(needs.access)))
    who = np.r_[person[rows], severe]
    start = np.r_[sent, timeline.start + rng.integers(0, 200, len(severe))].astype(np.int32)
    long_term = np.r_[np.zeros(len(rows), bool), np.ones(len(severe), bool)]
    rejected = happens(rng, 0.16, len(who)) & ~long_term
    lasting = np.where(long_term, 900.0, 40 + rng.exponential(130, len(who)))
    closed = np.where(long_term, NEVER, start + lasting + 30).astype(np.int32)
    referrals = make_events(who, start, end=closed, kind=MH_REFERRAL, outcome=np.where(rejected, REJECTED, ATTENDED))
    contacts = _mh_contacts(
        rng, needs, timeline, who[~rejected], start[~rejected], lasting[~rejected], long_term[~rejected]
    )
    return together(referrals, contacts, _mh_crises(rng, needs, timeline, attendances, detained))


def _mh_contacts(
    rng: Rng,
    needs: Needs,
    timeline: Timeline,
    who: Codes,
    start: Days,
    lasting: NDArray[np.float64],
    long_term: NDArray[np.bool_],
) -> Events:
    gap = 21
    row, after = repeat_every(rng, len(who), days=gap, lasting=lasting)
    wait = np.where(long_term, 5, rng.exponential(55, len(who))).astype(np.int32)
    person, day = who[row], start[row] + wait[row] + after
    trouble = state_at(timeline, needs.homeless, person, day) | state_at(timeline, needs.substance, person, day)
    weights = np.where(trouble[:, None], [0.6, 0.28, 0.06, 0.06], [0.8, 0.1, 0.05, 0.05])
    thrown = rng.random(len(day))[:, None]
    outcome = (np.cumsum(weights, axis=1) <= thrown).sum(axis=1).clip(0, 3)
    return make_events(person, day, kind=MH_CONTACT, outcome=outcome)


def _mh_crises(rng: Rng, needs: Needs, timeline: Timeline, attendances: Events, detained: Events) -> Events:
    seen = attendances.take((attendances.flags & CODED_MENTAL) > 0)
    rows, day = follow(rng, seen.person, seen.day, chance=0.3, days=1)
    taken, place_day = follow(rng, detained.person, detained.day, chance=0.85, days=0.5)
    own, own_day = in_state(rng, timeline, needs.distress & needs.severe_mental, 0.03)
    person = np.r_[seen.person[rows], detained.person[taken], own]
    return make_events(person, np.r_[day, place_day, own_day], kind=MH_CRISIS)
