"""Through Prefect: the same run, watched; nothing kept that should not be, nothing heard that need not be.

Everything that looks at the runs of ``prefect_runs`` stands here: workers take whole files, and the runs cost a minute.
"""

import base64
import json
import os
import pickle
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.prefect_care import remove_old_results
from flows.prefect_settings import KEPT_DAYS, SAFE, server_settings, use
from flows.prefect_watch import schedule_faults
from flows.run import now
from flows.serve import TIME_ZONE
from tests.lib.canary import MARKS, found_in, marks_in
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


_SERVED = """
import asyncio, json, os, sys, time
from pathlib import Path
from flows.prefect_server import server_for
from flows.run import use_project

root = Path(sys.argv[1])
use_project(root)
os.environ["JOINEDUP_SERVED"] = "1"
with server_for(root) as server:
    server.ready()
    from prefect.client.orchestration import get_client
    from prefect.runner import Runner
    from flows.serve import deployment

    planned = deployment("toy").apply()
    with get_client(sync_client=True) as client:
        for _ in range(120):
            runs = [run for run in client.read_flow_runs() if run.deployment_id]
            if runs:
                break
            time.sleep(0.5)
        due = client.create_flow_run_from_deployment(planned)
        asyncio.run(Runner(limit=1).execute_flow_run(due.id))
        state = client.read_flow_run(due.id).state.name
    from flows.doctor import _schedule
    from flows.prefect_watch import scheduled, server_settings_of

    seen = _schedule(root)
    told = [seen.is_well, seen.found, scheduled(server), server_settings_of(server)]
print(json.dumps({"state": state, "days": sorted(str(run.expected_start_time) for run in runs), "doctor": told}))
"""


@pytest.fixture(scope="module")
def served(prefect_runs):
    """A server with the deployment on it: what it planned, and one run that was due, as `serve` starts it."""
    return subprocess.run(
        [sys.executable, "-c", _SERVED, str(prefect_runs.project)],
        capture_output=True, text=True, timeout=240, cwd=REPOSITORY, check=True,
    )  # fmt: skip


def test_the_server_plans_the_next_months(served):
    """The scheduler works: with SQLAlchemy 2.1 it fails on every round, which is why that is pinned."""
    days = [datetime.fromisoformat(day).astimezone(ZoneInfo(TIME_ZONE)) for day in json.loads(served.stdout)["days"]]

    assert len(days) >= 3
    assert {(day.day, day.hour) for day in days} == {(8, 6)}


def test_a_run_that_is_due_runs_in_a_process_of_its_own(served):
    """It finds the flow and the project, runs every step, and says one line."""
    assert json.loads(served.stdout)["state"] == "Completed"
    assert [line.split(" ", 1)[1] for line in served.stderr.splitlines()] == ["period latest: Completed"]


def test_the_doctor_sees_schedule_limit_and_silence(served):
    """Asked of the server itself, while it runs."""
    well, found, *_ = json.loads(served.stdout)["doctor"]

    assert (well, found) == (True, "`0 6 8 * *` Europe/London, one run at a time; nothing is told to Prefect's makers")


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda kept, _: kept.update(paused=True), "the schedule is paused"),
        (lambda kept, _: kept["schedules"][0].update(active=False), "the schedule is paused"),
        (lambda kept, _: kept["schedules"][0]["schedule"].update(timezone="UTC"), "not in Europe/London"),
        (lambda kept, _: kept.update(concurrency_limit=2, global_concurrency_limit=None), "more than one run"),
        (lambda _, own: own["server"].update(analytics_enabled=True), "reports to its makers"),
        (lambda _, own: own["server"]["services"]["db_vacuum"].update(enabled=["events"]), "never removed"),
    ],
)
def test_the_doctor_sees_what_was_changed(served, spoil, fault):
    """Each thing that it says is well can be found not to be."""
    *_, kept, own = json.loads(served.stdout)["doctor"]
    spoil(kept, own)

    [told] = schedule_faults(kept, own)

    assert fault in told


# Marked identifiers went in, and an exception quoted them: nothing of them comes out anywhere.


@pytest.mark.parametrize("name", sorted(MARKS))
def test_the_search_finds_what_it_looks_for(name):
    """In text, in upper case, in UTF-16, in a pickle and in a pickle in base64 in JSON, at any offset."""
    value = MARKS[name]
    pickled = pickle.dumps(ValueError(f"about {value}"))

    assert name in marks_in(f"…{value}…".encode())
    assert name in marks_in(value.upper().encode())
    assert name in marks_in(value.encode("utf-16-le"))
    assert name in marks_in(pickled)
    assert all(name in marks_in(base64.b64encode(b"x" * offset + pickled)) for offset in range(3))


def test_nothing_in_the_project_but_the_extracts(prefect_runs):
    """Packages, receipts, reports, ledger, diagnostics; Prefect's database, its journal, storage and logs."""
    assert found_in(prefect_runs.project / "extracts") != []
    assert found_in(prefect_runs.project, leave_out=["extracts"]) == []
    assert found_in(prefect_runs.plain, leave_out=["extracts"]) == []


def test_nothing_in_temp_folder_or_home(prefect_runs):
    """Both were the run's own."""
    assert found_in(prefect_runs.temp) == []


@pytest.mark.parametrize("run", ["good", "good_plain", "failed"])
def test_nothing_in_what_was_printed(prefect_runs, run):
    """On either stream."""
    done = getattr(prefect_runs, run)

    assert marks_in((done.out + done.err).encode()) == []


def test_the_failure_did_quote_them(prefect_runs):
    """The control: the sealed details, opened with the audit key, hold every mark."""
    from flows.guard import diagnostics, read_diagnostics

    text = read_diagnostics(prefect_runs.project, diagnostics(prefect_runs.project)[-1])

    assert sorted(marks_in(text.encode())) == sorted(MARKS)
