"""How long people wait, counting those who still wait: Kaplan and Meier's estimate with Greenwood's variance.

    S(t) = prod over t_i <= t of (1 - d_i / n_i)
    var S(t) = S(t)^2 sum of d_i / (n_i (n_i - d_i))

d of n people at risk are seen on day t. Somebody who dies, whose referral is closed or who is still waiting is censored
that day: it is known only that they had waited so long. The median of those who *were* seen would leave them out, and
with them those who wait longest. Limits are on the log-log scale, so that they stay between 0 and 1.

Source: Kaplan and Meier 1958, J Am Stat Assoc 53:457; Greenwood 1926; Kalbfleisch and Prentice 2002 for log-log limits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cohorts.measures.estimate import Estimate, z_of


@dataclass(frozen=True, slots=True)
class Survival:
    """The share still waiting after each day on which somebody was seen."""

    day: NDArray[np.int64]
    """Shape (k,): rising."""
    at_risk: NDArray[np.int64]
    seen: NDArray[np.int64]
    waiting: NDArray[np.float64]
    """Shape (k,): the estimate, from 1 down."""
    error: NDArray[np.float64]
    """Shape (k,): Greenwood's standard error of the estimate."""
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def median(self) -> float | None:
        """First day after which half or fewer still wait; None if more than half wait for longer than was observed."""
        return _first_at_most(self.day, self.waiting)

    @property
    def median_limits(self) -> tuple[float | None, float | None]:
        """Days at which the limits cross a half; None where one never does (Brookmeyer and Crowley 1982)."""
        return _first_at_most(self.day, self.low), _first_at_most(self.day, self.high)

    def waiting_after(self, day: float) -> Estimate:
        """The share still waiting after ``day`` days; before anybody was seen, everyone."""
        at = int(np.searchsorted(self.day, day, side="right")) - 1
        if at < 0:
            return Estimate(1.0, 1.0, 1.0)
        return Estimate(float(self.waiting[at]), float(self.low[at]), float(self.high[at]))


def survival(days: ArrayLike, is_seen: ArrayLike, confidence: float = 0.95) -> Survival | None:
    """The share of people still waiting, day by day.

    Args:
        days: Shape (n,): whole days from the start of the wait until seen or censored.
        is_seen: Shape (n,): whether the wait ended with being seen.
        confidence: Of the pointwise interval.

    Returns:
        None where nobody waited. Those censored on a day are at risk on it.

    Raises:
        ValueError: A wait is negative, or the two are not of one length.
    """
    waited, event = np.asarray(days, np.int64), np.asarray(is_seen, bool)
    if waited.shape != event.shape or (waited < 0).any():
        raise ValueError("one wait of no fewer than 0 days for each person")
    if not len(waited):
        return None
    day, seen = np.unique(waited[event], return_counts=True)
    at_risk = len(waited) - np.searchsorted(np.sort(waited), day, side="left")
    waiting = np.asarray(np.cumprod(1 - seen / at_risk), np.float64)
    with np.errstate(divide="ignore"):
        greenwood = np.asarray(np.cumsum(seen / (at_risk * (at_risk - seen))), np.float64)
    error = waiting * np.sqrt(np.where(waiting > 0, greenwood, 0.0))
    low, high = _log_log(waiting, greenwood, z_of(confidence))
    return Survival(day, at_risk, seen, waiting, error, low, high)


def _log_log(
    waiting: NDArray[np.float64], greenwood: NDArray[np.float64], z: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Limits of the survival on the log-log scale; once nobody waits there is nothing to be unsure of."""
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.exp(z * np.sqrt(greenwood) / np.log(waiting))
        low, high = waiting ** (1 / reach), waiting**reach
    return np.where(waiting > 0, low, 0.0), np.where(waiting > 0, high, 0.0)


def _first_at_most(day: NDArray[np.int64], share: NDArray[np.float64], half: float = 0.5) -> float | None:
    # A product such as 19/21 * 18/19 may miss a half by the last bit.
    below = np.flatnonzero(share <= half + 1e-12)
    return float(day[below[0]]) if len(below) else None
