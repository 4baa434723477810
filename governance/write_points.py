"""The one way to the disk: every file made, written, flushed, renamed or removed passes here, and has a name.

What happens when a run is cut off or the disk fails can then be tried at each of these points, not at a sample of them:
:func:`watched` lets a test see them pass, and stop the process or fail at any one. Nothing else in the packages writes
(``tests/unit/test_write_points.py``).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from governance.platform_calls import flush_names, open_anew, open_to_lock


class Act(StrEnum):
    """What is about to be done to a file or folder."""

    OPEN = "open"
    WRITE = "write"
    HALF_WRITTEN = "half-written"
    FLUSH = "flush"
    RENAME = "rename"
    FLUSH_FOLDER = "flush folder"
    MAKE_FOLDER = "make folder"
    CUT_BACK = "cut back"
    REMOVE = "remove"
    REMOVE_FOLDER = "remove folder"


Watcher = Callable[[Act, Path], None]
"""Is told of each point before the act. It may raise an ``OSError``, as a disk would, or end the process."""

_watchers: list[Watcher] = []


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell ``watcher`` of every point that this process reaches while the block runs."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def reached(act: Act, path: Path) -> None:
    """Say that an act is about to be done."""
    for watcher in _watchers:
        watcher(act, path)


def put(path: Path, content: bytes | memoryview) -> None:
    """Make or empty a file that only its owner may read, write it and flush it to disk."""
    descriptor = open_file(path, open_anew)
    try:
        write(descriptor, content, path)
        flush(descriptor, path)
    finally:
        os.close(descriptor)


def open_file(path: Path, opener: Callable[[Path], int]) -> int:
    """A descriptor, for the few who lock or append, opened by one of ``platform_calls``."""
    reached(Act.OPEN, path)
    return opener(path)


def write(descriptor: int, content: bytes | memoryview, path: Path) -> None:
    """Write all of ``content``; while somebody watches in two halves, for a cut in the middle of one."""
    reached(Act.WRITE, path)
    view = memoryview(content).cast("B")
    middle = len(view) // 2 if _watchers else 0
    if middle:
        _write_all(descriptor, view[:middle])
        reached(Act.HALF_WRITTEN, path)
    _write_all(descriptor, view[middle:])


def _write_all(descriptor: int, view: memoryview) -> None:
    while view:  # the system takes 2 GiB at most at once, and a full disk may take a part
        view = view[os.write(descriptor, view) :]


def flush(descriptor: int, path: Path) -> None:
    """Have the disk hold what was written."""
    reached(Act.FLUSH, path)
    os.fsync(descriptor)


def cut_back(descriptor: int, size: int, path: Path) -> None:
    """Take away what was written after the first ``size`` bytes."""
    reached(Act.CUT_BACK, path)
    os.ftruncate(descriptor, size)


def rename(path: Path, target: Path) -> None:
    """Give a file or folder another name, and have the disk hold the name; a file that had it is replaced."""
    reached(Act.RENAME, target)
    path.replace(target)
    flush_folder(target.parent)


def flush_folder(folder: Path) -> None:
    """Have the disk hold a folder's names: without it a power cut may bring old ones back."""
    reached(Act.FLUSH_FOLDER, folder)
    flush_names(folder)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, for their owner only, as far as they are not there."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        reached(Act.MAKE_FOLDER, path)
        path.mkdir(exist_ok=True, mode=0o700)
        flush_folder(path.parent)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    reached(Act.REMOVE, path)
    path.unlink(missing_ok=True)


def remove_tree(folder: Path) -> None:
    """Remove a folder and all below it, if it is there; where a link leads to stays."""
    if folder.is_symlink() or not folder.is_dir():
        remove(folder)
        return
    for path in sorted(folder.iterdir()):
        remove_tree(path)
    reached(Act.REMOVE_FOLDER, folder)
    folder.rmdir()


def overwrite(path: Path) -> None:
    """Put noughts over a file's content and flush them to disk."""
    descriptor = open_file(path, open_to_lock)
    try:
        write(descriptor, bytes(path.stat().st_size), path)
        flush(descriptor, path)
    finally:
        os.close(descriptor)
