"""Precision and recall against labels, where there are any: pairs, clusters (B³), and every threshold."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from governance.errors import BadInput
from governance.warehouse import connect, load_sql, load_table, materialise


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and their harmonic mean, each a share."""

    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, true_found: float, found: float, true: float) -> "Score":
        """From counts; nothing found counts as precision 1, nothing to find as recall 1."""
        precision = true_found / found if found else 1.0
        recall = true_found / true if true else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return cls(round(precision, 5), round(recall, 5), round(f1, 5))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How linkage compares with truth."""

    records: int
    true_pairs: int
    compared: Score
    """Recall of blocking: true pairs that some rule brought together."""
    pairs: Score
    """Scored pairs at the threshold of the run."""
    best_pairs: Score
    best_threshold: float
    """The threshold of best F1: needs labels, so it is told, never used."""
    clusters: Score
    """Pairs of records in one person, after joining."""
    b_cubed: Score

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def evaluate(index: pa.Table, scored: pa.Table, truth: pa.Table, threshold: float) -> Evaluation:
    """Compare a run with labels.

    Args:
        index: ``person_index``.
        scored: Scored pairs: source_l, record_id_l, source_r, record_id_r, probability, weight.
        truth: source, record_id, person; records without a label are left out on both sides.
        threshold: The run's threshold probability.

    Raises:
        BadInput: No record of the run has a label.
    """
    con = connect()
    for name, table in (("person_index", index), ("scored", scored), ("truth", truth)):
        load_table(con, name, table)
    materialise(con, "labelled", load_sql("linkage", "labelled"))
    (row,) = con.execute(load_sql("linkage", "evaluation")).fetchall()
    records, true_pairs, joined, joined_true, b3_precision, b3_recall = row
    if not records:
        raise BadInput(
            "No record of this run has a label in the truth file.",
            why="Without labels there is nothing to compare with.",
            fix="Check that columns source and record_id name the sources and ids as the extracts do.",
            code="E-TRUTH",
        )
    pairs: dict[str, Any] = con.execute(load_sql("linkage", "labelled_pair")).fetchnumpy()
    found, true_found = np.arange(1, len(pairs["weight"]) + 1), np.cumsum(pairs["is_true"])
    at = int((pairs["probability"] >= threshold).sum())
    best = _best(pairs["weight"], true_found, found, true_pairs)
    b3 = 2 * b3_precision * b3_recall / (b3_precision + b3_recall)
    return Evaluation(
        records,
        true_pairs,
        Score.of(float(true_found[-1]) if len(found) else 0.0, len(found), true_pairs),
        Score.of(float(true_found[at - 1]) if at else 0.0, at, true_pairs),
        Score.of(float(true_found[best]), best + 1, true_pairs) if len(found) else Score.of(0, 0, true_pairs),
        round(float(pairs["probability"][best]), 6) if len(found) else threshold,
        Score.of(joined_true, joined, true_pairs),
        Score(round(b3_precision, 5), round(b3_recall, 5), round(b3, 5)),
    )


def _best(weights: Any, true_found: Any, found: Any, true_pairs: int) -> int:
    """Position of the last pair at the weight that gives the best F1; ties of weight stay together."""
    if not len(found):
        return 0
    f1 = 2 * true_found / (found + true_pairs)
    last_of_weight = np.append(weights[1:] != weights[:-1], True)
    return int(np.argmax(np.where(last_of_weight, f1, -1)))
