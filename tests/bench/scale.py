"""How time and memory grow with the number of records, beside Splink on clear text on the same pairs.

python -m tests.bench.scale --folder FOLDER --records 200000 500000 --peer 200000 --out docs/benchmarks.md
"""

import argparse
import cProfile
import logging
import os
import pstats
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import duckdb
from splink import block_on

from flows.link import LINKAGE_MEMORY
from governance.keys.ring import Secret
from governance.warehouse import connect
from linkage.link import link
from linkage.person_index import build_person_index
from tests.bench import clear_text
from tests.bench.measure import peak_mib
from tests.bench.page import put
from tests.bench.scale_page import HEADING, Kept, Measured, section
from tests.bench.scale_sets import GrowingSet, prepare

_STEPS = {
    "load_deliveries": "opening packages, loading the keys of views",
    "find_blocks": "finding blocks",
    "plan": "planning, and refusing rules that explode",
    "load_fields": "opening packages again, loading views that are compared",
    "compare_views": "comparing pairs",
    "_trained": "training",
    "weigh_patterns": "weighing patterns",
    "estimate_priors": "priors by source pair",
    "cluster": "joining into people",
    "build_person_index": "person index",
}
"""The functions whose times make the profile, in order."""

_OURS_ALONE = ("load_deliveries", "load_fields", "build_person_index")
"""Steps that Splink is not asked for."""

_PEER_MEMORY = "10GB"
_SHOWN = 5
"""How many of the most called functions are named."""


def main() -> None:
    """Measure every size; the section is written after each method, so that a run that is stopped keeps what it has."""
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    kept = Kept(options.folder / "measured.json")
    for records in options.records:
        made = prepare(records, options.folder, clear=records in options.peer)
        methods = {"joinedup": link_encoded} | ({"splink": link_clear} if records in options.peer else {})
        for name, method in methods.items():
            found = _apart(method, made)
            kept.put(records, made.records, name, found)
            sys.stderr.write(f"{made.records:,} records, {name}: {found.failed or f'{found.seconds:.0f} s'}\n")
            if options.out:
                put(options.out, HEADING, section(kept))


def link_encoded(made: GrowingSet) -> Measured:
    """From the sources' packages on disk to the person index, as the link step does it."""
    profile = cProfile.Profile()
    started = time.perf_counter()
    profile.enable()
    con = connect(memory=LINKAGE_MEMORY, lock=False)
    result = link(con, made.deliveries(), made.linkage)
    index = build_person_index(result.con, Secret(bytes(32)), "bench")
    profile.disable()
    seconds = time.perf_counter() - started
    stats = pstats.Stats(profile)
    rows = stats.stats  # type: ignore[attr-defined]
    times = {name: spent for (_, _, name), (_, _, _, spent, _) in rows.items()}
    most = sorted(((name, calls) for (_, _, name), (_, calls, *_) in rows.items()), key=lambda one: -one[1])
    return Measured(
        seconds=seconds,
        alike=seconds - sum(times.get(name, 0.0) for name in _OURS_ALONE),
        processor=time.process_time(),
        peak_mib=peak_mib(),
        pairs=_rows(con, "scored_pair"),
        people=index.persons,
        steps={words: times[name] for name, words in _STEPS.items() if name in times},
        python_calls=stats.total_calls,  # type: ignore[attr-defined]
        most_called=tuple((name.strip("<>"), calls) for name, calls in most[:_SHOWN]),
        load=os.getloadavg()[0],
    )


def link_clear(made: GrowingSet) -> Measured:
    """Splink on the same records, tuned as in the accuracy section, given the same blocks: train, predict, cluster."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    con = duckdb.connect()
    con.execute(f"SET threads = 2; SET memory_limit = '{_PEER_MEMORY}'; SET enable_progress_bar = false")
    con.execute(f"SET temp_directory = '{made.folder / 'spill'}'")  # the made-up people of a benchmark, in clear
    con.execute(f"CREATE TABLE everyone AS FROM read_parquet('{made.everyone}')")
    bench, rules = made.areas[0], [block_on(f"block_{number}") for number in range(len(made.linkage.rules))]
    started = time.perf_counter()
    linker, pairs = clear_text.link_everyone(con, bench, list(rules))
    predicted = time.perf_counter()
    people = clear_text.cluster(con, linker, pairs, bench, clear_text.DEFAULT_THRESHOLD)
    done = time.perf_counter()
    return Measured(
        seconds=done - started,
        alike=done - started,
        processor=time.process_time(),
        peak_mib=peak_mib(),
        pairs=_rows(con, "clear_pair"),
        people=len(set(people["person_id"].to_pylist())),
        steps={"training and prediction": predicted - started, "joining into people": done - predicted},
        load=os.getloadavg()[0],
    )


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table named in code."""
    ((rows,),) = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(rows)


def _apart(method: Callable[[GrowingSet], Measured], made: GrowingSet) -> Measured:
    """In a process of its own; a method that runs out of memory is a row too."""
    nothing = {"seconds": 0.0, "alike": 0.0, "processor": 0.0, "peak_mib": 0.0, "pairs": 0, "people": 0}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(method, made).result()
        except (duckdb.OutOfMemoryException, MemoryError, BrokenProcessPool):
            return Measured(**nothing, steps={}, failed="out of memory")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, required=True, help="keeps the encoded sets and the figures between runs"
    )
    sizes = [200_000, 500_000, 1_000_000, 2_000_000]
    parser.add_argument("--records", type=int, nargs="+", default=sizes)
    parser.add_argument("--peer", type=int, nargs="*", default=sizes, help="sizes Splink runs on as well")
    parser.add_argument("--out", type=Path, help="page to write the section into")
    return parser.parse_args()


if __name__ == "__main__":
    main()
