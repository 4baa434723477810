"""Midpoint rounding: every count is shown as the middle of its interval, so that sums are not biased.

Source: OpenSAFELY, midpoint-6 rounding: 0 stays 0, 1 to 6 is shown as 3, 7 to 12 as 9, and so on.
"""

from dataclasses import dataclass
from typing import Self

from governance.disclosure.rounding import SafeCell, Status, refuse_negative
from governance.settings import Policy

_WIDTH = 6


@dataclass(frozen=True, slots=True)
class MidpointRule:
    """Zero stays zero; other counts are shown as the middle of the ``width`` counts they stand among."""

    width: int = _WIDTH

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """The width that a policy asks for: at least its rounding base, and that of midpoint-6."""
        return cls(max(_WIDTH, policy.round_to_people + policy.round_to_people % 2))

    @property
    def id(self) -> str:
        """The name printed with every output, such as ``midpoint6``."""
        return f"midpoint{self.width}"

    @property
    def largest_hidden(self) -> int:
        """Nothing is withheld: the smallest counts are shown as one number for all of them."""
        return 0

    @property
    def give(self) -> int:
        """How far a shown count may lie from the exact one. Unit: people."""
        return self.width // 2

    @property
    def variance(self) -> float:
        """Variance of shown minus exact count. Unit: people²."""
        return (self.width**2 - 1) / 12

    @property
    def sentence(self) -> str:
        """The rule as the public is told."""
        return (
            f"Each number of people stands for {self.width} numbers: it is the middle of them, so 1 to {self.width} is"
            f" shown as {self.width // 2}. Totals are changed on their own, so rows may not add up."
        )

    def release(self, people: int, cell_key: int = 0) -> SafeCell:
        """The count as it may be published; ``cell_key`` is not used."""
        refuse_negative(people)
        shown = -(-people // self.width) * self.width - self.width // 2 if people else 0
        return SafeCell(Status.SHOWN, shown, f"{shown:,}", self.give if people else 0)

    def bounds(self, cell: SafeCell) -> tuple[int, int]:
        """The smallest and largest exact count that a reader who knows the rule must consider for a cell."""
        if not cell.people:
            return 0, 0
        low = cell.people - self.width // 2 + 1
        return low, low + self.width - 1
