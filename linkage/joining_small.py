"""Average-link joining of many small components at once, each as a square of weights.

What is joined, and why, is said in :mod:`linkage.joining`. Linkage draws join the same few records two hundred times.
Components of one size are stacked, and in every step the two groups of each that agree best are joined, so that there
are no more steps than the size has records.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from linkage.groups import UNSEEN_BITS, Floats, Groups, Ties, Words
from linkage.runs import Ints, first_of_each, ranges

LARGEST = 48
"""Groups of a component that is taken as a square: above it hardly any two of them have a scored pair."""

_CELLS_AT_ONCE = 500_000
"""Cells of squares held at a time; there are three arrays of them, of 8 bytes a cell."""


@dataclass(frozen=True, slots=True)
class _Squares:
    """Components of as many groups, one entry each on the first axis; ``k`` is a component, ``n`` its groups."""

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


def join_small(ties: Ties, groups: Groups, component: Ints) -> Ints:
    """Join groups by average link, where no component has more than ``LARGEST``.

    Args:
        ties: Between them, all settled.
        groups: To begin with.
        component: By group the smallest group of its component.

    Returns:
        By group: the smallest group of those that it was joined to.
    """
    order = np.argsort(component, kind="stable")
    first = first_of_each(component[order])
    sizes = np.diff(np.append(first, len(order)))
    number, place = np.repeat(np.arange(len(sizes)), sizes), np.arange(len(order)) - np.repeat(first, sizes)
    of_group, at = np.empty_like(order), np.empty_like(order)
    of_group[order], at[order] = number, place
    found = component.copy()
    by_component = np.argsort(of_group[ties.a], kind="stable")
    ends = np.searchsorted(of_group[ties.a[by_component]], np.arange(len(sizes) + 1))
    for size in np.unique(sizes[sizes > 1]):
        for chosen in _at_once(np.flatnonzero(sizes == size), int(size)):
            place_of_row, k = ranges(ends[chosen], ends[chosen + 1] - ends[chosen])
            row = by_component[place_of_row]
            members = order[first[chosen][:, None] + np.arange(size)]
            cells = k, at[ties.a[row]], at[ties.b[row]]
            squares = _squares(cells, ties.bits[row], ties.pairs[row], groups.of(members))
            found[members] = np.take_along_axis(members, _joined(squares), axis=1)
    return found


def _at_once(chosen: Ints, size: int) -> Iterator[Ints]:
    step = max(1, _CELLS_AT_ONCE // size**2)
    yield from (chosen[start : start + step] for start in range(0, len(chosen), step))


def _squares(cells: tuple[Ints, Ints, Ints], weight: Floats, scored: Ints, groups: Groups) -> _Squares:
    """Squares of ties; given is by tie its component and its two groups, and by component and place a group."""
    count, size = groups.size.shape
    bits, pairs = np.zeros((2, count, size, size))
    k, a, b = cells
    bits[k, a, b] = bits[k, b, a] = weight
    pairs[k, a, b] = pairs[k, b, a] = scored
    apart = np.any(groups.single[:, :, None] & groups.single[:, None, :], axis=3) | np.eye(size, dtype=np.bool_)
    possible = (groups.size[:, :, None] * groups.size[:, None, :]).astype(np.float64)
    mean = np.where(apart, -np.inf, (bits + UNSEEN_BITS * (possible - pairs)) / possible)
    into = np.broadcast_to(np.arange(size), (count, size)).copy()
    return _Squares(bits, pairs, mean, groups.size.astype(np.float64), groups.single, into)


def _joined(squares: _Squares) -> Ints:
    """By group of every component the place of the first of those that it was joined to."""
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
