"""Every measure of one period, in the order in which they build on each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from cohorts.measures.attrition import attrition_faces
from cohorts.measures.contact import measure_contacts
from cohorts.measures.slices import slice_people
from cohorts.measures.table import measure_table
from cohorts.query import Definition
from governance.contracts import MEASURE_COUNT, check_table
from governance.warehouse import fetch_table

_COUNTS = 'SELECT * FROM measure_count ORDER BY cohort, measure, dimension, "group"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured: the tables are exact and stay in the analysis zone."""

    cohort_measure: pa.Table
    """Values with intervals and named denominators."""
    measure_count: pa.Table
    """The counts that they were made of, for the release step."""
    cohort_attrition: pa.Table
    """Who is left and who was lost at each step; exact as well."""
    unknown_kinds: tuple[str, ...]
    """Event kinds that no measure counts."""


def measure(
    con: duckdb.DuckDBPyConnection,
    definitions: Sequence[Definition],
    as_of: date,
    *,
    spine: str,
    estimates: Mapping[str, pa.Table] | None = None,
    centroids: pa.Table | None = None,
) -> Measured:
    """Measure every cohort, and everyone.

    Args:
        con: Holds the analysis tables and what ``run_cohorts`` and ``count_cohorts`` made.
        definitions: What was run.
        as_of: First day after the period.
        spine: Id of the source that is the register.
        estimates: Populations from outside, by title; see ``governance.populations``.
        centroids: Centres of small areas; see ``governance.centroids``. Without them no distance is known.
    """
    unknown = measure_contacts(con, as_of, centroids)
    slice_people(con, as_of)
    table = measure_table(con, definitions, as_of, spine=spine, estimates=estimates or {})
    counts = check_table(fetch_table(con, _COUNTS), MEASURE_COUNT)
    return Measured(
        cohort_measure=table,
        measure_count=counts,
        cohort_attrition=attrition_faces(con, definitions),
        unknown_kinds=tuple(unknown),
    )
