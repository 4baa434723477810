"""What lies in a published folder, byte for byte: ``digests.json`` beside its manifest; the ledger has its digest.

A manifest names what tables say, which is the same whenever the same is made again. A seal is another each time, so the
digest of a sealed file stands here instead: whoever changes a byte of it is told of before anybody opens it.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import file_digest
from pathlib import Path

DIGESTS = "digests.json"


def digests_of(paths: Iterable[Path], folder: Path) -> bytes:
    """The SHA-256 of each file by its name below ``folder``, as it is written; files are read in pieces."""
    return written({path.relative_to(folder).as_posix(): file_sha256(path) for path in paths})


def written(found: Mapping[str, str]) -> bytes:
    """A list of digests by name, as it stands on disk."""
    return (json.dumps(found, indent=1, sort_keys=True) + "\n").encode()


def files_below(folder: Path) -> list[Path]:
    """Every file of a published folder but ``digests.json``, in order."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if path != folder / DIGESTS)


def read_digests(content: bytes) -> Mapping[str, str] | None:
    """What :func:`digests_of` wrote; None if it is no longer that."""
    try:
        found = json.loads(content)
    except ValueError:
        return None
    good = isinstance(found, dict) and all(isinstance(value, str) for value in found.values())
    return found if good else None


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, which is never held whole."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
