"""Who is lost at each step of a definition, from the analysis zone's counts and through disclosure control."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.cohort_package import open_cohorts
from flows.commands.output import aligned
from flows.run import open_run
from governance.disclosure import SafePath, SafeSteps, release_steps
from governance.disclosure.profiles import rule_of
from governance.disclosure.steps import LEFT, NOT_RECORDED
from governance.english import rounded
from governance.errors import BadInput

_TITLES = {
    "all": "Everyone",
    "deprivation_quintile": "Deprivation (fifths, 1 is the most deprived)",
    "ethnic_group": "Ethnic group",
    "age_band": "Age",
    "sex": "Sex",
    "district": "District",
    "address": "Address",
    "language": "First language",
}


def attrition(root: Path, period: str, cohort: str = "") -> dict[str, Any]:
    """Who is lost at each step, of one cohort or all.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``; its cohorts have been run.
        cohort: Id of a definition; all if empty.

    Raises:
        BadInput: The cohorts have not been run, or there is no such definition.
        PolicyRefusal: The keys are not here.
    """
    run = open_run(root, period, step="cohorts")
    tables, facts = open_cohorts(run, ("cohort_attrition",))
    titles = {each["id"]: each["title"] for each in facts["definitions"]}
    if cohort and cohort not in titles:
        raise unknown_cohort(cohort, sorted(titles))
    rule = rule_of(run.bundle.project.disclosure, run.bundle.policy)
    safe = release_steps(tables["cohort_attrition"], rule)
    found = sorted((each for each in safe if cohort in ("", each.cohort)), key=_order)
    cohorts = [
        {"cohort": name, "title": titles[name], "by": [_breakdown(each) for each in found if each.cohort == name]}
        for name in dict.fromkeys(each.cohort for each in found)
    ]
    return {"project": run.bundle.project.id, "period": run.period, "rule": rule.id, "cohorts": cohorts}


def _order(steps: SafeSteps) -> tuple[str, int]:
    return steps.cohort, list(_TITLES).index(steps.dimension)


def _breakdown(steps: SafeSteps) -> dict[str, Any]:
    paths = sorted(steps.paths, key=lambda path: (path.group == NOT_RECORDED, path.group))
    groups = [_group(path) for path in paths]
    return {"dimension": steps.dimension, "parts": [list(labels) for labels in steps.labels], "groups": groups}


def _group(path: SafePath) -> dict[str, Any]:
    return {"group": path.group, "start": path.start.people, "people": [cell.people for cell in path.parts]}


def attrition_lines(found: Mapping[str, Any]) -> list[str]:
    """For people: a table for each breakdown, with what its columns are of above it."""
    lines = [
        f"Counts are changed and rounded ({found['rule']}). Steps are joined where few were lost at one of them,",
        "and groups where too little would be left to see. Shares are of everyone in the group.",
    ]
    for cohort in found["cohorts"]:
        lines += ["", f"{cohort['title']} ({cohort['cohort']})"]
        steps = [label for by in cohort["by"] if by["dimension"] == "all" for part in by["parts"] for label in part]
        number = {label: f"{at}" for at, label in enumerate(steps, 1)}
        lines += [f"  step {number[label]}: {label.lstrip('… ')}" for label in steps[:-1]]
        for by in cohort["by"]:
            lines += ["", *_table(by, number)]
    return lines


def _table(by: Mapping[str, Any], number: Mapping[str, str]) -> list[str]:
    title = _TITLES.get(by["dimension"], by["dimension"])
    if not by["groups"]:
        return [f"{title}: not shown, too few people."]
    head = (title, "everyone", *(_column(part, number) for part in by["parts"]))
    rows = [
        (each["group"], f"{each['start']:,}", *(_with_share(people, each["start"]) for people in each["people"]))
        for each in by["groups"]
    ]
    return aligned([head, *rows])


def _column(part: Sequence[str], number: Mapping[str, str]) -> str:
    """Such as ``lost at 2``, ``lost at 3-5``, ``lost at 5 or in it``."""
    steps = [number.get(label, "?") for label in part if label != LEFT]
    if not steps:
        return LEFT
    lost = f"lost at {steps[0]}" + (f"-{steps[-1]}" if len(steps) > 1 else "")
    return f"{lost}, or {LEFT}" if LEFT in part else lost


def _with_share(people: int, start: int) -> str:
    """A count with its share of everyone in the group, both from released counts."""
    return f"{people:,} ({rounded(min(1.0, people / start), 1)})" if start else f"{people:,}"


def unknown_cohort(cohort: str, known: Sequence[str]) -> BadInput:
    """The error for an id that no definition of the project has."""
    return BadInput(
        f"There is no definition `{cohort}` in this project.",
        why="Only of a group that was asked about can anything be told.",
        fix=f"Use one of: {', '.join(known)}.",
        code="E-COHORT-UNKNOWN",
    )
