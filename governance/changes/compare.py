"""Where two meanings differ: settings by their path, lists of things by the name of each thing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Path = tuple[str, ...]


class _Absent:
    """Stands for a setting that one of the two does not have."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()

WHOLE = (
    ("cohorts", "*"),
    ("project", "linkage", "rules", "*"),
    ("sources", "*", "coverage", "*"),
    ("sources", "*", "fates", "*", "*"),
    ("sources", "*", "opt_outs"),
    ("sources", "*", "files", "*", "events", "*"),
    ("sources", "*", "files", "*", "needs", "*"),
    ("sources", "*", "files", "*", "columns", "*", "values"),
)
"""What is told as one thing even if only a part of it changed."""

_NAMES = ("id", "kind", "need", "reference", "name", "from")
"""What may name one thing of a list, the first that it has."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that is not the same in both."""

    path: Path
    old: Any
    new: Any


def differences(old: Any, new: Any, at: Path = ()) -> Iterator[Difference]:
    """Every setting that differs, in the order of the newer one."""
    if old == new and type(old) is type(new):
        return
    if ABSENT in (old, new) or any(matches(at, pattern) for pattern in WHOLE):
        yield Difference(at, old, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), (*at, str(key)))
    elif _holds_things(old) and _holds_things(new):
        yield from differences(_by_name(old), _by_name(new), at)
    else:
        yield Difference(at, old, new)


def matches(path: Path, pattern: Sequence[str]) -> bool:
    """Whether a path is one of those that a pattern means; ``*`` stands for any one part."""
    return len(path) == len(pattern) and all(want in ("*", part) for part, want in zip(path, pattern, strict=True))


def _holds_things(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def _by_name(things: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A list as a mapping; things of the same name are numbered, so that none hides another."""
    found: dict[str, Any] = {}
    for thing in things:
        name = next((_name(thing[key]) for key in _NAMES if thing.get(key)), "entry")
        number = next(n for n in range(1, len(things) + 1) if (name if n == 1 else f"{name} ({n})") not in found)
        found[name if number == 1 else f"{name} ({number})"] = thing
    return found


def _name(value: Any) -> str:
    return f"by {value['column']}" if isinstance(value, Mapping) and "column" in value else str(value)
