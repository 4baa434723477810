"""One writer at a time: a lock the operating system lets go of when a process dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from governance import write_points
from governance.errors import BadInput
from governance.platform_calls import Taken as Held
from governance.platform_calls import open_to_lock, take_lock

__all__ = ["Held", "locked"]


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock file ``path``.

    A file that merely exists would survive a killed run and stop every later one; this lock does not.

    Args:
        path: The lock file; made if need be, never removed.
        wait: Wait for whoever holds it now.

    Raises:
        BadInput: The lock file cannot be made or locked.
        Held: Somebody holds it and ``wait`` is false.
    """
    try:
        write_points.make_folder(path.parent)
        descriptor = write_points.open_file(path, open_to_lock)
    except OSError as error:
        raise _not_locked(path, error) from None
    try:
        _take(path, descriptor, wait=wait)
        yield
    finally:
        os.close(descriptor)


def _take(path: Path, descriptor: int, *, wait: bool) -> None:
    try:
        take_lock(descriptor, wait=wait)
    except OSError as error:
        raise _not_locked(path, error) from None


def _not_locked(path: Path, error: OSError) -> BadInput:
    return BadInput(
        f"The folder {path.parent.name}/ could not be locked: {os.strerror(error.errno or 0)}.",
        why="Two processes writing there at once would spoil what each wrote.",
        fix="Free disk space, mend the folder's permissions, or move it to a disk that has locks (some network drives"
        " have none); then run the same command again.",
        code="E-LOCK",
    )
