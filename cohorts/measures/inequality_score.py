"""A local inequalities score of places: a weighted sum that is stated, and how sure the order of places is.

Each component is a rate by place. A place's score is sum(weight * log(rate / rate of all places together)): 0 is the
average, and a place with twice the average rate everywhere scores 0.69 at any weights. Rates are drawn from their
posterior under Jeffreys' prior, so that a place with none has a score too: the score is the middle of the draws.

Ranks are given as intervals only: where a place's rank lies in 95% of draws. Places whose intervals overlap are not
told apart.

Source: Marshall and Spiegelhalter 1998, BMJ 316:1701, and Goldstein and Spiegelhalter 1996, J R Stat Soc A 159:385, for
intervals of ranks; the score is our own and its weights are printed with it (decision 45).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DRAWS = 5_000


@dataclass(frozen=True, slots=True)
class PlaceScore:
    """One place; rank 1 is the highest score."""

    score: float
    low: float
    high: float
    rank_low: int
    rank_high: int


def score_places(
    part: ArrayLike, whole: ArrayLike, weights: Sequence[float], *, seed: int = 1, confidence: float = 0.95
) -> list[PlaceScore]:
    """Scores and rank intervals.

    Args:
        part: Shape (places, components): people who have it.
        whole: Shape (places, components): people who could.
        weights: One a component; they are made to add up to 1.
        seed: The same seed gives the same intervals.
        confidence: Of the intervals.

    Returns:
        One score a place, in the order given.

    Raises:
        ValueError: Weights do not fit the components, are negative or all nothing.
    """
    have, among, weight = (np.asarray(column, np.float64) for column in (part, whole, weights))
    if have.shape != among.shape or have.shape[1:] != weight.shape or (weight < 0).any() or not weight.sum():
        raise ValueError("one weight of no less than 0 for each component, and not all of them 0")
    weight = weight / weight.sum()
    everyone = (have.sum(axis=0) + 0.5) / (among.sum(axis=0) + 1)
    rng = np.random.default_rng(seed)
    drawn = rng.beta(have + 0.5, among - have + 0.5, (DRAWS, *have.shape))
    scores = np.log(drawn / everyone) @ weight
    edges = [(1 - confidence) / 2, (1 + confidence) / 2]
    score, low, high = np.quantile(scores, [0.5, *edges], axis=0)
    first, last = _rank_limits(scores, edges)
    rows = zip(score, low, high, first, last, strict=True)
    return [PlaceScore(float(a), float(b), float(c), int(d), int(e)) for a, b, c, d, e in rows]


def _rank_limits(scores: NDArray[np.float64], edges: list[float]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ranks = (-scores).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    low, high = np.quantile(ranks, edges, axis=0)
    return np.floor(low).astype(np.int64), np.ceil(high).astype(np.int64)
