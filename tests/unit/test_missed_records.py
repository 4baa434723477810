"""Records that no rule compares: how many are drawn, from what, and as whom they are counted."""

import numpy as np
import pyarrow as pa
import pytest

from cohorts.uncertainty.missed_links import Donors, counted_as, stand_for
from cohorts.uncertainty.missed_records import EMPTINESS, USUAL_ODDS, Strata, missed_odds, missed_share
from governance.contracts import COHORT_COUNT

DRAWS = 4_000


def strata(*rows):
    """Strata of ``(source, group, emptier, known, stranded, joined, alone)``."""
    names = ("source", "group", "emptier", "known", "stranded", "joined", "alone")
    return Strata.of(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))


def odds(*rows, seed=1):
    """Draws of how much is missed for every found record of each stratum, in the order of the rows."""
    told = strata(*rows)
    found = missed_odds(told, DRAWS, np.random.default_rng(seed))
    places = [(told.sources.index(source), told.groups.index(group), emptier) for source, group, emptier, *_ in rows]
    return np.column_stack([found[:, source, group, emptier] for source, group, emptier in places])


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


def share(*rows, seed=1):
    """Draws of the share of lone records that is missed: shape (draws, sources, groups, emptiness)."""
    return missed_share(strata(*rows), DRAWS, np.random.default_rng(seed))


def test_no_more_are_missed_than_were_left_alone():
    """However bad the odds: what is missed is a record that stands alone."""
    rows = (("police", "white", 4, 50, 45, 30, 3), ("police", "black", 4, 5, 5, 10, 1))

    found = share(*rows, seed=3)

    assert (found > 0).all()
    assert (found <= 1).all()
    assert found[:, 0, :, 4].max() > 0.97


def test_of_records_left_alone_the_emptiest_are_missed_and_the_fullest_are_of_people_nobody_else_knows():
    """Three in a hundred full records are alone: of the empty ones three in a hundred more, and the rest is missed."""
    rows = [("police", "white", emptier, 0, 0, joined, 30) for emptier, joined in ((0, 1000), (4, 30))]

    missed = share(*rows, seed=5).mean(axis=0)[0, 0]

    assert missed[0] < 0.4
    assert missed[4] > 0.85


def test_where_nobody_is_known_to_others_hardly_any_record_left_alone_is_missed():
    """A service that most of its people come to unknown to all others: to be alone says little there."""
    few, many = (
        share(("help", "white", 0, 0, 0, 300, alone), ("help", "white", 2, 0, 0, 30, 12), seed=6).mean(axis=0)[0, 0, 2]
        for alone in (3, 300)
    )

    assert many < few / 2


def donors_of(told, *placed):
    """Donors of ``(source, group, emptier)``."""
    source, group, emptier = zip(*placed, strict=True)
    numbers = (
        np.array([names.index(one) for one in of]) for names, of in ((told.sources, source), (told.groups, group))
    )
    return Donors(
        pa.chunked_array([[str(n) for n in range(len(placed))]]),
        pa.table({}),
        *numbers,
        np.array(emptier),
        np.ones(len(placed), int),
        told,
    )


def test_donors_stand_for_all_missed_records_and_mostly_for_their_like():
    """Of each group, also of one without donors of its own: others stand in, and a few of other sources."""
    told = strata(
        ("housing", "white", 0, 0, 0, 2, 9), ("police", "asian", 0, 0, 0, 88, 9), ("police", "white", 0, 0, 0, 1, 9)
    )
    placed = [("housing", "white", 0), ("police", "asian", 0), ("police", "asian", 0), ("police", "white", 0)]

    shares = {name: stand_for(donors_of(told, *placed), n)[EMPTINESS] for n, name in enumerate(told.groups)}

    # 88 for the two of the group, 1 for the other group (there is but one), 1 for the other source.
    assert shares["asian"] == pytest.approx(np.array([1, 44, 44, 1]) / 90)
    assert shares["white"] == pytest.approx(np.array([1, 1, 1, 1]) / 4)


def test_for_a_record_in_which_no_group_is_written_all_groups_stand_as_they_come():
    """Empty records that were left alone do not say whose they are: what is usual in the source does."""
    told = strata(("police", "asian", 0, 0, 0, 10, 9), ("police", "white", 0, 0, 0, 30, 9))
    donors = donors_of(told, ("police", "asian", 0), *[("police", "white", 0)] * 3)

    assert stand_for(donors, None)[0] == pytest.approx([0.25] * 4)


def test_empty_records_stand_for_empty_ones():
    """What was missed at four empty fields is told by those who were joined with four, not by the many full ones."""
    told = strata(("police", "white", 0, 0, 0, 900, 9), ("police", "white", 4, 0, 0, 30, 9))
    donors = donors_of(told, *[("police", "white", 0)] * 90, *[("police", "white", 4)] * 30)

    shares = stand_for(donors, 0)[4]

    assert shares[90:].sum() == pytest.approx(30 / 40)
    assert shares.sum() == pytest.approx(1)


def test_what_one_service_is_joined_to_is_at_risk_in_all():
    """Joined records of one service stand in for those of every other, with little weight."""
    told = strata(("housing", "white", 2, 0, 0, 9, 9), ("police", "white", 2, 0, 0, 90, 9))
    donors = donors_of(told, *[("housing", "white", 2)] * 9, *[("police", "white", 2)] * 90)

    housing, police = stand_for(donors, 0)[2], stand_for(donors, 0)[EMPTINESS + 2]

    assert 0 < housing[9:].sum() == pytest.approx(2 / 11)
    assert 0 < police[:9].sum() == pytest.approx(2 / 92)


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
    counts = counts.append_column("area", pa.array([""] * len(rows)))

    assert counted_as(counts, "asian").toarray().tolist() == [
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0],
    ]
    assert counted_as(counts, "black").toarray().diagonal().tolist() == [1, 0, 0, 1, 0]
