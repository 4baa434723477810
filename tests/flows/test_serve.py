"""The schedule: once a month in UK time, across both clock changes, one run at a time, ids only."""

import asyncio
import json
import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import yaml

from flows.prefect_watch import schedule_faults
from flows.serve import MONTHLY, NAME, TIME_ZONE, deployment
from governance.errors import BadInput
from tests.lib.command import REPOSITORY

UK = ZoneInfo(TIME_ZONE)


@pytest.fixture(scope="module")
def monthly():
    """What `joinedup serve` hands to Prefect; no server is needed to make it."""
    return deployment("toy")


def _next_runs(found, start: datetime, count: int) -> list[datetime]:
    from prefect.server.schemas.schedules import CronSchedule  # what the server makes of it

    (planned,) = found.schedules
    schedule = CronSchedule(cron=planned.schedule.cron, timezone=planned.schedule.timezone)
    days = asyncio.run(schedule.get_dates(count, start=start))
    return [day.astimezone(UK) for day in days]


def test_it_runs_at_six_on_the_eighth_all_year(monthly):
    """In winter and summer time alike."""
    runs = _next_runs(monthly, datetime(2026, 1, 1, tzinfo=UK), 12)

    assert [(run.month, run.day, run.hour) for run in runs] == [(month, 8, 6) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("start", "offsets"),
    [(datetime(2027, 3, 27, tzinfo=UK), [0, 1, 1]), (datetime(2027, 10, 30, tzinfo=UK), [1, 0, 0])],
    ids=["clocks go forward", "clocks go back"],
)
def test_the_hour_stays_when_clocks_change(start, offsets):
    """06:00 UK time on the day before, the day itself, and the day after."""
    runs = _next_runs(deployment("toy", "0 6 * * *"), start, 3)

    assert [run.hour for run in runs] == [6, 6, 6]
    assert [run.utcoffset().total_seconds() / 3600 for run in runs] == offsets


def test_an_hour_that_comes_twice_runs_once():
    """At 01:30 on the night the clocks go back, and then the day after."""
    runs = _next_runs(deployment("toy", "30 1 * * *"), datetime(2027, 10, 30, 12, tzinfo=UK), 2)

    assert [(run.day, run.hour) for run in runs] == [(31, 1), (1, 1)]


def test_the_flow_is_told_ids_only(monthly):
    """And which month, as a word: the newest when the time comes."""
    assert monthly.parameters == {"project_id": "toy", "period": "latest"}


def test_one_at_a_time(monthly):
    """A run that is due while another is going waits for it."""
    assert monthly.concurrency_limit == 1
    assert monthly.concurrency_options.collision_strategy.value == "ENQUEUE"


@pytest.mark.parametrize("cron", ["every month", "0 6 8", "99 6 8 * *"])
def test_a_schedule_that_cannot_be_read_is_told(cron):
    """In words for the user."""
    with pytest.raises(BadInput, match="schedule cannot be read"):
        deployment("toy", cron)


def test_prefect_yaml_says_the_same(monthly):
    """For those who run a Prefect server and worker of their own."""
    (written,) = yaml.safe_load((REPOSITORY / "prefect.yaml").read_text("utf-8"))["deployments"]

    assert written["name"] == NAME
    assert written["schedules"] == [{"cron": MONTHLY, "timezone": TIME_ZONE, "active": True}]
    assert written["entrypoint"] == monthly.entrypoint
    assert written["parameters"].keys() == monthly.parameters.keys()
    assert written["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}


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
    days = [datetime.fromisoformat(day).astimezone(UK) for day in json.loads(served.stdout)["days"]]

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
