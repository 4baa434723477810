"""Records in doubt and the pairs between them: whole components, in parts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.groups import Floats
from linkage.runs import Ints

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Records that could be joined otherwise, as positions from 0, and all scored pairs inside their components."""

    component: Ints
    """By record, ascending from 0, none left out; each has an unsure pair."""
    person: Ints
    """By record: a number of its person as linked."""
    single_source: Ints
    """By record: its source if that keeps one record a person, otherwise -1."""
    left: Ints
    right: Ints
    weight: Floats
    unsure: Flags
    start: int = 0
    """Position of its first record among all records in doubt."""


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
            person=doubt.person[rows],
            single_source=doubt.single_source[rows],
            left=doubt.left[pairs] - start,
            right=doubt.right[pairs] - start,
            weight=doubt.weight[pairs],
            unsure=doubt.unsure[pairs],
            start=start,
        )
        start = stop
