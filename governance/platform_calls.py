"""What differs between Linux and Windows, all of it: file modes, locks, core dumps, interrupts, copies with limits.

Every other module of ours calls these and imports neither ``fcntl`` nor ``resource`` nor ``signal``
(``tests/unit/test_platform_calls.py``). What a system has is found by looking, not by its name: a Linux without
``fcntl`` works like Windows, which is how Windows is tried on Linux.
"""

import errno
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any


def _found(name: str) -> Any:
    """A module of the standard library that not every system has."""
    try:
        return import_module(name)
    except ImportError:
        return None


_fcntl, _msvcrt, _resource = _found("fcntl"), _found("msvcrt"), _found("resource")
_fork: Callable[[], int] | None = getattr(os, "fork", None)
_sysconf: Callable[[str], int] | None = getattr(os, "sysconf", None)

_NOT_TRANSLATED = getattr(os, "O_BINARY", 0)
"""Without it Windows writes two bytes for every end of line, and no digest holds."""


class Taken(Exception):  # noqa: N818 - a state, which the caller turns into an error in its own words
    """Another process has the lock."""


def private_from_now_on() -> None:
    """Whatever this process and its children make is for this user only; a Windows folder's own permissions apply."""
    os.umask(0o077)


def umask() -> int:
    """The mask that new files get."""
    mask = os.umask(0o077)  # the only portable way to read it; stricter for the moment between
    os.umask(mask)
    return mask


def has_modes() -> bool:
    """Whether files have modes that say who may read them."""
    return os.name == "posix"


def open_to_others(path: Path) -> bool:
    """Whether anybody but the owner may do anything with it; a link is not followed."""
    return not path.is_symlink() and bool(stat.S_IMODE(path.lstat().st_mode) & 0o077)


def may_list(folder: Path) -> bool:
    """Whether this user may see what is in a folder; one that is not there hides nothing."""
    try:
        is_folder = stat.S_ISDIR(folder.stat().st_mode)
    except PermissionError:  # a folder above it is closed
        return False
    except OSError:
        return True
    return not is_folder or os.access(folder, os.R_OK | os.X_OK)


def may_read(path: Path) -> bool:
    """Whether this user may read a file."""
    return os.access(path, os.R_OK)


def may_write(path: Path) -> bool:
    """Whether this user may write a file, or into a folder."""
    return os.access(path, os.W_OK)


def open_anew(path: Path) -> int:
    """A descriptor to write a file from its start, empty, for this user only, byte for byte.

    Raises:
        OSError: As the system says.
    """
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NOT_TRANSLATED, 0o600)


def open_at_end(path: Path) -> int:
    """As :func:`open_anew`, to add at its end."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _NOT_TRANSLATED, 0o600)


def open_to_lock(path: Path) -> int:
    """As :func:`open_anew`, to hold as a lock: what is in it is left."""
    return os.open(path, os.O_RDWR | os.O_CREAT | _NOT_TRANSLATED, 0o600)


def flush_names(folder: Path) -> None:
    """Have the disk hold the names in a folder, where that can be asked for.

    Windows opens no folders, its file system keeps a journal of names; some network disks say that they cannot.

    Raises:
        OSError: The disk failed.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def take_lock(descriptor: int, *, wait: bool) -> None:
    """Lock an open file until it is closed or the process ends, however that ends.

    Args:
        descriptor: From :func:`open_to_lock`.
        wait: Wait for whoever has it now.

    Raises:
        Taken: Somebody has it and ``wait`` is false.
        OSError: This system or this disk has no locks.
    """
    if _fcntl:
        try:
            _fcntl.flock(descriptor, _fcntl.LOCK_EX if wait else _fcntl.LOCK_EX | _fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken from None
    elif _msvcrt:
        _take_on_windows(descriptor, wait=wait)
    else:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def _take_on_windows(descriptor: int, *, wait: bool) -> None:
    while True:  # its own waiting gives up after ten seconds
        try:
            _msvcrt.locking(descriptor, _msvcrt.LK_LOCK if wait else _msvcrt.LK_NBLCK, 1)
            return
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EDEADLK):
                raise
            if not wait:
                raise Taken from None


def no_core_dumps() -> None:
    """A process that dies leaves no picture of its memory, with keys and names in it, on a disk."""
    if _resource:
        _resource.setrlimit(_resource.RLIMIT_CORE, (0, _resource.getrlimit(_resource.RLIMIT_CORE)[1]))


def discard_output() -> None:
    """Nobody reads standard output any more: let what is still written to it vanish."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def interrupt_self() -> None:
    """As if Ctrl-C had been pressed."""
    signal.raise_signal(signal.SIGINT)


def machine_memory() -> int | None:
    """Bytes of memory that this process may have: its machine's, or less where a container or a service is given less.

    Nothing where the system does not say.
    """
    if _sysconf is None:
        return None
    whole = _sysconf("SC_PAGE_SIZE") * _sysconf("SC_PHYS_PAGES")
    return min((whole, *_limits_of_groups(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))))


def _limits_of_groups(groups: Path, mounted: Path) -> Iterator[int]:
    """What Linux's control groups of this process, and those around them, let all that runs in them have together.

    A line of ``groups`` is ``number:kinds:path``; of the second version, which has no kinds, the first had one kind
    each. In a container the path may be one that only its host can see: then the mount itself is the container's.
    """
    for _, kind, path in (line.split(":", 2) for line in _text(groups).splitlines()):
        name = {"": "memory.max", "memory": "memory.limit_in_bytes"}.get(kind)
        for folder in (Path(path), *Path(path).parents) if name else ():
            limit = _text(mounted / kind / folder.as_posix().strip("/") / str(name)).strip()
            if limit.isdecimal():  # or "max"
                yield int(limit)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""


CLOCK_RAN_OUT, KILLED = -int(getattr(signal, "SIGALRM", 14)), -int(getattr(signal, "SIGKILL", 9))
"""How a process ends whose time is up, and one that the system ended, which it does where memory is short."""
WORK_RAN_OUT = -int(getattr(signal, "SIGPROF", 27))
"""How a process ends that has computed for as long as it may."""


def in_a_copy(work: Callable[[], None], *, seconds: float, memory_bytes: int) -> int:
    """Let a copy of this process do something within limits that nothing it does can lift.

    Windows has no copies and no such limits: there this process does it, and whoever started it keeps the clock.

    Args:
        work: What to do; it may end the process.
        seconds: Of the clock.
        memory_bytes: Of address space.

    Returns:
        How the copy ended: its exit code, or a signal's number below nought.
    """
    if _fork is None:
        work()
        return 0
    child = _fork()
    if child == 0:
        _limit(seconds, memory_bytes)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _limit(seconds: float, memory_bytes: int) -> None:
    if _resource:
        for kind, most in (("RLIMIT_AS", memory_bytes), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
            which = getattr(_resource, kind)
            _, hard = _resource.getrlimit(which)
            size = most if hard == _resource.RLIM_INFINITY else min(most, hard)
            _resource.setrlimit(which, (size, size))
    end_after(seconds)


def end_after(seconds: float) -> None:
    """The system ends this process then, whatever it is doing; 0 stops the clock. Windows has no such clock.

    Args:
        seconds: Of the clock.
    """
    _wind("ITIMER_REAL", CLOCK_RAN_OUT, seconds)


def end_after_work(seconds: float) -> None:
    """As :func:`end_after`, by the time that processors spend on this process: waiting for others does not count."""
    _wind("ITIMER_PROF", WORK_RAN_OUT, seconds)


def _wind(clock: str, ends_by: int, seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.signal(-ends_by, signal.SIG_DFL)
        getattr(signal, "setitimer")(getattr(signal, clock), seconds)  # noqa: B009 - not every system's signal has it
