"""Small questions about what happened, over everybody at once: how often, when last, and what came after."""

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Codes, Mask
from flows.demo.events import Events
from flows.demo.lifecourse import present
from flows.demo.records import without_address
from flows.demo.timeline import Days
from flows.demo.world import World

NEVER_SEEN = np.iinfo(np.int32).max


def months_before(end: int, months: int) -> int:
    """The same day so many calendar months earlier; periods end with a month, so the day is always there."""
    return int((np.datetime64(end, "D").astype("datetime64[M]") - months).astype("datetime64[D]").astype(np.int64))


def age_reached(world: World, end: int) -> NDArray[np.int64]:
    """Age that each person reaches in the calendar year of the day before ``end``."""
    year = np.datetime64(end - 1, "D").astype("datetime64[Y]").astype(np.int64)
    births: NDArray[np.int64] = world.people.birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    ages: NDArray[np.int64] = year - births
    return ages


def between(events: Events, start: int, stop: int) -> Events:
    """Events in [start, stop)."""
    return events.take((events.day >= start) & (events.day < stop))


def times(world: World, events: Events) -> NDArray[np.int64]:
    """Per person, how many events."""
    return np.bincount(events.person, minlength=world.people.size)


def any_of(world: World, events: Events) -> Mask:
    """Per person, whether there was one."""
    return times(world, events) > 0


def last_day(world: World, events: Events) -> Days:
    """Per person, the day of the last event, or -1."""
    last = np.full(world.people.size, -1, np.int32)
    np.maximum.at(last, events.person, events.day)
    return last


def nth_day(world: World, events: Events, n: int) -> Days:
    """Per person, the day of the nth event, or ``NEVER_SEEN``."""
    order = np.lexsort((events.day, events.person))
    person, day = events.person[order], events.day[order]
    place = np.arange(len(person)) - np.searchsorted(person, person, side="left")
    found = np.full(world.people.size, NEVER_SEEN, np.int32)
    hit = place == n - 1
    found[person[hit]] = day[hit]
    return found


def open_at(world: World, events: Events, end: int) -> Mask:
    """Per person, whether an episode that had begun had not ended on the day before ``end``."""
    return any_of(world, events.take((events.day < end) & (events.end >= end - 1)))


def came(
    person: Codes, day: Days, responses: Events, *, within: int, ongoing: bool = False, later_only: bool = False
) -> NDArray[np.int64]:
    """How many responses each of some moments had.

    Args:
        person: Of each moment.
        day: Of each moment.
        responses: What may have followed.
        within: Days from the moment, the last not included.
        ongoing: Count also what began before and had not ended.
        later_only: Not what began on the day itself.
    """
    order = np.argsort(responses.person, kind="stable")
    owner = responses.person[order]
    low, high = np.searchsorted(owner, person, side="left"), np.searchsorted(owner, person, side="right")
    moment = np.repeat(np.arange(len(person)), high - low)
    row = order[np.arange(len(moment)) - np.repeat(np.cumsum(high - low) - (high - low), high - low) + low[moment]]
    begins, start = responses.day[row], day[moment]
    after = begins > start if later_only else begins >= start
    if ongoing:
        after |= responses.end[row] >= start
    return np.bincount(moment[after & (begins < start + within)], minlength=len(person))


def lived_with(world: World, end: int) -> NDArray[np.int64]:
    """Per person, a number of the home they truly shared on the day before ``end``; -1 outside private homes."""
    people = world.people
    now = np.where(people.moved < end, people.dwellings[:, 2], people.dwellings[:, 1])
    _, home = np.unique(people.household.astype(np.int64) * 100_000_000 + now, return_inverse=True)
    everyone, last = np.arange(people.size, dtype=np.int32), np.full(people.size, end - 1, np.int32)
    here = present(people, world.needs, everyone, last) & ~without_address(world, everyone, last)
    return np.where(people.in_care_home | ~here, -1, home)


def somebody_else(home: NDArray[np.int64], who: Mask) -> Mask:
    """Per person, whether another person of the same home is one of these."""
    kept = home >= 0
    count = np.bincount(home[kept], weights=who[kept].astype(float), minlength=int(home.max()) + 2)
    others: Mask = np.where(kept, count[home] - who, 0) > 0
    return others
