"""Waits from counts in bands of weeks: the median with its limits, those not seen counted until lost sight of.

    n'_b = n_b - u_b / 2     at risk in band b: those not seen are taken to have been watched through half of it
    S_b  = prod over j <= b of (1 - d_j / n'_j)
    var S_b = S_b^2 sum d_j / (n'_j (n'_j - d_j))  +  sum over all counts of (dS_b / dcount)^2 var(count)

d people are seen and u lost sight of in a band. The second term is what hiding, noise and rounding do to the counts.
The curve is straight inside a band; the median is where it crosses a half, its limits are where its limits do.

Source: Cutler and Ederer 1958, J Chron Dis 8:699 (life table); Greenwood 1926; Brookmeyer and Crowley 1982, Biometrics
38:29 for the median's limits; where everybody was seen these are Woodruff's (1952, JASA 47:635). Zou and Donner 2008,
Stat Med 27:1693, for the gap of two medians.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, inf

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z95 = 1.959963984540054
"""Two-sided 95% point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A number with its 95% interval; infinite where nothing bounds it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Banded:
    """Counts of people by band as far as they are known: the mean of what they may be, and its variance."""

    seen: Floats
    """Shape (bands,): people seen in each band."""
    unseen: Floats
    """Shape (bands,): people watched so long and not seen."""
    seen_variance: Floats
    unseen_variance: Floats


def median_wait(banded: Banded, ends: Sequence[float]) -> Bounded | None:
    """The wait within which half are seen.

    Args:
        banded: The counts.
        ends: Shape (bands,): where each band ends, rising; the first begins at 0. The last is open: nothing is told
            of how waits lie inside it.

    Returns:
        In the unit of ``ends``; infinite where it lies in the last band or beyond. None where nobody was referred.
    """
    if banded.seen.sum() + banded.unseen.sum() <= 0:
        return None
    share, variance = _waiting(banded)
    low, high = _log_log(share, variance, Z95)
    times = np.r_[0.0, np.asarray(ends[:-1], float)]
    value, first, last = (_crossing(times, np.r_[1.0, curve[:-1]]) for curve in (share, low, high))
    return Bounded(value, min(first, value), max(last, value))


def gap(one: Bounded, other: Bounded) -> Bounded | None:
    """How much longer one median is than another, of different people; None where either lies beyond the bands.

    Limits by the square-and-add method from those of both; infinite where theirs are.
    """
    if inf in (one.value, other.value):
        return None
    value = one.value - other.value
    below = hypot(one.value - one.low, other.high - other.value)
    above = hypot(one.high - one.value, other.value - other.low)
    return Bounded(value, value - below, value + above)


def _waiting(banded: Banded) -> tuple[Floats, Floats]:
    """The share still waiting at the end of each band, and its variance."""
    share = _survival(banded.seen, banded.unseen)
    at_risk = _at_risk(banded.seen, banded.unseen)
    left = at_risk - banded.seen
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(banded.seen > 0, banded.seen / (at_risk * left), 0.0)
    chance = np.where(share > 0, share**2 * np.cumsum(np.where(np.isfinite(terms), terms, 0.0)), 0.0)
    return share, chance + _of_counts(banded)


def _of_counts(banded: Banded) -> Floats:
    """What not knowing the counts adds to the variance: slopes by half a person up and down."""
    counts, bands = np.r_[banded.seen, banded.unseen], len(banded.seen)
    step = 0.5 * np.eye(len(counts))
    up, down = (np.array([_survival(row[:bands], row[bands:]) for row in counts + sign * step]) for sign in (1, -1))
    slope: Floats = up - down
    return np.asarray((slope**2).T @ np.r_[banded.seen_variance, banded.unseen_variance], np.float64)


def _survival(seen: Floats, unseen: Floats) -> Floats:
    at_risk = _at_risk(seen, unseen)
    with np.errstate(divide="ignore", invalid="ignore"):
        leaves = np.where(at_risk > 0, seen / at_risk, 0.0)
    return np.asarray(np.cumprod(1 - np.clip(leaves, 0.0, 1.0)), np.float64)


def _at_risk(seen: Floats, unseen: Floats) -> Floats:
    entering = np.cumsum((seen + unseen)[::-1])[::-1]
    return np.asarray(entering - unseen / 2, np.float64)


def _log_log(share: Floats, variance: Floats, z: float) -> tuple[Floats, Floats]:
    """Limits of the share still waiting on the log-log scale, so that they stay between 0 and 1."""
    inside = (share > 0) & (share < 1)
    held = np.where(inside, share, 0.5)
    reach = np.exp(z * np.sqrt(variance) / np.abs(held * np.log(held)))
    return np.where(inside, held**reach, share), np.where(inside, held ** (1 / reach), share)


def _crossing(times: Floats, curve: Floats, half: float = 0.5) -> float:
    """Where a falling curve, straight between its points, comes down to a half; infinite if it does not."""
    below = np.flatnonzero(curve <= half)
    if not len(below):
        return inf
    at = int(below[0])
    drop = curve[at - 1] - curve[at]
    return float(times[at - 1] + (times[at] - times[at - 1]) * (curve[at - 1] - half) / drop)
