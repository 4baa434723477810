"""Take in what reviewers answered, and work out what it says of linkage."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.commands.output import aligned
from flows.labels import read_text_table, suggestion_line
from flows.lock import only_run
from flows.review import SAMPLE
from flows.run import Run, open_run, timestamp
from governance.code_version import code_version
from governance.errors import BadInput, Fault
from governance.ledger import Event
from governance.package import no_package, open_package, package_digest, published_as, write_tables
from governance.store import content_of, current, follow, publish, read_manifest, write_manifest
from linkage.review.answers import CANNOT_TELL, NO, YES, estimate
from linkage.review.page import write_review_page

_ANSWERS = "review_answer"
_LOCAL = ("id_l", "id_r", "record_id_l", "record_id_r")


def import_answers(root: Path, period: str, file: Path) -> dict[str, Any]:
    """Add a file of answers to those of the month's review, and estimate precision and recall from all of them.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        file: CSV or Parquet with columns item and match; rows without an answer are left out.

    Returns:
        The estimates; see :func:`linkage.review.answers.estimate`.

    Raises:
        BadInput: With how many rows have which fault.
        PolicyRefusal: The linkage zone's key is not here, or the review is not the one the ledger names.
    """
    run = open_run(root, period, step="link")
    with only_run(root):
        tables, facts = open_package(
            run.zone("linkage", run.period, "review"),
            SAMPLE,
            run.ring.zone_private("linkage", run.today),
            {"period": run.period, "project": run.bundle.project.id},
            recorded=run.published(Event.REVIEW_EXPORTED),
        )
        sample, strata = (tables[name] for name in SAMPLE)
        before = _earlier(run, facts)
        answers = before | _read_answers(file, sample, before)
        found = estimate(sample, strata, answers, facts["threshold"])
        _publish(run, answers, found, facts)
        file_sha256 = sha256(file.read_bytes()).hexdigest()
        published = published_as(_folder(run))
        run.ledger.append(Event.REVIEW_IMPORTED, at=timestamp(), period=run.period, sha256=file_sha256, **published)
        run.ledger.checkpoint(at=timestamp())
    return {**found, "period": run.period, "page": str(current(_folder(run)) / "review.html")}


def _folder(run: Run, period: str = "") -> Path:
    return run.zone("linkage", period or run.period, "answers")


def _read_answers(path: Path, sample: pa.Table, before: Mapping[str, str]) -> dict[str, str]:
    """Answers by item; nothing of a row but these two is looked at."""
    table = read_text_table(path, "file of answers", "E-REVIEW-ANSWERS")
    if missing := [name for name in ("item", "match") if name not in table.column_names]:
        raise _unusable(f"It lacks the columns {', '.join(missing)}.")
    if local := [name for name in _LOCAL if name in table.column_names]:
        raise _unusable(f"It has the columns {', '.join(local)}, which must not come into the linkage zone.")
    words = pc.replace_substring(pc.utf8_lower(pc.utf8_trim_whitespace(table["match"])), "_", " ")
    table = pa.table({"item": table["item"], "match": pc.fill_null(words, "")})
    table = table.filter(pc.not_equal(table["match"], ""))
    _refuse_rows(table, sample, before)
    return dict(zip(table["item"].to_pylist(), table["match"].to_pylist(), strict=True))


def _refuse_rows(table: pa.Table, sample: pa.Table, before: Mapping[str, str]) -> None:
    known = {*sample["item"].to_pylist(), *sample["pattern_item"].to_pylist()} - {None}
    items, words = table["item"].to_pylist(), table["match"].to_pylist()
    changed = sum(before.get(item, word) != word for item, word in zip(items, words, strict=True))
    counted = {
        "name an item that is not in this review": sum(item not in known for item in items),
        "have an answer other than yes, no or cannot tell": sum(word not in (YES, NO, CANNOT_TELL) for word in words),
        "answer an item that another row answers": len(items) - len(set(items)),
        "change an answer that was imported before": changed,
    }
    faults = [Fault(what=f"{count:,} rows {what}.") for what, count in counted.items() if count]
    if faults or not items:
        raise _unusable("Some of its rows cannot be used." if items else "No row of it has an answer.", faults)


def _earlier(run: Run, facts: Mapping[str, Any]) -> dict[str, str]:
    """Answers to this same draw that were imported before, as the ledger has it: an import may have been cut off."""
    folder, recorded = _folder(run), run.published(Event.REVIEW_IMPORTED)
    if not recorded or no_package(folder):
        return {}
    if last := content_of(folder, recorded):
        follow(folder, last)
    if read_manifest(current(folder))["sample_sha256"] != _sample_digest(facts):
        return {}
    tables, _ = open_package(
        folder,
        (_ANSWERS,),
        run.ring.zone_private("linkage", run.today),
        {"period": run.period, "project": run.bundle.project.id},
        recorded=recorded,
    )
    found = tables[_ANSWERS]
    return dict(zip(found["item"].to_pylist(), found["match"].to_pylist(), strict=True))


def _sample_digest(facts: Mapping[str, Any]) -> str:
    return str(facts["tables"]["review_sample"]["sha256"])


def _publish(run: Run, answers: Mapping[str, str], found: dict[str, Any], facts: Mapping[str, Any]) -> None:
    items = sorted(answers)
    schema = pa.schema([("item", pa.string()), ("match", pa.string())])
    table = pa.table({"item": items, "match": [answers[item] for item in items]}, schema=schema)
    with publish(_folder(run), announce=run.announced("answers")) as scratch:
        written = write_tables(scratch, {_ANSWERS: table}, run.ring.zone_public("linkage"))
        about = {
            "kind": _ANSWERS,
            "project": run.bundle.project.id,
            "period": run.period,
            "model_sha256": facts["model_sha256"],
            "sample_sha256": _sample_digest(facts),
            "review": found | {"period": run.period},
        }
        write_review_page(scratch, about["review"], run.bundle.project)
        write_manifest(scratch, {**about, "code_version": code_version(), "tables": written})


def latest_review(run: Run) -> dict[str, Any]:
    """Estimates of the newest review of this month or an earlier one, for the linkage report; empty without one.

    A review that the ledger does not name is left out: it is a help to readers, nothing is decided by it.
    """
    zone = run.zone("linkage")
    periods = sorted(path.parent.parent.name for path in zone.glob("*/answers/current"))
    for period in reversed([one for one in periods if one <= run.period]):
        folder = _folder(run, period)
        if package_digest(folder) == run.published(Event.REVIEW_IMPORTED, period=period):
            found: dict[str, Any] = read_manifest(current(folder))["review"]
            return found
    return {}


def estimate_lines(found: Mapping[str, Any]) -> list[str]:
    """The estimates for people."""
    overall = found["overall"]
    bands = [
        (row["band"], "joined" if row["joined"] else "", f"{row['pairs']:,} pairs", _text(row["match"]))
        for row in found["by_band"]
    ]
    return [
        f"{found['answered']:,} of {found['drawn']:,} drawn pairs are answered, {found['on_patterns']:,} of them by"
        f" pattern; of {found['cannot_tell']:,} nobody can tell.",
        *aligned(
            [
                ("precision of joined pairs", _text(overall["precision"])),
                ("recall among compared pairs", _text(overall["recall"])),
            ]
        ),
        "Share of true pairs by match weight:",
        *aligned(bands),
        f"Answers cover bands that hold {100 * found['joined_pairs_covered']:.0f}% of joined pairs.",
        suggestion_line(found["suggestion"], found["threshold"]),
        f"Written to {found['page']}; the next `joinedup link DIR` puts it into the linkage report.",
    ]


def _text(share: Mapping[str, Any]) -> str:
    if share["value"] is None:
        return "no answers"
    return f"{share['value']:.3f} ({share['low']:.3f} to {share['high']:.3f})"


def _unusable(what: str, faults: list[Fault] | None = None) -> BadInput:
    return BadInput(
        f"The answers cannot be used. {what}",
        why="Each item is answered once, with yes, no or cannot tell; anything else would be a guess of ours.",
        fix="Send the columns item and match only. To start over, draw again with another --seed.",
        code="E-REVIEW-ANSWERS",
        faults=faults or [],
    )
