"""Is the gap between ethnic groups larger than clear-text Splink's? Paired, over several synthetic ICSs.

python -m tests.bench.equity --people 20000 --out docs/benchmarks.md
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tests.bench import clear_text, encoded, sets
from tests.bench.clear_text import SEED
from tests.bench.page import put, table
from tests.bench.scores import Found
from tests.bench.true_pairs import best_threshold, found_pairs, joined_pairs, true_pairs

HEADING = "## Who is missed"
SEEDS = (1, 2, 3, 4, 5)
RESAMPLES = 2000
METHODS = {
    "joinedup": "joinedup, encoded, at its default",
    "splink": "Splink, clear text, at the same threshold",
    "splink_best": "Splink, clear text, at its best threshold",
}
"""By column of :func:`pairs_of_seed`: its title. joinedup comes first: the others are held against it."""

STAGES = {
    "": ("Pairs", "scored at the threshold or above"),
    "_people": ("People", "in one person, after joining"),
    "_compared": ("Blocking", "compared at all"),
}
"""By ending of a column: its title, and what recall is the share of."""

Sums = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Recall by group and the gap between best and worst, with what resampling people makes of it."""

    groups: tuple[str, ...]
    pairs: NDArray[np.int64]
    recall: dict[str, Sums]
    gap: dict[str, float]
    apart: dict[str, tuple[float, float, float]]
    """By peer: joinedup's gap less the peer's, and its 95% interval."""


def pairs_of_seed(people: int, seed: int, folder: Path) -> pd.DataFrame:
    """All true pairs of one synthetic ICS: person, group and what each method found."""
    bench = sets.synthetic_ics(people, seed, folder)
    con, pairs = true_pairs(bench)
    default = bench.linkage.threshold_probability
    ours = encoded.run(bench)
    theirs = clear_text.run(bench, own_rules=True)
    best = best_threshold(bench, theirs)
    for name, found, threshold in (
        ("joinedup", ours, default),
        ("splink", theirs, default),
        ("splink_best", theirs, best),
    ):
        pairs[name] = found_pairs(con, found.scored, threshold)
        pairs[f"{name}_compared"] = found_pairs(con, found.scored, 0)
        pairs[f"{name}_people"] = joined_pairs(con, _index(found, threshold))
    pairs["seed"] = seed
    sys.stderr.write(f"seed {seed}: {len(pairs):,} true pairs, Splink's best threshold {best}\n")
    return pairs


def _index(found: Found, threshold: float) -> pa.Table:
    """People as the method made them, or makes them at a threshold."""
    if found.index is not None:
        return found.index
    assert found.cluster_at is not None
    return found.cluster_at(threshold)


def gaps(pairs: pd.DataFrame, stage: str = "", *, resamples: int = RESAMPLES, seed: int = SEED) -> Gaps:
    """Recall by group over all seeds, and a paired bootstrap: people are drawn again, within their own ICS.

    Args:
        pairs: Columns seed, person, ethnic_group, and one of booleans per method and stage.
        stage: One of :data:`STAGES`.
        resamples: Draws.
        seed: Of the draws.
    """
    names = [f"{name}{stage}" for name in METHODS]
    groups = tuple(sorted(pairs["ethnic_group"].unique()))
    code = {group: number for number, group in enumerate(groups)}
    whole, drawn = np.zeros((len(groups), len(names) + 1)), np.zeros((resamples, len(groups), len(names) + 1))
    rng = np.random.default_rng(seed)
    for _, own in pairs.groupby("seed", sort=True):  # seeds, not records
        people = own.assign(n=1).groupby(["person", "ethnic_group"], sort=True)[["n", *names]].sum().reset_index()
        counts = people[["n", *names]].to_numpy(float)
        of_group = np.eye(len(groups))[people["ethnic_group"].map(code)]
        sums = (of_group[:, :, None] * counts[:, None, :]).reshape(len(people), -1)
        whole += sums.sum(0).reshape(whole.shape)
        drawn += _resampled(rng, sums, resamples).reshape(drawn.shape)
    recall, again = whole[:, 1:] / whole[:, :1], drawn[:, :, 1:] / drawn[:, :, :1]
    gap, gap_again = np.ptp(recall, axis=0), np.ptp(again, axis=1)
    apart = {}
    for number, name in enumerate(METHODS):
        if not number:
            continue
        low, high = np.percentile(gap_again[:, 0] - gap_again[:, number], [2.5, 97.5])
        apart[name] = (float(gap[0] - gap[number]), float(low), float(high))
    by_name = {name: recall[:, number] for number, name in enumerate(METHODS)}
    return Gaps(groups, whole[:, 0].astype(np.int64), by_name, dict(zip(METHODS, gap.tolist(), strict=True)), apart)


def _resampled(rng: np.random.Generator, sums: Sums, resamples: int) -> Sums:
    """Column sums of people drawn with replacement, one row a draw; in parts, for memory."""
    people = len(sums)
    parts = [
        rng.multinomial(people, np.full(people, 1 / people), size=min(100, resamples - at)) @ sums
        for at in range(0, resamples, 100)
    ]
    return np.vstack(parts)


def section(pairs: pd.DataFrame, people: int, seeds: tuple[int, ...]) -> str:
    """The section of ``docs/benchmarks.md``."""
    return "\n\n".join(
        [
            HEADING,
            f"Written by `make bench-equity`: {len(seeds)} synthetic ICSs of {people:,} people each (seeds"
            f" {', '.join(map(str, seeds))}), every true pair of records by the ethnic group of its person."
            f" Intervals are a paired bootstrap of {RESAMPLES:,} draws of people within each ICS (seed {SEED}): all"
            " methods see the same people. Splink blocks by rules that suit clear text best, a name alone and a birth"
            " date alone among them; its best threshold needs the truth.",
            *(_stage(gaps(pairs, stage), *words) for stage, words in STAGES.items()),
        ]
    )


def _stage(found: Gaps, title: str, share_of: str) -> str:
    head = ["Ethnic group", "True pairs", *METHODS.values()]
    rows = [
        [group.capitalize(), f"{found.pairs[at]:,}", *(f"{found.recall[name][at]:.4f}" for name in METHODS)]
        for at, group in enumerate(found.groups)
    ]
    rows.append(["**Best less worst, points**", "", *(f"{100 * found.gap[name]:.2f}" for name in METHODS)])
    apart = [
        f"- joinedup's gap less that of {METHODS[name]}: {100 * gap:+.2f} points (95% interval {100 * low:+.2f} to"
        f" {100 * high:+.2f}): {_verdict(gap, low, high)}."
        for name, (gap, low, high) in found.apart.items()
    ]
    return "\n\n".join([f"### {title}: share of true pairs {share_of}", table(head, rows), "\n".join(apart)])


def _verdict(gap: float, low: float, high: float) -> str:
    if high <= 0:
        return "smaller"
    if low > 0:
        return "**larger**"
    return "no larger" if gap <= 0 else "larger here, but not beyond chance"


def main() -> None:
    """Measure all seeds and write the section."""
    parser = argparse.ArgumentParser(prog="bench-equity", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000, help="people in each synthetic ICS")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--keep", type=Path, help="Parquet file for all pairs, to look into")
    parser.add_argument("--out", type=Path, help="Markdown file whose section is written; else only printed")
    options = parser.parse_args()
    parts = []
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as scratch:
            parts.append(pairs_of_seed(options.people, seed, Path(scratch)))
    pairs = pd.concat(parts, ignore_index=True)
    if options.keep:
        pairs.to_parquet(options.keep)
    text = section(pairs, options.people, tuple(options.seeds))
    if options.out:
        put(options.out, HEADING, text)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
