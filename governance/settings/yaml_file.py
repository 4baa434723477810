"""YAML files read as plain JSON data, with the line and column of every entry.

Two habits of YAML 1.1 lose data in source codes: ``NO`` becomes false and ``01`` becomes 1.
Here only ``true``, ``false``, ``null`` and numbers written as JSON writes them are anything but text.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from governance.errors import ConfigError, Fault

Location = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, as editors count them."""

_SCALARS = [
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), "tf"),
    ("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""]),
    ("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), "-0123456789"),
    ("tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$"), "-0123456789"),
]


class _JsonLikeLoader(yaml.SafeLoader):
    """SafeLoader whose plain scalars follow JSON, not YAML 1.1."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in _SCALARS:
    _JsonLikeLoader.add_implicit_resolver(_tag, _pattern, list(_first))


@dataclass(frozen=True, slots=True)
class YamlFile:
    """One parsed file: its name as shown to people, exact bytes, data, and where each entry stands, counted from 1."""

    name: str
    raw: bytes
    data: Any
    places: dict[Location, Place]

    def line(self, location: Location) -> int:
        """Line of an entry, or of its nearest parent that has one."""
        return self._place(location)[0]

    def fault(self, location: Location, what: str, fix: str = "", why: str = "") -> Fault:
        """What is wrong at an entry, with its line and column."""
        line, column = self._place(location)
        return Fault(what=what, fix=fix, why=why, file=self.name, line=line, column=column)

    def _place(self, location: Location) -> Place:
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, (1, 1))


def read_yaml(path: Path, *, name: str) -> YamlFile:
    """Parse one file.

    Raises:
        ConfigError: It is a folder, not UTF-8, not YAML, or a key stands twice in one mapping.
    """
    if path.is_dir():
        raise ConfigError(
            f"{name} is a folder.",
            why="A file of settings is read under this name.",
            fix="Move the folder away and put the file there.",
            code="E-CONFIG-YAML",
            faults=[Fault(what="is a folder, not a file.", fix="Move it away and put the file there.", file=name)],
        )
    return parse_yaml(path.read_bytes(), name=name)


def parse_yaml(raw: bytes, *, name: str) -> YamlFile:
    """Parse what one file holds, or would hold; raises as :func:`read_yaml` does."""
    return _parsed(raw, name)


@lru_cache(maxsize=256)  # every step reads the project afresh; the same bytes mean the same
def _parsed(raw: bytes, name: str) -> YamlFile:
    try:
        root = yaml.compose(raw.decode("utf-8-sig"), Loader=_JsonLikeLoader)
    except UnicodeDecodeError as error:
        before = raw[: error.start].split(b"\n")
        raise _unreadable(name, (len(before), len(before[-1]) + 1), "is not UTF-8 text.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = raw.decode("utf-8").splitlines()  # where something is not closed, the place is behind the last of them
        tab = bool(mark and mark.line < len(lines) and "\t" in lines[mark.line])
        more = " Put spaces in the place of the tab." if tab else ""
        raise _unreadable(name, place, f"is not valid YAML: {error.problem}.{more}") from None
    except yaml.YAMLError:  # a control character, of which no place in the text is told
        raise _unreadable(name, (1, 1), "holds a character that YAML does not allow.") from None
    places: dict[Location, Place] = {}
    repeated: list[Fault] = []
    data = _plain(root, (), places, repeated, name) if root else {}
    if repeated:
        raise ConfigError(
            f"{name}: {len(repeated)} keys are given twice.",
            why="Only one of the two would count, and a reader cannot tell which.",
            fix="Keep one of each.",
            code="E-CONFIG-YAML",
            faults=repeated,
        )
    return YamlFile(name, raw, data, places)


_MEND = "Save it as UTF-8, and check indentation, colons and unclosed quotes there and above."
_TORN = "What stands below the place could belong to what stands above it, or not."
_ONCE = "Which of the two counts nobody could tell."


def _unreadable(name: str, place: Place, what: str) -> ConfigError:
    line, column = place
    return ConfigError(
        f"{name}:{line}: {what}",
        why="A config that cannot be read as one meaning cannot be approved or run.",
        fix="Save it as UTF-8 and check indentation, quotes and colons around that line.",
        code="E-CONFIG-YAML",
        faults=[Fault(what=what, fix=_MEND, why=_TORN, file=name, line=line, column=column)],
    )


def _plain(node: yaml.Node, at: Location, places: dict[Location, Place], repeated: list[Fault], name: str) -> Any:
    """The data under ``node``; keys become text, as they would in JSON."""
    places.setdefault(at, _place_of(node))
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line, column = places[(*at, key)] = _place_of(key_node)
            if key in found:
                what, fix = f"`{key}` is given twice.", "Keep one of the two."
                repeated.append(Fault(what=what, fix=fix, why=_ONCE, file=name, line=line, column=column))
            found[key] = _plain(value_node, (*at, key), places, repeated, name)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*at, i), places, repeated, name) for i, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has three node types
    return _scalar(node)


def _place_of(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: yaml.ScalarNode) -> Any:
    """A plain value as JSON would write it."""
    match node.tag.rsplit(":", 1)[-1]:
        case "bool":
            return node.value == "true"
        case "null":
            return None
        case "int":
            return int(node.value)
        case "float":
            return float(node.value)
        case _:
            return node.value
