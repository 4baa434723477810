"""Approvals as they lie in ``approvals/``: who signed each, what it covers, and whether enough people signed.

Whether a second person was needed is worked out again whenever approvals are read, from what was approved before and
what was kept of it. An approval that says of itself that one signature is enough is not believed.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from governance import dsse
from governance.changes.diff import diff_meanings
from governance.changes.kept import kept_meaning
from governance.changes.meaning import Meaning
from governance.keys.ring import KeyInfo

PREDICATE_TYPE = "joinedup:config-approval/v2"
APPROVERS = ("approver", "second_approver")
"""Holders whose signing keys approve; two signatures are two keys, so two people."""

FIRST = "a new source: nothing of this project was approved before"
NOT_KEPT = "a new source cannot be ruled out: what was approved before is not in approvals/kept/, or was altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval that at least one trusted key signed."""

    path: Path
    sha256: str
    """Of the envelope's file."""
    signers: tuple[str, ...]
    """Fingerprints of the trusted keys that signed, in the order of the envelope."""
    files: Mapping[str, str]
    facts: Mapping[str, Any]
    reasons: tuple[str, ...]
    """Why two people have to sign; empty if one is enough."""

    @property
    def complete(self) -> bool:
        """As many people signed as had to."""
        return len(set(self.signers)) >= (2 if self.reasons else 1)

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who signed, by name: the first, and the second whom the first one named."""
        names = (str(self.facts["approver"]), str(self.facts["second_approver"]))
        return tuple(name for name in names[: len(set(self.signers))] if name)


def trusted_approvers(infos: Iterable[KeyInfo]) -> dict[str, Ed25519PublicKey]:
    """Approver keys by fingerprint; a destroyed key's old signatures no longer count."""
    return {
        info.fingerprint: Ed25519PublicKey.from_public_bytes(base64.b64decode(info.public))
        for info in infos
        if info.kind == "signing" and info.holder in APPROVERS and info.state in ("active", "retiring")
    }


def read_approvals(root: Path, trusted: Mapping[str, Ed25519PublicKey]) -> list[Approval]:
    """Every config approval that a trusted key signed, oldest first; anything else in the folder counts for nothing."""
    found: list[Approval] = []
    last: Approval | None = None
    for path, envelope, statement, signers in _signed(root / "approvals", trusted):
        facts = statement["predicate"]
        one = Approval(
            path=path,
            sha256=sha256(envelope).hexdigest(),
            signers=signers,
            files={subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]},
            facts=facts,
            reasons=two_people_reasons(root, last, kept_meaning(root, facts["meaning_sha256"])),
        )
        found.append(one)
        last = one if one.complete else last
    return found


def last_complete(approvals: Iterable[Approval]) -> Approval | None:
    """The newest approval that enough people signed; whatever its age, a new config is compared with it."""
    return next((one for one in reversed(list(approvals)) if one.complete), None)


def two_people_reasons(root: Path, last: Approval | None, meaning: Meaning | None) -> tuple[str, ...]:
    """Why a config needs two approvers.

    Args:
        root: The project folder, which keeps what was approved.
        last: The last complete approval; ``None`` if there is none.
        meaning: Of the config to be approved; ``None`` if it cannot be told.
    """
    if last is None:
        return (FIRST,)
    before = kept_meaning(root, last.facts["meaning_sha256"])
    if before is None or meaning is None:
        return (NOT_KEPT,)
    return diff_meanings(before, meaning).two_people


def _signed(
    folder: Path, trusted: Mapping[str, Ed25519PublicKey]
) -> list[tuple[Path, bytes, dict[str, Any], tuple[str, ...]]]:
    read = [(path, path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    opened = [(path, raw, found) for path, raw in read if (found := dsse.opened(raw, trusted))]
    ours = [
        (path, raw, statement, signers)
        for path, raw, (statement, signers) in opened
        if statement.get("predicateType") == PREDICATE_TYPE
    ]
    return sorted(ours, key=lambda one: (one[2]["predicate"]["approved_at"], one[0].name))
