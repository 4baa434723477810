"""The lock file: which version of what is installed on which system, read with pip's own library."""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[1] / "requirements.lock"
"""Beside the packages, as in the repository and in what ``make bundle`` makes."""

_BLOCK = re.compile(r"^(?=[a-z0-9])", re.MULTILINE)


def blocks(text: str, system: Mapping[str, str] | None = None) -> Iterator[tuple[Requirement, str]]:
    """What a system needs: each requirement, and its lines of the lock with the digests of its files.

    Args:
        text: The lock.
        system: Marker variables that differ from those of this machine (``sys_platform``, ``python_full_version`` …).
    """
    for block in _BLOCK.split(text):
        if block[:1].isalnum():
            found = Requirement(block.splitlines()[0].rstrip(" \\"))
            if found.marker is None or found.marker.evaluate(dict(system or {})):
                yield found, block


def departures(text: str, *, needed: frozenset[str]) -> dict[str, tuple[str, str]]:
    """What is installed here otherwise than locked: name to version installed (none is empty) and version locked.

    Args:
        text: The lock.
        needed: Names that must be there; others may be missing.
    """
    pairs = {
        requirement.name: (installed(requirement.name), str(requirement.specifier).removeprefix("=="))
        for requirement, _ in blocks(text)
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1] and (pair[0] or name in needed)}


def needed_to_run(text: str, asked: Iterable[str]) -> frozenset[str]:
    """Names of the lock that are needed without the extra ``dev``, from its remarks on who asked for what.

    Args:
        text: The lock.
        asked: What joinedup asks for, as its metadata has it.
    """
    asks: dict[str, set[str]] = {}
    for block in _BLOCK.split(text):
        name = re.split(r"==|\[", block)[0]
        for parent in re.findall(r"^ +#(?: via)? +([a-z0-9][a-z0-9-]*)(?:\[.*\])?$", block, re.MULTILINE):
            asks.setdefault(parent, set()).add(name)
    found: set[str] = set()
    waiting: set[str] = {canonicalize_name(each.name) for each in map(Requirement, asked) if not _is_extra(each)}
    while waiting:
        found |= waiting
        waiting = {name for parent in waiting for name in asks.get(parent, ())} - found
    return frozenset(found)


def _is_extra(each: Requirement) -> bool:
    return each.marker is not None and not each.marker.evaluate({"extra": ""})


def asked_by_us() -> list[str]:
    """What the installed joinedup asks for; nothing if it was not installed as a package."""
    try:
        return requires("joinedup") or []
    except PackageNotFoundError:
        return []


def installed(name: str) -> str:
    """The version that is here; empty if none is."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
