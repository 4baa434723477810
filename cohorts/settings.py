"""Typed model of a cohort file, as written; what it means is made of nodes (``cohorts.query``).

Any number, length of time or share may be ``$name``, a parameter of the file: it is filled in before the
model looks, so the model sees values only and the JSON Schema allows both.
"""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema, model_validator

from cohorts.durations import DURATION_PATTERN, Duration
from cohorts.query import ALL_NEEDS
from governance.settings import Sector
from governance.settings.base import Kind, Slug, Strict, Text

PARAMETER_PATTERN = r"^\$[a-z][a-z0-9_]{1,39}$"
AGE_PATTERN = r"^([0-9]{1,3})(?:\+|-([0-9]{1,3}))$"
UNMET_PATTERN = r"^not reached\(([a-z][a-z0-9_]{1,39})\)$"

EVER = "ever"
ANCHOR_DAYS = ("first", "last", "crossed")


def _or_parameter(schema: dict[str, Any]) -> WithJsonSchema:
    """The JSON Schema of a value that may be a parameter."""
    return WithJsonSchema({"anyOf": [schema, {"type": "string", "pattern": PARAMETER_PATTERN}]})


def _is_duration(text: str) -> str:
    Duration.parse(text)
    return text


def _is_window(text: str) -> str:
    return text if text == EVER else _is_duration(text)


def _is_age(text: str) -> str:
    found = re.match(AGE_PATTERN, text)
    if not found:
        raise ValueError("an age is written 18+ or 18-64")
    if found[2] and int(found[2]) < int(found[1]):
        raise ValueError("the higher age comes first")
    return text


def _is_unmet(text: str) -> str:
    if not re.match(UNMET_PATTERN, text):
        raise ValueError("unmet is written not reached(<rung>)")
    return text


def _is_anchor(text: str) -> str:
    need, _, day = text.partition(".")
    if not need or day not in ANCHOR_DAYS:
        raise ValueError(f"a clock starts at <need>.first, .last or .crossed, or at {ALL_NEEDS}.crossed")
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


class PopulationSettings(Strict):
    """Whom the definition is about; each line given is a condition."""

    registered: bool = True
    """Has a record in the source that defines the resident population."""
    alive: bool = True
    """Not recorded as having died before the period ends."""
    age: Age | None = None
    """Age reached in the calendar year in which the period ends: `18+` or `18-64`."""
    district: list[Text] = Field(default_factory=list)
    ward: list[Text] = Field(default_factory=list)


class EvidenceSettings(Strict):
    """One piece of evidence: a recorded need, so many events, or no fixed address."""

    need: Slug | None = None
    strength: Literal["reported", "indicated", "assessed", "diagnosed"] = "reported"
    """The weakest evidence that counts."""
    sectors: list[Annotated[Sector, Field(strict=False)]] = Field(default_factory=list)
    """Only what these sectors recorded."""
    event: Kinds | None = None
    """Kinds of event that count."""
    count: Count = 1
    span: Length | None = None
    """All the counted events lie inside this length of time, wherever it falls in the window."""
    no_fixed_address: Literal[True] | None = None
    within: Window | None = None
    """Window that ends with the period; without it the lookback. `ever` is for needs only."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = [name for name in ("need", "event", "no_fixed_address") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of need, event and no_fixed_address")
        fits = {
            "need": {"need", "strength", "sectors", "within"},
            "event": {"event", "count", "span", "within"},
            "no_fixed_address": {"no_fixed_address"},
        }[given[0]]
        if stray := sorted(self.model_fields_set - fits):
            raise ValueError(f"{', '.join(stray)} does not go with {given[0]}")
        if given[0] == "event" and self.within == EVER:
            raise ValueError("events are counted in a window: give within a length of time")
        return self


class NeedSettings(Strict):
    """One need, from any or from all of its evidence."""

    id: Slug
    any: Annotated[list[EvidenceSettings], Field(min_length=1)] | None = None
    all: Annotated[list[EvidenceSettings], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _any_or_all(self) -> Self:
        if (self.any is None) == (self.all is None):
            raise ValueError("give evidence under any or under all, not both")
        return self


class ConcurrentSettings(Strict):
    """So many of the needs inside one span of time."""

    at_least: Count
    span: Length


class MembersSettings(Strict):
    """How many of the needs a person must have; without it, all of them."""

    at_least: Count
    concurrent: ConcurrentSettings | None = None


class ResponseSettings(Strict):
    """Events that are a response."""

    event: Kinds
    count: Count = 1
    attended: bool = False
    """Only contacts that the person attended."""
    planned: bool = False
    """Only planned contacts."""
    ongoing: bool = False
    """Also what had begun before and had not ended."""


class RungSettings(Strict):
    """One rung of the ladder: reached if any of its responses came in time."""

    rung: Slug
    within: Length
    after: AnchorText | None = None
    """When the clock starts, if not where the ladder's does."""
    any: Annotated[list[ResponseSettings], Field(min_length=1)]


class LadderSettings(Strict):
    """What should follow the needs, weakest response first."""

    after: AnchorText
    """When the clock starts: `<need>.first`, `.last` or `.crossed`, or `needs.crossed`."""
    ladder: Annotated[list[RungSettings], Field(min_length=1)]


class CoverageSettings(Strict):
    """When the silence of a source counts."""

    min_share: Share = 0.0
    """A source that holds a smaller share of the people it serves says nothing by its silence."""


class ParameterSettings(Strict):
    """A threshold a board may set, and the range inside which the definition still means what it says."""

    value: int | float | str
    low: Annotated[int | float | str, Field(alias="from")]
    high: Annotated[int | float | str, Field(alias="to")]
    why: Text


class SignOffSettings(Strict):
    """Whether, by whom and when one group of people looked at the definition."""

    status: Literal["not yet reviewed", "reviewed", "changes asked for"]
    by: Text | None = None
    on: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None

    @model_validator(mode="after")
    def _a_review_has_a_reviewer(self) -> Self:
        if self.status != "not yet reviewed" and (self.by is None or self.on is None):
            raise ValueError("a review names by whom and on what day")
        return self


class CohortSettings(Strict):
    """One cohort definition."""

    id: Slug
    version: Version
    title: Text
    why: Text
    """Why anyone should count these people, in a sentence or two for a board."""
    purpose: Slug
    """Must be the project's purpose."""
    unit: Literal["person"] = "person"
    parameters: dict[Slug, ParameterSettings] = Field(default_factory=dict)
    population: PopulationSettings = PopulationSettings()
    lookback: Length
    """How far before the end of the period evidence counts, unless it says otherwise."""
    needs: Annotated[list[NeedSettings], Field(min_length=1)]
    members: MembersSettings | None = None
    responses: LadderSettings | None = None
    unmet: UnmetText | None = None
    require_coverage: CoverageSettings = CoverageSettings()
    evidence: Annotated[list[Text], Field(min_length=1)]
    """What is known about this group, in sentences."""
    sources: Annotated[list[Text], Field(min_length=1)]
    """Where the criteria come from."""
    caveats: list[Text] = Field(default_factory=list)
    """What the numbers do not show."""
    review: SignOffSettings
    lived_experience: SignOffSettings
    """Whether people this is about have looked at it."""

    @model_validator(mode="after")
    def _unmet_has_a_ladder(self) -> Self:
        if (self.unmet is None) != (self.responses is None):
            raise ValueError("unmet and responses go together: give both or neither")
        return self
