"""How often a candidate would be found again among other people like these: a bootstrap over patterns.

People are drawn again with replacement, which for a pattern of n people is a Poisson number around n (the Poisson
bootstrap; Hanley and MacGibbon 2006), so a draw costs as much as there are patterns, not people.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cohorts.finder.candidates import Candidate
from cohorts.finder.chance import expected_of_several, upper_tail
from cohorts.finder.groups import LEAST_LIFT
from cohorts.finder.signs import MOST_SIGNS
from governance.warehouse import fetch_table

DRAWS = 200

SOME_PATTERNS = 20_000
"""So many patterns are drawn at a time."""

Numbers = NDArray[np.float64]
Question = tuple[tuple[int, ...], int]
"""Signs, and how many of them it takes."""
Counts = dict[Question, Numbers]

EVERYBODY: Question = ((), 0)
"""Whoever shows none of no signs."""


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
        patterns = patterns_of(con, "pattern", stage)
        people = patterns["people"].to_numpy()
        return Populations(patterns, lambda: _drawn_again(people, draws, np.random.default_rng(seed)))

    kept = kept_in(resampled, candidates, least_people=least_people)
    return [float(one.mean()) for one in kept]


def patterns_of(con: duckdb.DuckDBPyConnection, table: str, stage: str) -> pa.Table:
    """Patterns of one stage by number, out of a table of them whose name is fixed in code."""
    query = f"SELECT stratum, people, signs FROM {table} WHERE stage = $stage ORDER BY pattern_no"
    return fetch_table(con, query, {"stage": stage})


def _drawn_again(people: NDArray[np.int64], draws: int, rng: np.random.Generator) -> Iterator[Numbers]:
    for first in range(0, len(people), SOME_PATTERNS):
        some = people[first : first + SOME_PATTERNS, None]
        yield rng.poisson(some, (len(some), draws)).astype(np.float64)


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
        asked = [number for number, one in enumerate(candidates) if one.stage == stage]
        kept = populations(stage).kept([candidates[number] for number in asked], least_people, limit)
        found |= dict(zip(asked, kept, strict=True))
    return [found[number] for number in range(len(candidates))]


class Populations:
    """Draws of one stage's people: once everything that is asked of them is known, patterns are taken some at a time.

    Where nearly everybody is a pattern, all of them in every draw are more than memory holds.
    """

    def __init__(self, patterns: pa.Table, drawn: Callable[[], Iterable[Numbers]]) -> None:
        """Set out the patterns.

        Args:
            patterns: Columns ``stratum`` and ``signs``.
            drawn: People of some patterns after the others in each draw; shape (some patterns, draws).
        """
        strata, self._stratum = np.unique(patterns["stratum"].to_numpy(), return_inverse=True)
        self._strata = len(strata)
        self._signs = patterns["signs"].combine_chunks()
        self._drawn = drawn

    def kept(self, candidates: Sequence[Candidate], least_people: int, limit: float) -> list[NDArray[np.bool_]]:
        """In which draws each candidate would be found; shape (draws,) each."""
        counts = self.showing({question for one in candidates for question in _questions(one)})
        return [_kept(one, counts, least_people, limit) for one in candidates]

    def showing(self, questions: set[Question]) -> Counts:
        """People who show so many of some signs at least; shape (strata, draws) each."""
        asked = sorted({EVERYBODY, *questions})
        found: Counts = {}
        first = 0
        for drawn in self._drawn():
            shown = self._shown(first, len(drawn))
            stratum = self._stratum[first : first + len(drawn)]
            first += len(drawn)
            for question in asked:
                signs, least = question
                at = np.flatnonzero(shown[list(signs)].sum(axis=0, dtype=np.uint8) >= least)
                shape = (self._strata, len(drawn))
                more: Numbers = csr_array((np.ones(len(at)), (stratum[at], at)), shape) @ drawn
                found[question] = found[question] + more if question in found else more
        return found

    def _shown(self, first: int, patterns: int) -> NDArray[np.uint8]:
        """Which signs some patterns show; shape (signs, patterns)."""
        signs = self._signs.slice(first, patterns)
        shown = np.zeros((MOST_SIGNS, patterns), np.uint8)
        shown[signs.flatten().to_numpy(), np.repeat(np.arange(patterns), np.diff(signs.offsets.to_numpy()))] = 1
        return shown


def _questions(one: Candidate) -> Iterator[Question]:
    """What has to be counted to tell whether a candidate would be found."""
    signs = one.tested or one.signs
    yield signs, min(one.at_least, len(signs))
    if one.at_least < len(one.signs):
        yield from (((sign,), 1) for sign in one.signs)
    elif len(one.signs) > 1:
        yield from ((part, len(part)) for parts in _parts(signs) for part in parts)


def _kept(one: Candidate, counts: Counts, least_people: int, limit: float) -> NDArray[np.bool_]:
    signs = one.tested or one.signs
    people = counts[signs, min(one.at_least, len(signs))].sum(axis=0)
    expected = np.maximum(_expected(one, counts), 1e-9)
    kept: NDArray[np.bool_] = (
        (upper_tail(people, expected) <= limit) & (people >= least_people) & (people >= LEAST_LIFT * expected)
    )
    return kept


def _expected(one: Candidate, counts: Counts) -> Numbers:
    everyone = np.maximum(counts[EVERYBODY], 1)
    draws = everyone.shape[1]
    if one.at_least < len(one.signs):
        single = np.stack([counts[(sign,), 1] for sign in one.signs])
        return np.array([expected_of_several(everyone[:, d], single[:, :, d], one.at_least) for d in range(draws)])
    if len(one.signs) == 1:
        return np.full(draws, one.expected)  # how events fell is not drawn again
    products = [counts[a, len(a)] * counts[b, len(b)] / everyone for a, b in _parts(one.tested or one.signs)]
    found: Numbers = np.max([product.sum(axis=0) for product in products], axis=0)
    return found


def _parts(signs: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every way to part a set of two or three signs into two."""
    for size in range(1, len(signs) // 2 + 1):
        for one in combinations(signs, size):
            other = tuple(sign for sign in signs if sign not in one)
            if len(one) < len(other) or one < other:
                yield one, other
