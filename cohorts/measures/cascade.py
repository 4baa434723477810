"""Which rung of a ladder makes the gap between two groups.

A group's share that reaches the end is the product of its shares from rung to rung. The gap between two such products
is told apart into one part a rung by Shapley's rule: each rung's part is what changes if only that rung is exchanged,
averaged over every order in which rungs could be exchanged. The parts add up to the gap exactly, whatever the order of
the rungs, and a rung at which nobody gets on is no obstacle (logarithms would be).

Source: Shapley 1953; Shorrocks 2013, J Econ Inequal 11:99, for decomposition; Das Gupta 1993 gives the same formula for
products of rates.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray


def step_shares(reached: Sequence[float]) -> list[float]:
    """Of those who reached a stage, the share that reached the next.

    Args:
        reached: People at each stage, the first being all in need; never rising.

    Returns:
        One share a rung; 0 where nobody reached the stage before.

    Raises:
        ValueError: More people reached a stage than the one before.
    """
    if any(later > earlier for earlier, later in pairwise(reached)):
        raise ValueError("nobody reaches a stage without the one before")
    return [later / earlier if earlier else 0.0 for earlier, later in pairwise(reached)]


def rung_parts(group: Sequence[float], rest: Sequence[float]) -> NDArray[np.float64]:
    """The part of each rung in the gap ``prod(group) - prod(rest)``.

    Args:
        group: Share that gets from each stage to the next, in one group.
        rest: The same among those it is compared with.

    Returns:
        Shape (k,), in the unit of the shares; adds up to the gap.

    Raises:
        ValueError: The two have different rungs.
    """
    if len(group) != len(rest):
        raise ValueError("both groups climb the same ladder")
    return np.array([_part(rung, group, rest) for rung in range(len(group))])


def _part(rung: int, group: Sequence[float], rest: Sequence[float]) -> float:
    others = [other for other in range(len(group)) if other != rung]
    found = 0.0
    for size in range(len(others) + 1):
        weight = factorial(size) * factorial(len(others) - size) / factorial(len(group))
        for exchanged in combinations(others, size):
            found += weight * prod(group[other] if other in exchanged else rest[other] for other in others)
    return found * (group[rung] - rest[rung])
