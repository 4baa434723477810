"""Every write point of every step of a month, with every fault: does running the step again end the same?

    python -m tests.bench.faults --out docs/faults.md [--every 10]

A toy month is run step by step; before each step the project is kept. From there the step is run with a fault at one
point, in a process of its own, then again without; what is published must be what an undisturbed run publishes.
"""

import argparse
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from flows.engine import run_steps
from flows.lock import is_running
from flows.period import plan
from flows.run import open_run
from governance.errors import ProjectError
from governance.ledger import Ledger
from governance.settings import load_bundle
from governance.store import current
from governance.write_points import Act
from tests.bench.page import put, table
from tests.lib.disk_faults import FAULTS, KILL, KILLED, At, apart
from tests.lib.toy import PERIOD, make_toy

SAME, OTHER, REFUSED, LEFT = "the same", "OTHER CONTENT", "REFUSED", "LEFT OVER"
HEADING = "## Faults at write points"


def run(root: Path, step: str, source: str) -> None:
    """One step, without an orchestrator."""
    run_steps(open_run(root, PERIOD), [(step, source)], plain=True)


def versions(root: Path) -> dict[str, str]:
    """What every zone holds; of a report, whose page prints the time and the ledger's root, its counts."""
    found = {}
    for pointer in sorted(root.glob("zones/**/current")):
        counts = current(pointer.parent) / "safe_counts.csv"
        name = sha256(counts.read_bytes()).hexdigest() if counts.exists() else pointer.read_text()[:16]
        found[pointer.relative_to(root).as_posix()] = name
    return found


class Noted:
    """Writes every point's act into a file, so that they can be counted from outside."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, act: Act, path: Path) -> None:
        """One line."""
        with self.path.open("a") as file:
            file.write(f"{act}\n")


def outcome(before: Path, wanted: dict[str, str], step: tuple[str, str], number: int, fault: str, trial: Path) -> str:
    """Run a step with a fault, then without, and compare."""
    shutil.rmtree(trial, ignore_errors=True)
    shutil.copytree(before, trial)
    code = apart(run, trial, *step, watcher=At(number, fault, really=True))
    if fault == KILL and code != KILLED:
        raise AssertionError(f"point {number} of {step} was never reached")
    if apart(run, trial, *step) != 0:
        return REFUSED
    if versions(trial) != wanted:
        return OTHER
    try:
        Ledger(trial / "ledger").entries()
    except ProjectError:
        return REFUSED
    return LEFT if list(trial.rglob(".*partial")) or is_running(trial) else SAME


def tried(folder: Path, every: int) -> Iterator[tuple[str, Act, str, str]]:
    """Step, act, fault and outcome of each point tried."""
    root = make_toy(folder / "toy")
    for step in plan(load_bundle(root)):
        before = Path(shutil.copytree(root, folder / "before"))
        notes = folder / "points.txt"
        apart(run, root, *step, watcher=Noted(notes))
        wanted, acts = versions(root), [Act(line) for line in notes.read_text().splitlines()]
        for number in range(every // 2, len(acts), every):
            for fault in FAULTS:
                yield step[0], acts[number], fault, outcome(before, wanted, step, number, fault, folder / "trial")
        shutil.rmtree(before)
        notes.unlink()


def page(found: Counter[tuple[str, str, str, str]], every: int) -> str:
    """The section of the page."""
    total, kills = found.total(), sum(count for (_, _, fault, _), count in found.items() if fault == KILL)
    keys = sorted({(step, act) for step, act, _, _ in found})
    rows = [[step, act, *(_cell(found, step, act, fault) for fault in FAULTS)] for step, act in keys]
    which = "every point" if every == 1 else f"one point in {every}"
    said = (
        f"{HEADING}\n\n`make bench-faults`: {which} of each step of a made-up month of 40 people, {total:,} faults,"
        f" {kills:,} of them kills. Each step was then run again. A number counts faults after which it published the"
        " same, left nothing half-written and the ledger held; anything else is named."
    )
    return f"{said}\n\n{table(['step', 'act', *FAULTS], rows)}\n"


def _cell(found: Counter[tuple[str, str, str, str]], step: str, act: str, fault: str) -> str:
    told = [(how, found[step, act, fault, how]) for how in (SAME, OTHER, REFUSED, LEFT)]
    return ", ".join(str(count) if how == SAME else f"{count} {how}" for how, count in told if count) or "."


def main() -> None:
    """Try, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--every", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = Counter((step, act.value, fault, how) for step, act, fault, how in tried(Path(folder), chosen.every))
    text = page(found, chosen.every)
    print(text)  # noqa: T201 - what the command is for
    if chosen.out:
        put(chosen.out, HEADING, text)


if __name__ == "__main__":
    main()
