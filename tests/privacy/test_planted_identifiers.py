"""Marked identifiers planted in every source appear in nothing that a run leaves behind or says."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.demo.generate import make_ics
from flows.key_desk import make_keys
from governance.settings import load_bundle
from tests.lib import planting
from tests.lib.disk_faults import killed
from tests.lib.places import OPENED, PLACES, leak_everywhere, search
from tests.lib.planting import Planted
from tests.lib.whole import run as run_step

PERIOD = "2026-09"


@dataclass(frozen=True)
class Ran:
    """A finished run: where, and what it said."""

    root: Path
    scratch: Path
    said: bytes
    status: int


def run(root: Path, scratch: Path, *extra: str) -> Ran:
    """The product's own command, with its temporary files where the test can look at them."""
    scratch.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch), "HOME": str(scratch)}
    command = [sys.executable, "-m", "flows.cli", "run", str(root), *extra]
    done = subprocess.run(command, capture_output=True, env=environment, cwd=Path(__file__).parents[2])
    return Ran(root, scratch, done.stdout + done.stderr, done.returncode)


@pytest.fixture(scope="module")
def marks() -> Planted:
    """What was planted."""
    return Planted({})


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, marks: Planted) -> Path:
    """A synthetic ICS whose every extract begins with a marked person, and has a mark of its own in every column."""
    folder = tmp_path_factory.mktemp("planted")
    make_ics(folder, people=600, seed=11, periods=(PERIOD,))
    root = folder / "project"
    make_keys(root, demo=True)
    planting.allow_rejects(root)
    marks.may_be_sent.update(planting.plant(root, load_bundle(root), PERIOD).may_be_sent)
    return root


@pytest.fixture(scope="module")
def ran(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The period run end to end through Prefect, as users run it."""
    done = run(planted, tmp_path_factory.mktemp("scratch"))
    assert done.status in (0, 1), done.said.decode()
    return done


def leaks(done: Ran, marks: Planted) -> list[str]:
    """Marks by the file they stand in, what was said among them; extracts and opt-out lists are the input."""
    return search(done.root, done.scratch, done.said, marks).where


def test_a_run_leaves_no_marked_value_behind(ran, marks):
    """Not in logs, Prefect's database, temporary files, reports, manifests, the ledger, on the terminal, in packages.

    Opened, these hold nothing of a column that policy keeps at the source.
    """
    left = search(ran.root, ran.scratch, ran.said, marks)

    assert left.where == []
    assert {place for place in PLACES if not left.searched[place]} <= {"temporary files", "logs"}, "it leaves none"
    assert left.searched[OPENED] > 100_000


def test_every_column_of_every_source_was_marked(planted, marks):
    """Those that may leave their source are told apart from those that may not."""
    columns = sum(len(file.columns) for source in load_bundle(planted).sources for file in source.files)

    assert len(marks) > columns
    assert marks.never_sent(["zqvmarksurname", "zqvmarkfreetext", "zqvmarkdropped", "born", "unheard of"]) != []
    assert 0 < sum(marks.may_be_sent.values()) < columns


def test_a_deliberate_leak_is_found_in_every_place(ran, marks, tmp_path):
    """The control: one mark in a file of each place, in the form of that place."""
    root = Path(shutil.copytree(ran.root, tmp_path / "project", ignore=shutil.ignore_patterns("extracts", "zones")))

    said = leak_everywhere(root, tmp_path / "scratch", planting.MARKED["surname"])
    left = search(root, tmp_path / "scratch", said, marks)

    assert {place for place in PLACES if not left.found[place]} == set()


def test_a_killed_run_leaves_no_marked_value_behind(planted, marks, tmp_path):
    """Ended within a source's step, before anything could be swept up."""
    left: list[Path] = []
    for at in range(90, 96):  # one of a file's few points lies between its first byte and its name
        root = tmp_path / f"killed{at}"
        shutil.copytree(planted, root, ignore=shutil.ignore_patterns("zones", ".joinedup", "ledger"))

        assert killed(run_step, root, "pseudonymise", "housing", at=at)

        assert search(root, tmp_path / "scratch", b"", marks).where == []
        left += root.rglob(".*partial")
        if left:
            return
    raise AssertionError("no kill left a file half-written")


def test_a_failing_run_leaves_no_marked_value_behind(planted, marks, tmp_path):
    """A date column in another format fails loudly, with the marked rows in hand, and says none of them."""
    root = tmp_path / "failing"
    shutil.copytree(planted, root, ignore=shutil.ignore_patterns("zones", ".joinedup", "ledger"))
    path = root / f"extracts/{PERIOD}/gp_register/patients.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *(f'{line},"{planting.STEM}surname' for line in lines[1:])]), encoding="utf-8")

    done = run(root, tmp_path / "scratch", "--plain")

    assert done.status == 3, done.said.decode()
    assert leaks(done, marks) == []


def test_the_search_finds_what_is_there(planted):
    """The control: the same search over the input finds the marks."""
    found = planting.files_below(planted / "extracts")

    assert sum(bool(planting.marks_in(path.read_bytes())) for path in found) >= 8
