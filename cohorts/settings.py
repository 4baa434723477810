"""Typed model of a cohort file, as written; what it means is made of nodes (``cohorts.query``).

What one piece of evidence may say is in ``cohorts.settings_evidence``.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cohorts.settings_evidence import EvidenceSettings
from cohorts.settings_values import Age, AnchorText, Count, Kinds, Length, Share, UnmetText, Version
from governance.settings.base import Slug, Strict, Text
from governance.settings.slip import Slip


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


class NeedSettings(Strict):
    """One need, from any, from all or from none of its evidence."""

    id: Slug
    any: Annotated[list[EvidenceSettings], Field(min_length=1)] | None = None
    all: Annotated[list[EvidenceSettings], Field(min_length=1)] | None = None
    none: Annotated[list[EvidenceSettings], Field(min_length=1)] | None = None
    """What must surely be absent: no record, where every source would have shown one."""

    @property
    def how(self) -> Literal["any", "all", "none"]:
        """Under which of the three the evidence stands."""
        return "any" if self.any else "all" if self.all else "none"

    @property
    def evidence(self) -> list[EvidenceSettings]:
        """The evidence, wherever it stands."""
        return self.any or self.all or self.none or []

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(given is not None for given in (self.any, self.all, self.none)) != 1:
            raise Slip(
                "give evidence under exactly one of any, all and none",
                "Keep one of them, and make another need of what stands under the others.",
                "Whether one piece of evidence is enough would be read in two ways.",
            )
        return self


class ConcurrentSettings(Strict):
    """So many of the needs inside one span of time."""

    at_least: Count
    span: Length


class MembersSettings(Strict):
    """How many of the needs a person must have; without it, all of them."""

    at_least: Count
    """Of all the needs that are not named under also."""
    also: list[Slug] = Field(default_factory=list)
    """Needs that everybody must have besides."""
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
    variants: Annotated[list[int | float | str], Field(max_length=5)] = Field(default_factory=list)
    """Other values, inside the range, that the report shows beside the one in use."""


class SignOffSettings(Strict):
    """Whether, by whom and when one group of people looked at the definition."""

    status: Literal["not yet reviewed", "reviewed", "changes asked for"]
    by: Text | None = None
    on: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None

    @model_validator(mode="after")
    def _a_review_has_a_reviewer(self) -> Self:
        if self.status != "not yet reviewed" and (self.by is None or self.on is None):
            raise Slip(
                "a review names by whom and on what day",
                "Add by: and on:, or write status: not yet reviewed.",
                "The report prints who looked at it, and a board would take it for looked at.",
            )
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
            raise Slip(
                "unmet and responses go together: give both or neither",
                "Add unmet: not reached(<rung>), or take the ladder out.",
                "A ladder without it says nothing of who got no answer, and it says nothing without a ladder.",
            )
        return self
