"""``joinedup diff``: two configs, two approvals, or the last approval and the files as they are now."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.approving import cohorts_in_english
from governance.approval_record import Approval, last_complete, read_approvals, trusted_approvers
from governance.audit.diff_page import render_diff
from governance.changes.diff import ConfigDiff, diff_meanings
from governance.changes.kept import kept_meaning
from governance.changes.meaning import Meaning, meaning_of
from governance.changes.text import as_facts, as_lines
from governance.errors import BadInput
from governance.keys.ring import KeyRing
from governance.settings import load_bundle
from governance.store import write_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two configs, what they are called, and what differs."""

    old: str
    new: str
    project: str
    found: ConfigDiff

    @property
    def to_be_read(self) -> bool:
        """Whether anything identifies more, or may."""
        return any(one.risk in ("more", "unclear") for one in self.found.changes)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {"old": self.old, "new": self.new, **as_facts(self.found)}


def diff_projects(old: Path, new: Path | None) -> Compared:
    """Compare two configs.

    Args:
        old: A project folder or an approval in one.
        new: Likewise; ``None`` compares the last approval of ``old`` with its files.

    Raises:
        BadInput: There is no such approval, nobody trusted signed it, or what it covers was not kept.
        ConfigError: With every fault of every config file.
    """
    (was, before), (now_, after) = (_last(old), _one(old)) if new is None else (_one(old), _one(new))
    project = str(after["project"]["title"])
    return Compared(old=was, new=now_, project=project, found=diff_meanings(before, after))


def diff_lines(compared: Compared) -> list[str]:
    """The same for people."""
    return [f"From {compared.old} to {compared.new}:", "", *as_lines(compared.found)]


def write_diff_page(path: Path, compared: Compared) -> None:
    """The same as a page."""
    html = render_diff(compared.found, old=compared.old, new=compared.new, project=compared.project)
    write_file(path, html.encode())


def _one(path: Path) -> tuple[str, Meaning]:
    if path.suffix == ".json":
        root = path.resolve().parent.parent
        found = [one for one in _approvals(root) if one.path.name == path.name]
        return _approved(root, found[0] if found else None)
    bundle = load_bundle(path)
    return f"the files in {path}", meaning_of(bundle, cohorts_in_english(bundle))


def _last(root: Path) -> tuple[str, Meaning]:
    return _approved(root, last_complete(_approvals(root)))


def _approvals(root: Path) -> list[Approval]:
    return read_approvals(root, trusted_approvers(KeyRing(root / "keys").infos()))


def _approved(root: Path, one: Approval | None) -> tuple[str, Meaning]:
    meaning = kept_meaning(root, one.facts["meaning_sha256"]) if one else None
    if one is None or meaning is None:
        raise BadInput(
            "There is no approval here to compare with, or what it covers was not kept.",
            why="A diff from an approval starts from exactly what was signed, never from a copy that may differ.",
            fix="Compare two folders (`joinedup diff OLD NEW`), or approve the config first (`joinedup approve DIR`).",
            code="E-DIFF-APPROVAL",
        )
    signed = " and ".join(one.approvers)
    return f"the approval of {one.facts['approved_at'][:10]} by {signed}", meaning
