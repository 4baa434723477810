"""The exact bytes and the meaning of every approved config, kept by digest in ``approvals/kept/``.

An approval names digests only. What they are digests of has to be there for as long as anybody may ask what was signed.
"""

import json
from hashlib import sha256
from pathlib import Path

from governance.changes.meaning import FORMAT, Meaning, as_bytes
from governance.settings import Bundle
from governance.store import write_file

_FOLDER = ("approvals", "kept")


def keep(bundle: Bundle, meaning: Meaning) -> str:
    """Keep a bundle's files and its meaning.

    Returns:
        SHA-256 of the meaning, which the approval names.
    """
    content = as_bytes(meaning)
    for raw in [*(file.raw for file in bundle.files.values()), content]:
        path = _path(bundle.root, sha256(raw).hexdigest())
        if not path.exists():
            write_file(path, raw)
    return sha256(content).hexdigest()


def kept_bytes(root: Path, digest: str) -> bytes | None:
    """What was kept under a digest; ``None`` if it is not there, or is no longer what it was."""
    path = _path(root, digest)
    raw = path.read_bytes() if path.exists() else b""
    return raw if sha256(raw).hexdigest() == digest else None


def kept_meaning(root: Path, digest: str) -> Meaning | None:
    """The meaning that was kept with an approval, if it is there and whole."""
    raw = kept_bytes(root, digest)
    found: Meaning = json.loads(raw) if raw else {}
    return found if found.get("format") == FORMAT else None


def _path(root: Path, digest: str) -> Path:
    return root.joinpath(*_FOLDER, digest)
