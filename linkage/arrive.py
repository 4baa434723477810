"""What the sources delivered, loaded one after the other: no two sources' views are held twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from governance.contracts import RECORD, VIEW
from governance.errors import InternalError
from governance.warehouse import append_table, load_table, materialise


@dataclass(frozen=True, slots=True)
class SourceViews:
    """What one source delivered to the linkage zone."""

    source: str
    one_record_per_person: bool
    views: pa.Table
    records: pa.Table
    u_statistics: pa.Table


@dataclass(frozen=True, slots=True)
class Arrived:
    """What is known of the sources once their views and records are in the warehouse."""

    sources: dict[str, bool]
    """By source, in order: whether it keeps one record a person. A source's number is its place."""
    u_statistics: list[pa.Table]


def load_deliveries(
    con: duckdb.DuckDBPyConnection, deliveries: Iterable[SourceViews], *, columns: Sequence[str] = tuple(VIEW.columns)
) -> Arrived:
    """Create ``source``, ``record`` and ``view`` of all sources; records are numbered without gaps.

    Args:
        con: The linkage warehouse.
        deliveries: One per source. A list may have any order; an iterator, which then need not hold more than one
            source at a time, goes by source id.
        columns: Of the views; fewer where nothing will be compared.

    Raises:
        InternalError: An iterator does not go by source id.
    """
    ordered = sorted(deliveries, key=lambda one: one.source) if isinstance(deliveries, Sequence) else deliveries
    number = pa.field("source_no", pa.int8())
    views = pa.schema([VIEW.schema.field(name) for name in columns])
    for name, schema in (("view", views), ("arrived_record", RECORD.schema)):
        load_table(con, name, schema.append(number).empty_table())
    arrived = Arrived({}, [])
    for delivery in ordered:
        _take_in(con, delivery, arrived)
        del delivery  # its views are in the warehouse: the next source's may take their memory
        pa.default_memory_pool().release_unused()  # kept for Arrow, it would be lacking to the warehouse
    _number(con, arrived.sources)
    return arrived


def _take_in(con: duckdb.DuckDBPyConnection, delivery: SourceViews, arrived: Arrived) -> None:
    if arrived.sources and delivery.source <= max(arrived.sources):
        raise InternalError(
            "Deliveries did not come in the order of their sources.",
            why="Sources are numbered in that order, and the numbers decide which side of a pair is which.",
            fix="Report this; nothing was written.",
            code="E-ORDER",
        )
    place = len(arrived.sources)
    append_table(con, "view", delivery.views, source_no=place)
    append_table(con, "arrived_record", delivery.records, source_no=place)
    arrived.sources[delivery.source] = delivery.one_record_per_person
    arrived.u_statistics.append(delivery.u_statistics)


def _number(con: duckdb.DuckDBPyConnection, sources: dict[str, bool]) -> None:
    numbers = pa.array(range(len(sources)), pa.int8())
    single = pa.array(sources.values(), pa.bool_())
    names = pa.array(sources, pa.string())
    load_table(con, "source", pa.table({"source_no": numbers, "source": names, "one_record_per_person": single}))
    materialise(
        con,
        "record",
        "SELECT row_number() OVER (ORDER BY source_no, record_id) AS record, * FROM arrived_record ORDER BY record",
    )
    con.execute("DROP TABLE arrived_record")
