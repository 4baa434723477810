"""Types of the values a cohort file holds: counts, lengths of time, shares, ages; any of them may be ``$name``.

A parameter is filled in before the model looks, so the model sees values only and the JSON Schema allows both.
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from cohorts.durations import DURATION_PATTERN, Duration
from cohorts.query import ALL_NEEDS
from governance.settings.base import Kind
from governance.settings.slip import Slip

PARAMETER_PATTERN = r"^\$[a-z][a-z0-9_]{1,39}$"
AGE_PATTERN = r"^([0-9]{1,3})(?:\+|-([0-9]{1,3}))$"
UNMET_PATTERN = r"^not reached\(([a-z][a-z0-9_]{1,39})\)$"

EVER = "ever"
_WHOM = "Whom the definition is about could not be said."
ANCHOR_DAYS = ("first", "last", "crossed")


def _or_parameter(schema: dict[str, Any]) -> WithJsonSchema:
    """The JSON Schema of a value that may be a parameter."""
    return WithJsonSchema({"anyOf": [schema, {"type": "string", "pattern": PARAMETER_PATTERN}]})


def _is_duration(text: str) -> str:
    try:
        Duration.parse(text)
    except ValueError as wrong:
        raise Slip(
            str(wrong),
            "Write how many days, weeks or calendar months.",
            "Of how long a time it speaks could not be said.",
        ) from None
    return text


def _is_window(text: str) -> str:
    return text if text == EVER else _is_duration(text)


def _is_age(text: str) -> str:
    found = re.match(AGE_PATTERN, text)
    if not found:
        raise Slip("an age is written 18+ or 18-64", "Write the lowest age, and the highest if there is one.", _WHOM)
    if found[2] and int(found[2]) < int(found[1]):
        raise Slip("the higher age comes first", "Write the lower age first.", "Nobody would ever be of that age.")
    return text


def _is_unmet(text: str) -> str:
    if not re.match(UNMET_PATTERN, text):
        raise Slip(
            "unmet is written not reached(<rung>)",
            "Name the rung that people should have reached by then, such as not reached(assessed).",
            "Who got no answer is what the definition is about, and would not be known.",
        )
    return text


def _is_anchor(text: str) -> str:
    need, _, day = text.partition(".")
    if not need or day not in ANCHOR_DAYS:
        raise Slip(
            f"a clock starts at <need>.first, .last or .crossed, or at {ALL_NEEDS}.crossed",
            "Name a need and one of these days, such as often.crossed.",
            "From which day an answer is late could not be said.",
        )
    return text


Count = Annotated[int, Field(ge=1, le=1000), _or_parameter({"type": "integer", "minimum": 1, "maximum": 1000})]
"""How many; at least this many."""

Length = Annotated[str, AfterValidator(_is_duration), _or_parameter({"type": "string", "pattern": DURATION_PATTERN})]
"""A length of time: 84d, 12w or 24m (calendar months)."""

Window = Annotated[
    str,
    AfterValidator(_is_window),
    _or_parameter({"anyOf": [{"type": "string", "pattern": DURATION_PATTERN}, {"const": EVER}]}),
]
Share = Annotated[float, Field(ge=0, le=1), _or_parameter({"type": "number", "minimum": 0, "maximum": 1})]
Age = Annotated[str, AfterValidator(_is_age), _or_parameter({"type": "string", "pattern": AGE_PATTERN})]
AnchorText = Annotated[str, AfterValidator(_is_anchor), WithJsonSchema({"type": "string"})]
UnmetText = Annotated[str, AfterValidator(_is_unmet), _or_parameter({"type": "string", "pattern": UNMET_PATTERN})]
Kinds = Annotated[list[Kind], Field(min_length=1)]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
Times = Annotated[float, Field(ge=1, le=100), _or_parameter({"type": "number", "minimum": 1, "maximum": 100})]
"""How many times as many."""

Month = Annotated[int, Field(ge=1, le=12)]
"""A calendar month, 1 to 12."""
