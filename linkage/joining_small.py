"""Average-link joining of many small components at once, each as a square of weights.

What is joined, and why, is said in :mod:`linkage.joining`. Linkage draws join the same few records two hundred times.
Components of one size are stacked, and in every step the two groups of each that agree best are joined, so that there
are no more steps than the size has records.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNSEEN_BITS = -0.25
"""What a pair that no rule brought together weighs in a mean: hardly anything, for rules miss many true pairs."""

LARGEST = 48
"""Records of a component that is taken as a square: above it hardly any pair of records is scored."""

_CELLS_AT_ONCE = 500_000
"""Cells of squares held at a time; there are three arrays of them, of 8 bytes a cell."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class _Squares:
    """Components of one size, one entry each on the first axis; ``k`` is a component, ``n`` its records or groups."""

    bits: Floats
    """Shape (k, n, n): sums of weights between two groups."""
    pairs: Floats
    """Shape (k, n, n): how many pairs of records were scored between them."""
    mean: Floats
    """Shape (k, n, n): mean weight, minus infinity where the two may not join or are one."""
    size: Floats
    """Shape (k, n): records of a group; 0 for what was joined to another."""
    single: Words
    """Shape (k, n, words): sources that keep one record a person and have one in the group."""
    into: Ints
    """Shape (k, n): by group the one that it was joined to, which may have been joined to another; else itself."""

    def of(self, rows: Ints) -> "_Squares":
        """Some components."""
        return _Squares(*(getattr(self, name)[rows] for name in self.__slots__))


def join_small(left: Ints, right: Ints, bits: Floats, single: Words, component: Ints) -> Ints:
    """Group records by average link, where no component has more than ``LARGEST``.

    Args:
        left: One record of every scored pair, as positions from 0.
        right: The other, larger; no pair twice.
        bits: Weight of the pair.
        single: By record, shape (records, words): a bit if its source keeps one record a person.
        component: By record the smallest record of its component.

    Returns:
        By record: the smallest record of its group.
    """
    record = np.argsort(component, kind="stable")
    first = np.flatnonzero(np.append(True, np.diff(component[record]) != 0))
    sizes = np.diff(np.append(first, len(record)))
    number, place = np.repeat(np.arange(len(sizes)), sizes), np.arange(len(record)) - np.repeat(first, sizes)
    of_record, at = np.empty_like(record), np.empty_like(record)
    of_record[record], at[record] = number, place
    found = component.copy()
    by_component = np.argsort(of_record[left], kind="stable")
    ends = np.searchsorted(of_record[left[by_component]], np.arange(len(sizes) + 1))
    for size in np.unique(sizes[sizes > 1]):
        for chosen in _at_once(np.flatnonzero(sizes == size), int(size)):
            counts = ends[chosen + 1] - ends[chosen]
            k = np.repeat(np.arange(len(chosen)), counts)
            row = by_component[np.arange(counts.sum()) + np.repeat(ends[chosen] - np.cumsum(counts) + counts, counts)]
            records = record[first[chosen][:, None] + np.arange(size)]
            squares = _squares((k, at[left[row]], at[right[row]]), bits[row], single[records])
            found[records] = np.take_along_axis(records, _joined(squares), axis=1)
    return found


def _at_once(chosen: Ints, size: int) -> Iterator[Ints]:
    step = max(1, _CELLS_AT_ONCE // size**2)
    yield from (chosen[start : start + step] for start in range(0, len(chosen), step))


def _squares(cells: tuple[Ints, Ints, Ints], weight: Floats, single: Words) -> _Squares:
    count, size, _ = single.shape
    bits, pairs = np.zeros((2, count, size, size))
    k, a, b = cells
    bits[k, a, b] = bits[k, b, a] = weight
    pairs[k, a, b] = pairs[k, b, a] = 1
    apart = np.any(single[:, :, None] & single[:, None, :], axis=3) | np.eye(size, dtype=np.bool_)
    mean = np.where(apart, -np.inf, bits + UNSEEN_BITS * (1 - pairs))
    into = np.broadcast_to(np.arange(size), (count, size)).copy()
    return _Squares(bits, pairs, mean, np.ones((count, size)), single.copy(), into)


def _joined(squares: _Squares) -> Ints:
    """By record of every component the place of its group's first record."""
    found, rows = squares.into.copy(), np.arange(len(squares.into))
    while len(rows):
        flat = squares.mean.reshape(len(rows), -1)
        best = flat.argmax(axis=1)  # of equals the first: the smaller numbers
        goes_on = flat[np.arange(len(rows)), best] >= 0
        if not goes_on.all():
            found[rows[~goes_on]] = squares.into[~goes_on]
            squares, rows, best = squares.of(np.flatnonzero(goes_on)), rows[goes_on], best[goes_on]
        if len(rows):
            _join(squares, *np.divmod(best, squares.size.shape[1]))
    while not np.array_equal(found, further := np.take_along_axis(found, found, axis=1)):
        found = further
    return found


def _join(squares: _Squares, a: Ints, b: Ints) -> None:
    """Join group ``b`` of every component to its group ``a``, in place."""
    k = np.arange(len(a))
    for held in (squares.bits, squares.pairs):
        held[k, a] += held[k, b]
        held[k, :, a] = held[k, a]
    squares.size[k, a] += squares.size[k, b]
    squares.size[k, b] = 0
    squares.single[k, a] |= squares.single[k, b]
    squares.into[k, b] = a
    possible = squares.size[k, a][:, None] * squares.size
    apart = (possible == 0) | np.any(squares.single[k, a][:, None] & squares.single, axis=2)
    total = squares.bits[k, a] + UNSEEN_BITS * (possible - squares.pairs[k, a])
    mean = np.where(apart, -np.inf, total / np.maximum(possible, 1))
    mean[k, a] = -np.inf
    squares.mean[k, a] = mean
    squares.mean[k, :, a] = mean
    squares.mean[k, b] = -np.inf
    squares.mean[k, :, b] = -np.inf
