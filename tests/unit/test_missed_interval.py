"""Intervals of shares of pairs, where pairs of one person go together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.missed.interval import share, wilson
from governance.disclosure import SafeCell, Status, rate_per_1000


@pytest.mark.parametrize(("part", "whole"), [(0, 40), (7, 40), (40, 40), (210, 4500)])
def test_limits_are_those_of_the_published_rates(part, whole):
    """The board report's Wilson interval and this one are the same formula."""
    rate = rate_per_1000(*(SafeCell(Status.SHOWN, n, str(n)) for n in (part, whole)))

    assert wilson(part / whole, whole) == pytest.approx((rate.low / 1000, rate.high / 1000))


def of_people(people):
    """The share of (missed, pairs) a person."""
    squares = (sum(m * m for m, _ in people), sum(n * n for _, n in people), sum(m * n for m, n in people))
    return share(sum(m for m, _ in people), sum(n for _, n in people), squares=squares, clusters=len(people))


def test_one_pair_a_person_is_the_plain_interval():
    """Nothing goes together, so nothing is widened."""
    found = of_people([(1, 1)] * 6 + [(0, 1)] * 94)

    assert (found.low, found.high) == pytest.approx(wilson(0.06, 100), rel=0.02)


def test_pairs_that_stand_or_fall_together_count_once():
    """Ten people of ten pairs each, two of them missed whole, say no more than ten pairs."""
    together = of_people([(10, 10)] * 2 + [(0, 10)] * 8)
    scattered = of_people([(2, 10)] * 10)

    assert together.value == scattered.value == 0.2
    assert (together.low, together.high) == pytest.approx(wilson(0.2, 9), abs=0.01)
    assert (scattered.low, scattered.high) == pytest.approx(wilson(0.2, 100))


@pytest.mark.parametrize("missed", [0, 10])
def test_none_and_all_are_as_sure_as_there_are_people(missed):
    """Where nobody or everybody is missed there is no spread to see: a person counts as one."""
    found = of_people([(missed, 10)] * 5)

    assert (found.low, found.high) == wilson(missed / 10, 5)
    assert found.text == f"{10 * missed}.0%"


@given(st.lists(st.integers(1, 8).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=40))
def test_an_interval_holds_its_share(people):
    """Whatever the people: between 0 and 1, around the share, and never narrower than the plain one."""
    found = of_people(people)
    low, high = wilson(found.value, sum(n for _, n in people))

    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low <= low + 1e-9
    assert found.high >= high - 1e-9
