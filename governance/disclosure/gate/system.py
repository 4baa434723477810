"""All that an attacker knows, as whole numbers with bounds and relations between them; and what follows from it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from governance.disclosure.gate.clock import Clock
from governance.disclosure.gate.relations import Relation
from governance.disclosure.protect import MIN_POSSIBLE_VALUES, CellKey

Interval = tuple[int, int]

ANY_NUMBER = 1 << 40
"""No count of people is larger."""
_ROUNDS = 200
"""Times that each relation is used on average, at most: bounds are true at any time, so stopping early is safe."""
_TABLES = 16
"""Tables that are tried before cells are asked one by one; measured: they show enough of all but a few in a hundred."""
_LOOSE = 0.5
"""How far, as a share, such a table may be from the best: it need only fit."""
_SEED = 61


def is_narrow(interval: Interval) -> bool:
    """Whether so few values are left, some of them small, that a hidden count is as good as told."""
    low, high = interval
    return high - low + 1 < MIN_POSSIBLE_VALUES and 0 < low < 2 * MIN_POSSIBLE_VALUES


class Contradiction(Exception):  # noqa: N818 - an outcome of an attack, not a fault
    """No counts fit: the scenario is impossible, or the rule is not what was applied."""


@dataclass(slots=True)
class System:
    """Counts with bounds, and relations between them."""

    bounds: dict[CellKey, Interval]
    relations: Sequence[Relation]
    of_cell: dict[CellKey, list[Relation]] = field(init=False)

    def __post_init__(self) -> None:
        self.of_cell = defaultdict(list)
        for relation in self.relations:
            for key, _ in relation.terms:
                self.of_cell[key].append(relation)

    def with_bounds(self, changed: Mapping[CellKey, Interval]) -> "System":
        """The same with some bounds replaced."""
        return System({**self.bounds, **changed}, self.relations)

    def narrowed(self) -> dict[CellKey, Interval]:
        """Bounds after each relation has been used alone until none narrows any further: quick, and not all there is.

        Raises:
            Contradiction: No counts fit.
        """
        bounds = dict(self.bounds)
        waiting, queued = list(self.relations), set(range(len(self.relations)))
        number = {id(relation): n for n, relation in enumerate(self.relations)}
        for _ in range(_ROUNDS * len(self.relations)):
            if not waiting:
                break
            relation = waiting.pop()
            queued.discard(number[id(relation)])
            for key in _narrow(relation, bounds):
                fresh = [each for each in self.of_cell[key] if number[id(each)] not in queued]
                queued |= {number[id(each)] for each in fresh}
                waiting += fresh
        return bounds

    def without_redundant(self) -> "System":
        """The same with narrowed bounds and without relations that these bounds imply: it falls into small parts.

        Raises:
            Contradiction: No counts fit.
        """
        bounds = self.narrowed()
        return System(bounds, [each for each in self.relations if not _implied(each, bounds)])

    def component(self, start: CellKey, limit: Mapping[CellKey, Interval]) -> list[CellKey]:
        """Cells tied to one by relations; a count that is known exactly carries nothing on."""
        found, waiting = {start}, [start]
        while waiting:
            for relation in self.of_cell[waiting.pop()]:
                for key, _ in relation.terms:
                    if key not in found:
                        found.add(key)
                        if limit[key][0] < limit[key][1]:
                            waiting.append(key)
        return sorted(found)


def solved(system: System, cells: Iterable[CellKey], clock: Clock) -> dict[CellKey, Interval]:
    """The smallest and largest value of each cell over all whole numbers that fit: all there is to know.

    Args:
        system: What is known.
        cells: Cells that are asked for.
        clock: When to give up.

    Raises:
        TimeUp: Not done by then (:mod:`governance.disclosure.gate.clock`).
        Contradiction: No counts fit.
    """
    programs = _Programs(system)
    found = {}
    for cell in cells:
        program = programs.of(cell)
        low, high = program.extreme(cell, 1, clock), program.extreme(cell, -1, clock)
        found[cell] = (low[cell], high[cell])
    return found


def narrow_cells(system: System, cells: Sequence[CellKey], clock: Clock) -> dict[CellKey, Interval]:
    """Those cells of which too few values are left, with what is left; as :func:`solved`, but quicker.

    Every solution of a program is a table that fits, so it shows a possible value of every other cell too: a cell of
    which enough values were seen need not be asked about. A few tables in which all open cells are pushed one way or
    the other, at random and not as far as they go, show that of most; the others are asked one by one.
    """
    programs, seen = _Programs(system), _Seen()
    for program, own in programs.shared_by(cells):
        _try_tables(program, own, seen, clock)
    for cell in cells:
        for sign in (-1, 1):
            if seen.is_open(cell):
                seen.add(programs.of(cell).extreme(cell, sign, clock))
    return {cell: seen.values[cell] for cell in cells if seen.is_open(cell)}


def _try_tables(program: "_Program", cells: Sequence[CellKey], seen: "_Seen", clock: Clock) -> None:
    """Tables that fit, until all cells have shown enough values or no more do."""
    rng, left = np.random.default_rng(_SEED), list(cells)
    for _ in range(_TABLES):
        seen.add(program.fitting(dict(zip(left, rng.choice((-1, 1), len(left)).tolist(), strict=True)), clock))
        left = [cell for cell in left if seen.is_open(cell)]
        if len(left) <= 1:
            return


@dataclass(slots=True)
class _Seen:
    """The least and the most that was seen of each cell in tables that fit."""

    values: dict[CellKey, Interval] = field(default_factory=dict)

    def add(self, table: Mapping[CellKey, int]) -> None:
        for key, value in table.items():
            low, high = self.values.get(key, (value, value))
            self.values[key] = (min(low, value), max(high, value))

    def is_open(self, cell: CellKey) -> bool:
        """Whether what was seen leaves it possible that few values fit."""
        return is_narrow(self.values.get(cell, (1, 1)))


class _Programs:
    """One integer program for all cells of a component."""

    def __init__(self, system: System) -> None:
        self._system = system.without_redundant()
        self._bounds = self._system.bounds
        self._made: dict[CellKey, _Program] = {}

    def shared_by(self, cells: Sequence[CellKey]) -> list[tuple["_Program", list[CellKey]]]:
        """Each program that several of these cells are part of, with those."""
        found: dict[int, tuple[_Program, list[CellKey]]] = {}
        for cell in cells:
            program = self.of(cell)
            found.setdefault(id(program), (program, []))[1].append(cell)
        return [each for each in found.values() if len(each[1]) > 1]

    def of(self, cell: CellKey) -> "_Program":
        """The program that a cell is part of."""
        if cell not in self._made:
            keys = self._system.component(cell, self._bounds)
            program = _Program.over(self._system, keys, self._bounds)
            open_keys = (key for key in keys if self._bounds[key][0] < self._bounds[key][1])
            self._made |= dict.fromkeys([cell, *open_keys], program)
        return self._made[cell]


@dataclass(frozen=True, slots=True)
class _Program:
    """An integer program over one component."""

    place: Mapping[CellKey, int]
    bounds: Bounds
    rows: LinearConstraint

    @classmethod
    def over(cls, system: System, keys: Collection[CellKey], bounds: Mapping[CellKey, Interval]) -> "_Program":
        place = {key: n for n, key in enumerate(keys)}
        relations = list({id(r): r for key in keys for r in system.of_cell[key] if _inside(r, place)}.values())
        entries = [(n, place[key], c) for n, relation in enumerate(relations) for key, c in relation.terms]
        row, column, value = (np.array(part) for part in zip(*entries, strict=True)) if entries else ([0], [0], [0])
        matrix = csr_array((value, (row, column)), shape=(max(len(relations), 1), len(place)))
        low = [-np.inf if r.low is None else r.low for r in relations] or [0]
        high = [np.inf if r.high is None else r.high for r in relations] or [0]
        ends = [[min(bounds[key][side], ANY_NUMBER) for key in keys] for side in (0, 1)]
        return cls(place, Bounds(*ends), LinearConstraint(matrix, low, high))

    def extreme(self, cell: CellKey, sign: int, clock: Clock) -> dict[CellKey, int]:
        """Counts that fit, with the smallest value of ``sign`` times one cell.

        Raises:
            TimeUp: Not found by then.
            Contradiction: None fit.
        """
        return self._solved({cell: sign}, clock, gap=0)

    def fitting(self, aim: Mapping[CellKey, int], clock: Clock) -> dict[CellKey, int]:
        """Counts that fit, with a small sum of these cells times their weights; not the smallest.

        Raises:
            TimeUp: Not found by then.
            Contradiction: None fit.
        """
        return self._solved(aim, clock, gap=_LOOSE)

    def _solved(self, weights: Mapping[CellKey, int], clock: Clock, *, gap: float) -> dict[CellKey, int]:
        left = clock.left()
        aim: NDArray[np.float64] = np.zeros(len(self.place))
        aim[[self.place[cell] for cell in weights]] = list(weights.values())
        done = milp(
            aim,
            integrality=np.ones(len(aim)),
            bounds=self.bounds,
            constraints=self.rows,
            options={"time_limit": left, "mip_rel_gap": gap},
        )
        if done.status == 2:
            raise Contradiction
        if done.status != 0:
            raise clock.gave_up(done.status)
        return dict(zip(self.place, np.rint(done.x).astype(np.int64).tolist(), strict=True))


def _implied(relation: Relation, bounds: Mapping[CellKey, Interval]) -> bool:
    """Whether a relation holds for all counts within these bounds."""
    least = sum(c * bounds[key][0 if c > 0 else 1] for key, c in relation.terms)
    most = sum(c * bounds[key][1 if c > 0 else 0] for key, c in relation.terms)
    return (relation.low is None or least >= relation.low) and (relation.high is None or most <= relation.high)


def _inside(relation: Relation, place: Mapping[CellKey, int]) -> bool:
    return all(key in place for key, _ in relation.terms)


def _narrow(relation: Relation, bounds: dict[CellKey, Interval]) -> list[CellKey]:
    """Use one relation to narrow its own cells in place; says which changed."""
    ends = [
        (c * bounds[key][0], c * bounds[key][1]) if c > 0 else (c * bounds[key][1], c * bounds[key][0])
        for key, c in relation.terms
    ]
    least, most = sum(low for low, _ in ends), sum(high for _, high in ends)
    changed = []
    for (key, c), (low, high) in zip(relation.terms, ends, strict=True):
        floor = None if relation.low is None else relation.low - (most - high)
        ceiling = None if relation.high is None else relation.high - (least - low)
        wanted = _within(bounds[key], c, floor, ceiling)
        if wanted[0] > wanted[1]:
            raise Contradiction
        if wanted != bounds[key]:
            bounds[key] = wanted
            changed.append(key)
    return changed


def _within(bound: Interval, c: int, floor: int | None, ceiling: int | None) -> Interval:
    """``floor <= c * count <= ceiling`` as bounds of the count."""
    low, high = bound
    if c < 0:
        floor, ceiling = (None if ceiling is None else -ceiling), (None if floor is None else -floor)
    size = abs(c)
    if floor is not None:
        low = max(low, -(-floor // size))
    if ceiling is not None:
        high = min(high, ceiling // size)
    return low, high
