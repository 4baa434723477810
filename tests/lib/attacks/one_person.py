"""One person between two months: what linkage spans tell of whether somebody joined, left or moved, beyond the counts.

The game: a coin decides whether the target moved. The attacker knows everybody else, how sure each of their links is,
and whether the target's own records are in doubt; they see two months of counts with their spans, and say which. What
they are right in beyond somebody who sees the counts alone is what spans tell.

Two kinds of month. In an unquiet one linkage draws are other draws, as they are whenever any record in doubt anywhere
came or went. In a quiet one nothing in the whole system changed but, perhaps, the target.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from governance.disclosure.rounding import CountRule, SafeCell, Status
from governance.disclosure.span_sums import Moves, reach
from tests.lib.attacks.probes import PERTURBED

BASE, DRAWS = 5, 200
KEYS = np.linspace(0, (1 << 32) - 1, 65).astype(np.int64).tolist()
"""Cell keys that stand for all."""

LOW, HIGH = 4, 195
"""Of 200 draws in order, those that the 2.5% and the 97.5% point are nearest to."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A count as the attacker knows it without the target."""

    people: int
    may_leave: tuple[int, int]
    """Fewest and most people whom linkage draws take off it, each in one draw of four: what the attacker knows."""
    may_come: int
    """Those whom draws add, likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """What is played."""

    cells: tuple[Cell, ...]
    """One that the target joins or leaves, or two between which they move."""
    before: tuple[bool, ...]
    """Whether the target is in each in the first month; if they move, they are where they were not."""
    in_doubt: bool
    """Whether every other draw takes the target off."""
    quiet: bool = False
    held: bool = True
    """Whether spans hold what was told before (decision 118)."""
    rule: CountRule = PERTURBED


def beyond_counts(game: Game, *, trials: int = 20_000, seed: int = 1) -> tuple[float, float]:
    """Right answers beyond one half in points: of who sees counts alone, and how many more with spans."""
    rng = np.random.default_rng(seed)
    moved = rng.random(2 * trials) < 0.5
    counts, spans = zip(*(_months(game, at, moved, rng) for at in range(len(game.cells))), strict=True)
    alone = _accuracy(np.column_stack(counts), moved, trials)
    return 100 * alone, 100 * (_accuracy(np.column_stack([*counts, *spans]), moved, trials) - alone)


def _months(game: Game, at: int, moved: NDArray[np.bool_], rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Counts and spans of one cell in both months: shapes (worlds, 2) and (worlds, 4)."""
    cell, was_in = game.cells[at], game.before[at]
    is_in = np.stack([np.full(len(moved), was_in), moved ^ was_in])
    first = rng.integers(0, len(KEYS), len(moved))
    keys = np.stack([first, np.where(moved, rng.integers(0, len(KEYS), len(moved)), first)])
    doubtful = rng.integers(cell.may_leave[0], cell.may_leave[1] + 1, len(moved))
    drawn = np.stack([_moves(cell, doubtful, now & game.in_doubt, rng) for now in is_in])
    if game.quiet:
        drawn[1] = np.where((is_in[0] == is_in[1])[:, None], drawn[0], drawn[1])
    shown, told, ends = [], np.zeros((len(moved), 2), np.int64), []
    for month in (0, 1):
        table = np.array([[_shown(game.rule, cell.people + there, key) for key in KEYS] for there in (0, 1)])
        shown.append(table[is_in[month].astype(np.int64), keys[month]])
        found = _spans(game.rule, shown[month], drawn[month], told)
        told = found[:, 2:] if game.held else told
        ends.append(found[:, :2])
    return np.stack(shown, axis=1), np.concatenate(ends, axis=1)


def _shown(rule: CountRule, people: int, key: int) -> int:
    """What a release shows; -1 where the count is hidden."""
    found = rule.release(people, key).people
    return -1 if found is None else found


def _spans(rule: CountRule, shown: Ints, drawn: Ints, told: Ints) -> Ints:
    """Low, high, and what they tell beside what was told; -1 for the ends where nothing is shown."""
    seen = np.column_stack([shown, drawn, told])
    packed = seen @ (1_000 ** np.arange(seen.shape[1])[::-1])
    _, first, named = np.unique(packed, return_index=True, return_inverse=True)
    made = []
    for people, fewer, more, lost, gained in seen[first].tolist():
        if people <= 0:
            made.append((-1, -1, lost, gained))
            continue
        safe = SafeCell(Status.SHOWN, people, "", rule.give)
        now = reach(safe, fewer, more, BASE, Moves(lost, gained))
        made.append((now.low, now.high, *Moves.told_by(safe, now)))
    return np.array(made)[named.ravel()]


def _moves(cell: Cell, doubtful: Ints, target: NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    """How many people the limits of 200 draws take off and add, world by world."""
    found = np.zeros((len(target), 2), np.int64)
    for leave, there in product(range(cell.may_leave[0], cell.may_leave[1] + 1), (False, True)):
        worlds = np.flatnonzero((target == there) & (doubtful == leave))
        often = np.cumsum(rng.multinomial(DRAWS, _changes(leave, cell.may_come, there), len(worlds)), axis=1)
        ends = [np.argmax(often > place, axis=1) - leave - there for place in (LOW, HIGH)]
        found[worlds] = np.maximum(np.stack([-ends[0], ends[1]], axis=1), 0)
    return found


@cache
def _changes(may_leave: int, may_come: int, target: bool) -> NDArray[np.float64]:
    """How likely each change of the count is in one draw, from the largest loss to the largest gain."""
    chance = np.ones(1)
    for share in [0.75] * may_leave + [0.25] * may_come + [0.5] * target:
        chance = np.convolve(chance, (1 - share, share))
    return chance / chance.sum()


def _accuracy(seen: Ints, moved: NDArray[np.bool_], practice: int) -> float:
    """Guess what was commoner in practice beside the same numbers; half right where they never came."""
    _, named = np.unique((seen + 1) @ (1_009 ** np.arange(seen.shape[1])), return_inverse=True)  # hardly ever alike
    balance = np.bincount(named[:practice], weights=np.where(moved[:practice], 1.0, -1.0), minlength=named.max() + 1)
    guess, true = balance[named[practice:]], moved[practice:]
    return float(np.where(guess == 0, 0.5, (guess > 0) == true).mean() - 0.5)
