"""Whether a project is whole after a fault: what is published, what is left over, whether the ledger holds."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from flows.engine import run_steps
from flows.lock import is_running
from flows.period import PERIOD as WHOLE
from flows.run import LATEST, open_run
from governance.errors import ProjectError
from governance.keys.ring import KeyRing
from governance.ledger import verify_ledger
from governance.store import current

SAME, OTHER, REFUSED, BROKEN, LEFT = "the same", "OTHER CONTENT", "REFUSED", "LEDGER BROKEN", "LEFT OVER"
"""How a run ended that came after a fault: as if there had been none, or in what way not."""

_CONTENTS = 3
"""What a pointer may stand beside: what readers follow, followed before, and the last other content."""
_RESULTS = _CONTENTS + 2
"""And of results those of the last two states that were staged: a rollback may have to lead to them."""


def run(root: Path, step: str = WHOLE, source: str = "", period: str = LATEST) -> None:
    """One step, or the whole period, without an orchestrator."""
    run_steps(open_run(root, period), [(step, source)], plain=True)


def versions(root: Path) -> dict[str, str]:
    """What every zone holds; of a report, whose page prints the time and the ledger's root, its counts."""
    found = {}
    for pointer in sorted(root.glob("zones/**/current")):
        counts = current(pointer.parent) / "safe_counts.csv"
        name = sha256(counts.read_bytes()).hexdigest() if counts.exists() else pointer.read_text()[:16]
        found[pointer.relative_to(root).as_posix()] = name
    return found


def left_over(root: Path) -> list[str]:
    """What a run that was cut off leaves: half-written files and folders, contents that nobody follows."""
    halves = [path.relative_to(root).as_posix() for path in root.rglob(".*partial")]
    many = [
        pointer.parent.relative_to(root).as_posix()
        for pointer in root.glob("zones/**/current")
        if "public" not in pointer.parts and sum(one.is_dir() for one in pointer.parent.iterdir()) > _most(pointer)
    ]
    return sorted([*halves, *many])


def _most(pointer: Path) -> int:
    is_result = "draft" in pointer.parts or pointer.parent.name in ("index", "cohorts", "missed", "measures")
    return _RESULTS if is_result else _CONTENTS


def ledger_holds(root: Path) -> bool:
    """Whether every line is in the chain and every checkpoint is signed."""
    ring = KeyRing(root / "keys")
    public = ring.signing(ring.ledger_signer(), datetime.now(UTC).date()).public_key()
    return verify_ledger(root / "ledger", public) == []


def judged(root: Path, wanted: dict[str, str]) -> str:
    """Which of the outcomes the project as it lies there is."""
    if versions(root) != wanted:
        return OTHER
    if not ledger_holds(root):
        return BROKEN
    return LEFT if left_over(root) or is_running(root) else SAME


def mended(root: Path, wanted: dict[str, str], step: str = WHOLE, source: str = "") -> str:
    """Run a step again, and judge."""
    try:
        run(root, step, source)
    except ProjectError:
        return REFUSED
    return judged(root, wanted)
