"""The same month by four users of the operating system, each cut off from any network, each with its own folder only.

Needs to change users, so it is skipped where that is not allowed; ``test_two_machines.py`` shows the rest anywhere.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from governance.store import current
from tests.lib.command import REPOSITORY
from tests.lib.machines import machine
from tests.lib.toy import PERIOD, make_toy

USERS = {"gp_register": 30001, "housing": 30002, "linkage": 30003, "analysis": 30004}
_AS = ["unshare", "-n", "setpriv"]


_PACKAGES = sysconfig.get_path("purelib")
_NESTED = "import duckdb, flows, subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"


def _python():
    """An interpreter that another user may start, and from it again: ours may lie in a folder of root's; or none."""
    if os.name == "nt" or os.geteuid() != 0 or not (shutil.which("unshare") and shutil.which("setpriv")):
        return None
    system = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/local/bin:/usr/bin")
    for python in filter(None, (sys.executable, system)):
        probe = [*_AS, "--reuid=30001", "--regid=30001", "--clear-groups", python, "-c", _NESTED]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": _PACKAGES, "PYTHONDONTWRITEBYTECODE": "1"}
        if not subprocess.run(probe, capture_output=True, cwd=REPOSITORY, env=environment, check=False).returncode:
            return python
    return None


PYTHON = _python()
pytestmark = pytest.mark.skipif(not PYTHON, reason="needs root, unshare, setpriv and a Python that others may start")


@pytest.fixture(scope="module")
def base():
    """A folder that other users may look into; each machine's own folder is closed to all but its user."""
    made = Path(tempfile.mkdtemp(prefix="joinedup_apart_"))
    made.chmod(0o755)
    whole = make_toy(made / "whole")
    (made / "carried").mkdir()
    (made / "carried").chmod(0o777)
    for place, user in USERS.items():
        is_source = place not in ("linkage", "analysis")
        extracts = [f"extracts/{PERIOD}/{place}.csv"] if is_source else []
        root = machine(whole, made / place, [f"source_{place}" if is_source else place], extracts=extracts)
        for path in (root, *root.rglob("*")):
            os.chown(path, user, user)
            path.chmod(0o700 if path.is_dir() else 0o600)
    shutil.rmtree(whole)
    yield made
    shutil.rmtree(made)


def at(base, place, *words):
    """Run a command as one machine's user, without a network."""
    user = USERS[place]
    command = [*_AS, f"--reuid={user}", f"--regid={user}", "--clear-groups", PYTHON, "-m", "flows.cli"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(base / place), "PYTHONPATH": _PACKAGES}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*command, *(str(word) for word in words)],
        cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


def carried(base, *kinds):
    """Files of these kinds, readable by whoever was handed them."""
    files = [path for path in sorted((base / "carried").iterdir()) if path.stem.rsplit("-", 1)[1] in kinds]
    for path in files:
        path.chmod(0o644)
    return files


def test_a_month_by_four_users_who_cannot_read_each_other(base):
    """Every step ends well with what its own user has; no user opens another's folder."""
    steps = []
    for source in ("gp_register", "housing"):
        steps += [
            at(base, source, "pseudonymise", base / source, "--source", source, "--plain"),
            at(base, source, "package", "export", base / source, "--to", base / "carried"),
        ]
    views = carried(base, "views", "receipt")
    steps += [
        at(base, "linkage", "package", "import", base / "linkage", *views, "--period", PERIOD),
        at(base, "linkage", "link", base / "linkage", "--plain"),
        at(base, "linkage", "package", "export", base / "linkage", "--to", base / "carried"),
    ]
    payload = carried(base, "payload", "receipt", "person_index")
    steps += [
        at(base, "analysis", "package", "import", base / "analysis", *payload, "--period", PERIOD),
        at(base, "analysis", "cohorts", base / "analysis", "--plain"),
        at(base, "analysis", "report", base / "analysis", "--plain"),
    ]

    assert [done.returncode for done in steps] == [0] * len(steps), [done.stderr[-300:] for done in steps]
    assert (current(base / f"analysis/zones/public/{PERIOD}") / "board_report.html").exists()
    for place in USERS:
        others = [base / other for other in USERS if other != place]
        assert at(base, place, "keys", "list", others[0]).returncode != 0
