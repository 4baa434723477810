"""Labelled pairs: precision, recall and intervals worked out by hand, faults counted, thresholds only suggested."""

import numpy as np
import pyarrow as pa
import pytest

from governance.contracts import PERSON_INDEX
from governance.errors import BadInput
from linkage.labels import LABELS, score_labels
from linkage.shares import share, wilson
from linkage.thresholds import MIN_LABELS, suggest_threshold


def side(name):
    """``a1`` as source and record."""
    return name[0], int(name[1:])


def index(**people):
    """A person index: person = records."""
    rows = [
        dict(zip(("source", "record_id"), side(r), strict=True), person_id=p) for p, rs in people.items() for r in rs
    ]
    return pa.Table.from_pylist(rows, schema=PERSON_INDEX.schema)


def scored(**pairs):
    """Scored pairs: ``a1_b1`` = weight in bits."""
    rows = []
    for name, weight in pairs.items():
        (source_l, record_l), (source_r, record_r) = map(side, name.split("_"))
        sides = {"source_l": source_l, "record_id_l": record_l, "source_r": source_r, "record_id_r": record_r}
        rows.append(sides | {"weight": float(weight), "probability": 1 / (1 + 2.0**-weight)})
    return pa.Table.from_pylist(rows)


def labels(stands_for=None, **answers):
    """Labels: ``a1_b1`` = is it a match."""
    rows = []
    for name, is_match in answers.items():
        (source_l, record_l), (source_r, record_r) = map(side, name.rstrip("_").split("_"))
        sides = {"source_l": source_l, "record_id_l": record_l, "source_r": source_r, "record_id_r": record_r}
        rows.append(sides | {"is_match": is_match, "stands_for": float((stands_for or {}).get(name, 1))})
    return pa.Table.from_pylist(rows, schema=LABELS)


INDEX = index(p=["a1", "b1", "c1"], q=["a2", "b2"], r=["a3"], s=["b3"], t=["b4"])
SCORED = scored(a1_b1=20, a2_b2=8, a3_b3=2, a1_b4=-5)


@pytest.fixture(scope="module")
def found():
    """Six labels: three true pairs that were joined, one compared and left, one never compared, one false link."""
    answers = {"b1_a1": True, "a1_c1": True, "a2_b2": False, "a3_b3": True, "a3_b4": True, "a1_b4": False}
    return score_labels(INDEX, SCORED, labels(**answers), 0.95)


def test_sides_may_stand_in_any_order(found):
    """`b1_a1` is the scored pair a1, b1."""
    assert found.pairs.precision.labels == 2


def test_pairs_at_the_threshold(found):
    """Two labelled pairs are at 0.95, one is true; of four true pairs one is found."""
    assert (found.pairs.precision.value, found.pairs.recall.value) == (0.5, 0.25)


def test_people(found):
    """In one person: a1-b1, a1-c1 (by way of others) and a2-b2, which is wrong."""
    assert (found.people.precision.value, found.people.recall.value) == (0.66667, 0.5)


def test_compared(found):
    """Two of four true pairs met under some rule."""
    assert (found.compared.value, found.compared.labels) == (0.5, 4)


def test_records_outside_the_run_are_counted_and_left_out():
    """They may have opted out since; they are neither found nor missed."""
    found = score_labels(INDEX, SCORED, labels(a1_b1=True, a9_b1=True), 0.95)

    assert (found.labels, found.not_in_run, found.pairs.recall.value) == (1, 1, 1.0)


def test_no_label_in_the_run_is_bad_input():
    """An empty answer would look like a perfect one."""
    with pytest.raises(BadInput, match="No label is of two records") as error:
        score_labels(INDEX, SCORED, labels(a9_b9=True), 0.95)
    assert error.value.code == "E-LABELS"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([("a1_b1", True), ("b1_a1", True)], "2 rows label a pair that is labelled before, the same way."),
        ([("a1_b1", True), ("b1_a1", False)], "2 rows label pairs both as a match and as none."),
        ([("a1_a1", True)], "1 rows label a record with itself."),
    ],
    ids=["repeated", "contradictory", "itself"],
)
def test_faults_are_counted_and_refused(answers, said):
    """Whichever side comes first; no id is told."""
    table = pa.concat_tables([labels(**{name: is_match}) for name, is_match in answers])

    with pytest.raises(BadInput) as error:
        score_labels(INDEX, SCORED, table, 0.95)
    assert [fault.what for fault in error.value.faults] == [said]


def test_labels_of_a_drawn_sample_are_weighed():
    """One right answer that stands for 90 pairs and one wrong that stands for 10: precision 0.9, not 0.5."""
    table = labels({"a1_b1": 90, "a2_b2": 10}, a1_b1=True, a2_b2=False)

    assert score_labels(INDEX, SCORED, table, 0.95).pairs.precision.value == 0.9


def test_wilson_as_published():
    """Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611."""
    assert np.round(wilson(81 / 263, 263), 4).tolist() == [0.2553, 0.3662]
    assert np.round(wilson(0, 20), 4).tolist() == [0.0, 0.1611]


def test_unequal_weights_widen_the_interval():
    """The same share from labels of unequal standing tells less."""
    hits = np.array([True, False] * 20)
    even, uneven = share(hits, np.ones(40)), share(hits, np.repeat([1.0, 9.0], 20))

    assert even.value == uneven.value == 0.5
    assert uneven.high - uneven.low > even.high - even.low


def test_a_share_of_nothing_is_none():
    """Not 0 and not 1."""
    assert share(np.zeros(0, bool), np.zeros(0)).value is None
    assert share(np.zeros(0, bool), np.zeros(0)).text == "no labels"


def suggested(weights, matches, now=0.95, missed=0.0):
    """A suggestion from plain labels."""
    return suggest_threshold(
        np.array(weights, float), np.array(matches, bool), np.ones(len(weights)), missed=missed, now=now
    )


def test_a_threshold_between_two_hills():
    """True pairs at 3 bits and more, others at 1 and less: half way between, whatever is in use."""
    found = suggested([3.0] * 40 + [1.0] * 40, [True] * 40 + [False] * 40)

    assert found.threshold == 0.8  # 2 bits
    assert (found.f1, found.f1_now) == (1.0, 0.0)


def test_too_few_labels_suggest_nothing():
    """One short of enough on one side."""
    few = MIN_LABELS - 1

    assert suggested([3.0] * few + [1.0] * 90, [True] * few + [False] * 90) is None
    assert suggested([3.0] * MIN_LABELS + [1.0] * 90, [True] * MIN_LABELS + [False] * 90) is not None


def test_pairs_of_one_weight_stay_together():
    """A threshold cannot part them, so the best F1 takes all or none of them."""
    found = suggested([5.0] * 80 + [1.0] * 10, ([True, False] * 40) + [False] * 10)

    assert found.f1 == round(2 * 40 / (80 + 40), 5)


def test_a_threshold_at_or_below_one_half_is_not_suggested():
    """`project.yaml` takes more than 0.5."""
    assert suggested([-4.0] * 40 + [-9.0] * 40, [True] * 40 + [False] * 40) is None


def test_a_threshold_beyond_six_decimals_is_not_suggested():
    """Where both hills lie beyond, all that can be said is to take them all: as good as the one in use."""
    found = suggested([60.0] * 40 + [50.0] * 40, [True] * 40 + [False] * 40)

    assert found.threshold < 0.999999
    assert found.f1 == found.f1_now


def test_missed_pairs_count_in_f1():
    """True pairs that were never compared lower every F1 alike."""
    found = suggested([3.0] * 40 + [1.0] * 40, [True] * 40 + [False] * 40, missed=40)

    assert found.f1 == round(2 * 40 / (40 + 80), 5)
