"""People's word that they looked at a draft before it is published."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.releasing.drafts import draft_of
from flows.run import now, open_ledger, resolve_period, timestamp
from governance.approval_record import APPROVERS
from governance.errors import BadInput
from governance.keys.ring import KeyRing
from governance.ledger import Event
from governance.policy.released import read_released
from governance.release_extremes import extremes
from governance.settings import load_bundle
from governance.statements import RELEASE_CHECK, sign_statement


def sign_check(root: Path, period: str, *, checker: str, second: bool) -> dict[str, Any]:
    """Sign that somebody looked at the draft of a period, just as it stands.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        checker: Who looked.
        second: Sign with the second approver's key.

    Raises:
        BadInput: Nothing is staged, or nobody is named.
    """
    bundle, ring, today, month = load_bundle(root), KeyRing(root / "keys"), now().date(), resolve_period(root, period)
    if not checker.strip():
        raise BadInput(
            "It is not said who checked the release.",
            why="A check is somebody's word.",
            fix='Add --checker "Name, role".',
            code="E-CHECKER",
        )
    draft, staged = draft_of(root, month), read_released(root / "zones" / "draft" / month)
    if draft is None or staged is None:
        raise nothing_staged(month)
    facts = {"checker": checker.strip(), "manifest_sha256": draft.sha256, "period": month, "at": timestamp()}
    key = ring.signing(APPROVERS[second], today)
    path = sign_statement(root, RELEASE_CHECK, "release", draft.sha256, facts, key)
    # A checker's own machine need not hold the ledger's key: publishing enters who checked what.
    if ring.holds(f"signing_{ring.ledger_signer()}"):
        open_ledger(root, ring, today).append(
            Event.RELEASE_CHECKED,
            at=timestamp(),
            project=bundle.project.id,
            approval_sha256=sha256(path.read_bytes()).hexdigest(),
            period=month,
            manifest_sha256=draft.sha256,
        )
    after = draft_of(root, month) or draft
    told = {"check": str(path), "period": month, "people": after.people, "next": after.next_command}
    return told | {"look_at": extremes(staged).lines()}


def nothing_staged(period: str) -> BadInput:
    """The error where there is no draft."""
    return BadInput(
        f"Nothing is staged for {period}.",
        why="Two people look at a draft before it is published, and there is none.",
        fix="Run `joinedup report DIR` first.",
        code="E-RELEASE-NONE",
    )
