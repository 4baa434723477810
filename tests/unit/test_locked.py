"""The lock is read as pip reads it, for this system and for others."""

import pytest

from flows import locked
from tests.bench.lock import SYSTEMS, cut
from tests.lib.command import REPOSITORY

LOCK = """\
asked==1.0 \\
    --hash=sha256:00
    # via
    #   joinedup (pyproject.toml)
    #   tester
below[extra]==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:11
    # via asked
old==3.0 ; python_full_version < '3.12' \\
    --hash=sha256:22
    # via tester
tester==4.0 \\
    --hash=sha256:33
    # via joinedup (pyproject.toml)
"""
ASKED = ["asked>=1", 'tester; extra == "dev"']


@pytest.mark.parametrize(
    ("system", "python", "names"),
    [
        ("windows", "3.11", ["asked==1.0", "below==2.0", "old==3.0", "tester==4.0"]),
        ("linux", "3.13", ["asked==1.0", "tester==4.0"]),
    ],
)
def test_a_lock_is_cut_to_a_system(system, python, names):
    """Its markers are read for that system, not for this one, and every digest is kept."""
    found = cut(LOCK, SYSTEMS[system], python)

    assert [line.split(" ")[0] for line in found.splitlines() if "==" in line] == names
    assert found.count("--hash=sha256:") == len(names)
    assert ";" not in found


def test_what_only_tests_need_is_told_apart():
    """A server may do without it, also where what asks for it is not installed."""
    assert locked.needed_to_run(LOCK, ASKED) == {"asked", "below"}


def test_other_versions_and_missing_ones_are_told(monkeypatch):
    """A missing tool of tests is none; another version of it is."""
    monkeypatch.setattr(locked, "installed", {"asked": "1.1", "tester": ""}.get)
    assert locked.departures(LOCK.replace("old", "tester"), needed=frozenset({"asked"})) == {"asked": ("1.1", "1.0")}

    monkeypatch.setattr(locked, "installed", {"asked": "", "old": "3.0", "tester": "5.0"}.get)
    assert locked.departures(LOCK, needed=frozenset({"asked"})).keys() == {"asked", "tester"}


def test_what_is_needed_to_run_is_in_the_lock():
    """Prefect and everything below it, and no test runner."""
    found = locked.needed_to_run((REPOSITORY / "requirements.lock").read_text("utf-8"), locked.asked_by_us())

    assert {"prefect", "httpx", "splink", "h2"} <= found
    assert not {"pytest", "mypy", "ruff", "lxml"} & found
