"""Release one period: exact counts through disclosure control, then the board's page and the safe counts."""

from hashlib import sha256
from typing import Any

from cohorts.report.build import build_page
from cohorts.report.facts import report_facts
from cohorts.report.write import write_board_report
from flows.run import Run, timestamp
from governance.disclosure import SafeFrame, SafeLinkage, release, release_linkage, safe_counts_csv
from governance.ledger import Event
from governance.package import check_recorded, open_package
from governance.store import current, publish, read_manifest, write_file, write_manifest

COUNTS_FILE = "safe_counts.csv"


def report(run: Run) -> dict[str, int | float | str]:
    """The board's report and its counts, in the public zone.

    Returns:
        The rule the counts obey, and digests.
    """
    tables, cohorts = open_package(
        run.zone("analysis", run.period, "cohorts"),
        ("cohort_count",),
        run.ring.zone_private("analysis", run.today),
        {"kind": "cohorts", "period": run.period, "config_sha256": run.bundle.digest},
        recorded=run.published(Event.COHORTS_PUBLISHED),
    )
    frame = release(tables["cohort_count"], run.bundle.policy, run.bundle.project.disclosure)
    # The root printed in the report is what a reader compares the ledger with, so it covers all that led here.
    checkpoint = run.ledger.checkpoint(at=timestamp()).root
    page, manifest = _publish(run, frame, cohorts, _linkage(run), checkpoint)
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


def _linkage(run: Run) -> tuple[SafeLinkage, ...]:
    folder = run.zone("analysis", run.period, "index")
    check_recorded(folder, run.published(Event.PERSON_INDEX_PUBLISHED))
    index = read_manifest(current(folder))
    return release_linkage(index, run.bundle.policy, sources=[source.id for source in run.bundle.sources])


def _publish(
    run: Run, frame: SafeFrame, cohorts: dict[str, Any], linkage: tuple[SafeLinkage, ...], checkpoint: str
) -> tuple[str, str]:
    """Both files and their manifest; returns the digests of the page and of the manifest."""
    facts = report_facts(run.bundle, cohorts, linkage=linkage, checkpoint=checkpoint)
    counts = safe_counts_csv(frame)
    with publish(run.zone("public", run.period)) as scratch:
        page = sha256(write_board_report(scratch, build_page(frame, facts)).read_bytes()).hexdigest()
        write_file(scratch / COUNTS_FILE, counts)
        manifest = {
            "kind": "report",
            "project": run.bundle.project.id,
            "period": run.period,
            "profile": frame.policy_id,
            "checkpoint": checkpoint,
            "config_sha256": run.bundle.digest,
            "edition": run.bundle.project.lookup.edition,
            "files": {"board_report.html": page, COUNTS_FILE: sha256(counts).hexdigest()},
        }
        return page, write_manifest(scratch, manifest)
