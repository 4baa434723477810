"""A whole period of the synthetic ICS by size: time and memory of each step, each in a process of its own.

python -m tests.bench.period --folder FOLDER --people 100000 500000 1500000 --out docs/benchmarks.md
python -m tests.bench.period --folder FOLDER --people 100000 1500000 --fuller 2 0.38 --out docs/benchmarks.md
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.page import bullets, put, table

HEADING = "## A whole period, by size"
FULLER_HEADING = "## A whole period of four records and more events a person"
STEPS = ("pseudonymise", "link", "cohorts", "find", "report", "audit")
_NO_FLOW = ("find",)
"""Commands that never run through Prefect."""
_PYTHON = (sys.executable, "-m", "tests.bench.more_people")
"""joinedup itself, for more people than it has numbers for, too."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step cost; ``peak_mib`` is the most that any one of its processes held."""

    people: int
    name: str
    seconds: float
    processor: float
    peak_mib: float
    load: float
    exit_code: int


def measure(people: int, name: str, command: Sequence[str]) -> Step:
    """Run a command and ask the system what it cost."""
    load, started = os.getloadavg()[0], time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return Step(
        people, name, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, load, process.returncode
    )  # fmt: skip


def measured(people: int, folder: Path, fuller: Sequence[str]) -> list[Step]:
    """Every step of the newest month, after the making of the people, which is not part of a period."""
    project = folder / "_".join(("people", str(people), *fuller))
    made = project / "project"
    steps = []
    if not (made / "project.yaml").exists():
        subprocess.run((*_PYTHON, "make", str(project), str(people), *fuller), check=True)
    for name in STEPS:
        step = measure(people, name, (*_PYTHON, name, str(made), *(() if name in _NO_FLOW else ("--plain",))))
        sys.stderr.write(f"{people:,} people, {name}: {step.seconds:.0f} s, {step.peak_mib:,.0f} MiB\n")
        steps.append(step)
        if step.exit_code > 1:
            break
    return steps


def section(steps: Sequence[Step], fuller: Sequence[str]) -> str:
    """The table by step and size, and how each grew."""
    sizes = sorted({step.people for step in steps})
    found = {(step.people, step.name): step for step in steps}
    rows = [[name, *(cell for size in sizes for cell in _cells(found.get((size, name))))] for name in STEPS]
    whole = [[step for step in steps if step.people == size] for size in sizes]
    rows.append(["together", *(cell for each in whole for cell in _together(each))])
    head = ["step", *(f"{size:,}: {unit}" for size in sizes for unit in ("s", "processor s", "MiB"))]
    below = bullets([*_growth(whole), *_limits(steps)])
    return f"{_heading(fuller)}\n\n{_intro(fuller)}\n\n{table(head, rows)}\n\n{below}"


def _heading(fuller: Sequence[str]) -> str:
    return FULLER_HEADING if fuller else HEADING


def _intro(fuller: Sequence[str]) -> str:
    said = (
        "The newest month of the demo's nine sources, each step in a process of its own (`--plain`); memory is the most"
        " that the step, or a child it waited for, held at a time. Made by `make bench-period"
    )
    if not fuller:
        return f"{said}`."
    times, known = fuller
    return (
        f'{said} FULLER="{times} {known}"`: every event happens {times} times or oftener, in part to others, until each'
        f" service knows about {float(known):.0%} of all people (`tests/bench/fuller.py`). Counts mean nothing."
    )


def _cells(step: Step | None) -> list[str]:
    if step is None:
        return ["not run"] * 3
    told = "" if step.exit_code <= 1 else f" (ended with {step.exit_code})"
    return [f"{step.seconds:,.0f}{told}", f"{step.processor:,.0f}", f"{step.peak_mib:,.0f}"]


def _together(steps: Sequence[Step]) -> list[str]:
    return [
        f"{sum(step.seconds for step in steps):,.0f}",
        f"{sum(step.processor for step in steps):,.0f}",
        f"{max(step.peak_mib for step in steps):,.0f}",
    ]


def _growth(whole: Sequence[Sequence[Step]]) -> list[str]:
    said = []
    for before, after in itertools.pairwise(whole):
        times = after[0].people / before[0].people
        old = {step.name: step for step in before}
        grew = [f"{one.name} {one.processor / old[one.name].processor:.1f}" for one in after if one.name in old]
        said.append(
            f"From {before[0].people:,} to {after[0].people:,} people, {times:g} times as many, processor time grew"
            f" by: {', '.join(grew)}."
        )
    return said


def _limits(steps: Sequence[Step]) -> list[str]:
    busy = max(step.load for step in steps)
    cores = os.cpu_count() or 1
    wanted = {100_000, 500_000, 1_500_000} - {step.people for step in steps}
    said = [f"{cores} processors; the busiest step began with {busy:.1f} programs that wanted to run."]
    if busy > cores:
        said.append("Others were using the machine, so seconds are too many; processor seconds say more.")
    if wanted:
        said.append(f"Not measured: {', '.join(f'{size:,}' for size in sorted(wanted))} people.")
    return said


def main() -> None:
    """Measure each size; what was measured is kept, so that sizes can be added later."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--people", type=int, nargs="+", default=[100_000, 500_000, 1_500_000])
    parser.add_argument("--fuller", nargs=2, default=[], metavar=("TIMES", "KNOWN"), help="see tests/bench/fuller.py")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    kept = options.folder / ("measured_fuller.json" if options.fuller else "measured.json")
    steps = [Step(**one) for one in json.loads(kept.read_text("utf-8"))] if kept.exists() else []
    for people in options.people:
        steps = [*(step for step in steps if step.people != people), *measured(people, options.folder, options.fuller)]
        kept.write_text(json.dumps([asdict(step) for step in steps], indent=1), encoding="utf-8")
    if options.out:
        put(options.out, _heading(options.fuller), section(steps, options.fuller))


if __name__ == "__main__":
    main()
