"""Everything that can be said of a project before it runs: faults, rules, approval, and which extracts are there."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from cohorts.board import read_boards
from cohorts.definition import load_definitions
from cohorts.parameters import fill_in
from cohorts.settings import CohortSettings
from flows.commands.output import aligned
from flows.refusals import refusals_recorded
from flows.releasing.board_ids import hold_to_their_areas
from flows.run import now, resolve_period, timestamp
from governance.approval import ApprovalStatus, check_approved
from governance.areas import check_is_signed
from governance.errors import BadInput, ConfigError, PolicyRefusal
from governance.intake.deliver import files_at, path_of
from governance.intake.period import as_of_date
from governance.keys.ring import KeyRing
from governance.policy import Finding, Result, check_bundle, family_of, read_facts, refuse_blocked
from governance.policy.rule import WAITS_FOR_PEOPLE
from governance.settings import Bundle, Coverage, config_error, load_bundle, placeholders, read_yaml, validate_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A project without faults, and what is left to do before it can run."""

    bundle: Bundle
    cohorts: int
    findings: tuple[Finding, ...]
    approval: str
    """Why it may run, or why not yet."""
    approved: bool
    period: str
    """The newest month with extracts; empty if there is none."""
    absent: tuple[str, ...]
    """Extract files that month does not have yet."""
    silent: tuple[str, ...] = ()
    """Sources that say of themselves that they do not speak for any day of that month."""

    @property
    def needs_attention(self) -> bool:
        """Whether there is something to do before a run would be whole."""
        left = bool(self.absent or self.silent)
        return not self.approved or left or any(one.result == "warn" for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "project": self.bundle.project.id,
            "config_sha256": self.bundle.digest,
            "sources": [source.id for source in self.bundle.sources],
            "cohorts": self.cohorts,
            "rules": [
                {
                    "rule": one.rule,
                    "family": family_of(one.rule),
                    "level": one.level,
                    "result": one.result,
                    "where": one.where,
                    "says": one.sentence,
                    "fix": one.fix,
                }
                for one in self.findings
            ],
            "approved": self.approved,
            "approval": self.approval,
            "period": self.period,
            "absent": list(self.absent),
            "silent": list(self.silent),
        }

    def lines(self) -> list[str]:
        """For people."""
        sources = len(self.bundle.sources)
        head = f"Project {self.bundle.project.id}: sources {sources}, cohorts {self.cohorts}; no faults in any file."
        silent = [
            f"sources/{one}.yaml: `coverage` holds no day of {self.period}, so what this source does not tell is known"
            " of nobody. Say since when its extracts tell."
            for one in self.silent
        ]
        return [head, "", *_rule_lines(self.findings), "", self.approval, *self._extract_lines(), *silent]

    def _extract_lines(self) -> list[str]:
        if not self.period:
            return ["There are no extracts yet: put them into extracts/<year>-<month>/."]
        if self.absent:
            return [f"{len(self.absent)} extracts of {self.period} are not there yet:", *aligned(zip(self.absent))]
        return [f"All extracts of {self.period} are there."]


def check_project(root: Path, period: str = "") -> Checked:
    """Check everything.

    Args:
        root: The project folder.
        period: Also check what this month's sources sent; empty to look at the config only.

    Raises:
        ConfigError: With every fault of every file.
        PolicyRefusal: With every rule that blocks; or the area look-up is not the one that the project file names.
    """
    bundle = _bundle(root)
    definitions, ring, today = load_definitions(bundle), KeyRing(root / "keys"), now().date()
    boards = bundle.project.report.boards
    hold_to_their_areas(root / "zones" / "public", boards)
    read_boards(root, [each.id for each in definitions], [each.id for each in boards])
    check_is_signed(root, bundle.project.lookup)
    known = resolve_period(root, period) if period else ""
    status: ApprovalStatus | None = None
    try:
        status = check_approved(bundle, ring, today)
        approval, approved = status.sentence, True
    except PolicyRefusal as refusal:
        approval, approved = f"Not approved to run: {refusal.what} {refusal.fix}", False
    facts = read_facts(bundle, known, as_of=today, approval=status, afterwards=bool(known))
    findings = check_bundle(bundle, facts)
    with refusals_recorded(root, "check", bundle.digest, timestamp()):
        refuse_blocked(findings)
    month = known or _newest(root)
    return Checked(
        bundle=bundle,
        cohorts=len(definitions),
        findings=tuple(findings if known else _of_config_alone(findings, month)),
        approval=approval,
        approved=approved,
        period=month,
        absent=tuple(_absent(bundle, month)) if month else (),
        silent=tuple(_silent(bundle, month)) if month else (),
    )


def _bundle(root: Path) -> Bundle:
    """The bundle; if it has faults, those of the cohort files are told with them."""
    try:
        return filled_in(load_bundle(root))
    except ConfigError as error:
        if error.code != "E-CONFIG":
            raise
        faults = list(error.faults)
        told = {fault.file for fault in faults}
        for path in sorted(root.glob("cohorts/*.yaml")):
            name = path.relative_to(root).as_posix()
            if name not in told:  # else it could not be read at all
                validate_yaml(fill_in(read_yaml(path, name=name), faults), CohortSettings, faults)
        raise config_error(faults) from None


def filled_in(bundle: Bundle) -> Bundle:
    """The same bundle, if nothing of what `joinedup init` wrote is still to be replaced.

    Raises:
        ConfigError: With the place of every example that is left.
    """
    if left := [fault for file in bundle.files.values() for fault in placeholders(file)]:
        raise config_error(left)
    return bundle


def _of_config_alone(findings: Iterable[Finding], month: str) -> list[Finding]:
    """Without a period nothing was looked at that a run makes, so it is not said that nothing has run."""
    says = f"Looks at what a run makes: add --period {month or 'YYYY-MM'} once that month has run."
    told = (replace(one, sentence=says, where="") if _is_of_a_run(one) else one for one in findings)
    return list(dict.fromkeys(told))


def _is_of_a_run(finding: Finding) -> bool:
    return finding.result == "not_yet" and finding.sentence not in WAITS_FOR_PEOPLE


def _newest(root: Path) -> str:
    try:
        return resolve_period(root, "latest")
    except BadInput:
        return ""


def _absent(bundle: Bundle, period: str) -> Iterable[str]:
    paths = (path_of(file.path, period) for source in bundle.sources for file in source.files)
    return [path for path in paths if not any(file.exists() for file in files_at(bundle.root, path))]


def _silent(bundle: Bundle, period: str) -> Iterable[str]:
    """A draft's coverage begins on the day on which it was made: after the month that it is to speak for."""
    begin, stop = as_of_date(period) - timedelta(days=1), as_of_date(period)
    return [
        source.id
        for source in bundle.sources
        if source.coverage and not any(_reaches(one, begin.replace(day=1), stop) for one in source.coverage)
    ]


def _reaches(one: Coverage, begin: date, stop: date) -> bool:
    return one.start < stop and (one.end is None or one.end > begin)


_WORDS: dict[Result, str] = {"pass": "ok", "not_yet": "later", "waived": "WAIVED", "warn": "LOOK", "block": "STOP"}


def _rule_lines(findings: Sequence[Finding]) -> list[str]:
    """Findings by family: result, rule and sentence; below it, where something is to be done, the place and the fix."""
    counts = Counter(one.result for one in findings)
    told = ", ".join(f"{counts[result]} {word}" for result, word in _WORDS.items() if counts[result])
    lines = [f"Policy rules ({told}); `joinedup explain RULE` teaches one:"]
    for family, group in groupby(findings, key=lambda one: family_of(one.rule)):
        lines += [f"  {family}", *(line for one in group for line in _finding_lines(one))]
    return lines


def _finding_lines(finding: Finding) -> list[str]:
    head = f"    {_WORDS[finding.result]:<6} {finding.rule:<8} "
    below = [finding.where] if finding.result in ("waived", "warn", "block") and finding.where else []
    below += [f"Fix: {finding.fix}"] if finding.fix else []
    indent = " " * len(head)
    return [head + finding.sentence, *(indent + line for line in below)]
