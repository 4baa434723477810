"""What may show a need: one frozen node for each question that can be asked of a person's records.

``cohorts.query`` joins them into needs and definitions. A node holds meaning only; how it is asked in SQL, in plain
Python and in English lies in ``cohorts.compile``, ``cohorts.reference`` and ``cohorts.english``.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from cohorts.durations import Duration

if TYPE_CHECKING:
    from cohorts.query import Query

NEED_PREFIX = "need."
"""In the coverage table, evidence of a need is the kind ``need.<need>``."""


class Strength(StrEnum):
    """How sure a source was of a need, weakest first."""

    REPORTED = "reported"
    INDICATED = "indicated"
    ASSESSED = "assessed"
    DIAGNOSED = "diagnosed"

    def or_stronger(self) -> tuple[str, ...]:
        """This strength and those above it."""
        ranked = [strength.value for strength in Strength]
        return tuple(ranked[ranked.index(self.value) :])


# --- what was recorded ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSeen:
    """A source recorded the need, at this strength or above, at some time in the window before the period ends."""

    need: str
    at_least: Strength = Strength.REPORTED
    sectors: tuple[str, ...] = ()
    """Only what these sectors recorded; empty means anyone."""
    within: Duration | None
    """``None`` means ever recorded; absence then counts where the definition's lookback is covered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsCounted:
    """So many events in the window before the period ends, all inside ``span`` of one another if it is given."""

    kinds: tuple[str, ...]
    at_least: int = 1
    within: Duration
    span: Duration | None = None
    months: tuple[int, ...] = ()
    """Only events of these calendar months, 1 to 12; empty means any."""


@dataclass(frozen=True, slots=True)
class NoFixedAddress:
    """Recorded as of no fixed address; undated, so it is taken to hold over the whole lookback."""


Distinguished = Literal["sector", "service", "provider"]
"""What is told apart: sectors of public life, sources, or providers inside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctCounted:
    """Events of at least so many different sectors, services or providers, inside one span if it is given."""

    of: Distinguished
    kinds: tuple[str, ...]
    at_least: int
    within: Duration
    span: Duration | None = None


# --- what came after what ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """What should, or should not, have come after an event; or before it."""

    kinds: tuple[str, ...]
    within: Duration
    attended: bool = False
    """Only contacts that the person attended; a missing outcome is *cannot tell*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """So many events in the window, each followed (or each not followed) by another within a time.

    An event of the same kind on the same day is the same happening, and follows nothing.
    """

    kinds: tuple[str, ...]
    clock: Literal["start", "end"]
    """Whether time runs from the first or the last day of the event; one that has not ended starts no clock."""
    by: Follower
    negated: bool
    preceded: Follower | None = None
    """Only events that one of these came before, on an earlier day, by less than so long."""
    at_least: int = 1
    within: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A contact in the window, then none of these kinds on a later day for so long."""

    kinds: tuple[str, ...]
    length: Duration
    within: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalating:
    """Events of the window are so many, and so many times as many as in the equally long window before it."""

    kinds: tuple[str, ...]
    at_least: int
    times: float
    within: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEpisode:
    """An episode that had begun and had not ended on the last day of the period, and had lasted so long by then."""

    kinds: tuple[str, ...]
    lasting: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlapping:
    """An episode of one kind and one of another that shared a day, in the window before the period ends."""

    kinds: tuple[str, ...]
    others: tuple[str, ...]
    within: Duration


# --- home, place and barriers -----------------------------------------------------------------------------

HouseholdEvidence = NeedSeen | EventsCounted | DistinctCounted | OpenEpisode


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Other people at the same home for whom the evidence stands: at least so many of them, or each of them."""

    how: Literal["count", "all"]
    of: HouseholdEvidence
    at_least: int = 1
    low: int = 0
    """Only others of at least this age, as reached in the year the period ends in."""
    high: int | None = None


@dataclass(frozen=True, slots=True)
class LoneAdult:
    """The only person aged 18 or over at their home; undated, so it is taken to hold over the whole lookback."""


@dataclass(frozen=True, slots=True)
class Near:
    """A provider that responds to the need lies in the same place; undated."""

    need: str
    level: Literal["small_area", "ward", "district"]


@dataclass(frozen=True, slots=True)
class Barred:
    """Orders in force on the last day of the period keep the person from every provider that responds to the need."""

    orders: tuple[str, ...]
    """Kinds of event whose code is the name of a zone."""
    need: str


# --- other definitions, and needs that fall between services ----------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InCohort:
    """Met by another definition of the project, at exactly this version, as of the same day."""

    id: str
    version: str
    query: "Query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Needs in several sectors, contact with several services, none that could meet all of them, nobody coordinating.

    Which service could meet which need is what each source's file says under ``responds_to``.
    """

    sectors: int = 2
    services: int = 2
    contacts: tuple[str, ...]
    """Kinds of event that are contact with a service."""
    coordinated_by: tuple[str, ...]
    """Kinds of episode that coordinate; one open on the last day of the period is coordination."""
    within: Duration


Evidence = (
    NeedSeen
    | EventsCounted
    | NoFixedAddress
    | DistinctCounted
    | Followed
    | Gap
    | Escalating
    | OpenEpisode
    | Overlapping
    | Household
    | LoneAdult
    | Near
    | Barred
    | InCohort
    | Shared
)

CONTACTS_ALONE = (EventsCounted, DistinctCounted, Followed, Gap, Escalating, OpenEpisode, Overlapping)
"""Evidence that says what services did, not what the person needed."""


def kinds_of(evidence: Evidence) -> tuple[str, ...]:
    """Every kind a piece of evidence looks at, needs as ``need.<need>``."""
    match evidence:
        case NeedSeen():
            return (NEED_PREFIX + evidence.need,)
        case EventsCounted() | DistinctCounted() | Gap() | Escalating() | OpenEpisode():
            return evidence.kinds
        case Followed():
            before = evidence.preceded.kinds if evidence.preceded else ()
            return (*evidence.kinds, *evidence.by.kinds, *before)
        case Overlapping():
            return (*evidence.kinds, *evidence.others)
        case Household():
            return kinds_of(evidence.of)
        case Barred():
            return evidence.orders
        case Shared():
            return (*evidence.contacts, *evidence.coordinated_by)
        case InCohort():
            asked = [kind for need in evidence.query.needs for item in need.evidence for kind in kinds_of(item)]
            answered = [kind for rung in evidence.query.ladder for one in rung.responses for kind in one.kinds]
            return (*asked, *answered)
        case NoFixedAddress() | LoneAdult() | Near():
            return ()
