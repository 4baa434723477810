"""What may leave a failing step: a code and the step's name. Everything else is sealed.

Prefect stores exception texts in its database, its events and, pickled, in its storage folder. So no
exception of ours or of a library ever reaches it: the traceback goes into a file that only the audit key
opens, and :class:`StepFailed` goes on alone, with no cause and no context.
"""

import asyncio
import errno
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from flows.run import now
from governance import write_points
from governance.closed import told_as_closed
from governance.errors import BadInput, InternalError, ProjectError
from governance.keys.ring import KeyRing
from governance.store import seal, unseal, write_file

DIAGNOSTICS_INFO = b"diagnostics"
"""What the seal of a failure's details is bound to."""

_KEPT = 20
"""Diagnostics files kept; older ones are removed, they hold what failed, not what was done."""

_DISK = {errno.ENOSPC, errno.EIO, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows has no EDQUOT

Result = TypeVar("Result")


class StepFailed(Exception):  # noqa: N818 - what happened to the step, not a kind of error
    """A step failed: its code and name, safe to be stored by anyone."""

    def __init__(self, code: str, step: str, error: ProjectError | None = None) -> None:
        super().__init__(code, step)
        self.code, self.step, self.error = code, step, error

    def __str__(self) -> str:
        """``E-CSV-RAGGED in pseudonymise``."""
        return f"{self.code} in {self.step}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled without ``error``, which is for this process's terminal only."""
        return (StepFailed, (self.code, self.step))


def guarded(step: str, root: Path, act: Callable[[], Result]) -> Result:
    """Run one step; whatever goes wrong comes out as :class:`StepFailed`.

    Args:
        step: The step's name, which is printed and stored.
        root: The project folder, for the sealed diagnostics.
        act: The step.

    Raises:
        StepFailed: The step failed. Its ``error`` says what, why and how to fix it.
    """
    try:
        return act()
    except StepFailed as inner:
        failed = inner
    except BaseException as error:
        if is_a_stop(error):
            raise
        kept = _keep(step, root, error)
        shown = error if isinstance(error, ProjectError) else _plain(error, kept)
        failed = StepFailed(shown.code, step, shown)
    # Raised out here, where the original exception is no longer anyone's context.
    raise failed


def in_words(failed: StepFailed) -> ProjectError:
    """What whoever typed the command is told of a step that failed."""
    return failed.error or InternalError(
        f"The step failed: {failed}.",
        why="Its details are sealed for the audit zone.",
        fix="Run the same command with --plain, which shows the whole message.",
        code=failed.code,
    )


def is_a_stop(error: BaseException) -> bool:
    """Ctrl-C, cancellation and Prefect's own signals end a run; they carry no data of ours."""
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | asyncio.CancelledError):
        return True
    return not isinstance(error, Exception) and type(error).__module__.startswith("prefect")


def stopped() -> ProjectError:
    """What is told of a run that somebody ended."""
    return BadInput(
        "The run was stopped before its end.",
        why="Ctrl-C was pressed, or its process was ended.",
        fix="Run the same command again: what was finished is in place, and nothing half done was published.",
        code="E-STOPPED",
    )


def foreseen(error: BaseException) -> ProjectError | None:
    """What the user is told of memory or a disk that is full, or a file that may not be opened; else nothing."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return InternalError(
            "There was not enough memory for this step.",
            why="Data are never spilled to disk in the clear, so the step must fit into memory.",
            fix="Close other programs, or run on a machine with more memory. The last good period is still in place.",
            code="E-MEMORY",
        )
    if isinstance(error, OSError) and error.errno in _DISK:
        return BadInput(
            "The disk is full or could not be written.",
            why="A half-written package could lose people without a trace, so the step ended there.",
            fix="Free disk space, then run the same command again. The last good period is still in place.",
            code="E-WRITE",
        )
    return told_as_closed(error)


def _plain(error: BaseException, kept: str) -> ProjectError:
    """What the user is told of an exception whose text may hold a value."""
    return foreseen(error) or InternalError(
        f"Something happened that joinedup did not expect ({type(error).__name__}).",
        why="Its details may quote a record, so they are not shown here. The last good period is still in place.",
        fix=f"Send {kept} to whoever holds the audit key; `joinedup diagnose DIR` opens it."
        if kept
        else "Make the project's keys (`joinedup keys new DIR`), run again, and report the sealed details.",
        code="E-INTERNAL",
    )


def _keep(step: str, root: Path, error: BaseException) -> str:
    """Seal the traceback for the audit zone; returns the file's name, empty where there is no key yet."""
    text = "".join(traceback.format_exception(error))
    folder = root / ".joinedup" / "diagnostics"
    name = f"{_stamp(now())}-{step.split()[0]}.sealed"
    try:
        write_file(
            folder / name, seal(text.encode(), KeyRing(root / "keys").zone_public("audit"), info=DIAGNOSTICS_INFO)
        )
    except (ProjectError, OSError):  # no key or no disk: the failure itself still has to be told
        return ""
    for old in sorted(folder.glob("*.sealed"))[:-_KEPT]:
        write_points.remove(old)
    return f".joinedup/diagnostics/{name}"


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S%fZ")


def diagnostics(root: Path) -> list[str]:
    """Names of the sealed diagnostics, oldest first."""
    return sorted(path.name for path in (root / ".joinedup" / "diagnostics").glob("*.sealed"))


def read_diagnostics(root: Path, name: str) -> str:
    """The sealed details of one failure: may quote records, for the audit key's holder only.

    Raises:
        PolicyRefusal: This machine does not hold the audit key.
        BadInput: There is no such file.
    """
    path = root / ".joinedup" / "diagnostics" / Path(name).name
    if not path.is_file():
        raise BadInput(
            f"{path.name} is not among the sealed details of failures here.",
            why="Each failure whose details may quote a record leaves one file.",
            fix="`joinedup diagnose DIR` without a name lists them.",
            code="E-DIAGNOSTICS",
        )
    return unseal(
        path.read_bytes(), KeyRing(root / "keys").zone_private("audit", now().date()), info=DIAGNOSTICS_INFO
    ).decode()
