"""One run a project: a second one at the same time is told so, rather than made to wait."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from governance.errors import BadInput
from governance.lock import Held, locked
from governance.store import sweep_files, sweep_folders

Done = TypeVar("Done")
Told = ParamSpec("Told")

_held_here: set[Path] = set()
"""Projects this process already holds: a period's flows are one run, not several."""


@contextmanager
def only_run(root: Path, custodians: Sequence[Path] = ()) -> Iterator[None]:
    """Hold the project's lock while the block runs; what an earlier run left half-written is removed first.

    Args:
        root: The project folder.
        custodians: Where custodians keep their folders, if not below ``keys/``.

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
                _sweep(root, custodians)
                yield
            finally:
                _held_here.discard(path)
    except Held:
        raise _busy(root) from None


def alone(act: Callable[Concatenate[Path, Told], Done]) -> Callable[Concatenate[Path, Told], Done]:
    """Let a function of a project folder, and perhaps ``custodians``, run only while no other run of it is going."""

    @wraps(act)
    def locked_act(root: Path, /, *arguments: Told.args, **options: Told.kwargs) -> Done:
        custodians = options.get("custodians", ())
        with only_run(root, custodians if isinstance(custodians, Sequence) else ()):
            return act(root, *arguments, **options)

    return locked_act


def _sweep(root: Path, custodians: Sequence[Path]) -> None:
    """Files and folders of a run that was killed: whoever writes there holds this lock, or the ledger's."""
    for folder in (*(root / name for name in ("keys", "zones", ".joinedup")), *custodians):
        sweep_files(folder)
    sweep_folders(root / "zones")
    if (root / "ledger").exists():
        with locked(root / "ledger" / ".lock"):
            sweep_files(root / "ledger")


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
