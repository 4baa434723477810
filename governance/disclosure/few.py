"""Whoever is too few to be counted is not broken down: where a total is hidden, none of its groups is published.

Nobody can use such a breakdown, for all that it shows is where nobody is. Yet somebody who stands alone in many of
them is told of by each: noise that hides one count does not hide what a dozen tables say together.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from governance.disclosure.protect import ALL, rows_of
from governance.disclosure.rounding import CountRule, Status

_MET = "met"


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFew:
    """Of whom nothing is published but in all."""

    cohorts: frozenset[str]
    """So few people meet the definition."""
    measures: frozenset[tuple[str, str]]
    """Cohort and measure of people whose part is so few."""

    @classmethod
    def of(cls, counts: pa.Table, measures: pa.Table, rule: CountRule, of_people: frozenset[str]) -> "TooFew":
        """From exact counts.

        Args:
            counts: Contract ``cohort_count``.
            measures: Contract ``measure_count``.
            rule: What hides a count.
            of_people: Measures whose part is people; of others the groups with few people are put together.
        """
        met = _totals(counts.filter(pc.equal(counts["measure"], _MET)))
        cohorts = {row["cohort"] for row in met if _hidden(rule, row["people"], row["cell_key"])}
        parts = [row for row in _totals(measures) if row["measure"] in of_people]
        few = {(row["cohort"], row["measure"]) for row in parts if _hidden(rule, row["part"], row["part_noise"])}
        return cls(cohorts=frozenset(cohorts), measures=frozenset(few))

    def without_groups(self, table: pa.Table) -> pa.Table:
        """A table of counts, measures or their limits, without the groups of those who are too few, in any area."""

        def keeps(cohort: str, measure: str, dimension: str) -> bool:
            return dimension == ALL or (cohort not in self.cohorts and (cohort, measure) not in self.measures)

        return rows_of(table, keeps)


def _totals(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.filter(pc.equal(table["dimension"], ALL)).to_pylist()
    return rows


def _hidden(rule: CountRule, people: int, cell_key: int) -> bool:
    return rule.release(people, cell_key).status is Status.HIDDEN
