"""Rates made comparable between populations of different ages: directly and indirectly standardised.

Directly (DSR), for a standard population with weights w:

    DSR = sum(w O/n) / sum(w);  var = sum(w^2 O/n^2) / sum(w)^2
    limits = DSR + sqrt(var / O) (limits of the count O - O)          (Dobson, with Byar's limits of the count)

Indirectly (ISR): observed over expected, with Byar's limits of the observed, where expected = sum(n r) at reference
rates r.

Sources: Dobson, Kuulasmaa, Eberle and Scherer 1991, Stat Med 10:457; Breslow and Day 1987. The Public Health technical
guide gives no DSR below 10 events in all, since Dobson's method does not hold there: neither does this.
"""

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cohorts.measures.estimate import Estimate
from cohorts.measures.rate import count_limits

FEWEST_EVENTS = 10
"""Below so many events in all there is no directly standardised rate."""


def directly_standardised(
    events: ArrayLike,
    people: ArrayLike,
    standard: ArrayLike,
    per: float = 1000,
    confidence: float = 0.95,
    count_variance: float = 0.0,
) -> Estimate | None:
    """The rate that a population would have if it had the ages of the standard one.

    Args:
        events: Shape (k,): events by age band (or another band).
        people: Shape (k,): people or person-years by band.
        standard: Shape (k,): weights of the bands, in any unit.
        per: So many people.
        confidence: Of the two-sided interval.
        count_variance: Of each count that is not zero, where noise or rounding changed it; it widens the interval.

    Returns:
        None below 10 events, and where a band that the standard has holds nobody: its rate is then unknown.

    Raises:
        ValueError: The three are not of one length.
    """
    found, among, weight = _bands(events, people, standard)
    total, needed = float(found.sum()), weight > 0
    if total < FEWEST_EVENTS or not needed.any() or (among[needed] <= 0).any():
        return None
    found, among, weight = found[needed], among[needed], weight[needed] / weight.sum()
    value = float((weight * found / among).sum())
    unsure = count_variance * ((found > 0) / among**2 + found**2 / among**4)
    spread = sqrt(float((weight**2 * (found / among**2 + unsure)).sum()) / total)
    limits = count_limits(total, confidence)
    return Estimate(
        per * value, per * (value + spread * (limits.low - total)), per * (value + spread * (limits.high - total))
    )


def indirectly_standardised(
    events: ArrayLike, people: ArrayLike, reference_rate: ArrayLike, confidence: float = 0.95
) -> Estimate | None:
    """Observed events for each event expected at the reference rates: 1 is as expected.

    Args:
        events: Shape (k,): events by band.
        people: Shape (k,): people by band.
        reference_rate: Shape (k,): events for each person of the reference population.
        confidence: Of the two-sided interval.

    Returns:
        None where nothing is expected.
    """
    found, among, reference = _bands(events, people, reference_rate)
    expected = float((among * reference).sum())
    if expected <= 0:
        return None
    limits = count_limits(float(found.sum()), confidence)
    return Estimate(limits.value / expected, limits.low / expected, limits.high / expected)


def _bands(*columns: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    found = tuple(np.asarray(column, np.float64) for column in columns)
    if len({column.shape for column in found}) != 1:
        raise ValueError("events, people and weights have one value a band")
    return found
