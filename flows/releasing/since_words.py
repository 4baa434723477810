"""Why counts changed since last time, in words that may leave the analysis zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from cohorts.report.facts import SinceFacts
from cohorts.report.since import CAUSES as TOLD_CAUSES
from flows.attrition import unknown_cohort
from flows.cohort_package import open_cohorts
from flows.commands.output import aligned
from flows.releasing.drafts import is_withdrawn
from flows.run import Run, open_run
from flows.since import TABLE, last_counted
from governance.disclosure import ALL, SafeCause, Way, release_change, rule_of
from governance.disclosure.gate import read_releases
from governance.package import no_package, package_digest

CAUSES = {**TOLD_CAUSES, "people": "people who joined, left or changed", "not_split": "not told apart"}
"""In a terminal's width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeSince:
    """What may be said of the difference to last time. Holds no number."""

    against: str
    """Last time's period; empty if nothing was counted before."""
    why_not_split: str
    """Empty if causes were told apart."""
    causes: Mapping[str, tuple[SafeCause, ...]]
    """By cohort."""
    titles: Mapping[str, str]


def safe_since(run: Run) -> SafeSince:
    """Words for the difference to last time.

    Raises:
        BadInput: The cohorts have not been run.
        PolicyRefusal: The keys are not here.
    """
    tables, facts = open_cohorts(run, (TABLE,))
    return _safe(run, tables[TABLE], facts)


def _safe(run: Run, change: pa.Table, facts: Mapping[str, Any]) -> SafeSince:
    rule, since = rule_of(run.bundle.project.disclosure, run.bundle.policy), facts["since"]
    return SafeSince(
        against=since["against"],
        why_not_split=since["why_not_split"],
        causes=release_change(change, rule, run.bundle.policy),
        titles={each["id"]: each["title"] for each in facts["definitions"]},
    )


def since_last_report(run: Run, change: pa.Table, cohorts: Mapping[str, Any]) -> SinceFacts:
    """The last report's numbers, and words for the difference. There is one: see :func:`last_report`.

    Args:
        run: The report's.
        change: Contract ``cohort_change``.
        cohorts: The manifest of the package it is from.
    """
    found = _safe(run, change, cohorts)
    *_, then = (each for each in read_releases(run.zone("public")) if each.period == found.against)
    met = {key.cohort: cell for key, cell in then.cells.items() if key[1:] == ("met", ALL, ALL, ALL)}
    return SinceFacts(period=found.against, met=met, causes=found.causes, why_not_split=found.why_not_split)


def last_report(run: Run) -> dict[str, str]:
    """For what a report is made of: the digest of the last period's report, if it is public and was not withdrawn."""
    period = last_counted(run)
    folder = run.zone("public", period) if period else None
    if folder is None or no_package(folder) or is_withdrawn(folder):
        return {}
    return {"last_report": package_digest(folder)}


def since(root: Path, period: str, cohort: str = "") -> dict[str, Any]:
    """What changed since last time, of one cohort or all.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``; its cohorts have been run.
        cohort: Id of a definition; all if empty.

    Raises:
        BadInput: The cohorts have not been run, or there is no such definition.
        PolicyRefusal: The keys are not here.
    """
    run = open_run(root, period, step="cohorts")
    found = safe_since(run)
    if cohort and cohort not in found.titles:
        raise unknown_cohort(cohort, sorted(found.titles))
    wanted = [name for name in found.titles if cohort in ("", name) and name in found.causes]
    return {
        "project": run.bundle.project.id,
        "period": run.period,
        "against": found.against,
        "why_not_split": found.why_not_split,
        "cohorts": [
            {"cohort": name, "title": found.titles[name], "causes": [_cause(one) for one in found.causes[name]]}
            for name in wanted
        ],
    }


def _cause(one: SafeCause) -> dict[str, str]:
    return {"cause": one.cause, "weight": one.weight.name.lower(), "way": one.way.name.lower()}


def since_lines(found: Mapping[str, Any]) -> list[str]:
    """For people."""
    if not found["against"]:
        return ["Nothing was counted before this period."]
    lines = [f"Since {found['against']}, in words: how many came and went is not told, for it may be very few."]
    if found["why_not_split"]:
        return [*lines, f"Causes could not be told apart: {found['why_not_split']}."]
    for cohort in found["cohorts"]:
        rows = [(CAUSES[one["cause"]], _words(one)) for one in cohort["causes"]]
        lines += ["", f"{cohort['title']} ({cohort['cohort']})", *aligned(rows)]
    return lines


def _words(one: Mapping[str, str]) -> str:
    way = Way[one["way"].upper()].value
    weight = {"most": "most of the change: ", "some": "some of the change: "}.get(one["weight"], "")
    return f"{weight}{way}" if way else "none, or too few to tell"
