"""What the analysis zone knows of each source's data: counts for the release step, never a value."""

from datetime import date

import duckdb
import pyarrow as pa

from cohorts.durations import Duration
from cohorts.measures.slices import slice_people
from governance.contracts import MEASURE_COUNT, RECORD_QUALITY, check_table
from governance.warehouse import fetch_table, load_sql, load_table, materialise

MONTHS = Duration.parse("13m")
"""Events are counted by month over so long: a year and the month itself."""

_PACKAGE = "cohorts.quality"


def quality_counts(con: duckdb.DuckDBPyConnection, quality: pa.Table, as_of: date) -> pa.Table:
    """Completeness by group, disagreement with other sources, joined records with and without a field, events by month.

    Args:
        con: Holds the analysis tables, and what ``group_people`` and ``number_people`` made.
        quality: Contract ``record_quality``.
        as_of: First day after the period.

    Returns:
        Contract ``measure_count``, with the source in the place of the cohort.
    """
    load_table(con, "record_quality", check_table(quality, RECORD_QUALITY))
    slice_people(con, as_of)
    materialise(con, "quality_record", load_sql(_PACKAGE, "quality_record"))
    window = {"since": MONTHS.before(as_of), "as_of": as_of}
    found = fetch_table(con, load_sql(_PACKAGE, "quality_count"), window)
    return check_table(found.cast(MEASURE_COUNT.schema), MEASURE_COUNT)
