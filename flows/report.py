"""Release one period: exact counts through disclosure control, then the board's page and the safe counts."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from cohorts.measures.publish import OF_PEOPLE, safe_measures_csv
from cohorts.report.build import build_page
from cohorts.report.facts import report_facts
from cohorts.report.paper import PDF_FILE, make_pdf
from cohorts.report.spreadsheet import SPREADSHEET_FILE, make_spreadsheet
from cohorts.report.write import write_board_report
from flows.run import Run, timestamp
from governance.disclosure import (
    COUNTS_FILE,
    MEASURES_FILE,
    SafeLinkage,
    SafeMeasures,
    counted_together,
    release_linkage,
    release_measures,
    safe_counts_csv,
)
from governance.disclosure.gate import (
    GateResult,
    Published,
    Truth,
    check_release,
    read_releases,
    refuse_leaks,
    rule_facts,
)
from governance.ledger import Event
from governance.package import check_recorded, open_package
from governance.policy import RunFacts, check_outputs, refuse_blocked
from governance.policy.released import Released, files_of
from governance.settings import Project
from governance.store import current, publish, read_manifest, write_file, write_manifest


def report(run: Run) -> dict[str, int | float | str]:
    """The board's report and its counts, in the public zone.

    Returns:
        The rule the counts obey, and digests.
    """
    tables, cohorts = open_package(
        run.zone("analysis", run.period, "cohorts"),
        ("cohort_count", "cohort_interval", "measure_count"),
        run.ring.zone_private("analysis", run.today),
        {"kind": "cohorts", "period": run.period, "config_sha256": run.bundle.digest},
        recorded=run.published(Event.COHORTS_PUBLISHED),
    )
    project, policy = run.bundle.project, run.bundle.policy
    names = ("cohort_count", "cohort_interval", "measure_count")
    counts, intervals, measures = (_published_part(tables[name], project) for name in names)
    released = release_measures(counts, measures, policy, project.disclosure, of_people=OF_PEOPLE, intervals=intervals)
    frame = released.frame
    gate = _attacked(run, released, counted_together(counts, measures, frame.rule, of_people=OF_PEOPLE))
    # The root printed in the report is what a reader compares the ledger with, so it covers all that led here.
    checkpoint = run.ledger.checkpoint(at=timestamp()).root
    page, manifest = _publish(run, released, cohorts, _linkage(run), checkpoint, gate)
    profile = frame.policy_id
    run.ledger.append(
        Event.REPORT_RELEASED,
        at=timestamp(),
        period=run.period,
        manifest_sha256=manifest,
        page_sha256=page,
        profile=profile,
    )
    return {"profile": profile, "page": page, "report": manifest}


def _published_part(counts: pa.Table, project: Project) -> pa.Table:
    """Without the breakdowns that the project leaves out."""
    left_out = {(each.cohort, each.dimension) for each in project.report.leave_out}
    pairs = zip(counts["cohort"].to_pylist(), counts["dimension"].to_pylist(), strict=True)
    return counts.filter(pa.array([pair not in left_out for pair in pairs], pa.bool_()))


def _attacked(run: Run, released: SafeMeasures, counts: pa.Table) -> GateResult:
    """The gate: nothing is published that gives a small count away, alone or with what was published before."""
    new, truth = Published.of(released, run.period), Truth.of(counts, released.frame.rule)
    # The same numbers again tell nothing; a period that comes out otherwise than it did is an earlier release, too.
    earlier = [each for each in read_releases(run.zone("public")) if each != new]
    result = check_release(new, earlier, truth, run.bundle.policy)
    refuse_leaks(result)
    return result


def _linkage(run: Run) -> tuple[SafeLinkage, ...]:
    folder = run.zone("analysis", run.period, "index")
    check_recorded(folder, run.published(Event.PERSON_INDEX_PUBLISHED))
    index = read_manifest(current(folder))
    return release_linkage(index, run.bundle.policy, sources=[source.id for source in run.bundle.sources])


def _publish(
    run: Run,
    released: SafeMeasures,
    cohorts: dict[str, Any],
    linkage: tuple[SafeLinkage, ...],
    checkpoint: str,
    gate: GateResult,
) -> tuple[str, str]:
    """The files and their manifest; returns the digests of the page and of the manifest."""
    facts = report_facts(run.bundle, cohorts, linkage=linkage, checkpoint=checkpoint, waivers=run.waivers)
    frame = released.frame
    files = {
        COUNTS_FILE: safe_counts_csv(frame),
        MEASURES_FILE: safe_measures_csv(released, run.bundle.project.spine),
    }
    board = build_page(frame, facts)
    files[SPREADSHEET_FILE] = make_spreadsheet(board, as_of=run.as_of)
    if pdf := make_pdf(board):
        files[PDF_FILE] = pdf
    with publish(run.zone("public", run.period), keep_every=True) as scratch:
        page = sha256(write_board_report(scratch, board).read_bytes()).hexdigest()
        for name, content in files.items():
            write_file(scratch / name, content)
        manifest = {
            "kind": "report",
            "project": run.bundle.project.id,
            "period": run.period,
            "profile": frame.policy_id,
            "rule": rule_facts(frame.rule),
            "gate": {"attacked": gate.attacked, "releases": gate.releases, "scenarios": gate.scenarios},
            "checkpoint": checkpoint,
            "config_sha256": run.bundle.digest,
            "edition": run.bundle.project.lookup.edition,
            "files": {"board_report.html": page, **{name: sha256(held).hexdigest() for name, held in files.items()}},
        }
        digest = write_manifest(scratch, manifest)
        _check_outputs(run, scratch, manifest)
        return page, digest


def _check_outputs(run: Run, scratch: Path, manifest: dict[str, Any]) -> None:
    """What the policy rules on outputs say, before anybody can read a file of it."""
    earlier = sorted(run.zone("public", run.period).glob("[!.]*/safe_counts.csv"))
    released = Released(files=files_of(scratch), record=manifest, earlier=tuple(path.read_bytes() for path in earlier))
    refuse_blocked(check_outputs(run.bundle, RunFacts(as_of=run.today, period=run.period, released=released)))
