"""What the ledger says was published and is not there any more, though nothing says that it was destroyed."""

from collections.abc import Iterator
from pathlib import Path

from governance.destruction import destroyed_folders
from governance.digests import DIGESTS, file_sha256
from governance.errors import Fault
from governance.intact.recorded import Recorded, is_kept, period_of
from governance.ledger import Entry, Event
from governance.store import NAMED_BY, current

_WHY = "What was published stays until its retention ends, and a line of the ledger says when it went."
_FIX = "Tell the IG lead. Then restore it from a backup, or run the step that makes it again."


def missing_faults(root: Path, recorded: Recorded, period: str) -> Iterator[Fault]:
    """The last content of every folder that the ledger names (of what is public, every one), and what leads there.

    Zones that are not on this machine at all are not looked for.

    Args:
        root: The project folder.
        recorded: What the ledger says.
        period: Only of this month; of every month if empty.
    """
    destroyed = destroyed_folders(root, recorded.entries)
    for place, lines in sorted(recorded.lines.items()):
        month = period_of(place.split("/"))
        # A step that was cut off may have removed what it was about to replace, but never what is public.
        is_open = month in recorded.cut_off and not is_kept(place)
        if (period and month != period) or is_open or not _zone(root, place).is_dir():
            continue
        if _may_be_gone(root, place, lines[-1], recorded):
            continue
        folder, wanted = root / place, lines if is_kept(place) else lines[-1:]
        if _leads_to_what_was_announced(folder, place, recorded) and not is_kept(place):
            continue
        gone = [one for one in wanted if not _lies_there(folder, one) and not _was_destroyed(place, one, destroyed)]
        for one in gone:
            what = f"has not what was published there on {one.at[:10]} (ledger line {one.seq})"
            yield Fault(what=f"{what}.", file=place, fix=_FIX, why=_WHY)
        if not gone and not (folder / "current").is_file() and not _was_destroyed(place, lines[-1], destroyed):
            what = "is gone: nobody is led to what was published beside it"
            yield Fault(what=f"{what}.", file=f"{place}/current", fix=_FIX, why=_WHY)


def _lies_there(folder: Path, line: Entry) -> bool:
    named = str(line.facts["manifest_sha256"])[:NAMED_BY]
    return any(one.name[:NAMED_BY] == named for one in folder.glob("*"))


def _leads_to_what_was_announced(folder: Path, place: str, recorded: Recorded) -> bool:
    """Whether a command was cut off there, which is told: cut off twice, it removed what it was about to replace."""
    beside = current(folder) / DIGESTS if (folder / "current").is_file() else folder / DIGESTS
    return beside.is_file() and recorded.announced_by(file_sha256(beside), place) > recorded.line_of(place)


def _zone(root: Path, place: str) -> Path:
    parts = place.split("/")
    return root.joinpath(*parts[: 3 if parts[1] == "source" else 2])


def _may_be_gone(root: Path, place: str, line: Entry, recorded: Recorded) -> bool:
    """Translations go once they were used; months go, the earliest first, once their retention ended."""
    _, zone, month, *rest = place.split("/")
    later = [entry for entry in recorded.entries if entry.seq > line.seq]
    if "translate" in rest:
        return any(entry.event is Event.INDEX_REKEYED and entry.facts["period"] == month for entry in later)
    ended = any(
        entry.event is Event.OLDER_RECORDS_DESTROYED and entry.facts["zone"] == zone and entry.facts["periods"]
        for entry in later
    )
    here = [path.name for path in (root / "zones" / zone).iterdir() if path.name == period_of([path.name])]
    return ended and month < min(here, default=month)


def _was_destroyed(place: str, line: Entry, destroyed: dict[str, int]) -> bool:
    return any(seq > line.seq and f"{place}/".startswith(f"{folder}/") for folder, seq in destroyed.items())
