"""Waits and missed appointments as counts of people, so that they are released as every count is.

A median of exact waits can be one person's wait, and no rule for counts covers it. Counts of people in bands of weeks
go through the safe frame, the release gate attacks them, and the report works out medians from what was released
(:mod:`governance.disclosure.banded`).
"""

import duckdb
import pyarrow as pa

from governance.contracts import COHORT_COUNT, check_table
from governance.disclosure.waits import BANDS, band_name
from governance.warehouse import fetch_table, load_sql, load_table


def count_waits(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """People by how long they waited for each service they were referred to, and people who missed an appointment.

    Args:
        con: Holds what ``measure_contacts`` and ``count_cohorts`` made.

    Returns:
        Contract ``cohort_count``, of everyone whom a service knows: exact, so it stays in the analysis zone.
    """
    bands = {"band": [band_name(band) for band in BANDS], "from_week": [start for start, _ in BANDS]}
    load_table(con, "wait_band", pa.table(bands, pa.schema({"band": pa.string(), "from_week": pa.int32()})))
    return check_table(fetch_table(con, load_sql("cohorts.measures", "wait_count")), COHORT_COUNT)
