"""What every test shares: a small project to spoil, and an environment of its own."""

import atexit
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from flows.prefect_settings import client_settings, use
from tests.lib.long_files import place_in_line
from tests.lib.prefect_runs import PrefectRun, make_runs
from tests.lib.shared import changed_since_made, made_once
from tests.lib.toy import make_toy


def _no_more_words() -> None:
    """Let pytest's closing line be the last one.

    Hypothesis keeps a test's last arguments, a DuckDB connection among them, until the interpreter ends; DuckDB's
    binding (nanobind) then prints pages about leaks to standard error. Nothing of ours is written after this.
    """
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


atexit.register(_no_more_words)

os.umask(0o077)  # as the command does: fixtures make files for this user only

# Two busy cores make single examples slow; a slow one says nothing about the code.
settings.register_profile("joinedup", deadline=None, print_blob=True, max_examples=40)
settings.load_profile("joinedup")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, the others as they come; a file's own tests stay in their order."""
    items.sort(key=lambda item: place_in_line(item.path))


@pytest.fixture(scope="session")
def _toy_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from _shared(tmp_path_factory, "toy", make_toy)


@pytest.fixture(scope="session")
def toy_linked(tmp_path_factory: pytest.TempPathFactory, _toy_template: Path) -> Iterator[Path]:
    """The toy project, both sources pseudonymised and linked; for nobody to change."""
    steps = [("pseudonymise", "gp_register"), ("pseudonymise", "housing"), ("link", "")]
    yield from _shared(tmp_path_factory, "toy_linked", lambda root: _after(_toy_template, root, steps))


@pytest.fixture(scope="session")
def toy_month(tmp_path_factory: pytest.TempPathFactory, _toy_template: Path) -> Iterator[Path]:
    """The toy project after its whole month, released; for nobody to change."""
    yield from _shared(tmp_path_factory, "toy_month", lambda root: _after(_toy_template, root, [("period", "")]))


def _shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Iterator[Path]:
    """A project that many tests read; in the end it has to be as it was made."""
    root = made_once(factory, name, make)
    yield root
    changed = changed_since_made(root)
    assert not changed, f"a test wrote into the shared {name}, of which it has to take a copy: {changed}"


def _after(template: Path, root: Path, steps: list[tuple[str, str]]) -> None:
    from flows.engine import run_steps
    from flows.run import open_run

    run_steps(open_run(Path(shutil.copytree(template, root))), steps, plain=True)


@pytest.fixture
def toy(_toy_template: Path, tmp_path: Path) -> Path:
    """A tiny project of two sources and forty people, with demo keys, for this test alone."""
    return Path(shutil.copytree(_toy_template, tmp_path / "toy"))


@pytest.fixture(autouse=True, scope="session")
def _prefect_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests that load Prefect here neither read nor write the user's own."""
    mask = os.umask(0o022)
    use(client_settings(tmp_path_factory.mktemp("no_project"), "none", 9))
    os.umask(mask)


@pytest.fixture(autouse=True)
def _same_environment() -> Iterator[None]:
    """Commands set variables and the umask for their own process; a test puts them back."""
    before, mask = dict(os.environ), os.umask(0o022)
    os.umask(mask)
    yield
    os.umask(mask)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def prefect_runs(tmp_path_factory: pytest.TempPathFactory) -> PrefectRun:
    """A good run through Prefect, a plain one and a failing one, of a project with marked people in it."""
    return make_runs(tmp_path_factory.mktemp("prefect"))
