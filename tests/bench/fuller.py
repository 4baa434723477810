"""Services that are in touch more often, and know more people, than those of the synthetic ICS, only to measure size.

Every event happens so many times, eleven days apart, and to so many other people that each service knows the share of
everybody that is asked for. Mechanisms are lost by it: what is counted means nothing, only how much there is of it.
"""

from dataclasses import replace
from math import ceil, log

import numpy as np

from flows.demo.events import Events, together
from flows.demo.timeline import NEVER, Timeline

DAYS_APART = 11
_STEP = 0.618
"""Of all people, how far the next person lies to whom a repeat happens: never a neighbour or one of the household."""


def fuller(events: Events, timeline: Timeline, people: int, *, times: int, known: float) -> Events:
    """Every event ``times`` times or oftener.

    Args:
        events: Of one service.
        timeline: Repeats stay inside its window: what would lie before it lies at its end.
        people: In the world.
        times: 1 leaves the events of a service that knows enough people as they are.
        known: Share of all people whom the service knows in the end, about.
    """
    others = _repeats_until(known, len(np.unique(events.person)) / people)
    repeats = [_earlier(events, timeline, number) for number in range(1, max(times, others + 1))]
    moved = [_of_others(repeat, people, number) for number, repeat in enumerate(repeats[:others], 1)]
    return together(events, *moved, *repeats[others:])


def _repeats_until(known: float, share: float) -> int:
    """How often a share of the people is drawn anew until so many of all were drawn."""
    return 0 if share >= known else ceil(log(1 - known) / log(1 - share)) - 1


def _earlier(events: Events, timeline: Timeline, number: int) -> Events:
    length = timeline.stop - timeline.start
    day = timeline.start + (events.day - timeline.start - number * DAYS_APART) % length
    end = np.where(events.end == NEVER, NEVER, events.end + day - events.day)
    return replace(events, day=day.astype(np.int32), end=end.astype(np.int32))


def _of_others(events: Events, people: int, number: int) -> Events:
    person = (events.person + int(people * _STEP * number)) % people
    return replace(events, person=person.astype(np.int32))
