"""Shares with honest intervals: of labels that may each stand for a different number of pairs."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

_Z95 = 1.959963984540054
"""Two-sided 95% point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share between 0 and 1 with its 95% interval; None where there is nothing to take a share of."""

    value: float | None
    low: float | None
    high: float | None
    labels: int
    """How many labels it rests on."""

    @property
    def text(self) -> str:
        """Such as ``0.953 (0.921 to 0.972)``."""
        if self.value is None:
            return "no labels"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def share(hits: NDArray[np.bool_], stands_for: NDArray[np.float64]) -> Share:
    """The share of hits, each label counted as often as pairs it stands for.

    Args:
        hits: Shape (n,).
        stands_for: Shape (n,), above 0: 1 for plain labels, stratum size over sample size for a drawn sample.

    Returns:
        With a Wilson interval on the effective number of labels: unequal weights tell less than equal ones.

    Source:
        Wilson 1927 for the interval; Kish 1965 for the effective number, (sum w)² / sum w².
    """
    labels = len(hits)
    if not labels:
        return Share(None, None, None, 0)
    total = float(stands_for.sum())
    value = float(stands_for[hits].sum()) / total
    low, high = wilson(value, total**2 / float((stands_for**2).sum()))
    return Share(round(value, 5), round(low, 5), round(high, 5), labels)


def wilson(value: float, labels: float) -> tuple[float, float]:
    """Lower and upper 95% limit of a share of ``labels`` labels; exactly 0 and 1 at the ends."""
    weight = _Z95**2 / labels
    middle = value + weight / 2
    reach = _Z95 * sqrt(value * (1 - value) / labels + weight / (4 * labels))
    low = 0.0 if value <= 0 else (middle - reach) / (1 + weight)
    high = 1.0 if value >= 1 else (middle + reach) / (1 + weight)
    return low, high
