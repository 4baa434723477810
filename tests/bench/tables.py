"""Each table of the measured sections."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from linkage.evaluate import Score
from tests.bench.calibration import calibration_error, tenths
from tests.bench.measure import METHODS
from tests.bench.page import table
from tests.bench.results import Row
from tests.bench.scores import Outcome

ENOUGH = 0.99


def stands(rows: Sequence[Row]) -> str:
    """Joinedup at its default against Splink at its best, with the bars."""
    head = ["Set", "F1, joinedup at default", "F1, Splink at best", "Ratio", "≥ 0.99", "Precision", "wanted", "met"]
    return table([*head, "Blocking recall"], [_stand(ours, theirs) for ours, theirs in _sides(rows)])


def pairs(rows: Sequence[Row]) -> str:
    """Pairs of records at the default and the best threshold."""
    head = ["Set", "Method", "Compared", "Default", "P", "R", "F1", "Best", "P", "R", "F1"]
    return table(head, [_pair(row) for row in rows])


def people(rows: Sequence[Row]) -> str:
    """Records joined into people, and what it cost."""
    head = [
        "Set",
        "Method",
        "Records",
        "True pairs",
        "Scored pairs",
        "People at",
        "P",
        "R",
        "F1",
        "B³ P",
        "B³ R",
        "B³ F1",
    ]
    return table(
        [*head, "Encode (s)", "Chance (s)", "Train and score (s)", "Peak (MiB)"], [_person(row) for row in rows]
    )


def calibration_errors(rows: Sequence[Row]) -> str:
    """The expected calibration error of joinedup and Splink, with the bar."""
    head = ["Set", "joinedup", "Splink, own blocking", "wanted", "met"]
    return table(head, [_error(ours, theirs) for ours, theirs in _sides(rows)])


def calibration_bins(rows: Sequence[Row]) -> str:
    """Ten bins of predicted probability."""
    head = ["Set", "Method", *(f"{tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}" for tenth in range(10))]
    return table(head, [[row.title, METHODS[row.outcome.method], *_bins(row.outcome)] for row in rows])


def weak(rows: Sequence[Row]) -> str:
    """Every method at its default threshold."""
    head = ["Set", "Method", "True pairs", "Compared", "P", "R", "F1", "B³ F1"]
    return table(
        head,
        [
            [row.title, METHODS[row.outcome.method], f"{row.outcome.scores.true_pairs:,}", _compared(row.outcome),
             *_score(row.outcome.scores.pairs), f"{row.outcome.scores.b_cubed.f1:.4f}"]
            for row in rows
        ],
    )  # fmt: skip


def _sides(rows: Sequence[Row]) -> Iterable[tuple[Outcome, Outcome]]:
    by = {(row.outcome.set, row.outcome.method): replace(row.outcome, title=row.title) for row in rows}
    for name in dict.fromkeys(row.outcome.set for row in rows):
        if (name, "joinedup") in by and (name, "splink") in by:
            yield by[name, "joinedup"], by[name, "splink"]


def _stand(ours: Outcome, theirs: Outcome) -> list[str]:
    best, own = theirs.scores.best_pairs, ours.scores.pairs
    ratio = own.f1 / best.f1 if best.f1 else 1.0
    wanted = ENOUGH if best.precision >= ENOUGH else best.precision
    apart = 100 * (ours.scores.compared.recall - theirs.scores.compared.recall)
    return [
        ours.title, f"{own.f1:.4f}", f"{best.f1:.4f}", f"{ratio:.3f}", _yes(ratio >= ENOUGH), f"{own.precision:.4f}",
        f"{wanted:.4f}", _yes(own.precision >= wanted), f"{apart:+.2f}",
    ]  # fmt: skip


def _pair(row: Row) -> list[str]:
    o = row.outcome
    default = [f"{o.default_threshold:.3g}", *_score(o.scores.pairs)]
    best = [f"{o.scores.best_threshold:.4f}", *_score(o.scores.best_pairs)]
    return [row.title, METHODS[o.method], _compared(o), *default, *best]


def _person(row: Row) -> list[str]:
    o = row.outcome
    counts = [f"{n:,}" for n in (o.scores.records, o.scores.true_pairs, o.pairs)]
    chance = f"{o.chance_seconds:.1f}" if o.chance_seconds else "-"
    cost = [f"{o.prepare_seconds:.1f}", chance, f"{o.link_seconds:.1f}", f"{o.peak_mib:,.0f}"]
    joined = [f"{o.cluster_threshold:.4g}", *_score(o.scores.clusters), *_score(o.scores.b_cubed)]
    return [row.title, METHODS[o.method], *counts, *joined, *cost]


def _error(ours: Outcome, theirs: Outcome) -> list[str]:
    own, their = calibration_error(ours.calibration), calibration_error(theirs.calibration)
    wanted = 0.02 if ours.set.startswith("ics") else their + 0.01
    return [ours.title, f"{own:.4f}", f"{their:.4f}", f"{wanted:.4f}", _yes(own <= wanted)]


def _bins(outcome: Outcome) -> list[str]:
    return [
        f"{one.predicted:.2f} → {one.true:.2f} ({one.pairs:,})" if one else "-" for one in tenths(outcome.calibration)
    ]


def _compared(outcome: Outcome) -> str:
    """Where every pair was compared but only similar ones are held, the share held is no share of blocking."""
    return "-" if outcome.method == "clkhash" else f"{outcome.scores.compared.recall:.4f}"


def _yes(met: bool) -> str:
    return "yes" if met else "**no**"


def _score(score: Score) -> list[str]:
    return [f"{value:.4f}" for value in (score.precision, score.recall, score.f1)]
