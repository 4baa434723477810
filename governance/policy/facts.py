"""Gather what rules may know beyond the config: keys, receipts, manifests and the ledger of a project folder."""

from datetime import date
from pathlib import Path
from typing import Any

from governance.exposure import read_receipt
from governance.keys import KeyRing
from governance.ledger import Ledger
from governance.policy.rule import RunFacts
from governance.settings import Bundle
from governance.store import current, read_manifest


def read_facts(bundle: Bundle, period: str, *, as_of: date) -> RunFacts:
    """Everything known of one period so far.

    Args:
        bundle: The project; its root holds the folders read.
        period: Such as ``2025-09``; empty to look at the config and the keys only.
        as_of: The day of the run.

    Raises:
        PolicyRefusal: The ledger is broken, or a key file is damaged.
    """
    keys, zones = KeyRing(bundle.root / "keys").infos(), bundle.root / "zones"
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
        exposure=read_receipt(bundle.root),
    )


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of what is published in a folder; empty if nothing is."""
    return read_manifest(current(folder)) if (folder / "current").exists() else {}
