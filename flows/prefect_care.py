"""Keep Prefect's own database true and small: runs whose process is gone are ended in it, old ones are removed.

A run that is killed cannot say so, and stays "running" in Prefect's database for good; a run that waits for its turn
behind it would wait as long. Every run holds the project's lock: whoever holds it knows that no other is going,
whatever the database says.
"""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.lock import only_run
from flows.prefect_settings import KEPT_DAYS, prefect_home
from flows.run import now
from governance import write_points
from governance.errors import BadInput

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas import FlowRun

_SOME = 200
"""The server gives so many runs at a time."""

_GOING = ("RUNNING", "CANCELLING")


def put_in_order(root: Path) -> tuple[int, int]:
    """End what only seems to run, and remove what is old. Safe to repeat, and to be cut off.

    Call it while the project's server answers, and before a flow run of this process begins.

    Returns:
        How many runs were ended, and how many removed; none where another process is running the project.
    """
    from prefect.client.orchestration import get_client

    try:
        with only_run(root), get_client(sync_client=True) as client:
            remove_old_results(prefect_home(root))
            return _end_zombies(client), _remove_old(client)
    except BadInput:  # somebody's run is going, and it has done this
        return 0, 0


def _end_zombies(client: "SyncPrefectClient") -> int:
    from prefect.client.schemas import State
    from prefect.states import Crashed

    found = _in_states(client, _GOING)
    for run in found:
        state: State[None] = Crashed(message="Its process is gone: it was killed, or the machine went down.")
        client.set_flow_run_state(run.id, state, force=True)
    return len(found)


def _in_states(client: "SyncPrefectClient", names: tuple[str, ...]) -> list["FlowRun"]:
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    wanted: list[StateType] = [StateType(name) for name in names]
    of_state = FlowRunFilterState(type=FlowRunFilterStateType(any_=wanted))
    return client.read_flow_runs(flow_run_filter=FlowRunFilter(state=of_state), limit=_SOME)


def _remove_old(client: "SyncPrefectClient") -> int:
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterEndTime

    before = FlowRunFilterEndTime(before_=now() - timedelta(days=KEPT_DAYS))
    old = client.read_flow_runs(flow_run_filter=FlowRunFilter(end_time=before), limit=_SOME)
    for run in old:
        client.delete_flow_run(run.id)
    return len(old)


def remove_old_results(home: Path) -> int:
    """Remove what Prefect pickled of failures longer ago than runs are kept; it leaves them when a run is removed.

    Nothing reads them: they hold an error's code and a step's name (``tests/flows/test_prefect.py``).

    Args:
        home: The project's Prefect folder.

    Returns:
        How many there were.
    """
    before = (now() - timedelta(days=KEPT_DAYS)).timestamp()
    old = [path for path in (home / "storage").glob("*") if path.is_file() and path.stat().st_mtime < before]
    for path in old:
        write_points.remove(path)
    return len(old)


def seem_to_run(home: Path) -> int:
    """How many runs Prefect's database says are running; read without Prefect, so also while no server is up."""
    database = home / "prefect.db"
    if not database.exists():
        return 0
    marks = ", ".join("?" for _ in _GOING)
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as con:
            query = f"SELECT count(*) FROM flow_run WHERE state_type IN ({marks})"
            [(count,)] = con.execute(query, _GOING).fetchall()
    except sqlite3.Error:
        return 0
    return int(count)
