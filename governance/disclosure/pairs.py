"""Pairs of two slices, such as ethnic group by deprivation: merged until no cell is small, or not published.

A pair is published at the finest of a few fixed levels at which no cell is small; where even the coarsest has one, it
is not published. Levels are fixed so that all cohorts are merged in the same ways; no cell is hidden, so none can be
worked out from its neighbours or from the two slices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

NOT_RECORDED = "not recorded"
BETWEEN = " | "

_TWO_FIFTHS = {"1": "1-2", "2": "1-2", "3": "3-5", "4": "3-5", "5": "3-5"}
_WIDE_AGES = {"18-34": "18-64", "35-49": "18-64", "50-64": "18-64", "65-79": "65+", "80+": "65+"}
Merge = Callable[[str, str], tuple[str, str]]


def _white_or_not(ethnic: str) -> str:
    return ethnic if ethnic == "white" else "all others"


LEVELS: dict[str, tuple[Merge, ...]] = {
    "ethnic_group_by_deprivation": (
        lambda ethnic, fifth: (ethnic, fifth),
        lambda ethnic, fifth: (ethnic, _TWO_FIFTHS.get(fifth, fifth)),
        lambda ethnic, fifth: (_white_or_not(ethnic), fifth),
        lambda ethnic, fifth: (_white_or_not(ethnic), _TWO_FIFTHS.get(fifth, fifth)),
    ),
    "age_band_by_sex": (
        lambda age, sex: (age, sex),
        lambda age, sex: (_WIDE_AGES.get(age, age), sex),
    ),
}
"""From the finest to the coarsest."""


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


def merged(dimension: str, cells: Mapping[str, Cell], largest_hidden: int) -> dict[str, Cell] | None:
    """The cells of a pair at the finest level at which none is small.

    Args:
        dimension: One of ``LEVELS``.
        cells: By group, ``one | other``.
        largest_hidden: The largest count that may be withheld. Nobody is not small.

    Returns:
        None if some cell is small at every level: its part, its whole or the difference. Groups of nobody are left out.
    """
    for level in LEVELS[dimension]:
        found: dict[str, Cell] = {}
        for group, cell in cells.items():
            name = group if group == NOT_RECORDED else BETWEEN.join(level(*group.split(BETWEEN, 1)))
            found[name] = found[name].joined(cell) if name in found else cell
        found = {name: cell for name, cell in found.items() if cell.whole}
        if not any(_is_small(cell, largest_hidden) for cell in found.values()):
            return found
    return None


def _is_small(cell: Cell, largest_hidden: int) -> bool:
    return any(0 < count <= largest_hidden for count in (cell.part, cell.whole, cell.whole - cell.part))
