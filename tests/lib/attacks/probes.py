"""Planted records: what a source that adds a hundred records of its choice learns of one person from a release.

The game: a coin decides whether the target is in a cohort through another source's records. The attacker has planted
records, sees the release, and says which. Guessing is right half of the time; what is beyond that is the advantage.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from governance.disclosure.cell_key import CellKeyRule
from governance.disclosure.rounding import CountRule, RoundingRule
from governance.settings import Policy

ROUNDED = RoundingRule.of(Policy())
PERTURBED = CellKeyRule.of(Policy())

_KEYS = np.linspace(0, (1 << 32) - 1, 129).astype(np.int64)
"""Cell keys that stand for all: whoever lacks the release key cannot tell which one a cell has."""


def released(counts: NDArray[np.int64], rule: CountRule, rng: np.random.Generator) -> NDArray[np.int64]:
    """What a release shows of exact counts of unknown people: -1 where the count is withheld."""
    distinct = np.unique(counts)
    shown = np.stack([_shown(rule, n) for n in distinct.tolist()])
    return shown[np.searchsorted(distinct, counts), rng.integers(0, len(_KEYS), len(counts))]


@cache
def _shown(rule: CountRule, people: int) -> NDArray[np.int64]:
    """What one count may show, by key."""
    found = [rule.release(people, key).people for key in _KEYS.tolist()]
    return np.array([-1 if shown is None else shown for shown in found], np.int64)


def advantage(
    others: float,
    spread: float | None,
    planted: int,
    rule: CountRule = ROUNDED,
    *,
    trials: int = 400_000,
    seed: int = 1,
) -> float:
    """The best guesser's share of right answers beyond one half, in points.

    Args:
        others: How many other people the cell is expected to hold.
        spread: How well the attacker knows that number: relative standard deviation. 0 is exact knowledge of the
            expected number; who is in the cell is still chance. None: the attacker knows who else is in the cell.
        planted: Planted records that count in the cell.
        rule: How the count is released.
        trials: Worlds in which the attacker practises, and as many again in which they are tested.
        seed: Of the worlds.
    """
    rng = np.random.default_rng(seed)
    practice, test = (_worlds(rng, _others(rng, others, spread, trials) + planted, rule) for _ in range(2))
    return 100 * _accuracy(*practice, *test)


def _others(rng: np.random.Generator, others: float, spread: float | None, trials: int) -> NDArray[np.int64]:
    """How many others are in the cell, in each world."""
    if spread is None:
        return np.full(trials, int(others), np.int64)
    return rng.poisson(others * np.maximum(1 + spread * rng.standard_normal(trials), 0.01)).astype(np.int64)


def _worlds(
    rng: np.random.Generator, others: NDArray[np.int64], rule: CountRule
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """What is released in each world, and whether the target was in it."""
    is_in = rng.random(len(others)) < 0.5
    return released(others + is_in, rule, rng), is_in


def _accuracy(
    shown: NDArray[np.int64], is_in: NDArray[np.bool_], new_shown: NDArray[np.int64], new_is_in: NDArray[np.bool_]
) -> float:
    """Guess what was commoner in practice for each number shown."""
    size = int(max(shown.max(), new_shown.max())) + 2
    balance = np.bincount(shown + 1, weights=np.where(is_in, 1.0, -1.0), minlength=size)
    return float(((balance[new_shown + 1] > 0) == new_is_in).mean() - 0.5)
