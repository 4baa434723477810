"""Places against the average: funnel limits for each cohort, and one score over all cohorts with intervals of rank."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import numpy as np

from cohorts.measures.funnel import funnel_limits
from cohorts.measures.inequality_score import score_places
from cohorts.measures.rows import Row
from governance.disclosure import EVERYONE

_LEVELS = ("district", "ward")
_QUERY = """
    SELECT cohort, "group", part, whole FROM measure_count
    WHERE measure = 'prevalence' AND dimension = $level AND "group" <> 'not recorded'
    ORDER BY cohort, "group"
"""


def place_rows(con: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    """Funnel and score of districts and of wards."""
    for level in _LEVELS:
        found = con.execute(_QUERY, {"level": level}).fetchall()
        yield from _funnel(level, found)
        yield from _score(level, found)


def _funnel(level: str, found: Sequence[Any]) -> Iterator[Row]:
    totals: dict[str, list[int]] = {}
    for cohort, _, part, whole in found:
        total = totals.setdefault(cohort, [0, 0])
        total[0], total[1] = total[0] + part, total[1] + whole
    for cohort, place, part, whole in found:
        have, among = totals[cohort]
        limits = funnel_limits(have / among, whole) if among else None
        if limits:
            low, high = limits.inner
            yield Row(cohort, "funnel", level, place, part, whole, part / whole, low, high)


def _score(level: str, found: Sequence[Any]) -> Iterator[Row]:
    """Every cohort is a component, all at the same weight."""
    cohorts, places = (list(dict.fromkeys(row[n] for row in found)) for n in (0, 1))
    if not cohorts or len(places) < 2:
        return
    shape = (len(cohorts), len(places))
    part, whole = (np.array([row[n] for row in found]).reshape(shape).T for n in (2, 3))
    scores = score_places(part, whole, [1.0] * len(cohorts))
    for place, one in zip(places, scores, strict=True):
        yield Row(EVERYONE, "inequality_score", level, place, value=one.score, low=one.low, high=one.high)
        yield Row(EVERYONE, "inequality_rank", level, place, low=float(one.rank_low), high=float(one.rank_high))
