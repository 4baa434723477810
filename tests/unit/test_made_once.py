"""What tests share is made by one worker only; long files are begun first."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.lib.long_files import LONG, TESTS, place_in_line
from tests.lib.shared import changed_since_made, made_once


class Factory:
    """Pytest's own, of a worker of ``--numprocesses``: each has a folder in that of the whole run."""

    def __init__(self, base):
        self.base = base

    def getbasetemp(self):
        """The worker's folder."""
        self.base.mkdir(exist_ok=True)
        return self.base


def test_of_several_workers_one_makes_and_all_are_given_the_same(tmp_path, monkeypatch):
    """Those that come while it is being made wait until it is whole."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    makers = []

    def make(root):
        makers.append(root)
        root.mkdir()
        time.sleep(0.2)
        (root / "whole").touch()

    def ask(number):
        root = made_once(Factory(tmp_path / f"gw{number}"), "project", make)
        return root, (root / "whole").exists()

    with ThreadPoolExecutor(4) as workers:
        given = set(workers.map(ask, range(4)))

    assert len(makers) == 1
    assert given == {(makers[0], True)}


def test_what_was_left_half_made_is_made_anew(tmp_path):
    """Nobody begins with the first half of a project."""

    def fail(root):
        (root / "half").mkdir(parents=True)
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        made_once(Factory(tmp_path / "own"), "project", fail)
    root = made_once(Factory(tmp_path / "own"), "project", lambda root: root.mkdir())

    assert list(root.iterdir()) == []


def test_long_files_are_there_and_come_first():
    """A file that was renamed would come last again."""
    assert [name for name in LONG if not (TESTS / name).is_file()] == []
    assert [place_in_line(TESTS / name) for name in LONG] == list(range(len(LONG)))
    assert place_in_line(TESTS / "unit/test_made_once.py") == len(LONG)


def test_who_writes_into_what_is_shared_is_noticed(tmp_path):
    """A file changed, a new one, one that is gone; reading alone is none of these."""

    def make(root):
        root.mkdir()
        for name in ("read", "changed", "gone"):
            (root / name).write_text(name)

    root = made_once(Factory(tmp_path / "own"), "project", make)
    (root / "read").read_text()
    assert changed_since_made(root) == []

    (root / "changed").write_text("longer than before")
    (root / "new").touch()
    (root / "gone").unlink()
    assert changed_since_made(root) == ["changed", "gone", "new"]
