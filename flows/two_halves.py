"""The two halves of what a source sends, made side by side: identities as views, and what the source did as payload.

Each half has tables of its own in the warehouse and looks at none of the other's. NumPy, Arrow, DuckDB and the ciphers
let the other half run while they compute. The two statements that take the most memory, one of each half, never run at
once: whoever comes second to ``room`` waits. Nothing is written here: both halves are sealed in memory, so a run that
is cut off or refused by either half has left nothing behind.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from cohorts.events import Payload, record_tables
from cohorts.mapping_report import mapping_report
from cohorts.quality.filled import filled_fields
from flows.run import Run, uses_of
from governance.areas import load_area_lookup
from governance.keys.issue import household_context
from governance.keys.ring import IssuedKeys
from governance.package import pack_tables
from governance.settings import Source
from governance.store import PackedForZone
from linkage.bands import read_bands
from linkage.chance import count_chance
from linkage.encode import EncodingKeys, encode, identities
from linkage.missing_fields import field_gains

First = TypeVar("First")
Second = TypeVar("Second")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewHalf:
    """For the linkage zone, and what the receipt says of it."""

    packed: list[PackedForZone]
    record_ids: pa.ChunkedArray
    views: int
    receipt: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadHalf:
    """For the analysis zone, and what the receipt says of it."""

    packed: list[PackedForZone]
    receipt: dict[str, Any]


def make_halves(
    run: Run, source: Source, con: duckdb.DuckDBPyConnection, issued: IssuedKeys
) -> tuple[PayloadHalf, ViewHalf]:
    """Both halves of one source.

    Args:
        run: The run.
        source: The source.
        con: An intake's, after everything that is left out was.
        issued: What the source encodes with.

    Raises:
        ProjectError: One half is refused; if both are, the payload's refusal is told.
    """
    beside, room = con.cursor(), Lock()  # a connection of its own to the same tables
    return both(lambda: _payload(run, source, con, issued, room), lambda: _views(run, source, beside, issued, room))


def both(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """What two pieces of work give that are done at the same time; if both fail, the first one's error is told.

    It ends when both have: nothing goes on behind an error.
    """
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(second)
        return first(), other.result()


def _payload(
    run: Run, source: Source, con: duckdb.DuckDBPyConnection, issued: IssuedKeys, room: AbstractContextManager[object]
) -> PayloadHalf:
    project = run.bundle.project
    homes = issued.subkey(*household_context(uses_of(run.bundle))) if project.households else None
    area = load_area_lookup(run.root, project.lookup)
    with room:
        payload = record_tables(con, source, area, homes)
    packed, receipt = pack_tables(_tables(payload), run.ring.zone_public("analysis")), _of_payload(payload)
    del payload
    pa.default_memory_pool().release_unused()
    mapping = [column.as_dict() for column in mapping_report(con, source)]
    return PayloadHalf(packed=packed, receipt=receipt | {"mapping": mapping})


def _tables(payload: Payload) -> dict[str, pa.Table]:
    return {
        "record_person": payload.record_person,
        "record_address": payload.record_address,
        "record_event": payload.record_event,
        "record_need": payload.record_need,
    }


def _of_payload(payload: Payload) -> dict[str, Any]:
    return {
        "filled": filled_fields(payload.record_person),
        "unmapped": [{"file": count.file, "column": count.column, "rows": count.rows} for count in payload.unmapped],
        "undated": [{"file": count.file, "column": count.column, "rows": count.rows} for count in payload.undated],
        "postcodes_unmatched": payload.postcodes_unmatched,
        "orphans": payload.orphans,
    }


def _views(
    run: Run, source: Source, con: duckdb.DuckDBPyConnection, issued: IssuedKeys, room: AbstractContextManager[object]
) -> ViewHalf:
    """Views are sealed before chance is counted: by then the open ones, which take the most room, are gone."""
    project, zone = run.bundle.project, run.ring.zone_public("linkage")
    keys = EncodingKeys.derive(issued, project=project.id, purpose=project.purpose, linkage=project.linkage)
    found = identities(con, source.people_file, keys, read_bands(run.root, project.linkage.name_bands, keys.ids))
    single = source.one_record_per_person
    encoded = encode(found, project.linkage, keys, one_record_per_person=single)
    packed = pack_tables({"view": encoded.views, "record": encoded.records}, zone)
    views, record_ids, records = encoded.views.num_rows, encoded.records["record_id"], encoded.counts()
    del encoded
    pa.default_memory_pool().release_unused()  # kept for Arrow, it would be lacking to the warehouse
    with room:
        chance = count_chance(con, found, project.linkage, keys, one_record_per_person=single)
    gains = [gain.as_dict() for gain in field_gains(found, project.linkage)]
    return ViewHalf(
        packed=[*packed, *pack_tables({"u_statistic": chance}, zone)],
        record_ids=record_ids,
        views=views,
        receipt={"records": records, "gains": gains},
    )
