"""The slope and relative index of inequality (SII, RII): the gap between the two ends of deprivation, from all groups.

Each group stands at the middle of its span in the cumulative distribution of people, 0 for the most deprived. A line
through the groups' values, each weighted by its people (the technical guide multiplies all by the root of the
population share, which is the same least squares), gives

    SII = slope;   RII = value of the line at 0 / value at 1

Limits are simulated: each group's value is drawn from a normal distribution with its standard error. With
``scale="log"`` or ``"logit"`` line and draws are on that scale and SII and RII are read off the line's ends, which
keeps rates above nothing and shares between 0 and 1.

Source: Pamuk 1985, Popul Stud 39:17; Low and Low 2004; the Public Health technical guide on the SII.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cohorts.measures.estimate import Estimate

Scale = Literal["plain", "log", "logit"]

FEWEST_GROUPS, DRAWS = 5, 10_000
_SCALES: dict[str, tuple[Callable[..., NDArray[np.float64]], Callable[..., NDArray[np.float64]]]] = {
    "plain": (lambda x: x, lambda x: x),
    "log": (np.log, np.exp),
    "logit": (lambda x: np.log(x / (1 - x)), lambda x: 1 / (1 + np.exp(-x))),
}


@dataclass(frozen=True, slots=True)
class Slope:
    """Both indices; positive SII and RII above 1 mean more of it where deprivation is greatest."""

    sii: Estimate
    rii: Estimate


def relative_rank(people: ArrayLike) -> NDArray[np.float64]:
    """The middle of each group's span of people, between 0 and 1, in the order given.

    Example: groups of 12% and 10% of all people stand at 0.06 and 0.17 (the technical guide's example).
    """
    share = np.asarray(people, np.float64) / np.sum(people)
    return np.asarray(np.cumsum(share) - share / 2)


def slope_index(
    value: ArrayLike,
    people: ArrayLike,
    error: ArrayLike,
    *,
    scale: Scale = "plain",
    seed: int = 1,
    confidence: float = 0.95,
) -> Slope | None:
    """SII and RII over ordered groups.

    Args:
        value: Shape (k,): rates or shares, the most deprived first.
        people: Shape (k,): people in each group, more than none.
        error: Shape (k,): standard errors on ``scale``.
        scale: On which the line is drawn.
        seed: The same seed gives the same limits.
        confidence: Of the two-sided interval.

    Returns:
        None with fewer than 5 groups, where a group is empty, or where the scale has no value (a rate of nothing).
    """
    values, among, errors = (np.asarray(column, np.float64) for column in (value, people, error))
    to, back = _SCALES[scale]
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = to(values)
    if len(values) < FEWEST_GROUPS or (among <= 0).any() or not np.isfinite(scaled).all():
        return None
    line = _line_ends(scaled[None, :], among)
    rng = np.random.default_rng(seed)
    drawn = _line_ends(rng.normal(scaled, errors, (DRAWS, len(values))), among)
    ends, draws = back(line), back(drawn)
    return Slope(
        _with_limits(ends[0] - ends[1], draws[0] - draws[1], confidence),
        _with_limits(ends[0] / ends[1], draws[0] / draws[1], confidence),
    )


def _line_ends(values: NDArray[np.float64], people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (2, d): the weighted least-squares line of each of d rows at rank 0 and 1."""
    rank, weight = relative_rank(people), people / people.sum()
    middle = (weight * rank).sum()
    spread = (weight * (rank - middle) ** 2).sum()
    mean = values @ weight
    slope = (values - mean[:, None]) @ (weight * (rank - middle)) / spread
    return np.stack([mean - slope * middle, mean + slope * (1 - middle)])


def _with_limits(value: NDArray[np.float64], draws: NDArray[np.float64], confidence: float) -> Estimate:
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Estimate(float(value[0]), float(low), float(high))
