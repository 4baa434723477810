"""Labelled pairs: read from a file, given the pseudonyms that left each source, and held against linkage."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from flows.commands.output import aligned
from flows.link_package import open_linked
from flows.run import Run, open_run
from governance.errors import BadInput, Fault
from governance.pseudonym import record_ids
from linkage.labels import LABELS, score_labels
from linkage.thresholds import MIN_LABELS

COLUMNS = ("source_l", "id_l", "source_r", "id_r", "match")
_YES, _NO = ("yes", "true", "1", "match"), ("no", "false", "0", "no match")
_JUDGED = {"compared": "compared at all", "pairs": "pairs at the run's threshold", "people": "pairs in one person"}


def evaluate_labels(root: Path, period: str, label_file: Path) -> dict[str, Any]:
    """Precision and recall of one period among labelled pairs, and the threshold they would choose.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        label_file: CSV or Parquet with columns source_l, id_l, source_r, id_r (ids as in the extracts) and match;
            a column stands_for says how many pairs each row stands for, a column period which rows count.

    Raises:
        BadInput: The file cannot be used, or no label is of records in this run.
        PolicyRefusal: The keys are not here.
    """
    run = open_run(root, period, step="link")
    tables, facts = open_linked(run, "person_index", "scored_pair")
    table = read_labels(label_file, [source.id for source in run.bundle.sources], run.period)
    labels = with_pseudonyms(run, table)
    scores = score_labels(tables["person_index"], tables["scored_pair"], labels, facts["threshold"])
    return {**scores.as_dict(), "threshold": facts["threshold"]}


def read_labels(path: Path, sources: list[str], period: str) -> pa.Table:
    """A label file with its answers understood.

    Args:
        path: CSV, or Parquet if it is called so.
        sources: Ids of the project's sources.
        period: Rows of other periods are left out if there is a column ``period``.

    Returns:
        source_l, id_l, source_r, id_r (text), is_match, stands_for.

    Raises:
        BadInput: With how many rows have which fault; no value of any.
    """
    table = read_text_table(path, "label file", "E-LABELS")
    if missing := [name for name in COLUMNS if name not in table.column_names]:
        raise _unusable(f"It lacks the columns {', '.join(missing)}.")
    if "period" in table.column_names:
        table = table.filter(pc.equal(table["period"], period))
    if not table.num_rows:
        raise _unusable("It has no rows for this month.")
    answers = pc.utf8_lower(pc.utf8_trim_whitespace(table["match"]))
    stands_for = _numbers(table)
    _refuse_rows(table, sources, answers, stands_for)
    is_match = pc.is_in(answers, pa.array(_YES))
    named = {name: table[name] for name in COLUMNS[:4]}
    return pa.table({**named, "is_match": is_match, "stands_for": stands_for})


def read_text_table(path: Path, what: str, code: str) -> pa.Table:
    """A CSV or Parquet file with every column as text; blank cells are missing.

    Raises:
        BadInput: It is neither.
    """
    try:
        if path.suffix == ".parquet":
            table = pq.read_table(path)
        else:
            names = pa_csv.open_csv(path).schema.names
            types = dict.fromkeys(names, pa.string())
            options = pa_csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
            table = pa_csv.read_csv(path, convert_options=options)
        return table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
    except (OSError, pa.ArrowException):  # its text may quote a row
        pass
    raise BadInput(
        f"The {what} could not be read.",
        why="It must be a CSV file in UTF-8 with a header, or a Parquet file whose name ends in .parquet.",
        fix="Save it again in one of these forms and check that no row has too many cells.",
        code=code,
    )


def _numbers(table: pa.Table) -> pa.ChunkedArray:
    """``stands_for`` as numbers: 1 where there is no such column, missing where a cell is none."""
    if "stands_for" not in table.column_names:
        return pa.chunked_array([np.ones(table.num_rows)])
    text = table["stands_for"]
    is_number = pc.match_substring_regex(text, r"^\s*[0-9]+(\.[0-9]+)?\s*$")
    return pc.if_else(is_number, pc.utf8_trim_whitespace(text), None).cast(pa.float64())


def _refuse_rows(table: pa.Table, sources: list[str], answers: pa.ChunkedArray, stands_for: pa.ChunkedArray) -> None:
    known = pa.array(sources, pa.string())
    unknown = pc.invert(pc.and_(pc.is_in(table["source_l"], known), pc.is_in(table["source_r"], known)))
    blank = pc.or_(pc.is_null(table["id_l"]), pc.is_null(table["id_r"]))
    unclear = pc.invert(pc.is_in(answers, pa.array(_YES + _NO)))
    unweighted = pc.invert(pc.fill_null(pc.greater(stands_for, 0), fill_value=False))
    counted = {
        "name a source that this project does not have": unknown,
        "lack an id": blank,
        "have a match that is neither yes nor no": unclear,
        "have a stands_for that is not a number above 0": unweighted,
    }
    faults = [Fault(what=f"{n:,} rows {what}.") for what, rows in counted.items() if (n := pc.sum(rows).as_py() or 0)]
    if faults:
        raise _unusable("Some of its rows cannot be understood.", faults)


def with_pseudonyms(run: Run, labels: pa.Table) -> pa.Table:
    """Labels with the record ids that left each source, made by the same keys."""
    columns: dict[str, Any] = {name: labels[name] for name in ("source_l", "source_r", "is_match", "stands_for")}
    for side in ("l", "r"):
        found = np.zeros(labels.num_rows, np.int64)
        for source in run.bundle.sources:
            key = run.record_key(source.id)
            own = pc.equal(labels[f"source_{side}"], source.id).to_numpy()
            if own.any():
                found[own] = record_ids(labels[f"id_{side}"].filter(pa.array(own)), key, source=source.id)
        columns[f"record_id_{side}"] = found
    return pa.table({name: columns[name] for name in LABELS.names}).cast(LABELS)


def label_lines(scores: Mapping[str, Any]) -> list[str]:
    """The scores for people."""
    rows = [("", "precision", "recall")]
    for name, title in _JUDGED.items():
        found = scores[name]
        precision, recall = (found["precision"], found["recall"]) if "recall" in found else (None, found)
        rows.append((title, _shown(precision) if precision else "", _shown(recall)))
    outside = f"; {scores['not_in_run']:,} more are of records that are not in this run" if scores["not_in_run"] else ""
    return [
        f"{scores['labels']:,} labelled pairs, {scores['matches']:,} of them a match{outside}",
        *aligned(rows),
        "In brackets: 95% intervals. Recall is among labelled true pairs only.",
        suggestion_line(scores["suggestion"], scores["threshold"]),
    ]


def suggestion_line(suggestion: Mapping[str, Any] | None, threshold: float) -> str:
    """What the labels would choose, in a sentence."""
    if suggestion is None:
        return f"No threshold is suggested: that takes {MIN_LABELS} compared matches and {MIN_LABELS} compared others."
    best, f1, now = suggestion["threshold"], suggestion["f1"], suggestion["f1_now"]
    if f1 - now < 0.0005:
        return f"The labels suggest no better threshold than {threshold} (F1 {now:.4f})."
    return (
        f"On these labels a threshold of {best} would be best: F1 {f1:.4f} instead of {now:.4f}. Nothing was changed:"
        " to use it, edit linkage.threshold_probability in project.yaml and have the config approved again."
    )


def _shown(share: Mapping[str, Any]) -> str:
    if share["value"] is None:
        return "no labels"
    return f"{share['value']:.4f} ({share['low']:.4f} to {share['high']:.4f})"


def _unusable(what: str, faults: list[Fault] | None = None) -> BadInput:
    return BadInput(
        f"The label file cannot be used. {what}",
        why="Each row must say which two records it is about and whether they are one person.",
        fix="Give the columns source_l, id_l, source_r, id_r and match (yes or no); ids as in the extracts.",
        code="E-LABELS",
        faults=faults or [],
    )
