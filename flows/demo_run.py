"""``joinedup demo``: a synthetic ICS from nothing to its board report."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from flows.approving import approve_demo
from flows.commands.output import aligned
from flows.commands.progress import shown
from flows.commands.run import outcome_lines
from flows.demo.generate import make_ics
from flows.demo.name_bands import use_bands
from flows.demo.paperwork import date_paperwork
from flows.demo_voices import hear_demo
from flows.engine import run_steps
from flows.key_desk import make_keys
from flows.pages import page_lines, pages
from flows.period import PERIOD
from flows.run import now, open_run


def run_demo(folder: Path, *, people: int, seed: int, plain: bool, show: bool, whole: bool = False) -> dict[str, Any]:
    """Make people, extracts and demo keys, have made-up approvers sign, then run the newest month.

    Args:
        folder: Gets ``project/`` and ``truth/``.
        people: How many live there.
        seed: The same seed makes the same people.
        plain: Without the orchestrator.
        show: Show a progress bar where there is a terminal.
        whole: Nineteen sources instead of nine, and two cohorts more.

    Returns:
        What was made, how long each step took, and where the pages are.
    """
    begun = time.perf_counter()
    with ExitStack() as open_things:
        if not plain:
            open_things.enter_context(_server_early(folder / "project"))
        made = make_ics(folder, people=people, seed=seed, whole=whole)
        date_paperwork(made.project, now().date())
        make_keys(made.project, demo=True)
        use_bands(made.project)
        approve_demo(made.project)
        hear_demo(made.project)
        generated = time.perf_counter() - begun
        run = open_run(made.project)
        with shown(show, steps=1):
            steps = run_steps(run, [(PERIOD, "")], plain=plain)
    return {
        "project": str(made.project),
        "truth": str(made.truth),
        "people": made.people,
        "seed": made.seed,
        "period": run.period,
        "generate_seconds": round(generated, 2),
        "seconds": round(time.perf_counter() - begun, 2),
        "steps": steps,
        "pages": pages(made.project, run.period),
    }


def _server_early(project: Path) -> AbstractContextManager[object]:
    """A server that starts while people are being made."""
    from flows.prefect_server import server_for

    project.mkdir(parents=True, exist_ok=True)
    return server_for(project)


def demo_lines(done: Mapping[str, Any]) -> list[str]:
    """The same for people."""
    return [
        f"Made {done['people']:,} people in {done['generate_seconds']} s (seed {done['seed']}); ran {done['period']}.",
        *outcome_lines(done["steps"]),
        *aligned([("with making them and starting up", f"{done['seconds']:.1f} s")]),
        *page_lines(done["pages"]),
    ]
