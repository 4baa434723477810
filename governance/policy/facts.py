"""Gather what rules may know beyond the config: keys, receipts, manifests and the ledger of a project folder."""

import base64
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from governance.approval import ApprovalStatus
from governance.begun import ledger_lost
from governance.errors import Fault
from governance.exposure import read_receipt
from governance.keys.ring import KeyInfo, KeyRing
from governance.ledger import Event, Ledger, only_cut_off, verify_ledger
from governance.ledger_signers import signer_of
from governance.policy.disk import read_disk, read_held
from governance.policy.leaks import find_leaks
from governance.policy.released import Released, read_released
from governance.policy.rule import RunFacts
from governance.settings import Bundle
from governance.statements import RELEASE_CHECK, read_statements
from governance.store import current, read_manifest
from governance.waivers import read_waivers


def read_facts(
    bundle: Bundle, period: str, *, as_of: date, approval: ApprovalStatus | None = None, afterwards: bool = False
) -> RunFacts:
    """Everything known of one period so far.

    Args:
        bundle: The project; its root holds the folders read.
        period: Such as ``2025-09``; empty to look at the config and the keys only.
        as_of: The day of the run.
        approval: What lets it run, if it is known.
        afterwards: Also look at what was released, and for identifiers in logs and state: the end of a run, not its
            beginning.

    Raises:
        PolicyRefusal: The ledger is broken, or a key file is damaged.
    """
    ring, zones = KeyRing(bundle.root / "keys"), bundle.root / "zones"
    keys = ring.infos()
    sources = [source.id for source in bundle.sources] if period else []
    folders = {("views", one): zones / "linkage" / period / "in" / one for one in sources}
    folders |= {("payload", one): zones / "analysis" / period / "in" / one for one in sources}
    receipts = {one: _manifest(zones / "source" / one / period) for one in sources}
    packages = {name: _manifest(folder) for name, folder in folders.items()}
    return RunFacts(
        as_of=as_of,
        period=period,
        keys=tuple(keys) or None,
        receipts={name: manifest for name, manifest in receipts.items() if manifest},
        packages={name: manifest for name, manifest in packages.items() if manifest},
        ledger=tuple(Ledger(bundle.root / "ledger").entries()),
        ledger_faults=_ledger_faults(bundle.root, ring),
        exposure=read_receipt(bundle.root),
        singling_out=_singled_out(bundle, zones / "analysis" / period / "cohorts") if period else {},
        disk=read_disk(bundle.root),
        approval=approval,
        waivers=read_waivers(bundle, keys),
        released=_released(bundle.root, period, keys) if afterwards and period else None,
        leaks=find_leaks(bundle.root, period) if afterwards and period else None,
        held=read_held(bundle.root),
    )


def _released(root: Path, period: str, keys: list[KeyInfo]) -> Released | None:
    return read_released(root / "zones" / "public" / period, read_statements(root, RELEASE_CHECK, keys))


def _ledger_faults(root: Path, ring: KeyRing) -> tuple[Fault, ...] | None:
    """What is wrong with the ledger, by the signer's key of the key ring; ``None`` without one.

    Until a first run has begun there is no checkpoint, and none is missed.
    """
    folder = root / "ledger"
    signer = signer_of(folder / "checkpoint.json", ring.infos())
    if signer is None:
        return None
    if lost := ledger_lost(root, ring):
        return (Fault(what=lost, file="ledger/"),)
    ledger = Ledger(folder)
    finished = any(entry.event is Event.RUN_FINISHED for entry in ledger.entries())
    if not finished and ledger.last_checkpoint() is None:
        return ()
    faults = verify_ledger(folder, Ed25519PublicKey.from_public_bytes(base64.b64decode(signer.public)))
    return () if only_cut_off(faults) else tuple(faults)


def _singled_out(bundle: Bundle, folder: Path) -> dict[str, Any]:
    """What was measured under this very config: under another one it says nothing."""
    found = _manifest(folder)
    measured: dict[str, Any] = found.get("singling_out", {})
    if not measured or found.get("config_sha256") != bundle.digest:
        return {}
    return measured | {"made_up": bundle.project.synthetic}


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of what is published in a folder; empty if nothing is."""
    return read_manifest(current(folder)) if (folder / "current").exists() else {}
