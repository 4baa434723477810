"""What many tests begin with, made once in a whole run of the suite: the first worker to need it makes it.

Nobody changes what lies there: a test that changes anything takes a copy. Each worker looks at the end whether
anybody did.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from governance.lock import locked


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that this worker makes, or that another one made.

    Args:
        factory: Pytest's ``tmp_path_factory``: what is made goes with the run's other temporary files.
        name: Of the folder.
        make: Called with the path of a folder that is not there yet.
    """
    own = factory.getbasetemp()
    # Each worker's folder lies in that of the whole run.
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made_once" / name
    place.mkdir(parents=True, exist_ok=True)
    made, done = place / name, place / "done"
    with locked(place / "lock", wait=True):
        if not done.exists():
            shutil.rmtree(made, ignore_errors=True)  # of a worker that failed half-way
            make(made)
            done.write_text(json.dumps(_look(made)), "utf-8")
    return made


_OWN = frozenset({".lock", "lock"})
"""Files that reading commands touch."""


def changed_since_made(made: Path) -> list[str]:
    """Names of files that are others than when :func:`made_once` ended: changed, new or gone."""
    then, now = json.loads((made.parent / "done").read_text("utf-8")), _look(made)
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def _look(folder: Path) -> dict[str, list[int]]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in _OWN)
    return {path.relative_to(folder).as_posix(): [path.stat().st_size, path.stat().st_mtime_ns] for path in files}
