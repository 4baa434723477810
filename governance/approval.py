"""Approval: nothing runs on real people's data but the exact config that IG leads signed.

An approval is a DSSE envelope in ``approvals/`` over the SHA-256 of every config file and of the look-up files they
name, what the config means (``governance.changes``), the policy version and the code version. Period and extract file
names are not in it: a new month needs no new signature, a changed line in any config does. What is riskiest needs two
people: the first signs and names the second, who adds a signature to the same envelope.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance import approval_refusals as refusals
from governance import dsse
from governance.approval_record import (
    PREDICATE_TYPE,
    Approval,
    last_complete,
    read_approvals,
    trusted_approvers,
    two_people_reasons,
)
from governance.changes.kept import keep
from governance.changes.meaning import meaning_of, subjects
from governance.code_version import code_version
from governance.english import day
from governance.errors import PolicyRefusal
from governance.keys.ring import KeyRing, is_demo
from governance.settings import POLICY_VERSION, Bundle
from governance.store import write_file
from governance.verify import key_fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStatus:
    """Why this bundle may run."""

    kind: Literal["signed", "demo"]
    """``demo``: made-up people under demo keys, signed or not."""
    sentence: str
    """One plain sentence for pages and logs."""
    config_sha256: str
    approval_sha256: str = ""
    """SHA-256 of the envelope's file; empty if nobody signed."""
    approver: str = ""
    second_approver: str = ""
    """Empty unless a second person signed."""
    author: str = ""
    approved_at: str = ""
    expires: str = ""
    keys: tuple[str, ...] = ()
    """Fingerprints of the approvers' public keys."""
    reasons: tuple[str, ...] = ()
    """Why two people had to sign."""
    meaning_sha256: str = ""
    """What was approved, as kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Who signs what, and until when."""

    approver: str
    """As written on the audit page."""
    at: str
    """When, as ISO 8601; the caller's clock."""
    author: str = ""
    """Who wrote the config; must not approve it."""
    second: str = ""
    """Who will sign too, where two people have to."""
    until: date | None = None
    """Last day; without it the longest the policy allows."""
    english: Mapping[str, Sequence[str]] | None = None
    """Cohort definitions in English, by file; see ``meaning_of``."""


def approve(bundle: Bundle, key: Ed25519PrivateKey, trusted: Mapping[str, Ed25519PublicKey], signing: Signing) -> Path:
    """Sign a bundle, and keep its exact bytes and its meaning.

    Args:
        bundle: What was read and reviewed; the signature covers these exact bytes.
        key: The approver's signing key.
        trusted: Of :func:`trusted_approvers`: whose earlier approvals count.
        signing: Who, when, and until when.

    Returns:
        The envelope's path, ``approvals/<first 16 hex digits of the statement's SHA-256>.json``.

    Raises:
        PolicyRefusal: One person would be two of author, approver and second; the author or a second who is needed is
            not named; or it would last longer than the policy allows.
    """
    _check_people(bundle, signing)
    expires, meaning = _last_day(bundle, signing), meaning_of(bundle, signing.english)
    last = last_complete(read_approvals(bundle.root, trusted))
    reasons = two_people_reasons(bundle.root, last, meaning)
    if reasons and not signing.second:
        raise refusals.second_needed(reasons)
    statement = {
        "_type": dsse.STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects(bundle).items()],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "project": bundle.project.id,
            "config_sha256": bundle.digest,
            "meaning_sha256": keep(bundle, meaning),
            "previous": last.sha256 if last else "",
            "policy_version": POLICY_VERSION,
            "code_version": code_version(),
            "author": signing.author,
            "approver": signing.approver,
            "second_approver": signing.second,
            "two_people_because": list(reasons),
            "approved_at": signing.at,
            "expires": expires.isoformat(),
        },
    }
    payload = json.dumps(statement, sort_keys=True, ensure_ascii=False).encode()
    path = bundle.root / "approvals" / f"{sha256(payload).hexdigest()[:16]}.json"
    write_file(path, dsse.sign(payload, key))
    return path


def waiting_for(bundle: Bundle, trusted: Mapping[str, Ed25519PublicKey], person: str) -> Approval | None:
    """The newest approval of this exact config that names a person as second and that they have not signed."""
    found = [
        one
        for one in read_approvals(bundle.root, trusted)
        if not one.complete and one.files == subjects(bundle) and _same(one.facts["second_approver"], person)
    ]
    return found[-1] if found else None


def countersign(bundle: Bundle, key: Ed25519PrivateKey, waiting: Approval, as_of: date) -> Path:
    """Add the second person's signature to an envelope.

    Args:
        bundle: As the second person reads it.
        key: Their signing key.
        waiting: Of :func:`waiting_for`.
        as_of: The day of signing.

    Raises:
        PolicyRefusal: The key has signed already, or the approval would not cover a run today even if two had signed.
    """
    if key_fingerprint(key.public_key()) in waiting.signers:
        raise refusals.same_key()
    if refused := _refusal(waiting, bundle, as_of, signed=True):
        raise refused
    write_file(waiting.path, dsse.countersign(waiting.path.read_bytes(), key))
    return waiting.path


def check_approved(bundle: Bundle, keyring: KeyRing, as_of: date) -> ApprovalStatus:
    """Say why this bundle may run, or refuse.

    Args:
        bundle: What is about to run.
        keyring: Its public facts say which approver's key is trusted and whether keys are demo keys.
        as_of: The day of the run.

    Raises:
        PolicyRefusal: Unsigned, signed by one person where two have to, altered since it was signed, expired, signed
            for other code or another policy version, or real data with demo keys. A synthetic project under demo keys
            needs no signature.
    """
    infos = keyring.infos()
    demo = [info for info in infos if is_demo(info)]
    if demo and not bundle.project.synthetic:
        raise refusals.demo_keys(bundle, demo)
    approvals = read_approvals(bundle.root, trusted_approvers(infos))
    usable = [one for one in approvals if _refusal(one, bundle, as_of) is None]
    all_demo = bool(infos) and len(demo) == len(infos)
    if usable:
        return _status(max(usable, key=lambda one: str(one.facts["expires"])), bundle, demo=all_demo)
    if bundle.project.synthetic and all_demo:
        return ApprovalStatus(
            kind="demo",
            sentence="Not signed. It may run because the people are synthetic and every key is a demo key.",
            config_sha256=bundle.digest,
        )
    if not approvals:
        raise refusals.unsigned(bundle)
    newest = max(approvals, key=lambda one: (one.files == subjects(bundle), one.facts["approved_at"]))
    raise _refusal(newest, bundle, as_of) or refusals.unsigned(bundle)


def _check_people(bundle: Bundle, signing: Signing) -> None:
    named = [one for one in (signing.author, signing.approver, signing.second) if one.strip()]
    if any(_same(one, another) for at, one in enumerate(named) for another in named[:at]):
        raise refusals.own_approval()
    if not signing.author.strip() and not bundle.project.synthetic:
        raise refusals.no_author()


def _same(one: str, another: str) -> bool:
    """One person, whatever the capitals and spaces."""
    return " ".join(one.casefold().split()) == " ".join(another.casefold().split())


def _last_day(bundle: Bundle, signing: Signing) -> date:
    """The day asked for, or the last that the policy allows."""
    first, days = datetime.fromisoformat(signing.at).date(), bundle.policy.max_approval_days
    last = first + timedelta(days=days)
    if signing.until and not first <= signing.until <= last:
        raise refusals.too_long(last, days=days)
    return signing.until or last


def _status(one: Approval, bundle: Bundle, *, demo: bool) -> ApprovalStatus:
    facts = one.facts
    with_demo = " with demo keys (which guard nothing)" if demo else ""
    return ApprovalStatus(
        kind="demo" if demo else "signed",
        sentence=f"Signed{with_demo} by {' and '.join(one.approvers)} on {day(facts['approved_at'])}, valid to"
        f" {day(_ends(one, bundle))}.",
        config_sha256=bundle.digest,
        approval_sha256=one.sha256,
        approver=facts["approver"],
        second_approver=facts["second_approver"] if len(one.signers) > 1 else "",
        author=facts["author"],
        approved_at=facts["approved_at"],
        expires=_ends(one, bundle),
        keys=one.signers,
        reasons=one.reasons,
        meaning_sha256=facts["meaning_sha256"],
    )


def _ends(one: Approval, bundle: Bundle) -> str:
    """The approval's last day; never later than the policy allows, whatever it says of itself."""
    longest = datetime.fromisoformat(one.facts["approved_at"]).date() + timedelta(days=bundle.policy.max_approval_days)
    return min(str(one.facts["expires"]), longest.isoformat())


def _refusal(one: Approval, bundle: Bundle, as_of: date, *, signed: bool = False) -> PolicyRefusal | None:
    """Why a well-signed approval does not cover this run, or None; ``signed`` takes all signatures for given."""
    if changed := refusals.changed_files(one.files, subjects(bundle)):
        return refusals.altered(changed)
    if one.facts["project"] != bundle.project.id:
        return refusals.unsigned(bundle)
    now = {"policy_version": POLICY_VERSION, "code_version": code_version()}
    if moved := [name for name, value in now.items() if one.facts[name] != value]:
        return refusals.other_version(moved, one.facts)
    if as_of.isoformat() > _ends(one, bundle):
        return refusals.expired(one.facts, _ends(one, bundle))
    if not one.complete and not signed:
        return refusals.second_missing(one.facts, one.reasons)
    return None
