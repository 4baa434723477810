"""What one piece of evidence may say in a cohort file: a recorded need, events in their order, a home, a place."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cohorts.settings_values import EVER, Age, Count, Kinds, Length, Month, Times, Window
from governance.settings import Sector
from governance.settings.base import Slug, Strict
from governance.settings.slip import Slip

COHORT_PATTERN = r"^([a-z][a-z0-9_]{1,39})@([0-9]+\.[0-9]+\.[0-9]+)$"

_SUBJECTS = {
    "need": {"need", "strength", "sectors", "within"},
    "event": {"event", "within"},
    "no_fixed_address": {"no_fixed_address"},
    "household": {"household"},
    "near": {"near"},
    "barred": {"barred"},
    "cohort": {"cohort"},
    "shared": {"shared", "within"},
}
"""What each subject of a piece of evidence may be said with."""

_QUESTIONS = {
    "followed_by": {"clock", "count", "followed_by", "preceded_by"},
    "not_followed_by": {"clock", "count", "not_followed_by", "preceded_by"},
    "gap": {"gap"},
    "escalating": {"escalating", "count"},
    "distinct": {"distinct", "count", "span"},
    "open_episode_at": {"open_episode_at", "lasting"},
    "overlaps": {"overlaps"},
}
"""What may be asked of events besides how many there were."""

_HOW_MANY = {"count", "span", "months"}
_TWO_WAYS = "Which of them counts would be read in two ways."


class PrecedingSettings(Strict):
    """What must have come before each event, on an earlier day."""

    event: Kinds
    within: Length


class FollowerSettings(Strict):
    """What should, or should not, come after each event."""

    event: Kinds
    within: Length
    attended: bool = False
    """Only contacts that the person attended."""


class HouseholdSettings(Strict):
    """Others at the same home: any of them, all of them, or so many of them."""

    any: "EvidenceSettings | None" = None
    all: "EvidenceSettings | None" = None
    of: "EvidenceSettings | None" = None
    """With `count`: what must hold for so many of them."""
    count: Count | None = None
    age: Age | None = None
    """Only others of this age: `18+` or `0-17`."""
    lone_adult: Literal[True] | None = None
    """The person is the only one aged 18 or over."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = [name for name in ("any", "all", "of", "lone_adult") if getattr(self, name) is not None]
        if len(given) != 1:
            raise Slip(
                "give exactly one of any, all, of (with count) and lone_adult",
                "Keep one of them, and make another piece of evidence of the rest.",
                _TWO_WAYS,
            )
        if (self.count is not None) != (given == ["of"]):
            raise Slip(
                "count goes with of, and of with count",
                "Give both; or write any, which is one of them at least.",
                "Of how many people at home it must be true could not be said.",
            )
        if given == ["lone_adult"] and self.age is not None:
            raise Slip(
                "lone_adult has an age of its own",
                "Take age away, or set it under population.",
                "An adult is 18 or over here, and another age would be ignored.",
            )
        inner = self.any or self.all or self.of
        if inner and not (inner.need or (inner.event and inner.question in (None, "distinct", "open_episode_at"))):
            raise Slip(
                "of others, ask for a need, for events counted or distinct, or for an open episode",
                "Ask one of these of others at home, and what you asked of the person.",
                "What came first, what followed and who else is at home is known of the person only.",
            )
        return self


class NearSettings(Strict):
    """A provider in the same place."""

    need: Slug
    """That responds to this need, as the sources' files list it."""
    level: Literal["small_area", "ward", "district"]


class BarredSettings(Strict):
    """Every provider for a need lies where an order forbids the person to go."""

    orders: Kinds
    """Kinds of event whose code names a zone."""
    need: Slug


class SharedSettings(Strict):
    """Needs in several sectors, contact with several services, none that could meet all, and nobody coordinating."""

    sectors: Count = 2
    services: Count = 2
    contacts: Kinds
    """Kinds of event that are contact with a service."""
    coordinated_by: Kinds
    """Kinds of episode that coordinate."""


class EvidenceSettings(Strict):
    """One piece of evidence, about one subject."""

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
    months: list[Month] = Field(default_factory=list)
    """Only events of these calendar months, 1 to 12."""
    distinct: Literal["sector", "service", "provider"] | None = None
    """Count different ones of these, not events."""
    clock: Literal["start", "end"] | None = None
    """Whether the time to follow runs from the event's first or last day; must be stated."""
    followed_by: FollowerSettings | None = None
    not_followed_by: FollowerSettings | None = None
    preceded_by: PrecedingSettings | None = None
    """Only events that one of these came before by less than this long; with followed_by or not_followed_by."""
    gap: Length | None = None
    """After one of the events, none on a later day for this long."""
    escalating: Times | None = None
    """So many times as many events as in the equally long window before."""
    open_episode_at: Literal["period_end"] | None = None
    """Begun, and not ended on the last day of the period."""
    lasting: Length | None = None
    """With open_episode_at: it had been going on for at least this long when the period ended."""
    overlaps: Kinds | None = None
    """Shared a day with an event of one of these kinds."""
    no_fixed_address: Literal[True] | None = None
    household: HouseholdSettings | None = None
    near: NearSettings | None = None
    barred: BarredSettings | None = None
    cohort: Annotated[str, StringConstraints(pattern=COHORT_PATTERN)] | None = None
    """Met by another definition of the project: `<id>@<version>`."""
    shared: SharedSettings | None = None
    within: Window | None = None
    """Window that ends with the period; without it the lookback. `ever` is for needs only."""

    @property
    def question(self) -> str | None:
        """What is asked of the events besides how many there were."""
        return next((name for name in _QUESTIONS if getattr(self, name) is not None), None)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = [name for name in _SUBJECTS if getattr(self, name) is not None]
        if len(given) != 1:
            raise Slip(
                f"give exactly one of {', '.join(list(_SUBJECTS)[:-1])} and {list(_SUBJECTS)[-1]}",
                "Begin another piece of evidence, with a dash of its own, for each of the others.",
                _TWO_WAYS,
            )
        asked = _QUESTIONS.get(self.question or "", _HOW_MANY) if given[0] == "event" else set()
        fits = _SUBJECTS[given[0]] | asked
        if self.question == "open_episode_at":
            fits = fits - {"within"}
        if stray := sorted(self.model_fields_set - fits):
            raise Slip(
                f"{', '.join(stray)} does not go with {self.question or given[0]}",
                f"Take {', '.join(stray)} out, or ask it in a piece of evidence of its own.",
                "It would be ignored, and whoever wrote it would believe that it counts.",
            )
        if given[0] != "need" and self.within == EVER:
            raise Slip(
                "events are counted in a window: give within a length of time",
                "Write within: 12m, or another length; or leave it out for the lookback.",
                "How far back a source goes would decide who is counted.",
            )
        if (self.followed_by or self.not_followed_by) and self.clock is None:
            raise Slip(
                "say whether time runs from the start or the end of the event: clock: start, or clock: end",
                "Add clock: end where people should be seen after they left, clock: start where after they came.",
                "An admission of ten weeks would be over its 28 days before it ends, or not; both are meant at times.",
            )
        return self
