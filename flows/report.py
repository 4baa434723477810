"""Release one period: exact counts through disclosure control, then the board's page and the safe counts."""

from hashlib import sha256
from typing import Any

from cohorts.measures.publish import MEASURES_FILE, OF_PEOPLE, safe_measures_csv
from cohorts.report.build import build_page
from cohorts.report.facts import report_facts
from cohorts.report.write import write_board_report
from flows.run import Run, timestamp
from governance.disclosure import SafeLinkage, SafeMeasures, release_linkage, release_measures, safe_counts_csv
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
        ("cohort_count", "measure_count"),
        run.ring.zone_private("analysis", run.today),
        {"kind": "cohorts", "period": run.period, "config_sha256": run.bundle.digest},
        recorded=run.published(Event.COHORTS_PUBLISHED),
    )
    released = release_measures(
        tables["cohort_count"],
        tables["measure_count"],
        run.bundle.policy,
        run.bundle.project.disclosure,
        of_people=OF_PEOPLE,
    )
    frame = released.frame
    # The root printed in the report is what a reader compares the ledger with, so it covers all that led here.
    checkpoint = run.ledger.checkpoint(at=timestamp()).root
    page, manifest = _publish(run, released, cohorts, _linkage(run), checkpoint)
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
    run: Run, released: SafeMeasures, cohorts: dict[str, Any], linkage: tuple[SafeLinkage, ...], checkpoint: str
) -> tuple[str, str]:
    """The files and their manifest; returns the digests of the page and of the manifest."""
    facts = report_facts(run.bundle, cohorts, linkage=linkage, checkpoint=checkpoint)
    frame = released.frame
    files = {
        COUNTS_FILE: safe_counts_csv(frame),
        MEASURES_FILE: safe_measures_csv(released, run.bundle.project.spine),
    }
    with publish(run.zone("public", run.period)) as scratch:
        page = sha256(write_board_report(scratch, build_page(frame, facts)).read_bytes()).hexdigest()
        for name, content in files.items():
            write_file(scratch / name, content)
        manifest = {
            "kind": "report",
            "project": run.bundle.project.id,
            "period": run.period,
            "profile": frame.policy_id,
            "checkpoint": checkpoint,
            "config_sha256": run.bundle.digest,
            "edition": run.bundle.project.lookup.edition,
            "files": {"board_report.html": page, **{name: sha256(held).hexdigest() for name, held in files.items()}},
        }
        return page, write_manifest(scratch, manifest)
