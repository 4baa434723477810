"""Approval of a reviewer: who may see which records of two sources are taken for one person, and until when.

That a council's client is known to the police is itself confidential. So cross-source record ids leave the linkage
zone only sealed to one named reviewer, whose public key stands in an approval that the approver signed.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from governance import dsse
from governance.approval_record import trusted_approvers
from governance.english import day
from governance.errors import PolicyRefusal
from governance.keys.ring import KeyRing
from governance.settings import Bundle
from governance.store import write_file

_PREDICATE_TYPE = "joinedup:review-approval/v1"
VALID_DAYS = 30
"""A review is a task with an end, not a standing right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewApproval:
    """Why this reviewer may see cross-source pairs."""

    reviewer: str
    sources: frozenset[str]
    public_key: X25519PublicKey
    sentence: str
    approval_sha256: str
    """SHA-256 of the envelope's file."""


def holder_of(reviewer: str) -> str:
    """The key holder's name of a reviewer."""
    return f"reviewer_{reviewer}"


def approve_review(
    bundle: Bundle,
    ring: KeyRing,
    key: Ed25519PrivateKey,
    *,
    reviewer: str,
    sources: Sequence[str],
    approver: str,
    at: str,
) -> Path:
    """Sign that a reviewer may see pairs across these sources.

    Args:
        bundle: The project.
        ring: Holds the reviewer's public key, which the approval names in full.
        key: The approver's signing key.
        reviewer: Id of the reviewer, as in their key's name.
        sources: Ids of the sources whose records may be shown beside each other.
        approver: Who approves, as written on the audit page.
        at: When, as ISO 8601; the caller's clock.

    Returns:
        The envelope's path in ``approvals/``.

    Raises:
        PolicyRefusal: The reviewer has no key, or would approve their own review.
    """
    if reviewer.casefold() == approver.strip().casefold():
        raise _own_review()
    public = ring.info(f"zone_{holder_of(reviewer)}").public
    facts = {
        "project": bundle.project.id,
        "reviewer": reviewer,
        "public_key": public,
        "sources": sorted(bundle.source(source).id for source in sources),
        "approver": approver,
        "approved_at": at,
        "expires": (datetime.fromisoformat(at).date() + timedelta(days=VALID_DAYS)).isoformat(),
    }
    payload = json.dumps(_statement(facts), sort_keys=True, ensure_ascii=False).encode()
    path = bundle.root / "approvals" / f"{sha256(payload).hexdigest()[:16]}.json"
    write_file(path, dsse.sign(payload, key))
    return path


def _statement(facts: dict[str, Any]) -> dict[str, Any]:
    """What is signed of a reviewer, whose public key it names in full."""
    return {
        "_type": dsse.STATEMENT_TYPE,
        "subject": [{"name": holder_of(facts["reviewer"]), "digest": {"sha256": _digest(facts["public_key"])}}],
        "predicateType": _PREDICATE_TYPE,
        "predicate": facts,
    }


def check_review_approved(bundle: Bundle, ring: KeyRing, reviewer: str, as_of: date) -> ReviewApproval:
    """Say why this reviewer may see cross-source pairs, or refuse.

    Args:
        bundle: The project.
        ring: Says whose signature is trusted, and holds the reviewer's public key.
        reviewer: Id of the reviewer.
        as_of: The day of the run.

    Raises:
        PolicyRefusal: No approval names this reviewer and this project, the newest one ended, or the reviewer's key
            is not the one that was approved.
    """
    found = [one for one in _approvals(bundle, ring) if one[0]["reviewer"] == reviewer]
    if not found:
        raise _unapproved()
    facts, envelope_sha256 = max(found, key=lambda one: (str(one[0]["approved_at"]), one[1]))
    if as_of.isoformat() > facts["expires"]:
        raise _ended(facts["expires"])
    if ring.info(f"zone_{holder_of(reviewer)}").public != facts["public_key"]:
        raise _other_key()
    return ReviewApproval(
        reviewer=reviewer,
        sources=frozenset(facts["sources"]),
        public_key=X25519PublicKey.from_public_bytes(base64.b64decode(facts["public_key"])),
        sentence=f"Review approved by {facts['approver']} on {day(facts['approved_at'])}, valid to"
        f" {day(facts['expires'])}.",
        approval_sha256=envelope_sha256,
    )


def _approvals(bundle: Bundle, ring: KeyRing) -> list[tuple[dict[str, Any], str]]:
    """Every review approval of this project that a trusted key signed; anything else counts for nothing."""
    trusted, found = trusted_approvers(ring.infos()), []
    for path in sorted((bundle.root / "approvals").glob("*.json")):
        envelope = path.read_bytes()
        statement, _ = dsse.opened(envelope, trusted) or ({}, ())
        if statement.get("predicateType") == _PREDICATE_TYPE:
            facts = statement["predicate"]
            if facts["project"] == bundle.project.id:
                found.append((facts, sha256(envelope).hexdigest()))
    return found


def _digest(public: str) -> str:
    return sha256(base64.b64decode(public)).hexdigest()


def _own_review() -> PolicyRefusal:
    return PolicyRefusal(
        "A reviewer cannot approve their own review.",
        why="Approval is a second pair of eyes.",
        fix="Ask another IG lead to run `joinedup review approve DIR`.",
        code="E-REVIEW-SELF",
    )


def _unapproved() -> PolicyRefusal:
    return PolicyRefusal(
        "No signed approval names this reviewer.",
        why="That two services know one person is confidential; only a reviewer whom the approver named may see it.",
        fix="Ask an IG lead to run `joinedup review approve DIR --reviewer NAME --source ID --source ID`, or leave out"
        " --reviewer: patterns without records need no approval. Nothing was written.",
        code="E-REVIEW-APPROVAL",
    )


def _ended(expires: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"The approval of this reviewer ended on {expires}.",
        why="That two services know one person is confidential; only a reviewer whom the approver named may see it.",
        fix="Ask an IG lead to renew it with `joinedup review approve DIR`. Nothing was written.",
        code="E-REVIEW-APPROVAL",
    )


def _other_key() -> PolicyRefusal:
    return PolicyRefusal(
        "The reviewer's key in keys/ is not the one that was approved.",
        why="Pairs would be sealed to somebody the approver did not name.",
        fix="Restore the reviewer's key, or have the new one approved with `joinedup review approve DIR`."
        " Nothing was written.",
        code="E-REVIEW-KEY",
    )
