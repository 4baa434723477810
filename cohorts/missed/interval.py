"""A share with its interval, where some of what was counted goes together."""

from dataclasses import dataclass
from math import sqrt

_Z95 = 1.959963984540054
"""Two-sided 95% point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share and its 95% interval, all between 0 and 1."""

    value: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """As a percentage."""
        return f"{100 * self.value:.1f}%"

    @property
    def interval_text(self) -> str:
        """Such as ``3.5% to 4.6%``."""
        return f"{100 * self.low:.1f}% to {100 * self.high:.1f}%"


def share(part: float, whole: float, *, squares: tuple[float, float, float], clusters: int) -> Share:
    """A share with Wilson's interval, widened as far as units of one cluster go together.

    Args:
        part: Units that have it.
        whole: Units in all, more than 0.
        squares: Sums over clusters of part squared, whole squared, and the product of both.
        clusters: Clusters with any unit, such as people.

    Source:
        Wilson 1927, on the effective number of units ``whole / design effect``; the design effect from the
        linearised variance of a ratio (Cochran, Sampling Techniques, 1977, section 6). Never below 1. Where all or
        none have it, units of one cluster count as one.
    """
    part_part, whole_whole, part_whole = squares
    value = part / whole
    spread = value * (1 - value)
    if spread > 0 and clusters > 1:
        residual = max(part_part - 2 * value * part_whole + value * value * whole_whole, 0.0)
        variance = residual / whole**2 * clusters / (clusters - 1)
        effect = max(1.0, variance * whole / spread)
    else:
        effect = max(1.0, whole_whole / whole)
    low, high = wilson(value, whole / effect)
    return Share(value, low, high)


def wilson(value: float, units: float) -> tuple[float, float]:
    """Lower and upper 95% limit of a share of ``units`` (may be an effective, broken number)."""
    weight = _Z95**2 / units
    middle, reach = value + weight / 2, _Z95 * sqrt(value * (1 - value) / units + weight / (4 * units))
    low = 0.0 if value <= 0 else (middle - reach) / (1 + weight)
    high = 1.0 if value >= 1 else (middle + reach) / (1 + weight)
    return low, high
