"""How steps are started: plainly, or through Prefect. The steps, their order and their guard are the same.

Prefect is imported here only, inside functions: help, checks and plain runs never load it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flows.guard import StepFailed, guarded, in_words
from flows.lock import only_run
from flows.period import PERIOD, Outcome, perform, run_period
from flows.run import Run, use_project


def run_steps(run: Run, steps: Sequence[tuple[str, str]], *, plain: bool = False) -> list[Outcome]:
    """Perform steps one after the other.

    Args:
        run: Which project and month; each step reads the project afresh.
        steps: Names of steps and, for those done once a source, the source; ``period`` stands for all, in order.
        plain: In this process alone, rather than as flow runs of a Prefect server.

    Returns:
        What each step did.

    Raises:
        ProjectError: What went wrong, in words for the user.
    """
    use_project(run.root)
    perform_one = _plainly if plain else _as_flow
    try:
        with only_run(run.root), _orchestrator(run, plain=plain):
            return [outcome for step, source in steps for outcome in perform_one(run, step, source)]
    except StepFailed as failed:
        raise in_words(failed) from None


def _plainly(run: Run, step: str, source: str) -> list[Outcome]:
    if step == PERIOD:
        return guarded(PERIOD, run.root, lambda: run_period(run.root, run.period))
    return [perform(run.root, run.period, step, source)]


def _as_flow(run: Run, step: str, source: str) -> list[Outcome]:
    from flows import prefect_flows

    project = run.bundle.project.id
    if step == PERIOD:
        return prefect_flows.period(project, run.period)
    return [prefect_flows.call(step, project, run.period, source)]


@contextmanager
def _orchestrator(run: Run, *, plain: bool) -> Iterator[None]:
    """A Prefect server for the block, unless it is to be plain."""
    if plain:
        yield
        return
    from flows.prefect_care import put_in_order
    from flows.prefect_server import server_for

    with server_for(run.root) as server:
        server.ready()
        put_in_order(run.root)
        from prefect.events.worker import EventsWorker
        from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

        # A heartbeat's thread takes a second to end, once a flow; this run's end is seen without it.
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            try:
                yield
            finally:
                # Let Prefect send what it still holds, so that nothing complains once the server is gone.
                EventsWorker.drain_all(timeout=10)
