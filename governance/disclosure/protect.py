"""What sums give away: where a hidden count could be worked out from its neighbours, more is hidden.

Rounding blurs sums but does not close them. Two groups of 8 are shown as 10 and 10; with one hidden person the
total of 17 is shown as 15; whoever adds up the smallest numbers that round so gets 17, so the hidden group is
exactly one person. This module finds such cells by narrowing bounds along every sum that a reader can add up, and
hides the smallest shown count that takes part, until every hidden count could be one of several numbers.

It looks at sums inside one release, areas within the whole among them. It does not look at overlaps of services,
attrition steps or earlier releases; those are the work of the release gate, which attacks a whole bundle. Nor does it
look at what the choice of a neighbour says to a reader who knows this code and can try every table: of all tables of
three groups of up to 63 people that have a hidden count, such a reader recovers one in 2 of 10,000, against 57 without
this module.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from governance.disclosure.rounding import CountRule, SafeCell, Status
from governance.disclosure.waits import whole_of

ALL = "all"
"""Dimension and group of a cohort's total; area of a count of the whole."""

EVERYONE = "_everyone"
"""The cohort of all people on the spine who are alive: the denominator of the whole report."""

WHOLE, PARTS = "population", ("met", "not_met", "cannot_tell")
"""The three answers of a definition add up to the people it is about."""

MIN_POSSIBLE_VALUES = 4
"""A hidden count keeps at least this many possible values, as far as sums can narrow it: of 1 to 7, more than half."""

_ANY_NUMBER = 1 << 60

Bounds = tuple[int, int]


class CellKey(NamedTuple):
    """Which count: of which cohort, of what, broken down by what, in which group, of people of which board's area."""

    cohort: str
    measure: str
    dimension: str = ALL
    group: str = ALL
    area: str = ALL

    @property
    def total(self) -> "CellKey":
        """All groups of its breakdown together, in the same area."""
        return CellKey(self.cohort, self.measure, area=self.area)


def rows_of(table: pa.Table, keeps: Callable[[str, str, str], bool]) -> pa.Table:
    """The rows of a table of counts, measures or their limits that ``keeps`` says yes to.

    Args:
        table: Has columns cohort, measure and dimension.
        keeps: Asked of these three, in this order.
    """
    named = zip(*(table[name].to_pylist() for name in ("cohort", "measure", "dimension")), strict=True)
    return table.filter(pa.array([keeps(*one) for one in named], pa.bool_()))


def keys_of(table: pa.Table) -> list[CellKey]:
    """The key of every row of a table of counts, in its order; without a column ``area`` they are of the whole."""
    names = [name for name in CellKey._fields if name in table.column_names]
    return [CellKey(*row) for row in zip(*(table[name].to_pylist() for name in names), strict=True)]


@dataclass(frozen=True, slots=True)
class Sum:
    """Counts that a reader can add up, and their total."""

    total: CellKey
    parts: tuple[CellKey, ...]

    @property
    def cells(self) -> tuple[CellKey, ...]:
        """The total and its parts."""
        return (self.total, *self.parts)


def cells_to_hide(
    exact: Mapping[CellKey, int], rule: CountRule, cell_keys: Mapping[CellKey, int] | None = None
) -> frozenset[CellKey]:
    """Every cell that must not be shown: small counts, and those that would give a small count away.

    Args:
        exact: Exact counts of people.
        rule: How single counts are released.
        cell_keys: Sums of people's keyed numbers, for rules that use them.

    Returns:
        Keys of ``exact``. A count that two cohorts share (the same population, say) is hidden in both or neither, and
        so is a total that a cohort gives twice, such as its members and the last step that led to them.
    """
    twin = _first_twins(exact)
    counts = {key: people for key, people in exact.items() if twin[key] == key}
    sums = sums_of(counts)
    released = {key: rule.release(people, (cell_keys or {}).get(key, 0)) for key, people in counts.items()}
    hidden = _close_sums(counts, sums, rule, released)
    gone = {key for key in exact if twin[key] in hidden}
    return frozenset(gone | _repeats(exact, gone, {key for each in sums for key in each.cells}))


def _repeats(exact: Mapping[CellKey, int], gone: set[CellKey], summed: set[CellKey]) -> set[CellKey]:
    """Totals outside all sums that repeat a hidden total of their cohort and area."""
    totals = {(key.cohort, key.area, exact[key]) for key in gone if key.dimension == ALL}
    outside = (key for key in exact if key.dimension == ALL and key not in summed)
    return {key for key in outside if (key.cohort, key.area, exact[key]) in totals}


def _close_sums(
    counts: Mapping[CellKey, int], sums: list[Sum], rule: CountRule, released: Mapping[CellKey, SafeCell]
) -> set[CellKey]:
    """Hide the small counts, then their neighbours until no sum pins a small count down."""
    small = {key for key in counts if released[key].status is Status.HIDDEN}
    # What a reader must consider for each cell; a neighbour hidden for its sake could be any number.
    known = {key: rule.bounds(cell) for key, cell in released.items()}
    hidden = set(small)
    while tight := _tight(small, _narrowed(known, sums)):
        chosen = {key for cell in tight for key in _next_to_hide(cell, sums, counts, hidden)}
        if not chosen:
            break  # no sum is left that a reader could add up
        hidden |= chosen
        known |= {key: (0 if counts[key] == 0 else 1, _ANY_NUMBER) for key in chosen}
    return hidden


def _tight(small: Iterable[CellKey], bounds: Mapping[CellKey, Bounds]) -> list[CellKey]:
    return sorted(key for key in small if bounds[key][1] - bounds[key][0] + 1 < MIN_POSSIBLE_VALUES)


def _next_to_hide(cell: CellKey, sums: list[Sum], counts: Mapping[CellKey, int], hidden: set[CellKey]) -> list[CellKey]:
    """The smallest shown part beside ``cell``; where none is left the zeros, and last the totals."""
    near = [each for each in sums if cell in each.cells]
    parts = {key for each in near for key in each.parts} - hidden
    if positive := [key for key in parts if counts[key]]:
        return [min(positive, key=lambda key: (counts[key], key))]
    return sorted(parts or {each.total for each in near} - hidden)


def _narrowed(known: Mapping[CellKey, Bounds], sums: list[Sum]) -> dict[CellKey, Bounds]:
    """Bounds after every sum has been used until none narrows any cell further."""
    bounds = dict(known)
    waiting = list(sums)
    by_cell: dict[CellKey, list[Sum]] = {}
    for each in sums:
        for key in each.cells:
            by_cell.setdefault(key, []).append(each)
    while waiting:
        each = waiting.pop()
        for key in _narrow(each, bounds):
            waiting += [other for other in by_cell[key] if other is not each]
    return bounds


def _narrow(each: Sum, bounds: dict[CellKey, Bounds]) -> set[CellKey]:
    """Use one sum to narrow its own cells in place; says which changed."""
    changed: set[CellKey] = set()
    again = True
    while again:
        low = sum(bounds[key][0] for key in each.parts)
        high = sum(bounds[key][1] for key in each.parts)
        total_low, total_high = bounds[each.total]
        wanted = {each.total: (max(total_low, low), min(total_high, high))}
        for key in each.parts:
            lo, hi = bounds[key]
            wanted[key] = (max(lo, total_low - (high - hi)), min(hi, total_high - (low - lo)))
        moved = {key for key, bound in wanted.items() if bound != bounds[key]}
        bounds |= wanted
        changed |= moved
        again = bool(moved)
    return changed


def sums_of(counts: Mapping[CellKey, int]) -> list[Sum]:
    """Every total whose parts add up to it: groups, areas, the three answers of a definition, and bands of waits."""
    return [each for each in _suggested(counts) if _adds_up(each, counts)]


def sums_that_may_hold(cells: Mapping[CellKey, SafeCell], rule: CountRule) -> list[Sum]:
    """Every total whose parts may add up to it for all that a reader of the released counts knows.

    All that do add up are among them. Nothing exact decides which, so whatever is made of them tells of nothing exact.
    """
    # Of a hidden cell a reader cannot tell whether it is small itself or stands beside one that is.
    bounds = {key: (0, _ANY_NUMBER) if cell.people is None else rule.bounds(cell) for key, cell in cells.items()}
    return [each for each in _suggested(cells) if _may_add_up(each, bounds)]


def _suggested(counts: Collection[CellKey]) -> list[Sum]:
    """Sums by structure alone, whatever is counted."""
    groups: dict[CellKey, list[CellKey]] = {}
    areas: dict[CellKey, list[CellKey]] = {}
    bands: dict[CellKey, list[CellKey]] = {}
    for key in counts:
        if key.dimension != ALL:
            groups.setdefault(key._replace(group=ALL), []).append(key)
        if key.area != ALL:
            areas.setdefault(key._replace(area=ALL), []).append(key)
        if whole := whole_of(key.measure):
            bands.setdefault(key._replace(measure=whole), []).append(key)
    found = [Sum(stem.total, tuple(parts)) for stem, parts in groups.items()]
    found += [Sum(whole, tuple(parts)) for whole, parts in areas.items()]
    found += [Sum(key, tuple(key._replace(measure=part) for part in PARTS)) for key in counts if key.measure == WHOLE]
    found += [Sum(whole, tuple(parts)) for whole, parts in bands.items()]
    return [each for each in found if all(key in counts for key in each.cells)]


def _adds_up(each: Sum, counts: Mapping[CellKey, int]) -> bool:
    return counts[each.total] == sum(counts[key] for key in each.parts)


def _may_add_up(each: Sum, bounds: Mapping[CellKey, Bounds]) -> bool:
    low, high = (sum(bounds[key][end] for key in each.parts) for end in (0, 1))
    return low <= bounds[each.total][1] and bounds[each.total][0] <= high


def _first_twins(exact: Mapping[CellKey, int]) -> dict[CellKey, CellKey]:
    """For each cell, the same cell of the first cohort that has the whole measure, number by number, alike."""
    tables: dict[tuple[str, str], list[tuple[str, str, str, int]]] = {}
    for key, people in exact.items():
        tables.setdefault((key.measure, key.cohort), []).append((key.dimension, key.group, key.area, people))
    first: dict[tuple[str, frozenset[tuple[str, str, str, int]]], str] = {}
    for (measure, cohort), cells in sorted(tables.items()):
        first.setdefault((measure, frozenset(cells)), cohort)
    owner = {name: first[name[0], frozenset(cells)] for name, cells in tables.items()}
    return {key: key._replace(cohort=owner[key.measure, key.cohort]) for key in exact}
