"""What is settled whatever is drawn: groups of records that every draw joins, so that draws join groups, not records.

Most records of a person agree so well that no doubt about others could part them. They are joined once, with every pair
in doubt at the most that any draw makes of it (decision 124 says why that is the same, and what it saves).
"""

from dataclasses import dataclass

import numpy as np

from linkage.doubt import Doubt, Flags
from linkage.groups import Floats, Groups, Ties, exact
from linkage.joining import join_in_rounds
from linkage.runs import Ints, first_of_each
from linkage.ties import grouped


@dataclass(frozen=True, slots=True)
class Between:
    """Pairs of groups with any scored pair, ordered by both groups."""

    left: Ints
    right: Ints
    """Larger than ``left``."""
    pairs: Ints
    """How many pairs of records were scored."""
    linked: Ints
    """How many of these are joined as linked."""
    bits: Floats
    """Sum of weights as linked."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """Pairs in doubt, none of them inside a group, ordered by the pair of groups that each is between."""

    order: Ints
    """Their places among pairs in doubt."""
    first: Ints
    """Where those of another pair of groups begin."""
    between: Ints
    """By pair of groups: which of :class:`Between` it is."""
    weight: Floats
    joins: Flags
    """Whether it is joined as linked."""

    def drawn(self, noise: Floats, threshold: float) -> tuple[Floats, Ints]:
        """What draws change about pairs of groups, shape (draws, pairs of groups): bits, and how many pairs join."""
        noise = noise[:, self.order]
        flips = (self.weight + noise >= threshold).astype(np.int64) - self.joins
        return np.add.reduceat(noise, self.first, axis=1), np.add.reduceat(flips, self.first, axis=1)


@dataclass(frozen=True, slots=True)
class Settled:
    """Groups as positions from 0, in the order of their smallest records, and what is between them."""

    of_record: Ints
    """By record its group."""
    person: Ints
    """By group: a number of its person as linked, which holds whole groups."""
    groups: Groups
    inside: Ints
    """By group: how many pairs of its records are joined."""
    between: Between
    unsure: Unsure


def settled(doubt: Doubt, most: Floats, threshold: float) -> Settled:
    """Join what every draw joins.

    Args:
        doubt: Some components.
        most: By pair in doubt: the most bits that any draw adds to its weight, as ``groups.exact`` rounds.
        threshold: Pairs at or above it are joined.
    """
    joins, single = doubt.weight >= threshold, Groups.of_records(doubt.single_source)
    records, of_record = np.unique(_joined_in_all(doubt, most, joins, single), return_inverse=True)
    inside = of_record[doubt.left] == of_record[doubt.right]
    between, of_pair = _between(doubt, joins, of_record, ~inside)
    return Settled(
        of_record=of_record,
        person=doubt.person[records],
        groups=single.gathered(of_record),
        inside=np.bincount(of_record[doubt.left[inside & joins]], minlength=len(records)),
        between=between,
        unsure=_unsure(doubt, joins, of_pair[doubt.unsure[~inside]]),
    )


def _joined_in_all(doubt: Doubt, most: Floats, joins: Flags, single: Groups) -> Ints:
    """By record the smallest record of its group.

    A pair settles nothing that is in doubt, or leads out of the person as linked, or between records that only pairs in
    doubt hold in one component: where these fall away, the two are not joined however well they agree on average.
    """
    weight = exact(doubt.weight)
    weight[doubt.unsure] += np.maximum(most, 0)
    count, sure = len(doubt.component), joins & ~doubt.unsure
    held = grouped(count, np.stack([doubt.left[sure], doubt.right[sure]]))
    apart = (held[doubt.left] != held[doubt.right]) | (doubt.person[doubt.left] != doubt.person[doubt.right])
    unsettled = (doubt.unsure | apart).astype(np.int64)
    ties = Ties.added(doubt.left, doubt.right, weight, np.ones(len(weight), np.int64), unsettled, count)
    return join_in_rounds(ties, single, doubt.component)


def _between(doubt: Doubt, joins: Flags, of_record: Ints, wanted: Flags) -> tuple[Between, Ints]:
    """What is between groups as linked, and by pair of records that is wanted which of these it belongs to."""
    ends, count = np.sort(of_record[np.stack([doubt.left[wanted], doubt.right[wanted]])], axis=0), len(of_record)
    pair, of_pair = np.unique(ends[0] * count + ends[1], return_inverse=True)
    left, right = np.divmod(pair, count)
    linked = np.bincount(of_pair[joins[wanted]], minlength=len(pair))
    bits: Floats = np.bincount(of_pair, exact(doubt.weight[wanted]), minlength=len(pair)).astype(np.float64)
    return Between(left, right, np.bincount(of_pair, minlength=len(pair)), linked, bits), of_pair


def _unsure(doubt: Doubt, joins: Flags, of_pair: Ints) -> Unsure:
    """Pairs in doubt; given is by such a pair which pair of groups it is between."""
    order = np.argsort(of_pair, kind="stable")
    first = first_of_each(of_pair[order])
    weight = doubt.weight[doubt.unsure][order]
    return Unsure(order, first, of_pair[order][first], weight, joins[doubt.unsure][order])
