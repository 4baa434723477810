"""Marked values in every column of every source, and every byte that a run leaves searched for them, by kind of run.

    python -m tests.bench.leaks --out docs/benchmarks.md [--people 1500]

Runs end well, fail with the values in the exception, meet an extract that cannot be read, are killed at points of their
way, or talk as much as they can. A deliberate leak into every place must be found: without it a nought says nothing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from flows.approving import approve_demo
from flows.demo.generate import make_ics
from flows.key_desk import make_keys
from governance.settings import load_bundle
from tests.bench.page import bullets, put, table
from tests.lib import planting
from tests.lib.command import REPOSITORY
from tests.lib.places import PLACES, Left, leak_everywhere, search
from tests.lib.planting import Planted
from tests.lib.prefect_runs import FAILING

HEADING = "## Leaks"
PERIOD = "2026-09"
KILLS = (30, 150, 600, 1200, 1800, 2050)
"""Write points of a month at which runs are killed."""

_KILLED = """
import sys
from flows.cli import run
from governance.write_points import watched
from tests.lib.disk_faults import KILL, At

with watched(At(int(sys.argv.pop(1)), KILL, really=True)):
    sys.exit(run(sys.argv[1:]))
"""
_LOUD = {
    "PREFECT_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG",
    "PREFECT_DEBUG_MODE": "true",
    "PREFECT_TEST_MODE": "false",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONDEVMODE": "1",
    "PYTHONWARNINGS": "default",
}


def make(folder: Path, people: int) -> tuple[Path, Planted]:
    """A synthetic ICS with marks in every column."""
    made = make_ics(folder, people=people, seed=11, periods=(PERIOD,))
    make_keys(made.project, demo=True)
    planting.allow_rejects(made.project)
    planted = planting.plant(made.project, load_bundle(made.project), PERIOD)
    approve_demo(made.project)
    return made.project, planted


def left_by(root: Path, scratch: Path, command: Iterable[str], loud: Mapping[str, str]) -> bytes:
    """Run a command of the project, with a temp folder and home of its own; gives what it said."""
    scratch.mkdir(parents=True, exist_ok=True)
    own = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), str(scratch))
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, env={**os.environ, **own, **loud}, cwd=REPOSITORY, check=False
    )
    return done.stdout + done.stderr


def runs(planted: Planted) -> dict[str, list[Callable[[Path], tuple[list[str], Mapping[str, str]]]]]:
    """By kind: commands for a project, and what the environment has."""
    quoted = " ".join([*planting.MARKED.values(), planting.FREE_TEXT, planting.DROPPED])
    failing = FAILING.format(context=quoted, text=quoted)
    cli = ["-m", "flows.cli", "run"]
    return {
        "success": [lambda root: ([*cli, str(root)], {}), lambda root: ([*cli, str(root), "--plain", "--json"], {})],
        "failure": [
            lambda root: (["-c", failing, "run", str(root)], {}),
            lambda root: (["-c", failing, "run", str(root), "--plain"], {}),
            lambda root: ([*cli, str(_spoilt(root)), "--plain"], {}),
        ],
        "kill": [
            lambda root, at=at: (["-c", _KILLED, str(at), "run", str(root), "--plain"], {}) for at in KILLS
        ],
        "debug": [
            lambda root: (["-X", "dev", *cli, str(root)], _LOUD),
            lambda root: (["-c", failing, "run", str(root)], _LOUD),
        ],
    }  # fmt: skip


def _spoilt(root: Path) -> Path:
    """With an extract whose every row opens a quotation that never ends, with a mark in it."""
    path = root / f"extracts/{PERIOD}/gp_register/patients.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *(f'{line},"{planting.STEM}surname' for line in lines[1:])]), encoding="utf-8")
    return root


def measured(template: Path, folder: Path, planted: Planted) -> dict[str, Left]:
    """What every kind of run left, added up; and the control."""
    found = {}
    for kind, commands in runs(planted).items():
        whole = Left(Counter(), Counter(), [])
        for number, command in enumerate(commands):
            root = Path(shutil.copytree(template, folder / f"{kind}{number}" / "project"))
            scratch = root.with_name("scratch")
            said = left_by(root, scratch, *command(root))
            left = search(root, scratch, said, planted)
            whole.searched.update(left.searched)
            whole.found.update(left.found)
            whole.where.extend(left.where)
            sys.stderr.write(
                f"{kind} {number}: {sum(left.searched.values()):,} bytes, {sum(left.found.values())} marks\n"
            )
            if kind == "success" and number == 0:
                found["deliberate leak"] = _control(root, scratch, planted)
            shutil.rmtree(root.parent)
        found[kind] = whole
    return found


def _control(root: Path, scratch: Path, planted: Planted) -> Left:
    said = leak_everywhere(root, scratch, planting.MARKED["surname"])
    return search(root, scratch, said, planted)


def page(found: Mapping[str, Left], planted: Planted) -> str:
    """The section."""
    kinds = [kind for kind in found if kind != "deliberate leak"]
    head = ["place", *(f"{kind}: {what}" for kind in kinds for what in ("bytes", "marks")), "deliberate leak"]
    rows = [[place, *_cells(found, kinds, place)] for place in PLACES]
    never = sum(not may for may in planted.may_be_sent.values())
    said = (
        f"`make bench-leaks`: {len(planted):,} marks in the columns of the demo's nine sources, {never:,} of them in"
        " columns that policy keeps at the source. A person is marked in every file, and each column has a mark of its"
        " own in a row of its own; marks are looked for in both cases, in UTF-8, UTF-16, base64. Places without bytes"
        " were not made by that kind of run. Not opened: rows that a source gets back to mend, sealed to its own key."
        " The last column is the control: a mark put there on purpose, found or not."
    )
    where = sorted({line for kind in kinds for line in found[kind].where})
    notes = [f"{place}: {what}." for place, what in PLACES.items()]
    leaks = bullets(["Found: " + line for line in where]) if where else "No mark was found."
    return f"{HEADING}\n\n{said}\n\n{table(head, rows)}\n\n{leaks}\n\n{bullets(notes)}\n"


def _cells(found: Mapping[str, Left], kinds: Iterable[str], place: str) -> list[str]:
    counts = [f"{part[place]:,}" for kind in kinds for part in (found[kind].searched, found[kind].found)]
    return [*counts, "found" if found["deliberate leak"].found[place] else "NOT FOUND"]


def main() -> None:
    """Run, search, print and write; fails if a mark was found or the control was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--people", type=int, default=1500)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        template, planted = make(Path(folder) / "template", chosen.people)
        found = measured(template, Path(folder), planted)
    text = page(found, planted)
    sys.stdout.write(text)
    if chosen.out:
        put(chosen.out, HEADING, text)
    blind = [place for place in PLACES if not found["deliberate leak"].found[place]]
    leaked = [line for kind, left in found.items() if kind != "deliberate leak" for line in left.where]
    sys.exit(1 if blind or leaked else 0)


if __name__ == "__main__":
    main()
