"""Records that no rule compares: how many are drawn, from what, and as whom they are counted."""

import numpy as np
import pyarrow as pa
import pytest

from cohorts.uncertainty.missed_links import Donors, _stands_for, counted_as
from cohorts.uncertainty.missed_records import USUAL_ODDS, Strata, missed_odds, missed_records
from governance.contracts import COHORT_COUNT

DRAWS = 4_000


def strata(*rows):
    """Strata of ``(source, group, emptier, known, stranded, joined, alone)``."""
    names = ("source", "group", "emptier", "known", "stranded", "joined", "alone")
    return Strata.of(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))


def odds(*rows, seed=1):
    """Draws of how much is missed for every found record of each stratum."""
    return missed_odds(strata(*rows), DRAWS, np.random.default_rng(seed))


def test_numbers_are_believed_where_many_speak():
    """Three in a hundred stranded of ten thousand: the guess has no say any more."""
    found = odds(("police", "white", 0, 10_000, 300, 100, 100))

    assert np.mean(found) == pytest.approx(0.03 / 0.97, rel=0.05)
    assert np.std(found) < 0.1 * np.mean(found)


def test_emptier_records_are_missed_more_often():
    """Before any number has spoken, and more where it has: of forty such records twenty were stranded."""
    guessed = odds(*(("police", "white", emptier, 0, 0, 1, 1) for emptier in range(4))).mean(axis=0)
    told = odds(("police", "white", 0, 5_000, 25, 1, 1), ("police", "white", 2, 40, 20, 1, 1)).mean(axis=0)

    assert (np.diff(guessed) > 0).all()
    assert guessed[0] > USUAL_ODDS
    assert told[1] > 0.5


def test_silent_groups_are_drawn_worse_and_wider_than_groups_that_speak():
    """A group of which no number tells never inherits the certainty of one of which many do."""
    found = odds(("police", "asian", 0, 0, 0, 10, 10), ("police", "white", 0, 20_000, 100, 10, 10))

    assert found[:, 0].mean() > 1.3 * found[:, 1].mean()
    assert found[:, 0].std() > 3 * found[:, 1].std()


def test_what_a_group_is_like_holds_in_all_its_sources():
    """In a draw that finds a silent group worse it is worse everywhere: errors of one group do not level out."""
    sources = [(source, group, 0, 0, 0, 10, 10) for source in ("housing", "police") for group in ("asian", "black")]
    found = np.log(odds(*sources))
    inside = found - found.mean(axis=1, keepdims=True)

    together = np.corrcoef(inside.T)
    assert together[0, 2] > together[0, 3] + 0.1
    assert together[1, 3] > together[1, 2] + 0.1


def test_no_more_are_missed_than_were_left_alone():
    """However bad the odds: what is missed is a record that stands alone."""
    rows = (
        ("police", "white", 4, 50, 45, 30, 3),
        ("police", "black", 4, 5, 5, 10, 1),
        ("housing", "white", 0, 9, 0, 5, 0),
    )

    found = missed_records(strata(*rows), DRAWS, np.random.default_rng(3))

    assert found[:, 1].sum(axis=1).max() <= 4 + 1e-9
    assert found[:, 1].sum(axis=1).max() > 3.9
    assert found[:, 0].max() == 0


def test_a_group_that_is_rarely_recorded_is_missed_like_the_others():
    """Empty records that were joined without a group do not say whose the missed ones are: what is usual does."""
    rows = (
        ("police", "asian", 0, 0, 0, 100, 100),
        ("police", "white", 0, 0, 0, 300, 100),
        ("police", "asian", 3, 0, 0, 0, 50),
        ("police", "not recorded", 3, 0, 0, 40, 50),
        ("police", "white", 3, 0, 0, 0, 50),
    )

    found = missed_records(strata(*rows), DRAWS, np.random.default_rng(4)).mean(axis=0)[0]

    asian, not_recorded, white = found
    assert white > 2 * asian
    assert asian > 1.5 * not_recorded
    assert not_recorded > 0


def test_donors_of_a_source_stand_for_all_its_missed_records():
    """Of each group, also of one without donors of its own, which those of other groups stand for."""
    told = strata(
        ("housing", "white", 0, 0, 0, 2, 9), ("police", "asian", 0, 0, 0, 90, 9), ("police", "white", 0, 0, 0, 1, 9)
    )
    donors = Donors(
        pa.chunked_array([["a", "b", "c", "d"]]), pa.table({}), np.array([0, 1, 1, 1]), np.array([1, 0, 0, 1]), told
    )

    shares = {name: _stands_for(donors, number) for number, name in enumerate(told.groups)}

    assert shares["asian"] == pytest.approx([1.0, 0.45, 0.45, 0.1])
    assert shares["white"] == pytest.approx([1.0, 10 / 22, 10 / 22, 1 / 11])


def test_people_are_counted_as_if_they_were_of_a_group():
    """All else stays; where a count has no row for the group, they are in none."""
    names = [("met", "all", "all"), ("met", "ethnic_group", "asian"), ("met", "ethnic_group", "white")]
    names += [("met", "sex", "female"), ("not_met", "ethnic_group", "white")]
    rows = [
        {"cohort": "c", "version": "1", "measure": measure, "dimension": dimension, "group": group, "people": 9}
        | {"cell_key": 0}
        for measure, dimension, group in names
    ]
    counts = pa.Table.from_pylist(rows, schema=COHORT_COUNT.schema)

    assert counted_as(counts, "asian").toarray().tolist() == [
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0],
    ]
    assert counted_as(counts, "black").toarray().diagonal().tolist() == [1, 0, 0, 1, 0]
