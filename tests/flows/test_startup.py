"""Commands load what they need and no more: help answers at once, plain runs never meet Prefect."""

import shutil
import subprocess
import sys

import pytest

from tests.lib.command import REPOSITORY

_HEAVY = ("prefect", "splink", "duckdb", "pandas", "pyarrow", "faker", "yaml", "governance.settings")
_SCRIPT = """
import sys
from flows.cli import run
code = run(sys.argv[1:])
sys.stderr.write("\\nLOADED " + " ".join(name for name in {heavy!r} if name in sys.modules))
sys.exit(code)
"""


def _loaded(*arguments: object) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(heavy=_HEAVY), *(str(word) for word in arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=REPOSITORY,
        check=False,
    )
    return set(done.stderr.rsplit("LOADED", 1)[1].split())


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["keys", "--help"]])
def test_help_loads_nothing_heavy(words):
    """So it answers in a fraction of a second."""
    assert _loaded(*words) == set()


def test_check_loads_neither_prefect_nor_splink(toy):
    """Checking is reading."""
    assert _loaded("check", toy) & {"prefect", "splink", "pandas"} == set()


def test_a_plain_run_never_loads_prefect(toy):
    """The core works where the orchestrator does not."""
    assert "prefect" not in _loaded("run", toy, "--plain", "--json")


def test_the_measure_sees_what_it_looks_for(toy_linked, tmp_path):
    """The control of the tests above: a plain linkage does load Splink, and reads settings."""
    root = shutil.copytree(toy_linked, tmp_path / "toy")

    assert _loaded("link", root, "--plain") >= {"splink", "yaml", "governance.settings"}


def test_the_process_that_parses_files_loads_no_settings():
    """One is started for every step that reads extracts."""
    script = (
        "import sys, governance.intake.worker; print(*(name for name in ('pydantic', 'duckdb') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=REPOSITORY, check=True)

    assert done.stdout.split() == []
