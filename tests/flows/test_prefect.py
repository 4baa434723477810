"""Through Prefect: the same run, watched; nothing kept that should not be, nothing heard that need not be."""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import timedelta

import pytest

from flows.prefect_care import remove_old_results
from flows.prefect_settings import KEPT_DAYS, SAFE, server_settings, use
from flows.run import now
from tests.lib.command import REPOSITORY

FLOWS = ["period", "pseudonymise", "pseudonymise", "link", "cohorts", "report", "audit"]


@pytest.fixture
def query(prefect_runs):
    """Ask Prefect's database."""
    con = sqlite3.connect(prefect_runs.home / "prefect.db")
    yield lambda sql: con.execute(sql).fetchall()
    con.close()


def test_a_run_ends_well_and_says_nothing_else(prefect_runs):
    """JSON on standard output, nothing on standard error: no server's noise, no farewell of threads."""
    assert (prefect_runs.good.code, prefect_runs.good.err) == (0, "")
    assert [step["step"] for step in prefect_runs.good.json["result"]["steps"]] == FLOWS[1:]


def test_the_results_are_those_of_a_plain_run(prefect_runs):
    """Same extracts, same digests, with and without an orchestrator."""
    through, plainly = prefect_runs.good.json["result"]["steps"], prefect_runs.good_plain.json["result"]["steps"]
    # The report prints the ledger's root, which has times in it; the audit page has times too.
    compared = ("pseudonymise", "link", "cohorts")

    assert [s["receipt"] for s in through if s["step"] in compared] == [
        s["receipt"] for s in plainly if s["step"] in compared
    ]


def test_every_step_is_a_flow_run(query):
    """One for the period, one for each step."""
    rows = query("SELECT f.name FROM flow_run r JOIN flow f ON f.id = r.flow_id ORDER BY r.created LIMIT 7")

    assert sorted(name for (name,) in rows) == sorted(FLOWS)


def test_parameters_are_ids(query):
    """Prefect stores them in the clear."""
    stored = [json.loads(row[0]) for row in query("SELECT parameters FROM flow_run")]

    assert {name for parameters in stored for name in parameters} == {"project_id", "period", "source_id"}
    assert {value for parameters in stored for value in parameters.values()} == {
        "toy",
        "2026-10",
        "gp_register",
        "housing",
    }


def test_a_failure_is_stored_as_a_code_and_a_step(query):
    """In the flow runs' states, which is what Prefect's pages show."""
    messages = {message for (message,) in query("SELECT message FROM flow_run_state WHERE type = 'FAILED'")}

    assert messages == {"Flow run encountered an exception: StepFailed: E-INTERNAL in link"}


def test_a_failure_is_told_in_full_to_the_user(prefect_runs):
    """The exit code of its class, and what, why and fix; no traceback."""
    assert prefect_runs.failed.code == 4
    assert prefect_runs.failed.json["error"]["code"] == "E-INTERNAL"
    assert prefect_runs.failed.err == "printed by the step's process\n"


def test_no_result_log_or_artifact_is_kept(prefect_runs, query):
    """Receipts are returned in memory; only failures are pickled, and those hold a code and a name."""
    assert query("SELECT count(*) FROM log") == [(0,)]
    pointers = [json.loads(data) for (data,) in query("SELECT data FROM artifact")]  # where a failure's pickle lies
    assert all(pointer["storage_key"].startswith(str(prefect_runs.home / "storage")) for pointer in pointers)
    assert query("SELECT count(*) FROM artifact_collection") == [(0,)]
    stored = [path.read_bytes() for path in (prefect_runs.home / "storage").iterdir()]
    assert 0 < len(stored) <= 2
    assert all(len(content) < 200 for content in stored)


def test_everything_is_for_this_user_only(prefect_runs):
    """Prefect makes its files readable by anyone; our umask does not let it."""
    loose = [path.name for path in (prefect_runs.project / ".joinedup").rglob("*") if path.stat().st_mode & 0o077]

    assert loose == []


def test_the_server_is_gone_and_its_password_with_it(prefect_runs):
    """Nothing is left running, nothing is left to find it by."""
    assert not (prefect_runs.home / "server.json").exists()


def test_the_server_ends_when_its_master_is_killed(tmp_path):
    """A killed run leaves no server behind: its standard input closes."""
    use(server_settings(tmp_path, "x"))
    server = subprocess.Popen(
        [sys.executable, "-m", "flows.prefect_server"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=REPOSITORY,
    )  # fmt: skip
    assert server.stdin is not None
    assert server.stdout is not None
    with server.stdin, server.stdout:
        assert server.stdout.readline().strip().isdigit()
        server.stdin.close()
        assert server.wait(60) == 0


_PREPARED = """
from pathlib import Path
from flows.prefect_settings import client_settings, use
use(client_settings(Path({root!r}), "x", 1))
"""

_IN_PREFECT = """
import json
import prefect, prefect.settings as settings
from prefect.analytics import is_telemetry_enabled
from flows.prefect_settings import SAFE, server_settings, use

def text(value):
    if isinstance(value, set):
        return ",".join(sorted(value))
    return str(int(value.total_seconds()) if hasattr(value, "total_seconds") else value).lower()

print(json.dumps([{name: text(getattr(settings, name).value()) for name in SAFE}, is_telemetry_enabled()]))
"""


def _settings_in(cwd, script: str) -> list:
    environment = {"PATH": "", "HOME": str(cwd), "PREFECT_HOME": str(cwd / "home"), "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env=environment, cwd=cwd, check=True
    )
    return json.loads(done.stdout)


def test_the_settings_are_in_force(tmp_path):
    """As Prefect sees them in a process prepared as a run's is; telemetry is off, which by default it is not."""
    found, telemetry = _settings_in(tmp_path, _PREPARED.format(root=str(tmp_path)) + _IN_PREFECT)
    _, by_default = _settings_in(tmp_path, _IN_PREFECT)

    assert found == SAFE
    assert (telemetry, by_default) == (False, True)


_IN_ORDER = """
import json, sqlite3, sys
from contextlib import closing
from pathlib import Path
from flows.prefect_care import put_in_order, seem_to_run
from flows.prefect_server import server_for
from flows.prefect_settings import prefect_home

home = prefect_home(Path(sys.argv[1]))
with server_for(Path(sys.argv[1])) as server:
    server.ready()
    from prefect.client.orchestration import get_client
    from prefect.states import Completed, Running
    from flows.prefect_flows import audit

    with get_client(sync_client=True) as client:
        for name, state in (("killed", Running()), ("old", Completed()), ("new", Completed())):
            client.create_flow_run(audit, name=name, state=state)
        with closing(sqlite3.connect(home / "prefect.db", timeout=60)) as con, con:
            con.execute("UPDATE flow_run SET end_time = '2026-01-01 06:00:00.000000' WHERE name = 'old'")
        told = [seem_to_run(home), put_in_order(Path(sys.argv[1])), seem_to_run(home), put_in_order(Path(sys.argv[1]))]
        left = {run.name: run.state.type.value for run in client.read_flow_runs()}
print(json.dumps([*told, left]))
"""


def test_runs_whose_process_is_gone_are_ended_and_old_ones_removed(tmp_path):
    """As a kill leaves it: one says that it is running. Another is older than runs are kept. Again, nothing is left."""
    done = subprocess.run(
        [sys.executable, "-c", _IN_ORDER, tmp_path],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=REPOSITORY,
        check=True,
    )

    assert json.loads(done.stdout) == [1, [1, 1], 0, [0, 0], {"killed": "CRASHED", "new": "COMPLETED"}]


def test_old_pickled_failures_are_removed(tmp_path):
    """Prefect leaves them when it removes their run; younger ones, and a folder without any, are left alone."""
    assert remove_old_results(tmp_path) == 0
    storage = tmp_path / "storage"
    storage.mkdir()
    for name, days in (("old", KEPT_DAYS + 1), ("young", KEPT_DAYS - 1)):
        (storage / name).write_bytes(b"{}")
        then = (now() - timedelta(days=days)).timestamp()
        os.utime(storage / name, (then, then))

    assert remove_old_results(tmp_path) == 1
    assert [path.name for path in storage.iterdir()] == ["young"]


def test_prefect_toml_says_the_same(tmp_path):
    """For those who use Prefect's own commands in this folder."""
    (tmp_path / "prefect.toml").write_bytes((REPOSITORY / "prefect.toml").read_bytes())

    assert _settings_in(tmp_path, _IN_PREFECT)[0] == SAFE
