"""The diff of two meanings: every change in plain English, the riskiest first, and how many have to sign."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from governance.changes.change import RISKS, Change
from governance.changes.compare import ABSENT, Difference, Path, differences, matches
from governance.changes.meaning import Meaning
from governance.changes.plain import field_of, setting_change
from governance.changes.special import SPECIAL

Cohorts = dict[str, dict[str, Any]]

_COMPARED = ("project", "policy", "sources", "cohorts", "exposure")
_NOT_TOLD = (
    ("sources", "*", "fates", "*"),  # a new or old file: its columns are told as columns
    ("sources", "*", "files", "*", "columns", "*"),
    ("sources", "*", "id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigDiff:
    """Everything that differs between two configs."""

    changes: tuple[Change, ...]
    versions: tuple[str, ...]
    """A sentence for each version that moved."""
    comments: tuple[str, ...]
    """Files of which only comments, order or layout changed."""
    two_people: tuple[str, ...]
    """Why two approvers have to sign; empty if one is enough."""

    same_files: bool
    """No byte of any config file differs."""

    @property
    def headline(self) -> str:
        """The diff in one or two sentences."""
        return _headline(self)


def diff_meanings(old: Meaning, new: Meaning) -> ConfigDiff:
    """What changed from one meaning to another.

    Args:
        old: As kept with an approval, or of another folder.
        new: Likewise.
    """
    cohorts = _alike_in_english(old["cohorts"], new["cohorts"])
    parts = {part: (old[part], new[part]) for part in _COMPARED} | {"cohorts": cohorts}
    found = [
        change
        for part, (was, is_now) in parts.items()
        for difference in differences(was, is_now, (part,))
        for change in _told(difference)
    ]
    order = list(RISKS)
    ranked = sorted(found, key=lambda one: (order.index(one.risk), -one.weight, one.where, one.sentence))
    return ConfigDiff(
        changes=tuple(ranked),
        versions=tuple(_versions(old["versions"], new["versions"])),
        comments=tuple(_comments(old, new, ranked)),
        same_files=old["files"] == new["files"],
        two_people=tuple(dict.fromkeys(f"{one.two_people}: {one.sentence}" for one in ranked if one.two_people)),
    )


def _alike_in_english(old: Cohorts, new: Cohorts) -> tuple[Cohorts, Cohorts]:
    """Definitions with their English only where both have it: whoever compares may not be able to make it."""
    shared = {name for name in old.keys() & new.keys() if old[name]["english"] and new[name]["english"]}

    def alike(cohorts: Cohorts) -> Cohorts:
        both = old.keys() & new.keys()
        return {
            name: one if name in shared or name not in both else one | {"english": []} for name, one in cohorts.items()
        }

    return alike(old), alike(new)


def _told(found: Difference) -> Iterator[Change]:
    if any(matches(found.path, pattern) for pattern in _NOT_TOLD):
        yield from _columns_of(found)
        return
    special = next((special for pattern, special in SPECIAL.items() if matches(found.path, pattern)), None)
    if special:
        yield from special(found)
    else:
        yield setting_change(found)


def _columns_of(found: Difference) -> Iterator[Change]:
    """The columns of a file that came or went."""
    if not matches(found.path, ("sources", "*", "fates", "*")):
        return
    old, new = ({} if one is ABSENT else one for one in (found.old, found.new))
    for difference in differences(old, new, found.path):
        yield from _told(difference)


def _versions(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    names = {"code_version": "Code version", "policy_version": "Policy version"}
    for key, name in names.items():
        if old[key] != new[key]:
            yield f"{name} was {old[key]}; now {new[key]}."


def _comments(old: Meaning, new: Meaning, changes: list[Change]) -> Iterator[str]:
    told = {change.where for change in changes}
    for name, digest in new["files"].items():
        changed = name in old["files"] and old["files"][name] != digest
        if changed and name.endswith(".yaml") and name not in told:
            yield name


def _headline(found: ConfigDiff) -> str:
    if found.changes:
        upgrade = "No byte of the config differs, but the code reads it otherwise. " if found.same_files else ""
        to_read = sum(one.risk == "unclear" for one in found.changes)
        return f"{upgrade}{_how_many(found)}{f' {to_read} to be read by a person.' if to_read else ''}"
    if found.comments:
        return f"No change of meaning: only comments, order or layout changed in {', '.join(found.comments)}."
    if found.versions:
        return "The config is unchanged, byte for byte. Only versions moved: one signature renews the approval."
    return "The two are the same, byte for byte."


def has_words(path: Path) -> bool:
    """Whether a setting is told in words of its own."""
    of_its_own = any(matches(path, pattern) for pattern in (*SPECIAL, *_NOT_TOLD))
    return of_its_own or not field_of(path).label.startswith("`")


def _how_many(found: ConfigDiff) -> str:
    """How many of the changes identify more."""
    changes, more = len(found.changes), sum(one.risk == "more" for one in found.changes)
    if changes == 1:
        said = "identifies people more or protects them less" if more else "identifies nobody more and protects no less"
        return f"One change; it {said}."
    if more == 1:
        return f"{changes} changes; one of them identifies people more or protects them less."
    count = {0: "none", changes: "all"}.get(more, str(more))
    return f"{changes} changes; {count} of them identify people more or protect them less."
