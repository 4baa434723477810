"""Numbers of a draft that speak of nobody or of everybody: whoever checks it looks at each of them.

A zero tells of every person in a group that they are not among those meant, and a number as large as its whole tells
that they all are. Neither is a small count, so no rule hides them (but for a definition that everybody in a group
meets, which the release gate refuses): a person has to say that they may stand. Read from released numbers only; noise
may make a number as large as its whole that is not quite, and that reads the same to everybody.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.area_folders import WHOLE
from governance.cell_words import cohort_words, measure_words
from governance.policy.released import Released, ReleasedCell, counts_of

_ALL = "all"
_MEASURES = ("met", "not_met", "shared")
"""Of these and of steps of a ladder. Of people for whom nobody can tell it says nothing."""
_RARE = "not_met"
"""That all of a group do not meet a definition is what most groups are like, and stands there as nobody who does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extremes:
    """Cells in their order in the release."""

    nobody: tuple[ReleasedCell, ...]
    everybody: tuple[ReleasedCell, ...]

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``: names of cells, without a number."""
        return {
            kind: [one._asdict() for one in cells]
            for kind, cells in (("nobody", self.nobody), ("everybody", self.everybody))
        }

    def lines(self) -> list[str]:
        """For people: every number that says everybody, and how many of each table say nobody."""
        if not self.nobody and not self.everybody:
            return ["No number speaks of nobody or of everybody."]
        told = [
            f"Look at {_that_say(self.nobody, ' number')} nobody and {_that_say(self.everybody)} everybody: each of"
            " them tells of every person in its group."
        ]
        told += [f"  everybody: {_table(one)}, {one.group.replace('_', ' ')}" for one in self.everybody]
        zeros = Counter(_table(one) for one in self.nobody)
        return [*told, *(f"  nobody: {table} ({number})" for table, number in zeros.items())]


def _that_say(cells: Sequence[ReleasedCell], noun: str = "") -> str:
    return f"1{noun} that says" if len(cells) == 1 else f"{len(cells)}{noun and noun + 's'} that say"


def extremes(released: Released) -> Extremes:
    """Numbers of a release that speak of nobody or of everybody in a group where somebody is.

    Args:
        released: Published or staged.
    """
    shown = _shown(released)
    wholes = ((cell, people, _whole(cell)) for cell, people in shown.items())
    found = [(cell, people, shown[whole]) for cell, people, whole in wholes if whole and shown.get(whole)]
    return Extremes(
        nobody=tuple(cell for cell, people, _ in found if people == 0),
        everybody=tuple(cell for cell, people, whole in found if people >= whole and cell.measure != _RARE),
    )


def _shown(released: Released) -> Mapping[ReleasedCell, int]:
    return {cell: int(row["people"]) for cell, row in counts_of(released).items() if row["people"].isdigit()}


def _whole(cell: ReleasedCell) -> ReleasedCell | None:
    """What a cell is a part of: steps and services of the members, answers of the people looked at."""
    if cell.dimension.startswith("service"):
        return cell._replace(dimension=_ALL, group=_ALL) if cell.measure == "met" else None
    if cell.measure.startswith("rung:") or cell.measure == "shared":
        return cell._replace(measure="met")
    return cell._replace(measure="population") if cell.measure in _MEASURES else None


def _table(cell: ReleasedCell) -> str:
    return ", ".join(_words(cell))


def _words(cell: ReleasedCell) -> Iterator[str]:
    cohort, measure, dimension, _, area = cell
    yield cohort_words(cohort)
    yield measure_words(measure)
    yield "all together" if dimension == _ALL else f"by {dimension.replace('_', ' ')}"
    if area != WHOLE:
        yield f"area of {area.replace('_', ' ')}"
