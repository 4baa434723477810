"""One method on one set in a process of its own, so that its memory is its own."""

import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.bench import clear_text, clkhash_peer, encoded
from tests.bench.scores import Found, Outcome, outcome
from tests.bench.sets import BenchSet

METHODS = {
    "joinedup": "joinedup, encoded",
    "splink": "Splink, clear text, own blocking",
    "splink_same": "Splink, clear text, joinedup's blocking",
    "clkhash": "clkhash + anonlink, every pair",
    "clkhash_same": "clkhash + anonlink, joinedup's blocking",
}
"""By name: its title in the tables."""


def can_measure(bench: BenchSet, method: str, clkhash_python: Path | None) -> bool:
    """Whether a method's environment is there and the set within its means."""
    if not method.startswith("clkhash"):
        return True
    if bench.kind == "weak":
        return False
    records = sum(bench.table(source.id).num_rows for source in bench.sources)
    return clkhash_python is not None and clkhash_python.exists() and records <= clkhash_peer.MOST_RECORDS


def measure(bench: BenchSet, method: str, clkhash_python: Path | None = None) -> Outcome:
    """Run a method in a new process, started afresh, and hold what it found against the truth."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, bench, method, clkhash_python).result()


def _measured(bench: BenchSet, method: str, clkhash_python: Path | None) -> Outcome:
    found = _run(bench, method, clkhash_python)
    return outcome(bench, method, found, peak_mib())


def _run(bench: BenchSet, method: str, clkhash_python: Path | None) -> Found:
    if method == "joinedup":
        return encoded.run(bench)
    if clkhash_python is not None and method.startswith("clkhash"):
        return clkhash_peer.run(bench, clkhash_python, same_blocking=method == "clkhash_same")
    return clear_text.run(bench, own_rules=method == "splink")


def peak_mib() -> float:
    """Most memory this process held.

    Linux tells it for the program that runs now; ``getrusage`` would count the parent's share at the fork.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
