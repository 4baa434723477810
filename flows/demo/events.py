"""What happened: dated events of people, and the few ways in which needs and earlier events bring them about."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flows.demo.draws import Codes, Mask, Rng, happens
from flows.demo.timeline import NEVER, Days, Timeline

Rate = NDArray[np.floating]


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """One entry an event; ``kind``, ``code``, ``outcome`` and ``flags`` mean what the service's module says."""

    person: Codes
    day: Days
    end: Days
    """Last day, or ``NEVER`` where it has none (yet)."""
    kind: NDArray[np.int8]
    code: NDArray[np.int16]
    outcome: NDArray[np.int8]
    flags: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: NDArray[np.intp] | Mask) -> "Events":
        """Some of them."""
        return Events(**{name: getattr(self, name)[rows] for name in self.__slots__})

    def of_kind(self, *kinds: int) -> "Events":
        """Those of the given kinds."""
        return self.take(np.isin(self.kind, kinds))

    def in_order(self) -> "Events":
        """By day, then person, kind and code."""
        return self.take(np.lexsort((self.code, self.kind, self.person, self.day)))


def make_events(
    person: ArrayLike,
    day: ArrayLike,
    *,
    kind: ArrayLike,
    end: ArrayLike = NEVER,
    code: ArrayLike = 0,
    outcome: ArrayLike = 0,
    flags: ArrayLike = 0,
) -> Events:
    """Events from columns; single values are repeated."""
    n = len(np.asarray(person))

    def column(values: ArrayLike, dtype: type[np.generic]) -> NDArray[Any]:
        return np.broadcast_to(np.asarray(values), n).astype(dtype)

    return Events(
        person=column(person, np.int32),
        day=column(day, np.int32),
        end=column(end, np.int32),
        kind=column(kind, np.int8),
        code=column(code, np.int16),
        outcome=column(outcome, np.int8),
        flags=column(flags, np.int16),
    )


def together(*parts: Events) -> Events:
    """All of them, in order."""
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Events.__slots__}
    return Events(**columns).in_order()


def in_state(rng: Rng, timeline: Timeline, state: Mask, per_month: ArrayLike) -> tuple[Codes, Days]:
    """Events at a rate while a state lasts.

    Args:
        rng: Stream of this mechanism.
        timeline: The window.
        state: Shape (months, people).
        per_month: Rate, one number or one a person.

    Returns:
        Person and day of each event.
    """
    month, person = np.nonzero(state)
    rate = np.broadcast_to(np.asarray(per_month), state.shape[1])[person]
    times = rng.poisson(rate)
    return np.repeat(person, times).astype(np.int32), _some_day(rng, timeline, np.repeat(month, times))


def at_rate(rng: Rng, timeline: Timeline, per_month: Rate) -> tuple[Codes, Days]:
    """Events at a steady rate over the whole window, one rate a person."""
    times = rng.poisson(per_month * timeline.months)
    person = np.repeat(np.arange(len(per_month), dtype=np.int32), times)
    return person, (timeline.start + rng.random(len(person)) * (timeline.stop - timeline.start)).astype(np.int32)


def onsets(rng: Rng, timeline: Timeline, state: Mask) -> tuple[Codes, Days]:
    """A day in each month in which a state began."""
    began = state.copy()
    began[1:] &= ~state[:-1]
    month, person = np.nonzero(began)
    return person.astype(np.int32), _some_day(rng, timeline, month)


def follow(rng: Rng, person: Codes, day: Days, *, chance: ArrayLike, days: float) -> tuple[NDArray[np.intp], Days]:
    """A response to each event with some chance, after a wait.

    Returns:
        Rows of the events that got a response, and its day.
    """
    rows = np.flatnonzero(happens(rng, chance, len(person)))
    return rows, (day[rows] + 1 + rng.exponential(days, len(rows))).astype(np.int32)


def repeat_every(rng: Rng, rows: int, *, days: float, lasting: NDArray[np.floating]) -> tuple[NDArray[np.intp], Days]:
    """A row for each time something recurs while it lasts; returns the row it belongs to and days after its start."""
    times = np.maximum(1, np.round(lasting / days)).astype(np.int64)
    row = np.repeat(np.arange(rows), times)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    return row, (nth * days + rng.random(len(row)) * days * 0.6).astype(np.int32)


def first_each(person: Codes, day: Days, *, within: int) -> NDArray[np.intp]:
    """Rows left when only the first event of a person in each stretch of ``within`` days is kept."""
    order = np.lexsort((day, person))
    key = person[order].astype(np.int64) * 10_000 + day[order] // within
    _, first = np.unique(key, return_index=True)
    return np.sort(order[first])


def state_at(timeline: Timeline, state: Mask, person: Codes, day: Days) -> Mask:
    """Whether a person was in a state on a day."""
    inside: Mask = state[timeline.month_of(day), person]
    return inside


def _some_day(rng: Rng, timeline: Timeline, month: NDArray[np.intp]) -> Days:
    length = np.diff(timeline.month_start)[month]
    return (timeline.month_start[month] + rng.random(len(month)) * length).astype(np.int32)
