"""Approval: nothing runs on real people's data but the exact config an IG lead signed.

An approval is a DSSE envelope in ``approvals/`` over the SHA-256 of every config file, the policy version and
the code version. Period and extract file names are not in it: a new month needs no new signature, a changed
line in any config does.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance import dsse
from governance.code_version import code_version
from governance.errors import PolicyRefusal
from governance.keys import KeyInfo, KeyRing, is_demo
from governance.settings import POLICY_VERSION, Bundle
from governance.store import write_file

_PREDICATE_TYPE = "joinedup:config-approval/v1"
_VALID_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStatus:
    """Why this bundle may run."""

    kind: Literal["signed", "demo"]
    sentence: str
    """One plain sentence for pages and logs."""
    config_sha256: str
    approval_sha256: str = ""
    """SHA-256 of the envelope's file."""
    approver: str = ""
    author: str = ""
    approved_at: str = ""
    expires: str = ""
    key: str = ""
    """Fingerprint of the approver's public key."""


@dataclass(frozen=True, slots=True)
class _Approval:
    """An approval with a good signature."""

    envelope_sha256: str
    key: str
    files: dict[str, str]
    facts: dict[str, str]


def approve(
    bundle: Bundle,
    key: Ed25519PrivateKey,
    *,
    approver: str,
    at: str,
    author: str = "",
    valid_days: int = _VALID_DAYS,
) -> Path:
    """Sign a bundle.

    Args:
        bundle: What was read and reviewed; the signature covers these exact bytes.
        key: The approver's signing key.
        approver: Who approves, as written on the audit page.
        at: When, as ISO 8601; the caller's clock.
        author: Who wrote the config; must not be the approver.
        valid_days: The approval ends after this many days.

    Returns:
        The envelope's path, ``approvals/<first 16 hex digits of the statement's SHA-256>.json``.

    Raises:
        PolicyRefusal: The author would approve their own config.
    """
    if author and author.strip().casefold() == approver.strip().casefold():
        raise PolicyRefusal(
            "The author of a config cannot approve it.",
            why="Approval is a second pair of eyes.",
            fix="Ask another IG lead to run `joinedup approve DIR`.",
            code="E-APPROVAL-SELF",
        )
    expires = datetime.fromisoformat(at).date() + timedelta(days=valid_days)
    statement = {
        "_type": dsse.STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in _digests(bundle).items()],
        "predicateType": _PREDICATE_TYPE,
        "predicate": {
            "project": bundle.project.id,
            "config_sha256": bundle.digest,
            "policy_version": POLICY_VERSION,
            "code_version": code_version(),
            "author": author,
            "approver": approver,
            "approved_at": at,
            "expires": expires.isoformat(),
        },
    }
    payload = json.dumps(statement, sort_keys=True, ensure_ascii=False).encode()
    path = bundle.root / "approvals" / f"{sha256(payload).hexdigest()[:16]}.json"
    write_file(path, dsse.sign(payload, key))
    return path


def check_approved(bundle: Bundle, keyring: KeyRing, as_of: date) -> ApprovalStatus:
    """Say why this bundle may run, or refuse.

    Args:
        bundle: What is about to run.
        keyring: Its public facts say which approver's key is trusted and whether keys are demo keys.
        as_of: The day of the run.

    Raises:
        PolicyRefusal: Unsigned, altered since it was signed, expired, signed for other code or another policy
            version, or real data with demo keys. A synthetic project under demo keys needs no signature.
    """
    infos = keyring.infos()
    demo = [info for info in infos if is_demo(info)]
    if demo and not bundle.project.synthetic:
        raise _demo_keys(bundle, demo)
    approvals = _read_approvals(bundle.root / "approvals", trusted_approvers(infos))
    usable = [one for one in approvals if _refusal(one, bundle, as_of) is None]
    if usable:
        return _signed(max(usable, key=lambda one: one.facts["expires"]), bundle)
    if bundle.project.synthetic and infos and len(demo) == len(infos):
        return ApprovalStatus(
            kind="demo",
            sentence="Not signed. It may run because the people are synthetic and every key is a demo key.",
            config_sha256=bundle.digest,
        )
    if not approvals:
        raise _unsigned(bundle)
    newest = max(approvals, key=lambda one: (one.files == _digests(bundle), one.facts["approved_at"]))
    raise _refusal(newest, bundle, as_of) or _unsigned(bundle)


def _digests(bundle: Bundle) -> dict[str, str]:
    return {name: sha256(file.raw).hexdigest() for name, file in sorted(bundle.files.items())}


def trusted_approvers(infos: Iterable[KeyInfo]) -> dict[str, Ed25519PublicKey]:
    """Approver keys by fingerprint; a destroyed key's old signatures no longer count."""
    return {
        info.fingerprint: Ed25519PublicKey.from_public_bytes(base64.b64decode(info.public))
        for info in infos
        if info.kind == "signing" and info.holder == "approver" and info.state in ("active", "retiring")
    }


def _read_approvals(folder: Path, trusted: dict[str, Ed25519PublicKey]) -> list[_Approval]:
    """Every approval that a trusted key signed; anything else in the folder counts for nothing."""
    found = []
    for path in sorted(folder.glob("*.json")):
        envelope = path.read_bytes()
        statement, key = dsse.opened(envelope, trusted) or ({}, "")
        if statement.get("predicateType") == _PREDICATE_TYPE:
            found.append(_Approval(sha256(envelope).hexdigest(), key, _subjects(statement), statement["predicate"]))
    return found


def _subjects(statement: dict[str, Any]) -> dict[str, str]:
    return {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}


def _signed(one: _Approval, bundle: Bundle) -> ApprovalStatus:
    facts = one.facts
    return ApprovalStatus(
        kind="signed",
        sentence=f"Signed by {facts['approver']} on {facts['approved_at'][:10]}, valid to {facts['expires']}.",
        config_sha256=bundle.digest,
        approval_sha256=one.envelope_sha256,
        approver=facts["approver"],
        author=facts["author"],
        approved_at=facts["approved_at"],
        expires=facts["expires"],
        key=one.key,
    )


def _refusal(one: _Approval, bundle: Bundle, as_of: date) -> PolicyRefusal | None:
    """Why a well-signed approval does not cover this run, or None."""
    if changed := _changed(one.files, _digests(bundle)):
        return _altered(changed)
    if one.facts["project"] != bundle.project.id:
        return _unsigned(bundle)
    now = {"policy_version": POLICY_VERSION, "code_version": code_version()}
    if moved := [name for name, value in now.items() if one.facts[name] != value]:
        return _other_version(moved, one)
    if as_of.isoformat() > one.facts["expires"]:
        return _expired(one)
    return None


def _changed(signed: dict[str, str], now: dict[str, str]) -> list[str]:
    names = sorted(signed.keys() | now.keys())
    words = {name: "added" if name not in signed else "removed" if name not in now else "changed" for name in names}
    return [f"{name} ({words[name]})" for name in names if signed.get(name) != now.get(name)]


def _demo_keys(bundle: Bundle, demo: list[KeyInfo]) -> PolicyRefusal:
    return PolicyRefusal(
        f"Project `{bundle.project.id}` is not synthetic, but {len(demo)} of its keys are demo keys.",
        why="Demo keys come from a published seed: anyone can undo what they encode.",
        fix="Remove the keys folder, hold a key ceremony (`joinedup keys new DIR`), and encode again.",
        code="E-DEMO-KEY",
    )


def _unsigned(bundle: Bundle) -> PolicyRefusal:
    return PolicyRefusal(
        f"Project `{bundle.project.id}` has no approval signed by its approver's key.",
        why="Nothing real runs on a config that no IG lead has approved.",
        fix="Ask an IG lead to read `joinedup check DIR` and then run `joinedup approve DIR`. Nothing was written.",
        code="E-APPROVAL-MISSING",
    )


def _altered(changed: list[str]) -> PolicyRefusal:
    return PolicyRefusal(
        f"The config was altered after it was approved: {', '.join(changed)}.",
        why="An approval covers the exact bytes that were read, so that what was signed is what runs.",
        fix="Put the approved files back, or ask an IG lead to read and approve the change. Nothing was written.",
        code="E-APPROVAL-ALTERED",
    )


def _other_version(moved: list[str], one: _Approval) -> PolicyRefusal:
    names = " and ".join(name.replace("_", " ") for name in moved)
    return PolicyRefusal(
        f"The approval of {one.facts['approved_at'][:10]} is for another {names}; the config is unchanged.",
        why="New code or new rules may treat the same config differently.",
        fix="Ask an IG lead to renew the approval: `joinedup approve DIR`. Nothing was written.",
        code="E-APPROVAL-VERSION",
    )


def _expired(one: _Approval) -> PolicyRefusal:
    return PolicyRefusal(
        f"The approval of {one.facts['approved_at'][:10]} ended on {one.facts['expires']}.",
        why="Purposes, agreements and risks change, so an approval is given for a time.",
        fix="Ask an IG lead to review the config and renew it: `joinedup approve DIR`. Nothing was written.",
        code="E-APPROVAL-EXPIRED",
    )
