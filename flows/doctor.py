"""What could stop the next run, or has gone wrong unseen: each thing looked at, what was found, and what to do.

Nothing is changed and no key is opened. Whether a config is right is what ``joinedup check`` says; this is about the
machine and the folders it runs on.
"""

import json
import os
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows.commands.output import aligned
from flows.intact import files_of_project, may_go_on
from flows.lock import is_running
from flows.locked import LOCK, asked_by_us, departures, installed, needed_to_run
from flows.prefect_care import seem_to_run
from flows.prefect_server import Server
from flows.prefect_watch import crons, schedule_faults, scheduled, server_settings_of
from flows.proving import verified
from flows.run import LATEST, now, resolve_period
from flows.serve import TIME_ZONE
from flows.status import standing
from governance.begun import ledger_lost
from governance.closed import check_open, shown, told_as_closed
from governance.errors import EXIT_OK, EXIT_WARNING, BadInput, ConfigError, ProjectError
from governance.keys.ring import KeyRing
from governance.ledger import Entry, Event, Ledger
from governance.platform_calls import may_list, may_read, may_write
from governance.policy.disk import PRIVATE_FOLDERS, read_disk
from governance.settings.bundle import check_is_project

NEEDED = ("splink", "duckdb", "pandas", "cryptography", "prefect")
LEAST_PYTHON = (3, 11)

TIMES_THE_EXTRACTS = 4
"""Sealed packages, the next month's and the last one's: so many times the extracts' size should be free."""

_LEAST_FREE = 1 << 30
_SHOWN = 3
_DISK = "Look at the disk, then ask again: this could not be looked at."
_INSTALL = (
    "`python -m pip install --require-hashes --no-deps -r requirements.lock`: results were tested with those alone."
)
_RENEWED_WITHIN = timedelta(days=30)
"""A month's notice: custodians and approvers have to be found."""
_AHEAD = timedelta(minutes=5)
"""Clocks of two machines may differ by so much."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    about: str
    is_well: bool
    found: str
    fix: str = ""


def examine(root: Path) -> list[Finding]:
    """Look at everything.

    Args:
        root: The project folder.

    Raises:
        ConfigError: It is none.
    """
    check_is_project(root)
    return [_looked_at(about, look, root) for about, look in _LOOKS.items()]


def _looked_at(about: str, look: Callable[[Path], Finding], root: Path) -> Finding:
    """A finding also where looking itself fails: one broken thing must not hide the others."""
    try:
        return look(root)
    except ConfigError as error:
        fix = "`joinedup check DIR` lists each with file, line and fix." if error.faults else error.fix
        return Finding(about, is_well=False, found=error.what, fix=fix)
    except ProjectError as error:
        return Finding(about, is_well=False, found=error.what, fix=error.fix)
    except OSError as error:
        closed = told_as_closed(error)
        found, fix = (closed.what, closed.fix) if closed else (f"{os.strerror(error.errno or 0)}.", _DISK)
        return Finding(about, is_well=False, found=found, fix=fix)


def _python(_: Path) -> Finding:
    missing = [name for name in NEEDED if not installed(name)]
    here = ".".join(str(part) for part in sys.version_info[:3])
    if missing or sys.version_info[:2] < LEAST_PYTHON:
        told = f"Python {here}; not installed: {', '.join(missing) or 'nothing'}"
        return Finding("software", is_well=False, found=told, fix="Install joinedup again from its lock file.")
    named = ", ".join(f"{name} {installed(name)}" for name in NEEDED)
    return Finding("software", is_well=True, found=f"Python {here}, {named}")


def _lock(_: Path) -> Finding:
    if not LOCK.exists():
        return Finding("lock", is_well=True, found="not held against a lock: joinedup was installed without one")
    text = LOCK.read_text("utf-8")
    others = departures(text, needed=needed_to_run(text, asked_by_us()))
    if not others:
        return Finding("lock", is_well=True, found="every package is of the version in requirements.lock")
    named = [f"{name} {here or 'is missing'} ({locked})" for name, (here, locked) in list(others.items())[:_SHOWN]]
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    told = f"other versions than in requirements.lock: {', '.join(named)}{more}"
    return Finding("lock", is_well=False, found=told, fix=_INSTALL)


def _clock(root: Path) -> Finding:
    try:
        here = now().astimezone(ZoneInfo(TIME_ZONE))
    except ZoneInfoNotFoundError:
        fix = "Install the package tzdata: this machine has no time zones, so nothing can be scheduled in UK time."
        return Finding("clock", is_well=False, found=f"{TIME_ZONE} is not known here", fix=fix)
    entries = Ledger(root / "ledger").entries()
    if entries and datetime.fromisoformat(entries[-1].at) > now() + _AHEAD:
        fix = "Set the machine's clock: entries would stand in the ledger in another order than they were made."
        return Finding("clock", is_well=False, found="The ledger's last entry is later than now", fix=fix)
    return Finding("clock", is_well=True, found=f"{here:%d %B %Y, %H:%M} {here.tzname()}")


def _ledger(root: Path) -> Finding:
    check_open(root / "ledger")
    signed = (root / "ledger" / "checkpoint.json").exists()
    if not signed and not any((root / "zones").glob("*/*")) and not ledger_lost(root, KeyRing(root / "keys")):
        return _unsigned(Ledger(root / "ledger").entries())
    found = verified(root)
    return Finding("ledger", is_well=True, found=f"whole: {found['entries']} entries, {found['signed']} signed")


def _files(root: Path) -> Finding:
    """All but sealed tables, which `joinedup audit verify` hashes as well."""
    found = files_of_project(root, sealed=False)
    if found.faults:
        named = ", ".join(fault.file for fault in found.faults[:_SHOWN])
        more = f" and {len(found.faults) - _SHOWN} more" if len(found.faults) > _SHOWN else ""
        fix = (
            "`joinedup audit verify DIR` says what is wrong with each. Tell the IG lead before anything is made again."
        )
        return Finding("files", is_well=False, found=f"not as the ledger has them: {named}{more}", fix=fix)
    if found.cut:
        named = ", ".join(each.file for each in found.cut[:_SHOWN])
        ends = " ".join([*(each.fix for each in found.cut[:_SHOWN]), may_go_on(root)]).rstrip()
        return Finding("files", is_well=False, found=f"left by a command that was cut off: {named}", fix=ends)
    before = f"; {found.from_before} of before files were recorded" if found.from_before else ""
    told = f"{found.publications} publications are as they were recorded{before} (sealed tables not looked at)"
    return Finding("files", is_well=True, found=told if found.publications else "nothing has been published yet")


def _unsigned(entries: Sequence[Entry]) -> Finding:
    """No results and no signature: nothing has run, or the very first run ended before it had signed."""
    written = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    if any(entry.event is Event.RUN_STARTED for entry in entries):
        told = f"{written}, none signed, though a run began"
        fix = "If runs have ended here before, restore ledger/ and zones/ from their last good copies and tell the IG"
        return Finding("ledger", is_well=False, found=told, fix=f"{fix} lead. If not, run the month: it signs.")
    told = f"{written} of what came before; nothing" if entries else "nothing"
    return Finding("ledger", is_well=True, found=f"{told} has run yet: the first run signs it")


def _space(root: Path) -> Finding:
    extracts = root / "extracts"
    sizes = [sum(path.stat().st_size for path in month.rglob("*") if path.is_file()) for month in _folders(extracts)]
    wanted, free = max(TIMES_THE_EXTRACTS * max(sizes, default=0), _LEAST_FREE), shutil.disk_usage(root).free
    told = f"{free / 1e9:.1f} GB free, {wanted / 1e9:.1f} GB wanted"
    fix = "" if free >= wanted else "Free some space, or move the project: a run that finds none stops and starts over."
    return Finding("disk space", is_well=free >= wanted, found=told, fix=fix)


def _folders(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*") if path.is_dir())


def _private(root: Path) -> Finding:
    disk = read_disk(root)
    if not disk.modes_checked:
        return Finding("permissions", is_well=True, found="not told on this system; the folder's own apply")
    if disk.open_to_others:
        told = ", ".join(f"{count} in {name}/" for name, count in sorted(disk.open_to_others.items()))
        named = " ".join(shlex.quote((root / name).as_posix()) for name in sorted(disk.open_to_others))
        fix = f"Take them from everybody but you: `chmod -R go= {named}`."
        return Finding("permissions", is_well=False, found=f"others may read files: {told}", fix=fix)
    return Finding("permissions", is_well=True, found="keys, zones and ledger are yours only")


def _folders_open(root: Path) -> Finding:
    """Every folder and config that a run opens, and those that it writes into: a closed one looks empty."""
    listed = [root / name for name in ("sources", "cohorts", *PRIVATE_FOLDERS)]
    months = [month for name in ("extracts", "optout", "sensitive") for month in _folders(root / name)]
    configs = [path for path in (root / "project.yaml", root / "policy.yaml", *root.glob("*/*.yaml")) if path.exists()]
    closed = [path for path in (*listed, *months) if not may_list(path)]
    closed += [path for path in configs if not may_read(path)]
    written = [root, *(root / name for name in ("zones", "ledger", ".joinedup"))]
    closed += [path for path in written if path.exists() and may_list(path) and not may_write(path)]
    if not closed:
        return Finding("folders", is_well=True, found="all can be read, and written where a run writes")
    names = Counter("the project's folder" if path == root else shown(path.relative_to(root)) for path in closed)
    told = [f"{name} ({count} times)" if count > 1 else name for name, count in names.items()]
    named = ", ".join(told[:_SHOWN])
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    fix = "Give them to the user who runs joinedup (`ls -ld` says whose they are), or run as that user."
    return Finding("folders", is_well=False, found=f"closed to this user: {named}{more}", fix=fix)


def _keys(root: Path) -> Finding:
    """By their public facts: a month that begins with a key that has ended stops in the middle of a ceremony."""
    today, soon = now().date().isoformat(), (now().date() + _RENEWED_WITHIN).isoformat()
    active = [info for info in KeyRing(root / "keys").infos() if info.state == "active"]
    over = [info for info in active if not info.not_before <= today <= info.not_after]
    ending = [info for info in active if today <= info.not_after < soon]
    if over or ending:
        told = f"{len(over)} are not valid today" if over else f"{len(ending)} end by {soon}"
        fix = "`joinedup keys list DIR` says which; see docs/how-to/keys.md (`joinedup keys rotate DIR KEY`)."
        return Finding("keys", is_well=False, found=told, fix=fix)
    told = f"{len(active)}, all valid for {_RENEWED_WITHIN.days} days and more" if active else "none here yet"
    return Finding("keys", is_well=True, found=told)


def _leftovers(root: Path) -> Finding:
    if is_running(root):
        return Finding("leftovers", is_well=True, found="a run is going on")
    folders = sum(1 for _ in root.glob("zones/**/.partial"))
    files = sum(1 for name in PRIVATE_FOLDERS for _ in (root / name).glob("**/.*.partial"))
    if folders or files:
        told = f"{folders} folders and {files} files of a run that was cut off"
        fix = "Run the month again: what a run left half-written is removed before the next begins."
        return Finding("leftovers", is_well=False, found=told, fix=fix)
    return Finding("leftovers", is_well=True, found="none")


def _month(root: Path) -> Finding:
    try:
        month = resolve_period(root, LATEST)
    except BadInput as error:
        if error.code != "E-NO-EXTRACTS":
            raise
        return Finding("newest month", is_well=True, found="no extracts yet")
    where = standing(root, month)
    if where.running:
        return Finding("newest month", is_well=True, found=f"{month}: a run is going on")
    if where.next:
        fix = "`joinedup status DIR` says what."
        return Finding("newest month", is_well=False, found=f"{month}: something is left to do", fix=fix)
    return Finding("newest month", is_well=True, found=f"{month}: done")


def _server(root: Path) -> Finding:
    """Our own Prefect server: only while one runs is there anything to see."""
    note = root / ".joinedup" / "prefect" / "server.json"
    if not note.exists():
        return _without_server(root)
    server = _noted(note)
    if server is None or not server.answers():
        fix = "Delete .joinedup/prefect/server.json, then start `joinedup serve DIR` again."
        return Finding("orchestrator", is_well=False, found="the server that should run does not answer", fix=fix)
    if Server(server.port, "").answers():
        fix = "Stop it: it is none that joinedup started."
        return Finding("orchestrator", is_well=False, found="the server answers without a password", fix=fix)
    return Finding("orchestrator", is_well=True, found="a server is running on this machine only, behind a password")


def _without_server(root: Path) -> Finding:
    gone = 0 if is_running(root) else seem_to_run(root / ".joinedup" / "prefect")
    told = "no server is running; one starts with the next run"
    if gone:
        told += f", which ends {gone} that a kill left as running"
    return Finding("orchestrator", is_well=True, found=told)


def _schedule(root: Path) -> Finding:
    """What the server that `joinedup serve` keeps would do next, and whether it tells anybody else."""
    note = root / ".joinedup" / "prefect" / "server.json"
    server = _noted(note) if note.exists() else None
    if server is None or not server.answers():
        return Finding("schedule", is_well=True, found="nothing is scheduled: `joinedup serve DIR` is not running")
    kept = scheduled(server)
    faults = schedule_faults(kept, server_settings_of(server))
    if faults:
        fix = "Stop `joinedup serve DIR` and start it again: it writes its schedule and settings anew."
        return Finding("schedule", is_well=False, found="; ".join(faults), fix=fix)
    told = f"`{crons(kept)}` {TIME_ZONE}, one run at a time" if kept else "none: a single run keeps the server"
    return Finding("schedule", is_well=True, found=f"{told}; nothing is told to Prefect's makers")


def _noted(note: Path) -> Server | None:
    """The server that a note tells of; none if it cannot be read."""
    try:
        return Server(**json.loads(note.read_bytes()))
    except (ValueError, TypeError):
        return None


_LOOKS: dict[str, Callable[[Path], Finding]] = {
    "software": _python,
    "lock": _lock,
    "clock": _clock,
    "disk space": _space,
    "folders": _folders_open,
    "permissions": _private,
    "keys": _keys,
    "ledger": _ledger,
    "files": _files,
    "leftovers": _leftovers,
    "orchestrator": _server,
    "schedule": _schedule,
    "newest month": _month,
}


def exit_code(found: list[Finding]) -> int:
    """A warning if anything is not well."""
    return EXIT_OK if all(one.is_well for one in found) else EXIT_WARNING


def as_dict(found: list[Finding]) -> dict[str, Any]:
    """For ``--json``."""
    return {"findings": [asdict(one) for one in found]}


def doctor_lines(found: list[Finding]) -> list[str]:
    """For people: a line each, then what to do."""
    lines = aligned([("well" if one.is_well else "LOOK", one.about, one.found) for one in found])
    fixes: dict[str, list[str]] = {}
    for one in found:
        if not one.is_well and one.fix:
            fixes.setdefault(one.fix, []).append(one.about)
    told = [f"  {', '.join(about)}: {fix}" for fix, about in fixes.items()]
    return [*lines, "", *(["What to do:", *told] if told else ["All is well."])]
