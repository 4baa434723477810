"""A diff as lines for a terminal and as facts for programs."""

from itertools import groupby
from typing import Any

from governance.changes.change import RISKS
from governance.changes.diff import ConfigDiff


def as_facts(found: ConfigDiff) -> dict[str, Any]:
    """For ``--json``: every change, in the order it is told."""
    return {
        "headline": found.headline,
        "changes": [
            {
                "risk": one.risk,
                "sentence": one.sentence,
                "file": one.where,
                "setting": one.setting,
                "two_people": one.two_people,
            }
            for one in found.changes
        ],
        "versions": list(found.versions),
        "comments_only": list(found.comments),
        "same_files": found.same_files,
        "two_people_because": list(found.two_people),
    }


def as_lines(found: ConfigDiff) -> list[str]:
    """For people: a headline, then what changed under what it means for people in the data."""
    lines = [found.headline]
    for risk, changes in groupby(found.changes, key=lambda one: one.risk):
        lines += ["", f"{RISKS[risk]}:", *(f"  - {one.sentence} ({one.where})" for one in changes)]
    if found.comments and found.changes:
        lines += ["", f"{RISKS['none']}:", *(f"  - {name}: only comments, order or layout." for name in found.comments)]
    if found.versions:
        lines += ["", "Versions:", *(f"  - {sentence}" for sentence in found.versions)]
    return [*lines, "", *signatures(found)]


def signatures(found: ConfigDiff) -> list[str]:
    """How many people have to sign, and why."""
    if found.two_people:
        return ["Two approvers have to sign:", *(f"  - {reason}" for reason in found.two_people)]
    if found.changes or found.comments:
        return ["One approver has to sign."]
    return ["One approver has to sign again (renewal)."] if found.versions else ["Nothing has to be signed for this."]
