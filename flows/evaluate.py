"""Hold linkage against known answers: open what the linkage zone found, and give truth the same pseudonyms."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from cohorts.counts import group_people
from cohorts.missed.rates import rates_by_truth
from cohorts.missed.words import TITLES, label
from flows.cohorts import analysis_tables
from flows.commands.output import aligned
from flows.link_package import open_linked
from flows.run import Run, open_run
from governance.errors import BadInput
from governance.pseudonym import record_ids
from linkage.calibration import bins, calibration_error
from linkage.evaluate import evaluate

_COLUMNS = ("source", "record_id", "person")

_TITLES = {
    "compared": "compared at all",
    "pairs": "pairs at the run's threshold",
    "best_pairs": "pairs at the best threshold",
    "clusters": "pairs within people",
    "b_cubed": "B-cubed",
}


def evaluate_period(root: Path, period: str, truth_file: Path, *, groups: bool = False) -> dict[str, Any]:
    """Precision, recall and F1 of one period.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        truth_file: CSV with columns source, record_id (as in the extracts) and person; rows of other periods are
            left out if it has a column ``period``.
        groups: Also who is missed, by group; opens the analysis zone, where the groups are.

    Raises:
        BadInput: Columns are missing, or nothing of it was linked.
        PolicyRefusal: The keys are not here.
    """
    run = open_run(root, period, step="link")
    tables, facts = open_linked(run, "person_index", "scored_pair")
    truth = _with_pseudonyms(run, _read_truth(truth_file, run.period))
    scores = evaluate(tables["person_index"], tables["scored_pair"], truth, facts["threshold"]).as_dict()
    scores["calibration_error"] = round(calibration_error(bins(tables["scored_pair"], truth)), 5)
    return {**scores, "groups": _by_group(run, truth)} if groups else scores


def _by_group(run: Run, truth: pa.Table) -> list[dict[str, Any]]:
    """Missed and wrong pairs of the person index by group; groups of a handful of records are left out."""
    zone = analysis_tables(run)
    con = zone.con
    group_people(con, run.as_of)
    rates = rates_by_truth(con, zone.tables["record_quality"], truth)
    return [{"dimension": one.dimension, "group": one.group, **one.as_dict()} for one in rates if not one.is_small]


def _read_truth(path: Path, period: str) -> pa.Table:
    options = pa_csv.ConvertOptions(column_types=dict.fromkeys((*_COLUMNS, "period"), pa.string()))
    try:
        table = pa_csv.read_csv(path, convert_options=options)
    except (OSError, pa.ArrowInvalid):
        raise _no_truth("It could not be read as a CSV file.") from None
    if missing := [name for name in _COLUMNS if name not in table.column_names]:
        raise _no_truth(f"It lacks {', '.join(missing)}.")
    if "period" in table.column_names:
        table = table.filter(pc.equal(table["period"], period))
    return table.select(list(_COLUMNS))


def _with_pseudonyms(run: Run, truth: pa.Table) -> pa.Table:
    """Truth with the record ids that left each source, made by the same keys."""
    parts = []
    for source in run.bundle.sources:
        key = run.record_key(source.id)
        own = truth.filter(pc.equal(truth["source"], source.id))
        ids = record_ids(own["record_id"], key, source=source.id) if own.num_rows else pa.array([], pa.int64())
        parts.append(own.set_column(1, "record_id", pa.array(ids, pa.int64())))
    return pa.concat_tables(parts)


def score_lines(scores: Mapping[str, Any]) -> list[str]:
    """The scores for people."""
    head = ("", "precision", "recall", "F1")
    rows = [
        (title, *(f"{scores[name][part]:.4f}" for part in ("precision", "recall", "f1")))
        for name, title in _TITLES.items()
    ]
    best = f"The best threshold ({scores['best_threshold']}) needs labels to be known; the run does not use it."
    return [
        f"{scores['records']:,} labelled records, {scores['true_pairs']:,} true pairs",
        *aligned([head, *rows]),
        best,
        f"Probabilities of 0.5 and more are off by {scores['calibration_error']:.3f} on average.",
        *(_group_lines(scores["groups"]) if "groups" in scores else []),
    ]


def _group_lines(groups: Sequence[Mapping[str, Any]]) -> list[str]:
    """Who is missed, dimension by dimension."""
    head = ("", "records", "true pairs", "missed", "95% interval", "wrong")
    rows = [
        (
            f"{TITLES[one['dimension']].split(' (')[0]}: {label(one['dimension'], one['group'], {})}",
            f"{one['records']:,}",
            f"{one['pairs']:,}",
            *(_percent(one["missed"]) if one["missed"] else ("", "")),
            _percent(one["wrong"])[0] if one["wrong"] else "",
        )
        for one in groups
    ]
    return [
        "",
        "Pairs of records of one person that are in two (missed), and of two persons in one (wrong)",
        *aligned([head, *rows]),
    ]


def _percent(share: Sequence[float]) -> tuple[str, str]:
    value, low, high = (f"{100 * part:.1f}%" for part in share)
    return value, f"{low} to {high}"


def _no_truth(what: str) -> BadInput:
    return BadInput(
        f"The truth file cannot be used. {what}",
        why="Each labelled record must say which source it is from, its id there, and who it is.",
        fix="Give a CSV file with the columns source, record_id and person; a column period is optional.",
        code="E-TRUTH",
    )
