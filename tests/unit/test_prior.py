"""The prior of each source pair: the share of its pairs that are matches, without labels."""

import numpy as np
import pyarrow as pa
import pytest

from governance.warehouse import connect, load_table
from linkage.kin import SLIPS
from linkage.prior import estimate_priors

WEIGHTS = {1: 22.0, 2: 14.0, 3: 3.0, 4: -6.0}
"""Bits of evidence of four agreement patterns, and below how many true pairs are for one false pair of each."""


def planted(sizes, single, matches):
    """A warehouse with ``matches`` true pairs a source pair, and as many false ones as their weights say.

    Where the odds of a match are 2^prior, a pattern of weight w has 2^-(w + prior) false pairs for one true pair.
    """
    con = connect(threads=1)
    first = np.concatenate([[1], 1 + np.cumsum(sizes)])
    records = [(r, no) for no in range(len(sizes)) for r in range(first[no], first[no + 1])]
    load_table(con, "record", _table(records, record=pa.int64(), source_no=pa.int8()))
    load_table(con, "source", _table(list(enumerate(single)), source_no=pa.int8(), one_record_per_person=pa.bool_()))
    load_table(con, "pattern_weight", weighed(WEIGHTS))
    rows = []
    for (a, b), true in matches.items():
        possible = sizes[a] * sizes[b] if a != b else sizes[a] * (sizes[a] - 1) // 2
        odds = true / (possible - true)
        for pattern, share in ((1, 0.7), (2, 0.3)):
            pairs = round(true * share * (1 + 2 ** -WEIGHTS[pattern] / odds))
            rows += [(int(first[a]), int(first[b] + (a == b)), pattern)] * pairs
        rows += [(int(first[a]), int(first[b] + (a == b)), 4)] * 400
    load_table(con, "pattern", _table(rows, record_l=pa.int64(), record_r=pa.int64(), pattern=pa.int64()))
    return con


def weighed(weights):
    """Table ``pattern_weight`` of patterns that say nothing of families: no names, no birth date, no sex, no number."""
    rows = [(pattern, weight, -40.0, -40.0, None, None) for pattern, weight in weights.items()]
    kin = dict.fromkeys(("twins_bits", "namesakes_bits"), pa.float64()) | dict.fromkeys(SLIPS, pa.bool_())
    return _table(rows, pattern=pa.int64(), weight=pa.float64(), **kin)


USUAL = dict.fromkeys(SLIPS, 0.02)


def _table(rows, **types):
    return pa.table({name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(types.items())})


def priors(con):
    """Bits by source pair."""
    return {(a, b): bits for a, b, bits in con.execute("SELECT source_l, source_r, bits FROM prior").fetchall()}


SIZES, SINGLE = (4000, 1500, 600), (True, True, False)
MATCHES = {(0, 1): 900, (0, 2): 500, (1, 2): 90, (2, 2): 40}


@pytest.fixture(scope="module")
def estimated():
    """Expected matches and prior bits of three planted sources."""
    con = planted(SIZES, SINGLE, MATCHES)
    return estimate_priors(con, USUAL, {}), priors(con)


@pytest.mark.parametrize("pair", MATCHES)
def test_the_planted_share_comes_out(estimated, pair):
    """Each source pair gets its own number of matches, within 5%, however unlike the pairs are."""
    expected, bits = estimated
    a, b = pair
    possible = SIZES[a] * SIZES[b] if a != b else SIZES[a] * (SIZES[a] - 1) / 2

    assert expected[pair] == pytest.approx(MATCHES[pair], rel=0.05)
    assert bits[pair] == pytest.approx(np.log2(MATCHES[pair] / (possible - MATCHES[pair])), abs=0.1)


def test_only_pairs_that_can_match_have_a_prior(estimated):
    """A source that keeps one record a person is not compared with itself; one that may repeat people is."""
    expected, bits = estimated

    assert list(expected) == sorted(MATCHES)
    assert set(bits) == set(MATCHES)


def test_chance_matches_do_not_grow_into_true_ones():
    """Ten times the records and the same people in common: the prior falls, the expected matches do not rise."""
    small, large = (
        planted((1000, 1000), (True, True), {(0, 1): 300}),
        planted((10_000, 10_000), (True, True), {(0, 1): 300}),
    )

    few, many = (estimate_priors(con, USUAL, {})[0, 1] for con in (small, large))

    assert many == pytest.approx(few, rel=0.05)
    assert priors(large)[0, 1] == pytest.approx(priors(small)[0, 1] - np.log2(100), abs=0.2)


def test_a_source_pair_without_a_common_pair_gets_the_least():
    """Nobody in common: half a pair at the least, so that the prior is a number."""
    con = planted((50, 40), (True, True), {})

    assert estimate_priors(con, USUAL, {}) == {(0, 1): 0.5}
    assert priors(con)[0, 1] == pytest.approx(np.log2(0.5 / (2000 - 0.5)), abs=1e-5)


def test_one_source_alone_has_no_prior():
    """A single source of one record a person has nothing to be compared with."""
    con = planted((50,), (True,), {})

    assert estimate_priors(con, USUAL, {}) == {}
    assert priors(con) == {}
