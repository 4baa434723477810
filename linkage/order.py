"""Less agreement never weighs more: levels that training put out of order are made equal."""

from linkage.comparisons import Comparison

Weights = dict[int, float]
"""Probability by level of one comparison."""


def in_order(comparison: Comparison, m: Weights, u: Weights, *, seen: frozenset[int]) -> Weights:
    """One comparison's m such that weights do not rise as agreement falls.

    Neighbours out of order share one weight, that of both together (pool adjacent violators, Ayer and others, 1955).
    Levels without a place in the order, and levels that training hardly saw, stay as they are.

    Args:
        comparison: Its levels, from most to least agreement.
        m: Share of true pairs by level.
        u: Share of chance pairs by level.
        seen: Levels that training saw.

    Returns:
        m, with the same sum.
    """
    pools: list[list[int]] = []
    for level in comparison.levels:
        if not level.ordered or level.value not in seen:
            continue
        pools.append([level.value])
        while len(pools) > 1 and _ratio(pools[-1], m, u) > _ratio(pools[-2], m, u):
            pools[-2:] = [pools[-2] + pools[-1]]
    pooled = {value: u[value] * _ratio(pool, m, u) for pool in pools if len(pool) > 1 for value in pool}
    return {**m, **pooled}


def _ratio(pool: list[int], m: Weights, u: Weights) -> float:
    return sum(m[value] for value in pool) / sum(u[value] for value in pool)
