"""A disk that fails, or a process that is killed, at a point of one's choice among all that the product passes."""

import errno
import os
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from governance.errors import ProjectError
from governance.write_points import Act, watched

KILL, FULL, BROKEN = "kill", "disk full", "disk broken"
FAULTS = (KILL, FULL, BROKEN)

KILLED = 137
_TAKES_ROOM = {Act.OPEN, Act.WRITE, Act.HALF_WRITTEN, Act.FLUSH, Act.MAKE_FOLDER}

# Children are forked from a process that has loaded everything and run nothing: quick, and no thread is lost. One that
# was forked from here would inherit DuckDB's and Arrow's locks without the threads that let them go.
APART = get_context("forkserver" if os.name == "posix" else "spawn")
APART.set_forkserver_preload(["tests.lib.warm"])


def points_of(act: Callable[[], object]) -> list[tuple[Act, Path]]:
    """Every point that ``act`` passes, in order."""
    passed: list[tuple[Act, Path]] = []
    with watched(lambda kind, path: passed.append((kind, path))):
        act()
    return passed


class Frozen(BaseException):
    """Nothing reaches the disk any more, as if the process had been killed; what is in memory does not matter."""


class At:
    """From the point with this number on the disk is full or broken; or the process is killed there.

    Args:
        number: From nought.
        fault: One of :data:`FAULTS`.
        really: Whether killed means ended at once, rather than that nothing reaches the disk any more.
    """

    def __init__(self, number: int, fault: str, *, really: bool = False) -> None:
        self.left, self.fault, self.really = number, fault, really

    def __call__(self, act: Act, path: Path) -> None:
        """Count down, then do what is asked."""
        self.left -= 1
        if self.left >= 0:
            return
        if self.fault == KILL and not self.really:
            raise Frozen
        if self.fault == KILL:
            os._exit(KILLED)  # as `kill -9`: nothing is flushed, no `finally` runs
        if self.fault == FULL and act in _TAKES_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.fault == BROKEN:
            raise OSError(errno.EIO, os.strerror(errno.EIO))


def apart(act: Callable[..., object], *arguments: Any, watcher: Callable[[Act, Path], None] | None = None) -> int:
    """Do ``act`` in a process of its own, which is warm and has no threads.

    Args:
        act: A function of a module, which the other process can import.
        arguments: Of it.
        watcher: Sees every write point there, such as :class:`At`.

    Returns:
        The exit code: 0 if it was done, 1 if it ended with an exception, :data:`KILLED` if it was killed.
    """
    child = APART.Process(target=_in_child, args=(act, arguments, watcher))
    child.start()
    child.join(600)
    if child.exitcode is None:
        child.kill()
        raise TimeoutError("the child never ended")
    return child.exitcode


def with_fault(act: Callable[[], object], *, at: int, fault: str) -> bool:
    """Do ``act`` here, with a fault at one point; whether it was done nevertheless."""
    try:
        with watched(At(at, fault)):
            act()
    except (Frozen, ProjectError, OSError):
        return False
    return True


def killed(act: Callable[..., object], *arguments: Any, at: int) -> bool:
    """Do ``act`` in a process of its own that ends at one point, as with `kill -9`; whether it came so far."""
    return apart(act, *arguments, watcher=At(at, KILL, really=True)) == KILLED


def _in_child(act: Callable[..., object], arguments: tuple[Any, ...], watcher: Callable[[Act, Path], None]) -> None:
    code = 1
    try:
        with watched(watcher or _nobody):
            act(*arguments)
        code = 0
    except Exception:
        code = 1  # the parent is told by the exit code
    finally:
        os._exit(code)


def _nobody(act: Act, path: Path) -> None:
    return None
