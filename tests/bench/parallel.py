"""Whether the one statement of a cohort runs in parallel: the library, timed with one thread and with two.

python -m tests.bench.parallel --people 20000 --copies 10 --out docs/benchmarks.md

The people of a synthetic system are copied, so that tables are of the size of a real one: DuckDB hands rows to threads
in groups of 122,880, and a small table is one group.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cohorts.analysis import build_analysis
from cohorts.compile import compile_query
from cohorts.definition import load_definitions
from cohorts.query import Definition
from cohorts.run import run_cohorts
from flows.demo.generate import make_ics
from governance.intake.period import as_of_date
from governance.settings import load_bundle
from governance.warehouse import connect
from tests.bench.page import put, table
from tests.lib.recovery import LIBRARY, payloads_of, true_index

HEADING = "## One statement a cohort, with one thread and two"
PERIOD = "2026-09"
_COPIED = {
    "person": "person_id || ':' || copy AS person_id, xor(household, CAST(copy AS BIGINT)) AS household",
    "event": "person_id || ':' || copy AS person_id",
    "need_evidence": "person_id || ':' || copy AS person_id",
}


def main() -> None:
    """Make the system, time, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, connect(memory="6GB", lock=False) as con:
        definitions = _stage(con, Path(folder), given.people)
        _copy(con, given.copies)
        rows = [_timed(con, each, given.times) for each in definitions]
        sizes = {name: con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in _COPIED}
    text = _section(rows, sizes, given.times)
    sys.stdout.write(text + "\n")
    if given.out:
        put(given.out, HEADING, text)


def _stage(con: duckdb.DuckDBPyConnection, folder: Path, people: int) -> Sequence[Definition]:
    """The analysis tables of a whole system with perfect links, and the library's definitions."""
    made = make_ics(folder, people=people, seed=1, periods=[PERIOD], whole=True)
    shutil.copytree(LIBRARY, made.project / "cohorts", dirs_exist_ok=True)
    bundle = load_bundle(made.project)
    payloads = payloads_of(bundle, PERIOD)
    records = {source: one.record_person["record_id"] for source, one in payloads.items()}
    index = true_index(made.truth, PERIOD, records)
    build_analysis(con, bundle.sources, index, payloads, as_of_date(PERIOD), bundle.project)
    definitions = load_definitions(bundle)
    run_cohorts(con, definitions, as_of_date(PERIOD))
    return definitions


def _copy(con: duckdb.DuckDBPyConnection, copies: int) -> None:
    """Every person so many times, each copy with a home, events and needs of its own."""
    for name, replaced in _COPIED.items():
        con.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT {name}.* REPLACE ({replaced})"
            f" FROM {name} CROSS JOIN (SELECT unnest(range({copies})) AS copy)"
        )


@dataclass(frozen=True, slots=True)
class _Timed:
    """One definition."""

    name: str
    one: float
    two: float
    """Seconds on the clock, the quickest run with one thread and with two."""
    second: float
    """With two threads: share of the processor time that the second one spent. It says how work is shared out."""

    @property
    def bound(self) -> float:
        """How many times as fast two idle cores would be, by how the work was shared out."""
        return 1 / max(self.second, 1 - self.second)


def _timed(con: duckdb.DuckDBPyConnection, definition: Definition, times: int) -> _Timed:
    """With one thread and two, by turns; refused if they differ in an answer."""
    statement = compile_query(definition.query, as_of_date(PERIOD))
    took: dict[int, list[float]] = {1: [], 2: []}
    answers, whole, own = set(), 0.0, 0.0
    for _ in range(times):
        for threads, found in took.items():
            con.execute(f"SET threads = {threads}")
            begun, all_before, own_before = time.perf_counter(), time.process_time(), time.thread_time()
            con.execute(f"CREATE OR REPLACE TEMP TABLE answer AS {statement.sql}", statement.params)
            found.append(time.perf_counter() - begun)
            if threads == 2:
                whole, own = whole + time.process_time() - all_before, own + time.thread_time() - own_before
            answers.add(con.execute("SELECT count(*), bit_xor(hash(COLUMNS(*))) FROM answer").fetchall()[0])
    if len(answers) != 1:
        raise SystemExit(f"{definition.id} answers otherwise with another number of threads")
    return _Timed(definition.id, min(took[1]), min(took[2]), 1 - own / whole)


def _section(rows: Sequence[_Timed], sizes: dict[str, int], times: int) -> str:
    one, two = sum(row.one for row in rows), sum(row.two for row in rows)
    shares = sorted(row.second for row in rows)
    told = [
        (
            row.name,
            f"{row.one:.2f} s",
            f"{row.two:.2f} s",
            f"{row.one / row.two:.2f}",
            f"{row.second:.0%}",
            f"{row.bound:.2f}",
        )
        for row in rows
    ]
    intro = (
        f"Every definition compiles to one statement. With {sizes['person']:,} people, {sizes['event']:,} events and"
        f" {sizes['need_evidence']:,} pieces of evidence each was run {times} times with one thread and {times} with"
        f" two, by turns, in one process on {os.cpu_count()} cores; the quickest of each. On the clock all of them took"
        f" {one:.1f} s with one thread and {two:.1f} s with two ({one / two:.2f} times as fast), with other work on the"
        f" machine: a load of {os.getloadavg()[0]:.1f} when this ended. With two threads the second spent"
        f" {shares[0]:.0%} to {shares[-1]:.0%} of the processor time (median {statistics.median(shares):.0%}), which"
        " says how the work was shared out whatever else the machine did; the last column is the most that two idle"
        " cores could gain by it, and is no measured gain. The answers were the same. Made by `make bench-parallel`."
    )
    head = ("definition", "one thread", "two", "times as fast", "work of the second thread", "at most")
    return "\n\n".join([HEADING, intro, table(head, told)])


if __name__ == "__main__":
    main()
