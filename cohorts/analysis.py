"""The analysis zone's tables: what the sources sent, joined into people by the person index.

This is the only place where records become people; everything after it speaks of people only.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from cohorts.catalogue import coverage_table, provider_table
from cohorts.events import Payload
from cohorts.households import SHARED_BY
from governance.contracts import ADDRESS_SPELL, EVENT, NEED_EVIDENCE, PERSON, PERSON_INDEX, check_table
from governance.in_parts import in_parts, parts_for
from governance.settings import Project, Source
from governance.warehouse import append_table, empty, fetch_table, load_sql, load_table, materialise, settle

MOST_SCANS = 8
"""Parts of a question that reads all records once a part."""

PAYLOAD_TABLES = ("record_person", "record_address", "record_event", "record_need")
"""What a source sends to the analysis zone."""


def build_analysis(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    person_index: pa.Table,
    payloads: Mapping[str, Payload],
    as_of: date,
    project: Project,
    until: Mapping[str, date] | None = None,
) -> None:
    """Make the tables ``person``, ``address_spell``, ``event``, ``need_evidence``, ``coverage`` and ``provider``.

    Where records of a person disagree on birth year, sex, ethnic group or small area, the spine's value wins,
    then the value most records hold, then the home that somebody came to last, then the first in sort order. A record
    that dates its addresses is asked where its person lived on the last day of the period. A person is of no fixed
    address if any record says so, and died in the month the spine says, else in the earliest that any record says.

    Args:
        con: An analysis-zone connection.
        sources: Settings of all sources of the project, also those that sent nothing this period.
        person_index: Contract ``person_index``.
        payloads: By source id.
        as_of: First day after the period.
        project: Names the spine.
        until: By source whose extract is not the period's own, the first day that is not in it.

    Raises:
        ContractError: A table is not as promised.
    """
    load_table(con, "person_index", check_table(person_index, PERSON_INDEX))
    _load_records(con, payloads)
    join_people(con, sources, as_of, project, delivered=delivered_until(payloads, until or {}, as_of))


def join_people(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    as_of: date,
    project: Project,
    *,
    delivered: Mapping[str, date],
) -> None:
    """The tables of :func:`build_analysis`, where records and the person index are in the warehouse already.

    Addresses, events and needs of records are gone once they are those of people: nothing holds them twice.

    Args:
        con: Holds ``person_index``, ``record_person``, ``record_address``, ``record_event`` and ``record_need``.
        sources: Settings of all sources of the project.
        as_of: First day after the period.
        project: Names the spine.
        delivered: Sources that sent something, and the first day of which each cannot speak: the others cover nothing.
    """
    sectors = {"source": [s.id for s in sources], "sector": [s.sector.value for s in sources]}
    load_table(con, "source_sector", pa.table(sectors))
    load_table(con, "coverage", coverage_table(sources, as_of, delivered=delivered))
    load_table(con, "provider", provider_table(sources))
    materialise(con, "address_spell", load_sql("cohorts", "address_spell"), {"spine": project.spine})
    materialise(con, "record_home", load_sql("cohorts", "record_home"), {"as_of": as_of})
    materialise(con, "person_described", load_sql("cohorts", "person_described"), {"spine": project.spine})
    settle(con)
    parts = _parts(con, "person_index")
    # Joined before it is parted: a record does not say whose it is, and each part would read all records.
    in_parts(con, "person_chosen", load_sql("cohorts", "person_chosen"), {"person_described": "person_id"}, parts)
    empty(con, "person_described")
    materialise(con, "person", load_sql("cohorts", "person"), {"shared_by": SHARED_BY})
    materialise(con, "event", load_sql("cohorts", "event"))
    index = {"person_index": "person_id"}
    in_parts(con, "need_evidence", load_sql("cohorts", "need_evidence"), index, min(parts, MOST_SCANS))
    for name in ("person_chosen", "record_address", "record_event", "record_need"):
        empty(con, name)
    settle(con)
    for contract in (PERSON, ADDRESS_SPELL, EVENT, NEED_EVIDENCE):
        check_table(fetch_table(con, f"SELECT * FROM {contract.name} LIMIT 0"), contract)


def parts_of(con: duckdb.DuckDBPyConnection) -> int:
    """Into how many parts to split the people of the warehouse for :func:`governance.in_parts.in_parts`."""
    return _parts(con, "person")


def _parts(con: duckdb.DuckDBPyConnection, table: str) -> int:
    ((people,),) = con.execute(f"SELECT count(DISTINCT person_id) FROM {table}").fetchall()
    return parts_for(people)


def _load_records(con: duckdb.DuckDBPyConnection, payloads: Mapping[str, Payload]) -> None:
    """One source after the other, so that only one is held outside the warehouse."""
    for number, source in enumerate(sorted(payloads)):
        payload = payloads[source]
        for name in PAYLOAD_TABLES:
            add = append_table if number else load_table
            add(con, name, _of_source(payload, name, source))
        settle(con)


def delivered_until(sources: Iterable[str], until: Mapping[str, date], as_of: date) -> dict[str, date]:
    """By source that sent something, the first day of which that cannot speak: of most the period's end."""
    return {source: min(until.get(source, as_of), as_of) for source in sources}


def stacked(payloads: Mapping[str, Payload], name: str) -> pa.Table:
    """One table of all sources, with a column that says which."""
    return pa.concat_tables(_of_source(payload, name, source) for source, payload in sorted(payloads.items()))


def _of_source(payload: Payload, name: str, source: str) -> pa.Table:
    table: pa.Table = getattr(payload, name)
    return table.append_column("source", pa.repeat(pa.scalar(source, pa.string()), len(table)))
