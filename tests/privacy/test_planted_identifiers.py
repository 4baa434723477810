"""Marked identifiers planted in every source appear in nothing that a run leaves behind or says."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from flows.demo.generate import make_ics
from flows.key_desk import make_keys
from governance.keys import KeyRing
from governance.settings import load_bundle
from governance.store import current, read_table
from tests.lib import planting

PERIOD = "2026-09"
TODAY = datetime.now(UTC).date()
"""Keys of the demo are valid on any day."""


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
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic ICS whose every extract begins with a marked person."""
    folder = tmp_path_factory.mktemp("planted")
    make_ics(folder, people=1500, seed=11, periods=(PERIOD,))
    root = folder / "project"
    bundle = load_bundle(root)
    make_keys(root, demo=True)
    assert planting.plant(root, bundle, PERIOD) > 30
    return root


@pytest.fixture(scope="module")
def ran(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The period run end to end through Prefect, as users run it."""
    done = run(planted, tmp_path_factory.mktemp("scratch"))
    assert done.status in (0, 1), done.said.decode()
    return done


def leaks(done: Ran) -> dict[str, list[str]]:
    """Marked texts by the file they stand in, what was said among them; extracts and opt-out lists are the input."""
    inputs = (done.root / "extracts", done.root / "optout")
    files = planting.files_below(done.root, done.scratch, leaving_out=inputs)
    held = {str(path): planting.found_in(path.read_bytes()) for path in files}
    held["what was said"] = planting.found_in(done.said)
    return {where: found for where, found in held.items() if found}


def test_a_run_leaves_no_marked_identifier_behind(ran):
    """Logs, Prefect's database and storage, packages, temporary files, reports, manifests, the ledger, the terminal."""
    assert leaks(ran) == {}


def test_packages_hold_no_marked_identifier_when_opened(ran):
    """Inside the seals there are codes and attributes, not names or numbers of people."""
    ring = KeyRing(ran.root / "keys")
    opened = 0
    for zone in ("linkage", "analysis"):
        key = ring.zone_private(zone, TODAY)
        for pointer in sorted((ran.root / "zones" / zone).rglob("current")):
            for path in sorted(current(pointer.parent).glob("*.sealed")):
                table = read_table(path.parent, path.name.removesuffix(".parquet.sealed"), key)
                assert planting.found_in(_texts(table)) == [], path.name
                opened += 1
    assert opened > 40


def test_a_failing_run_leaves_no_marked_identifier_behind(planted, tmp_path):
    """A date column in another format fails loudly, with the marked rows in hand, and says none of them."""
    root = tmp_path / "failing"
    shutil.copytree(planted, root, ignore=shutil.ignore_patterns("zones", ".joinedup", "ledger"))
    path = root / f"extracts/{PERIOD}/gp_register/patients.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *(f'{line},"Zqsurname' for line in lines[1:])]), encoding="utf-8")

    done = run(root, tmp_path / "scratch", "--plain")

    assert done.status == 3, done.said.decode()
    assert leaks(done) == {}


def test_the_search_finds_what_is_there(planted):
    """The control: the same search over the input finds the marks."""
    found = planting.files_below(planted / "extracts")

    assert sum(bool(planting.found_in(path.read_bytes())) for path in found) >= 8


def _texts(table: pa.Table) -> bytes:
    """All text values of a table, one after the other."""
    columns = [column for column in table.columns if pa.types.is_string(column.type)]
    return "\n".join(str(value) for column in columns for value in column.to_pylist() if value).encode()
