"""The analysis zone's tables: what the sources sent, joined into people by the person index.

This is the only place where records become people; everything after it speaks of people only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from cohorts.catalogue import coverage_table, provider_table
from cohorts.events import Payload
from cohorts.households import SHARED_BY
from governance.contracts import ADDRESS_SPELL, EVENT, NEED_EVIDENCE, PERSON, PERSON_INDEX, check_table
from governance.in_parts import in_parts, parts_for
from governance.settings import Project, Source
from governance.warehouse import append, append_table, empty, fetch_table, load_sql, load_table, materialise, settle

PART_PEOPLE = 250_000
"""About so many people are asked about at a time: as many as memory allows, for every part reads whole tables."""

PIECE = 4_000_000
"""So many rows are packed at a time: unpacked they take several times as much; to pack few at a time takes longer."""

PAYLOAD_TABLES = ("record_person", "record_address", "record_event", "record_need")
"""What a source sends to the analysis zone."""

OF_PEOPLE = {"record_event": "event", "record_need": "need_evidence"}
"""What is kept of people only, and as what."""


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
    _describe_sources(con, sources, as_of, delivered_until(payloads, until or {}, as_of))
    _load_records(con, payloads)
    pa.default_memory_pool().release_unused()  # kept for Arrow, it would be lacking to the warehouse
    _describe_people(con, as_of, project)


def loaded_index(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """The person index that :func:`build_analysis` was given; contract ``person_index``."""
    return fetch_table(con, "SELECT * FROM person_index")


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
    _describe_sources(con, sources, as_of, delivered)
    for name, of_people in OF_PEOPLE.items():
        materialise(con, of_people, load_sql("cohorts", of_people))
        empty(con, name)
    _describe_people(con, as_of, project)


def _describe_sources(
    con: duckdb.DuckDBPyConnection, sources: Sequence[Source], as_of: date, delivered: Mapping[str, date]
) -> None:
    """What is known of sources, and who has several records at one."""
    sectors = {"source": [s.id for s in sources], "sector": [s.sector.value for s in sources]}
    load_table(con, "source_sector", pa.table(sectors))
    load_table(con, "coverage", coverage_table(sources, as_of, delivered=delivered))
    load_table(con, "provider", provider_table(sources))
    materialise(con, "several_records", load_sql("cohorts", "several_records"))


def _describe_people(con: duckdb.DuckDBPyConnection, as_of: date, project: Project) -> None:
    """Addresses of people, and people as their records describe them."""
    materialise(con, "address_spell", load_sql("cohorts", "address_spell"), {"spine": project.spine})
    materialise(con, "record_home", load_sql("cohorts", "record_home"), {"as_of": as_of})
    materialise(con, "person_described", load_sql("cohorts", "person_described"), {"spine": project.spine})
    settle(con)
    parts = _parts(con, "person_index")
    # Joined before it is parted: a record does not say whose it is, and each part would read all records.
    in_parts(con, "person_chosen", load_sql("cohorts", "person_chosen"), {"person_described": "person_id"}, parts)
    empty(con, "person_described")
    materialise(con, "person", load_sql("cohorts", "person"), {"shared_by": SHARED_BY})
    for name in ("person_chosen", "record_address"):
        empty(con, name)
    settle(con)
    for contract in (PERSON, ADDRESS_SPELL, EVENT, NEED_EVIDENCE):
        check_table(fetch_table(con, f"SELECT * FROM {contract.name} LIMIT 0"), contract)


def parts_of(con: duckdb.DuckDBPyConnection) -> int:
    """Into how many parts to split the people of the warehouse for :func:`governance.in_parts.in_parts`."""
    return _parts(con, "person")


def _parts(con: duckdb.DuckDBPyConnection, table: str) -> int:
    ((people,),) = con.execute(f"SELECT count(DISTINCT person_id) FROM {table}").fetchall()
    return parts_for(people, PART_PEOPLE)


def _load_records(con: duckdb.DuckDBPyConnection, payloads: Mapping[str, Payload]) -> None:
    """One source after the other, so that only one is held outside the warehouse; events and needs as people's."""
    begun: set[str] = set()
    unpacked = 0
    for source in sorted(payloads):
        payload = payloads[source]
        for name in PAYLOAD_TABLES:
            for rows in _pieces(name, _of_source(payload, name, source)):
                _keep(con, name, rows, begin=name not in begun)
                begun.add(name)
                unpacked += len(rows)
                if unpacked >= PIECE:
                    settle(con)
                    unpacked = 0
    settle(con)


def _pieces(name: str, records: pa.Table) -> Iterator[pa.Table]:
    """Some events at a time; what two records say of one day is one piece of evidence, so needs are not split."""
    size = PIECE if name == "record_event" else len(records)
    return (records.slice(first, size) for first in range(0, max(len(records), 1), max(size, 1)))


def _keep(con: duckdb.DuckDBPyConnection, name: str, records: pa.Table, *, begin: bool) -> None:
    """Records as they are; events and needs are read where they lie and kept as those of people only."""
    if name not in OF_PEOPLE:
        (load_table if begin else append_table)(con, name, records)
        return
    con.register(name, records)
    (materialise if begin else append)(con, OF_PEOPLE[name], load_sql("cohorts", OF_PEOPLE[name]))
    con.unregister(name)


def delivered_until(sources: Iterable[str], until: Mapping[str, date], as_of: date) -> dict[str, date]:
    """By source that sent something, the first day of which that cannot speak: of most the period's end."""
    return {source: min(until.get(source, as_of), as_of) for source in sources}


def stacked(payloads: Mapping[str, Payload], name: str) -> pa.Table:
    """One table of all sources, with a column that says which."""
    return pa.concat_tables(_of_source(payload, name, source) for source, payload in sorted(payloads.items()))


def _of_source(payload: Payload, name: str, source: str) -> pa.Table:
    table: pa.Table = getattr(payload, name)
    return table.append_column("source", pa.repeat(pa.scalar(source, pa.string()), len(table)))
