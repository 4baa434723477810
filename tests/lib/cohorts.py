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
    Definition,
    EventsCounted,
    Members,
    Need,
    NeedSeen,
    Parameter,
    Query,
    Response,
    Rung,
    SignOff,
)
from cohorts.reference import CoverageRow, EventRow, NeedRow, PersonRow, ProviderRow, Verdict, World, evaluate
from governance.contracts import COVERAGE, EVENT, NEED_EVIDENCE, PERSON, PROVIDER, Contract
from governance.settings import Coverage, ExtractFile, Sector, Source
from governance.warehouse import connect, load_table

AS_OF = date(2025, 10, 1)
"""First day after the period of every test."""

_WORDS = {"yes": True, "no": False, "?": None, "-": None}


def warehouse() -> duckdb.DuckDBPyConnection:
    """An analysis-zone connection; one serves many tests, each loads its own world."""
    return connect(threads=1)


def load_world(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """The five tables a definition reads."""
    always = {"source": "s", "sector": "nhs", "record_id": 1, "crisis": False, "provider": "s"}
    events = [
        {**always, "event_no": number, "end_is_known": event.end is not None, **_fields(event)}
        for number, event in enumerate(world.events)
    ]
    load_table(con, "provider", pa.Table.from_pylist([_fields(row) for row in world.providers], PROVIDER.schema))
    load_table(con, "event", _table(EVENT, events))
    load_table(con, "person", _table(PERSON, map(_fields, world.people)))
    load_table(con, "need_evidence", _table(NEED_EVIDENCE, ({**always, **_fields(row)} for row in world.needs)))
    load_table(con, "coverage", _table(COVERAGE, map(_fields, world.coverage)))


def verdicts(con: duckdb.DuckDBPyConnection, query: Query, world: World, as_of: date = AS_OF) -> dict[str, Verdict]:
    """What the compiled SQL says of each person."""
    load_world(con, world)
    statement = compile_query(query, as_of)
    found = con.execute(statement.sql, statement.params)
    names = [column[0] for column in found.description]
    return {row[0]: _verdict(dict(zip(names, row, strict=True))) for row in found.fetchall()}


def _verdict(row: dict[str, Any]) -> Verdict:
    return Verdict(**{name: tuple(row[name]) if name == "rungs" else row[name] for name in Verdict.__slots__})


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
    people: str = "",
    events: str = "",
    needs: str = "",
    coverage: str = "",
    *,
    providers: str = "",
    covered: Iterable[str] = (),
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
        providers=tuple(
            ProviderRow(**{**row, "zones": tuple(row.get("zones", "").split())}) for row in rows(providers)
        ),
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
    if name in {"birth_year", "deprivation_decile", "household"}:
        return int(cell)
    return float(cell) if name == "share" else cell


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}


def _table(contract: Contract, found: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in contract.columns} for row in found], contract.schema)


# --- short definitions ------------------------------------------------------------------------------------


def source(source_id: str, *files: ExtractFile, coverage: tuple[Coverage, ...] = (), **settings: Any) -> Source:
    """A source of which only what cohorts read matters."""
    return Source.model_construct(
        id=source_id,
        title=source_id.replace("_", " ").capitalize(),
        sector=Sector(settings.pop("sector", "nhs")),
        files=list(files),
        coverage=list(coverage),
        **settings,
    )


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


def definition(meaning: Query, cohort: str = "some", parameters: tuple[Parameter, ...] = ()) -> Definition:
    """A definition around a meaning; nobody has reviewed it."""
    nobody = SignOff(status="not yet reviewed", by=None, on=None)
    return Definition(
        id=cohort,
        version="1.0.0",
        title="Some",
        why="Because.",
        query=meaning,
        parameters=parameters,
        evidence=(),
        sources=(),
        caveats=(),
        review=nobody,
        lived_experience=nobody,
        file=f"cohorts/{cohort}.yaml",
    )
