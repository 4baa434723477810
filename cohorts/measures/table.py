"""All measures of one period as one table, exact: it stays in the analysis zone."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from cohorts.analysis import parts_of
from cohorts.measures.against_rest import against_rest
from cohorts.measures.by_age import age_rows
from cohorts.measures.by_place import place_rows
from cohorts.measures.child_homes import child_home_rows
from cohorts.measures.estimates import estimate_rows
from cohorts.measures.ladder_gap import cascade_rows
from cohorts.measures.meanings import denominator, meaning_of
from cohorts.measures.person_time import person_time_rows
from cohorts.measures.proportion import proportion
from cohorts.measures.rows import Row
from cohorts.measures.waits_by_group import wait_rows
from cohorts.query import Definition
from governance.contracts import COHORT_MEASURE, check_table
from governance.in_parts import in_parts
from governance.warehouse import load_sql, materialise

_PACKAGE = "cohorts.measures"
_SLICES = ("deprivation_quintile", "ethnic_group", "age_band", "sex", "district", "address", "language")
_NOT_RECORDED = "not recorded"
_COUNTED = {
    "people": ("person_measure", "person_slices", "person_contact", "person_noise"),
    "everyone": ("appointment", "waiting_list", "person_slices", "person", "person_index", "person_noise"),
}
"""What is counted of some people at a time, and of what."""


def measure_table(
    con: duckdb.DuckDBPyConnection,
    definitions: Sequence[Definition],
    as_of: date,
    *,
    spine: str,
    estimates: Mapping[str, pa.Table],
) -> pa.Table:
    """Every measure of every cohort, and of everyone, by slice.

    Args:
        con: Holds what ``count_cohorts``, ``measure_contacts`` and ``slice_people`` made.
        definitions: Their ladders are read, and their versions.
        as_of: First day after the period.
        spine: Id of the source that is the register; named in denominators.
        estimates: Populations from outside, by title; see ``governance.populations``.

    Returns:
        Contract ``cohort_measure``, sorted by key.
    """
    count_measures(con)
    parts: tuple[Callable[[], Iterable[Row]], ...] = (
        lambda: _shares(con),
        lambda: _not_recorded(con),
        lambda: estimate_rows(con, estimates),
        lambda: _against_rest(con),
        lambda: age_rows(con),
        lambda: place_rows(con),
        lambda: cascade_rows(con, definitions),
        lambda: wait_rows(con),
        lambda: person_time_rows(con, as_of),
        lambda: child_home_rows(con, as_of),
    )
    versions = {one.id: one.version for one in definitions}
    rows = sorted((row for part in parts for row in part()), key=lambda row: row.key)
    return check_table(_as_table(rows, versions, spine), COHORT_MEASURE)


def count_measures(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``measure_count``: exact parts and wholes with the keys of their people."""
    for name, tables in _COUNTED.items():
        in_parts(
            con, f"{name}_part", load_sql(_PACKAGE, f"{name}_part"), dict.fromkeys(tables, "person_id"), parts_of(con)
        )
    people, everyone = load_sql(_PACKAGE, "people_count"), load_sql(_PACKAGE, "everyone_count")
    materialise(con, "measure_count", f"SELECT * FROM ({people})\nUNION ALL\nSELECT * FROM ({everyone})")


def _shares(con: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    """Each part of its whole; with an interval where units stand alone."""
    found = con.execute('SELECT cohort, measure, dimension, "group", part, whole FROM measure_count').fetchall()
    for cohort, measure, dimension, group, part, whole in found:
        share = proportion(part, whole)
        if share and not meaning_of(measure).independent:
            yield Row(cohort, measure, dimension, group, part, whole, value=share.value)
        else:
            yield Row(cohort, measure, dimension, group, part, whole).with_estimate(share)


def _not_recorded(con: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    """For each slice, how many of a cohort's population are in none of its groups."""
    query = """
        SELECT cohort, dimension, sum(whole) FILTER ("group" = $missing), sum(whole)
        FROM measure_count WHERE measure = 'prevalence' AND dimension <> 'all'
        GROUP BY cohort, dimension ORDER BY cohort, dimension
    """
    for cohort, dimension, missing, whole in con.execute(query, {"missing": _NOT_RECORDED}).fetchall():
        part = int(missing or 0)
        row = Row(cohort, "not_recorded", dimension, _NOT_RECORDED, part, int(whole))
        yield row.with_estimate(proportion(part, int(whole)))


def _against_rest(con: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    query = """
        SELECT cohort, dimension, "group", part, whole,
            sum(part) OVER (PARTITION BY cohort, dimension), sum(whole) OVER (PARTITION BY cohort, dimension)
        FROM measure_count WHERE measure = 'prevalence' AND list_contains($slices, dimension)
        ORDER BY cohort, dimension, "group"
    """
    for cohort, dimension, group, part, whole, all_part, all_whole in con.execute(
        query, {"slices": list(_SLICES)}
    ).fetchall():
        ratio = against_rest(part, whole, int(all_part), int(all_whole))
        yield Row(cohort, "against_the_rest", dimension, group, part, whole).with_estimate(ratio)


def _as_table(rows: Sequence[Row], versions: dict[str, str], spine: str) -> pa.Table:
    filled: list[dict[str, Any]] = [
        {
            "cohort": row.cohort,
            "version": versions.get(row.cohort, "1"),
            "measure": row.measure,
            "dimension": row.dimension,
            "group": row.group,
            "part": row.part,
            "whole": row.whole,
            "unit": meaning_of(row.measure).unit,
            "denominator": denominator(row.measure, row.cohort, spine),
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "whole_people": row.whole_people,
        }
        for row in rows
    ]
    return pa.Table.from_pylist(filled, schema=COHORT_MEASURE.schema)
