"""How time and memory grow with the number of records, beside Splink on clear text on the same pairs.

python -m tests.bench.scale --folder FOLDER --records 200000 500000 --peer 200000 --out docs/benchmarks.md
"""

import argparse
import cProfile
import logging
import os
import platform
import pstats
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import duckdb
from splink import block_on

from flows.link import LINKAGE_MEMORY
from governance.keys import Secret
from governance.warehouse import connect
from linkage.link import link
from linkage.person_index import build_person_index
from tests.bench import clear_text
from tests.bench.measure import peak_mib
from tests.bench.page import bullets, put, table
from tests.bench.scale_sets import SOURCES, GrowingSet, prepare

HEADING = "## Scale"
_STEPS = {
    "load_deliveries": "reading and loading the views",
    "find_blocks": "finding blocks",
    "plan": "planning, and refusing rules that explode",
    "compare_views": "comparing pairs",
    "_trained": "training",
    "weigh_patterns": "weighing patterns",
    "estimate_priors": "priors by source pair",
    "cluster": "joining into people",
    "build_person_index": "person index",
}
"""The functions whose times make the profile, in order."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One method at one size, in a process of its own."""

    seconds: float
    peak_mib: float
    pairs: int
    people: int
    steps: dict[str, float]
    python_calls: int
    """Of any Python function in the whole run: it does not grow with records where nothing is done record by record."""


def main() -> None:
    """Measure every size and write the section."""
    options = _options()
    rows = []
    for records in options.records:
        made = prepare(records, options.folder, clear=records in options.peer)
        ours = _apart(link_encoded, made)
        peer = _apart(link_clear, made) if records in options.peer else None
        rows.append((made, ours, peer))
        print(f"{made.records:,} records: {ours} {peer}", flush=True)  # noqa: T201 - a long run says how far it is
        if options.out:
            put(options.out, HEADING, _section(rows, os.getloadavg()[0]))


def link_encoded(made: GrowingSet) -> Measured:
    """From the sources' packages on disk to the person index, as the link step does it."""
    profile = cProfile.Profile()
    started = time.perf_counter()
    profile.enable()
    con = connect(memory=LINKAGE_MEMORY, lock=False)
    result = link(con, made.deliveries(), made.linkage)
    index = build_person_index(con, Secret(bytes(32)), "bench")
    profile.disable()
    seconds = time.perf_counter() - started
    ((pairs,),) = con.execute("SELECT count(*) FROM scored_pair").fetchall()
    stats = pstats.Stats(profile)
    times = {name: spent for (_, _, name), (_, _, _, spent, _) in stats.stats.items()}  # type: ignore[attr-defined]
    steps = {words: times[name] for name, words in _STEPS.items() if name in times}
    calls: int = stats.total_calls  # type: ignore[attr-defined]
    assert result.con is con
    return Measured(seconds, peak_mib(), pairs, index.persons, steps, calls)


def link_clear(made: GrowingSet) -> Measured:
    """Splink on the same records, tuned as in the accuracy section, given the same blocks: train, predict, cluster."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    con = duckdb.connect()
    con.execute("SET threads = 2; SET memory_limit = '8GB'; SET enable_progress_bar = false")
    con.execute(f"CREATE TABLE everyone AS FROM read_parquet('{made.everyone}')")
    bench, rules = made.areas[0], [block_on(f"block_{number}") for number in range(len(made.linkage.rules))]
    started = time.perf_counter()
    linker, pairs = clear_text.link_everyone(con, bench, list(rules))
    trained = time.perf_counter()
    people = clear_text.cluster(con, linker, pairs, bench, clear_text.DEFAULT_THRESHOLD)
    done = time.perf_counter()
    ((number,),) = con.execute("SELECT count(*) FROM clear_pair").fetchall()
    steps = {"training and prediction": trained - started, "joining into people": done - trained}
    return Measured(done - started, peak_mib(), number, len(set(people["person_id"].to_pylist())), steps, 0)


def _apart(method: Callable[[GrowingSet], Measured], made: GrowingSet) -> Measured:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(method, made).result()


def _section(rows: list[tuple[GrowingSet, Measured, Measured | None]], load: float) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("splink", "duckdb", "numpy", "pyarrow"))
    how = [
        f"The synthetic ICS made larger, its {SOURCES} largest sources; above 900,000 people, two neighbouring areas.",
        "joinedup: from the sources' packages on disk to the person index, training included, in a process of its own.",
        "Splink on clear text: tuned as in the accuracy section, the same blocks and cap, from a loaded table to"
        " clusters; standardisation and reading are not counted for it.",
        "Memory is the most the process held. Nothing is spilled: the warehouse has no temporary files.",
        "Python calls are counted by the profiler over the whole run; work done record by record would grow with them.",
        f"{os.cpu_count()} cores; {load:.0f} processes wanted them at the end. Where more than two did, other work ran"
        " beside, and seconds are longer than on a quiet machine.",
        f"Python {platform.python_version()}, {packages}.",
    ]
    rows = sorted(rows, key=lambda row: row[0].records)
    largest = rows[-1][1]
    steps = [[name, f"{spent:.1f}"] for name, spent in largest.steps.items()]
    return "\n\n".join(
        [
            HEADING,
            "Written by `make bench-scale`.",
            bullets(how),
            table(_HEAD, [_row(*row) for row in rows]),
            f"### Where the time goes at {rows[-1][0].records:,} records",
            table(["step of joinedup", "s"], steps),
        ]
    )


_HEAD = ("records", "pairs", "people", "joinedup s", "joinedup MiB", "Python calls", "Splink s", "Splink MiB", "ratio")


def _row(made: GrowingSet, ours: Measured, peer: Measured | None) -> list[str]:
    own = [f"{made.records:,}", f"{ours.pairs:,}", f"{ours.people:,}", f"{ours.seconds:.0f}", f"{ours.peak_mib:,.0f}"]
    other = ["not run"] * 2 + [""]
    if peer:
        other = [f"{peer.seconds:.0f}", f"{peer.peak_mib:,.0f}", f"{ours.seconds / peer.seconds:.2f}"]
    return [*own, f"{ours.python_calls:,}", *other]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="keeps the encoded sets between runs")
    parser.add_argument("--records", type=int, nargs="+", default=[200_000, 500_000, 1_000_000, 2_000_000])
    parser.add_argument("--peer", type=int, nargs="*", default=[200_000, 500_000], help="sizes Splink runs on as well")
    parser.add_argument("--out", type=Path, help="page to write the section into")
    return parser.parse_args()


if __name__ == "__main__":
    main()
