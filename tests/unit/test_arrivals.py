"""What a source newly sends is held against its own earlier months: a hundred planted records are seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.settings import Policy
from linkage.arrivals import Arrivals, as_facts, from_facts, unusual

PLANTED = 100
POLICY = Policy()


def marked(now, *before, policy=POLICY):
    """What is marked of one source."""
    return [one.what for one in unusual({"housing": now}, [{"housing": month} for month in before], policy)]


def with_planted(month, *, known):
    """The month with a hundred records more; made-up people are known to nobody else."""
    return Arrivals(month.records + PLANTED, month.new + PLANTED, month.alone + (0 if known else PLANTED))


USUAL = Arrivals(records=2000, new=150, alone=30)


def test_a_month_like_the_others_is_not_marked():
    """Ups and downs are not planting."""
    assert marked(Arrivals(2100, 170, 36), USUAL, Arrivals(2050, 140, 25)) == []


def test_a_hundred_planted_records_are_too_many():
    """Where a source sends 150 new records a month, a hundred more are seen, whoever they are about."""
    assert marked(with_planted(USUAL, known=True), USUAL) == ["new records"]


def test_a_hundred_made_up_people_are_known_to_nobody():
    """In a source three times as large their number passes, but no other source knows them."""
    large = Arrivals(6000, 600, 60)
    assert marked(with_planted(large, known=False), large) == ["new records that no other source knows"]


def test_what_is_not_seen():
    """A known limit: a hundred real people among thousands of new records, or planted a few a month."""
    large = Arrivals(60_000, 6000, 600)
    assert marked(with_planted(large, known=False), large) == []
    assert marked(Arrivals(2010, 160, 40), USUAL) == []


def test_the_largest_earlier_month_is_the_yardstick():
    """A source that once sent as many may do so again."""
    assert marked(with_planted(USUAL, known=True), USUAL, Arrivals(2300, 240, 50)) == []


def test_a_source_without_history_is_not_marked():
    """There is nothing to hold it against."""
    assert marked(with_planted(USUAL, known=False)) == []


def test_policy_sets_the_bounds():
    """An ICS may be stricter, never looser than the floor."""
    strict = Policy(max_new_records_ratio=1.1, max_unmatched_rise=0.01)
    assert marked(Arrivals(2050, 180, 45), USUAL, policy=strict) == ["new records"]
    for loose in ({"max_new_records_ratio": 4.0}, {"max_unmatched_rise": 0.5}):
        with pytest.raises(ValueError, match="less than or equal"):
            Policy.model_validate(loose)


MONTHS = st.integers(0, 500).flatmap(
    lambda new: st.builds(Arrivals, records=st.integers(500, 9000), new=st.just(new), alone=st.integers(0, new))
)


@given(MONTHS, st.lists(MONTHS, min_size=1, max_size=4), st.integers(1, 300))
def test_more_planting_is_never_seen_less(now, before, more):
    """Adding made-up people to a month that is marked leaves it marked."""
    added = Arrivals(now.records + more, now.new + more, now.alone + more)
    assert bool(marked(added, *before)) >= bool(marked(now, *before))


@given(st.dictionaries(st.sampled_from(["housing", "police"]), MONTHS))
def test_a_manifest_keeps_what_was_counted(now):
    """And one of an earlier version has nothing."""
    assert from_facts({"arrivals": as_facts(now)}) == now
    assert from_facts({}) == {}
