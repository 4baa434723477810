"""Whose key may have signed a ledger: the run signer's or, on a machine of their own, a zone's or a source's."""

import json
from collections.abc import Sequence
from pathlib import Path

from governance.keys.files import KeyInfo

ZONES_THAT_SIGN = ("linkage", "analysis")
"""Zones with a signing key of their own, beside every source."""


def signs_ledgers(info: KeyInfo) -> bool:
    """Whether this key may sign the ledger of some machine of the project; an approver's may not."""
    named = info.holder in ("signer", *ZONES_THAT_SIGN) or info.holder.startswith("source_")
    return info.kind == "signing" and named


def signer_of(checkpoint: Path, infos: Sequence[KeyInfo]) -> KeyInfo | None:
    """Whose key the checkpoint names, if it may sign ledgers; the run signer's where nothing is signed yet.

    Args:
        checkpoint: ``checkpoint.json``; what it says is not believed, only looked up.
        infos: The public facts of the keys, from a place other than the ledger's own folder.
    """
    may = {info.fingerprint: info for info in infos if signs_ledgers(info)}
    try:
        found = may.get(str(json.loads(checkpoint.read_bytes())["key"]))
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    return found or next((info for info in infos if info.id == "signing_signer"), None)
