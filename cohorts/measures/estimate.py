"""What every measure gives: a value with its limits, or nothing where the formula does not hold."""

from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its two-sided limits, in the unit that the measure names."""

    value: float
    low: float
    high: float


def z_of(confidence: float) -> float:
    """The two-sided point of the normal distribution: 1.96 for 0.95, 3.09 for 0.998.

    Raises:
        ValueError: ``confidence`` is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError("confidence is a share between 0 and 1, such as 0.95")
    return NormalDist().inv_cdf(0.5 + confidence / 2)
