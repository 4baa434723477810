"""Probabilities by source pair hold against planted truth, at the size of a town and of a region."""

import numpy as np
import pytest

from linkage.calibration import calibration_error
from tests.bench.calibration_sizes import (
    LEAST_PAIRS,
    RENAMED,
    RULES,
    SEED,
    WANTED,
    bins_of,
    draw,
    every_pattern,
    kinds_of_pairs,
    probabilities,
)


@pytest.mark.parametrize("records", [100_000, 10_000_000])
def test_probabilities_are_true_by_source_pair(records):
    """Of pairs given 0.5 and more, error at most 0.02 for each two sources, though their forenames differ unlike."""
    found = probabilities(records, np.random.default_rng(SEED))

    assert set(found) == set(RENAMED)
    for drawn, probability in found.values():
        bins = bins_of(drawn, probability)
        assert sum(one.pairs for one in bins if one.low >= 0.5) > LEAST_PAIRS
        assert calibration_error(bins) <= WANTED
        doubtful = [one for one in bins if 0.3 <= one.low < 0.9]
        assert sum(one.pairs for one in doubtful) > 100  # not all is certain: there is something to be wrong about


def test_chance_matches_grow_with_the_square_and_true_ones_with_the_size():
    """A hundred times the records: a hundred times the true pairs, and far more than that of strangers."""
    patterns, pair = every_pattern(), ("register", "council")
    small, large = (draw(np.random.default_rng(1), patterns, pair, size) for size in (100_000, 10_000_000))

    assert large.one.sum() == pytest.approx(100 * small.one.sum(), rel=0.05)
    assert large.possible == 100**2 * small.possible
    assert large.two.sum() > 500 * small.two.sum()


def test_what_is_planted_is_a_probability():
    """Levels of every kind of pair add to 1, and some rule finds every pattern."""
    for renamed in RENAMED.values():
        for levels in kinds_of_pairs(renamed).values():
            assert [sum(by_level.values()) for by_level in levels.values()] == pytest.approx(
                [1] * len(levels), abs=2e-4
            )
    patterns = every_pattern()
    assert len(patterns["sex"]) > 100
    assert len(RULES) == 5
