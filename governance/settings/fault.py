"""Problems of one config file as faults that a person can act on."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from governance.errors import Fault
from governance.settings.slip import Slip
from governance.settings.yaml_file import Location, YamlFile

_DAY = ("is not a day.", "Write it like 2026-11-27.")
_TEXT = ("is not text.", "Write a word; a number that is meant as text stands in quotes.")
_WHOLE = ("is not a whole number.", "Write digits only, without quotes.")
_NUMBER = ("is not a number.", "Write digits, without quotes; a share of a half is 0.5.")
_LIST = ("is not a list.", "Write [one, two], or each on a line of its own after a dash.")
_ENTRIES = ("does not hold entries.", "Write `name: value` below it, indented further, or in { }.")
_PLAIN = {
    "extra_forbidden": ("is not a setting here.", "Check the spelling, or remove it."),
    "missing": ("is required.", "Add it."),
    "date_from_datetime_parsing": _DAY,
    "date_parsing": _DAY,
    "date_type": _DAY,
    "string_too_short": ("is empty.", "Say something, or remove it."),
    "string_type": _TEXT,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": ("is neither true nor false.", "Write true or false, without quotes."),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _ENTRIES,
    "model_type": _ENTRIES,
    "model_attributes_type": _ENTRIES,
}
_SHAPES = {
    r"^[a-z][a-z0-9_]{1,39}$": (
        "is not an id.",
        "Use 2 to 40 lower case letters, digits and underscores, a letter first.",
    ),
    r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$": ("is not an event kind.", "Write it like ed.attendance."),
    r"^[0-9a-f]{64}$": ("is not a SHA-256.", "Give the 64 digits that `sha256sum FILE` prints."),
    r"^[0-9]+\.[0-9]+\.[0-9]+$": ("is not a version.", "Write three numbers, such as 1.0.0."),
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": _DAY,
    r"^([a-z][a-z0-9_]{1,39})@([0-9]+\.[0-9]+\.[0-9]+)$": (
        "names no definition with its version.",
        "Write it like c05_repeat_police_vulnerability@1.0.0.",
    ),
}
_BOUNDS = {"greater_than_equal": ("more", "ge"), "less_than_equal": ("less", "le")}
"""Bounds of numbers; in policy.yaml they are the floor."""
_STRICT_BOUNDS = {"greater_than": ("more", "gt"), "less_than": ("less", "lt")}
_LENGTHS = {
    "too_short": ("holds too few entries", "at least {min_length}"),
    "too_long": ("holds too many entries", "at most {max_length}"),
    "string_too_long": ("is too long", "at most {max_length} characters"),
}
_WHY = {
    "extra_forbidden": "Nothing reads it, and whoever wrote it would believe that it does something.",
    "missing": "joinedup does not guess what a file leaves out.",
    "greater_than_equal": "The bound is there so that nobody passes it by a slip.",
    "less_than_equal": "The bound is there so that nobody passes it by a slip.",
    "greater_than": "The bound is there so that nobody passes it by a slip.",
    "less_than": "The bound is there so that nobody passes it by a slip.",
    "string_too_short": "An entry with nothing in it looks like an answer and is none.",
    "too_short": "An entry with nothing in it looks like an answer and is none.",
    "too_long": "More than that nobody reads, or can tell apart.",
    "string_too_long": "Where it is printed there is no room for more.",
}
_WHY_ELSE = "Read as something else, the file would mean what nobody wrote."
_WHY_LEFT = "An example says nothing of your project, and would be taken for what you say."
_PLACEHOLDER = "REPLACE"
_EXAMPLE_ID = (("id",), "my_project")
"""What `joinedup init` calls a project: an id never changes later, and a placeholder would be none."""
_LEFT = ("still holds the example.", f"Put your own text there, without the word {_PLACEHOLDER}.")


def faults_of(file: YamlFile, problems: Iterable[ErrorDetails]) -> list[Fault]:
    """Pydantic's problems as faults: never with the value, which pydantic would print."""
    return [_fault(file, problem) for problem in problems if not _other_form(problem)]


def _other_form(problem: ErrorDetails) -> bool:
    """What may be a name or a map of codes is held against both; only the form that was tried matters."""
    last, given = problem["loc"][-1:], problem["input"]
    return (last == ("Coded",) and isinstance(given, str)) or (last == ("constrained-str",) and isinstance(given, dict))


def _fault(file: YamlFile, problem: ErrorDetails) -> Fault:
    loc = problem["loc"]
    shown = tuple(part for part in loc if not (isinstance(part, str) and part in {"Coded", "constrained-str"}))
    name = ".".join(str(part) for part in shown) or "the file"
    left = is_left(problem["input"])
    what, fix = _LEFT if left else _words(problem)
    why = _WHY_LEFT if left else _why(problem)
    return file.fault(shown, f"{name}: {what}", fix, why)


def _why(problem: ErrorDetails) -> str:
    slip = problem.get("ctx", {}).get("error")
    return slip.why if isinstance(slip, Slip) else _WHY.get(problem["type"], _WHY_ELSE)


def placeholders(file: YamlFile) -> Iterator[Fault]:
    """What `joinedup init` or `joinedup source add` left to be filled in, all of it or in part."""
    for at, text in _texts(file.data, ()):
        if is_half_left(text) or (at, text) == _EXAMPLE_ID:
            what, fix = _LEFT
            yield file.fault(at, f"{'.'.join(str(part) for part in at)}: {what}", fix, _WHY_LEFT)


def is_left(given: object) -> bool:
    """Whether a text is the one that a template left to be filled in; `REPLACEMENT_DAY` is a column like others."""
    return isinstance(given, str) and re.match(rf"{_PLACEHOLDER}\b", given) is not None


def is_half_left(text: str) -> bool:
    """Whether something of such a text still stands in what somebody wrote in its place."""
    return re.search(rf"\b{_PLACEHOLDER}\b", text) is not None


def _words(problem: ErrorDetails) -> tuple[str, str]:
    """What is wrong, and how to mend it."""
    kind, facts = problem["type"], problem.get("ctx", {})
    if kind == "string_pattern_mismatch" and facts["pattern"] in _SHAPES:
        return _SHAPES[facts["pattern"]]
    if kind in _BOUNDS:
        word, bound = _BOUNDS[kind]
        return f"goes beyond what is allowed: {facts[bound]} or {word}.", f"Use {facts[bound]} or {word}."
    if kind in _STRICT_BOUNDS:
        word, bound = _STRICT_BOUNDS[kind]
        return f"is not {word} than {facts[bound]}.", f"Use {word} than {facts[bound]}."
    if kind in _LENGTHS:
        what, wanted = _LENGTHS[kind]
        return f"{what}: {wanted.format_map(facts)}.", f"Give {wanted.format_map(facts)}."
    if kind in ("literal_error", "enum"):
        return _not_one_of(facts, problem["input"])
    if isinstance(slip := facts.get("error"), Slip):
        return f"{slip}.", slip.fix
    return _PLAIN.get(kind, (problem["msg"].removeprefix("Value error, ") + ".", "Write what the schema allows here."))


def _not_one_of(facts: Mapping[str, Any], given: object) -> tuple[str, str]:
    known = [part.strip("' ") for part in facts["expected"].replace("' or '", "', '").split(",")]
    close = get_close_matches(str(given), known, n=1)
    return f"is not one of {', '.join(known)}.", f"Did you mean {close[0]}?" if close else "Write one of these."


def _texts(data: Any, at: Location) -> Iterator[tuple[Location, str]]:
    """Every text below ``data``, and where it stands."""
    if isinstance(data, str):
        yield at, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*at, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _texts(value, (*at, number))
