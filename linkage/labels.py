"""What pairs that somebody labelled say of linkage: precision and recall with intervals, and a better threshold."""

from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from governance.errors import BadInput, Fault
from governance.warehouse import connect, load_sql, load_table, materialise
from linkage.shares import Share, share
from linkage.thresholds import Suggestion, suggest_threshold

LABELS = pa.schema(
    [
        ("source_l", pa.string()),
        ("record_id_l", pa.int64()),
        ("source_r", pa.string()),
        ("record_id_r", pa.int64()),
        ("is_match", pa.bool_()),
        ("stands_for", pa.float64()),
    ]
)
"""Labelled pairs of record pseudonyms; ``stands_for`` is 1 unless they were drawn with known chances."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Precision among labelled pairs that linkage put together, recall among labelled true pairs."""

    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class LabelScores:
    """How linkage stands to the labels."""

    labels: int
    matches: int
    not_in_run: int
    """Labels one of whose records is not in this run: withdrawn, opted out, or set aside."""
    compared: Share
    """True pairs that some rule brought together."""
    pairs: Judged
    """Pairs at or above the run's threshold."""
    people: Judged
    """Pairs in one person, after joining."""
    suggestion: Suggestion | None

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def score_labels(index: pa.Table, scored: pa.Table, labels: pa.Table, threshold: float) -> LabelScores:
    """Hold a run against labelled pairs.

    Args:
        index: ``person_index``.
        scored: Scored pairs: source_l, record_id_l, source_r, record_id_r, probability, weight.
        labels: Of schema :data:`LABELS`, sides in any order.
        threshold: The run's threshold probability.

    Raises:
        BadInput: A pair is labelled twice or with itself, or no label is of records in this run.
    """
    con = connect()
    for name, table in (("person_index", index), ("scored", scored), ("label", labels.cast(LABELS))):
        load_table(con, name, table)
    materialise(con, "label_in_order", load_sql("linkage", "label_in_order"))
    _refuse_faults(con)
    pairs: dict[str, Any] = con.execute(load_sql("linkage", "label_pair")).fetchnumpy()
    in_run = pairs["in_run"].astype(bool)
    if not in_run.any():
        raise BadInput(
            "No label is of two records in this run.",
            why="Without labels there is nothing to compare with.",
            fix="Check that the sources and ids of the label file are those of the extracts of this month.",
            code="E-LABELS",
        )
    kept = {name: np.ma.getdata(values)[in_run] for name, values in pairs.items()}
    never_compared = np.ma.getmaskarray(pairs["weight"])[in_run]
    return _scores(kept, ~never_compared, threshold, not_in_run=int((~in_run).sum()))


def _refuse_faults(con: duckdb.DuckDBPyConnection) -> None:
    (with_itself, repeated, contradictory), *_ = con.execute(load_sql("linkage", "label_fault")).fetchall()
    counted = {
        "label a record with itself": with_itself,
        "label a pair that is labelled before, the same way": repeated,
        "label pairs both as a match and as none": contradictory,
    }
    faults = [Fault(what=f"{count:,} rows {what}.") for what, count in counted.items() if count]
    if faults:
        raise BadInput(
            "The label file contradicts or repeats itself.",
            why="A pair that counts twice, or both ways, makes every figure a little wrong.",
            fix="Keep one row for each pair, whichever side comes first.",
            code="E-LABELS",
            faults=faults,
        )


def _scores(pairs: dict[str, Any], compared: Any, threshold: float, *, not_in_run: int) -> LabelScores:
    is_match, stands_for = pairs["is_match"].astype(bool), pairs["stands_for"]
    linked = compared & (pairs["probability"] >= threshold)
    suggestion = suggest_threshold(
        pairs["weight"][compared],
        is_match[compared],
        stands_for[compared],
        missed=float(stands_for[is_match & ~compared].sum()),
        now=threshold,
    )
    return LabelScores(
        labels=len(is_match),
        matches=int(is_match.sum()),
        not_in_run=not_in_run,
        compared=share(compared[is_match], stands_for[is_match]),
        pairs=judged(linked, is_match, stands_for),
        people=judged(pairs["same_person"].astype(bool), is_match, stands_for),
        suggestion=suggestion,
    )


def judged(together: Any, is_match: Any, stands_for: Any) -> Judged:
    """Precision and recall of pairs put together, of boolean arrays of one length."""
    return Judged(share(is_match[together], stands_for[together]), share(together[is_match], stands_for[is_match]))
