"""Joining on average: like merging the best pair one by one, and no two records of a single source together."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import joining
from linkage.groups import UNSEEN_BITS
from linkage.joining import join_on_average
from linkage.joining_small import LARGEST

COUNT = 12
RECORDS = st.integers(0, COUNT - 1)
SOURCES = st.lists(st.integers(-1, 3), min_size=COUNT, max_size=COUNT)
PAIRS = st.dictionaries(
    st.tuples(RECORDS, RECORDS).filter(lambda pair: pair[0] < pair[1]),
    st.floats(-30, 60).map(lambda bits: round(bits, 3)),
    max_size=40,
)


def found(pairs, sources, order=None):
    """Groups of records, each named after its smallest."""
    keys = list(pairs) if order is None else [list(pairs)[place] for place in order]
    left, right = (np.array([key[side] for key in keys], np.int64) for side in (0, 1))
    bits = np.array([pairs[key] for key in keys], float)
    return join_on_average(left, right, bits, np.array(sources)).tolist()


def one_by_one(pairs, sources):
    """The same by hand: merge the two groups with the greatest mean, again and again."""
    groups = [{record} for record in range(COUNT)]

    def mean(a, b):
        held = [sources[record] for record in a | b if sources[record] >= 0]
        seen = [pairs[min(x, y), max(x, y)] for x in a for y in b if (min(x, y), max(x, y)) in pairs]
        if len(set(held)) < len(held) or not seen:
            return -np.inf
        return (sum(seen) + UNSEEN_BITS * (len(a) * len(b) - len(seen))) / (len(a) * len(b))

    while True:
        best, a, b = max(
            ((mean(a, b), min(a), min(b)) for a in groups for b in groups if min(a) < min(b)), default=(-1, 0, 0)
        )
        if best < 0:
            return [min(group) for record in range(COUNT) for group in groups if record in group]
        one, other = (next(group for group in groups if min(group) == least) for least in (a, b))
        groups = [group for group in groups if group not in (one, other)] + [one | other]


@settings(deadline=None)
@given(sources=SOURCES, pairs=PAIRS)
def test_no_person_has_two_records_of_a_single_source(sources, pairs):
    """Whatever agrees with whatever, each source that keeps one record a person gives a person one at most."""
    joined = found(pairs, sources)

    held = [(joined[record], source) for record, source in enumerate(sources) if source >= 0]
    assert len(set(held)) == len(held)


@pytest.mark.parametrize("largest", [LARGEST, 0], ids=["in squares", "in rounds"])
@settings(deadline=None, max_examples=40)
@given(sources=SOURCES, pairs=PAIRS.filter(lambda pairs: len(set(pairs.values())) == len(pairs)))
def test_both_ways_give_what_merging_one_by_one_gives(largest, sources, pairs):
    """Small components as squares, large ones in rounds of reciprocal neighbours: as the best pair at a time, by hand.

    No two weights are alike.
    """
    with patch.object(joining, "LARGEST", largest):
        assert found(pairs, sources) == one_by_one(pairs, sources)


@settings(deadline=None)
@given(sources=SOURCES, pairs=PAIRS, random=st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter(sources, pairs, random):
    """Pairs in any order join the same people."""
    order = list(range(len(pairs)))
    random.shuffle(order)

    assert found(pairs, sources, order) == found(pairs, sources)


@settings(deadline=None)
@given(pairs=PAIRS)
def test_pairs_that_only_agree_join_whatever_they_connect_of_few(pairs):
    """Strong pairs join people as a chain does, where no pair speaks against it."""
    strong = {pair: 60.0 for pair in pairs}

    joined = found(strong, [-1] * COUNT)

    assert all(joined[a] == joined[b] for a, b in strong)


@settings(deadline=None)
@given(sources=SOURCES, pairs=PAIRS)
def test_a_person_is_named_after_its_smallest_record(sources, pairs):
    """Groups are numbered by a record of their own, so no two share a number."""
    joined = found(pairs, sources)

    assert all(joined[name] == name == min(r for r, of in enumerate(joined) if of == name) for name in set(joined))
