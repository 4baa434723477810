"""What the board decided and how it weighs groups, as facts of the report. No count is among them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFacts:
    """A finding that the board took up."""

    cohort: str
    """Empty for a matter of its own."""
    finding: str
    next_step: str
    owner: str
    decided_on: date
    review_on: date
    done_on: date | None = None
    came_back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionFacts:
    """One thing by which the board weighs groups."""

    title: str
    why: str
    weight: float
    measure: str
    """Which released number; empty where the board gave marks."""
    marks: Mapping[str, int] = field(default_factory=dict)
    """By group, 1 to 5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFacts:
    """The board's own file."""

    decisions: tuple[DecisionFacts, ...] = ()
    criteria: tuple[CriterionFacts, ...] = ()
    vary: float = 0.5
    """Share by which each weight is moved up and down."""


NO_BOARD = BoardFacts()
"""The board has decided nothing yet."""
