"""Records in doubt and the pairs between them: whole components, in parts, and draw by draw those that are wanted."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Records that could be joined otherwise, as positions from 0, and all scored pairs inside their components."""

    component: Ints
    """By record, ascending from 0, none left out; each has an unsure pair."""
    person: Ints
    """By record: the smallest position in its person as linked."""
    single_source: Ints
    """By record: its source if that keeps one record a person, otherwise -1."""
    left: Ints
    right: Ints
    weight: Floats
    unsure: Flags
    start: int = 0
    """Position of its first record among all records in doubt."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """A node is a record in a draw; draw by draw, and in each in the order of records."""

    record: Ints
    """By node."""
    draw: Ints
    """By node."""
    pair: Ints
    """By tie between two nodes of a draw: which scored pair it is."""
    pair_draw: Ints
    """By tie."""
    left: Ints
    """By tie, a node."""
    right: Ints
    """By tie, a node."""


def parts_of(doubt: Doubt, records_at_once: int) -> Iterator[Doubt]:
    """Whole components at a time, about so many records."""
    ends = np.flatnonzero(np.append(np.diff(doubt.component), 1)) + 1
    by_left = np.argsort(doubt.left, kind="stable")
    left = doubt.left[by_left]
    start = 0
    while start < len(doubt.component):
        fit = np.searchsorted(ends, start + records_at_once, side="right") - 1
        stop = int(ends[max(int(fit), int(np.searchsorted(ends, start, side="right")))])
        rows, (first, after) = slice(start, stop), np.searchsorted(left, (start, stop))
        pairs = np.sort(by_left[first:after])
        yield Doubt(
            component=doubt.component[rows] - doubt.component[start],
            person=doubt.person[rows] - start,
            single_source=doubt.single_source[rows],
            left=doubt.left[pairs] - start,
            right=doubt.right[pairs] - start,
            weight=doubt.weight[pairs],
            unsure=doubt.unsure[pairs],
            start=start,
        )
        start = stop


def nodes_of(doubt: Doubt, wanted: Flags) -> Nodes:
    """The records and pairs of the components that are wanted, draw by draw.

    Args:
        doubt: Some components.
        wanted: Shape (draws, components).
    """
    draw, component = np.nonzero(wanted)
    of_pairs = doubt.component[doubt.left]
    size = np.bincount(doubt.component)
    pairs = np.bincount(of_pairs, minlength=len(size))
    start, here = _starts(size)[component], size[component]
    record, of_record = _ranges(start, here)
    place, of_pair = _ranges(_starts(pairs)[component], pairs[component])
    pair = np.argsort(of_pairs, kind="stable")[place]
    shift = (_starts(here) - start)[of_pair]
    return Nodes(
        record=record,
        draw=draw[of_record],
        pair=pair,
        pair_draw=draw[of_pair],
        left=doubt.left[pair] + shift,
        right=doubt.right[pair] + shift,
    )


def _starts(sizes: Ints) -> Ints:
    """Where each of things that lie one after another begins."""
    found: Ints = np.cumsum(sizes) - sizes
    return found


def _ranges(start: Ints, size: Ints) -> tuple[Ints, Ints]:
    """All positions of ranges, one range after another, and the number of the range of each."""
    of = np.repeat(np.arange(len(start)), size)
    return np.arange(len(of)) + (start - _starts(size))[of], of
