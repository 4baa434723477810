"""The measured tables as a section of ``docs/benchmarks.md``."""

import platform
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from linkage.evaluate import Score
from tests.bench.measure import METHODS
from tests.bench.scores import Outcome

HEADING = "## Linkage accuracy"
_PACKAGES = ("splink", "duckdb", "numpy", "pyarrow", "pandas")


def section(outcomes: Sequence[Outcome], titles: dict[str, str], skipped: Sequence[str], how: Sequence[str]) -> str:
    """The whole section, heading included.

    Args:
        outcomes: Rows, in order.
        titles: By set: its name in words.
        skipped: Why a set is absent, one sentence each.
        how: What was run and with which seeds, one sentence each.
    """
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    parts = [
        HEADING,
        "Written by `make bench-linkage`; what it found is copied here, not typed.",
        "\n".join(f"- {line}" for line in [*how, f"Python {platform.python_version()}, {versions}."]),
        "### How joinedup stands to clear text\n\n" + _stands(outcomes, titles),
        "### Pairs\n\n" + _pairs(outcomes, titles),
        "### People, time and memory\n\n" + _people(outcomes, titles),
    ]
    if skipped:
        parts.append("Not measured this time:\n\n" + "\n".join(f"- {line}" for line in skipped))
    return "\n\n".join(parts) + "\n"


def put_section(path: Path, text: str) -> None:
    """Write or replace the section; other sections of the file stay."""
    page = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    pattern = re.compile(rf"^{re.escape(HEADING)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    there = pattern.search(page)
    page = pattern.sub(lambda _: text + "\n", page) if there else f"{page.rstrip()}\n\n{text}"
    path.write_text(page.rstrip() + "\n", encoding="utf-8")


def _stands(outcomes: Sequence[Outcome], titles: dict[str, str]) -> str:
    by = {(o.set, o.method): o.scores for o in outcomes}
    rows = []
    for name in dict.fromkeys(o.set for o in outcomes):
        if (name, "joinedup") not in by or (name, "splink") not in by:
            continue
        ours, theirs = by[name, "joinedup"], by[name, "splink"]
        ratio = ours.pairs.f1 / theirs.best_pairs.f1 if theirs.best_pairs.f1 else 1.0
        wanted = 0.99 if theirs.best_pairs.precision >= 0.99 else theirs.best_pairs.precision
        rows.append(
            [
                titles[name],
                f"{ratio:.3f}",
                "yes" if ratio >= 0.99 else "**no**",
                f"{ours.pairs.precision:.4f}",
                f"{wanted:.4f}",
                "yes" if ours.pairs.precision >= wanted else "**no**",
                f"{100 * (ours.compared.recall - theirs.compared.recall):+.2f}",
            ]
        )
    head = ["Set", "F1 ÷ clear text's best F1", "≥ 0.99", "Precision", "wanted", "met", "Blocking recall, points apart"]
    return _table(head, rows)


def _pairs(outcomes: Iterable[Outcome], titles: dict[str, str]) -> str:
    head = ["Set", "Method", "Compared", "P at 0.95", "R", "F1", "P at best", "R", "F1", "Best threshold"]
    rows = [
        [titles[o.set], METHODS[o.method], f"{o.scores.compared.recall:.4f}", *_score(o.scores.pairs),
         *_score(o.scores.best_pairs), f"{o.scores.best_threshold:.4f}"]
        for o in outcomes
    ]  # fmt: skip
    note = "Compared: share of true pairs that some blocking rule brought together. The best threshold needs labels."
    return f"{_table(head, rows)}\n\n{note}"


def _people(outcomes: Iterable[Outcome], titles: dict[str, str]) -> str:
    head = ["Set", "Method", "Records", "True pairs", "Scored pairs", "People at", "Pairs in people P", "R", "F1"]
    head += ["B³ F1", "Encode (s)", "Chance (s)", "Train and score (s)", "Peak (MiB)"]
    rows = [
        [titles[o.set], METHODS[o.method], *(f"{n:,}" for n in (o.scores.records, o.scores.true_pairs, o.pairs)),
         f"{o.cluster_threshold:g}", *_score(o.scores.clusters), f"{o.scores.b_cubed.f1:.4f}", *_seconds(o),
         f"{o.peak_mib:,.0f}"]
        for o in outcomes
    ]  # fmt: skip
    note = (
        "joinedup's people are those at its default threshold; Splink's are those at whichever of six thresholds gives"
        " the best B³, which needs labels. Encode: standardise, for joinedup also encode. Chance: chance agreement,"
        " which Splink counts while it trains. joinedup links with one thread, Splink with two; joinedup's seconds"
        " include joining people."
    )
    return f"{_table(head, rows)}\n\n{note}"


def _seconds(o: Outcome) -> list[str]:
    chance = f"{o.chance_seconds:.1f}" if o.chance_seconds else "-"
    return [f"{o.prepare_seconds:.1f}", chance, f"{o.link_seconds:.1f}"]


def _score(score: Score) -> list[str]:
    return [f"{value:.4f}" for value in (score.precision, score.recall, score.f1)]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
