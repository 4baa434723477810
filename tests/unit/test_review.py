"""Review: who is drawn, what leaves in words, and what the answers say, worked out by hand."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.keys.ring import Secret
from linkage.comparisons import ALL
from linkage.review.answers import CANNOT_TELL, NO, YES, estimate
from linkage.review.bands import band_edges, band_words
from linkage.review.draw import allocate, draw, frame
from linkage.review.lists import about, make_review
from linkage.review.words import AGREES, DIFFERS, NOTHING, PARTLY, wording

KEY, OTHER = Secret(bytes(32)), Secret(bytes(range(32)))
SEX = next(c for c in ALL if c.name == "sex")
POSTCODE = next(c for c in ALL if c.name == "postcode")
BEST, WORST = POSTCODE.levels[0], POSTCODE.levels[-1]
NEARLY = next(level for level in POSTCODE.levels if level.label == "same sector")
PATTERNS = pa.table(
    {
        "pattern": pa.array([11, 5, 7, 9], pa.int64()),
        "sex": pa.array([SEX.levels[0].value] * 4, pa.int8()),
        "postcode": pa.array([BEST.value, NEARLY.value, WORST.value, None], pa.int8()),
        "household": pa.array([0, 0, 0, 0], pa.int8()),
    }
)


def pairs(*blocks):
    """Scored pairs: (source_l, source_r, weight, pattern, how many)."""
    rows, record = [], 1000
    for source_l, source_r, weight, pattern, count in blocks:
        for _ in range(count):
            record += 2
            sides = {"source_l": source_l, "record_id_l": record, "source_r": source_r, "record_id_r": record + 1}
            rows.append(sides | {"weight": float(weight), "pattern": pattern})
    return pa.Table.from_pylist(rows)


def review(table, wanted=100, key=KEY):
    """A review at the threshold that ships."""
    return make_review(table, PATTERNS, threshold=0.95, key=key, pairs=wanted, hidden_up_to=7)


# ---------------------------------------------------------------------------------------------- bands and words


@given(st.floats(0.501, 0.999999))
def test_the_threshold_is_an_edge(threshold):
    """No band has joined and other pairs in it, whatever the threshold; edges ascend and each band has a name."""
    edges = band_edges(threshold)

    assert any(abs(1 / (1 + 2.0**-edge) - threshold) < 1e-12 for edge in edges)
    assert list(edges) == sorted(set(edges))
    assert len(set(band_words(edges))) == len(edges) + 1


def test_patterns_are_told_in_words():
    """As the linkage report calls the levels; a comparison that nobody has is left out."""
    words = wording(PATTERNS)

    assert [c.name for c in words.comparisons] == ["sex", "postcode"]
    assert words.patterns.tolist() == [5, 7, 9, 11]
    assert words.full == [("same", "same sector"), ("same", "different"), ("same", NOTHING), ("same", "same")]
    assert words.coarse == [(AGREES, PARTLY), (AGREES, DIFFERS), (AGREES, NOTHING), (AGREES, AGREES)]


@pytest.mark.parametrize("comparison", ALL, ids=lambda c: c.name)
def test_every_level_has_a_coarse_word(comparison):
    """Full agreement agrees; the last level does not, and where it is called different it differs."""
    table = pa.table({"pattern": [level.value for level in comparison.levels]})
    values = pa.array([level.value for level in comparison.levels], pa.int8())
    coarse = [text for (text,) in wording(table.append_column(comparison.name, values)).coarse]
    by_value = dict(zip(sorted(level.value for level in comparison.levels), coarse, strict=True))

    assert by_value[comparison.levels[0].value] == AGREES
    last = comparison.levels[-1]
    assert by_value[last.value] == (DIFFERS if last.label.startswith("different") else PARTLY)


# ---------------------------------------------------------------------------------------------- drawing


@given(st.lists(st.integers(1, 500), min_size=1, max_size=12), st.integers(0, 600))
def test_allocation_spends_what_there_is(sizes, total):
    """No stratum gives more than it has, nothing is left over, and with enough each gives one."""
    given_out = allocate(np.array(sizes, np.int64), total)

    assert (given_out <= sizes).all()
    assert given_out.sum() == min(total, sum(sizes))
    assert (given_out >= 1).all() or total < len(sizes)


def test_strata_are_source_pairs_and_bands():
    """Sizes are exact, and a band is joined or not as a whole."""
    framed = frame(pairs(("a", "b", 20, 11, 3), ("a", "b", 3, 5, 4), ("a", "a", 20, 11, 2)), 0.95)

    told = [(s["source_l"], s["source_r"], s["joined"], s["size"]) for s in framed.strata.to_pylist()]
    assert sorted(told) == [("a", "a", True, 2), ("a", "b", False, 4), ("a", "b", True, 3)]


def test_the_key_decides_who_is_drawn():
    """The same key draws the same pairs under the same ids; another key others, under other ids."""
    table = pairs(("a", "b", 20, 11, 400))
    framed = frame(table, 0.95)
    one, again, other = (draw(table, framed, key, 40) for key in (KEY, KEY, OTHER))

    assert (one.rows == again.rows).all()
    assert one.items == again.items
    assert len(set(one.rows) & set(other.rows)) < 20
    assert not set(one.items) & set(other.items)


def test_the_order_of_pairs_does_not_matter():
    """Shuffled scored pairs give the same review."""
    table = pairs(("a", "b", 20, 11, 60), ("a", "b", 5, 7, 30))
    shuffled = table.take(pa.array(np.random.default_rng(1).permutation(table.num_rows)))

    assert review(table, 20).sample.equals(review(shuffled, 20).sample)
    assert review(table, 20).patterns.equals(review(shuffled, 20).patterns)


# ---------------------------------------------------------------------------------------------- what leaves


def test_across_sources_no_record_leaves():
    """The list has words and a random id; no column of records, and no record id anywhere in it."""
    found = review(pairs(("a", "b", 20, 11, 30)))
    cells = {str(cell) for column in found.patterns.columns for cell in column.to_pylist()}
    records = {str(n) for side in ("l", "r") for n in found.sample[f"record_id_{side}"].to_pylist()}

    assert found.patterns.column_names == ["item", "sources", "weight", "joined", "pairs", "sex", "postcode"]
    assert not cells & records
    assert not cells & set(found.sample["item"].to_pylist())


def test_pairs_of_one_pattern_are_one_item():
    """Thirty pairs that agree in the same way are one question."""
    found = review(pairs(("a", "b", 20, 11, 30), ("a", "c", 20, 11, 30)))

    assert found.patterns["sources"].to_pylist().count("a and b") == 1
    assert found.patterns.num_rows == 2


def test_pairs_inside_a_source_are_no_pattern():
    """Their controller sees them with their records; the list of patterns does not know them."""
    found = review(pairs(("a", "a", 20, 11, 30)))

    assert found.patterns.num_rows == 0
    assert found.pairs.num_rows == 30
    assert found.sample["pattern_item"].null_count == 30


def test_a_pattern_that_few_share_is_told_coarsely():
    """Eight share the first: in full. Seven and four do not, but eleven share what is left when told coarsely."""
    near = POSTCODE.levels[2]
    assert near.label not in ("same", "different")
    patterns = pa.concat_tables(
        [
            PATTERNS,
            pa.table({"pattern": [6], "sex": [SEX.levels[0].value], "postcode": [near.value], "household": [0]}).cast(
                PATTERNS.schema
            ),
        ]
    )
    table = pairs(("a", "b", 20, 11, 8), ("a", "b", 20, 5, 7), ("a", "b", 20, 6, 4))
    found = make_review(table, patterns, threshold=0.95, key=KEY, pairs=100, hidden_up_to=7)

    assert sorted(found.patterns["postcode"].to_pylist()) == [PARTLY, "same"]
    assert found.withheld == 0


def test_a_pattern_that_too_few_share_is_withheld():
    """Seven pairs stay out of the list; the sample keeps them, for a reviewer who may see records."""
    found = review(pairs(("a", "b", 20, 11, 8), ("a", "b", 20, 7, 7)))

    assert found.patterns["postcode"].to_pylist() == ["same"]
    assert found.withheld == 7
    assert found.sample.num_rows == 15


def test_a_coarse_group_is_counted_without_those_told_in_full():
    """Twenty agree in part in one way; three in another would stand out by subtraction, so they are withheld."""
    near = POSTCODE.levels[2]
    more = pa.table({"pattern": [6], "sex": [SEX.levels[0].value], "postcode": [near.value], "household": [0]})
    patterns = pa.concat_tables([PATTERNS, more.cast(PATTERNS.schema)])
    table = pairs(("a", "b", 20, 5, 20), ("a", "b", 20, 6, 3))
    found = make_review(table, patterns, threshold=0.95, key=KEY, pairs=100, hidden_up_to=7)

    assert found.patterns["postcode"].to_pylist() == ["same sector"]
    assert found.withheld == 3


@pytest.mark.parametrize(
    ("count", "said"), [(1, "7 or fewer"), (7, "7 or fewer"), (8, "about 10"), (1234, "about 1,235")]
)
def test_sizes_leave_rounded(count, said):
    """As in any release."""
    assert about(count, 7) == said


# ---------------------------------------------------------------------------------------------- what answers say


def answered(found, word):
    """Every item of a review with one answer."""
    return dict.fromkeys(found.sample["item"].to_pylist(), word)


def test_answers_are_weighed_by_their_strata():
    """Joined: 90 pairs all true, 10 pairs all false, ten answers of each: precision 0.9, not 0.5."""
    table = pairs(("a", "b", 20, 11, 90), ("a", "b", 10, 7, 10))
    found = review(table, 20)
    strong = {
        i: w > 15 for i, w in zip(found.sample["item"].to_pylist(), found.sample["weight"].to_pylist(), strict=True)
    }
    answers = {item: YES if true else NO for item, true in strong.items()}

    assert estimate(found.sample, found.strata, answers, 0.95)["overall"]["precision"]["value"] == pytest.approx(0.9)


def test_recall_counts_true_pairs_below_the_threshold():
    """Fifty joined and fifty left, all true: half are found."""
    table = pairs(("a", "b", 20, 11, 50), ("a", "b", 2, 7, 50))
    found = review(table, 40)
    said = estimate(found.sample, found.strata, answered(found, YES), 0.95)

    assert said["overall"]["recall"]["value"] == 0.5
    assert [row["match"]["value"] for row in said["by_band"]] == [1.0, 1.0]
    assert said["by_source_pair"][0]["pair"] == "a|b"


def test_one_answer_about_a_pattern_is_one_label():
    """It speaks for thirty pairs, and its interval is that of a single label."""
    found = review(pairs(("a", "b", 20, 11, 30)))
    said = estimate(found.sample, found.strata, {found.patterns["item"][0].as_py(): YES}, 0.95)

    assert (said["answered"], said["on_patterns"]) == (30, 30)
    assert said["overall"]["precision"]["labels"] == 1
    assert said["overall"]["precision"]["low"] < 0.21


def test_an_answer_about_records_counts_before_one_about_their_pattern():
    """Who looked knows more than who judged."""
    found = review(pairs(("a", "b", 20, 11, 30)))
    answers = {found.patterns["item"][0].as_py(): YES} | answered(found, NO)

    assert estimate(found.sample, found.strata, answers, 0.95)["overall"]["precision"]["value"] == 0.0


def test_cannot_tell_gives_no_figure():
    """It is counted, and a pattern's answer may still stand."""
    found = review(pairs(("a", "b", 20, 11, 30)))
    told = estimate(found.sample, found.strata, answered(found, CANNOT_TELL), 0.95)
    with_pattern = answered(found, CANNOT_TELL) | {found.patterns["item"][0].as_py(): YES}

    assert (told["cannot_tell"], told["answered"]) == (30, 0)
    assert told["overall"]["precision"]["value"] is None
    assert estimate(found.sample, found.strata, with_pattern, 0.95)["overall"]["precision"]["value"] == 1.0


def test_bands_without_answers_are_admitted():
    """Answers to one of two joined bands cover its share of joined pairs."""
    table = pairs(("a", "b", 20, 11, 75), ("a", "b", 10, 7, 25))
    found = review(table, 40)
    weights = dict(zip(found.sample["item"].to_pylist(), found.sample["weight"].to_pylist(), strict=True))
    said = estimate(found.sample, found.strata, {i: YES for i, w in weights.items() if w > 15}, 0.95)

    assert said["joined_pairs_covered"] == 0.75
