"""Pairs of two slices, such as ethnic group by deprivation: merged until no cell is small, or not published.

A pair is published at the finest of a few fixed levels at which no cell is small; where even the coarsest has one, it
is not published. Levels are fixed so that all cohorts are merged in the same ways; no cell is hidden. Cells of a pair
add up to groups of either slice alone, so a level is passed over as well where a sum would tell of a hidden group.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from governance.disclosure.coarser import FROM_65, WIDE_AGES, Coarser, as_it_is, by
from governance.disclosure.waits import MOST_DEPRIVED, OTHERS

NOT_RECORDED = "not recorded"
BETWEEN = " | "

AGE_BY_CORE20 = "age_band_by_core20"
"""Age by whether somebody lives in the most deprived fifth of areas: what standardising by age needs."""

_TWO_FIFTHS = {"1": "1-2", "2": "1-2", "3": "3-5", "4": "3-5", "5": "3-5"}
_CORE20 = {"1": MOST_DEPRIVED, "2": OTHERS, "3": OTHERS, "4": OTHERS, "5": OTHERS}


def _white_or_not(ethnic: str) -> str:
    return ethnic if ethnic == "white" else "all others"


class Level(NamedTuple):
    """What each of the two slices' own groups is called at one level."""

    one: Coarser
    other: Coarser


LEVELS: dict[str, tuple[Level, ...]] = {
    "ethnic_group_by_deprivation": (
        Level(as_it_is, as_it_is),
        Level(as_it_is, by(_TWO_FIFTHS)),
        Level(_white_or_not, as_it_is),
        Level(_white_or_not, by(_TWO_FIFTHS)),
    ),
    "age_band_by_sex": (
        Level(as_it_is, as_it_is),
        Level(by(WIDE_AGES), as_it_is),
    ),
    AGE_BY_CORE20: (
        Level(as_it_is, by(_CORE20)),
        Level(by(FROM_65), by(_CORE20)),
        Level(by(WIDE_AGES), by(_CORE20)),
    ),
}
"""From the finest to the coarsest."""

SLICES = {
    "ethnic_group_by_deprivation": ("ethnic_group", "deprivation_quintile"),
    "age_band_by_sex": ("age_band", "sex"),
    AGE_BY_CORE20: ("age_band", "deprivation_quintile"),
}
"""The two slices that a pair is made of, by their own names."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Part and whole of one group of a pair, with the keys of their people. Unit: people."""

    part: int
    whole: int
    part_key: int
    whole_key: int

    def joined(self, other: "Cell") -> "Cell":
        """Both groups as one."""
        keys = ((self.part_key + other.part_key) % 2**32, (self.whole_key + other.whole_key) % 2**32)
        return Cell(self.part + other.part, self.whole + other.whole, *keys)


class Margin(NamedTuple):
    """Cells of a pair that together are groups of one of its slices."""

    dimension: str
    groups: tuple[str, ...]
    """Of the slice alone."""
    cells: tuple[str, ...]
    """Of the pair."""


Withheld = Mapping[str, Mapping[str, bool]]
"""Of each slice by its name: its groups, and whether their part or whole is withheld where the slice stands alone."""


def merged(
    dimension: str, cells: Mapping[str, Cell], largest_hidden: int, withheld: Withheld | None = None
) -> dict[str, Cell] | None:
    """The cells of a pair at the finest level at which none is small, and none tells of a group that is withheld.

    Args:
        dimension: One of ``LEVELS``.
        cells: By group, ``one | other``.
        largest_hidden: The largest count that may be withheld. Nobody is not small.
        withheld: What is withheld of the two slices alone; without it nothing is.

    Returns:
        None if no level will do: some part, whole or difference is small, or a sum tells of a group that is withheld.
        Groups of nobody are left out.
    """
    for level in LEVELS[dimension]:
        found = at_level(level, cells)
        if not any(_is_small(cell, largest_hidden) for cell in found.values()) and not any(
            _tells(each, (withheld or {})[each.dimension]) for each in margins(dimension, found, withheld or {})
        ):
            return found
    return None


def margins(dimension: str, cells: Collection[str], groups: Mapping[str, Collection[str]]) -> Iterator[Margin]:
    """Which groups of either slice alone the cells of a pair add up to, but for people who lack the other.

    Args:
        dimension: One of ``LEVELS``.
        cells: Names of the pair's groups, at whatever level.
        groups: Groups of each of the two slices, by dimension.
    """
    for side, own in enumerate(SLICES[dimension]):
        found: dict[str, list[str]] = {}
        for cell in sorted(set(cells) - {NOT_RECORDED}):
            found.setdefault(cell.split(BETWEEN, 1)[side], []).append(cell)
        for name, parts in found.items():
            own_groups = (group for group in groups.get(own, ()) if group != NOT_RECORDED)
            if of := tuple(group for group in own_groups if name in _names(dimension, side, group)):
                yield Margin(own, of, tuple(parts))


def _names(dimension: str, side: int, group: str) -> set[str]:
    """What a group of one slice is called at the levels of a pair."""
    return {level[side](group) for level in LEVELS[dimension]}


def _tells(margin: Margin, withheld: Mapping[str, bool]) -> bool:
    """Whether a sum over the pair tells more of withheld groups than the slice itself does: that all are so many."""
    hidden = [group for group, is_hidden in withheld.items() if is_hidden]
    inside = [group for group in hidden if group in margin.groups]
    return bool(inside) and (len(inside) < len(hidden) or len(inside) == 1)


def at_level(level: Level, cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """The cells of a pair at one level, without groups of nobody."""
    found: dict[str, Cell] = {}
    for group, cell in cells.items():
        name = group
        if group != NOT_RECORDED:
            one, other = group.split(BETWEEN, 1)
            name = f"{level.one(one)}{BETWEEN}{level.other(other)}"
        found[name] = found[name].joined(cell) if name in found else cell
    return {name: cell for name, cell in found.items() if cell.whole}


def _is_small(cell: Cell, largest_hidden: int) -> bool:
    return any(0 < count <= largest_hidden for count in (cell.part, cell.whole, cell.whole - cell.part))
