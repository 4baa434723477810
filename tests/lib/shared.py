"""What many tests begin with, made once in a whole run of the suite: the first worker to need it makes it.

Nobody changes what lies there: a test that changes anything takes a copy.
"""

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
            done.touch()
    return made
