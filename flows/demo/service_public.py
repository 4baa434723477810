"""What police, probation, the council's adult care and its housing office see and do."""

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Codes, Rng, Streams, happens
from flows.demo.events import (
    Events,
    first_each,
    follow,
    in_state,
    make_events,
    onsets,
    repeat_every,
    state_at,
    together,
)
from flows.demo.lifecourse import Needs
from flows.demo.population import Population
from flows.demo.timeline import NEVER, Days, Timeline

POLICE_NOTICE, POLICE_S136, POLICE_INCIDENT = range(3)
FLAG_MENTAL, FLAG_SUBSTANCE, FLAG_ABUSE, FLAG_HOMELESS, FLAG_SUSPECT = (1 << i for i in range(5))

PROBATION_ORDER, PROBATION_RELEASE = range(2)
TREATMENT_REQUIREMENT = 1

ASC_REQUEST, ASC_ASSESSMENT, ASC_SERVICE, ASC_REVIEW = range(4)
REASON_PHYSICAL, REASON_MEMORY, REASON_MENTAL, REASON_SOCIAL = range(4)
"""Primary support reason, in ``code``."""
NOT_TAKEN_UP, TAKEN_UP = range(2)

HOUSING_APPLICATION, HOUSING_DUTY_TO_REFER, HOUSING_RELIEF, HOUSING_ACCOMMODATION = range(4)
SUPPORT_ABUSE, SUPPORT_MENTAL, SUPPORT_SUBSTANCE, SUPPORT_OFFENDING = (1 << i for i in range(4))


def police(streams: Streams, needs: Needs, timeline: Timeline) -> Events:
    """Safeguarding notices about people at risk, detentions under section 136, incidents."""
    rng = streams.rng("police")
    notices = [
        in_state(rng, timeline, needs.victim, 0.11),
        in_state(rng, timeline, needs.homeless, 0.08),
        in_state(rng, timeline, needs.substance, 0.06),
        in_state(rng, timeline, needs.distress, 0.003),
        in_state(rng, timeline, _all_months(timeline, needs.severe_mental), 0.03),
        in_state(rng, timeline, _all_months(timeline, needs.isolated & (needs.frail_from < timeline.stop)), 0.008),
    ]
    detained = [
        in_state(rng, timeline, _all_months(timeline, needs.severe_mental), 0.007),
        in_state(rng, timeline, needs.homeless & needs.substance, 0.008),
        in_state(rng, timeline, needs.distress, 0.0005),
    ]
    suspect, suspected = in_state(rng, timeline, needs.offending, 0.11)
    harmed, harm = in_state(rng, timeline, needs.victim, 0.05)
    parts = [
        (POLICE_NOTICE, notices),
        (POLICE_S136, detained),
        (POLICE_INCIDENT, [(suspect, suspected), (harmed, harm)]),
    ]
    found = []
    for kind, draws in parts:
        person, day = (np.concatenate([draw[i] for draw in draws]) for i in (0, 1))
        found.append(make_events(person, day, kind=kind, flags=_police_flags(rng, needs, timeline, person, day)))
    return together(*found)


def _all_months(timeline: Timeline, people: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.broadcast_to(people, (timeline.months, len(people)))


def _police_flags(rng: Rng, needs: Needs, timeline: Timeline, person: Codes, day: Days) -> NDArray[np.int16]:
    low = state_at(timeline, needs.distress, person, day) | needs.severe_mental[person]
    chances = {
        FLAG_MENTAL: low * 0.55 + 0.03,
        FLAG_SUBSTANCE: state_at(timeline, needs.substance, person, day) * 0.6 + 0.03,
        FLAG_ABUSE: state_at(timeline, needs.victim, person, day) * 0.8,
        FLAG_HOMELESS: state_at(timeline, needs.homeless, person, day) * 0.6,
        FLAG_SUSPECT: state_at(timeline, needs.offending, person, day) * 0.8,
    }
    return sum((happens(rng, chance) * flag for flag, chance in chances.items()), np.zeros(len(day), np.int16))


def probation(streams: Streams, needs: Needs, timeline: Timeline) -> Events:
    """Community orders, some with a treatment requirement, and releases from prison."""
    rng = streams.rng("probation")
    person, day = in_state(rng, timeline, needs.offending, 0.035)
    rows = first_each(person, day, within=300)
    person, day = person[rows], day[rows]
    required = state_at(timeline, needs.substance, person, day) & happens(rng, 0.35, len(day))
    orders = make_events(
        person,
        day,
        end=day + rng.choice([182, 365, 548], len(day)),
        kind=PROBATION_ORDER,
        flags=required * TREATMENT_REQUIREMENT,
    )
    released, release = in_state(rng, timeline, needs.offending, 0.011)
    return together(orders, make_events(released, release, kind=PROBATION_RELEASE))


def adult_social_care(
    streams: Streams, people: Population, needs: Needs, timeline: Timeline, notices: Events
) -> Events:
    """Requests, assessments, services and reviews: for most who need daily help, for few whom police report."""
    rng = streams.rng("adult social care")
    needing = np.flatnonzero((needs.care_from < timeline.stop) & (people.age_at(timeline.stop) > 18)).astype(np.int32)
    access = needs.access[needing]
    asked, asked_day = follow(
        rng, needing, np.maximum(needs.care_from[needing], timeline.start - 200), chance=0.8 * access, days=70
    )
    person, day = needing[asked].astype(np.int32), asked_day
    told, told_day = follow(rng, notices.person, notices.day, chance=0.52, days=9)
    reported = notices.person[told]
    who, when = np.r_[person, reported], np.r_[day, told_day]
    from_police = np.r_[np.zeros(len(person), bool), np.ones(len(reported), bool)]
    adult = people.birth[who] < when - 6575
    return _asc_pathway(rng, needs, timeline, who[adult], when[adult], from_police[adult])


def _asc_pathway(
    rng: Rng, needs: Needs, timeline: Timeline, who: Codes, when: Days, from_police: NDArray[np.bool_]
) -> Events:
    reason = np.where(from_police, np.where(happens(rng, 0.4, len(who)), REASON_MENTAL, REASON_SOCIAL), REASON_PHYSICAL)
    reason = np.where(~from_police & happens(rng, 0.22, len(who)), REASON_MEMORY, reason)
    access = needs.access[who]
    assessed, assessed_day = follow(rng, who, when, chance=np.where(from_police, 0.34, 0.72) * access**0.5, days=32)
    went_on = np.zeros(len(who), bool)
    went_on[assessed] = True
    requests = make_events(who, when, end=when + 3, kind=ASC_REQUEST, code=reason, outcome=went_on)
    person, code, police_led = who[assessed], reason[assessed], from_police[assessed]
    served, served_day = follow(rng, person, assessed_day, chance=np.where(police_led, 0.28, 0.72), days=30)
    got = np.zeros(len(person), bool)
    got[served] = True
    assessments = make_events(person, assessed_day, end=assessed_day + 10, kind=ASC_ASSESSMENT, code=code, outcome=got)
    client, client_code = person[served], code[served]
    lasting = np.where(client_code == REASON_PHYSICAL, 900.0, 120 + rng.exponential(300, len(served)))
    end = np.where(lasting > 700, NEVER, served_day + lasting).astype(np.int32)
    services = make_events(client, served_day, end=end, kind=ASC_SERVICE, code=client_code, outcome=TAKEN_UP)
    row, after = repeat_every(rng, len(client), days=365, lasting=lasting)
    due = happens(rng, 0.6, len(row))
    reviewed = served_day[row] + after + 300
    reviews = make_events(
        client[row][due], reviewed[due], kind=ASC_REVIEW, code=client_code[row][due], outcome=TAKEN_UP
    )
    return together(requests, assessments, services, reviews)


def housing(
    streams: Streams, people: Population, needs: Needs, timeline: Timeline, attendances: Events, released: Events
) -> Events:
    """Approaches by people who lose their home, duties to refer from hospital and prison, and what the council does."""
    rng = streams.rng("housing")
    lost, lost_day = onsets(rng, timeline, needs.homeless)
    came, came_day = follow(rng, lost, lost_day, chance=0.62 * (0.55 + 0.45 * needs.access[lost]), days=28)
    seen = attendances.take(state_at(timeline, needs.homeless, attendances.person, attendances.day))
    told, told_day = follow(rng, seen.person, seen.day, chance=0.07, days=6)
    freed, freed_day = follow(rng, released.person, released.day, chance=0.25, days=5)
    referred = np.r_[seen.person[told], released.person[freed]]
    referred_day = np.r_[told_day, freed_day]
    after, after_day = follow(rng, referred, referred_day, chance=0.5, days=12)
    threatened = np.flatnonzero(
        happens(rng, 0.006 * np.exp(0.6 * people.poverty)) & (people.age_at(timeline.start) > 18)
    )
    early = timeline.start + rng.integers(0, timeline.stop - timeline.start, len(threatened))
    who = np.r_[lost[came], referred[after], threatened].astype(np.int32)
    when = np.r_[came_day, after_day, early].astype(np.int32)
    homeless = np.r_[np.ones(len(came) + len(after), bool), np.zeros(len(threatened), bool)]
    rows = first_each(who, when, within=150)
    duty = make_events(referred, referred_day, kind=HOUSING_DUTY_TO_REFER)
    return together(duty, _housing_cases(rng, needs, timeline, who[rows], when[rows], homeless[rows]))


def _housing_cases(
    rng: Rng, needs: Needs, timeline: Timeline, who: Codes, when: Days, homeless: NDArray[np.bool_]
) -> Events:
    support = _support_needs(rng, needs, timeline, who, when)
    closed = (when + 56 + rng.exponential(120, len(who))).astype(np.int32)
    applications = make_events(who, when, end=closed, kind=HOUSING_APPLICATION, flags=support, outcome=homeless)
    owed, owed_day = follow(rng, who, when, chance=np.where(homeless, 0.72, 0.12), days=7)
    relief = make_events(who[owed], owed_day, end=owed_day + 56, kind=HOUSING_RELIEF, flags=support[owed], outcome=1)
    housed, housed_day = follow(rng, who[owed], owed_day, chance=0.5 * np.sqrt(needs.access[who[owed]]), days=40)
    stay = (housed_day + 30 + rng.exponential(150, len(housed))).astype(np.int32)
    place = make_events(
        who[owed][housed], housed_day, end=stay, kind=HOUSING_ACCOMMODATION, flags=support[owed][housed], outcome=1
    )
    return together(applications, relief, place)


def _support_needs(rng: Rng, needs: Needs, timeline: Timeline, who: Codes, when: Days) -> NDArray[np.int16]:
    truth = {
        SUPPORT_ABUSE: state_at(timeline, needs.victim, who, when),
        SUPPORT_MENTAL: state_at(timeline, needs.distress, who, when) | needs.severe_mental[who],
        SUPPORT_SUBSTANCE: state_at(timeline, needs.substance, who, when),
        SUPPORT_OFFENDING: state_at(timeline, needs.offending, who, when),
    }
    return sum((happens(rng, has * 0.7) * flag for flag, has in truth.items()), np.zeros(len(who), np.int16))
