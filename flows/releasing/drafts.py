"""Drafts of releases: where they lie, who has checked them, and whether they are public already."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.run import Run
from governance.keys.ring import KeyRing
from governance.package import no_package, package_digest
from governance.policy import RunFacts, check_outputs, refuse_blocked
from governance.policy.release_rules import CHECKERS, people_who_checked
from governance.policy.released import WITHDRAWAL, Released, counts_before, files_of, read_released
from governance.statements import RELEASE_CHECK, read_statements
from governance.store import current, missing_file, read_manifest


@dataclass(frozen=True, slots=True)
class Draft:
    """Where a period's draft stands."""

    sha256: str
    """Of its manifest: what checkers sign."""
    people: int
    """How many have checked just this draft."""
    is_public: bool
    """Whether readers are led to just this."""
    made_of: Mapping[str, str]
    """Digests of what it was made of, by name."""

    @property
    def next_command(self) -> str:
        """What brings it further; empty if it is public."""
        if self.is_public:
            return ""
        if self.people >= CHECKERS:
            return "joinedup release DIR"
        second = " --second" if self.people else ""
        return f'joinedup checked DIR --checker "Name, role"{second}, after reading what lies in zones/draft/'


def draft_of(root: Path, period: str) -> Draft | None:
    """The draft of one period; None if nothing is staged. Opens no key."""
    folder, public = root / "zones" / "draft" / period, root / "zones" / "public" / period
    checks = read_statements(root, RELEASE_CHECK, KeyRing(root / "keys").infos())
    found = read_released(folder, checks)
    if found is None:
        return None
    digest = package_digest(folder)
    is_public = not no_package(public) and package_digest(public) == digest
    return Draft(digest, people_who_checked(found), is_public, found.record.get("made_of", {}))


def is_withdrawn(public: Path) -> bool:
    """Whether readers of a period are led to a notice."""
    return not no_package(public) and read_manifest(current(public))["kind"] == WITHDRAWAL


def record_of_same(run: Run, made_of: Mapping[str, str]) -> dict[str, Any]:
    """The manifest of the draft or release that was made of just the same; empty if there is none."""
    for zone in ("draft", "public"):
        folder = run.zone(zone, run.period)
        if not no_package(folder) and (record := read_manifest(current(folder))).get("made_of") == dict(made_of):
            return record
    return {}


def hold_to_rules(run: Run, folder: Path, *, draft: bool) -> None:
    """What the policy rules on outputs say of files, before anybody else can read one.

    Args:
        run: Of which period.
        folder: Holds the files and their manifest.
        draft: Whether they are to be looked at, not published.

    Raises:
        PolicyRefusal: With every rule that blocks.
    """
    standing = None if draft else released_draft(run)
    record = read_manifest(folder)
    released = Released(
        files=files_of(folder),
        record=record,
        earlier=counts_before(run.zone("public", run.period)),
        checkers=standing.checkers if standing else (),
        is_draft=draft,
    )
    refuse_blocked(check_outputs(run.bundle, RunFacts(as_of=run.today, period=run.period, released=released)))


def released_draft(run: Run) -> Released:
    """The draft of a period, with everybody who checked it.

    Raises:
        BadInput: Nothing is staged.
    """
    folder = run.zone("draft", run.period)
    found = read_released(folder, read_statements(run.root, RELEASE_CHECK, run.ring.infos()))
    if found is None:
        raise missing_file(folder / "current")
    return found
