"""Names of any kind: one spelling, whatever is typed, and keyed values that cannot run together."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.warehouse import connect, fetch_table
from linkage.sketch import LENGTH_BANDS, bigrams, name_tokens
from linkage.standardise import standardise
from linkage.values import length_prefixed
from tests.lib.linkage import ROOT, load_people

TEXT = st.none() | st.text(max_size=25)
NAMES = st.lists(
    st.fixed_dictionaries({"forename": TEXT, "surname": TEXT, "previous_surname": TEXT, "full_name": TEXT}),
    min_size=1,
    max_size=30,
)


@pytest.fixture(scope="module")
def con():
    """A warehouse for all examples."""
    return connect(threads=1)


@settings(deadline=None, max_examples=12)
@given(rows=NAMES)
def test_any_text_becomes_letters_or_nothing(con, rows):
    """Nothing that can be typed breaks standardising: a name is plain letters or missing, and no record is lost."""
    standardise(con, load_people(con, rows))

    found = fetch_table(con, "SELECT record_id, variant, forename, surname FROM identity").to_pylist()

    assert {row["record_id"] for row in found if row["variant"] == 0} == set(range(1, len(rows) + 1))
    assert len({(row["record_id"], row["variant"]) for row in found}) == len(found)
    names = [row[field] for row in found for field in ("forename", "surname") if row[field] is not None]
    assert all(re.fullmatch("[a-z]+", name) for name in names)


@settings(deadline=None, max_examples=12)
@given(names=st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), min_size=1, max_size=30))
def test_standardising_twice_changes_nothing(con, names):
    """What one source has already cleaned meets what another has not."""
    rows = [{"surname": name} for name in names]
    standardise(con, load_people(con, rows))
    once = fetch_table(con, "SELECT surname FROM identity ORDER BY record_id").to_pylist()

    standardise(con, load_people(con, once))

    assert fetch_table(con, "SELECT surname FROM identity ORDER BY record_id").to_pylist() == once


@given(left=st.lists(st.text(max_size=8), max_size=4), right=st.lists(st.text(max_size=8), max_size=4))
def test_length_prefixes_keep_parts_apart(left, right):
    """Two lists of parts give the same bytes only if they are the same list: "ab", "c" is not "a", "bc"."""
    assert (length_prefixed(*left) == length_prefixed(*right)) == (left == right)


@settings(deadline=None)
@given(name=st.text("abcdefgh", min_size=1, max_size=30))
def test_token_counts_tell_only_a_band(name):
    """Every name has as many tokens as one of the bands, and no more than its letter pairs need."""
    (length,) = name_tokens([name], id_key=ROOT, pad_key=ROOT.subkey("pad")).lengths.tolist()

    assert length in LENGTH_BANDS
    needed = min(len(bigrams(name)), LENGTH_BANDS[-1])
    assert length == min(band for band in LENGTH_BANDS if band >= needed)
