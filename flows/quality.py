"""A scorecard for each source: what its data are like, from receipts and the analysis zone, to send back to it."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from cohorts.counts import group_people, number_people
from cohorts.quality.counts import quality_counts
from cohorts.quality.page import write_scorecard
from cohorts.quality.scorecard import Scorecard, scorecards
from cohorts.quality.words import in_short
from flows.chosen import sources_of
from flows.cohorts import analysis_tables
from flows.lock import alone
from flows.run import Run, open_run, timestamp
from governance.errors import BadInput
from governance.ledger import Event
from governance.package import no_package, published_as
from governance.settings import Source
from governance.store import current, publish, read_manifest, write_manifest

MONTHS_SHOWN = 6
"""The trend goes back so many periods."""


@alone
def quality(root: Path, period: str, source: str = "") -> dict[str, Any]:
    """Write a scorecard for every source, or for one.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``; its sources have been pseudonymised and linked.
        source: Id; all sources if empty.

    Returns:
        By source, what stands out and where the page is.

    Raises:
        BadInput: A step has not been run, or no such source.
        PolicyRefusal: The keys are not here.
    """
    run = open_run(root, period, step="cohorts")
    wanted = [run.bundle.source(source)] if source else sources_of(run, "analysis")
    cards = _scorecards(run, wanted)
    pages = _publish(run, cards)
    found = [_as_dict(card, pages[card.source.id]) for card in cards]
    return {"project": run.bundle.project.id, "period": run.period, "sources": found}


def _scorecards(run: Run, wanted: Sequence[Source]) -> list[Scorecard]:
    zone = analysis_tables(run)
    con = zone.con
    group_people(con, run.as_of)
    number_people(con, run.ring.release_key(run.today))
    counts = quality_counts(con, zone.tables["record_quality"], run.as_of)
    receipts = {one.id: _receipts(run, one.id) for one in wanted}
    project = run.bundle.project
    return scorecards(wanted, counts, receipts, run.period, run.bundle.policy, project.disclosure)


def _receipts(run: Run, source: str) -> Mapping[str, Mapping[str, Any]]:
    """A source's receipts of this and earlier periods, newest last."""
    folders = sorted(run.zone("source", source).glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]"))
    periods = [folder for folder in folders if folder.name <= run.period and not no_package(folder)]
    if not periods or periods[-1].name != run.period:
        raise _no_receipt(source)
    found = {folder.name: read_manifest(current(folder)) for folder in periods[-MONTHS_SHOWN:]}
    if "gains" not in found[run.period]:
        raise _no_receipt(source)
    return found


def _publish(run: Run, cards: Sequence[Scorecard]) -> dict[str, Path]:
    folder = run.zone("analysis", run.period, "quality")
    with publish(folder, announce=run.announced("scorecards")) as scratch:
        written = [write_scorecard(scratch, run.bundle.project, card) for card in cards]
        files = {path.name: sha256(path.read_bytes()).hexdigest() for path in written}
        common = {"project": run.bundle.project.id, "period": run.period, "config_sha256": run.bundle.digest}
        write_manifest(scratch, {**common, "kind": "scorecards", "files": files})
    run.ledger.append(
        Event.SCORECARDS_WRITTEN, at=timestamp(), period=run.period, sources=len(cards), **published_as(folder)
    )
    return {card.source.id: current(folder) / f"{card.source.id}.html" for card in cards}


def _as_dict(card: Scorecard, page: Path) -> dict[str, Any]:
    """Released numbers only; shares as fractions, None where none may be told."""
    overall = {name: one for (name, dimension, _), one in card.filled.items() if dimension == "all"}
    differs = {name: one for (name, dimension, _), one in card.differs.items() if dimension == "all"}
    return {
        "source": card.source.id,
        "page": str(page),
        "in_short": list(in_short(card)),
        "records": card.records.people,
        "filled": {name: _share(one.share.per_1000) for name, one in overall.items()},
        "differs": {name: _share(one.share.per_1000) for name, one in differs.items()},
        "gains": [
            {
                "field": gain.field,
                "missing": gain.missing.part.people,
                "hard_to_find": gain.hard_to_find.people,
                "hard_if_filled": gain.hard_if_filled.people,
            }
            for gain in card.gains
        ],
        "unmapped_columns": sum(
            1 for column in card.codes if not column.is_condition and (column.unmapped or column.other_rows.people != 0)
        ),
        "faults": len(card.faults),
    }


def _share(per_1000: float | None) -> float | None:
    return None if per_1000 is None else round(per_1000 / 1000, 4)


def quality_lines(found: Mapping[str, Any]) -> list[str]:
    """What stands out, source by source."""
    lines = [f"Data quality, {found['period']}: a page for each source to send back."]
    for one in found["sources"]:
        lines += ["", f"{one['source']}", *(f"  {sentence}" for sentence in one["in_short"]), f"  {one['page']}"]
    return lines


def _no_receipt(source: str) -> BadInput:
    return BadInput(
        f"{source} has no receipt of this period that a scorecard can be made from.",
        why="A scorecard tells what came and what became of it; the receipt that the source keeps says so.",
        fix=f"Run `joinedup pseudonymise DIR --source {source}`, then `joinedup link DIR`, then this command again.",
        code="E-STEP-MISSING",
    )
