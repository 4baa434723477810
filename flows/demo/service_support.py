"""What drug and alcohol treatment and the voluntary advice service see and do."""

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Codes, Rng, Streams, happens, pick
from flows.demo.events import Events, at_rate, first_each, follow, in_state, make_events, repeat_every, together
from flows.demo.lifecourse import Needs
from flows.demo.population import Population
from flows.demo.timeline import Days, Timeline

TREATMENT_REFERRAL, TREATMENT_START, TREATMENT_CONTACT, TREATMENT_EXIT = range(4)
OPIOIDS, ALCOHOL = range(2)
ATTENDED, DID_NOT_ATTEND = range(2)
COMPLETED, DROPPED_OUT, TRANSFERRED = range(3)

ADVICE_REFERRAL, ADVICE_CONTACT, ADVICE_CLOSED = range(3)
HOUSING, ABUSE, SUBSTANCE, MENTAL, LONELY, MONEY = range(6)
"""What the person came about, in ``code``."""


def treatment(streams: Streams, needs: Needs, timeline: Timeline, orders: Events) -> Events:
    """Referral, start, contacts, exit; a court order brings people in, and not all of them start."""
    rng = streams.rng("treatment")
    person, day = in_state(rng, timeline, needs.substance, 0.045 * needs.access)
    told, told_day = follow(rng, orders.person, orders.day, chance=np.where(orders.flags > 0, 0.75, 0.02), days=20)
    who, when = np.r_[person, orders.person[told]], np.r_[day, told_day]
    rows = first_each(who, when, within=220)
    who, when = who[rows], when[rows]
    drug = np.where(needs.opioids[who], OPIOIDS, ALCOHOL)
    referrals = make_events(who, when, kind=TREATMENT_REFERRAL, code=drug)
    began, began_day = follow(rng, who, when, chance=0.72, days=17)
    client, substance = who[began], drug[began]
    lasting = 15 + rng.exponential(np.where(substance == OPIOIDS, 330, 130))
    starts = make_events(client, began_day, kind=TREATMENT_START, code=substance)
    row, after = repeat_every(rng, len(client), days=21, lasting=lasting)
    seen = np.where(happens(rng, 0.24, len(row)), DID_NOT_ATTEND, ATTENDED)
    contacts = make_events(
        client[row], began_day[row] + after, kind=TREATMENT_CONTACT, code=substance[row], outcome=seen
    )
    how = pick(rng, [0.46, 0.42, 0.12], len(client))
    exits = make_events(client, began_day + lasting, kind=TREATMENT_EXIT, code=substance, outcome=how)
    return together(referrals, starts, contacts, exits)


def advice(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Pieces of work that a charity opens, the contacts inside them, and their close."""
    rng = streams.rng("advice")
    adult = people.age_at(timeline.start) > 17
    draws = [
        in_state(rng, timeline, needs.homeless, 0.06),
        in_state(rng, timeline, needs.victim, 0.035),
        in_state(rng, timeline, needs.substance, 0.018),
        in_state(rng, timeline, needs.distress, 0.0035),
        at_rate(rng, timeline, np.where(needs.isolated, 0.007, 0.0)),
        at_rate(rng, timeline, np.where(adult, 0.0005 * np.exp(0.8 * people.poverty), 0.0)),
    ]
    who = np.concatenate([found[0] for found in draws])
    when = np.concatenate([found[1] for found in draws])
    about = np.repeat(np.arange(6), [len(found[0]) for found in draws])
    rows = first_each(who, when, within=120)
    return _advice_work(rng, who[rows], when[rows], about[rows])


def _advice_work(rng: Rng, who: Codes, when: Days, about: NDArray[np.int_]) -> Events:
    lasting = 10 + rng.exponential(np.where(about == MONEY, 45, 110))
    closed = (when + lasting + 20).astype(np.int32)
    referrals = make_events(who, when, end=closed, kind=ADVICE_REFERRAL, code=about)
    row, after = repeat_every(rng, len(who), days=24, lasting=lasting)
    missed = np.where(happens(rng, 0.2, len(row)), DID_NOT_ATTEND, ATTENDED)
    contacts = make_events(who[row], when[row] + after + 2, kind=ADVICE_CONTACT, code=about[row], outcome=missed)
    done = happens(rng, 0.75, len(who))
    how = pick(rng, [0.6, 0.3, 0.1], int(done.sum()))
    closes = make_events(who[done], closed[done], kind=ADVICE_CLOSED, code=about[done], outcome=how)
    return together(referrals, contacts, closes)
