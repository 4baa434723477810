"""The schedule: once a month in UK time, across both clock changes, one run at a time, ids only."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import yaml

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
