"""A process that dies leaves no picture of its memory on a disk."""

import subprocess
import sys

import pytest

from tests.lib.command import REPOSITORY

LOOK = """
import resource
from flows.cli import run
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
run(["explain", "CRY-02"])
print(resource.getrlimit(resource.RLIMIT_CORE)[0])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no core dumps of this kind")
def test_no_core_dump_is_written():
    """Names and keys are in memory while a source is encoded."""
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, cwd=REPOSITORY, check=True)

    assert done.stdout.splitlines()[-1] == "0"
