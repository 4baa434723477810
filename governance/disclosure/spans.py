"""What linkage may have got wrong, beside a released count: where the count lies if records are joined otherwise.

A span is made of the released count, of how far the rule may have moved it, and of how far linkage's draws move it,
rounded outwards. So it is never narrower than what a reader of the count alone must consider, and of two exact counts
that are released alike and in as much doubt it says the same: it tells of doubt about links, and nothing of the count
(decision 47). Counts that are hidden, and zeros, have none. Where spans that add up would tell of a hidden count beside
them, they are widened (:mod:`governance.disclosure.span_sums`, decision 51).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa

from governance.contracts import AREA_COUNT, AREA_INTERVAL, COHORT_COUNT, COHORT_INTERVAL, check_table
from governance.disclosure.protect import ALL, CellKey, Sum, keys_of, sums_that_may_hold
from governance.disclosure.rounding import HIDDEN, CountRule, SafeCell, Status
from governance.disclosure.span_overlaps import covers_of, nested_of
from governance.disclosure.span_sums import Moves, Reach, kept_quiet, reach

DISTRICT = "district"
LOST_PER_100 = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""What may be said of the pull of missed links: each twice the one before. Unit: people in every 100 counted."""


ToldMoves = Mapping[tuple[CellKey, str], Moves]
"""By count and version of its definition, what was told of it before (:mod:`governance.disclosure.gate.told_spans`)."""


@dataclass(frozen=True, slots=True)
class SafeSpan:
    """Where a count lies with 95% certainty as far as links are concerned. Unit: people, multiples of the base."""

    low: int
    high: int
    lost_per_100: float = 0.0
    """Of every 100 people counted in the whole cohort, how many at most one more missed link in a hundred takes off,
    or if negative adds: one of :data:`LOST_PER_100`, the same for all groups, or 0 if under half the first of them."""

    doubt: int = 0
    """How much wider it is than it would be were no link in doubt: made of the limits and the released count alone."""

    @property
    def text(self) -> str:
        """Such as ``60 to 75``."""
        return f"{self.low:,} to {self.high:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Counts in the areas of boards, and how far linkage's draws move them."""

    counts: pa.Table
    """Contract ``area_count``."""
    intervals: pa.Table
    """Contract ``area_interval``."""
    districts: Mapping[str, Sequence[str]]
    """Of each area."""

    def sums_of_districts(self, exact: Mapping[CellKey, int]) -> list[Sum]:
        """Each count of an area as that of its districts together, where the whole is broken down by district."""
        found = []
        for key in exact:
            if key.area in self.districts and key.dimension == ALL:
                parts = tuple(CellKey(key.cohort, key.measure, DISTRICT, each) for each in self.districts[key.area])
                if all(part in exact for part in parts):
                    found.append(Sum(key, parts))
        return found


def release_spans(
    cells: Mapping[CellKey, SafeCell],
    counts: pa.Table,
    intervals: pa.Table,
    *,
    rule: CountRule,
    base: int,
    areas: Areas | None = None,
    told: ToldMoves = MappingProxyType({}),
) -> dict[CellKey, SafeSpan]:
    """Spans of the counts that are shown.

    Args:
        cells: Released counts.
        counts: Contract ``cohort_count``: the exact ones.
        intervals: Contract ``cohort_interval``.
        rule: How the counts were released.
        base: Limits are multiples of it. Unit: people.
        areas: The same of the areas of boards; their cells are among ``cells``.
        told: By earlier spans: none is narrower than one before (decision 118).
    """
    exact = _people(check_table(counts, COHORT_COUNT))
    moved = _limits(check_table(intervals, COHORT_INTERVAL))
    if areas is not None:
        exact |= _people(check_table(areas.counts, AREA_COUNT))
        moved |= _limits(check_table(areas.intervals, AREA_INTERVAL))
    shown = {key: cell for key in moved if (cell := cells.get(key)) and cell.status is Status.SHOWN and cell.people}
    before = _before(told, counts)
    reaches = {
        key: reach(cell, exact[key] - moved[key][0], moved[key][1] - exact[key], base, before.get(key, Moves()))
        for key, cell in shown.items()
    }
    # Which counts lie inside others and which add up is asked of the released ones: the widths of spans must not tell
    # what only the exact ones say.
    seen = {key: cells[key] for key in exact}
    nested = nested_of({key: cell.people or 0 for key, cell in seen.items()}, rule.give)
    # What a larger count has beside a smaller one is in no table: for a reader of spans it is a hidden part.
    known = {**cells, **{key: HIDDEN for each in nested for key in each.parts if key not in exact}}
    covers = [each for each in covers_of(exact) if all(key in cells for key in each.cells)]
    sums = [*sums_that_may_hold(seen, rule), *nested, *(areas.sums_of_districts(exact) if areas else ())]
    wide = kept_quiet(reaches, known, sums, rule, covers)
    pulls = _pulls(shown, moved)
    return {
        key: SafeSpan(each.low, each.high, pulls.get(key[:2], 0.0), _doubt(each, reach(shown[key], 0, 0, base)))
        for key, each in wide.items()
    }


def _pulls(
    shown: Mapping[CellKey, SafeCell], moved: Mapping[CellKey, tuple[int, int, float]]
) -> dict[tuple[str, str], float]:
    """By cohort and measure, of the whole: an area has that of all, so nothing is told of the links of its people."""
    return {
        key[:2]: _pull(moved[key][2] / (cell.people or 1))
        for key, cell in shown.items()
        if key.dimension == ALL == key.area
    }


def _before(told: ToldMoves, counts: pa.Table) -> dict[CellKey, Moves]:
    """What was told of counts by the definitions that are in force: by others it was told of other people."""
    versions = dict(zip(counts["cohort"].to_pylist(), counts["version"].to_pylist(), strict=True))
    return {key: moves for (key, version), moves in told.items() if versions.get(key.cohort) == version}


def _doubt(found: Reach, without: Reach) -> int:
    return found.high - found.low - (without.high - without.low)


def _people(table: pa.Table) -> dict[CellKey, int]:
    return dict(zip(keys_of(table), table["people"].to_pylist(), strict=True))


def _limits(table: pa.Table) -> dict[CellKey, tuple[int, int, float]]:
    limits = zip(*(table[name].to_pylist() for name in ("low", "high", "per_point")), strict=True)
    return dict(zip(keys_of(table), limits, strict=True))


def _pull(per_point: float) -> float:
    """The smallest number of the ladder that is no smaller than what a point of links takes off a hundred people."""
    size = abs(per_point) * 100
    if size < LOST_PER_100[0] / 2:
        return 0.0
    told = next((step for step in LOST_PER_100 if size <= step), LOST_PER_100[-1])
    return told if per_point > 0 else -told
