"""Draw pairs for people to look at: patterns across sources, pairs inside a source, ids only to a named reviewer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from flows.link_package import open_linked
from flows.lock import only_run
from flows.run import Run, open_run, timestamp
from governance.code_version import code_version
from governance.intake.wording import told
from governance.ledger import Event
from governance.package import publish_package, published_as
from governance.review_approval import ReviewApproval, check_review_approved
from governance.store import current, publish, write_file, write_manifest
from linkage.review.lists import Review, make_review

SAMPLE = ("review_sample", "review_stratum")
ITEMS = "review_item"


def export_review(root: Path, period: str, *, pairs: int, seed: int, reviewer: str = "") -> dict[str, Any]:
    """Draw pairs of a linked month and publish what each reader may see of them.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        pairs: How many pairs a list holds at most.
        seed: Another seed draws other pairs; the same one the same pairs under the same ids.
        reviewer: Who may see cross-source record ids, if anyone.

    Returns:
        Counts and folders; no id of any record.

    Raises:
        PolicyRefusal: No signed approval names the reviewer.
        BadInput: The month has not been linked.
    """
    run = open_run(root, period, step="link")
    approval = check_review_approved(run.bundle, run.ring, reviewer, run.today) if reviewer else None
    with only_run(root):
        review, facts = _drawn(run, pairs, seed)
        lists = {"patterns": _publish_patterns(run, review, facts)}
        lists |= {f"source_{source}": _publish_own(run, review, facts, source) for source in _sources_inside(review)}
        if approval:
            lists["reviewer"] = _publish_across(run, review, facts, approval)
        folder = _publish_sample(run, review, facts | {"lists": lists})
        signed = {"approval_sha256": approval.approval_sha256} if approval else {}
        where = {"period": run.period, "model_sha256": facts["model_sha256"]}
        run.ledger.append(Event.REVIEW_EXPORTED, at=timestamp(), **published_as(folder), **where, **signed)
        run.ledger.checkpoint(at=timestamp())
    return _receipt(run, review, lists, approval)


def review_folder(run: Run, reader: str) -> Path:
    """Where a reader's list lies: ``patterns``, ``source_<id>`` or ``reviewer_<id>``."""
    if reader.startswith("source_"):
        return run.zone("source", reader.removeprefix("source_"), "review", run.period)
    return run.zone("review", reader, run.period)


def _drawn(run: Run, pairs: int, seed: int) -> tuple[Review, dict[str, Any]]:
    tables, linked = open_linked(run, "scored_pair", "agreement_pattern")
    person_key, _ = run.ring.person_key(run.today)
    project = run.bundle.project
    review = make_review(
        tables["scored_pair"],
        tables["agreement_pattern"],
        threshold=linked["threshold"],
        key=person_key.subkey("review", project.id, run.period, str(seed)),
        pairs=pairs,
        hidden_up_to=run.bundle.policy.hide_up_to_people,
    )
    facts = {
        "project": project.id,
        "period": run.period,
        "config_sha256": run.bundle.digest,
        "model_sha256": linked["model_sha256"],
        "threshold": linked["threshold"],
        "pairs_wanted": pairs,
        "seed": seed,
    }
    return review, facts


def _publish_patterns(run: Run, review: Review, facts: dict[str, Any]) -> str:
    """The one list in the clear: no record, no small count."""
    with publish(review_folder(run, "patterns"), announce=run.announced("patterns")) as scratch:
        write_file(scratch / "patterns.csv", as_csv(_to_answer(review.patterns)))
        digest = write_manifest(scratch, {**facts, "kind": "review_patterns", "code_version": code_version()})
    run.record_files("patterns", review_folder(run, "patterns"))
    return digest


def _sources_inside(review: Review) -> list[str]:
    inside = review.pairs.filter(pc.equal(review.pairs["source_l"], review.pairs["source_r"]))
    return sorted(set(inside["source_l"].to_pylist()))


def _publish_own(run: Run, review: Review, facts: dict[str, Any], source: str) -> str:
    mine = pc.and_(pc.equal(review.pairs["source_l"], source), pc.equal(review.pairs["source_r"], source))
    key = run.ring.zone_public(f"source_{source}")
    return _publish_items(run, f"source_{source}", review.pairs.filter(mine), key, facts)


def _publish_across(run: Run, review: Review, facts: dict[str, Any], approval: ReviewApproval) -> str:
    allowed = pa.array(sorted(approval.sources), pa.string())
    across = pc.not_equal(review.pairs["source_l"], review.pairs["source_r"])
    both = pc.and_(pc.is_in(review.pairs["source_l"], allowed), pc.is_in(review.pairs["source_r"], allowed))
    rows, reader = review.pairs.filter(pc.and_(across, both)), f"reviewer_{approval.reviewer}"
    facts = facts | {"approval_sha256": approval.approval_sha256}
    return _publish_items(run, reader, rows, approval.public_key, facts)


def _publish_items(run: Run, reader: str, rows: pa.Table, key: X25519PublicKey, facts: dict[str, Any]) -> str:
    folder = review_folder(run, reader)
    about = {**facts, "kind": ITEMS, "reader": reader}
    digest = publish_package(folder, {ITEMS: rows}, key, about, announce=run.announced("review_items"))
    run.record_files("review_items", folder)
    return digest


def _publish_sample(run: Run, review: Review, facts: dict[str, Any]) -> Path:
    """What was drawn and from how many, for the estimates: stays in the linkage zone. Returns where it lies."""
    tables = dict(zip(SAMPLE, (review.sample, review.strata), strict=True))
    folder = run.zone("linkage", run.period, "review")
    about, key = {**facts, "kind": "review_sample"}, run.ring.zone_public("linkage")
    publish_package(folder, tables, key, about, announce=run.announced("review_sample"))
    return folder


def _to_answer(table: pa.Table) -> pa.Table:
    """With an empty column to fill in."""
    return table.append_column("match", pa.array([""] * table.num_rows, pa.string()))


def as_csv(table: pa.Table) -> bytes:
    """A table as CSV with a header, in UTF-8."""
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(table, sink)
    return bytes(sink.getvalue())


def _receipt(run: Run, review: Review, lists: Mapping[str, str], approval: ReviewApproval | None) -> dict[str, Any]:
    readers = {name: name for name in lists} | ({"reviewer": f"reviewer_{approval.reviewer}"} if approval else {})
    return {
        "project": run.bundle.project.id,
        "period": run.period,
        "patterns": review.patterns.num_rows,
        "pairs_drawn": review.sample.num_rows,
        "pairs_withheld": told(review.withheld),
        "lists": {name: str(current(review_folder(run, readers[name]))) for name in lists},
        "approval": approval.sentence if approval else "",
    }


def export_lines(done: Mapping[str, Any]) -> list[str]:
    """What was written, for people."""
    own = [name.removeprefix("source_") for name in done["lists"] if name.startswith("source_")]
    lines = [
        f"{done['pairs_drawn']:,} pairs drawn. Across sources they show {done['patterns']:,} patterns, no records:",
        f"  {done['lists']['patterns']}/patterns.csv",
    ]
    if done["pairs_withheld"]:
        lines.append(f"  Not shown, because too few pairs share their pattern: {done['pairs_withheld']} pairs.")
    if own:
        lines += [
            f"Sealed to their own controllers: {', '.join(own)}. Each opens its list with",
            "  joinedup review open",
        ]
    if done["approval"]:
        lines += [done["approval"], f"  Sealed to the reviewer: {done['lists']['reviewer']}"]
    return [*lines, "Fill in the column match (yes, no, cannot tell), then: joinedup review import DIR FILE"]
