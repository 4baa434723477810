"""Small analysis zones for the tests of who is missed."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from cohorts.counts import group_people
from governance.contracts import PERSON, PERSON_INDEX, RECORD_QUALITY
from governance.warehouse import connect, load_table

AS_OF = date(2026, 10, 1)
_QUALITY = {
    "views": 5,
    "links": 0,
    "fields_present": 7,
    "has_nhs_number": True,
    "expected_false_links": 0.0,
} | dict.fromkeys(("reference_pairs", "reference_compared", "reference_found", "blind_links", "blind_false_links"), 0)


def zone(people: Iterable[Mapping[str, Any]], records: Iterable[Mapping[str, Any]]) -> tuple[Any, pa.Table]:
    """A warehouse with people and their groups, and the quality rows of their records.

    Args:
        people: ``person_id`` and any attribute.
        records: ``source``, ``record_id``, ``person_id`` and any quality column that is not the usual one.
    """
    con: duckdb.DuckDBPyConnection = connect(threads=1)
    listed = list(records)
    load_table(con, "person", _table(PERSON.schema, people))
    load_table(con, "person_index", _table(PERSON_INDEX.schema, listed))
    group_people(con, AS_OF)
    return con, _table(RECORD_QUALITY.schema, ({**_QUALITY, **row} for row in listed))


def _table(schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema)
