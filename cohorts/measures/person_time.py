"""Rates over the time in which people were there: whoever dies leaves the denominator from the month of their death.

    rate = days of contact in a crisis / person-years * 1,000

Days of one person go together, so the rate has no interval (Poisson limits would be too narrow).
"""

from collections.abc import Iterator
from datetime import date

import duckdb

from cohorts.measures.contact import WINDOW
from cohorts.measures.rows import Row
from governance.disclosure import EVERYONE
from governance.warehouse import load_sql

_DAYS_A_YEAR = 365.25


def person_time_rows(con: duckdb.DuckDBPyConnection, as_of: date) -> Iterator[Row]:
    """Days in a crisis for every 1,000 person-years, by slice.

    ``whole`` is in whole person-years; the rate is made of days.
    """
    window = {"since": WINDOW.before(as_of), "as_of": as_of}
    for dimension, group, crisis, days in con.execute(load_sql("cohorts.measures", "person_years"), window).fetchall():
        years = days / _DAYS_A_YEAR
        value = 1000 * crisis / years if days else None
        yield Row(EVERYONE, "crisis_rate", dimension, group, crisis, round(years), value)
