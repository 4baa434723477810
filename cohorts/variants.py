"""Counts beside the answer: the definition at other thresholds, and members whose needs are shared by construction.

Where published thresholds differ, a report that shows one of them takes a side without saying so.
"""

from collections.abc import Sequence
from datetime import date

import duckdb
import pyarrow as pa

from cohorts.compile import compile_query
from cohorts.durations import Duration
from cohorts.homes_in_parts import some_homes_at_a_time
from cohorts.query import Definition, Shared, Variant
from cohorts.words import plain
from governance.warehouse import append, load_sql, load_table

SHARED = "shared"
"""Measure: members who also meet the definition of needs shared by construction."""

_MEMBER_SCHEMA = pa.schema([("cohort", pa.string()), ("measure", pa.string()), ("person_id", pa.string())])
_SCHEMA = pa.schema([("cohort", pa.string()), ("measure", pa.string())])


def run_variants(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], as_of: date) -> None:
    """Make ``extra`` (cohort, measure) and ``extra_member`` (and person_id), from what ``run_cohorts`` made.

    Args:
        con: Holds the analysis tables and ``cohort_member``.
        definitions: Their variants are run, each as one statement.
        as_of: First day after the period.
    """
    load_table(con, "extra", pa.Table.from_pylist(extra_measures(definitions), schema=_SCHEMA))
    load_table(con, "extra_member", _MEMBER_SCHEMA.empty_table())
    for definition in definitions:
        for variant in definition.variants:
            statement = compile_query(variant.query, as_of)
            names = {"cohort": definition.id, "measure": measure_of(variant)}
            for shown in some_homes_at_a_time(con, [variant.query]):
                answer = shown(statement.sql)
                members = f"SELECT $cohort AS cohort, $measure AS measure, person_id FROM (\n{answer}) WHERE met"
                append(con, "extra_member", members, {**names, **statement.params})
    if shared := shared_definition(definitions):
        con.execute(
            f"INSERT INTO extra_member {load_sql('cohorts', 'shared_member')}", {"shared": shared, "measure": SHARED}
        )


def extra_measures(definitions: Sequence[Definition]) -> list[dict[str, str]]:
    """Every cohort and measure that is counted beside the answers."""
    shared = shared_definition(definitions)
    rows = [
        {"cohort": definition.id, "measure": measure_of(variant)}
        for definition in definitions
        for variant in definition.variants
    ]
    others = [definition.id for definition in definitions if shared and definition.id != shared]
    return [*rows, *({"cohort": cohort, "measure": SHARED} for cohort in others)]


def shared_definition(definitions: Sequence[Definition]) -> str | None:
    """The first definition that asks for needs shared by construction and for nothing else."""
    for definition in definitions:
        asked = [item for need in definition.query.needs for item in need.evidence]
        if len(asked) == 1 and isinstance(asked[0], Shared) and definition.query.needs[0].how != "none":
            return definition.id
    return None


def measure_of(variant: Variant) -> str:
    """The name of a variant among the counts."""
    return f"variant:{variant.parameter}={variant.value}"


def variant_label(variant: Variant) -> str:
    """A variant in words, such as ``attendances a year: 10``."""
    return f"{plain(variant.parameter)}: {_in_words(variant.value)}"


def varied_words(definition: Definition) -> list[str]:
    """Each threshold that is shown at other values: what it is in the answer, and why."""
    varied = {each.parameter for each in definition.variants}
    return [
        f"In this report “{plain(each.name)}” is {_in_words(each.value)}. {each.why}"
        for each in definition.parameters
        if each.name in varied
    ]


def _in_words(value: float | str) -> str:
    return str(Duration.parse(value) if isinstance(value, str) else value)
