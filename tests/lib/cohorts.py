"""Small worlds for cohort tests: ASCII tables in, verdicts out."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from cohorts.compile import compile_query
from cohorts.durations import Duration
from cohorts.query import (
    ALL_NEEDS,
    Anchor,
    EventsCounted,
    Members,
    Need,
    NeedSeen,
    Query,
    Response,
    Rung,
)
from cohorts.reference import CoverageRow, EventRow, NeedRow, PersonRow, Verdict, World, evaluate
from governance.contracts import COVERAGE, EVENT, NEED_EVIDENCE, PERSON, Contract
from governance.warehouse import connect, load_table

AS_OF = date(2025, 10, 1)
"""First day after the period of every test."""

_WORDS = {"yes": True, "no": False, "?": None, "-": None}


def warehouse() -> duckdb.DuckDBPyConnection:
    """An analysis-zone connection; one serves many tests, each loads its own world."""
    return connect(threads=1)


def load_world(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """The four tables a definition reads."""
    rows = [{"end_is_known": event.end is not None, "source": "s", "sector": "nhs"} for event in world.events]
    numbered = [
        {"record_id": 1, "event_no": n, "crisis": False, "code": None, "provider": "s"} for n in range(len(rows))
    ]
    events = [{**_fields(e), **row, **number} for e, row, number in zip(world.events, rows, numbered, strict=True)]
    load_table(con, "event", _table(EVENT, events))
    load_table(con, "person", _table(PERSON, map(_fields, world.people)))
    load_table(con, "need_evidence", _table(NEED_EVIDENCE, ({**_fields(n), "source": "s"} for n in world.needs)))
    load_table(con, "coverage", _table(COVERAGE, map(_fields, world.coverage)))


def verdicts(con: duckdb.DuckDBPyConnection, query: Query, world: World, as_of: date = AS_OF) -> dict[str, Verdict]:
    """What the compiled SQL says of each person."""
    load_world(con, world)
    statement = compile_query(query, as_of)
    rows = con.execute(statement.sql, statement.params).fetchall()
    return {
        person: Verdict(population=population, needs=needs, unmet=unmet, met=met, rungs=tuple(rungs), furthest=furthest)
        for person, population, needs, unmet, met, rungs, furthest, _ in rows
    }


def agreed(con: duckdb.DuckDBPyConnection, query: Query, world: World, as_of: date = AS_OF) -> dict[str, Verdict]:
    """What both evaluators say; a test fails here if they differ."""
    found, expected = verdicts(con, query, world, as_of), evaluate(query, as_of, world)
    assert found == expected
    return found


def answers(found: dict[str, Verdict], part: str) -> dict[str, str]:
    """One part of each verdict, in the words of the ASCII tables."""
    words = {True: "yes", False: "no", None: "?"}
    return {person: words[getattr(verdict, part)] for person, verdict in sorted(found.items())}


def world(
    people: str = "", events: str = "", needs: str = "", coverage: str = "", *, covered: Iterable[str] = ()
) -> World:
    """A world from ASCII tables; ``covered`` kinds are covered from 2020 on, people in no table are made up."""
    event_rows = tuple(EventRow(**{"end": row["start"], **row}) for row in rows(events))
    need_rows = tuple(NeedRow(**{"valid_to": row["valid_from"], **row}) for row in rows(needs))
    person_rows = {row["person_id"]: PersonRow(**row) for row in rows(people)}
    for row in (*event_rows, *need_rows):
        person_rows.setdefault(row.person_id, PersonRow(person_id=row.person_id))
    always = tuple(CoverageRow(source="s", kind=kind, start=date(2020, 1, 1), stop=AS_OF) for kind in covered)
    return World(
        people=tuple(person_rows.values()),
        events=event_rows,
        needs=need_rows,
        coverage=always + tuple(CoverageRow(**row) for row in rows(coverage)),
    )


def rows(text: str) -> list[dict[str, Any]]:
    """Rows of an ASCII table: a line of names, then values; ``-`` is missing."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return []
    header, *body = lines
    return [{name: _value(name, cell) for name, cell in zip(header, line, strict=True)} for line in body]


def _value(name: str, cell: str) -> Any:
    if cell in _WORDS:
        return _WORDS[cell]
    if name in {"start", "stop", "end", "valid_from", "valid_to", "death_month"}:
        return date.fromisoformat(cell)
    if name == "birth_year":
        return int(cell)
    return float(cell) if name == "share" else cell


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}


def _table(contract: Contract, found: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in contract.columns} for row in found], contract.schema)


# --- short definitions ------------------------------------------------------------------------------------


def length(text: str) -> Duration:
    """``84d`` or ``12m``."""
    return Duration.parse(text)


def seen(need: str, within: str | None = "12m", **settings: Any) -> NeedSeen:
    """Evidence: the need was recorded."""
    return NeedSeen(need=need, within=length(within) if within else None, **settings)


def counted(kind: str, at_least: int = 1, within: str = "12m", span: str | None = None) -> EventsCounted:
    """Evidence: so many events."""
    return EventsCounted(
        kinds=tuple(kind.split()), at_least=at_least, within=length(within), span=length(span) if span else None
    )


def need(need_id: str, *evidence: Any, how: Any = "any") -> Need:
    """A need with its evidence."""
    return Need(id=need_id, how=how, evidence=evidence)


def rung(name: str, *responses: Response, within: str = "28d", after: str = f"{ALL_NEEDS}.crossed") -> Rung:
    """A rung of the ladder."""
    of, at = after.split(".")
    return Rung(name=name, responses=responses, within=length(within), after=Anchor(of, at))  # type: ignore[arg-type]


def response(kinds: str, at_least: int = 1, **settings: Any) -> Response:
    """A response of some kinds."""
    return Response(kinds=tuple(kinds.split()), at_least=at_least, **settings)


def query(*needs: Need, **settings: Any) -> Query:
    """A definition that asks for all of its needs unless told otherwise."""
    ids = tuple(one.id for one in needs)
    usual = {
        "purpose": "population_health_planning",
        "unit": "person",
        "population": (),
        "lookback": length("12m"),
        "members": Members(at_least=len(ids), of=ids),
    }
    ladder = settings.get("ladder", ())
    return Query(needs=needs, **{**usual, "unmet": ladder[-1].name if ladder else None, **settings})
