"""Waits of every group, those who still wait counted: medians with limits."""

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import numpy as np

from cohorts.measures.rows import Row
from cohorts.measures.waits import survival
from governance.warehouse import load_sql

FEWEST_WAITS = 10
"""With fewer, a median says nothing of a group."""


def wait_rows(con: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    """Median days; part were seen of whole who waited. None where more than half waited longer than was watched."""
    for cohort, measure, dimension, group, days, is_seen, people in con.execute(
        load_sql("cohorts.measures", "wait_group")
    ).fetchall():
        found = survival(np.array(days), np.array(is_seen))
        row = Row(cohort, measure, dimension, group, sum(is_seen), len(days), whole_people=people)
        if found is None or len(days) < FEWEST_WAITS:
            yield row
        else:
            low, high = found.median_limits
            yield replace(row, value=found.median, low=low, high=high)
