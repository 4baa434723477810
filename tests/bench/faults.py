"""Every write point of every step of a month, with every fault: does running the step again end the same?

    python -m tests.bench.faults --kept FOLDER --out docs/benchmarks.md [--every 10] [--minutes 50]
        [--steps cohorts report audit]

A toy month is run step by step. At each write point the run is held still and the project copied as it lies there,
which is what `kill -9` leaves; the step is run again on the copy. One kill in ten is also a real one, and must leave
the very files of the copy. The same again where the step has been published before, and while a run mends a killed one.
In a run of its own, a second run is started at each point. What is published must in every case be what an undisturbed
run publishes. What was tried is kept in a file: a run that was stopped goes on there.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from flows.period import plan
from governance.code_version import code_version
from governance.errors import ProjectError
from governance.settings import load_bundle
from governance.write_points import Act, watched
from tests.bench.page import put, table
from tests.lib.disk_faults import BROKEN, FULL, KILL, KILLED, At, apart, with_fault
from tests.lib.helper import Helper
from tests.lib.toy import make_toy
from tests.lib.whole import SAME, judged, left_over, mended, run, versions

REAL, REPEATED, AGAIN, SECOND = "kill, really", "kill, published before", "kill while mending", "second run"
KILLS = (KILL, REAL, REPEATED, AGAIN)
SHOWN = (*KILLS, FULL, BROKEN, SECOND)
HEADING = "## Faults at write points"
_BUSY, _DONE, _OTHER_FILES = "E-BUSY", "done", "OTHER FILES"
_DIGEST = re.compile(r"[0-9a-f]{16}")
_MENDING = 30
"""Points of a run that mends which are tried too: what is swept, and the first lines of the ledger."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One fault at one point, and how it ended."""

    step: str
    number: int
    act: str
    fault: str
    outcome: str


class Kept:
    """What was tried, in a file, a line each; what was tried with other code is forgotten."""

    def __init__(self, path: Path, minutes: float) -> None:
        self.path, self.until = path, time.monotonic() + 60 * minutes
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
        self.code = code_version()
        self.tried = [Tried(**line["tried"]) for line in lines if line["code"] == self.code]
        self.known = {(one.step, one.number, one.fault) for one in self.tried}

    def wants(self, step: str, number: int, fault: str) -> bool:
        """Whether this was not tried yet, and there is time."""
        return (step, number, fault) not in self.known and time.monotonic() < self.until

    def add(self, one: Tried) -> None:
        """At once in the file."""
        self.tried.append(one)
        self.known.add((one.step, one.number, one.fault))
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"code": self.code, "tried": asdict(one)}) + "\n")


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the month: the project before it, what is published after it, the points that it passes."""

    before: Path
    step: tuple[str, str]
    wanted: dict[str, str]
    acts: list[Act]

    @property
    def name(self) -> str:
        """Such as ``pseudonymise housing``."""
        return " ".join(self.step).strip()


def stages(folder: Path) -> Iterator[Stage]:
    """Every step of an undisturbed month."""
    root = make_toy(folder / "toy")
    for number, step in enumerate(plan(load_bundle(root))):
        before = Path(shutil.copytree(root, folder / f"before{number}"))
        acts: list[Act] = []
        with watched(lambda act, _, acts=acts: acts.append(act)):
            run(root, *step)
        yield Stage(before, step, versions(root), acts)


class HeldStill:
    """A watcher: at every point that is wanted, kill (on a copy), and one time in ten really."""

    def __init__(self, root: Path, stage: Stage, kept: Kept, helper: Helper, every: int, fault: str) -> None:
        self.root, self.stage, self.kept, self.helper, self.every = root, stage, kept, helper, every
        self.number, self.fault = -1, fault
        self.trial, self.most = root.with_name("trial"), root.with_name("most_left")

    def __call__(self, act: Act, path: Path) -> None:
        """One point."""
        self.number += 1
        if self.number % self.every:
            return
        tried = Tried(self.stage.name, self.number, act.value, self.fault, "")
        really = self.fault == KILL and self.number % (10 * self.every) == 0 and self._wants(REAL)
        if self._wants(self.fault) or really:
            copy(self.root, self.trial)
            if len(left_over(self.trial)) > (len(left_over(self.most)) if self.most.exists() else 0):
                copy(self.trial, self.most)
        if really:
            self.kept.add(replace(tried, fault=REAL, outcome=self._killed()))
            copy(self.root, self.trial)
        if self._wants(self.fault):
            said = self.helper.ask(mended, self.trial, self.stage.wanted, *self.stage.step)
            self.kept.add(replace(tried, outcome=said))

    def _wants(self, fault: str) -> bool:
        return self.kept.wants(self.stage.name, self.number, fault)

    def _killed(self) -> str:
        here, (step, source) = shape(self.trial), self.stage.step
        copy(self.stage.before, self.trial)
        code = apart(run, self.trial, step, source, watcher=At(self.number, KILL, really=True))
        if code != KILLED or shape(self.trial) != here:
            return _OTHER_FILES
        return self.helper.ask(mended, self.trial, self.stage.wanted, step, source)


def copy(root: Path, target: Path) -> None:
    """The project as it lies there, in place of what was at ``target``."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(root, target)


def shape(root: Path) -> list[str]:
    """Every file and folder by name; sealed bytes differ from run to run, and so do digests of pages with the time."""
    return sorted(_DIGEST.sub("digest", path.relative_to(root).as_posix()) for path in root.rglob("*"))


def started(root: Path, step: str, source: str) -> str:
    """A second run of the project: the code it was refused with, or that it was done."""
    try:
        run(root, step, source)
    except ProjectError as error:
        return error.code
    return _DONE


def failed_and_mended(stage: Stage, trial: Path, number: int, fault: str) -> str:
    """From the point on the disk is full or broken; then it is mended and the step run again."""
    copy(stage.before, trial)
    with_fault(lambda: run(trial, *stage.step), at=number, fault=fault)
    return mended(trial, stage.wanted, *stage.step)


def hold_still(stage: Stage, kept: Kept, helper: Helper, every: int) -> None:
    """Kills at the points of a step and of its repetition, then at the first points of a run that mends it."""
    root = stage.before.with_name("held")
    copy(stage.before, root)
    for fault in (KILL, REPEATED):
        watcher = HeldStill(root, stage, kept, helper, every, fault)
        with watched(watcher):
            run(root, *stage.step)
    if watcher.most.exists():
        copy(watcher.most, root)
        shutil.rmtree(watcher.most)
        _kill_while_mending(root, stage, kept, helper, every)


def start_seconds(stage: Stage, kept: Kept, helper: Helper, every: int) -> None:
    """A second run at each point of one run, which must be refused, or be whole where nobody held the project."""
    root, tried, number = stage.before.with_name("together"), list[Tried](), -1
    copy(stage.before, root)

    def start(act: Act, _: Path) -> None:
        nonlocal number
        number += 1
        if number % every == 0 and kept.wants(stage.name, number, SECOND):
            said = helper.ask(started, root, *stage.step)
            tried.append(Tried(stage.name, number, act.value, SECOND, said))

    with watched(start):
        run(root, *stage.step)
    whole = judged(root, stage.wanted)
    for one in tried:
        kept.add(replace(one, outcome=whole if one.outcome in (_BUSY, _DONE) else one.outcome))


def _kill_while_mending(root: Path, stage: Stage, kept: Kept, helper: Helper, every: int) -> None:
    trial, number = root.with_name("trial"), -1

    def kill(act: Act, _: Path) -> None:
        nonlocal number
        number += 1
        if number < _MENDING and number % every == 0 and kept.wants(stage.name, number, AGAIN):
            copy(root, trial)
            said = helper.ask(mended, trial, stage.wanted, *stage.step)
            kept.add(Tried(stage.name, number, act.value, AGAIN, said))

    with watched(kill):
        run(root, *stage.step)


def fail(every_stage: Sequence[Stage], kept: Kept, helper: Helper, every: int) -> None:
    """Full and broken disks, evenly over all points, so that what was done of it says something of all."""
    points = [(stage, number) for stage in every_stage for number in range(0, len(stage.acts), every)]
    stride = 61  # a prime: each round passes through every step
    for stage, number in (points[at] for first in range(stride) for at in range(first, len(points), stride)):
        for fault in (FULL, BROKEN):
            if kept.wants(stage.name, number, fault):
                trial = stage.before.with_name("trial")
                said = helper.ask(failed_and_mended, stage, trial, number, fault)
                kept.add(Tried(stage.name, number, stage.acts[number].value, fault, said))


def page(tried: Sequence[Tried], points: int) -> str:
    """The section of the page.

    Args:
        tried: What was tried.
        points: How many write points the month has.
    """
    found = Counter((one.step.split()[0], one.act, one.fault, one.outcome) for one in tried)
    keys = sorted({(step, act) for step, act, _, _ in found})
    rows = [[step, act, *(_cell(found, step, act, fault) for fault in SHOWN)] for step, act in keys]
    by_fault = Counter(one.fault for one in tried)
    kills = sum(by_fault[fault] for fault in KILLS)
    share = [f"{fault} at {by_fault[fault]:,}" for fault in (KILL, REPEATED, FULL, BROKEN, SECOND)]
    otherwise = sum(one.outcome != SAME for one in tried)
    said = (
        f"`make bench-faults`: a made-up month of 40 people passes {points:,} write points. {len(tried):,} faults were"
        f" tried, {kills:,} of them kills: {', '.join(share)} of these points; {by_fault[REAL]:,} kills were real ones,"
        " of a process, and left the same files as the copy that stands for a kill elsewhere; "
        f"{by_fault[AGAIN]:,} hit a run that was mending a killed one. After each the step was run again. A number"
        " counts faults after which it published the same, left nothing half-written and the ledger held; anything else"
        f" is named. {otherwise:,} ended otherwise."
    )
    return f"{HEADING}\n\n{said}\n\n{table(['step', 'act', *SHOWN], rows)}\n"


def _cell(found: Counter[tuple[str, str, str, str]], step: str, act: str, fault: str) -> str:
    told = sorted((how != SAME, how, count) for (*which, how), count in found.items() if which == [step, act, fault])
    return ", ".join(str(count) if how == SAME else f"{count} {how}" for _, how, count in told) or "."


def main() -> None:
    """Try, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--steps", nargs="*", help="such as `cohorts report audit`; without it all are tried")
    parser.add_argument("--only", choices=("kills", "seconds", "disks"), help="one kind of fault")
    chosen = parser.parse_args()
    chosen.kept.mkdir(parents=True, exist_ok=True)
    kept = Kept(chosen.kept / "faults.jsonl", chosen.minutes)
    with tempfile.TemporaryDirectory() as folder, Helper() as helper:
        every_stage = list(stages(Path(folder)))
        tried = [stage for stage in every_stage if not chosen.steps or stage.step[0] in chosen.steps]
        for stage in tried:
            if chosen.only in (None, "kills"):
                hold_still(stage, kept, helper, chosen.every)
            if chosen.only in (None, "seconds"):
                start_seconds(stage, kept, helper, chosen.every)
            sys.stderr.write(f"{stage.name}: {len(kept.tried):,} faults tried\n")
        if chosen.only in (None, "disks"):
            fail(tried, kept, helper, chosen.every)
    text = page(kept.tried, sum(len(stage.acts) for stage in every_stage))
    sys.stdout.write(text)
    if chosen.out:
        put(chosen.out, HEADING, text)


if __name__ == "__main__":
    main()
