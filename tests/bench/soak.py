"""Twelve months of a synthetic ICS, one after the other, with faults at random points: is everything still whole?

    python -m tests.bench.soak --kept FOLDER --out docs/benchmarks.md [--people 1000] [--minutes 60]

Each step of each month may be killed, meet a full or broken disk, or meet a second run; then it is run again. After
every month: nothing half-written, no content that nobody follows, a ledger that holds, and people who keep their ids
unless linkage says what became of them. Some months are also run without faults, from the same state: they must
publish the same. Months that are done are kept: a run that was stopped goes on there.
"""

import argparse
import json
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from flows.approving import approve_demo
from flows.demo.generate import make_ics
from flows.demo.name_bands import use_bands
from flows.demo.paperwork import date_paperwork
from flows.engine import run_steps
from flows.key_desk import make_keys
from flows.lock import is_running
from flows.period import plan
from flows.run import open_run
from governance.code_version import code_version
from governance.errors import ProjectError
from governance.ledger import Ledger
from governance.settings import load_bundle
from governance.store import current, read_table
from governance.write_points import Act
from tests.bench.page import bullets, put, table
from tests.lib.disk_faults import BROKEN, FAULTS, FULL, KILL, KILLED, At, apart, with_fault
from tests.lib.helper import Helper
from tests.lib.whole import ledger_holds, left_over, run, versions

HEADING = "## Twelve months with faults"
SECOND = "second run"
PERIODS = tuple(f"{2025 + (month > 12)}-{(month - 1) % 12 + 1:02}" for month in range(10, 22))
TWINS = (0, 5, 11)
"""Months that are also run without faults."""

_UNFINISHED, _PATIENCE = "E-GATE-UNFINISHED", 5
_CHANCE = 0.35
_POINTS = 190
"""Of a step, about; a fault beyond its last one is none."""


@dataclass(frozen=True, slots=True)
class Month:
    """What one month was put through, and how it ended."""

    period: str
    faults: dict[str, int]
    twin: str
    records: int
    people: int
    stayed: int
    """Records of the month before that are still there."""
    kept: int
    """Of these, those whose person has the same id."""
    told: int
    """Of the others, those whose change of person linkage tells."""
    left_over: int
    ledger: int
    """Lines; below nought if it does not hold."""
    seconds: float


def make(folder: Path, people: int) -> Path:
    """A synthetic ICS with an extract of every source for every month."""
    root = folder / "ics" / "project"
    if not (folder / "made").exists():
        shutil.rmtree(folder / "ics", ignore_errors=True)
        made = make_ics(folder / "ics", people=people, seed=5, periods=PERIODS)
        _let_nothing_happen(made.project)
        date_paperwork(made.project, datetime.now(UTC).date())
        make_keys(made.project, demo=True)
        use_bands(made.project)
        approve_demo(made.project)
        (folder / "made").touch()
    return root


def _let_nothing_happen(root: Path) -> None:
    """So small a source may send what it sent last month, which is refused unless it may be carried forward."""
    for path in (root / "sources").glob("*.yaml"):
        if path.stem != "gp_register":
            with path.open("a", encoding="utf-8") as file:
                file.write("\neach_month: carry_forward\ncarry_forward_months: 12\n")


def month(root: Path, period: str, number: int, helper: Helper) -> Month:
    """Run every step, some with a fault and then again, and look at what is there."""
    started, before = time.monotonic(), _index(root, PERIODS[number - 1]) if number else None
    twin = root.parent / "twin"
    if number in TWINS:
        shutil.rmtree(twin, ignore_errors=True)
        shutil.copytree(root, twin)
    chance, faults = random.Random(f"soak {period}"), Counter[str]()
    for step, source in plan(load_bundle(root)):
        if chance.random() < _CHANCE:
            fault, point = chance.choice((*FAULTS, SECOND)), chance.randrange(_POINTS)
            faults[fault] += hit(root, period, (step, source), fault, point, helper)
        _do(helper, root, step, source, period)
    same = "not run"
    if number in TWINS:
        for step, source in plan(load_bundle(twin)):
            _do(helper, twin, step, source, period)
        same = "the same" if _of(versions(twin), period) == _of(versions(root), period) else "OTHER CONTENT"
    found = _seen(root, period, before)
    return replace(found, faults=dict(faults), twin=same, seconds=round(time.monotonic() - started))


def put_back(root: Path) -> None:
    """Before a month: copy the project, or put the copy in the place of a month that was cut off half-way."""
    before = _before(root)
    if (before / "whole").exists():
        shutil.rmtree(root)
        shutil.copytree(before / "project", root)
        return
    shutil.rmtree(before, ignore_errors=True)
    shutil.copytree(root, before / "project")
    (before / "whole").touch()


def _before(root: Path) -> Path:
    return root.with_name("before")


def _do(helper: Helper, root: Path, step: str, source: str, period: str) -> None:
    """Run one step, which must succeed: whatever happened before was mended by it."""
    said = _UNFINISHED
    for _ in range(_PATIENCE):  # the gate has 110 seconds, which a machine with much else to do may not give it
        if said.startswith(_UNFINISHED):
            said = helper.ask(done, root, step, source, period, seconds=600)
    if said != "done":
        raise AssertionError(f"{period}, {step} {source}: {said}")


def done(root: Path, step: str, source: str, period: str) -> str:
    """Run one step; the code of the error if it fails."""
    try:
        run(root, step, source, period)
    except ProjectError as error:
        return f"{error.code}: {error}"
    return "done"


def hit(root: Path, period: str, step: tuple[str, str], fault: str, point: int, helper: Helper) -> int:
    """Run a step with a fault; whether the point was reached."""
    if fault == KILL:
        return int(apart(run, root, *step, period, watcher=At(point, KILL, really=True)) == KILLED)
    if fault == SECOND:
        return int(apart(_with_second, root, step, period, watcher=_Together(root, step, period, point)) == 0)
    return int(helper.ask(_failed, root, step, period, fault, point, seconds=600) == "failed")


def _failed(root: Path, step: tuple[str, str], period: str, fault: str, point: int) -> str:
    whole = with_fault(lambda: run(root, *step, period), at=point, fault=fault)
    return "whole" if whole else "failed"


def _with_second(root: Path, step: tuple[str, str], period: str) -> None:
    run(root, *step, period)


class _Together:
    """A watcher: at one point another process starts the same run, and must be told to wait its turn."""

    def __init__(self, root: Path, step: tuple[str, str], period: str, point: int) -> None:
        self.root, self.step, self.period, self.left = root, step, period, point

    def __call__(self, act: Act, path: Path) -> None:
        self.left -= 1
        if self.left == -1 and is_running(self.root):
            with Helper() as other:
                said = other.ask(_refused, self.root, self.step, self.period)
            if said != "E-BUSY":
                raise AssertionError(said)


def _refused(root: Path, step: tuple[str, str], period: str) -> str:
    try:
        run_steps(open_run(root, period), [step], plain=True)
    except ProjectError as error:
        return error.code
    return "done"


def _of(found: dict[str, str], period: str) -> dict[str, str]:
    return {name: version for name, version in found.items() if period in name.split("/")}


def _seen(root: Path, period: str, before: dict[tuple[str, int], str] | None) -> Month:
    now = _index(root, period)
    stayed = [record for record in before or {} if record in now]
    moved = [record for record in stayed if (before or {})[record] != now[record]]
    change = _table(root, period, "person_change")
    pairs = set(zip(change["person_id_before"].to_pylist(), change["person_id_after"].to_pylist(), strict=True))
    told = sum(((before or {})[record], now[record]) in pairs for record in moved)
    lines = len(Ledger(root / "ledger").entries())
    return Month(
        period=period,
        faults={},
        twin="",
        records=len(now),
        people=len(set(now.values())),
        stayed=len(stayed),
        kept=len(stayed) - len(moved),
        told=told,
        left_over=len(left_over(root)),
        ledger=lines if ledger_holds(root) else -lines,
        seconds=0,
    )


def _index(root: Path, period: str) -> dict[tuple[str, int], str]:
    """Person by source and record."""
    rows = _table(root, period, "person_index")
    keys = zip(rows["source"].to_pylist(), rows["record_id"].to_pylist(), strict=True)
    return dict(zip(keys, rows["person_id"].to_pylist(), strict=True))


def _table(root: Path, period: str, name: str) -> pa.Table:
    opened = open_run(root, period)
    folder = current(opened.zone("linkage", period, "out"))
    return read_table(folder, name, opened.ring.zone_private("linkage", opened.today))


def page(months: Sequence[Month], people: int) -> str:
    """The section."""
    kinds = (KILL, FULL, BROKEN, SECOND)
    head = [
        "month",
        *kinds,
        "without faults",
        "records",
        "people",
        "stayed",
        "same id",
        "change told",
        "left over",
        "ledger",
    ]
    rows = [
        [
            one.period,
            *(str(one.faults.get(kind, 0)) for kind in kinds),
            one.twin,
            *(f"{number:,}" for number in (one.records, one.people, one.stayed, one.kept, one.told, one.left_over)),
            f"{one.ledger:,} lines hold" if one.ledger > 0 else "BROKEN",
        ]
        for one in months
    ]
    hits = sum(sum(one.faults.values()) for one in months)
    said = (
        f"`make bench-soak`: {len(months)} of twelve months of the demo's nine sources, {people:,} people, {hits}"
        " faults at random write points; after each the step was run again. Stayed: records of the month before that"
        " are still there; same id: of these, whose person has the id of the month before; change told: of the others,"
        " whose person is in the table of changes. Without faults: the month run again from the same state."
    )
    kept, stayed = sum(one.kept for one in months), sum(one.stayed for one in months)
    notes = [
        f"Left over after any month: {sum(one.left_over for one in months)}.",
        f"Of {stayed:,} records that stayed, {kept:,} kept their person's id; of the {stayed - kept:,} others"
        f" {sum(one.told for one in months):,} are told as joined, split or moved.",
    ]
    return f"{HEADING}\n\n{said}\n\n{table(head, rows)}\n\n{bullets(notes)}\n"


def main() -> None:
    """Go on where it was stopped; print and write what there is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=600)
    chosen = parser.parse_args()
    until = time.monotonic() + 60 * chosen.minutes
    folder = chosen.kept / f"{code_version().split('+')[-1]}_{chosen.people}"
    folder.mkdir(parents=True, exist_ok=True)
    root, log = make(folder, chosen.people), folder / "months.jsonl"
    months = [Month(**json.loads(line)) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
    with Helper(50) as helper:
        for number, period in enumerate(PERIODS):
            if number >= len(months) and time.monotonic() < until:
                put_back(root)
                months.append(month(root, period, number, helper))
                with log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(months[-1])) + "\n")
                shutil.rmtree(_before(root))
                sys.stderr.write(f"{months[-1]}\n")
    text = page(months, chosen.people)
    sys.stdout.write(text)
    if chosen.out:
        put(chosen.out, HEADING, text)


if __name__ == "__main__":
    main()
