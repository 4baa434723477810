"""Seeded whole-array draws: one independent stream for each purpose, so that one part never disturbs another."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rng = np.random.Generator
Mask = NDArray[np.bool_]
Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Streams:
    """Random streams of one seed, by name."""

    seed: int

    def rng(self, name: str) -> Rng:
        """The stream for ``name``: the same at every call."""
        return np.random.default_rng([self.seed, crc32(name.encode())])


def pick(rng: Rng, weights: ArrayLike, size: int) -> Codes:
    """Indices drawn in proportion to ``weights``."""
    cumulative = np.cumsum(np.asarray(weights, np.float64))
    found = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
    drawn: Codes = np.minimum(found, len(cumulative) - 1).astype(np.int32)
    return drawn


def pick_by_row(rng: Rng, weights: NDArray[np.float64]) -> Codes:
    """One column index for each row, in proportion to that row's weights."""
    cumulative = np.cumsum(weights, axis=1)
    thrown = rng.random(len(weights)) * cumulative[:, -1]
    found = (cumulative <= thrown[:, None]).sum(axis=1)
    drawn: Codes = np.minimum(found, weights.shape[1] - 1).astype(np.int32)
    return drawn


def happens(rng: Rng, chance: ArrayLike, size: int | None = None) -> Mask:
    """True with the given chance, row by row."""
    chances = np.asarray(chance, np.float64)
    return rng.random(len(chances) if size is None else size) < chances


def position_in_group(group: NDArray[np.integer]) -> Codes:
    """0, 1, 2, … inside each run of equal values; equal values stand together."""
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    return (np.arange(len(group)) - np.repeat(starts, np.diff(np.r_[starts, len(group)]))).astype(np.int32)
