"""``$name`` in a cohort file: a threshold that a board may set inside a range, filled in before anything else."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from cohorts.durations import DURATION_PATTERN, Duration
from cohorts.query import Parameter
from cohorts.settings import ParameterSettings
from cohorts.settings_values import PARAMETER_PATTERN
from governance.errors import Fault
from governance.settings import YamlFile
from governance.settings.yaml_file import Location


def fill_in(file: YamlFile, faults: list[Fault]) -> YamlFile:
    """The file with every ``$name`` replaced by its value; unknown and unused names are faults."""
    declared = file.data.get("parameters") if isinstance(file.data, dict) else None
    if not isinstance(declared, dict):
        declared = {}
    used: set[str] = set()

    def filled(value: Any, at: Location) -> Any:
        if isinstance(value, dict):
            return {key: filled(item, (*at, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item, (*at, number)) for number, item in enumerate(value)]
        if not (isinstance(value, str) and re.match(PARAMETER_PATTERN, value)):
            return value
        name = value.removeprefix("$")
        used.add(name)
        if isinstance(declared.get(name), dict) and "value" in declared[name]:
            return declared[name]["value"]
        faults.append(_unknown(file, at, name, declared))
        return value

    if not isinstance(file.data, dict):
        return file
    data = {key: item if key == "parameters" else filled(item, (key,)) for key, item in file.data.items()}
    faults += [_unused(file, name) for name in declared if name not in used]
    return replace(file, data=data)


def check_ranges(file: YamlFile, parameters: Mapping[str, ParameterSettings], faults: list[Fault]) -> None:
    """Every value lies inside its own range."""
    for name, parameter in parameters.items():
        faults += _outside(file, name, parameter)
        sizes = [_size(value) for value in (parameter.low, parameter.value, parameter.high)]
        if len({unit for _, unit in sizes}) > 1:
            what, fix = "value, from and to are in different units.", "Give all three alike, such as 6m, 12m, 24m."
            why = "Whether a value lies in its range could not be said."
        elif not sizes[0][0] <= sizes[1][0] <= sizes[2][0]:
            what = f"{parameter.value} is outside {parameter.low} to {parameter.high}."
            fix = "Choose a value inside the range; outside it the definition means something else."
            why = "The range is what was reviewed; a board may set any value inside it and none outside."
        else:
            continue
        faults.append(file.fault(("parameters", name, "value"), f"parameters.{name}: {what}", fix, why))


def _outside(file: YamlFile, name: str, parameter: ParameterSettings) -> Iterator[Fault]:
    """Variants outside the range, in another unit, or equal to the value in use."""
    low, high = _size(parameter.low), _size(parameter.high)
    for number, variant in enumerate(parameter.variants):
        size = _size(variant)
        if size[1] == low[1] and low[0] <= size[0] <= high[0] and variant != parameter.value:
            continue
        at: Location = ("parameters", name, "variants", number)
        what = f"parameters.{name}.variants: {variant} is not another value inside {parameter.low} to {parameter.high}."
        fix = "List values inside the range that differ from the one in use."
        yield file.fault(
            at, what, fix, "A variant is shown beside the count in use, and must be another count that was reviewed."
        )


def with_value(file: YamlFile, name: str, value: int | float | str) -> YamlFile:
    """The file with one parameter at another value."""
    parameters = {**file.data["parameters"], name: {**file.data["parameters"][name], "value": value}}
    return replace(file, data={**file.data, "parameters": parameters})


def parameter_nodes(parameters: Mapping[str, ParameterSettings]) -> tuple[Parameter, ...]:
    """Parameters in file order."""
    return tuple(
        Parameter(name=name, value=given.value, low=given.low, high=given.high, why=given.why)
        for name, given in parameters.items()
    )


def _size(value: int | float | str) -> tuple[float, str]:
    """A value as a number and its unit; text that is no length of time has a unit of its own."""
    if not isinstance(value, str):
        return float(value), "number"
    if not re.match(DURATION_PATTERN, value):
        return 0.0, "text"
    length = Duration.parse(value)
    return float(length.count), length.unit


def _unknown(file: YamlFile, at: Location, name: str, declared: Mapping[str, Any]) -> Fault:
    near = get_close_matches(name, declared, n=3) or sorted(declared)
    fix = f"Use one of: {', '.join(near)}." if near else "Add it under parameters, with value, from, to and why."
    where = ".".join(str(part) for part in at)
    why = "Without a value there, nobody can say whom the definition is about."
    return file.fault(at, f"{where}: there is no parameter `{name}`.", fix, why)


def _unused(file: YamlFile, name: str) -> Fault:
    return file.fault(
        ("parameters", name),
        f"parameters.{name}: nothing uses it, so setting it would change nothing.",
        f"Write ${name} where it belongs, or remove it.",
        "A board that set it would believe that something changed.",
    )
