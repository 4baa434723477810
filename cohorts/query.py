"""What a cohort definition means, as frozen nodes.

The SQL compiler, the plain-Python reference and the English text read these nodes and nothing else, so
what runs, what is tested and what people read cannot drift apart.

Every question has three answers: yes, no, and *cannot tell*. They combine by Kleene's rules, which are SQL's:
a need seen by anyone is a yes; a no needs sources that would have shown it.

Windows are half-open, ``[start, stop)``. Dates on records are days, both ends included.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from cohorts.durations import Duration
from cohorts.evidence import (
    NEED_PREFIX,
    Barred,
    DistinctCounted,
    Escalating,
    EventsCounted,
    Evidence,
    Followed,
    Follower,
    Gap,
    Household,
    HouseholdEvidence,
    InCohort,
    LoneAdult,
    Near,
    NeedSeen,
    NoFixedAddress,
    OpenEpisode,
    Overlapping,
    Shared,
    Strength,
)

__all__ = [
    "ALL_NEEDS",
    "NEED_PREFIX",
    "AgeBetween",
    "Alive",
    "Anchor",
    "Barred",
    "Concurrent",
    "Definition",
    "DistinctCounted",
    "Escalating",
    "EventsCounted",
    "Evidence",
    "Followed",
    "Follower",
    "Gap",
    "Gate",
    "Household",
    "HouseholdEvidence",
    "InCohort",
    "LivesIn",
    "LoneAdult",
    "Members",
    "Near",
    "Need",
    "NeedSeen",
    "NoFixedAddress",
    "OnSpine",
    "OpenEpisode",
    "Overlapping",
    "Parameter",
    "Query",
    "Response",
    "Rung",
    "Shared",
    "SignOff",
    "Strength",
    "Variant",
    "content_hash",
]

# --- whom the definition is about -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnSpine:
    """Has a record in the source that defines the resident population."""


@dataclass(frozen=True, slots=True)
class Alive:
    """Not recorded as having died before the period ends."""


@dataclass(frozen=True, slots=True)
class AgeBetween:
    """Age reached in the calendar year the period ends in; only the year of birth is known."""

    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class LivesIn:
    """Lives in one of the named places."""

    level: Literal["district", "ward"]
    names: tuple[str, ...]


Gate = OnSpine | Alive | AgeBetween | LivesIn


# --- needs and their evidence -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One need, shown by any or by all of its pieces of evidence; or by the sure absence of every one of them.

    An absence stands from the first day of the longest window it was looked for in.
    """

    id: str
    how: Literal["any", "all", "none"]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrent:
    """So many needs evidenced inside one span of time."""

    at_least: int
    span: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """At least ``at_least`` of the needs, some of them perhaps at the same time."""

    at_least: int
    of: tuple[str, ...]
    also: tuple[str, ...] = ()
    """Needs that everybody must have besides."""
    concurrent: Concurrent | None = None
    """Of ``of``, not of ``also``."""


# --- responses --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Anchor:
    """A day on which the clock of a response starts.

    ``first`` and ``last`` are days of evidence; ``crossed`` is the first day by which the evidence sufficed:
    the day of the nth event, or of the kth need.
    """

    of: str
    """A need's id, or ``needs`` for all of them together."""
    at: Literal["first", "last", "crossed"]


ALL_NEEDS = "needs"
"""The anchor name of all needs together; no need may have it as id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """So many events of these kinds that start in the window after the anchor."""

    kinds: tuple[str, ...]
    at_least: int = 1
    attended: bool = False
    """Only contacts that the person attended; a missing outcome is *cannot tell*."""
    planned: bool = False
    """Only planned contacts, never a crisis."""
    ongoing: bool = False
    """Also events that began before the window and had not ended when it opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One rung of the response ladder: reached if any of its responses came in time."""

    name: str
    responses: tuple[Response, ...]
    within: Duration
    after: Anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The whole meaning of one definition, with every parameter filled in."""

    purpose: str
    unit: Literal["person"]
    population: tuple[Gate, ...]
    lookback: Duration
    needs: tuple[Need, ...]
    members: Members
    ladder: tuple[Rung, ...] = ()
    unmet: str | None = None
    """The need is unmet if this rung was not reached."""
    min_share: float = 0.0
    """A source that holds fewer of the people it serves says nothing by its silence."""

    def need(self, need_id: str) -> Need:
        """The need with that id."""
        return next(need for need in self.needs if need.id == need_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A threshold that a board may set, inside a range."""

    name: str
    value: int | float | str
    low: int | float | str
    high: int | float | str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The same definition with one parameter at another value, for a report that shows several."""

    parameter: str
    value: int | float | str
    query: Query


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """Whether, by whom and when a definition was looked at by one group of people."""

    status: str
    by: str | None
    on: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One cohort definition: its meaning, and who stands behind it."""

    id: str
    version: str
    title: str
    why: str
    query: Query
    parameters: tuple[Parameter, ...]
    evidence: tuple[str, ...]
    sources: tuple[str, ...]
    """Published sources of the criteria, not data sources."""
    caveats: tuple[str, ...]
    review: SignOff
    lived_experience: SignOff
    file: str
    variants: tuple[Variant, ...] = ()

    @property
    def sha256(self) -> str:
        """Digest of meaning and parameters: the same for two files that mean the same, whatever their prose."""
        return content_hash(self.query, self.parameters)


def content_hash(query: Query, parameters: tuple[Parameter, ...]) -> str:
    """SHA-256 over the nodes and parameters in a canonical form."""
    settable = [[p.name, p.value, p.low, p.high] for p in sorted(parameters, key=lambda p: p.name)]
    whole = json.dumps({"query": _canonical(query), "parameters": settable}, sort_keys=True, separators=(",", ":"))
    return sha256(whole.encode()).hexdigest()


_ADDED_LATER = frozenset({"lasting"})
"""Fields that the language did not have from the start: left out where they say nothing, so that the digest of a
definition that means what it always meant stays."""


def _canonical(node: object) -> object:
    """Nodes as nested JSON that names each node's type, so that two kinds of node never look alike."""
    if isinstance(node, tuple):
        return [_canonical(item) for item in node]
    if hasattr(node, "__dataclass_fields__"):
        said = {name: getattr(node, name) for name in node.__dataclass_fields__}
        fields = {
            name: _canonical(value) for name, value in said.items() if not (name in _ADDED_LATER and value is None)
        }
        return {"node": type(node).__name__, **fields}
    return node
