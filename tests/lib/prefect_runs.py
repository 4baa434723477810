"""One good and one failing run through Prefect, made once and looked at by many tests: each starts a server."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.lib.canary import MARKS, plant
from tests.lib.command import REPOSITORY, Done
from tests.lib.toy import make_toy

FAILING = """
import sys
from flows import period

inner = period.step_function

def step_function(step):
    def fail(run):
        try:
            raise KeyError({context!r})
        except KeyError as cause:
            raise ValueError({text!r}) from cause
    return fail if step == "link" else inner(step)

period.step_function = step_function
from flows.cli import run
print("printed by the step's process", file=sys.stderr)
sys.exit(run(sys.argv[1:]))
"""


@dataclass(frozen=True, slots=True)
class PrefectRun:
    """What a run left behind."""

    project: Path
    temp: Path
    """The temp folder it was given."""
    plain: Path
    """The same project, run without Prefect."""
    good: Done
    good_plain: Done
    failed: Done

    @property
    def home(self) -> Path:
        """Prefect's folder."""
        return self.project / ".joinedup" / "prefect"


def make_runs(folder: Path) -> PrefectRun:
    """Run a project with marked people in it: well, plainly, and failing with their values in the exception."""
    project, temp = make_toy(folder / "project"), folder / "temp"
    plant(project)
    temp.mkdir()
    plain = Path(shutil.copytree(project, folder / "plain"))
    good = _run(temp, "-m", "flows.cli", "run", project, "--json")
    good_plain = _run(temp, "-m", "flows.cli", "run", plain, "--json", "--plain")
    text = " ".join(MARKS.values())
    failed = _run(temp, "-c", FAILING.format(context=text, text=text), "run", project, "--json")
    return PrefectRun(project, temp, plain, good, good_plain, failed)


def _run(temp: Path, *arguments: object) -> Done:
    # As a user's machine may be: a proxy, and settings of another Prefect, which must not be used.
    hostile = {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
        "PREFECT_API_KEY": "not-ours",
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true",
        "TMPDIR": str(temp),
        "HOME": str(temp),
    }
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_PROXY", "no_proxy")}
    done = subprocess.run(
        [sys.executable, *(str(word) for word in arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=REPOSITORY,
        env={**kept, **hostile},
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
