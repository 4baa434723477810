"""One writer at a time: a lock the operating system lets go of when a process dies."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from governance.errors import BadInput


class Held(Exception):  # noqa: N818 - a state, which the caller turns into an error in its own words
    """Another process holds the lock, and the caller did not want to wait."""


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock file ``path``.

    A file that merely exists would survive a killed run and stop every later one; this lock does not.

    Args:
        path: The lock file; made if need be, never removed.
        wait: Wait for whoever holds it now.

    Raises:
        BadInput: The lock file cannot be made.
        Held: Somebody holds it and ``wait`` is false.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BadInput(
            f"The folder {path.parent.name}/ could not be locked: {os.strerror(error.errno or 0)}.",
            why="Two processes writing there at once would spoil what each wrote.",
            fix="Free disk space or mend the folder's permissions, then run the same command again.",
            code="E-LOCK",
        ) from None
    try:
        _take(descriptor, wait=wait)
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int, *, wait: bool) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            raise Held from None

else:
    import fcntl

    def _take(descriptor: int, *, wait: bool) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held from None
