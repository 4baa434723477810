"""What a policy rule is, what it may look at, and what it finds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from governance.approval import ApprovalStatus
from governance.contracts import CONTRACTS, Contract
from governance.errors import Fault
from governance.keys.ring import KeyInfo
from governance.ledger import Entry
from governance.policy.disk import Disk, Held
from governance.policy.leaks import Leaks
from governance.policy.released import Released
from governance.settings import Bundle
from governance.waivers import Waiver

Level = Literal["block", "warn", "output"]
"""``block`` stops a run before it starts, ``warn`` does not, ``output`` is checked on what a run made."""

Result = Literal["pass", "warn", "block", "not_yet", "waived"]


NO_APPROVAL = "Nobody has approved this config yet."
NO_KEYS = "No keys have been made for this project yet."
WAITS_FOR_PEOPLE = frozenset({NO_APPROVAL, NO_KEYS})
"""What rules say that wait for people and not for a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What rules may know beyond the config; what has not happened yet is empty."""

    as_of: date
    """The day of the run."""
    period: str = ""
    keys: tuple[KeyInfo, ...] | None = None
    """Public facts of every key; ``None`` where no key folder was looked at."""
    receipts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Source receipts of the period, by source id."""
    packages: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    """Package manifests of the period, by kind (``views`` or ``payload``) and source id."""
    ledger: tuple[Entry, ...] = ()
    exposure: Mapping[str, Any] = field(default_factory=dict)
    """The project's own exposure receipt; see ``governance.exposure``."""
    singling_out: Mapping[str, Any] = field(default_factory=dict)
    """Shares of people who could be singled out in the analysis zone, as measured under this very config; ``made_up``
    where nobody in it is real."""
    disk: Disk | None = None
    """What can be seen of the project folder; ``None`` where it was not looked at."""
    held: tuple[Held, ...] = ()
    """Datasets and periods that are here."""
    ledger_faults: tuple[Fault, ...] | None = None
    """What is wrong with the ledger; ``None`` where no key is here to check it with."""
    approval: ApprovalStatus | None = None
    """What lets this run; ``None`` where nobody has approved it."""
    released: Released | None = None
    """What was released for the period, or is about to be."""
    recipient_vectors: Mapping[str, str] = field(default_factory=dict)
    """A test pseudonym for each recipient of pseudonymised records; nothing is made for recipients yet."""
    leaks: Leaks | None = None
    """What was looked for in logs and state; ``None`` where nobody looked."""
    waivers: tuple[Waiver, ...] = ()
    """Every signed waiver, ended or not, the last to end first."""
    contracts: Mapping[str, Contract] = field(default_factory=lambda: CONTRACTS)
    """Contracts of every table that may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing a rule does not accept, or cannot see yet."""

    where: str
    """File and line, or the table or key meant."""
    says: str
    fix: str = ""
    """Only where the rule's own fix is too general."""
    result: Result | None = None
    """Only where it differs from the rule's level."""


Check = Callable[[Bundle, RunFacts], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: a pure function over the config bundle and the run's facts, and the words that teach it."""

    id: str
    level: Level
    title: str
    checks: str
    """What is checked."""
    why: str
    source: str
    """Law, guidance or standard behind it."""
    good: str
    bad: str
    fix: str
    passed: str
    """What a pass says."""
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule found at one place."""

    rule: str
    level: Level
    result: Result
    where: str
    sentence: str
    fix: str


def rule(
    *, id: str, level: Level, title: str, checks: str, why: str, source: str, good: str, bad: str, fix: str, passed: str
) -> Callable[[Check], Rule]:
    """Make a :class:`Rule` of the function below."""

    def make(check: Check) -> Rule:
        return Rule(
            id=id,
            level=level,
            title=title,
            checks=checks,
            why=why,
            source=source,
            good=good,
            bad=bad,
            fix=fix,
            passed=passed,
            check=check,
        )

    return make


def place(bundle: Bundle, name: str, *location: str | int) -> str:
    """Where a setting stands: ``sources/ed.yaml:12``."""
    file = bundle.files.get(name)
    return f"{name}:{file.line(location)}" if file else name
