"""What the page is made from: manifests, receipts and the ledger of one period, as they lie on disk."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from governance import verify
from governance.approval import ApprovalStatus
from governance.approval_record import Approval, read_approvals, trusted_approvers
from governance.changes.diff import ConfigDiff, diff_meanings
from governance.changes.kept import kept_meaning
from governance.changes.meaning import meaning_of
from governance.clocks import Clock, clocks
from governance.destruction import certificates, pending
from governance.errors import Fault
from governance.keys.ring import KeyInfo
from governance.ledger import verify_ledger
from governance.ledger_signers import signer_of
from governance.policy import Finding
from governance.policy.disk import read_held
from governance.policy.released import WITHDRAWAL
from governance.settings import Bundle
from governance.store import current


@dataclass(frozen=True, slots=True)
class Published:
    """One publication: its manifest and the digest that names it."""

    facts: dict[str, Any]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """What the ledger says and whether it holds."""

    entries: tuple[dict[str, Any], ...]
    faults: tuple[Fault, ...]
    checkpoint: dict[str, Any] | None
    checked: bool
    """False where there is no signer's key to check it with."""

    @property
    def holds(self) -> bool:
        """Verified, with nothing wrong."""
        return self.checked and not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The last two configs that can be compared: two approvals, or an approval and the files as they are."""

    old: str
    new: str
    approved: bool
    """Whether the newer one is the approval in force."""
    found: ConfigDiff


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything one audit page is made from."""

    period: str
    at: str
    """When the page is made: ISO 8601."""
    bundle: Bundle
    approval: ApprovalStatus
    findings: tuple[Finding, ...]
    keys: tuple[KeyInfo, ...]
    receipts: Mapping[str, Published]
    views: Mapping[str, Published]
    payload: Mapping[str, Published]
    linked: Published | None
    index: Published | None
    cohorts: Published | None
    report: Published | None
    ledger: LedgerState
    compared: Compared | None = None
    """``None`` before a second approval, while the files are those of the first."""
    clocks: tuple[Clock, ...] = ()
    certificates: tuple[dict[str, Any], ...] = ()
    unfinished: tuple[str, ...] = ()
    """Destructions that were begun."""

    def receipt(self, source_id: str) -> dict[str, Any] | None:
        """A source's receipt; None if it has not run."""
        found = self.receipts.get(source_id)
        return found.facts if found else None

    def came(self, source_id: str) -> bool:
        """Whether its extract came, or is still waited for: the ledger says where a month went on without one."""
        where = {"period": self.period, "source": source_id}.items()
        went_on = (each["facts"] for each in self.ledger.entries if each["event"] == "source_absent")
        return source_id in self.receipts or not any(where <= facts.items() for facts in went_on)


def gather(
    root: Path,
    period: str,
    bundle: Bundle,
    findings: Iterable[Finding],
    keys: Iterable[KeyInfo],
    approval: ApprovalStatus,
    *,
    at: str,
) -> Evidence:
    """Read one period of a project folder; what has not run is left empty."""
    zones, infos = root / "zones", tuple(keys)
    ids = [source.id for source in bundle.sources]

    def all_of(folder: Path) -> dict[str, Published]:
        read = {one: _published(folder / one) for one in ids}
        return {one: found for one, found in read.items() if found}

    receipts = {one: _published(zones / "source" / one / period) for one in ids}
    return Evidence(
        period=period,
        at=at,
        bundle=bundle,
        approval=approval,
        findings=tuple(findings),
        keys=infos,
        receipts={one: found for one, found in receipts.items() if found},
        views=all_of(zones / "linkage" / period / "in"),
        payload=all_of(zones / "analysis" / period / "in"),
        linked=_published(zones / "linkage" / period / "out"),
        index=_published(zones / "analysis" / period / "index"),
        cohorts=_published(zones / "analysis" / period / "cohorts"),
        report=_report(zones / "public" / period),
        ledger=_ledger(root / "ledger", infos),
        compared=_compared(root, bundle, infos, approval),
        clocks=tuple(clocks(bundle, read_held(root), date.fromisoformat(at[:10]))),
        certificates=tuple(certificates(root)),
        unfinished=tuple(pending(root)),
    )


def _compared(root: Path, bundle: Bundle, keys: tuple[KeyInfo, ...], approval: ApprovalStatus) -> Compared | None:
    """The approval in force against the one before; without one in force, the files against the last approval."""
    signed = [one for one in read_approvals(root, trusted_approvers(keys)) if one.complete]
    at = next((at for at, one in enumerate(signed) if one.sha256 == approval.approval_sha256), len(signed))
    before, in_force = signed[at - 1] if at else None, signed[at] if at < len(signed) else None
    old = kept_meaning(root, before.facts["meaning_sha256"]) if before else None
    new = kept_meaning(root, in_force.facts["meaning_sha256"]) if in_force else meaning_of(bundle)
    if before is None or old is None or new is None:
        return None
    named = _named(in_force) if in_force else "the files as they are now, which nobody has approved"
    return Compared(old=_named(before), new=named, approved=in_force is not None, found=diff_meanings(old, new))


def _named(one: Approval) -> str:
    return f"the approval of {one.facts['approved_at'][:10]} by {' and '.join(one.approvers)}"


def _published(folder: Path) -> Published | None:
    if not (folder / "current").exists():
        return None
    raw = (current(folder) / "manifest.json").read_bytes()
    return Published(json.loads(raw), sha256(raw).hexdigest())


def _report(folder: Path) -> Published | None:
    """What readers are led to; a notice in the place of a withdrawn report is none."""
    found = _published(folder)
    return None if found and found.facts["kind"] == WITHDRAWAL else found


def _ledger(folder: Path, keys: tuple[KeyInfo, ...]) -> LedgerState:
    """Lines that are not entries are left out here; the faults name them."""
    path, point = folder / "ledger.jsonl", folder / "checkpoint.json"
    lines = path.read_bytes().splitlines() if path.exists() else []
    entries = [entry for entry in map(verify.parse_entry, lines) if entry]
    signer = signer_of(point, keys)
    faults = verify_ledger(folder, _public(signer)) if signer else []
    return LedgerState(
        entries=tuple(entries),
        faults=tuple(faults),
        checkpoint=json.loads(point.read_bytes()) if point.exists() and not faults else None,
        checked=signer is not None,
    )


def _public(info: KeyInfo) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(info.public))
