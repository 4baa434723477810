"""Cohort rates made comparable by age: standardised rates, the slope over deprivation, and what ages make of a gap."""

from collections import defaultdict
from collections.abc import Iterator
from math import sqrt

import duckdb
import numpy as np
from numpy.typing import NDArray

from cohorts.measures.kitagawa import decompose_gap
from cohorts.measures.rows import Row
from cohorts.measures.slope import slope_index
from cohorts.measures.standardise import directly_standardised, indirectly_standardised
from governance.disclosure import EVERYONE
from governance.warehouse import load_sql

_BANDS = ("0-17", "18-34", "35-49", "50-64", "65-79", "80+")
_FIFTHS = ("1", "2", "3", "4", "5")
_PER = 1000
Counts = dict[tuple[str, str, str], NDArray[np.float64]]
"""Shape (2, bands): members and population, by cohort, dimension and group."""


def age_rows(con: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    """Age-standardised rates, observed over expected, SII and RII, and Kitagawa's parts, of every cohort.

    The standard is everyone on the spine who is alive. People of unknown age are in none of these.
    """
    counts = _counts(con)
    standard = counts.get((EVERYONE, "all", "all"), np.zeros((2, len(_BANDS))))[1]
    for (cohort, dimension, group), (met, among) in counts.items():
        if cohort == EVERYONE:
            continue
        whole = counts[cohort, "all", "all"]
        row = Row(cohort, "age_standardised", dimension, group, int(met.sum()), int(among.sum()))
        weights = np.where(whole[1] > 0, standard, 0)  # ages that the definition is not about have no weight
        yield row.with_estimate(directly_standardised(met, among, weights, per=_PER))
        if dimension != "all":
            yield from _compared(cohort, dimension, group, met, among, whole)
    yield from _slopes(counts)


def _counts(con: duckdb.DuckDBPyConnection) -> Counts:
    found: Counts = defaultdict(lambda: np.zeros((2, len(_BANDS))))
    for cohort, dimension, group, age, met, population in con.execute(
        load_sql("cohorts.measures", "age_count")
    ).fetchall():
        found[cohort, dimension, group][:, _BANDS.index(age)] = met, population
    return dict(sorted(found.items()))


def _compared(
    cohort: str,
    dimension: str,
    group: str,
    met: NDArray[np.float64],
    among: NDArray[np.float64],
    whole: NDArray[np.float64],
) -> Iterator[Row]:
    """A group against all, and against the rest."""
    rate = _rates(*whole)
    row = Row(cohort, "against_expected", dimension, group, int(met.sum()), int(among.sum()))
    yield row.with_estimate(indirectly_standardised(met, among, rate))
    rest = whole - np.stack([met, among])
    own, others = _rates(met, among), _rates(*rest)
    # Where one of the two is nobody, the other's rate stands in: that band then adds nothing at the same age.
    gap = decompose_gap(among, np.where(among > 0, own, others), rest[1], np.where(rest[1] > 0, others, own))
    if gap:
        yield Row(cohort, "gap_by_age", dimension, group, value=100 * gap.composition)
        yield Row(cohort, "gap_at_same_age", dimension, group, value=100 * gap.rates)


def _rates(met: NDArray[np.float64], among: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(met, among, out=np.zeros_like(met), where=among > 0)


def _slopes(counts: Counts) -> Iterator[Row]:
    """SII in percentage points and RII, over fifths of deprivation, on the logit scale."""
    for cohort in dict.fromkeys(cohort for cohort, _, _ in counts if cohort != EVERYONE):
        fifths = [counts.get((cohort, "deprivation_quintile", fifth)) for fifth in _FIFTHS]
        if any(fifth is None for fifth in fifths):
            continue
        part, whole = (np.array([fifth[n].sum() for fifth in fifths if fifth is not None]) for n in (0, 1))
        if not (part > 0).all() or not (part < whole).all():
            continue
        error = np.array([sqrt(1 / a + 1 / (n - a)) for a, n in zip(part, whole, strict=True)])
        found = slope_index(part / whole, whole, error, scale="logit")
        if found:
            stem = ("deprivation_quintile", "all fifths", int(part.sum()), int(whole.sum()))
            sii = found.sii
            yield Row(cohort, "slope_index", *stem, 100 * sii.value, 100 * sii.low, 100 * sii.high)
            yield Row(cohort, "relative_index", *stem).with_estimate(found.rii)
