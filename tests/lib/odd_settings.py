"""Settings with something odd in every place, one place at a time."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from governance.errors import Fault
from governance.settings import YamlFile

ODD = (None, True, 7, -1, 10_000_000, 0.5, "", "odd", "x" * 400, [], ["odd"], {}, {"odd": "odd"})


def oddities(file: YamlFile) -> Iterator[YamlFile]:
    """The file with each entry in turn made odd, left out, or joined by one that nobody knows; places stay."""
    for at in sorted(_places(file.data, ()), key=str):
        for value in ODD:
            yield replace(file, data=_changed(file.data, at, value))
        yield replace(file, data=_changed(file.data, at, leave_out=True))
    for at in [(), *_places(file.data, ())]:
        if isinstance(_at(file.data, at), dict):
            yield replace(file, data=_changed(file.data, (*at, "odd_entry"), "odd"))


def incomplete(fault: Fault) -> list[str]:
    """Which of the things that a fault has to say it does not."""
    told = {
        "file": bool(fault.file),
        "line": bool(fault.line),
        "column": bool(fault.column),
        "what": fault.what.endswith("."),
        "why": fault.why.endswith("."),
        "fix": fault.fix.endswith((".", "?")),
    }
    return [name for name, is_told in told.items() if not is_told]


def _places(data: Any, at: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in entries:
        yield (*at, name)
        yield from _places(value, (*at, name))


def _at(data: Any, at: tuple[Any, ...]) -> Any:
    for name in at:
        data = data[name]
    return data


def _changed(data: Any, at: tuple[Any, ...], value: Any = None, *, leave_out: bool = False) -> Any:
    whole = deepcopy(data)
    parent = _at(whole, at[:-1])
    if leave_out:
        del parent[at[-1]]
    else:
        parent[at[-1]] = deepcopy(value)
    return whole
