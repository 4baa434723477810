"""What was published of earlier periods, for what a report says of change over time."""

import json
from hashlib import sha256

from cohorts.report.facts import EarlierReport
from flows.run import Run
from governance.disclosure import SafeFrame
from governance.disclosure.gate import Published, read_current
from governance.package import package_digest


def earlier_reports(run: Run) -> tuple[tuple[EarlierReport, ...], dict[str, str]]:
    """Published numbers of periods before this one, oldest first, and what they are for a report that is made of them.

    Returns:
        The reports that stand, without those withdrawn; and their digest, under ``earlier``, if there are any.

    Raises:
        PolicyRefusal: One cannot be read.
    """
    folders = sorted(path for path in run.zone("public").glob("*") if path.name < run.period)
    found = [(folder, read_current(folder)) for folder in folders]
    standing = [(package_digest(folder), report) for folder, report in found if report]
    if not standing:
        return (), {}
    digests = [digest for digest, _ in standing]
    reports = tuple(EarlierReport(report.period, _frame(report)) for _, report in standing)
    return reports, {"earlier": sha256(json.dumps(digests).encode()).hexdigest()}


def _frame(report: Published) -> SafeFrame:
    return SafeFrame(rule=report.rule, cells=report.cells, versions=report.versions)
