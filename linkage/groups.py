"""Groups of records on their way to people, the ties between them, and what two groups agree on average."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from linkage.runs import Ints, first_of_each

UNSEEN_BITS = -0.25
"""What a pair that no rule brought together weighs in a mean: hardly anything, for rules miss many true pairs."""

_PLACES = 2.0**24
"""Weights are rounded to that part of a bit before they are added up."""
_BITS_A_WORD = 63

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]


def exact(bits: Floats) -> Floats:
    """Weights of which sums are exact, and so the same in whatever order they are added up: ties stay ties."""
    found: Floats = np.rint(bits * _PLACES)
    found /= _PLACES
    return found


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups as positions from 0."""

    size: Ints
    """By group: its records."""
    single: Words
    """Shape (groups, words): a bit for every source that keeps one record a person and has one here."""

    @classmethod
    def of_records(cls, single_source: Ints) -> Self:
        """Every record by itself; given is its source if that keeps one record a person, otherwise -1."""
        words = int(single_source.max(initial=0)) // _BITS_A_WORD + 1
        single = np.zeros((len(single_source), words), np.uint64)
        rows = np.flatnonzero(single_source >= 0)
        word, bit = np.divmod(single_source[rows], _BITS_A_WORD)
        single[rows, word] = np.uint64(1) << bit.astype(np.uint64)
        return cls(np.ones(len(single_source), np.int64), single)

    def of(self, rows: NDArray[np.generic]) -> Self:
        """Some of them."""
        return replace(self, size=self.size[rows], single=self.single[rows])

    def gathered(self, into: Ints) -> Self:
        """Groups of groups; given is by group its new one, from 0, none left out."""
        order = np.argsort(into, kind="stable")
        first = first_of_each(into[order])
        size, single = np.add.reduceat(self.size[order], first), np.bitwise_or.reduceat(self.single[order], first)
        return replace(self, size=size, single=single)


@dataclass(frozen=True, slots=True)
class Ties:
    """What is between two groups: one row per pair of groups with any scored pair; ``a`` below ``b``, ordered."""

    a: Ints
    b: Ints
    bits: Floats
    """Sum of weights."""
    pairs: Ints
    """How many pairs of records were scored."""
    unsettled: Ints
    """How many of these may weigh less than they do here; two groups with any are not joined."""

    @classmethod
    def added(cls, a: Ints, b: Ints, bits: Floats, pairs: Ints, unsettled: Ints, count: int) -> Self:
        """One row per pair of groups, in order, so that sums always add in the same order."""
        pair = a * count + b
        order = np.argsort(pair, kind="stable")  # quick where most are in order, as after every round
        first = first_of_each(pair[order])
        kept = order[first]
        sums = (np.add.reduceat(column[order], first) for column in (pairs, unsettled))
        return cls(a[kept], b[kept], np.add.reduceat(bits[order], first), *sums)

    @classmethod
    def of_pairs(cls, left: Ints, right: Ints, bits: Floats, count: int) -> Self:
        """Scored pairs of single records, none twice, whose weights are what they are."""
        low, high = np.minimum(left, right), np.maximum(left, right)
        return cls.added(low, high, exact(bits), np.ones(len(bits), np.int64), np.zeros(len(bits), np.int64), count)

    def of(self, rows: NDArray[np.bool_]) -> Self:
        """Some of them, in the same order."""
        return type(self)(self.a[rows], self.b[rows], self.bits[rows], self.pairs[rows], self.unsettled[rows])

    def placed(self, place: Ints) -> Self:
        """The same between groups that are numbered anew, in the same order; given is by group its number."""
        return replace(self, a=place[self.a], b=place[self.b])

    def mean(self, groups: Groups) -> Floats:
        """Mean weight of all pairs of records between two groups."""
        possible = groups.size[self.a] * groups.size[self.b]
        found: Floats = (self.bits + UNSEEN_BITS * (possible - self.pairs)) / possible
        return found
