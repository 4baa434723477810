"""A statement an approver signs beside the config: a waiver of a rule."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flows.run import now, open_ledger, timestamp
from governance.approval_record import APPROVERS
from governance.errors import BadInput
from governance.keys.ring import KeyRing
from governance.ledger import Event
from governance.ledger_events import FactValue
from governance.policy import RULES
from governance.settings import Bundle, load_bundle
from governance.waivers import in_force, read_waivers, waive


def waive_rule(root: Path, *, rule: str, until: str, reason: str, approver: str, second: bool) -> dict[str, Any]:
    """Sign a waiver and put it into the ledger.

    Args:
        root: The project folder.
        rule: Id of the rule, in either case of letters.
        until: Last day, ``YYYY-MM-DD``.
        reason: Why, for anybody to read.
        approver: Who signs.
        second: Sign with the second approver's key.

    Raises:
        BadInput: The day is not one, or there is no such rule.
    """
    bundle, ring, today, wanted = load_bundle(root), KeyRing(root / "keys"), now().date(), rule.strip().upper()
    if wanted not in {one.id for one in RULES}:
        raise _no_rule(wanted)
    key = _key(ring, today, second=second)
    path = waive(bundle, key, rule=wanted, until=_day(until), reason=reason, approver=approver, today=today)
    _record(bundle, ring, Event.RULE_WAIVED, path, rule=wanted)
    stand = in_force(read_waivers(bundle, ring.infos()), today)
    return {"waiver": str(path), "in_force": [one.sentence for one in stand]}


def _no_rule(wanted: str) -> BadInput:
    return BadInput(
        f"There is no rule {wanted}.",
        why="A waiver is of one rule, by its id, such as STO-02.",
        fix="`joinedup check DIR` lists every rule. Nothing was signed.",
        code="E-WAIVER-RULE",
    )


def _key(ring: KeyRing, today: date, *, second: bool) -> Ed25519PrivateKey:
    return ring.signing(APPROVERS[second], today)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            "The last day is not a date.",
            why="A waiver ends on a day.",
            fix="Write it like 2027-01-31.",
            code="E-WAIVER-DAY",
        ) from None


def _record(bundle: Bundle, ring: KeyRing, event: Event, path: Path, **facts: FactValue) -> None:
    open_ledger(bundle.root, ring, now().date()).append(
        event,
        at=timestamp(),
        project=bundle.project.id,
        approval_sha256=sha256(path.read_bytes()).hexdigest(),
        **facts,
    )
