"""Whether what the months left is what was recorded: asked by `joinedup audit verify`, `doctor` and `status`."""

from collections.abc import Sequence
from pathlib import Path

from flows import progress
from flows.lock import is_running
from governance.destruction import pending
from governance.english import joined
from governance.errors import BadInput, Fault, PolicyRefusal
from governance.intact import Checked, check_files
from governance.keys.ring import KeyRing
from governance.keys.rotation import WAITING
from governance.ledger import Entry, Ledger

ALTERED = "E-FILES-ALTERED"


def files_of_project(
    root: Path, *, sealed: bool = True, period: str = "", entries: Sequence[Entry] | None = None
) -> Checked:
    """Hold every recorded file against the ledger, telling how far it has come; opens no key.

    Args:
        root: The project folder.
        sealed: False to leave out sealed tables.
        period: Only what belongs to this month; everything if empty.
        entries: The whole ledger, if it was read just now; else it is read here.

    Raises:
        PolicyRefusal: The ledger does not hold.
        BadInput: A file cannot be read.
    """
    recorded = Ledger(root / "ledger").entries() if entries is None else entries
    try:
        return check_files(
            root,
            recorded,
            KeyRing(root / "keys").infos(),
            sealed=sealed,
            period=period,
            expect=progress.expect,
            begun=progress.started,
            done=progress.finished,
        )
    except FileNotFoundError as error:
        raise _went_away(root, Path(str(error.filename))) from None


def _went_away(root: Path, path: Path) -> BadInput:
    """Which file was listed and then not there; that a run did it is said only where one is seen to be going on."""
    place = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    gone = Fault(what="was there, and went away before it was looked at.", file=place)
    if _is_seen_running(root):
        return BadInput(
            "Files came or went while they were looked at: a run is going on.",
            why="What was read is half of what was there before the run and half of what it makes.",
            fix="Wait until the run has ended (`joinedup status DIR` says so), then ask again.",
            code="E-FILES-MOVED",
            faults=[gone],
        )
    return BadInput(
        "A file went away while files were looked at.",
        why="Somebody moved or removed it, a disk lost it, or a command that has ended by now replaced it.",
        fix="Ask again: what is missing then is named, with what helps. If this is told again, tell the IG lead.",
        code="E-FILES-MOVED",
        faults=[gone],
    )


def _is_seen_running(root: Path) -> bool:
    """Whether the project's lock is held; whoever may only read the folder cannot try it, and is told of no run."""
    try:
        return is_running(root)
    except BadInput:
        return False


def altered(root: Path, found: Checked) -> PolicyRefusal:
    """The refusal of a project in which something is not as it was recorded. Names files, never what is in them."""
    also = (
        _cut_rotation(root)
        + _cut_destruction(root)
        + (" A run is going on now: ask again when it has ended." if _is_seen_running(root) else "")
    )
    return PolicyRefusal(
        f"Not everything is what was recorded: {count_altered(found)}.",
        why="Somebody changed, added or removed what a run had made and recorded, the disk damaged it, or a command was"
        " cut off before it had recorded what it made.",
        fix="Tell the IG lead before anything is made again. Each line says what then helps; `joinedup audit affected"
        f" DIR PACKAGE` says whom a package is about.{also}",
        code=ALTERED,
        faults=found.faults,
    )


def _cut_destruction(root: Path) -> str:
    """What ends a destruction that was cut off: until its certificate is filed, what it removed is only gone."""
    ends = " `joinedup retain DIR` tells of it; with --destroy, --by and --backups it is ended."
    return f" A destruction has not ended, and what it had removed is told until then.{ends}" if pending(root) else ""


def _cut_rotation(root: Path) -> str:
    """What ends a rotation that was cut off: no step opens what it had sealed anew, so running one again is no help."""
    keys = [one.id for one in KeyRing(root / "keys").infos() if one.kind == "zone" and one.id.endswith(WAITING)]
    ends = joined([f"`joinedup keys rotate DIR {key.removesuffix(WAITING)}`" for key in keys])
    return f" A rotation has not ended: {ends} ends it, and what it had sealed anew is told until then." if keys else ""


def count_altered(found: Checked) -> str:
    """How many files are not as they were recorded, as the beginning of a sentence."""
    count = len(found.faults)
    return f"{count} file{' is' if count == 1 else 's are'} not as the ledger has {'it' if count == 1 else 'them'}"


def may_go_on(root: Path) -> str:
    """What is told of what a command left if one is going on now: it may be that one, between two of its lines."""
    return (
        "A command is going on now, and this may be its own: ask again when it has ended."
        if _is_seen_running(root)
        else ""
    )


def files_lines(root: Path, found: Checked, *, sealed: bool) -> list[str]:
    """For people."""
    what = "" if sealed else " (not the sealed tables)"
    lines = [
        f"Every file holds{what}: {found.files:,} files of {found.publications:,} publications,"
        f" {found.size / 1e6:,.1f} MB, are as they were recorded."
    ]
    if found.from_before:
        lines.append(
            f"{found.from_before} of them were made before joinedup recorded every file: their manifests and pages"
            " hold, their sealed tables are checked when they are opened. Running a month again records it."
        )
    lines += [f"{each}" for each in found.cut]
    if found.cut and (told := may_go_on(root)):
        lines.append(told)
    if found.left_over:
        lines.append(f"{found.left_over} were left by a run or a command that was cut off; nobody is led to them.")
    return lines
