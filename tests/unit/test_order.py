"""Less agreement never weighs more."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.comparisons import ALL
from linkage.order import in_order

FORENAME, BIRTH = (next(c for c in ALL if c.name == name) for name in ("forename", "date_of_birth"))
LEVELS = [level.value for level in FORENAME.levels]
SHARES = st.lists(st.floats(1e-6, 1.0), min_size=len(LEVELS), max_size=len(LEVELS))


def weights(m, u, levels=LEVELS):
    """In bits, from most to least agreement."""
    return [math.log2(m[level] / u[level]) for level in levels]


def shares(numbers):
    """By level, adding to 1."""
    return dict(zip(LEVELS, (n / sum(numbers) for n in numbers), strict=True))


@given(SHARES, SHARES)
def test_weights_fall_with_agreement_and_m_still_adds_to_one(true, chance):
    """Whatever was learnt; and what is in order is left as it is."""
    m, u = shares(true), shares(chance)

    found = in_order(FORENAME, m, u, seen=frozenset(LEVELS))

    assert all(high >= low - 1e-9 for high, low in pairwise(weights(found, u)))
    assert sum(found.values()) == pytest.approx(1)
    assert in_order(FORENAME, found, u, seen=frozenset(LEVELS)) == pytest.approx(found)


def test_neighbours_out_of_order_share_the_weight_of_both():
    """Near names that were learnt to weigh more than close ones weigh what the two do together."""
    m = {4: 0.8, 2: 0.02, 1: 0.08, 0: 0.1}
    u = {4: 0.01, 2: 0.01, 1: 0.01, 0: 0.97}

    found = in_order(FORENAME, m, u, seen=frozenset(m))

    assert found == pytest.approx({4: 0.8, 2: 0.05, 1: 0.05, 0: 0.1})


def test_levels_without_a_place_or_never_seen_stay():
    """A swapped birth date may weigh more than any other; a level that was never seen pulls nothing down."""
    m = {6: 0.1, 5: 0.5, 4: 0.0001, 0: 0.3999}
    u = {6: 0.1, 5: 0.001, 4: 0.3, 0: 0.599}

    assert in_order(BIRTH, m, u, seen=frozenset({6, 5, 0})) == m
