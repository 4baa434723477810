"""Ask the finder: combinations nobody asked for, as definition files in the analysis zone, told without any number."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from cohorts.finder.counting import count_proposals
from cohorts.finder.find import LEAST_PEOPLE, STEPS, Found, Search, find
from cohorts.finder.redrawn import Doubt
from flows import progress
from flows.cohorts import AnalysisZone, analysis_tables, draws_of, setting_of
from flows.lock import alone
from flows.run import Run, open_run, timestamp
from governance.contracts import FINDER_PROPOSAL
from governance.errors import PolicyRefusal
from governance.ledger import Event
from governance.package import no_package, package_digest, published_as, write_tables
from governance.store import current, publish, read_manifest, write_file, write_manifest


@alone
def find_proposals(root: Path, period: str, *, least_people: int = LEAST_PEOPLE) -> dict[str, Any]:
    """Write proposals for one period.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``; its sources have been pseudonymised and linked.
        least_people: Combinations of fewer are left out.

    Returns:
        What is proposed, in words: no count leaves the analysis zone this way.

    Raises:
        BadInput: A step has not been run.
        PolicyRefusal: The project is for direct care, or the keys are not here.
    """
    run = open_run(root, period, step="cohorts")
    if run.bundle.project.direct_care:
        raise _not_for_care()
    progress.expect(len(STEPS))
    zone = analysis_tables(run)
    con = zone.con
    project = run.bundle.project
    earlier, months = months_before(run)
    search = Search(
        period=run.period, least_people=least_people, doubt=_doubt(run, zone), earlier=earlier, months=months
    )
    finds = find(con, run.bundle.sources, project, run.as_of, search, tell=progress.started)
    asked = [one.proposal for one in finds.found[: project.report.questions]]
    key = run.ring.release_key(run.today)
    counts = count_proposals(con, asked, run.bundle.sources, project, run.as_of, noise_key=key)
    con.close()
    folder = _publish(run, finds.found, counts, earlier)
    return {
        "project": project.id,
        "period": run.period,
        "folder": str(folder),
        "asked": finds.sets_asked,
        "proposals": [_as_dict(one, earlier, folder) for one in finds.found],
    }


def _doubt(run: Run, zone: AnalysisZone) -> Doubt:
    """What linkage is not sure of."""
    return Doubt(draws=draws_of(zone), setting=setting_of(run, zone, ()))


def months_before(run: Run) -> tuple[Mapping[str, int], int]:
    """In how many earlier months each combination was proposed, by id; and in how many months there was a search.

    Only searches that the ledger knows count.
    """
    found: Counter[str] = Counter()
    months = 0
    for path in sorted(run.zone("analysis").glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]/finder")):
        period = path.parent.name
        if period >= run.period or no_package(path):
            continue
        if package_digest(path) == run.published(Event.PROPOSALS_WRITTEN, period=period):
            months += 1
            found.update(one["id"] for one in read_manifest(current(path))["proposals"])
    return found, months


def _publish(run: Run, found: tuple[Found, ...], counts: pa.Table, months: Mapping[str, int]) -> Path:
    folder, key = run.zone("analysis", run.period, "finder"), run.ring.zone_public("analysis")
    with publish(folder, announce=run.announced("proposals")) as scratch:
        tables = write_tables(scratch, {"finder_proposal": _table(found, months), "cohort_count": counts}, key)
        for one in found:
            write_file(scratch / one.proposal.file_name, one.proposal.text.encode())
        facts = {
            "kind": "proposals",
            "project": run.bundle.project.id,
            "period": run.period,
            "config_sha256": run.bundle.digest,
            "tables": tables,
            "files": {one.proposal.file_name: sha256(one.proposal.text.encode()).hexdigest() for one in found},
            "person_index": run.published(Event.PERSON_INDEX_PUBLISHED),
            "proposals": [_in_words(one, months) for one in found],
        }
        write_manifest(scratch, facts)
    run.ledger.append(
        Event.PROPOSALS_WRITTEN, at=timestamp(), period=run.period, proposals=len(found), **published_as(folder)
    )
    return current(folder)


def _table(found: tuple[Found, ...], months: Mapping[str, int]) -> pa.Table:
    rows = [
        {
            "cohort": one.proposal.id,
            "place": place,
            "people": one.gap.candidate.people,
            "expected_people": one.gap.candidate.expected,
            "lift": one.gap.candidate.lift,
            "p_value": one.gap.candidate.p_value,
            "q_value": one.gap.candidate.q_value,
            "unmet_share": one.gap.share,
            "least_ratio": one.unequal,
            "found_again": one.stability,
            "stays_drawn": one.stays,
            "months_before": months.get(one.proposal.id, 0),
        }
        for place, one in enumerate(found, 1)
    ]
    return pa.Table.from_pylist(rows, schema=FINDER_PROPOSAL.schema)


def _in_words(one: Found, months: Mapping[str, int]) -> dict[str, Any]:
    """What the manifest says: no number of people, nor a word that was made of one."""
    return {
        "id": one.proposal.id,
        "title": one.proposal.title,
        "questions": list(one.proposal.questions),
        "months_before": months.get(one.proposal.id, 0),
    }


def _as_dict(one: Found, months: Mapping[str, int], folder: Path) -> dict[str, Any]:
    file = str(folder / one.proposal.file_name)
    return {**_in_words(one, months), "reason": one.proposal.reason, "file": file}


def find_lines(found: Mapping[str, Any]) -> list[str]:
    """For people: each proposal with its reason and its questions, best first."""
    lines = [
        f"{len(found['proposals'])} combinations of {found['period']} that nobody asked for; people decide.",
        "Numbers stay in the analysis zone; `report.questions` in project.yaml lets the report ask, with safe sizes.",
    ]
    for place, one in enumerate(found["proposals"], 1):
        lines += ["", f"{place}. {one['title']} ({one['id']})", f"   {one['reason']}"]
        lines += [f"   - {question}" for question in one["questions"]]
    copy = "To count one: copy its file into cohorts/, mend it with people who live it, check and approve."
    return [*lines, "", f"Files: {found['folder']}", copy]


def _not_for_care() -> PolicyRefusal:
    return PolicyRefusal(
        "This project is for direct care, and the finder is for planning only.",
        why="Looking for combinations nobody asked about is no part of caring for one person.",
        fix="Set up a planning project with its own purpose and approval.",
        code="E-FIND-PURPOSE",
    )
