"""Safety: conferences on high-risk abuse and what comes after them, and bans from the town centre."""

import numpy as np

from flows.demo.draws import Streams, happens, pick
from flows.demo.events import Events, follow, in_state, make_events, onsets, repeat_every, together
from flows.demo.lifecourse import Needs
from flows.demo.timeline import Timeline
from flows.demo.wider.specs import ADVOCATE, ATTENDED, BAN, CONFERENCE, FURTHER_INCIDENT, MISSED


def domestic_abuse_service(streams: Streams, needs: Needs, timeline: Timeline) -> Events:
    """Conferences, further incidents that any agency reports, and an advocate's contacts with about half."""
    rng = streams.rng("domestic abuse service")
    began, first = onsets(rng, timeline, needs.victim)
    rows, day = follow(rng, began, first, chance=0.45, days=50)
    who = began[rows]
    conferences = make_events(who, day, kind=CONFERENCE)
    known = np.zeros(needs.victim.shape[1], bool)
    known[who] = True
    harmed, harm = in_state(rng, timeline, needs.victim & known, 0.16)
    incidents = make_events(harmed, harm, kind=FURTHER_INCIDENT)
    helped = np.flatnonzero(happens(rng, 0.5, len(who)))
    row, after = repeat_every(rng, len(helped), days=14, lasting=60 + rng.exponential(160, len(helped)))
    outcome = np.where(happens(rng, 0.2, len(row)), MISSED, ATTENDED)
    contacts = make_events(who[helped][row], day[helped][row] + after + 5, kind=ADVOCATE, outcome=outcome)
    return together(conferences, incidents, contacts)


def town_orders(streams: Streams, needs: Needs, timeline: Timeline) -> Events:
    """Orders that keep people out of the town centre, or of the whole town, for some months."""
    rng = streams.rng("town orders")
    street = needs.offending & (needs.homeless | needs.substance)
    person, day = onsets(rng, timeline, street)
    rows, ordered = follow(rng, person, day, chance=0.4, days=40)
    zone = pick(rng, [0.5, 0.5], len(rows))
    lasting = rng.choice([180, 365, 730], len(rows))
    return make_events(person[rows], ordered, end=ordered + lasting, kind=BAN, code=zone)
