"""Counts and rates of events, with Byar's approximation to the exact Poisson limits.

    low  = O     (1 - 1/(9 O)     - z/(3 sqrt(O)))^3
    high = (O+1) (1 - 1/(9 (O+1)) + z/(3 sqrt(O+1)))^3

Within 0.2% of the exact limits from 10 events on. Source: Breslow and Day 1987, Statistical methods in cancer research
II, page 69; the Public Health technical guide on confidence intervals.
"""

from math import sqrt

from cohorts.measures.estimate import Estimate, z_of


def count_limits(events: float, confidence: float = 0.95) -> Estimate:
    """So many events, and the limits of what was to be expected.

    Raises:
        ValueError: ``events`` is negative.
    """
    if events < 0:
        raise ValueError("events cannot be negative")
    z, more = z_of(confidence), events + 1
    low = events * max(0.0, 1 - 1 / (9 * events) - z / (3 * sqrt(events))) ** 3 if events else 0.0
    return Estimate(events, low, more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3)


def rate(events: float, among: float, per: float = 1000, confidence: float = 0.95) -> Estimate | None:
    """Events per ``per`` people or person-years; None where there is nobody."""
    if among <= 0:
        return None
    found = count_limits(events, confidence)
    return Estimate(*(per * number / among for number in (found.value, found.low, found.high)))
