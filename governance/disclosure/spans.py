"""What linkage may have got wrong, beside a released count: where the count lies if records are joined otherwise.

A span is made of the released count, of how far the rule may have moved it, and of how far linkage's draws move it,
rounded outwards. So it is never narrower than what a reader of the count alone must consider, and of two exact counts
that are released alike and in as much doubt it says the same: it tells of doubt about links, and nothing of the count
(decision 47). Counts that are hidden, and zeros, have none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from governance.contracts import COHORT_COUNT, COHORT_INTERVAL, check_table
from governance.disclosure.protect import CellKey, keys_of
from governance.disclosure.rounding import SafeCell, Status


@dataclass(frozen=True, slots=True)
class SafeSpan:
    """Where a count lies with 95% certainty as far as links are concerned. Unit: people, multiples of the base."""

    low: int
    high: int
    per_point: float
    """People that one more missed link in a hundred would take off the count, or if negative add; two digits."""

    @property
    def text(self) -> str:
        """Such as ``60 to 75``."""
        return f"{self.low:,} to {self.high:,}"


def release_spans(
    cells: Mapping[CellKey, SafeCell], counts: pa.Table, intervals: pa.Table, *, base: int
) -> dict[CellKey, SafeSpan]:
    """Spans of the counts that are shown.

    Args:
        cells: Released counts.
        counts: Contract ``cohort_count``: the exact ones.
        intervals: Contract ``cohort_interval``.
        base: Limits are multiples of it. Unit: people.
    """
    held, rows = check_table(counts, COHORT_COUNT), check_table(intervals, COHORT_INTERVAL)
    exact = dict(zip(keys_of(held), held["people"].to_pylist(), strict=True))
    limits = zip(*(rows[name].to_pylist() for name in ("low", "high", "per_point")), strict=True)
    found = {}
    for key, (low, high, per_point) in zip(keys_of(rows), limits, strict=True):
        cell = cells.get(key)
        if cell is not None and cell.status is Status.SHOWN and cell.people:
            found[key] = _span(cell, low - exact[key], high - exact[key], per_point, base)
    return found


def _span(cell: SafeCell, fewer: int, more: int, per_point: float, base: int) -> SafeSpan:
    people = cell.people or 0
    low = max(0, people - cell.give + min(fewer, 0))
    high = people + cell.give + max(more, 0)
    return SafeSpan(base * (low // base), base * -(-high // base), float(f"{per_point:.2g}"))
