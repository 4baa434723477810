"""Notices about published reports: one was withdrawn, or is going to be corrected, and why.

A notice is signed by one approver's key: taking numbers back must not wait for a second person. The ledger has it,
and every report staged afterwards prints it. What was read once stays known: the gate attacks withdrawn numbers with
the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.errors import BadInput
from governance.keys.ring import KeyInfo
from governance.settings import Bundle
from governance.statements import NOTICE, read_statements, sign_statement
from governance.waivers import is_printable

Kind = Literal["withdrawn", "to_correct"]

_SAYS: dict[Kind, str] = {"withdrawn": "was withdrawn", "to_correct": "was found to be wrong"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What became of one published report."""

    kind: Kind
    period: str
    manifest_sha256: str
    """The report it is about."""
    on: str
    """Day of signing, ISO 8601."""
    reason: str

    @property
    def sentence(self) -> str:
        """As it is printed everywhere but in the report that replaces it."""
        return f"A report of {self._told}"

    def sentence_in(self, period: str) -> str:
        """As a report of a period prints it: its own readers must not take the new one for the wrong one."""
        return f"An earlier report of {self._told} This one replaces it." if period == self.period else self.sentence

    @property
    def _told(self) -> str:
        month, day = date.fromisoformat(f"{self.period}-01"), date.fromisoformat(self.on)
        reason = self.reason if self.reason.endswith((".", "!", "?")) else f"{self.reason}."
        return f"{month:%B %Y} {_SAYS[self.kind]} on {day.day} {day:%B %Y}: {reason}"


def sign_notice(bundle: Bundle, key: Ed25519PrivateKey, notice: Notice, approver: str) -> Path:
    """Sign a notice; the same one again is the same file.

    Raises:
        BadInput: The reason is not one that can be printed, or nobody is named.
    """
    if not is_printable(notice.reason) or not approver.strip():
        raise BadInput(
            "A notice needs the name of who signs, and a reason of 20 to 300 characters on one line without < > @ or"
            " long numbers.",
            why="It is printed in the next board report: it has to tell something, and nothing about any person.",
            fix="Say what was wrong with the report. Nothing was changed.",
            code="E-RELEASE-REASON",
        )
    facts = {
        "project": bundle.project.id,
        "kind": notice.kind,
        "period": notice.period,
        "manifest_sha256": notice.manifest_sha256,
        "on": notice.on,
        "reason": notice.reason,
        "approver": approver.strip(),
    }
    return sign_statement(bundle.root, NOTICE, "release", notice.manifest_sha256, facts, key)


def read_notices(bundle: Bundle, keys: Iterable[KeyInfo]) -> tuple[Notice, ...]:
    """Every notice of this project that an approver's key signed, by period and day."""
    found = [one.facts for one in read_statements(bundle.root, NOTICE, keys)]
    notices = {
        Notice(**{name: each[name] for name in ("kind", "period", "manifest_sha256", "on", "reason")})
        for each in found
        if each["project"] == bundle.project.id
    }
    return tuple(sorted(notices, key=lambda one: (one.period, one.on, one.kind, one.reason)))
