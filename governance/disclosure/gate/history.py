"""Two releases beside each other: what follows if it is known who joined, moved or left between them.

A carer knows that one more woman was admitted. Whoever knows such a thing may subtract one month's table from the next.
A story in which a group stays as it is needs the same cell in both releases: the same people are released alike.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from governance.disclosure.gate.published import Published
from governance.disclosure.gate.relations import Relation
from governance.disclosure.gate.system import ANY_NUMBER, Contradiction, Interval, System, is_narrow
from governance.disclosure.protect import ALL, CellKey

_INCREDIBLE = 4
"""A story that needs noise of more standard deviations than this is not true; rounding alone never needs as many."""
_BEFORE = "before "
"""Marks cells of the earlier release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story about one table between two releases."""

    says: str
    relations: Sequence[Relation]
    bounds: dict[CellKey, Interval]
    new: tuple[CellKey, ...]
    """Cells of the later release."""
    cells: tuple[CellKey, ...]
    """Those of them that stand for a small count."""

    def falls(self) -> Iterator[CellKey]:
        """Cells that the new release gives away to who knows this story and the earlier one; none if it cannot be true.

        Who saw that a group was empty and knows who joined it learns nothing from the new release.
        """
        system = System(self.bounds, self.relations)
        try:
            found = system.narrowed()
        except Contradiction:
            return
        known_before = system.with_bounds(dict.fromkeys(self.new, (0, ANY_NUMBER))).narrowed()
        for cell in self.cells:
            if is_narrow(found[cell]) and found[cell] != known_before[cell]:
                yield cell


def scenarios(
    new: Published, earlier: Sequence[Published], relations: Sequence[Relation], targets: Collection[CellKey]
) -> Iterator[Scenario]:
    """Breakdowns that were released before: with nobody moved, and with one person more or less in each group.

    Args:
        new: What would be published.
        earlier: What was, oldest first. Each breakdown is set beside the last release that had it: one that was
            suppressed for a month did not become unknown by that.
        relations: Of the new release; those of the earlier one are alike.
        targets: Cells that stand for a small count.
    """
    for relation in relations:
        cells = tuple(key for key, _ in relation.terms)
        hidden = tuple(key for key in cells if key in targets)
        if not hidden or not relation.is_sum:
            continue
        last = next((each for each in reversed(earlier) if _comparable(cells, new, each)), None)
        if last is None:
            continue
        for says, moved in _stories(relation):
            if all(_credible(new, last, key, moved.get(key)) for key in cells):
                yield _scenario(says, relation, moved, (new, last), hidden)


def _comparable(cells: tuple[CellKey, ...], new: Published, last: Published) -> bool:
    same = all(key in last.cells and new.versions.get(key.cohort) == last.versions.get(key.cohort) for key in cells)
    return same and (cells[1].dimension, cells[1].area) != (ALL, ALL)


def _credible(new: Published, last: Published, key: CellKey, by: int | None) -> bool:
    """Whether a cell can be what it is in both releases: unchanged, or changed by about as much as noise can hide."""
    now, then = new.cells[key], last.cells[key]
    if by is None:
        return now == then
    if now.people is None or then.people is None:
        return True
    spread = sqrt(new.rule.variance + last.rule.variance)
    return abs(now.people - then.people - by) <= _INCREDIBLE * spread


def _stories(relation: Relation) -> Iterator[tuple[str, dict[CellKey, int]]]:
    """Whose number changed by how much."""
    total, *groups = (key for key, _ in relation.terms)
    yield "two releases between which nobody moved", {}
    for group in groups:
        yield "two releases between which one known person joined", {group: 1, total: 1}
        yield "two releases between which one known person left", {group: -1, total: -1}


def _scenario(
    says: str,
    relation: Relation,
    moved: dict[CellKey, int],
    both: tuple[Published, Published],
    hidden: tuple[CellKey, ...],
) -> Scenario:
    new, last = both
    cells = [key for key, _ in relation.terms]
    earlier = {key: key._replace(measure=_BEFORE + key.measure) for key in cells}
    bounds = {key: new.rule.bounds(new.cells[key]) for key in cells}
    bounds |= {earlier[key]: last.rule.bounds(last.cells[key]) for key in cells}
    then = Relation(tuple((earlier[key], c) for key, c in relation.terms), 0, 0, relation.says)
    steps = [
        Relation(((key, 1), (earlier[key], -1)), by, by, relation.says) for key in cells for by in [moved.get(key, 0)]
    ]
    return Scenario(says=says, relations=[relation, then, *steps], bounds=bounds, new=tuple(cells), cells=hidden)
