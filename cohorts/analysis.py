"""The analysis zone's tables: what the sources sent, joined into people by the person index.

This is the only place where records become people; everything after it speaks of people only.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from cohorts.catalogue import coverage_table, provider_table
from cohorts.events import Payload
from cohorts.households import SHARED_BY
from governance.contracts import EVENT, NEED_EVIDENCE, PERSON, PERSON_INDEX, check_table
from governance.settings import Project, Source
from governance.warehouse import fetch_table, load_sql, load_table, materialise

PAYLOAD_TABLES = ("record_person", "record_event", "record_need")
"""What a source sends to the analysis zone."""


def build_analysis(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    person_index: pa.Table,
    payloads: Mapping[str, Payload],
    as_of: date,
    project: Project,
) -> None:
    """Make the tables ``person``, ``event``, ``need_evidence``, ``coverage`` and ``provider``.

    Where records of a person disagree on birth year, sex, ethnic group or small area, the spine's value wins,
    then the value most records hold, then the first in sort order. A person is of no fixed address if any record
    says so, and died in the month the spine says, else in the earliest that any record says.

    Args:
        con: An analysis-zone connection.
        sources: Settings of all sources of the project, also those that sent nothing this period.
        person_index: Contract ``person_index``.
        payloads: By source id.
        as_of: First day after the period.
        project: Names the spine.

    Raises:
        ContractError: A table is not as promised.
    """
    load_table(con, "person_index", check_table(person_index, PERSON_INDEX))
    for name in PAYLOAD_TABLES:
        load_table(con, name, stacked(payloads, name))
    join_people(con, sources, as_of, project, delivered=payloads.keys())


def join_people(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    as_of: date,
    project: Project,
    *,
    delivered: Collection[str],
) -> None:
    """The tables of :func:`build_analysis`, where records and the person index are in the warehouse already.

    Args:
        con: Holds ``person_index``, ``record_person``, ``record_event`` and ``record_need``.
        sources: Settings of all sources of the project.
        as_of: First day after the period.
        project: Names the spine.
        delivered: Sources that sent something: the others cover nothing.
    """
    sectors = {"source": [s.id for s in sources], "sector": [s.sector.value for s in sources]}
    load_table(con, "source_sector", pa.table(sectors))
    load_table(con, "coverage", coverage_table(sources, as_of, delivered=delivered))
    load_table(con, "provider", provider_table(sources))
    materialise(con, "person", load_sql("cohorts", "person"), {"spine": project.spine, "shared_by": SHARED_BY})
    materialise(con, "event", load_sql("cohorts", "event"))
    materialise(con, "need_evidence", load_sql("cohorts", "need_evidence"))
    for contract in (PERSON, EVENT, NEED_EVIDENCE):
        check_table(fetch_table(con, f"SELECT * FROM {contract.name} LIMIT 0"), contract)


def stacked(payloads: Mapping[str, Payload], name: str) -> pa.Table:
    """One table of all sources, with a column that says which."""
    tables = []
    for source, payload in sorted(payloads.items()):
        table: pa.Table = getattr(payload, name)
        tables.append(table.append_column("source", pa.repeat(pa.scalar(source, pa.string()), len(table))))
    return pa.concat_tables(tables)
