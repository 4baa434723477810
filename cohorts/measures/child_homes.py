"""Children's homes in which nobody is known to be an adult: whom definitions about homes cannot tell of, by group.

Siblings go together, so the shares have no interval.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb

from cohorts.measures.proportion import proportion
from cohorts.measures.rows import Row
from governance.disclosure import EVERYONE
from governance.warehouse import load_sql


def child_home_rows(con: duckdb.DuckDBPyConnection, as_of: date) -> Iterator[Row]:
    """By slice; none where the project does not tell who shares a home."""
    days = {"as_of": as_of, "last_day": as_of - timedelta(days=1)}
    for dimension, group, part, whole in con.execute(load_sql("cohorts.measures", "child_home"), days).fetchall():
        share = proportion(part, whole)
        value = share.value if share else None
        yield Row(EVERYONE, "child_without_known_adult", dimension, group, part, whole, value)
