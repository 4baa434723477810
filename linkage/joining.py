"""Average-link joining: whoever agree best with each other join first, and two groups only if they agree on average.

A single strong pair is enough to chain strangers together; the mean over all pairs between two groups is not so easily
deceived. The two groups that agree best are joined, again and again: in squares of weights where a component is small.
In a large one reciprocal nearest neighbours are merged in rounds, whole arrays at a time, which for average linkage
gives the same (Murtagh, 1983).
"""

import numpy as np
from numpy.typing import NDArray

from linkage.groups import Floats, Groups, Ties
from linkage.joining_small import LARGEST, join_small
from linkage.runs import Ints
from linkage.ties import grouped


def join_on_average(left: Ints, right: Ints, bits: Floats, single_source: Ints) -> Ints:
    """Group records by average link.

    Args:
        left: One record of every scored pair, as positions from 0.
        right: The other; no pair twice.
        bits: Match weight of the pair, prior included; negative where the records look like two people.
        single_source: By record: its source if that keeps one record a person, otherwise -1. No group gets two
            records of one such source.

    Returns:
        By record: the smallest record of its group.
    """
    ties = Ties.of_pairs(left, right, bits, len(single_source))
    component = grouped(len(single_source), np.stack([ties.a, ties.b]))
    return join_groups(ties, Groups.of_records(single_source), component)


def join_groups(ties: Ties, groups: Groups, component: Ints) -> Ints:
    """The same of groups that have records already.

    Args:
        ties: Between them, all settled.
        groups: To begin with.
        component: By group the smallest group that ties lead to.

    Returns:
        By group: the smallest group of those that it was joined to.
    """
    small = (np.bincount(component, minlength=len(component)) <= LARGEST)[component]
    found = component.copy()
    for rows, join in ((small, join_small), (~small, join_in_rounds)):
        chosen, place = np.flatnonzero(rows), np.cumsum(rows) - 1
        inside = ties.of(rows[ties.a]).placed(place)
        found[chosen] = chosen[join(inside, groups.of(chosen), place[component[chosen]])]
    return found


def join_in_rounds(ties: Ties, groups: Groups, component: Ints) -> Ints:
    """As :func:`linkage.joining_small.join_small`, for components of any size.

    Where ties are unsettled, two groups join if nothing that these may come to weigh can part them. Whatever else
    joins before, they join: what two groups that join agree on with a third is a mean of what each did, so that a
    pair that is each other's best stays so.
    """
    of_group = np.arange(len(groups.size))
    while True:
        ties = _undecided(ties, groups, component)
        first, second = _best_for_each_other(ties, groups)
        if not len(first):
            return of_group
        into = np.arange(len(groups.size))
        into[second] = first
        of_group, groups, ties = into[of_group], _merged(groups, first, second), _between(ties, into)


def _undecided(ties: Ties, groups: Groups, component: Ints) -> Ties:
    """Without ties that decide nothing any more.

    Two groups that hold records of one source that keeps one a person never join, whatever they join before; and
    where no two groups of a component may join now, none of them ever will, for nothing about them changes.
    Components are those of the beginning: what falls apart later is kept a little longer.
    """
    shared = groups.single[ties.a] & groups.single[ties.b]
    ties = ties.of(np.all(shared == 0, axis=1))
    joins = ties.mean(groups) >= 0
    changes = np.zeros(len(groups.size), np.bool_)
    changes[component[ties.a[joins]]] = True
    return ties.of(changes[component[ties.a]])


def _best_for_each_other(ties: Ties, groups: Groups) -> tuple[Ints, Ints]:
    """Pairs of groups that are each other's best, mean weight above 0, and settled; of equals the smaller number.

    Args:
        ties: None between groups that must stay apart.
        groups: So far.
    """
    mean = ties.mean(groups)
    joins = mean >= 0
    a, b, mean, settled = ties.a[joins], ties.b[joins], mean[joins], ties.unsettled[joins] == 0
    strength, best = np.full(len(groups.size), -np.inf), np.full(len(groups.size), len(groups.size))
    for one in (a, b):
        np.maximum.at(strength, one, mean)
    for one, other in ((a, b), (b, a)):
        strongest = mean == strength[one]
        np.minimum.at(best, one[strongest], other[strongest])
    mutual: NDArray[np.bool_] = (best[a] == b) & (best[b] == a) & settled
    return a[mutual], b[mutual]


def _merged(groups: Groups, first: Ints, second: Ints) -> Groups:
    size, single = groups.size.copy(), groups.single.copy()
    size[first] += size[second]
    single[first] |= single[second]
    return Groups(size, single)


def _between(ties: Ties, into: Ints) -> Ties:
    """Ties between groups that were joined; those inside one are gone."""
    a, b = into[ties.a], into[ties.b]
    left = a != b
    low, high, kept = np.minimum(a, b)[left], np.maximum(a, b)[left], ties.of(left)
    return Ties.added(low, high, kept.bits, kept.pairs, kept.unsettled, len(into))
