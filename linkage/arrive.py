"""What the sources delivered: records and the keys of their views first, and of the views only what is compared.

Most of a view is encoded fields, and no more than half of all views share a block with another record. So the views of
a source are read twice, a part at a time: first which block each stands in, then the fields of those that are wanted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.contracts import RECORD, VIEW
from governance.warehouse import append_table, fetch_table, load_table, materialise

KEYS = ("record_id", "rule", "block")
"""Who is in which block."""

FIELDS = tuple(name for name in VIEW.columns if name != "record_id")
"""What is read of a view that is compared; its record then has a number."""

_SOURCE_NO = pa.field("source_no", pa.int8())
_PLACE = pa.field("place", pa.int32())


class PartedTable(Protocol):
    """A table that is read a part at a time, such as :class:`governance.store.SealedTable`."""

    def parts(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Some columns of all rows, in the same order every time."""


@dataclass(frozen=True, slots=True)
class SourceViews:
    """What one source delivered to the linkage zone."""

    source: str
    one_record_per_person: bool
    views: pa.Table | PartedTable
    records: pa.Table
    u_statistics: pa.Table

    def parts(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Some columns of the views, a part at a time."""
        if isinstance(self.views, pa.Table):
            yield self.views.select(list(columns))
        else:
            yield from self.views.parts(columns)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What is known of the sources once their records and the keys of their views are in the warehouse."""

    deliveries: tuple[SourceViews, ...]
    """In order of source id. A source's number is its place."""

    @property
    def sources(self) -> dict[str, bool]:
        """By source, in order: whether it keeps one record a person."""
        return {one.source: one.one_record_per_person for one in self.deliveries}

    @property
    def u_statistics(self) -> list[pa.Table]:
        """Chance agreement as each source counted it."""
        return [one.u_statistics for one in self.deliveries]


def load_deliveries(con: duckdb.DuckDBPyConnection, deliveries: Sequence[SourceViews]) -> Arrived:
    """Create ``source``, ``record`` and ``view`` of all sources; records are numbered without gaps.

    Of the views only the keys are loaded, and ``place``, where the view stands among its source's.

    Args:
        con: The linkage warehouse.
        deliveries: One per source, in any order.
    """
    ordered = tuple(sorted(deliveries, key=lambda one: one.source))
    views = pa.schema([*(VIEW.schema.field(name) for name in KEYS), _PLACE, _SOURCE_NO])
    for name, schema in (("view", views), ("arrived_record", RECORD.schema.append(_SOURCE_NO))):
        load_table(con, name, schema.empty_table())
    for number, delivery in enumerate(ordered):
        append_table(con, "arrived_record", delivery.records, source_no=number)
        _load_keys(con, number, delivery)
    _number(con, ordered)
    return Arrived(ordered)


def _load_keys(con: duckdb.DuckDBPyConnection, number: int, delivery: SourceViews) -> None:
    start = 0
    for part in delivery.parts(KEYS):
        place = pa.array(np.arange(start, start + part.num_rows, dtype=np.int32))
        append_table(con, "view", part.append_column(_PLACE, place), source_no=number)
        start += part.num_rows
        del part, place  # before the next is read
    pa.default_memory_pool().release_unused()  # kept for Arrow, it would be lacking to the warehouse


def _number(con: duckdb.DuckDBPyConnection, ordered: Sequence[SourceViews]) -> None:
    numbers = pa.array(range(len(ordered)), pa.int8())
    single = pa.array([one.one_record_per_person for one in ordered], pa.bool_())
    names = pa.array([one.source for one in ordered], pa.string())
    load_table(con, "source", pa.table({"source_no": numbers, "source": names, "one_record_per_person": single}))
    materialise(
        con,
        "record",
        "SELECT row_number() OVER (ORDER BY source_no, record_id) AS record, * FROM arrived_record ORDER BY record",
    )
    con.execute("DROP TABLE arrived_record")


def load_fields(con: duckdb.DuckDBPyConnection, deliveries: Sequence[SourceViews]) -> None:
    """Create ``loaded_view``: the views that ``kept_place`` names, whole, under their records' numbers.

    Args:
        con: Holds ``kept_place`` (source_no, place, record).
        deliveries: In order of source id.
    """
    fields = [VIEW.schema.field(name) for name in FIELDS]
    load_table(con, "loaded_view", pa.schema([pa.field("record", pa.int32()), *fields, _SOURCE_NO]).empty_table())
    for number, delivery in enumerate(deliveries):
        kept = fetch_table(con, "SELECT place, record FROM kept_place WHERE source_no = $number", {"number": number})
        _load_kept(con, number, delivery, kept["place"].to_numpy(), kept["record"].to_numpy())
    pa.default_memory_pool().release_unused()


def _load_kept(
    con: duckdb.DuckDBPyConnection,
    number: int,
    delivery: SourceViews,
    place: NDArray[np.int32],
    record: NDArray[np.int32],
) -> None:
    """The kept views of one source; those whose record has no number are left where they are."""
    if not len(place):
        return
    numbers = np.zeros(int(place.max()) + 1, np.int32)
    numbers[place] = record
    start = 0
    for part in delivery.parts(FIELDS):
        here = numbers[start : start + part.num_rows]
        wanted = np.flatnonzero(here)
        if len(wanted):
            rows = part.take(pa.array(wanted)).add_column(0, "record", pa.array(here[wanted]))
            append_table(con, "loaded_view", rows, source_no=number)
            del rows
        start += part.num_rows
        del part  # before the next is read
