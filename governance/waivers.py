"""Waivers: an approver lets a project run for a time although a rule is not met, and everybody can read it.

A waiver is signed by an approver's key, names one rule, a last day and a reason, and is printed by every run, in the
board report, the linkage report and on the audit page. Rules that are a floor cannot be waived at all.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.errors import BadInput, PolicyRefusal
from governance.keys.ring import KeyInfo
from governance.settings import Bundle
from governance.statements import WAIVER, read_statements, sign_statement

WAIVABLE = frozenset({"AGR-01", "CRY-05", "DPIA-01", "ID-05", "OUT-04", "RET-01", "REV-03", "STO-02"})
"""Rules that warn, and those whose breach is one of paperwork or time: never one that keeps identifiers, opt-outs,
protected records, keys or small numbers."""

MOST_DAYS = 92
_REASON = re.compile(r"[^\n\r<>@]{20,300}")
_DIGITS = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One rule, let be until a day."""

    rule: str
    until: str
    """The last day, as ISO 8601."""
    reason: str
    approver: str

    @property
    def sentence(self) -> str:
        """As it is printed everywhere."""
        return f"{self.rule} is waived until {self.until} by {self.approver}: {self.reason}"


def waive(
    bundle: Bundle, key: Ed25519PrivateKey, *, rule: str, until: date, reason: str, approver: str, today: date
) -> Path:
    """Sign a waiver.

    Args:
        bundle: The project.
        key: An approver's key.
        rule: Its id.
        until: The last day on which it counts.
        reason: One sentence that may be printed for anybody to read.
        approver: Who signs, as it will be printed.
        today: The day of signing.

    Raises:
        PolicyRefusal: The rule cannot be waived.
        BadInput: The day is past or too far away, or the reason is not one that can be printed.
    """
    _check(rule, until, reason, approver, today)
    facts = {
        "project": bundle.project.id,
        "rule": rule,
        "until": until.isoformat(),
        "reason": reason.strip(),
        "approver": approver.strip(),
        "signed_on": today.isoformat(),
    }
    return sign_statement(bundle.root, WAIVER, rule, sha256(rule.encode()).hexdigest(), facts, key)


def read_waivers(bundle: Bundle, keys: Iterable[KeyInfo]) -> tuple[Waiver, ...]:
    """Every waiver of this project that an approver's key signed, ended or not; the last to end first.

    What could not have been signed here counts for nothing: another project, a rule that is a floor, a longer time.
    """
    found = [one.facts for one in read_statements(bundle.root, WAIVER, keys)]
    ours = [facts for facts in found if facts["project"] == bundle.project.id and _may_stand(facts)]
    waivers = [
        Waiver(rule=one["rule"], until=one["until"], reason=one["reason"], approver=one["approver"]) for one in ours
    ]
    return tuple(sorted(waivers, key=lambda one: (one.until, one.rule), reverse=True))


def in_force(waivers: Iterable[Waiver], today: date) -> tuple[Waiver, ...]:
    """Those that have not ended; of each rule the one that lasts longest."""
    lasting: dict[str, Waiver] = {}
    for one in waivers:
        if one.until >= today.isoformat():
            lasting.setdefault(one.rule, one)
    return tuple(lasting[rule] for rule in sorted(lasting))


def is_printable(reason: str) -> bool:
    """Whether a reason tells something and may stand in a board report: one line, no markup, address or long number."""
    return _REASON.fullmatch(reason.strip()) is not None and not _DIGITS.search(reason)


def _may_stand(facts: Mapping[str, Any]) -> bool:
    days = (date.fromisoformat(facts["until"]) - date.fromisoformat(facts["signed_on"])).days
    return facts["rule"] in WAIVABLE and 0 <= days <= MOST_DAYS


def _check(rule: str, until: date, reason: str, approver: str, today: date) -> None:
    if rule not in WAIVABLE:
        raise PolicyRefusal(
            f"Rule {rule} cannot be waived.",
            why="It is a floor: it keeps identifiers, opt-outs, protected records, keys or small numbers, or the law.",
            fix=f"Mend what it names (`joinedup explain {rule}`). These can be waived: {', '.join(sorted(WAIVABLE))}.",
            code="E-WAIVER-FLOOR",
        )
    if not 0 <= (until - today).days <= MOST_DAYS:
        raise BadInput(
            f"A waiver ends between today and {MOST_DAYS} days from now.",
            why="It is for the time it takes to mend something, not for ever.",
            fix="Give a day within that time; it can be signed again when it ends.",
            code="E-WAIVER-DAY",
        )
    if not is_printable(reason) or not approver.strip():
        raise BadInput(
            "A waiver needs the name of who signs, and a reason of 20 to 300 characters on one line without < > @ or"
            " long numbers.",
            why="It is printed in the board report: it has to tell something, and nothing about any person.",
            fix="Say what is not met yet, why the project goes on, and what is being done.",
            code="E-WAIVER-REASON",
        )
