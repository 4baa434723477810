"""One project on several machines: folders that share the signed config and public copies, and no secret."""

import shutil
from collections.abc import Sequence
from pathlib import Path

CONFIG = ("project.yaml", "policy.yaml", "sources", "cohorts", "lookups", "approvals")
"""What every machine has: signed, and holding nothing of anybody."""


def machine(whole: Path, at: Path, holders: Sequence[str], *, extracts: Sequence[str] = ()) -> Path:
    """A machine's own project folder.

    Args:
        whole: The project on one machine, as the ceremony left it.
        at: The folder to make.
        holders: Whose keys this machine has; of everybody else it has the public copies.
        extracts: Extract files it has, below the project folder.
    """
    at.mkdir()
    for name in CONFIG:
        if (whole / name).is_dir():
            shutil.copytree(whole / name, at / name)
        elif (whole / name).exists():
            shutil.copy(whole / name, at / name)
    for holder in ("public", *holders):
        shutil.copytree(whole / "keys" / holder, at / "keys" / holder)
    for name in extracts:
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(whole / name, at / name)
    return at
