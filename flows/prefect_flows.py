"""The same steps as Prefect flows: one a step, one for the period. Imported only once Prefect's settings are set.

Parameters are ids and results are receipts of counts and digests, because Prefect stores both in the clear.
"""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from prefect import Flow, State, flow
from prefect.client.schemas import FlowRun

from flows.guard import guarded
from flows.lock import only_run
from flows.notify import notify
from flows.period import PERIOD, Outcome, perform, run_period
from flows.run import LATEST, PROJECT_DIR, project_root, timestamp

_QUIET: dict[str, Any] = {"persist_result": False, "log_prints": False, "retries": 0}

Result = TypeVar("Result")

_CODE = re.compile(r"E-[A-Z0-9-]+ in [a-z0-9_ ]+")


def _say(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """One line a scheduled run: when, which, how it ended, and a code if it failed.

    It goes to the log of whoever serves and, unless all is well, to whoever is to be told.
    """
    if os.environ.get("JOINEDUP_SERVED"):
        code = _CODE.search(state.message or "")
        line = f"{timestamp()} {flow_run.name}: {state.name}{f': {code[0]}' if code else ''}"
        sys.stderr.write(f"{line}\n")
        if not state.is_completed():
            notify(f"{line}; `joinedup status DIR` has the next command")


@flow(name="pseudonymise", flow_run_name="pseudonymise {source_id} {period}", **_QUIET)
def pseudonymise(project_id: str, period: str, source_id: str) -> Outcome:
    """Read, check and encode one source."""
    return _run("pseudonymise", project_id, lambda root: perform(root, period, "pseudonymise", source_id))


@flow(name="link", flow_run_name="link {period}", **_QUIET)
def link(project_id: str, period: str) -> Outcome:
    """Join the records of all sources."""
    return _run("link", project_id, lambda root: perform(root, period, "link"))


@flow(name="cohorts", flow_run_name="cohorts {period}", **_QUIET)
def cohorts(project_id: str, period: str) -> Outcome:
    """Find who is in which cohort."""
    return _run("cohorts", project_id, lambda root: perform(root, period, "cohorts"))


@flow(name="report", flow_run_name="report {period}", **_QUIET)
def report(project_id: str, period: str) -> Outcome:
    """Stage safe counts and the board's page."""
    return _run("report", project_id, lambda root: perform(root, period, "report"))


@flow(name="release", flow_run_name="release {period}", **_QUIET)
def release(project_id: str, period: str) -> Outcome:
    """Publish what two people checked."""
    return _run("release", project_id, lambda root: perform(root, period, "release"))


@flow(name="audit", flow_run_name="audit {period}", **_QUIET)
def audit(project_id: str, period: str) -> Outcome:
    """Write the IG lead's page."""
    return _run("audit", project_id, lambda root: perform(root, period, "audit"))


@flow(
    name="period",
    flow_run_name="period {period}",
    on_completion=[_say],
    on_failure=[_say],
    on_crashed=[_say],
    on_cancellation=[_say],
    **_QUIET,
)
def period(project_id: str, period: str = LATEST) -> list[Outcome]:
    """Run every step of a period, in order, each as a flow of its own."""

    def as_flow(step: str, month: str, source_id: str = "") -> Outcome:
        return call(step, project_id, month, source_id)

    return _run(PERIOD, project_id, lambda root: run_period(root, period, as_flow))


def call(step: str, project_id: str, period: str, source_id: str = "") -> Outcome:
    """Run the flow of that name."""
    if step == "pseudonymise":
        return pseudonymise(project_id, period, source_id)
    flows = {"link": link, "cohorts": cohorts, "report": report, "release": release, "audit": audit}
    return flows[step](project_id, period)


def _run(step: str, project_id: str, act: Callable[[Path], Result]) -> Result:
    """Find the project, hold its lock, and let nothing out but a result or a coded failure."""
    served = Path(os.environ.get(PROJECT_DIR, os.curdir))

    def locked_act() -> Result:
        root = project_root(project_id)
        with only_run(root):
            return act(root)

    return guarded(step, served, locked_act)
