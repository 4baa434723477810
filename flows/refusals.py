"""What policy refused, and when: a line in the ledger with rule ids and a count, never what a rule found.

A refusal leaves nothing else behind, so an IG lead could not tell a config that nobody tried to run from one that was
refused every night. The same refusal is told once a day: a schedule or a person who tries again adds nothing to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from governance.errors import PolicyRefusal, ProjectError
from governance.ledger import Entry, Event, Ledger
from governance.ledger_events import FactValue
from governance.policy import RulesBlock

_SAME = ("step", "code", "rules")
"""Refusals that agree in these are one; the config may have been edited in between."""
_DAY = len("2025-10-14")


@contextmanager
def refusals_recorded(root: Path, step: str, config_sha256: str, at: str) -> Iterator[None]:
    """Enter a refusal of the block into the ledger, where there is one; what is refused stays refused either way.

    Args:
        root: The project folder.
        step: What was asked for: a step, ``check`` or ``approve``.
        config_sha256: Digest of the config that was refused.
        at: The time; the caller's clock.
    """
    try:
        yield
    except PolicyRefusal as refusal:
        # A reader may not write here, and a ledger that does not hold is told by others: neither hides the refusal.
        with suppress(ProjectError, OSError):
            _record(root, refusal, step, config_sha256, at)
        raise


def _record(root: Path, refusal: PolicyRefusal, step: str, config_sha256: str, at: str) -> None:
    ledger = Ledger(root / "ledger")
    if ledger.last_checkpoint() is None:  # a project that is still being written has no history to tell of
        return
    rules = refusal.rules if isinstance(refusal, RulesBlock) else ()
    facts: dict[str, FactValue] = {"step": step, "code": refusal.code, "findings": len(refusal.faults)}
    facts |= {"config_sha256": config_sha256, **({"rules": " ".join(rules)} if rules else {})}
    if not _is_told(ledger.entries(), facts, at):
        ledger.append(Event.POLICY_REFUSED, at=at, **facts)


def _is_told(entries: list[Entry], facts: dict[str, FactValue], at: str) -> bool:
    today = (one for one in reversed(entries) if one.at[:_DAY] == at[:_DAY] and one.event is Event.POLICY_REFUSED)
    return any(all(one.facts.get(name) == facts.get(name) for name in _SAME) for one in today)
