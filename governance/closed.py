"""A file or folder that this user may not open: named, so that whoever is at the machine can open it again.

Most often a spreadsheet program holds an extract, or files were copied by another user.
"""

import os
from pathlib import Path

from governance.errors import BadInput
from governance.platform_calls import may_list

_NAMED_BY_OTHERS = frozenset({"extracts", "optout", "sensitive"})
"""Folders whose files others have named, perhaps after a person: there only the folder is told."""


def told_as_closed(error: BaseException) -> BadInput | None:
    """What to tell of a refusal by the system; None of any other exception."""
    return _closed(error.filename) if isinstance(error, PermissionError) else None


def check_open(folder: Path) -> None:
    """Check that a folder can be listed, if it is there: one that cannot looks empty to whoever lists it.

    Raises:
        BadInput: It cannot.
    """
    if not may_list(folder):
        raise _closed(folder)


def _closed(name: object) -> BadInput:
    return BadInput(
        f"{_shown(name)} may not be opened or written by the user who runs this.",
        why="Nothing can be said of what is in it, and a run without it would be of something else.",
        fix="Close it if a spreadsheet program has it open. Else give it to this user (`ls -ld` says whose it is), then"
        " run the same command again; `joinedup doctor DIR` finds every such folder.",
        code="E-CLOSED",
    )


def _shown(name: object) -> str:
    if not isinstance(name, str | os.PathLike):
        return "A file or folder"
    path = Path(os.fspath(name))
    at = next((place for place, part in enumerate(path.parts) if part in _NAMED_BY_OTHERS), len(path.parts))
    inside = path.parts[at : at + 2]
    return f"A file in {Path(*path.parts[:at], *inside).as_posix()}/" if len(path.parts) > at + 2 else path.as_posix()
