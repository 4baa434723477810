"""One measured number with what it was measured on."""

from dataclasses import dataclass, replace
from typing import Self

from cohorts.measures.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Row:
    """A row of ``cohort_measure``. Numbers are None where the formula gives none."""

    cohort: str
    measure: str
    dimension: str
    group: str
    part: int | None = None
    whole: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    whole_people: int | None = None
    """Behind a whole that is no count of people, where ``measure_count`` does not tell."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is a number of."""
        return self.cohort, self.measure, self.dimension, self.group

    def with_estimate(self, found: Estimate | None) -> Self:
        """The same with a value and limits, if there are any."""
        return replace(self, value=found.value, low=found.low, high=found.high) if found else self
