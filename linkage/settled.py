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

_FEWEST_DRAWS = 4
"""Of fewer draws it costs more to find what they all join than it saves: a component so large is drawn a few times at
once."""


@dataclass(frozen=True, slots=True)
class DrawnTies:
    """Pairs of groups with any scored pair, ordered by both groups."""

    left: Ints
    right: Ints
    """Larger than ``left``."""
    pairs: Ints
    """How many pairs of records were scored."""
    linked: Ints
    """How many of these are joined as linked."""
    unsure: Flags
    """Whether any is in doubt."""
    bits: Floats
    """Shape (draws, ties): sum of weights."""
    joined: Ints
    """Shape (draws, ties): how many of the scored pairs are joined in that draw."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Groups as positions from 0, in the order of their smallest records, and ties between them."""

    of_record: Ints
    """By record its group."""
    component: Ints
    """By group, ascending from 0, none left out."""
    person: Ints
    """By group: a number of its person as linked, which holds whole groups."""
    groups: Groups
    inside: Ints
    """By group: how many pairs of its records are joined."""
    ties: DrawnTies


def settled(doubt: Doubt, noise: Floats, threshold: float) -> Settled:
    """Join what every draw joins.

    Args:
        doubt: Some components.
        noise: Shape (draws, pairs in doubt): bits that a draw adds to the weight of each, as ``groups.exact`` rounds.
        threshold: Pairs at or above it are joined.
    """
    joins, single = doubt.weight >= threshold, Groups.of_records(doubt.single_source)
    if len(noise) >= _FEWEST_DRAWS:
        records, of_record = np.unique(_joined_in_all(doubt, noise, joins, single), return_inverse=True)
    else:
        records = of_record = np.arange(len(doubt.component))
    inside = of_record[doubt.left] == of_record[doubt.right]
    return Settled(
        of_record=of_record,
        component=doubt.component[records],
        person=doubt.person[records],
        groups=single.gathered(of_record),
        inside=np.bincount(of_record[doubt.left[inside & joins]], minlength=len(records)),
        ties=_ties(doubt, noise, threshold, of_record),
    )


def _joined_in_all(doubt: Doubt, noise: Floats, joins: Flags, single: Groups) -> Ints:
    """By record the smallest record of its group.

    A pair settles nothing that is in doubt, or leads out of the person as linked, or between records that only pairs in
    doubt hold in one component: where these fall away, the two are not joined however well they agree on average.
    """
    most = exact(doubt.weight)
    most[doubt.unsure] += np.maximum(noise.max(axis=0), 0)
    count, sure = len(doubt.component), joins & ~doubt.unsure
    held = grouped(count, np.stack([doubt.left[sure], doubt.right[sure]]))
    apart = (held[doubt.left] != held[doubt.right]) | (doubt.person[doubt.left] != doubt.person[doubt.right])
    unsettled = (doubt.unsure | apart).astype(np.int64)
    ties = Ties.added(doubt.left, doubt.right, most, np.ones(len(most), np.int64), unsettled, count)
    return join_in_rounds(ties, single, doubt.component)


def _ties(doubt: Doubt, noise: Floats, threshold: float, of_record: Ints) -> DrawnTies:
    """What is between groups in each draw; a pair in doubt is never inside of one."""
    ends = np.sort(of_record[np.stack([doubt.left, doubt.right])], axis=0)
    between, count = ends[0] != ends[1], int(of_record.max()) + 1
    tie, of_pair = np.unique(ends[0, between] * count + ends[1, between], return_inverse=True)
    weight, unsure = doubt.weight[between], doubt.unsure[between]
    joins = (weight >= threshold).astype(np.int64)

    def summed(values: Floats | Ints | Flags) -> Floats:
        return np.bincount(of_pair, values, minlength=len(tie)).astype(np.float64)

    linked = summed(joins).astype(np.int64)
    bits, joined = np.tile(summed(exact(weight)), (len(noise), 1)), np.tile(linked, (len(noise), 1))
    drawn = of_pair[unsure]
    order = np.argsort(drawn, kind="stable")
    first = first_of_each(drawn[order])
    flips = (weight[unsure] + noise >= threshold) - joins[unsure]
    has_unsure = summed(unsure) > 0
    bits[:, has_unsure] += np.add.reduceat(noise[:, order], first, axis=1)
    joined[:, has_unsure] += np.add.reduceat(flips[:, order], first, axis=1)
    left, right = np.divmod(tie, count)
    return DrawnTies(left, right, np.bincount(of_pair, minlength=len(tie)), linked, has_unsure, bits, joined)
