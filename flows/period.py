"""A period from end to end: which steps, in which order, and what each of them leaves in the ledger."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TypedDict

from cohorts.board import read_boards
from cohorts.definition import load_definitions
from flows import progress
from flows.guard import StepFailed, guarded, is_a_stop, stopped
from flows.releasing.board_ids import hold_to_their_areas
from flows.run import Run, open_run, timestamp
from governance.code_version import code_version
from governance.errors import Awaiting, Fault, ProjectError
from governance.intake.chosen import AWAITING as EXTRACT_AWAITED
from governance.ledger import Event
from governance.optout import AWAITING as OPT_OUTS_AWAITED
from governance.settings import POLICY_VERSION, Bundle

PERIOD = "period"
"""The name of the run that performs all steps."""

WAITING = frozenset({OPT_OUTS_AWAITED, EXTRACT_AWAITED})
"""What a run waits for is no failure of it (decision 39)."""

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
    definitions = load_definitions(run.bundle)  # a fault in a cohort file is told now, not after the linkage
    boards = run.bundle.project.report.boards
    hold_to_their_areas(run.zone("public"), boards)
    read_boards(run.root, [each.id for each in definitions], [each.id for each in boards])
    steps = plan(run.bundle)
    perform_step = call or (lambda step, month, source: perform(root, month, step, source))
    progress.expect(len(steps))
    with recorded(run, PERIOD):
        return _performed_in_order(steps, lambda step, source: perform_step(step, run.period, source))


def _performed_in_order(steps: list[tuple[str, str]], perform_step: Callable[[str, str], Outcome]) -> list[Outcome]:
    """Every step; where a source waits for its extract or list, the other sources are done before the run stops."""
    outcomes: list[Outcome] = []
    waiting: list[StepFailed] = []
    for step, source in steps:
        if waiting and step != "pseudonymise":
            break
        try:
            outcomes.append(perform_step(step, source))
        except StepFailed as failed:
            if failed.code not in WAITING:
                raise
            waiting.append(failed)
    if waiting:
        raise _all_waiting(waiting)
    return outcomes


def _all_waiting(waiting: list[StepFailed]) -> StepFailed:
    """One failure that names every source that waits."""
    told = [failed.error for failed in waiting if failed.error]
    if len(told) < 2:
        return waiting[0]
    every = Awaiting(
        f"{len(waiting)} sources await their {_awaited(waiting)}; all others are done.",
        why="Opt-outs must be applied before the data are used (rule NDOO-02), and a month without a source would look"
        " as if its people had no contact with that service.",
        fix="For each extract: ask the source for it. For each list: `joinedup optout request DIR SOURCE --mailbox ID`,"
        " send the file over MESH, and put the list that comes back where the line says. Then run again: the run goes"
        " on.",
        code=(code := waiting[0].code),
        faults=[Fault(what=error.what) for error in told],
    )
    return StepFailed(code, "pseudonymise", every)


def _awaited(waiting: list[StepFailed]) -> str:
    words = {OPT_OUTS_AWAITED: "cleaned lists", EXTRACT_AWAITED: "extracts"}
    return " and ".join(words[code] for code in dict.fromkeys(failed.code for failed in waiting))


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
    if ledger.last_checkpoint() is None:
        # Or a first run that is cut off between its last line and its checkpoint would look like a ledger cut short.
        ledger.checkpoint(at=timestamp())
    try:
        yield
    except BaseException as error:
        shown = stopped() if is_a_stop(error) else error
        code = shown.code if isinstance(shown, ProjectError | StepFailed) else "E-INTERNAL"
        where = facts | ({"source": source_id} if source_id else {})
        ended = Event.RUN_AWAITS if code in WAITING else Event.RUN_FAILED
        with suppress(ProjectError):  # a ledger that cannot be written must not hide why the step failed
            ledger.append(ended, at=timestamp(), code=code, **where)
        raise
    ledger.append(Event.RUN_FINISHED, at=timestamp(), **facts)
    ledger.checkpoint(at=timestamp())
