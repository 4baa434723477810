"""Small analysis zones for the tests of measures: every column of the contracts may be given."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from cohorts.counts import group_people
from cohorts.measures.contact import measure_contacts
from governance.contracts import ADDRESS_SPELL, EVENT, NEED_EVIDENCE, PERSON, PROVIDER, Contract
from governance.warehouse import load_table
from tests.lib.cohorts import AS_OF
from tests.lib.cohorts import rows as ascii_rows

_ALWAYS = {"source": "s", "sector": "nhs", "record_id": 1, "provider": "s", "crisis": False, "planned": False}


def load_people(
    con: duckdb.DuckDBPyConnection,
    people: str = "",
    events: str = "",
    needs: str = "",
    providers: str = "",
    spells: str = "",
) -> None:
    """The tables from ASCII; people who are only in the others are made up, and are on the spine.

    An event ends on the day it starts unless it says otherwise; a given end is known, a missing one open.
    """
    event_rows = [{"end": row["start"], **_ALWAYS, **row, "event_no": n} for n, row in enumerate(ascii_rows(events))]
    need_rows = [{"valid_to": row["valid_from"], "strength": "reported", **_ALWAYS, **row} for row in ascii_rows(needs)]
    person_rows = {row["person_id"]: {"on_spine": True, **row} for row in ascii_rows(people)}
    for row in (*event_rows, *need_rows):
        person_rows.setdefault(row["person_id"], {"person_id": row["person_id"], "on_spine": True})
    ended = [{**row, "end_is_known": row["end"] is not None} for row in event_rows]
    load_table(con, "event", _table(EVENT, ended))
    load_table(con, "need_evidence", _table(NEED_EVIDENCE, need_rows))
    load_table(con, "person", _table(PERSON, list(person_rows.values())))
    load_table(con, "provider", _table(PROVIDER, ascii_rows(providers)))
    load_table(con, "address_spell", _table(ADDRESS_SPELL, ascii_rows(spells)))


def measured(
    con: duckdb.DuckDBPyConnection,
    people: str = "",
    events: str = "",
    needs: str = "",
    providers: str = "",
    spells: str = "",
    centroids: pa.Table | None = None,
) -> None:
    """The tables of :func:`load_people`, those of contacts, and the groups of people."""
    load_people(con, people, events, needs, providers, spells)
    measure_contacts(con, AS_OF, centroids)
    group_people(con, AS_OF)


def row(con: duckdb.DuckDBPyConnection, table: str, person: str = "p") -> dict[str, Any]:
    """One person's row of a table."""
    found = con.sql(f"SELECT * FROM {table} WHERE person_id = $person", params={"person": person})
    [values] = found.fetchall()
    return dict(zip(found.columns, values, strict=True))


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    return con.execute(query).fetchall()


def _table(contract: Contract, found: list[Mapping[str, Any]] | list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in contract.columns} for row in found], contract.schema)
