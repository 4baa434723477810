"""One method on one set in a process of its own, so that its memory is its own."""

import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.bench import clear_text, encoded
from tests.bench.scores import Found, Outcome, outcome
from tests.bench.sets import BenchSet

METHODS = {
    "joinedup": "joinedup, encoded",
    "splink": "Splink, clear text, own blocking",
    "splink_same": "Splink, clear text, joinedup's blocking",
}
"""By name: its title in the tables."""


def measure(bench: BenchSet, method: str) -> Outcome:
    """Run a method in a new process, started afresh, and hold what it found against the truth."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, bench, method).result()


def _measured(bench: BenchSet, method: str) -> Outcome:
    found = _run(bench, method)
    return outcome(bench, method, found, _peak_mib())


def _run(bench: BenchSet, method: str) -> Found:
    if method == "joinedup":
        return encoded.run(bench)
    return clear_text.run(bench, own_rules=method == "splink")


def _peak_mib() -> float:
    """Most memory this process held.

    Linux tells it for the program that runs now; ``getrusage`` would count the parent's share at the fork.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
