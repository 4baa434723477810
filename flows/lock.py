"""One run a project: a second one at the same time is told so, rather than made to wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from governance.errors import BadInput
from governance.lock import Held, locked

_held_here: set[Path] = set()
"""Projects this process already holds: a period's flows are one run, not several."""


@contextmanager
def only_run(root: Path) -> Iterator[None]:
    """Hold the project's lock while the block runs.

    Raises:
        BadInput: Another process is running this project.
    """
    path = root.resolve() / ".joinedup" / "lock"
    if path in _held_here:
        yield
        return
    try:
        with locked(path, wait=False):
            _held_here.add(path)
            try:
                yield
            finally:
                _held_here.discard(path)
    except Held:
        raise _busy(root) from None


def is_running(root: Path) -> bool:
    """Whether a run of the project is going on now, in this process or another."""
    path = root.resolve() / ".joinedup" / "lock"
    if path in _held_here:
        return True
    if not path.exists():
        return False
    try:
        with locked(path, wait=False):
            return False
    except Held:
        return True


def _busy(root: Path) -> BadInput:
    return BadInput(
        f"Another run of the project in {root.name}/ is still going.",
        why="Two runs at once could publish halves of two different months as one.",
        fix="Wait until it has ended, then run the same command again. Nothing was written by this one.",
        code="E-BUSY",
    )
