"""What a config's codes expose: the receipt of a measurement, and the ceilings it is held against.

Measured by `joinedup exposure`; kept in the project folder, where policy and the audit page read it.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from governance.settings import Linkage, Policy
from governance.shipped_exposure import SHIPPED

FILE = "exposure.json"
FORMAT = "joinedup:exposure/v1"

STRUCTURE = "structure"
ALL, ALL_WITH_BANDS = "equalities", "rarity"

SEES = {
    "structure": "who shares a block with whom",
    "lengths": "and the length bands of names",
    "missing": "and which fields are missing",
    "equalities": "and who is equal in what inside a block",
    "rarity": "and how rare names are, in three bands",
}
"""What an intruder uses, line by line: each line with all above it."""


def seen_by(sees: str) -> str:
    """By what people are told from all others, as the end of a sentence: *by that and the length bands of names*."""
    return f"by that {SEES[sees]}" if SEES[sees].startswith("and ") else f"by {SEES[sees]}"


def exposure_digest(linkage: Linkage) -> str:
    """SHA-256 over the settings that decide what blocks and codes show; weights and thresholds are not among them."""
    told = {
        "rules": [list(rule.components) for rule in linkage.rules],
        "compare": sorted(linkage.compare),
        "max_block_records": linkage.max_block_records,
        "max_source_records": linkage.max_source_records,
        "max_source_people": linkage.max_source_people,
    }
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def read_receipt(root: Path) -> dict[str, Any]:
    """The project's own receipt; empty if it has none, or one that cannot be read."""
    try:
        found = json.loads((root / FILE).read_bytes())
        return found if isinstance(found, dict) and found.get("format") == FORMAT else {}
    except (OSError, ValueError):
        return {}


def receipt_for(linkage: Linkage, own: Mapping[str, Any]) -> Mapping[str, Any]:
    """The receipt that holds for a config: the project's own, or the one measured before release.

    Empty if there is neither, or it lacks a cell that these settings are held against.
    """
    digest = exposure_digest(linkage)
    found = own if own.get("linkage_sha256") == digest else SHIPPED.get(digest, {})
    measured = {cell["sees"] for cell in found.get("register", ()) if cell["seeds"] == 0}
    return found if {STRUCTURE, _everything(linkage)} <= measured else {}


def _everything(linkage: Linkage) -> str:
    """The cell with all that the codes of a config show."""
    return ALL_WITH_BANDS if linkage.name_bands else ALL


def held_against(linkage: Linkage, policy: Policy, receipt: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """By cell the share of people unique, and its ceiling.

    Args:
        linkage: Tells whether rarity bands are sent.
        policy: Holds the ceilings.
        receipt: Of :func:`receipt_for`; not empty.
    """
    ceilings = {STRUCTURE: policy.max_unique_structure, _everything(linkage): policy.max_unique_all}
    shares = {cell["sees"]: cell["unique"] for cell in receipt["register"] if cell["seeds"] == 0}
    return {sees: (float(shares[sees]), ceiling) for sees, ceiling in ceilings.items()}
