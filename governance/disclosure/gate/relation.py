"""One thing that is known of true counts: what a sum of them is, or between which numbers it lies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from governance.disclosure.protect import CellKey


@dataclass(frozen=True, slots=True)
class Relation:
    """``low <= sum of coefficient * count <= high`` over true counts; None is no limit."""

    terms: tuple[tuple[CellKey, int], ...]
    low: int | None
    high: int | None
    says: str
    """Which tables it ties together, for the message: no numbers."""

    def holds(self, people: Mapping[CellKey, int]) -> bool:
        """Whether it is true of these counts."""
        value = sum(c * people[key] for key, c in self.terms)
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @property
    def is_sum(self) -> bool:
        """Whether it is an equation."""
        return self.low is not None and self.low == self.high


def equation(total: CellKey, parts: Collection[CellKey], says: str) -> Relation:
    """The parts add up to the total."""
    return Relation(((total, 1), *((part, -1) for part in parts)), 0, 0, says)


def at_most(part: CellKey, whole: CellKey, says: str) -> Relation:
    """A part has no more people than its whole."""
    return Relation(((whole, 1), (part, -1)), 0, None, says)
