"""Planted records: what a source that adds a hundred records of its choice learns of one person from a release.

The game: a coin decides whether the target is in a cohort through another source's records. The attacker has planted
records, sees the release, and says which. Guessing is right half of the time; what is beyond that is the advantage.
"""

import numpy as np
from numpy.typing import NDArray

from governance.disclosure.rounding import RoundingRule
from governance.settings import Policy

RULE = RoundingRule.of(Policy())


def released(counts: NDArray[np.int64], rule: RoundingRule = RULE) -> NDArray[np.int64]:
    """What a release shows of exact counts: -1 where the count is withheld."""
    distinct = np.unique(counts)
    shown = [cell.people if (cell := rule.release(int(n))).people is not None else -1 for n in distinct]
    return np.array(shown, np.int64)[np.searchsorted(distinct, counts)]


def advantage(others: float, spread: float, planted: int, *, trials: int = 400_000, seed: int = 1) -> float:
    """The best guesser's share of right answers beyond one half, in points.

    Args:
        others: How many other people the cell is expected to hold.
        spread: How well the attacker knows that number: relative standard deviation. 0 is exact knowledge of the
            expected number; who is in the cell is still chance.
        planted: Planted records that count in the cell.
        trials: Worlds in which the attacker practises, and as many again in which they are tested.
        seed: Of the worlds.
    """
    rng = np.random.default_rng(seed)
    practice, test = (_worlds(rng, others, spread, planted, trials) for _ in range(2))
    return 100 * _accuracy(*practice, *test)


def advantage_knowing_all(others: int, planted: int) -> float:
    """The same for an attacker who knows exactly who else is in the cell: one half where the release differs at all."""
    without, with_target = released(np.array([others + planted, others + planted + 1]))
    return 50.0 * bool(without != with_target)


def _worlds(
    rng: np.random.Generator, others: float, spread: float, planted: int, trials: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """What is released in each world, and whether the target was in it."""
    expected = others * np.maximum(1 + spread * rng.standard_normal(trials), 0.01)
    is_in = rng.random(trials) < 0.5
    return released(rng.poisson(expected) + planted + is_in), is_in


def _accuracy(
    shown: NDArray[np.int64], is_in: NDArray[np.bool_], new_shown: NDArray[np.int64], new_is_in: NDArray[np.bool_]
) -> float:
    """Guess what was commoner in practice for each number shown."""
    size = int(max(shown.max(), new_shown.max())) + 2
    balance = np.bincount(shown + 1, weights=np.where(is_in, 1.0, -1.0), minlength=size)
    return float(((balance[new_shown + 1] > 0) == new_is_in).mean() - 0.5)
