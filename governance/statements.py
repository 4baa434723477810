"""Signed statements beside the config: waivers of rules and checks of releases, in ``approvals/``.

Each is a DSSE envelope with one signature by an approver's key; which key may sign is looked up in the key ring.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance import dsse
from governance.approval_record import trusted_approvers
from governance.keys.ring import KeyInfo
from governance.store import write_file

RELEASE_CHECK = "joinedup:release-check/v1"
"""Predicate type of the statement that somebody checked a release."""
NOTICE = "joinedup:release-notice/v1"
"""Predicate type of the statement that a published report is withdrawn or has to be corrected."""
VOICES = "joinedup:voices/v1"
"""Predicate type of the statement that somebody read what people told us, and that it names nobody."""
ROLLBACK = "joinedup:rollback/v1"
"""Predicate type of the statement that a month's results were led back to earlier ones."""
WAIVER = "joinedup:waiver/v1"
"""Predicate type of a waiver of a policy rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement that a trusted key signed."""

    facts: Mapping[str, Any]
    key: str
    """Fingerprint of the key."""
    sha256: str
    """Of the envelope's file."""


def sign_statement(
    root: Path, kind: str, name: str, digest: str, facts: Mapping[str, Any], key: Ed25519PrivateKey
) -> Path:
    """Write a signed statement.

    Args:
        root: The project folder.
        kind: Its predicate type, such as ``joinedup:waiver/v1``.
        name: What it is about.
        digest: SHA-256 of that.
        facts: What is stated.
        key: An approver's key.

    Returns:
        The envelope's path, ``approvals/<first 16 hex digits of the statement's SHA-256>.json``.
    """
    statement = {
        "_type": dsse.STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": digest}}],
        "predicateType": kind,
        "predicate": dict(facts),
    }
    payload = json.dumps(statement, sort_keys=True, ensure_ascii=False).encode()
    path = root / "approvals" / f"{sha256(payload).hexdigest()[:16]}.json"
    write_file(path, dsse.sign(payload, key))
    return path


def read_statements(root: Path, kind: str, keys: Iterable[KeyInfo]) -> list[Statement]:
    """Every statement of a kind that a trusted key signed; anything else in the folder counts for nothing."""
    trusted, found = trusted_approvers(keys), []
    for path in sorted((root / "approvals").glob("*.json")):
        envelope = path.read_bytes()
        statement, signers = dsse.opened(envelope, trusted) or ({}, ())
        if statement.get("predicateType") == kind and signers:
            found.append(Statement(facts=statement["predicate"], key=signers[0], sha256=sha256(envelope).hexdigest()))
    return found
