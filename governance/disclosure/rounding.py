"""The rule for one count of people: withhold the small, round the rest, say which is which.

Source: NHS HES and ECDS outputs since September 2018 withhold 1 to 7 and round other counts to the nearest 5;
OpenSAFELY does the same. Symbols follow the Analysis Function's guidance for tables: in square brackets, never
a bare asterisk, because screen readers skip those.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from governance.errors import InternalError
from governance.settings import Policy


class Status(StrEnum):
    """Why a published number is there, or is not."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    LOW = "low"
    NOT_AVAILABLE = "not available"
    NOT_APPLICABLE = "not applicable"


SYMBOLS = {
    Status.HIDDEN: "[c]",
    Status.LOW: "[low]",
    Status.NOT_AVAILABLE: "[x]",
    Status.NOT_APPLICABLE: "[z]",
}
"""What stands in a table where no number is shown."""


@dataclass(frozen=True, slots=True)
class SafeCell:
    """One count as it may be published. Unit: people. ``people`` is None unless the status is shown."""

    status: Status
    people: int | None
    text: str
    give: int = 0
    """How far the exact count may lie from ``people``."""


class CountRule(Protocol):
    """How one count of people is released: the same count of the same people comes out the same everywhere."""

    @property
    def id(self) -> str:
        """The name printed with every output."""

    @property
    def largest_hidden(self) -> int:
        """The largest count that may be withheld."""

    @property
    def give(self) -> int:
        """How far a shown count may lie from the exact one. Unit: people."""

    @property
    def variance(self) -> float:
        """Variance of shown minus exact count. Unit: people²."""

    @property
    def sentence(self) -> str:
        """The rule as the public is told."""

    def release(self, people: int, cell_key: int) -> SafeCell:
        """The count as it may be published."""

    def bounds(self, cell: SafeCell) -> tuple[int, int]:
        """The smallest and largest exact count that a reader who knows the rule must consider."""


HIDDEN = SafeCell(Status.HIDDEN, None, SYMBOLS[Status.HIDDEN])
NOT_AVAILABLE = SafeCell(Status.NOT_AVAILABLE, None, SYMBOLS[Status.NOT_AVAILABLE])
NOT_APPLICABLE = SafeCell(Status.NOT_APPLICABLE, None, SYMBOLS[Status.NOT_APPLICABLE])


@dataclass(frozen=True, slots=True)
class RoundingRule:
    """Withhold 1 to ``hide_up_to_people``; round others to the nearest ``round_to_people``; zero stays zero."""

    hide_up_to_people: int
    round_to_people: int

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """The rule a policy asks for."""
        return cls(policy.hide_up_to_people, policy.round_to_people)

    @property
    def id(self) -> str:
        """The name printed with every output, such as ``hide7_round5``."""
        return f"hide{self.hide_up_to_people}_round{self.round_to_people}"

    @property
    def give(self) -> int:
        """How far a shown count may lie from the exact one. Unit: people."""
        return self.round_to_people // 2

    @property
    def variance(self) -> float:
        """Variance of shown minus exact count, were exact counts spread evenly. Unit: people²."""
        return (self.round_to_people**2 - 1) / 12

    @property
    def sentence(self) -> str:
        """The rule as the public is told."""
        return (
            f"Numbers of people from 1 to {self.largest_hidden} are hidden. Other numbers are rounded to the nearest"
            f" {self.round_to_people}. Totals are rounded on their own, so rows may not add up."
        )

    def release(self, people: int, cell_key: int = 0) -> SafeCell:
        """The count as it may be published.

        Args:
            people: The exact count.
            cell_key: Not used: rounding depends on the number only.

        Returns:
            Hidden for small counts; otherwise the nearest multiple of the base, halves up. With some bases a
            count just over the limit would round to a number that looks small: it is hidden too.

        Raises:
            InternalError: The count is negative, which no count of people can be.
        """
        refuse_negative(people)
        rounded = self._rounded(people)
        if people and (people <= self.hide_up_to_people or rounded <= self.hide_up_to_people):
            return HIDDEN
        return SafeCell(Status.SHOWN, rounded, f"{rounded:,}", self.give if people else 0)

    def bounds(self, cell: SafeCell) -> tuple[int, int]:
        """The smallest and largest exact count that a reader who knows the rule must consider for a cell.

        Both ends included. Meant for shown and hidden cells; others say nothing, which is an error to ask about.
        """
        if cell.status is Status.HIDDEN:
            return 1, self.largest_hidden
        if cell.people is None:
            raise _says_nothing()
        if cell.people == 0:
            return 0, 0
        below = self.round_to_people // 2
        above = self.round_to_people - 1 - below
        return max(cell.people - below, self.hide_up_to_people + 1), cell.people + above

    @property
    def largest_hidden(self) -> int:
        """The largest count that is withheld."""
        # The first multiple above the limit is the first number shown; all that round to it are shown.
        first_shown = (self.hide_up_to_people // self.round_to_people + 1) * self.round_to_people
        return max(self.hide_up_to_people, first_shown - self.round_to_people // 2 - 1)

    def _rounded(self, people: int) -> int:
        base = self.round_to_people
        return (people + base // 2) // base * base


def refuse_negative(people: int) -> None:
    """No number of people is below zero.

    Raises:
        InternalError: This one is.
    """
    if people < 0:
        raise InternalError(
            "A count of people is negative.",
            why="No number of people is below zero, so the count is wrong and nothing made from it can be published.",
            fix="Report this with the measure's name; nothing was written.",
            code="E-COUNT",
        )


def _says_nothing() -> InternalError:
    return InternalError(
        "Bounds were asked of a cell that holds no count.",
        why="A cell that is not available or not applicable does not limit any number.",
        fix="Report this; nothing was written.",
        code="E-COUNT",
    )
