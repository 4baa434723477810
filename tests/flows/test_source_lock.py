"""A source needs only the source lock: neither the orchestrator nor the linkage library is installed at a council."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest

from tests.lib.command import REPOSITORY
from tests.lib.machines import machine
from tests.lib.toy import PERIOD

LOCK = (REPOSITORY / "requirements-source.lock").read_text("utf-8")
WHOLE = (REPOSITORY / "requirements.lock").read_text("utf-8")

_RUN = """
import sys

ABSENT = set({absent!r})


class Absent:
    '''As if only what the lock holds were installed.'''

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"not in the source lock: {{name}}", name=name)


sys.meta_path.insert(0, Absent())
from flows.cli import run

code = run({arguments!r})
for name in ("prefect", "splink", "sqlalchemy", "fastapi"):
    assert name not in sys.modules, name
sys.exit(code)
"""


def pins(text):
    """Names and versions in a lock; a name may have several, for several Pythons."""
    return set(re.findall(r"^([a-z0-9-]+)==([^ \\]+)", text, re.M))


def normal(name):
    """A distribution's name as locks write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def absent():
    """What can be imported here and could not where only the source lock is installed."""
    there = {name for name, _ in pins(LOCK)} | {"joinedup"}
    owners = metadata.packages_distributions()
    return sorted(top for top, names in owners.items() if not {normal(one) for one in names} & there)


@pytest.fixture
def council(toy, tmp_path):
    """A council's machine: its own keys and extract."""
    return machine(toy, tmp_path / "council", ["source_housing"], extracts=[f"extracts/{PERIOD}/housing.csv"])


def at_source(*arguments):
    """Run a command with nothing but the source lock to import."""
    program = _RUN.format(absent=absent(), arguments=[str(word) for word in arguments])
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=False, timeout=180
    )


def test_a_council_encodes_and_sends_with_the_source_lock_alone(council, tmp_path):
    """Everything of its month: check, keys, encode, export, ledger; no orchestrator and no linkage library."""
    commands = (
        ("check", council),
        ("keys", "verify", council),
        ("pseudonymise", council, "--plain"),
        ("package", "export", council, "--to", tmp_path / "out"),
        ("audit", "verify", council),
        ("explain", "E-OPTOUT-AWAITING"),
    )
    for words in commands:
        done = at_source(*words)
        assert done.returncode in (0, 1), f"{words[:2]}: {done.stdout}{done.stderr}"
    assert len(list((tmp_path / "out").glob("*.joinedup"))) == 3


def test_linkage_is_not_possible_with_the_source_lock(council):
    """The control: what needs more is not there, and its absence is told."""
    assert {"prefect", "splink", "pytest", "scipy"} <= set(absent())
    done = at_source("link", council, "--plain", "--period", PERIOD)

    assert done.returncode == 4
    assert "ModuleNotFoundError" in done.stderr


def test_the_source_lock_is_part_of_the_whole_one():
    """The same versions with the same hashes: what was tested is what a source installs."""
    assert pins(LOCK) < pins(WHOLE)
    assert set(re.findall(r"sha256:[0-9a-f]{64}", LOCK)) < set(re.findall(r"sha256:[0-9a-f]{64}", WHOLE))
    assert not {"prefect", "splink", "sqlalchemy", "fastapi"} & {name for name, _ in pins(LOCK)}
    assert len({name for name, _ in pins(LOCK)}) < 0.25 * len({name for name, _ in pins(WHOLE)})


def test_the_lock_names_no_place_to_fetch_from():
    """It installs from any mirror, and every file is checked against its hash."""
    assert not re.search(r"https?:|index-url|find-links", LOCK)
    pinned = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.M)[1:]
    assert all("--hash=sha256:" in one for one in pinned)


def test_bounds_are_those_of_the_project():
    """One list of bounds: a source never gets a version the project does not allow."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    everything = {*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["dev"]}

    assert set(project["dependency-groups"]["source"]) <= everything
