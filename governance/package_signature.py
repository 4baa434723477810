"""Who made a package: its maker's signature over the manifest, which covers every table.

Anyone can seal to a zone. The signature says which source (or which zone) a package comes from, also to a machine
that shares no ledger with its maker.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance import dsse
from governance.errors import PolicyRefusal
from governance.store import write_file

SIGNATURE = "signature.json"
_MANIFEST = "manifest.json"
_PREDICATE_TYPE = "joinedup:package/v1"


def write_signature(folder: Path, key: Ed25519PrivateKey) -> None:
    """Sign the manifest in ``folder``: a DSSE envelope over its SHA-256."""
    statement = _statement((folder / _MANIFEST).read_bytes())
    write_file(folder / SIGNATURE, dsse.sign(json.dumps(statement, sort_keys=True).encode(), key))


def check_signed(folder: Path, signers: Mapping[str, Ed25519PublicKey]) -> str:
    """Check that one of these keys signed the manifest in ``folder`` for a package.

    Returns:
        The key's fingerprint.

    Raises:
        PolicyRefusal: None of them did.
    """
    path, manifest = folder / SIGNATURE, (folder / _MANIFEST).read_bytes()
    signature = path.read_bytes() if path.is_file() else b""
    return check_signed_bytes(manifest, signature, signers, f"{folder.parent.parent.name}/{folder.parent.name}")


def check_signed_bytes(manifest: bytes, signature: bytes, signers: Mapping[str, Ed25519PublicKey], name: str) -> str:
    """As :func:`check_signed`, for the bytes of a manifest and its signature; ``name`` stands in the error."""
    statement, keys = dsse.opened(signature, signers) or ({}, ())
    if statement != _statement(manifest):
        raise PolicyRefusal(
            f"Package {name} is not signed by its maker's key.",
            why="Anyone can seal a file to a zone. The signature says which source it comes from.",
            fix="Ask the source for the package again. If its key was changed, put the new public copy into keys/public"
            " after comparing its fingerprint with the source by telephone.",
            code="E-PACKAGE-SIGNATURE",
        )
    return keys[0]


def _statement(manifest: bytes) -> dict[str, Any]:
    return {
        "_type": dsse.STATEMENT_TYPE,
        "subject": [{"name": _MANIFEST, "digest": {"sha256": sha256(manifest).hexdigest()}}],
        "predicateType": _PREDICATE_TYPE,
        "predicate": {},
    }
