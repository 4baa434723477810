"""Breakdowns that are suppressed so that a release withstands: what noise hides once, many tables and months may tell.

A count is released with noise that is the same as long as its people are. Where a hidden group stays as it is while
its neighbours change, every month is another view of it, and the gate refuses in the end. Rather than that somebody
has to find out which tables to leave out, those that tell most are suppressed, and the report names them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyarrow as pa

from governance.disclosure.gate.check import Leak
from governance.disclosure.pairs import SLICES
from governance.disclosure.protect import ALL, EVERYONE, CellKey, rows_of


@dataclass(frozen=True, slots=True, order=True)
class Suppressed:
    """One breakdown."""

    cohort: str
    measure: str
    """Of people, such as ``told_three_times``; empty for whoever meets the definition, and all that is told of them."""
    dimension: str
    in_areas: bool
    """Only in the areas of boards; the whole has it."""


def to_suppress(
    leaks: Collection[Leak], tied: Collection[CellKey], already: Collection[Suppressed] = ()
) -> frozenset[Suppressed]:
    """The breakdown that tells of most, for each cohort and measure that is told of, in areas and in the whole.

    Args:
        leaks: Of the release as it would be.
        tied: Cells that stand in a sum with one that is told of, for a total that leaks is told by its breakdowns.
        already: What is suppressed in that release.

    Returns:
        Further ones. None where nothing is left to suppress: then the release is refused.
    """
    told = [key for key in (*(leak.cell for leak in leaks), *tied) if key.dimension != ALL]
    told_of = {(leak.cell.cohort, _measure(leak.cell)) for leak in leaks}
    # Everybody on the register is what groups are compared with, so that goes last, and from areas before the whole.
    others = [key for key in told if key.cohort != EVERYONE or _measure(key)]
    for keys in (others, [key for key in told if key.area != ALL], told):
        if found := _telling_most(keys, told_of) - frozenset(already):
            return found
    return frozenset()


def _telling_most(keys: Iterable[CellKey], told_of: Collection[tuple[str, str]]) -> frozenset[Suppressed]:
    count: dict[tuple[str, str, bool], Counter[str]] = defaultdict(Counter)
    for key in keys:
        count[key.cohort, _measure(key), key.area != ALL][key.dimension] += 1
    return frozenset(
        Suppressed(cohort, measure, max(sorted(found), key=found.__getitem__), in_areas)
        for (cohort, measure, in_areas), found in count.items()
        if (cohort, measure) in told_of
    )


def without(table: pa.Table, tables: Collection[Suppressed]) -> pa.Table:
    """A table of counts, measures or their limits, without what is suppressed and the pairs of slices made of it."""
    in_areas = "area" in table.column_names
    gone = {(one.cohort, one.measure, each) for one in tables if in_areas or not one.in_areas for each in _made_of(one)}
    return rows_of(table, lambda cohort, measure, by: gone.isdisjoint({(cohort, "", by), (cohort, measure, by)}))


def _made_of(one: Suppressed) -> list[str]:
    return [one.dimension, *(pair for pair, slices in SLICES.items() if one.dimension in slices)]


def _measure(key: CellKey) -> str:
    """The measure that a count is part or whole of; none for the board's own counts."""
    name, _, side = key.measure.rpartition(":")
    return name if side in ("part", "whole") else ""
