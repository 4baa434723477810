"""How often a candidate would be found again among other people like these: a bootstrap over patterns.

People are drawn again with replacement, which for a pattern of n people is a Poisson number around n (the Poisson
bootstrap; Hanley and MacGibbon 2006), so a draw costs as much as there are patterns, not people.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cohorts.finder.candidates import Candidate
from cohorts.finder.chance import expected_of_several, upper_tail
from cohorts.finder.groups import LEAST_LIFT

DRAWS = 200

Numbers = NDArray[np.float64]


def found_again(
    con: duckdb.DuckDBPyConnection,
    candidates: Sequence[Candidate],
    *,
    least_people: int,
    seed: int,
    draws: int = DRAWS,
) -> list[float]:
    """The share of draws in which each candidate would be found.

    Args:
        con: Holds ``pattern``.
        candidates: As they were found.
        least_people: As they were found with.
        seed: Of the draws.
        draws: How many.

    Returns:
        One share a candidate; the largest p-value of them all is what a draw is held against.
    """

    def resampled(stage: str) -> Populations:
        table = _PATTERNS.format(table="pattern")
        patterns = con.sql(table, params={"stage": stage}).to_arrow_table()
        people = patterns["people"].to_numpy()
        drawn = np.random.default_rng(seed).poisson(people[:, None], (len(people), draws))
        return Populations(patterns, drawn.astype(np.float32))

    kept = kept_in(resampled, candidates, least_people=least_people)
    return [float(one.mean()) for one in kept]


_PATTERNS = "SELECT stratum, people, signs FROM {table} WHERE stage = $stage ORDER BY pattern_no"


def kept_in(
    populations: Callable[[str], "Populations"], candidates: Sequence[Candidate], *, least_people: int
) -> list[NDArray[np.bool_]]:
    """In which populations each candidate would be found; shape (draws,) each.

    Args:
        populations: Draws of a stage's people.
        candidates: As they were found; the largest p-value of them all is what a draw is held against.
        least_people: As they were found with.
    """
    limit = max((one.p_value for one in candidates), default=0.0)
    found: dict[int, NDArray[np.bool_]] = {}
    for stage in sorted({one.stage for one in candidates}):
        drawn = populations(stage)
        found |= {
            number: drawn.kept(one, least_people, limit) for number, one in enumerate(candidates) if one.stage == stage
        }
    return [found[number] for number in range(len(candidates))]


class Populations:
    """Draws of one stage's people."""

    def __init__(self, patterns: pa.Table, drawn: NDArray[np.float32]) -> None:
        """Set out the patterns.

        Args:
            patterns: Columns ``stratum`` and ``signs``.
            drawn: People of each in each draw; shape (patterns, draws).
        """
        _, self._stratum = np.unique(patterns["stratum"].to_numpy(), return_inverse=True)
        signs = patterns["signs"].combine_chunks()
        self._row = np.repeat(np.arange(len(drawn)), np.diff(signs.offsets.to_numpy()))
        self._sign = signs.values.to_numpy()
        self._drawn = drawn
        self._everyone = self._counts(np.ones(len(drawn), bool))

    def _counts(self, rows: NDArray[np.bool_]) -> Numbers:
        """People of some patterns in each draw; shape (strata, draws)."""
        at = np.flatnonzero(rows)
        shape = (int(self._stratum.max(initial=-1)) + 1, len(rows))
        found: Numbers = (csr_array((np.ones(len(at)), (self._stratum[at], at)), shape) @ self._drawn).astype(float)
        return found

    def showing(self, signs: Sequence[int], least: int) -> Numbers:
        """People who show so many of these signs at least; shape (strata, draws)."""
        held = np.bincount(self._row[np.isin(self._sign, signs)], minlength=len(self._drawn))
        return self._counts(held >= least)

    def kept(self, one: Candidate, least_people: int, limit: float) -> NDArray[np.bool_]:
        """In which draws the candidate would be found."""
        signs = one.tested or one.signs
        people = self.showing(signs, min(one.at_least, len(signs))).sum(axis=0)
        expected = np.maximum(self._expected(one), 1e-9)
        kept: NDArray[np.bool_] = (
            (upper_tail(people, expected) <= limit) & (people >= least_people) & (people >= LEAST_LIFT * expected)
        )
        return kept

    def _expected(self, one: Candidate) -> Numbers:
        everyone = np.maximum(self._everyone, 1)
        if one.at_least < len(one.signs):
            single = np.stack([self.showing([sign], 1) for sign in one.signs])
            draws = range(single.shape[2])
            return np.array([expected_of_several(everyone[:, d], single[:, :, d], one.at_least) for d in draws])
        if len(one.signs) == 1:
            return np.full(self._drawn.shape[1], one.expected)  # how events fell is not drawn again
        products = [
            self.showing(a, len(a)) * self.showing(b, len(b)) / everyone for a, b in _parts(one.tested or one.signs)
        ]
        found: Numbers = np.max([product.sum(axis=0) for product in products], axis=0)
        return found


def _parts(signs: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every way to part a set of two or three signs into two."""
    for size in range(1, len(signs) // 2 + 1):
        for one in combinations(signs, size):
            other = tuple(sign for sign in signs if sign not in one)
            if len(one) < len(other) or one < other:
                yield one, other
