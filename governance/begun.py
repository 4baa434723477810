"""Whether a ledger was lost: results of runs without the signed ledger that tells of them.

The first thing that a run does is to write a line and sign the ledger. Where results are and no signed ledger is, the
project is none that has not begun: its ledger was lost or taken away.
"""

from collections.abc import Iterator
from pathlib import Path

from governance.errors import PolicyRefusal
from governance.keys.ring import KeyRing

_MONTH = "[0-9][0-9][0-9][0-9]-[0-9][0-9]"
_MADE_BY_RUNS = (
    f"zones/linkage/{_MONTH}/out",
    f"zones/analysis/{_MONTH}/cohorts",
    f"zones/draft/{_MONTH}",
    f"zones/public/{_MONTH}",
)
"""Never made by hand, nor carried here from another machine."""


def ledger_lost(root: Path, ring: KeyRing) -> str:
    """What shows that the ledger was lost; empty if it is there, or if nothing has run.

    Args:
        root: The project folder.
        ring: Its keys: a source's receipt was made here if the source's signing key is here, else carried here.
    """
    ledger = root / "ledger"
    if _is_signed(ledger):
        return ""
    left = [path.relative_to(root).as_posix() for path in _left(root, ring)]
    if _is_signed(ledger):  # a run that began meanwhile signs before it leaves anything
        return ""
    if not _has_lines(ledger) and (ledger / "signer_public_key.txt").exists():
        left.append("ledger/signer_public_key.txt")
    if not left:
        return ""
    more = f" and {len(left) - 1} more" if len(left) > 1 else ""
    return f"what earlier runs left is here ({min(left)}{more}), and no signed ledger tells of it"


def check_ledger_not_lost(root: Path, ring: KeyRing) -> None:
    """Nothing is written into a new ledger where an old one is missed: that would bury the loss.

    Raises:
        PolicyRefusal: It was lost.
    """
    if lost := ledger_lost(root, ring):
        raise PolicyRefusal(
            f"The ledger is gone: {lost}.",
            why="A project that has not begun has no results. Without its ledger nobody can prove what was run,"
            " approved and released.",
            fix="Restore the ledger folder from its last good copy and tell the IG lead. Without a copy the IG lead"
            " decides: zones/ set aside whole and kept, months run again from their extracts; a kept checkpoint or a"
            " printed root shows what was there.",
            code="E-LEDGER-GONE",
        )


def _is_signed(ledger: Path) -> bool:
    return (ledger / "checkpoint.json").exists()


def _has_lines(ledger: Path) -> bool:
    lines = ledger / "ledger.jsonl"
    return lines.exists() and lines.stat().st_size > 0


def _left(root: Path, ring: KeyRing) -> Iterator[Path]:
    for pattern in _MADE_BY_RUNS:
        yield from root.glob(pattern)
    for receipt in root.glob(f"zones/source/*/{_MONTH}"):
        if ring.holds(f"signing_source_{receipt.parent.name}"):
            yield receipt
