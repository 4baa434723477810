"""How many people would show a set of signs if signs fell independently, and a limit on the share of false finds.

Chance is reckoned inside strata of age and sex: frail people need care more often than others of all ages do, and that
is no finding. A set of three is held against its best explanation in two parts, a pair and a sign or three signs: it
has to be more common than each of these has it (a *productive* set; Webb 2010, Self-sufficient itemsets).

With the margins of each stratum fixed, the number of people who show both parts is a sum of hypergeometric numbers.
Its upper tail is at most that of the Poisson distribution of that mean, above the mean by one (Hoeffding 1956; Vatutin
and Mikhailov 1982), so the p-values hold for small counts too. Benjamini and Hochberg's procedure (1995) is applied
over every set that could have been asked, also those of too few people to be counted, which count as not significant.
"""

from collections.abc import Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from cohorts.finder.sets import NONE, Counted

FALSE_SHARE = 0.05
"""Of the sets that are reported, no more than this share is there by chance, on average."""

Numbers = NDArray[np.float64]


def upper_tail(observed: Numbers, expected: Numbers) -> Numbers:
    """Chance of at least so many by the Poisson distribution; 1 where no more were seen than expected."""
    positive = (observed > 0) & (observed > expected)
    tail: Numbers = np.where(positive, gammainc(np.maximum(observed, 1), expected), 1.0)
    return tail


def expected_people(counted: Counted, rows: NDArray[np.int64]) -> Numbers:
    """People who would show each set by chance: the most that any of its explanations in two parts gives.

    Args:
        counted: Counts of one stage.
        rows: Which sets, of two or three signs.
    """
    sets = counted.sets[rows]
    found = np.zeros(len(rows))
    for one, others in ((0, (1, 2)), (1, (0, 2)), (2, (0, 1))):
        has = sets[:, one] != NONE
        single, rest = _only(sets[has][:, [one]]), _only(sets[has][:, list(others)])
        product = counted.people[counted.rows_of(single)] * counted.people[counted.rows_of(rest)]
        found[has] = np.maximum(found[has], (product / counted.everyone).sum(axis=1))
    return found


def _only(columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sets of these signs alone: ascending, padded."""
    padded = np.full((len(columns), 3), NONE, np.int64)
    padded[:, : columns.shape[1]] = columns
    last = np.iinfo(np.int64).max
    ordered = np.sort(np.where(padded == NONE, last, padded), axis=1)
    return np.where(ordered == last, NONE, ordered)


def expected_often(everyone: Numbers, events: Numbers, times: int) -> float:
    """People whom something would befall so often if every event fell on anybody of its stratum alike."""
    rate = events / np.maximum(everyone, 1)
    return float((everyone * np.where(rate > 0, gammainc(times, np.maximum(rate, 1e-300)), 0.0)).sum())


def expected_of_several(everyone: Numbers, showing: Numbers, least: int) -> float:
    """People who would show so many of several signs by chance.

    Args:
        everyone: Shape (strata,).
        showing: People who show each sign, shape (signs, strata).
        least: How many of the signs.
    """
    share = showing / np.maximum(everyone, 1)
    exactly = np.zeros((len(showing) + 1, len(everyone)))
    exactly[0] = 1.0
    for one in share:
        exactly[1:] = exactly[1:] * (1 - one) + exactly[:-1] * one
        exactly[0] *= 1 - one
    return float((everyone * exactly[least:].sum(axis=0)).sum())


def adjusted(p_values: Numbers, tests: int) -> Numbers:
    """Benjamini and Hochberg's adjusted p-values; ``tests`` counts also those that are not listed."""
    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order] * max(tests, len(p_values)) / (np.arange(len(p_values)) + 1)
    falling = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    found = np.empty_like(p_values)
    found[order] = falling
    return found


def sets_asked(pairs: Sequence[tuple[int, int]], signs: int) -> int:
    """How many pairs and triples of signs may stand together."""
    matrix = np.zeros((signs, signs), np.int64)
    for a, b in pairs:
        matrix[a, b] = matrix[b, a] = 1
    triangles = int(np.trace(matrix @ matrix @ matrix)) // 6
    return min(len(pairs) + triangles, comb(signs, 2) + comb(signs, 3))
