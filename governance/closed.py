"""A file or folder that this user may not open: named, so that whoever is at the machine can open it again.

Most often a spreadsheet program holds an extract, or files were copied by another user.
"""

import errno
import os
import re
from pathlib import Path

from governance.errors import BadInput
from governance.platform_calls import may_list

_OURS = frozenset(
    {"extracts", "optout", "sensitive", "keys", "zones", "ledger", ".joinedup", "sources", "cohorts", "lookups"}
    | {"approvals", "project.yaml", "policy.yaml"}
)
"""Names that a project has. Whoever named another may have named it after a person: it is not told."""
_MONTH = re.compile(r"\d{4}-\d{2}")


def told_as_closed(error: BaseException) -> BadInput | None:
    """What to tell of a refusal by the system; None of any other exception."""
    if not isinstance(error, PermissionError):
        return None
    # What is not permitted (EPERM) without naming a file, such as a signal to another's process, is no closed file.
    return _closed(error.filename) if error.filename is not None or error.errno == errno.EACCES else None


def check_open(folder: Path) -> None:
    """Check that a folder can be listed, if it is there: one that cannot looks empty to whoever lists it.

    Raises:
        BadInput: It cannot.
    """
    if not may_list(folder):
        raise _closed(folder)


def _closed(name: object) -> BadInput:
    return BadInput(
        f"{shown(name)} may not be opened or written by the user who runs this.",
        why="Nothing can be said of what is in it, and a run without it would be of something else.",
        fix="Close it if a spreadsheet program has it open. Else give it to this user (`ls -ld` says whose it is), then"
        " run the same command again; `joinedup doctor DIR` finds every such folder.",
        code="E-CLOSED",
    )


def shown(name: object) -> str:
    """What to call a file or folder: by names that every project has, and no other."""
    parts = Path(os.fspath(name)).parts if isinstance(name, str | os.PathLike) else ()
    at = next((place for place, part in enumerate(parts) if part in _OURS), None)
    if at is None:
        return "A file or folder"
    own = parts[at : at + 2] if _MONTH.fullmatch("".join(parts[at + 1 : at + 2])) else parts[at : at + 1]
    return "/".join(own) if len(parts) == at + len(own) else f"Something in {'/'.join(own)}/"
