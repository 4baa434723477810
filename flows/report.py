"""Stage the release of one period: safe numbers, attacked, as the files that two people look at before anybody else.

A draft lies in ``zones/draft/<period>``, which is not public. :mod:`flows.release` publishes it.
"""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from cohorts.measures.publish import safe_measures_csv
from cohorts.report.areas import area_facts, each_board, whole_facts, with_boards
from cohorts.report.build import build_page
from cohorts.report.facts import ReportFacts, report_facts
from cohorts.report.page import BoardPage
from cohorts.report.paper import PDF_FILE, make_pdf
from cohorts.report.site import REPORT_FILE
from cohorts.report.spreadsheet import SPREADSHEET_FILE, make_spreadsheet
from cohorts.report.write import render_pages
from flows.release import release
from flows.releasing.board_ids import BOARDS, districts_of
from flows.releasing.drafts import draft_of, hold_to_rules, is_withdrawn, record_of_same
from flows.releasing.safe_numbers import Numbers, attacked, safe_numbers
from flows.run import Run, timestamp
from flows.staged import kept_of
from flows.voices import ASKED, asked_of, remove_expired
from governance.area_folders import folder_of
from governance.disclosure import MEASURES_FILE, SafeMeasures, counts_files, release_linkage
from governance.disclosure.gate import GateResult, rule_facts
from governance.ledger import Event
from governance.package import published_as
from governance.release_record import definition_digests
from governance.store import publish, write_file, write_manifest


def report(run: Run) -> dict[str, int | float | str]:
    """Stage the board's report and its counts; where the project says so (``report.release: at_once``), publish them.

    Returns:
        The rule the counts obey, and digests; ``waits`` is 1 if people have to look at it before it is published,
        ``suppressed`` how many breakdowns would have told of a few people.
    """
    numbers = safe_numbers(run)
    gate = attacked(run, numbers)
    remove_expired(run)
    page, manifest = _stage(run, numbers, gate)
    profile = numbers.released.frame.policy_id
    run.ledger.append(
        Event.REPORT_STAGED,
        at=timestamp(),
        period=run.period,
        page_sha256=page,
        profile=profile,
        **published_as(run.zone("draft", run.period)),
    )
    receipt: dict[str, int | float | str] = {"profile": profile, "page": page, "report": manifest}
    receipt["suppressed"] = len(numbers.suppressed)
    if run.bundle.project.report.release == "at_once" and not is_withdrawn(run.zone("public", run.period)):
        return receipt | release(run)
    draft = draft_of(run.root, run.period)
    return receipt | {"waits": int(draft is not None and not draft.is_public)}


def _stage(run: Run, numbers: Numbers, gate: GateResult) -> tuple[str, str]:
    """The files and their manifest; returns the digests of the page and of the manifest."""
    record = _record(run, numbers, gate)
    facts = _facts(run, numbers, record["checkpoint"])
    released, boards = numbers.released, run.bundle.project.report.boards
    page = build_page(released.frame, whole_facts(facts, released.areas))
    board = with_boards(page, each_board(released.frame, released.areas, facts, boards))
    areas = {
        each.id: build_page(released.areas[each.id], area_facts(facts, each, numbers.boards[each.id]))
        for each in boards
    }
    rungs = {each.id: each.rungs for each in facts.definitions}
    asked = [one for area, each in {"": board, **areas}.items() for one in asked_of(each, rungs, area)]
    record |= {ASKED: asked, "voices": list(numbers.told.cards)}
    files = release_files(board, released, spine=run.bundle.project.spine, as_of=run.as_of)
    files |= _of_areas(areas, run.as_of)
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    folder = run.zone("draft", run.period)
    with publish(folder, keep=kept_of(run, folder)) as scratch:
        for name, content in files.items():
            write_file(scratch / name, content)
        digest = write_manifest(scratch, {**record, "files": digests})
        hold_to_rules(run, scratch, draft=True)
    return digests[REPORT_FILE], digest


def release_files(board: BoardPage, released: SafeMeasures, *, spine: str, as_of: date) -> dict[str, bytes]:
    """Every file of a release by name, from safe numbers only; the same numbers give the same bytes.

    Args:
        board: What the report says.
        released: The numbers behind it.
        spine: Id of the source that says who lives in the area.
        as_of: First day that is not in the data.
    """
    return {
        **_as_files(board, as_of),
        **counts_files(released),
        MEASURES_FILE: safe_measures_csv(released, spine),
    }


def _as_files(board: BoardPage, as_of: date) -> dict[str, bytes]:
    """One report as pages, on paper and as a spreadsheet."""
    files = {
        **{name: text.encode() for name, text in render_pages(board).items()},
        SPREADSHEET_FILE: make_spreadsheet(board, as_of=as_of),
    }
    pdf = make_pdf(board)  # an extra: none where Typst cannot be loaded
    return {**files, PDF_FILE: pdf} if pdf else files


def _of_areas(pages: Mapping[str, BoardPage], as_of: date) -> dict[str, bytes]:
    """The report on each board's area, in its folder."""
    return {
        f"{folder_of(area)}/{name}": content
        for area, page in pages.items()
        for name, content in _as_files(page, as_of).items()
    }


def _facts(run: Run, numbers: Numbers, checkpoint: str) -> ReportFacts:
    sources = [source.id for source in run.bundle.sources]
    linkage = release_linkage(numbers.index, run.bundle.policy, sources=sources)
    return report_facts(
        run.bundle,
        numbers.cohorts,
        linkage=linkage,
        checkpoint=checkpoint,
        waivers=run.waivers,
        notices=numbers.notices,
        suppressed=numbers.suppressed,
        since=numbers.since,
        voices=numbers.told.facts,
        earlier=numbers.earlier,
        board_file=numbers.board,
    )


def _record(run: Run, numbers: Numbers, gate: GateResult) -> dict[str, Any]:
    """What the manifest says besides the files' digests.

    Made again of the same, a report is the same report: it keeps its checkpoint, or whoever checked it would have to
    check the same bytes again under another name.
    """
    before = record_of_same(run, numbers.made_of)
    # The root printed in the report is what a reader compares the ledger with, so it covers all that led here.
    checkpoint = before["checkpoint"] if before else run.ledger.checkpoint(at=timestamp()).root
    attack = {"attacked": gate.attacked, "releases": gate.releases, "scenarios": gate.scenarios}
    return {
        "kind": "report",
        "project": run.bundle.project.id,
        "period": run.period,
        "profile": numbers.released.frame.policy_id,
        "rule": rule_facts(numbers.released.frame.rule),
        "gate": before["gate"] if before else attack,
        "checkpoint": checkpoint,
        "config_sha256": run.bundle.digest,
        "edition": run.bundle.project.lookup.edition,
        "policy": run.bundle.policy.model_dump(),
        "definitions": definition_digests(numbers.cohorts["definitions"]),
        "extracts": numbers.cohorts["extracts"],
        BOARDS: districts_of(run.bundle.project.report.boards),
        "made_of": numbers.made_of,
    }
