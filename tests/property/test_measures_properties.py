"""What must hold of the measures whatever the numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.measures.cascade import rung_parts, step_shares
from cohorts.measures.kitagawa import decompose_gap
from cohorts.measures.proportion import proportion
from cohorts.measures.rate import count_limits
from cohorts.measures.waits import survival

SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 10_000)


@given(COUNTS, COUNTS)
def test_wilson_holds_the_share(one, other):
    """Between 0 and 1, the share inside; swapping have and have not mirrors the limits."""
    part, whole = min(one, other), max(one, other) or 1
    found, mirrored = proportion(part, whole), proportion(whole - part, whole)

    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low), abs=1e-9)


@given(COUNTS)
def test_byar_holds_the_count(events):
    """Never below nothing."""
    found = count_limits(events)

    assert 0 <= found.low <= events < found.high


@given(st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=6))
def test_parts_of_a_cascade_add_up(rungs):
    """To the gap, exactly; and the gap turned round is the same with the other sign."""
    group, rest = zip(*rungs, strict=True)
    parts = rung_parts(group, rest)

    assert parts.sum() == pytest.approx(np.prod(group) - np.prod(rest), abs=1e-9)
    assert parts == pytest.approx(-rung_parts(rest, group), abs=1e-9)


@given(st.lists(COUNTS, min_size=2, max_size=6))
def test_steps_multiply_to_the_share_that_arrives(people):
    """Whatever the ladder."""
    reached = sorted(people, reverse=True)

    assert np.prod(step_shares(reached)) == pytest.approx(reached[-1] / reached[0] if reached[0] else 0.0)


@given(st.lists(st.tuples(st.integers(1, 1000), SHARES, st.integers(1, 1000), SHARES), min_size=1, max_size=8))
def test_parts_of_kitagawa_add_up(bands):
    """Composition alone where rates are alike, rates alone where people are."""
    people, rates, other_people, other_rates = zip(*bands, strict=True)
    found = decompose_gap(people, rates, other_people, other_rates)
    gap = np.average(rates, weights=people) - np.average(other_rates, weights=other_people)

    assert found.gap == pytest.approx(gap, abs=1e-9)
    assert decompose_gap(people, rates, other_people, rates).rates == 0
    assert decompose_gap(people, rates, people, other_rates).composition == pytest.approx(0, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40))
def test_survival_agrees_with_a_walk_day_by_day(waits):
    """Each day: of those still there, some are seen, then some leave unseen."""
    left, waiting, expected = list(waits), 1.0, {}
    for day in range(61):
        at_risk = sum(days >= day for days, _ in left)
        seen = sum(days == day and is_seen for days, is_seen in left)
        if seen:
            waiting *= 1 - seen / at_risk
            expected[day] = waiting
    found = survival(*zip(*waits, strict=True))

    assert dict(zip(found.day.tolist(), found.waiting.tolist(), strict=True)) == pytest.approx(expected)
    assert ((found.low <= found.waiting + 1e-12) & (found.waiting <= found.high + 1e-12)).all()
