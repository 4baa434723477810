"""The period on a schedule: ``joinedup serve DIR`` waits, and runs the newest month when its time comes."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.run import LATEST, use_project
from governance.errors import BadInput
from governance.platform_calls import interrupt_self

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

MONTHLY = "0 6 8 * *"
"""06:00 on the 8th: extracts of a month are due in the first week of the next."""

TIME_ZONE = "Europe/London"

NAME = "monthly"


def serve(root: Path, project_id: str, cron: str = MONTHLY) -> None:
    """Keep a server and start a run whenever the schedule says so, until interrupted.

    One run at a time: a run that is due while another is going waits for it. A run that was due while nothing
    was serving is started at once, which is safe because the same extracts give the same results.

    Args:
        root: The project folder.
        project_id: Its id, the only thing the scheduled flow is told.
        cron: Minute, hour, day of month, month, day of week; in UK time, across clock changes.

    Raises:
        BadInput: The schedule cannot be read.
    """
    from flows.prefect_care import put_in_order
    from flows.prefect_server import server_for

    use_project(root)
    os.environ["JOINEDUP_SERVED"] = "1"
    with server_for(root, wait=True) as server:
        server.ready()
        put_in_order(root)
        _wait_for_runs(deployment(project_id, cron))


def _wait_for_runs(planned: "RunnerDeployment") -> None:
    from prefect.runner import Runner

    class Stoppable(Runner):
        def handle_sigterm(self, *_: Any, **__: Any) -> None:
            """Stop as Ctrl-C does: Prefect's own way leaves before its flow runs have ended."""
            interrupt_self()

    runner = Stoppable(name=NAME, limit=1, pause_on_shutdown=False)
    runner.add_deployment(planned)
    with suppress(KeyboardInterrupt):
        asyncio.run(runner.start())


def deployment(project_id: str, cron: str = MONTHLY) -> "RunnerDeployment":
    """What is scheduled: the period flow, for the newest month, one at a time."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.prefect_flows import period

    try:
        return RunnerDeployment.from_flow(
            period,
            NAME,
            schedules=[Cron(cron, timezone=TIME_ZONE)],
            parameters={"project_id": project_id, "period": LATEST},
            concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE),
            description="Every step of the newest month, one after the other.",
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
    except ValueError:
        raise BadInput(
            "The schedule cannot be read.",
            why="It says when each month's run starts.",
            fix="Give five fields: minute hour day month weekday, such as --cron '0 6 8 * *' (06:00 on the 8th).",
            code="E-CRON",
        ) from None
