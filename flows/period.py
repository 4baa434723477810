"""A period from end to end: which steps, in which order, and what each of them leaves in the ledger."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TypedDict

from cohorts.definition import load_definitions
from flows import progress
from flows.guard import StepFailed, guarded, is_a_stop, stopped
from flows.run import Run, open_run, timestamp
from governance.code_version import code_version
from governance.errors import ProjectError
from governance.ledger import Event
from governance.settings import POLICY_VERSION, Bundle

PERIOD = "period"
"""The name of the run that performs all steps."""

AFTER = ("link", "cohorts", "report", "audit")
"""The steps after every source has been pseudonymised, in order."""

Receipt = dict[str, int | float | str]
"""What a step tells: counts, digests and names, because orchestrators store it in the clear."""


class Outcome(TypedDict):
    """One step done."""

    step: str
    source: str
    seconds: float
    receipt: Receipt


Call = Callable[[str, str, str], Outcome]
"""Performs a step: its name, the period, the source or an empty text."""


def plan(bundle: Bundle) -> list[tuple[str, str]]:
    """The steps of a period in order, as (step, source)."""
    sources = [("pseudonymise", source.id) for source in bundle.sources]
    return [*sources, *((step, "") for step in AFTER)]


def run_period(root: Path, period: str, call: Call | None = None) -> list[Outcome]:
    """Every step of a period.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``; every step is given the same month.
        call: How a step is performed; plainly if nothing is said.
    """
    run = open_run(root, period)
    load_definitions(run.bundle)  # a fault in a cohort file is told now, not after the linkage
    steps = plan(run.bundle)
    perform_step = call or (lambda step, month, source: perform(root, month, step, source))
    progress.expect(len(steps))
    with recorded(run, PERIOD):
        return [perform_step(step, run.period, source) for step, source in steps]


def step_function(step: str) -> Callable[..., Receipt]:
    """``flows/<step>.py`` holds the step as a function of the same name; imported when it is needed."""
    found: Callable[..., Receipt] = getattr(import_module(f"flows.{step}"), step)
    return found


def perform(root: Path, period: str, step: str, source_id: str = "") -> Outcome:
    """One step, from a fresh look at the project: what runs is what is approved now.

    Raises:
        StepFailed: It failed; the details are sealed.
    """
    label = f"{step} {source_id}".strip()
    return guarded(label, root, lambda: _performed(open_run(root, period, step=step), step, source_id, label))


def _performed(run: Run, step: str, source_id: str, label: str) -> Outcome:
    progress.started(label)
    begun = time.perf_counter()
    with recorded(run, step, source_id):
        act = step_function(step)
        receipt = act(run, source_id) if source_id else act(run)
    progress.finished(label)
    return Outcome(step=step, source=source_id, seconds=round(time.perf_counter() - begun, 2), receipt=receipt)


@contextmanager
def recorded(run: Run, step: str, source_id: str = "") -> Iterator[None]:
    """Put the beginning and the end of a run into the ledger."""
    ledger, facts = run.ledger, {"period": run.period, "step": step}
    signed = {"approval_sha256": run.approval.approval_sha256} if run.approval.approval_sha256 else {}
    ledger.append(
        Event.RUN_STARTED,
        at=timestamp(),
        project=run.bundle.project.id,
        config_sha256=run.bundle.digest,
        approval=run.approval.kind,
        policy_version=POLICY_VERSION,
        code_version=code_version(),
        **signed,
        **facts,
    )
    try:
        yield
    except BaseException as error:
        shown = stopped() if is_a_stop(error) else error
        code = shown.code if isinstance(shown, ProjectError | StepFailed) else "E-INTERNAL"
        where = facts | ({"source": source_id} if source_id else {})
        with suppress(ProjectError):  # a ledger that cannot be written must not hide why the step failed
            ledger.append(Event.RUN_FAILED, at=timestamp(), code=code, **where)
        raise
    ledger.append(Event.RUN_FINISHED, at=timestamp(), **facts)
    ledger.checkpoint(at=timestamp())
