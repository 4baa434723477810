"""Precision and recall, worked out by hand."""

import json

import pyarrow as pa
import pytest

from governance.contracts import PERSON_INDEX
from governance.errors import BadInput
from linkage.evaluate import Score, evaluate

SCORED = pa.schema(
    {
        "source_l": pa.string(),
        "record_id_l": pa.int64(),
        "source_r": pa.string(),
        "record_id_r": pa.int64(),
        "weight": pa.float64(),
        "probability": pa.float64(),
        "found_by": pa.int64(),
    }
)


def index(**people):
    """An index: person = records such as ``a1``, ``b2``."""
    rows = [{"source": r[0], "record_id": int(r[1:]), "person_id": p} for p, records in people.items() for r in records]
    return pa.Table.from_pylist(rows, schema=PERSON_INDEX.schema)


def labels(**people):
    """A truth table: person = records."""
    rows = [{"source": r[0], "record_id": int(r[1:]), "person": p} for p, records in people.items() for r in records]
    schema = pa.schema({"source": pa.string(), "record_id": pa.int64(), "person": pa.string()})
    return pa.Table.from_pylist(rows, schema=schema)


def scored(**pairs):
    """Scored pairs: ``a1_b1`` = weight in bits."""
    rows = []
    for name, weight in pairs.items():
        left, right = name.split("_")
        sides = {"source_l": left[0], "record_id_l": int(left[1:])}
        sides |= {"source_r": right[0], "record_id_r": int(right[1:])}
        rows.append(sides | {"weight": float(weight), "probability": 1 / (1 + 2.0**-weight), "found_by": 1})
    return pa.Table.from_pylist(rows, schema=SCORED)


TRUTH = labels(p=["a1", "b1", "c1"], q=["a2", "b2"], r=["a3"], s=["a4", "b4"])
"""Three pairs of p, one of q and one of s are true: five in all."""
JOINED = index(x=["a1", "b1"], y=["c1"], z=["a2", "b2", "a3"], v=["a4"], w=["b4"])
"""Joins one pair of p; q, with r in wrong company: four pairs, two of them true."""
PAIRS = scored(a1_b1=20, a2_b2=10, a2_a3=6, a1_c1=2, a3_b4=-8)
"""Of five compared pairs three are true; at 0.95 three are joined, two of them truly."""


@pytest.fixture(scope="module")
def found():
    """The evaluation of the hand-made run."""
    return evaluate(JOINED, PAIRS, TRUTH, 0.95)


def test_records_and_true_pairs(found):
    """Eight records, five pairs that are one person."""
    assert (found.records, found.true_pairs) == (8, 5)


def test_compared(found):
    """Blocking brought three of the five true pairs together, among five pairs."""
    assert found.compared == Score(0.6, 0.6, 0.6)


def test_pairs_at_the_threshold(found):
    """Three pairs at the threshold, two true: precision 2/3, recall 2/5."""
    assert found.pairs == Score(0.66667, 0.4, 0.5)


def test_best_threshold(found):
    """The best F1 takes the four highest weights: three of four right, three of five found."""
    assert found.best_pairs == Score(0.75, 0.6, 0.66667)
    assert found.best_threshold == pytest.approx(0.8)


def test_clusters(found):
    """Joined people make four pairs, two true: transitive company counts against."""
    assert found.clusters == Score(0.5, 0.4, round(2 * 0.5 * 0.4 / 0.9, 5))


def test_b_cubed(found):
    """The mean over records of the share of its company that is right, and of its own that is there."""
    precision = (1 + 1 + 1 + 2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 8
    recall = (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1 + 1 / 2 + 1 / 2) / 8

    assert found.b_cubed.precision == pytest.approx(precision, abs=1e-5)
    assert found.b_cubed.recall == pytest.approx(recall, abs=1e-5)
    assert found.b_cubed.f1 == pytest.approx(2 * precision * recall / (precision + recall), abs=1e-5)


def test_pairs_of_one_weight_stay_together():
    """A threshold cannot part equal weights: the best F1 takes all of them or none."""
    truth = labels(p=["a1", "b1"], q=["a2", "b2"])
    pairs = scored(a1_b1=5, a1_b2=5, a2_b1=5, a2_b2=5)

    assert evaluate(index(x=["a1", "b1"], y=["a2", "b2"]), pairs, truth, 0.95).best_pairs == Score(0.5, 1.0, 0.66667)


def test_weights_beyond_certainty_are_still_in_order():
    """Where probabilities are all 1.0 the weights decide what comes first."""
    truth = labels(p=["a1", "b1"], q=["b2"])

    found = evaluate(index(x=["a1", "b1"], y=["b2"]), scored(a1_b2=60, a1_b1=80), truth, 0.95)

    assert found.best_pairs == Score(1.0, 1.0, 1.0)
    assert found.best_threshold == 1.0


def test_records_without_a_label_are_left_out_on_both_sides():
    """Neither an unlabelled record nor a label without a record changes a score."""
    more_records = pa.concat_tables([JOINED, index(x=["d9"], u=["d8"])])
    more_pairs = pa.concat_tables([PAIRS, scored(a1_d9=30)])
    more_labels = pa.concat_tables([TRUTH, labels(p=["e1"], t=["e2"])])

    assert evaluate(more_records, more_pairs, more_labels, 0.95) == evaluate(JOINED, PAIRS, TRUTH, 0.95)


def test_a_perfect_run_scores_one():
    """Everything right gives 1.0 everywhere."""
    truth = labels(p=["a1", "b1"], q=["a2"])

    found = evaluate(index(x=["a1", "b1"], y=["a2"]), scored(a1_b1=20), truth, 0.95)

    assert {found.compared, found.pairs, found.best_pairs, found.clusters, found.b_cubed} == {Score(1.0, 1.0, 1.0)}


def test_a_run_that_joins_nobody_is_precise_and_blind():
    """No pair at all: precision 1, recall 0, and the run's own threshold stands."""
    found = evaluate(index(x=["a1"], y=["b1"]), scored(), labels(p=["a1", "b1"]), 0.95)

    assert found.compared == found.pairs == found.best_pairs == found.clusters == Score(1.0, 0.0, 0.0)
    assert found.best_threshold == 0.95
    assert found.b_cubed.recall == 0.5


def test_nothing_to_find_is_all_found():
    """Where no two records are one person, recall is 1 and a joined pair costs precision."""
    found = evaluate(index(x=["a1", "b1"]), scored(a1_b1=20), labels(p=["a1"], q=["b1"]), 0.95)

    assert found.clusters == found.pairs == Score(0.0, 1.0, 0.0)


def test_truth_for_other_records_is_refused():
    """Labels for records that the run does not hold: an error that says what to check, not a score of nothing."""
    with pytest.raises(BadInput) as raised:
        evaluate(JOINED, PAIRS, labels(p=["z1", "z2"]), 0.95)

    assert raised.value.code == "E-TRUTH"
    assert raised.value.exit_code == 3
    assert "source and record_id" in raised.value.fix


def test_as_dict_is_for_json(found):
    """Every score by name, in plain numbers."""
    written = json.loads(json.dumps(found.as_dict()))

    assert written["clusters"] == {"precision": 0.5, "recall": 0.4, "f1": 0.44444}
    assert {"records", "true_pairs", "compared", "pairs", "best_pairs", "best_threshold", "b_cubed"} < set(written)
