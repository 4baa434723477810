"""One person, twins, namesakes of one family, strangers: each pattern's likelihoods are known, the shares are not.

Expectation maximisation over the shares alone. With them, how often true pairs of these two sources differ clearly in
forename or in birth date: a police force writes down what somebody is called, a register what they were christened.
What cannot be told from the pairs (no sex, no numbers) stays as it was started.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS = 500
_TOLERANCE_BITS = 1e-6
_LEAST = 1e-6

WORTH = 10.0
"""What was expected counts as so many true pairs."""

_EXPECTED_SLIPS = np.array([0.06, 0.015])
"""Clearly another forename, another birth date: what training starts from. Where families were learnt as slips, less is
expected than training says, never more."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Patterns:
    """The agreement patterns of two sources' pairs."""

    weight: Floats
    """Shape (n,): bits for one person against strangers."""
    kin_bits: Floats
    """Shape (n, kinds): see :func:`linkage.kin.pattern_kin`."""
    slips: Floats
    """Shape (n, slips): 1 or 0; NaN where there is no evidence."""
    pairs: Floats
    """Shape (n,)."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How many pairs are of each class, and how often true pairs slip."""

    matches: float
    kin: Floats
    """Shape (kinds,): pairs of each class for each true pair."""
    slips: Floats
    """Shape (slips,): share of true pairs."""


def expected_shares(matches: float, kin: Floats, usual: Floats, *, namesakes_counted: bool) -> Shares:
    """Where :func:`fit` starts, and what it is held to.

    Args:
        matches: A first guess.
        kin: Shape (kinds,): pairs for each true pair that the sources' own counts lead to expect.
        usual: Shape (slips,): share of true pairs in training.
        namesakes_counted: Otherwise nothing but training tells a wrong birth date from a father and son.
    """
    slips = np.minimum(np.maximum(usual, _LEAST), _EXPECTED_SLIPS)
    return Shares(
        max(matches, 0.5), np.maximum(kin, _LEAST), slips if namesakes_counted else _dates_as_trained(slips, usual)
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """Pairs that are expected of each class, given the shares."""

    of_class: Floats
    """Shape (1 + kinds,): one person first."""
    slipped: Floats
    """Shape (slips,): true pairs that show the slip."""
    known: Floats
    """Shape (slips,): true pairs that could show it."""


def fit(
    patterns: Patterns,
    possible: float,
    usual: Floats,
    start: Shares,
    *,
    namesakes_counted: bool,
    renaming_worth: float = WORTH,
) -> Shares:
    """The shares of greatest likelihood, held a little to what was expected.

    Args:
        patterns: Pairs that were compared; all others count as strangers.
        possible: Pairs there could be.
        usual: Slips that the weights were made with.
        start: From :func:`expected_shares`, or from what other source pairs tell (:mod:`linkage.pooled`).
        namesakes_counted: Otherwise birth dates slip as in training, and what is more is namesakes.
        renaming_worth: How many true pairs the expected share of other forenames counts as.
    """
    shares, bits = start, as_bits(start, possible, usual)
    for _ in range(ROUNDS):
        shares = revised(
            counted(patterns, bits), start, usual, namesakes_counted=namesakes_counted, renaming_worth=renaming_worth
        )
        before, bits = bits, as_bits(shares, possible, usual)
        if np.abs(bits - before).max() < _TOLERANCE_BITS:
            break
    return shares


def counted(patterns: Patterns, bits: Floats) -> Counts:
    """What to expect of the pairs, given the shares as bits."""
    slipped, known = np.nan_to_num(patterns.slips), ~np.isnan(patterns.slips)
    posterior = patterns.pairs[:, None] * _posterior(patterns, slipped, known, bits)
    same = posterior[:, :1]
    return Counts(posterior.sum(axis=0), (same * slipped).sum(axis=0), (same * known).sum(axis=0))


def revised(
    counts: Counts, start: Shares, usual: Floats, *, namesakes_counted: bool, renaming_worth: float = WORTH
) -> Shares:
    """The shares that these counts and what was expected lead to."""
    matches = max(float(counts.of_class[0]), 0.5)
    kin = (counts.of_class[1:] + WORTH * start.kin) / (matches + WORTH)
    worth = np.array([renaming_worth, WORTH])
    slips = (counts.slipped + worth * start.slips) / (counts.known + worth)
    slips = slips if namesakes_counted else _dates_as_trained(slips, usual)
    return Shares(matches, np.maximum(kin, _LEAST), slips)


def as_bits(shares: Shares, possible: float, usual: Floats) -> Floats:
    """What weights are to be corrected by.

    Returns:
        Log2 odds of one person against strangers; by class of kin log2 of pairs for each true pair; by slip what a pair
        that shows it gains; by slip what one that does not.
    """
    strangers = max(possible - shares.matches * (1 + shares.kin.sum()), 1.0)
    usual = np.maximum(usual, _LEAST)
    gained = [np.log2(shares.slips / usual), np.log2((1 - shares.slips) / (1 - usual))]
    bits: Floats = np.concatenate([[np.log2(shares.matches / strangers)], np.log2(shares.kin), *gained])
    return bits


def _posterior(patterns: Patterns, slipped: Floats, known: NDArray[np.bool_], bits: Floats) -> Floats:
    """Shape (n, 1 + kinds): one person, twins, namesakes. Birth dates slip among twins too, names among namesakes."""
    renamed, redated = (np.where(known, np.where(slipped > 0, bits[3:5], bits[5:7]), 0.0)).T
    twins, namesakes = (patterns.kin_bits + bits[1:3]).T
    against_strangers = (patterns.weight + bits[0])[:, None]
    odds = against_strangers + np.column_stack([renamed + redated, redated + twins, renamed + namesakes])
    odds = np.exp2(np.clip(odds, -100, 100))
    posterior: Floats = odds / (1 + odds.sum(axis=1, keepdims=True))
    return posterior


def _dates_as_trained(slips: Floats, usual: Floats) -> Floats:
    return np.array([slips[0], max(float(usual[1]), _LEAST)])
