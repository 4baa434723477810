"""Funnel limits: how far a place's share may lie from the average by chance alone, given its size.

    limits = p -+ z sqrt(p (1 - p) / n), between 0 and 1, for z = 1.96 (2 SD) and 3.09 (3 SD)

Source: Spiegelhalter 2005, Stat Med 24:1185, as in the Public Health funnel plots for proportions.
"""

from dataclasses import dataclass
from math import sqrt

from cohorts.measures.estimate import z_of

INNER, OUTER = 0.95, 0.998
"""About 2 and 3 standard deviations."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Both pairs of limits for a place of one size."""

    average: float
    inner: tuple[float, float]
    outer: tuple[float, float]

    def says(self, value: float) -> str:
        """``within``, ``beyond 2 SD`` or ``beyond 3 SD``: a question to ask, never a ranking."""
        for limits, word in ((self.outer, "beyond 3 SD"), (self.inner, "beyond 2 SD")):
            if not limits[0] <= value <= limits[1]:
                return word
        return "within"


def funnel_limits(average: float, size: float) -> Funnel | None:
    """Limits around ``average`` for a place of ``size`` people.

    Args:
        average: Share among everyone, between 0 and 1.
        size: People at the place.

    Returns:
        None for a place without people.

    Raises:
        ValueError: The average is not a share.
    """
    if not 0 <= average <= 1:
        raise ValueError("an average share lies between 0 and 1")
    if size <= 0:
        return None
    error = sqrt(average * (1 - average) / size)
    inner, outer = (_limits(average, z_of(confidence) * error) for confidence in (INNER, OUTER))
    return Funnel(average, inner, outer)


def _limits(average: float, reach: float) -> tuple[float, float]:
    return max(0.0, average - reach), min(1.0, average + reach)
