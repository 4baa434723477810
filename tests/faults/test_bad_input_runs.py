"""Runs that must not go on: the exact message, and the last good period still in place."""

import errno
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.engine import run_steps
from flows.period import PERIOD as WHOLE
from flows.run import open_run
from governance.errors import Awaiting, BadInput, PolicyRefusal, ProjectError
from governance.keys.ring import new_keys
from governance.store import current
from tests.lib.toy import PERIOD


def published(root: Path) -> dict[str, str]:
    """What every zone holds now: the version that each ``current`` names."""
    return {
        pointer.relative_to(root).as_posix(): pointer.read_text() for pointer in sorted(root.rglob("zones/**/current"))
    }


def run(root: Path, step: str = WHOLE, source: str = "") -> None:
    """One step, or the whole period, without an orchestrator."""
    run_steps(open_run(root, PERIOD), [(step, source)], plain=True)


@pytest.fixture
def good(toy_month, tmp_path):
    """A finished period, for this test alone to spoil."""
    return Path(shutil.copytree(toy_month, tmp_path / "good"))


def refused(root: Path, kind: type[ProjectError], step: str = WHOLE, source: str = "") -> str:
    """The message of a run that must fail, after checking that nothing published has changed."""
    before = published(root)
    with pytest.raises(kind) as caught:
        run(root, step, source)
    assert published(root) == before
    assert before, "the control: there was something to lose"
    assert not list(root.rglob("*.partial"))
    assert not list(root.rglob(".partial"))
    return str(caught.value)


def test_an_absent_key(good):
    """A key that nobody knows of any more is missed before anything is read."""
    for path in good.glob("keys/*/root_b.json"):
        path.unlink()

    assert refused(good, PolicyRefusal, "pseudonymise", "gp_register") == (
        "Policy rules block this run: CRY-04.\n"
        "    key root_b: CRY-04 Key `root_b` does not exist. Ask the custodians to rotate, activate or"
        " hand over the key (`joinedup keys new DIR` makes missing ones, `joinedup keys rotate DIR KEY` replaces one"
        " that has ended).\n"
        "  Why: Each rule keeps a promise made to the people in the data.\n"
        "  Fix: Mend what is listed; `joinedup explain RULE-ID` teaches each rule. Nothing was written."
    )


def test_demo_keys_on_real_people(good):
    """The mark `synthetic` was taken away, the keys anyone can make were not."""
    _make_real(good)

    assert refused(good, PolicyRefusal) == (
        "Project `toy` is not synthetic, but 23 of its keys are demo keys.\n"
        "  Why: Demo keys come from a published seed: anyone can undo what they encode.\n"
        "  Fix: Remove the keys folder, hold a key ceremony (`joinedup keys new DIR`), and encode again."
    )


def test_an_unsigned_project(good):
    """Not synthetic, real keys, no approval: nothing runs."""
    _make_real(good)
    shutil.rmtree(good / "keys")
    new_keys(good / "keys", project="toy", sources=["gp_register", "housing"], today=datetime.now(UTC).date())

    assert refused(good, PolicyRefusal) == (
        "Project `toy` has no approval signed by its approver's key.\n"
        "  Why: Nothing real runs on a config that no IG lead has approved.\n"
        "  Fix: Ask an IG lead to read `joinedup check DIR` and then run `joinedup approve DIR`. Nothing was written."
    )


def _make_real(root: Path) -> None:
    project = root / "project.yaml"
    project.write_text(project.read_text().replace("synthetic: true", "synthetic: false"))


def test_an_unknown_source(good):
    """A source without a file has been described and approved by nobody."""
    assert refused(good, BadInput, "pseudonymise", "ambulance") == (
        "There is no source `ambulance` in this project.\n"
        "  Why: Only sources with a file in sources/ have been described and approved.\n"
        "  Fix: Use one of: gp_register, housing; or add sources/ambulance.yaml."
    )


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS], ids=["full", "broken", "read only"])
def test_a_disk_that_cannot_be_written(good, monkeypatch, code):
    """Half-written packages are swept; the last good period is what readers still find."""
    extract = good / f"extracts/{PERIOD}/gp_register.csv"
    extract.write_text("\n".join(extract.read_text().splitlines()[:-1]) + "\n")  # something new to publish
    real = os.fsync

    def fails_for_packages(descriptor):
        if os.path.realpath(f"/proc/self/fd/{descriptor}").endswith(".sealed.partial"):
            raise OSError(code, os.strerror(code))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fails_for_packages)

    assert refused(good, BadInput, "pseudonymise", "gp_register") == (
        f"A file could not be written: {os.strerror(code)}.\n"
        "  Why: A half-written package could lose people without a trace, so the step ended there.\n"
        "  Fix: Free disk space or mend the folder's permissions (`joinedup doctor DIR` says which), then run the"
        " same command again."
    )


def test_an_extract_that_went_missing(good):
    """The last good month stays what it was, and the run waits."""
    (good / f"extracts/{PERIOD}/gp_register.csv").unlink()

    assert "It was read before and is gone." in refused(good, Awaiting, "pseudonymise", "gp_register")


def test_packages_made_under_another_config(good):
    """A rule was changed after encoding: old and new codes look alike and match nothing."""
    project = good / "project.yaml"
    project.write_text(project.read_text() + "linkage: {max_block_records: 50}\n")

    assert refused(good, PolicyRefusal, "link") == (
        "Package in/gp_register was made under another config_sha256.\n"
        "  Why: Codes made under different keys, rules or periods look alike and match nothing, or the wrong people.\n"
        "  Fix: Run `joinedup pseudonymise` for every source again, then this step."
    )


def test_a_package_altered_on_the_way(good):
    """One flipped bit in a sealed file."""
    path = current(good / f"zones/linkage/{PERIOD}/in/gp_register") / "view.parquet.sealed"
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)

    assert refused(good, PolicyRefusal, "link") == (
        "A sealed file could not be opened.\n"
        "  Why: It was sealed for another zone or purpose, or it was altered or cut on the way.\n"
        "  Fix: Check that this machine holds the zone's key, and ask the sender for the package again."
    )


def test_the_same_inputs_give_the_same_content(good):
    """Seals differ from run to run; what they hold, and so every version's name, does not."""
    before = {path: name for path, name in published(good).items() if "/public/" not in path}

    run(good)

    after = published(good)
    # A version is sixteen digits; content published a second time alternates between two folders of it.
    assert {path: name[:16] for path, name in after.items() if path in before} == {
        path: name[:16] for path, name in before.items()
    }
