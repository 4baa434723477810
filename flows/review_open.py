"""What a reviewer does at their own desk: open a sealed list, and see it with the sources' own ids."""

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.review import ITEMS, as_csv, review_folder
from flows.run import Run, open_ledger, open_run, timestamp
from governance.approval import check_approved
from governance.errors import BadInput
from governance.intake.extracts import local_ids
from governance.keys.ring import KeyRing
from governance.ledger import Event
from governance.package import open_package
from governance.review_approval import approve_review, check_review_approved, holder_of
from governance.settings import Source, load_bundle
from governance.store import write_file


def approve_reviewer(root: Path, *, reviewer: str, sources: list[str], approver: str) -> dict[str, Any]:
    """Sign that a reviewer may see pairs across some sources.

    Raises:
        PolicyRefusal: The approver's key is not here, the reviewer has none, or they are one person.
        BadInput: Fewer than two sources.
    """
    if len(set(sources)) < 2:
        raise BadInput(
            "A review across sources needs two sources at least.",
            why="Pairs inside one source go to its own controller and need no approval.",
            fix="Give --source twice or more.",
            code="E-USAGE",
        )
    from flows.run import now

    bundle, ring, today = load_bundle(root), KeyRing(root / "keys"), now().date()
    check_approved(bundle, ring, today)
    key = ring.signing("approver", today)
    approve_review(bundle, ring, key, reviewer=_slug(reviewer), sources=sources, approver=approver, at=timestamp())
    status = check_review_approved(bundle, ring, reviewer, today)
    open_ledger(root, ring, today).append(
        Event.REVIEW_APPROVED,
        at=timestamp(),
        project=bundle.project.id,
        approval_sha256=status.approval_sha256,
        key=ring.info("signing_approver").fingerprint,
        fingerprint=ring.info(f"zone_{holder_of(reviewer)}").fingerprint,
    )
    return {"sentence": status.sentence, "reviewer": reviewer, "sources": sorted(status.sources)}


def _slug(reviewer: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", reviewer):
        raise BadInput(
            "A reviewer's id is lower-case letters, digits and underscores.",
            why="It names the reviewer's key file.",
            fix="Give the id that `joinedup keys new DIR --reviewer ID` was given.",
            code="E-USAGE",
        )
    return reviewer


def open_list(root: Path, period: str, *, source: str = "", reviewer: str = "", out: Path) -> dict[str, Any]:
    """Open a controller's or a reviewer's list and write it with the sources' own ids.

    Args:
        root: The project folder, with the reader's zone key, the encoding keys and the extracts of its sources.
        period: ``YYYY-MM`` or ``latest``.
        source: Whose controller reads, or
        reviewer: which approved reviewer does.
        out: The CSV file to write, readable by this user only. It names records: treat it like the extract.

    Raises:
        PolicyRefusal: A key is not here, or the reviewer's approval has ended.
        BadInput: Nothing was exported for this reader.
    """
    run = open_run(root, period, step="link")
    reader = f"source_{run.bundle.source(source).id}" if source else holder_of(_slug(reviewer))
    if reviewer:
        check_review_approved(run.bundle, run.ring, reviewer, run.today)
    tables, _ = open_package(
        review_folder(run, reader),
        (ITEMS,),
        run.ring.zone_private(reader, run.today),
        {"period": run.period, "project": run.bundle.project.id, "reader": reader},
    )
    shown = _with_local_ids(run, tables[ITEMS])
    write_file(out, as_csv(shown))
    return {"file": str(out), "pairs": shown.num_rows}


def _with_local_ids(run: Run, items: pa.Table) -> pa.Table:
    """Record pseudonyms replaced by the ids that the sources themselves use, and a column to answer in."""
    wanted = {*items["source_l"].to_pylist(), *items["source_r"].to_pylist()}
    known = pa.concat_tables([_own_ids(run, one) for one in run.bundle.sources if one.id in wanted] or [_NO_IDS])
    columns: dict[str, Any] = {}
    for name in items.column_names:
        side = name.removeprefix("record_id_")
        columns[name if side == name else f"id_{side}"] = items[name] if side == name else _local(items, side, known)
    return pa.table({**columns, "match": [""] * items.num_rows})


_NO_IDS = pa.table(
    {"source": pa.array([], pa.string()), "local_id": pa.array([], pa.string()), "record_id": pa.array([], pa.int64())}
)


def _own_ids(run: Run, source: Source) -> pa.Table:
    known = local_ids(run.root, source, run.period, record_key=run.record_key(source.id))
    return known.select(["source", "local_id", "record_id"])


def _local(items: pa.Table, side: str, known: pa.Table) -> pa.ChunkedArray:
    """Pseudonyms are unique over all sources but for chances of 2⁻⁶⁴: source by source all the same."""
    found = pa.chunked_array([pa.nulls(items.num_rows, pa.string())])
    for source in sorted(set(known["source"].to_pylist())):
        own = known.filter(pc.equal(known["source"], source))
        at = pc.index_in(items[f"record_id_{side}"], own["record_id"].combine_chunks())
        local = own["local_id"].combine_chunks().take(at.combine_chunks())
        found = pc.if_else(pc.equal(items[f"source_{side}"], source), local, found)
    return found
