"""Waits and missed appointments as counts of people, so that they are released as every count is.

A median of exact waits can be one person's wait, and no rule for counts covers it. Counts of people in bands of weeks
go through the safe frame, the release gate attacks them, and the report works out medians from what was released
(:mod:`governance.disclosure.banded`).
"""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from governance.contracts import COHORT_COUNT, check_table
from governance.disclosure.waits import BANDS, band_name, is_of_waits
from governance.warehouse import fetch_table, load_sql, load_table

_PACKAGE = "cohorts.measures"


def count_waits(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """People by how long they waited for each service they were referred to, and people who missed an appointment.

    Args:
        con: Holds what ``measure_contacts`` and ``count_cohorts`` made.

    Returns:
        Contract ``cohort_count``, of everyone whom a service knows: exact, so it stays in the analysis zone.
    """
    stage_waits(con)
    return check_table(fetch_table(con, load_sql(_PACKAGE, "wait_count")), COHORT_COUNT)


def stage_waits(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``wait_person``: which of these counts each person adds to. A view, for most people are in several.

    Args:
        con: As for :func:`count_waits`.
    """
    bands = {"band": [band_name(band) for band in BANDS], "from_week": [start for start, _ in BANDS]}
    load_table(con, "wait_band", pa.table(bands, pa.schema({"band": pa.string(), "from_week": pa.int32()})))
    for name in ("wait_place", "appointment_place", "wait_person"):
        con.execute(f"CREATE OR REPLACE VIEW {name} AS {load_sql(_PACKAGE, name)}")


def waits_in(counts: pa.Table) -> bool:
    """Whether counts of waits or appointments are among some counts.

    Args:
        counts: Contract ``cohort_count``.
    """
    return any(is_of_waits(measure) for measure in pc.unique(counts["measure"]).to_pylist())
