"""Average-link joining: whoever agree best with each other join first, and two groups only if they agree on average.

A single strong pair is enough to chain strangers together; the mean over all pairs between two groups is not so easily
deceived. The two groups that agree best are joined, again and again: in squares of weights where a component is small.
In a large one reciprocal nearest neighbours are merged in rounds, whole arrays at a time, which for average linkage
gives the same (Murtagh, 1983).
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from linkage.joining_small import LARGEST, UNSEEN_BITS, join_small
from linkage.ties import grouped

_BITS_A_WORD = 63

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Groups:
    """Groups so far: which group each record is in, and by group its size and its one-record-a-person sources."""

    of_record: Ints
    size: Ints
    single: NDArray[np.uint64]
    """Shape (records, words): a bit for every source that keeps one record a person and has one here."""


@dataclass(frozen=True, slots=True)
class _Ties:
    """What is between two groups: one row per pair of groups with any scored pair; ``a`` below ``b``, ordered."""

    a: Ints
    b: Ints
    bits: Floats
    """Sum of weights."""
    pairs: Ints
    """How many pairs of records were scored."""

    def of(self, rows: NDArray[np.bool_]) -> Self:
        """Some of them, in the same order."""
        return replace(self, a=self.a[rows], b=self.b[rows], bits=self.bits[rows], pairs=self.pairs[rows])


def join_on_average(left: Ints, right: Ints, bits: Floats, single_source: Ints, component: Ints | None = None) -> Ints:
    """Group records by average link.

    Args:
        left: One record of every scored pair, as positions from 0.
        right: The other; no pair twice.
        bits: Match weight of the pair, prior included; negative where the records look like two people.
        single_source: By record: its source if that keeps one record a person, otherwise -1. No group gets two
            records of one such source.
        component: By record the smallest record that pairs lead to; looked for if it is not known.

    Returns:
        By record: the smallest record of its group.
    """
    low, high, single = np.minimum(left, right), np.maximum(left, right), _source_bits(single_source)
    if component is None:
        component = grouped(len(single_source), np.stack([low, high]))
    small = (np.bincount(component, minlength=len(component)) <= LARGEST)[component]
    found = component.copy()
    for rows, join in ((small, join_small), (~small, _join_in_rounds)):
        records, inside = np.flatnonzero(rows), rows[low]
        place = np.cumsum(rows) - 1
        joined = join(place[low[inside]], place[high[inside]], bits[inside], single[rows], place[component[rows]])
        found[records] = records[joined]
    return found


def _join_in_rounds(left: Ints, right: Ints, bits: Floats, single: NDArray[np.uint64], component: Ints) -> Ints:
    """As :func:`linkage.joining_small.join_small`, for components of any size."""
    count = len(single)
    groups = _Groups(np.arange(count), np.ones(count, np.int64), single)
    ties = _added(left, right, bits, np.ones(len(bits), np.int64), count)
    while True:
        ties = _undecided(ties, groups, component)
        first, second = _best_for_each_other(ties, groups)
        if not len(first):
            return groups.of_record
        groups, ties = _merged(groups, ties, first, second)


def _undecided(ties: _Ties, groups: _Groups, component: Ints) -> _Ties:
    """Without ties that decide nothing any more.

    Two groups that hold records of one source that keeps one a person never join, whatever they join before; and
    where no two groups of a component may join now, none of them ever will, for nothing about them changes.
    Components are those of the beginning: what falls apart later is kept a little longer.
    """
    shared = groups.single[ties.a] & groups.single[ties.b]
    ties = ties.of(np.all(shared == 0, axis=1))
    joins = _mean(ties, groups) >= 0
    changes = np.zeros(len(groups.size), np.bool_)
    changes[component[ties.a[joins]]] = True
    return ties.of(changes[component[ties.a]])


def _mean(ties: _Ties, groups: _Groups) -> Floats:
    """Mean weight of all pairs of records between two groups."""
    possible = groups.size[ties.a] * groups.size[ties.b]
    found: Floats = (ties.bits + UNSEEN_BITS * (possible - ties.pairs)) / possible
    return found


def _source_bits(single_source: Ints) -> NDArray[np.uint64]:
    words = int(single_source.max(initial=0)) // _BITS_A_WORD + 1
    found = np.zeros((len(single_source), words), np.uint64)
    rows = np.flatnonzero(single_source >= 0)
    word, bit = np.divmod(single_source[rows], _BITS_A_WORD)
    found[rows, word] = np.uint64(1) << bit.astype(np.uint64)
    return found


def _best_for_each_other(ties: _Ties, groups: _Groups) -> tuple[Ints, Ints]:
    """Pairs of groups that are each other's best, mean weight above 0; of equals the smaller number.

    Args:
        ties: None between groups that must stay apart.
        groups: So far.
    """
    mean = _mean(ties, groups)
    joins = mean >= 0
    a, b, mean = ties.a[joins], ties.b[joins], mean[joins]
    strength, best = np.full(len(groups.size), -np.inf), np.full(len(groups.size), len(groups.size))
    for one in (a, b):
        np.maximum.at(strength, one, mean)
    for one, other in ((a, b), (b, a)):
        strongest = mean == strength[one]
        np.minimum.at(best, one[strongest], other[strongest])
    mutual = (best[a] == b) & (best[b] == a)
    return a[mutual], b[mutual]


def _merged(groups: _Groups, ties: _Ties, first: Ints, second: Ints) -> tuple[_Groups, _Ties]:
    into = np.arange(len(groups.size))
    into[second] = first
    size, single = groups.size.copy(), groups.single.copy()
    size[first] += size[second]
    single[first] |= single[second]
    a, b = into[ties.a], into[ties.b]
    between = a != b
    low, high = np.minimum(a, b)[between], np.maximum(a, b)[between]
    return _Groups(into[groups.of_record], size, single), _added(
        low, high, ties.bits[between], ties.pairs[between], len(size)
    )


def _added(a: Ints, b: Ints, bits: Floats, pairs: Ints, count: int) -> _Ties:
    """One row per pair of groups, in order, so that sums always add in the same order."""
    pair = a * count + b
    order = np.argsort(pair, kind="stable")  # quick where most are in order, as after every round
    pair, a, b, bits, pairs = pair[order], a[order], b[order], bits[order], pairs[order]
    if not len(a):
        return _Ties(a, b, bits, pairs)
    starts = np.flatnonzero(np.append(True, pair[1:] != pair[:-1]))
    return _Ties(a[starts], b[starts], np.add.reduceat(bits, starts), np.add.reduceat(pairs, starts))
