"""One run: the project as it was read, its period and keys, and the gate that every step passes.

The clock of the whole product is here: packages are told the time, they never look at it.
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from flows.refusals import refusals_recorded
from governance.approval import ApprovalStatus, check_approved
from governance.begun import check_ledger_not_lost
from governance.closed import check_open
from governance.digests import DIGESTS, file_sha256
from governance.errors import BadInput
from governance.intake.period import as_of_date
from governance.keys.issue import record_context
from governance.keys.ring import IssuedKeys, KeyRing, Secret, Uses
from governance.ledger import Event, Ledger
from governance.package import published_as
from governance.policy import check_bundle, read_facts, refuse_blocked
from governance.settings import Bundle, load_bundle
from governance.store import Announce
from governance.waivers import in_force, read_waivers

PROJECT_DIR = "JOINEDUP_PROJECT_DIR"
"""Where the one project of this process lies. Flows are given its id only: paths can hold names."""

LATEST = "latest"
"""In place of a period: the newest folder below ``extracts/``."""

_USES_PACKAGES = frozenset({"link", "cohorts", "report", "release"})
"""Steps after the sources': what the sources sent is then part of what the policy rules look at."""

_SHOWS_WHAT_IS_WRONG = frozenset({"audit"})
"""The audit page is written whatever the rules say: it is where that is read."""

_CARRIED: dict[Event, dict[str, str]] = {
    Event.PACKAGE_PUBLISHED: {},
    Event.PERSON_INDEX_PUBLISHED: {"package": "person_index"},
}
"""What may also have been made on another machine, and how the taking in of it is told apart."""

_ROLLED_BACK = {
    Event.PERSON_INDEX_PUBLISHED: "person_index_sha256",
    Event.COHORTS_PUBLISHED: "cohorts_sha256",
    Event.REPORT_STAGED: "report_sha256",
}
"""What a rollback leads back to, by the event that published it."""

_PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every step is given; made by :func:`open_run` only, so nothing runs that is not approved."""

    root: Path
    bundle: Bundle
    period: str
    ring: KeyRing
    today: date
    """The day of the run: keys, agreements and approvals must be valid on it."""
    approval: ApprovalStatus

    @property
    def as_of(self) -> date:
        """First day that is no longer part of the period: windows are half-open."""
        return as_of_date(self.period)

    @property
    def ledger(self) -> Ledger:
        """The project's ledger, open for writing."""
        return open_ledger(self.root, self.ring, self.today)

    def encoding(self, source_id: str) -> IssuedKeys:
        """What a source was issued to encode with."""
        return self.ring.encoding(source_id, uses_of(self.bundle), self.today)

    def record_key(self, source_id: str) -> Secret:
        """The key of a source's record pseudonyms."""
        return self.encoding(source_id).subkey(*record_context(uses_of(self.bundle), source_id))

    def published(self, event: Event, *, period: str = "", **where: str) -> str:
        """SHA-256 of the manifest that the ledger says was published last; empty if it names none.

        What another machine published is in this ledger as what was taken in from there.
        """
        wanted = {"period": period or self.period, **where}
        asked = {event: wanted}
        if event in _CARRIED:
            asked[Event.PACKAGE_IMPORTED] = wanted | _CARRIED[event]
        back = _ROLLED_BACK.get(event, "")
        for entry in reversed(Ledger(self.root / "ledger").entries()):
            if entry.event in asked and asked[entry.event].items() <= entry.facts.items():
                return str(entry.facts["manifest_sha256"])
            if back and entry.event is Event.ROLLED_BACK and entry.facts["period"] == wanted["period"]:
                return str(entry.facts.get(back, ""))
        return ""

    def record_files(self, package: str, folder: Path) -> None:
        """Enter what was written beside the results into the ledger: a folder that has no event of its own.

        Args:
            package: What the ledger calls it.
            folder: Where it was published.
        """
        self.ledger.append(
            Event.FILES_RECORDED, at=timestamp(), period=self.period, package=package, **published_as(folder)
        )

    def announced(self, package: str, source: str = "") -> Announce:
        """Enter what a command that is no step has written into the ledger before readers are led to it.

        Args:
            package: What the ledger calls it.
            source: Whose it is, where it is of one.
        """
        return announcing(self.ledger, period=self.period, package=package, **({"source": source} if source else {}))

    def imported(self, **where: str) -> list[str]:
        """Manifests of this period that were taken in from other machines, oldest first."""
        wanted = {"period": self.period, **where}.items()
        entries = (entry for entry in Ledger(self.root / "ledger").entries() if entry.event is Event.PACKAGE_IMPORTED)
        return [str(entry.facts["manifest_sha256"]) for entry in entries if wanted <= entry.facts.items()]

    @property
    def waivers(self) -> tuple[str, ...]:
        """Waivers in force on the day of the run, as they are printed."""
        return tuple(one.sentence for one in in_force(read_waivers(self.bundle, self.ring.infos()), self.today))

    def zone(self, *parts: str) -> Path:
        """A folder below ``zones/``."""
        return self.root.joinpath("zones", *parts)


def open_run(root: Path, period: str = LATEST, *, step: str = "", today: date | None = None) -> Run:
    """Read the project and check that it may run.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        step: What is about to run; steps that use what sources sent are refused if a rule on that is broken.
        today: The day of the run; the clock's day unless a test says otherwise.

    Raises:
        ConfigError: With every fault of every config file.
        PolicyRefusal: Nobody approved this exact config, or a policy rule blocks it.
        BadInput: The period is not one.
    """
    bundle, ring, day = load_bundle(root), KeyRing(root / "keys"), today or now().date()
    with refusals_recorded(root, step or "run", bundle.digest, timestamp()):
        approval, month = check_approved(bundle, ring, day), resolve_period(root, period)
        if step not in _SHOWS_WHAT_IS_WRONG:
            known = month if step in _USES_PACKAGES else ""
            refuse_blocked(check_bundle(bundle, read_facts(bundle, known, as_of=day, approval=approval)))
    return Run(root=root, bundle=bundle, period=month, ring=ring, today=day, approval=approval)


def open_ledger(root: Path, ring: KeyRing, today: date) -> Ledger:
    """The ledger of this machine, open for writing by whoever signs it here.

    Raises:
        PolicyRefusal: Results are here and the ledger that tells of them is not.
    """
    check_ledger_not_lost(root, ring)
    holder = ring.ledger_signer()
    return Ledger(root / "ledger", ring.signing(holder, today), earlier=ring.signers(holder).values())


def announcing(ledger: Ledger, **of: str) -> Announce:
    """Let the ledger have the list of what a command wrote, before readers are led to it.

    What lies there then is known for what it is, should the command be cut off before its own line.
    """

    def announce(scratch: Path) -> None:
        ledger.append(Event.FILES_ANNOUNCED, at=timestamp(), announced_sha256=file_sha256(scratch / DIGESTS), **of)

    return announce


def uses_of(bundle: Bundle) -> Uses:
    """What this project's subkeys are bound to."""
    project = bundle.project
    return Uses(project=project.id, purpose=project.purpose, epoch=project.linkage.epoch)


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


def timestamp() -> str:
    """The time as the ledger wants it: ISO 8601 to the second, UTC."""
    return now().isoformat(timespec="seconds")


def resolve_period(root: Path, period: str) -> str:
    """``YYYY-MM``: what was asked for, or the newest folder below ``extracts/``.

    Raises:
        BadInput: It is not a month, or there are no extracts.
    """
    if period != LATEST:
        as_of_date(period)
        return period
    check_open(root / "extracts")
    # A linkage or analysis machine has no extracts, only what was brought to it.
    months = _months(root / "extracts") or [*_months(root / "zones/linkage"), *_months(root / "zones/analysis")]
    found = sorted(months)
    if not found:
        raise BadInput(
            "There are no extracts: extracts/ has no folder named after a month" + _called_otherwise(root / "extracts"),
            why="Without --period the newest month below extracts/ is run.",
            fix="Put each source's files into extracts/<year>-<month>/, such as extracts/2026-10/.",
            code="E-NO-EXTRACTS",
        )
    return found[-1]


def _called_otherwise(folder: Path) -> str:
    others = sum(path.is_dir() for path in folder.glob("*"))
    return f", but {others} that are called otherwise." if others else "."


def _months(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*") if _PERIOD.fullmatch(path.name)]


def use_project(root: Path) -> None:
    """Make ``root`` the project of this process and of the flow runs it starts."""
    os.environ[PROJECT_DIR] = str(root.resolve())


def project_root(project_id: str) -> Path:
    """The folder of the project a flow was asked to run.

    Raises:
        BadInput: This process serves no project, or another one.
    """
    folder = os.environ.get(PROJECT_DIR)
    found = load_bundle(Path(folder)).project.id if folder else None
    if folder is None or found != project_id:
        raise BadInput(
            "This flow was asked for a project that is not served here.",
            why="Flows are given a project's id, and look its folder up on this machine.",
            fix=f"Start it with `joinedup serve DIR`, or set {PROJECT_DIR} to the project's folder.",
            code="E-PROJECT",
        )
    return Path(folder)
