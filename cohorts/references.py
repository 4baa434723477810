"""``cohort: <id>@<version>`` in a cohort file: which definition must be read before which, and which are not there."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from governance.errors import Fault
from governance.settings import YamlFile
from governance.settings.yaml_file import Location


def in_order_of_reference(files: Mapping[str, YamlFile]) -> list[YamlFile]:
    """Every file after those it refers to, else by name; files that refer to each other come last."""
    waiting = {_id(file): file for _, file in sorted(files.items())}
    ordered: list[YamlFile] = []
    while waiting:
        free = [name for name, file in waiting.items() if not {one for one, _ in _named(file)} & set(waiting) - {name}]
        for name in free or list(waiting):
            ordered.append(waiting.pop(name))
    return ordered


def reference_faults(file: YamlFile, known: Collection[tuple[str, str]]) -> list[Fault]:
    """References to definitions or versions that are not there, or that refer back."""
    faults = []
    for (cohort, version), at in _references(file):
        if (cohort, version) in known:
            continue
        versions = [held for held_id, held in known if held_id == cohort]
        names = sorted({held_id for held_id, _ in known})
        if versions:
            what, fix = f"is at version {versions[0]}", f"Read what changed, then write {cohort}@{versions[0]}."
            why = "Another version may be about other people, and this definition would be too without a word."
        else:
            near = get_close_matches(cohort, names, n=2)
            what = "is not among the definitions that can be read before this one"
            why = "Who meets it has to be known first."
            fix = (
                f"Did you mean {' or '.join(near)}?"
                if near
                else "Add its file to cohorts/, mend it, or end the circle."
            )
        text = f"{'.'.join(map(str, at))}: `{cohort}@{version}` {what}."
        faults.append(file.fault(at, text, fix, why))
    return faults


def _id(file: YamlFile) -> str:
    return str(file.data.get("id", file.name)) if isinstance(file.data, dict) else file.name


def _named(file: YamlFile) -> list[tuple[str, str]]:
    return [named for named, _ in _references(file)]


def _references(file: YamlFile) -> Iterator[tuple[tuple[str, str], Location]]:
    needs = file.data.get("needs") if isinstance(file.data, dict) else None
    for at, value in _walk(needs, ("needs",)):
        if at[-1] == "cohort" and isinstance(value, str) and "@" in value:
            cohort, _, version = value.partition("@")
            yield (cohort, version), at


def _walk(value: Any, at: Location) -> Iterator[tuple[Location, Any]]:
    yield at, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield from _walk(item, (*at, key))
