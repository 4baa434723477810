"""One service's book: its records, its events, and which record each event belongs to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Codes
from flows.demo.events import Events
from flows.demo.noise import Noise
from flows.demo.records import Records, group_events, write_down
from flows.demo.timeline import Days
from flows.demo.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Everything a service holds; a delivery is what of it stood there at a period's end."""

    records: Records
    events: Events
    record: NDArray[np.intp]
    """Per event, its record."""

    def event_rows(self, end: int) -> NDArray[np.intp]:
        """Events before ``end``, in order."""
        return np.flatnonzero(self.events.day < end)


def open_book(world: World, source: str, noise: Noise, *, split: float, first_number: int) -> Book:
    """Group a source's events into records and write their identifiers down.

    Args:
        world: What is true.
        source: Source id.
        noise: The service's habits.
        split: Share of people whom the service entered twice.
        first_number: Where its own record numbers begin.
    """
    events = world.events[source]
    person, first, record = group_events(world.streams.rng(f"{source} records"), events, split=split)
    return book_of(world, source, noise, events, person, first, record, first_number=first_number)


def book_of(
    world: World,
    source: str,
    noise: Noise,
    events: Events,
    person: Codes,
    first_day: Days,
    record: NDArray[np.intp],
    *,
    first_number: int,
) -> Book:
    """A book whose records are given."""
    rng = world.streams.rng(f"{source} identifiers")
    records = write_down(rng, world, person, first_day, noise, first_number=first_number)
    return Book(records=records, events=events, record=record)
