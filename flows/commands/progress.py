"""A bar on the terminal that says which step is running: on standard error, and only where somebody can see it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from flows import progress


@contextmanager
def shown(wanted: bool, steps: int) -> Iterator[None]:
    """Show how far the run has come while the block runs.

    Args:
        wanted: False with ``--json``.
        steps: How many there are; a period says so itself once it has read the project.
    """
    if not wanted or not sys.stderr.isatty():
        yield
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True, emoji=False), transient=True) as bar:
        progress.listen(_Bar(bar, steps))
        try:
            yield
        finally:
            progress.listen(None)


class _Bar:
    """Steps as one bar."""

    def __init__(self, bar: Progress, steps: int) -> None:
        self._bar, self._task = bar, bar.add_task("starting", total=steps)

    def expect(self, steps: int) -> None:
        self._bar.update(self._task, total=steps)

    def started(self, label: str) -> None:
        self._bar.update(self._task, description=label)

    def finished(self, label: str) -> None:
        self._bar.update(self._task, advance=1, description=label)
