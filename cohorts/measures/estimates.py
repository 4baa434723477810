"""Rates out of an estimate of the population from outside, beside those out of the register.

    rate = members / people of the estimate * 1,000, with Byar's limits of the members

Members are counted on the register and in the estimate's groups only: somebody of no recorded group is in none. The
estimate itself is taken as exact, though it is not.
"""

from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa

from cohorts.measures.rate import rate
from cohorts.measures.rows import Row

_QUERY = """
    SELECT cohort, dimension, "group", part FROM measure_count
    WHERE measure = 'prevalence' ORDER BY cohort, dimension, "group"
"""


def estimate_rows(con: duckdb.DuckDBPyConnection, estimates: Mapping[str, pa.Table]) -> Iterator[Row]:
    """Members for every 1,000 people of each estimate, in the groups that it has.

    Args:
        con: Holds ``measure_count``.
        estimates: Columns dimension, group and people, by title.
    """
    members = con.execute(_QUERY).fetchall()
    for title, table in estimates.items():
        people = {(row["dimension"], row["group"]): row["people"] for row in table.to_pylist()}
        for cohort, dimension, group, part in members:
            if whole := people.get((dimension, group)):
                row = Row(cohort, f"out_of_estimate:{title}", dimension, group, part, whole)
                yield row.with_estimate(rate(part, whole))
