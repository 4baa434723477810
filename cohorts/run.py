"""Run definitions over the analysis tables: who is in, who is not, and of whom nobody can tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from cohorts.compile import Statement, compile_query
from cohorts.english import definition_english
from cohorts.homes_in_parts import Shown, looks_at_homes, some_homes_at_a_time
from cohorts.plan import engine_plan, steps_of
from cohorts.query import Definition
from cohorts.variants import run_variants
from governance.warehouse import append, fetch_table, load_sql, load_table, settle

_COHORT_SCHEMA = pa.schema([("cohort", pa.string()), ("version", pa.string()), ("since", pa.date32())])
_MEMBER_SCHEMA = pa.schema(
    [
        ("cohort", pa.string()),
        ("person_id", pa.string()),
        ("population", pa.bool_()),
        ("needs", pa.bool_()),
        ("unmet", pa.bool_()),
        ("met", pa.bool_()),
        ("first", pa.date32()),
        ("crossed", pa.date32()),
        ("last", pa.date32()),
        ("rungs", pa.list_(pa.bool_())),
        ("furthest", pa.string()),
        ("passed", pa.int32()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortResults:
    """What was run. The verdicts stay in the connection, in ``cohort_member``: they never leave the zone."""

    definitions: tuple[Definition, ...]
    as_of: date
    statements: dict[str, Statement]
    """The exact SQL of each definition, by id."""


def run_cohorts(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], as_of: date) -> CohortResults:
    """Make ``cohort`` (one row a definition), ``cohort_member`` (and person) and what ``run_variants`` makes.

    Args:
        con: Holds the analysis tables.
        definitions: Each compiles to one statement.
        as_of: First day after the period.

    Returns:
        The definitions and their statements.
    """
    load_table(con, "cohort", _cohort_table(definitions, as_of))
    load_table(con, "cohort_member", _MEMBER_SCHEMA.empty_table())
    statements = {definition.id: compile_query(definition.query, as_of) for definition in definitions}
    at_home = [one for one in definitions if looks_at_homes(one.query)]
    groups = [[one] for one in definitions if one not in at_home]
    for group in [*groups, at_home] if at_home else groups:
        for shown in some_homes_at_a_time(con, [one.query for one in group]):
            for one in group:
                _judge(con, one.id, statements[one.id], shown)
        settle(con)
    run_variants(con, definitions, as_of)
    settle(con)
    return CohortResults(definitions=tuple(definitions), as_of=as_of, statements=statements)


def _judge(con: duckdb.DuckDBPyConnection, cohort: str, statement: Statement, shown: Shown) -> None:
    """Add the verdicts of one definition to ``cohort_member``, on those whom its statement is shown."""
    verdicts = f"SELECT $cohort AS cohort, * FROM (\n{shown(statement.sql)})"
    append(con, "cohort_member", verdicts, {"cohort": cohort, **statement.params})


def membership(con: duckdb.DuckDBPyConnection, cohort: str) -> pa.Table:
    """The verdict on each person who may be in one cohort's population; for inside the analysis zone only.

    Returns:
        Columns person_id, state (met, not met, cannot tell), furthest (last rung reached), rungs.
    """
    return fetch_table(con, load_sql("cohorts", "membership"), {"cohort": cohort})


def explain(definition: Definition, as_of: date) -> str:
    """A definition in English, in SQL and as a plan, for whoever has to believe it; the whole is one SQL file."""
    statement = compile_query(definition.query, as_of)
    head = f"{definition.title} ({definition.id} {definition.version}, sha256 {definition.sha256})"
    steps = [f"  {step.name}: {step.comment}; from {', '.join(step.reads)}" for step in steps_of(statement)]
    above = [head, "", "In English:", *definition_english(definition), "", "Values:"]
    below = ["Steps, in order:", *steps, "", "DuckDB's plan of the one statement:", *engine_plan(statement)]
    return "\n".join([_remarks(above), statement.explained(), _remarks(below)])


def _remarks(lines: Sequence[str]) -> str:
    return "\n".join(f"-- {line}".rstrip() for line in lines)


def _cohort_table(definitions: Sequence[Definition], as_of: date) -> pa.Table:
    rows = [
        {"cohort": one.id, "version": one.version, "since": one.query.lookback.before(as_of)} for one in definitions
    ]
    return pa.Table.from_pylist(rows, schema=_COHORT_SCHEMA)
