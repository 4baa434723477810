"""Published folders of the zones, each held against the line of the ledger that tells of it."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from governance.digests import DIGESTS, file_sha256, files_below, read_digests
from governance.errors import Fault
from governance.intact.mending import cut_off, cut_rollback, unrecorded
from governance.intact.recorded import Recorded, period_of
from governance.ledger import Entry
from governance.policy.released import WITHDRAWAL
from governance.retention import SEALED, WITHOUT_PEOPLE
from governance.store import NAMED_BY, content_of, current, files_told_by, told_by

_MANIFEST = "manifest.json"

_PAGES = {"missed": "who_is_missed", "measures": "measures"}
"""Folders of a page of which the counts' manifest has the digest, by what it calls it."""
_HAD_NO_LINE = frozenset({*_PAGES, "review"})

CHANGED = "was changed after it was written"
UNKNOWN = "was put there by nobody whom the ledger knows of"
ELSEWHERE = "was recorded of another folder or month, and was laid here by nobody whom the ledger knows of"
GONE = "is gone, and retention does not remove it"
_AGAIN = "Tell the IG lead; keep a copy of it. Then restore it from a backup, or run the step that makes it again."
_WHY = "What people read, or another step relies on, has to be what was made and recorded."


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One publication."""

    faults: tuple[Fault, ...] = ()
    files: int = 0
    size: int = 0
    from_before: bool = False
    left_over: bool = False
    cut: tuple[Fault, ...] = ()
    """What a command announced that was cut off: readers are led to it, and no line tells of it. No alarm."""


def publications(root: Path) -> list[Path]:
    """Every content of every published folder, in order; not what is being written."""
    found = (path.parent for path in (root / "zones").rglob(_MANIFEST))
    listed = (path.parent for path in (root / "zones").rglob(DIGESTS))  # its manifest may be what is gone
    whole = {path for path in (*found, *listed) if not any(part.startswith(".") for part in path.parts[-3:])}
    return sorted(whole)


def look_at(root: Path, content: Path, recorded: Recorded, *, sealed: bool) -> Looked:
    """Hold one content against the ledger.

    Args:
        root: The project folder.
        content: The folder that holds ``manifest.json``.
        recorded: What the ledger says.
        sealed: Whether sealed tables are hashed too.
    """
    manifest, beside = content / _MANIFEST, content / DIGESTS
    if not manifest.exists():
        return Looked(faults=(_fault(root, manifest, GONE),))
    digest = file_sha256(manifest)
    if digest[:NAMED_BY] != content.name[:NAMED_BY]:
        return Looked(faults=(_fault(root, manifest, CHANGED),), files=1)
    if not beside.exists():
        return _without_digests(root, content, digest, recorded)
    raw = beside.read_bytes()
    listed, digests = read_digests(raw), sha256(raw).hexdigest()
    place, is_followed = content.parent.relative_to(root).as_posix(), _is_followed(content)
    if listed is not None and digests in recorded.files:
        if not recorded.belongs(digests, place):
            return Looked(faults=(_fault(root, beside, ELSEWHERE),), files=1)
        return _held_against(root, content, listed, recorded, sealed=sealed)
    # What was published there since is what readers should be led to.
    announced = recorded.announced_by(digests, place)
    if listed is not None and announced > (recorded.line_of(place) if is_followed else 0):
        looked = _held_against(root, content, listed, recorded, sealed=sealed)
        cut = (cut_off(place, str(told_by(content).get("kind", ""))),) if is_followed else ()
        return replace(looked, left_over=not is_followed, cut=cut)
    # A step that was cut off may have written it. Of what nobody is led to that is no alarm.
    if not is_followed and (period_of(place.split("/")) in recorded.cut_off or digest in recorded.manifests):
        return Looked(left_over=True)
    kind = str(told_by(content).get("kind", ""))
    what, fix = unrecorded(place, kind, recorded.open_steps, is_followed=is_followed)
    return Looked(faults=(_fault(root, beside, what, fix),), files=1)


def _without_digests(root: Path, content: Path, digest: str, recorded: Recorded) -> Looked:
    """A content of before files were recorded, if the ledger knows it from then; else its list was taken away."""
    if digest in recorded.manifests and (_is_followed(content) or digest not in recorded.before):
        return Looked(faults=(_fault(root, content / DIGESTS, GONE),))
    if digest not in recorded.before and not _had_no_line(root, content, recorded):
        return Looked(faults=(_fault(root, content / _MANIFEST, UNKNOWN),))
    promised = files_told_by(content)
    here = {name: content / name for name in sorted(promised) if (content / name).is_file()}
    return _compared(root, content, here, promised, promised.keys() - here.keys(), from_before=True)


def _had_no_line(root: Path, content: Path, recorded: Recorded) -> bool:
    """Some pages and lists had no line of their own when files were not recorded yet.

    Of a notice there is a line about the report that it withdraws, and of a page the counts have the digest: what is
    neither was put there since.
    """
    parts, manifest = content.relative_to(root).parts, told_by(content)
    if period_of(parts) not in recorded.months_before:
        return False
    if manifest.get("kind") == WITHDRAWAL:
        return str(manifest.get("about")) in recorded.withdrawn
    if (folder := content.parent.name) in _PAGES and _is_followed(content):
        return _is_of_the_counts(content, _PAGES[folder])
    return bool(_HAD_NO_LINE & set(parts))


def _is_of_the_counts(content: Path, page: str) -> bool:
    """Whether counts that readers are led to name a page, or are of before they did; they are looked at themselves."""
    counts = content.parent.parent / "cohorts"
    named = told_by(current(counts)).get(page) if (counts / "current").is_file() else None
    return named is None or named in files_told_by(content).values()


def _held_against(root: Path, content: Path, listed: Mapping[str, str], recorded: Recorded, *, sealed: bool) -> Looked:
    here = {path.relative_to(content).as_posix(): path for path in files_below(content)}
    looked = {name: path for name, path in here.items() if sealed or not name.endswith(SEALED)}
    people_gone = _people_may_be_gone(root, content, recorded)
    gone = {name for name in listed.keys() - here.keys() if not (people_gone and _of_people(name))}
    return _compared(root, content, looked, listed, gone)


def _compared(
    root: Path,
    content: Path,
    here: Mapping[str, Path],
    wanted: Mapping[str, str],
    gone: Set[str],
    *,
    from_before: bool = False,
) -> Looked:
    """Files of a content, by name, held against the digests that they should have; and what is gone of it."""
    faults, size = [], 0
    for name, path in here.items():
        size += path.stat().st_size
        if name not in wanted:
            faults.append(_fault(root, path, UNKNOWN))
        elif file_sha256(path) != wanted[name]:
            faults.append(_fault(root, path, CHANGED))
    faults += [_fault(root, content / name, GONE) for name in sorted(gone)]
    return Looked(faults=tuple(faults), files=len(here), size=size, from_before=from_before)


def _people_may_be_gone(root: Path, content: Path, recorded: Recorded) -> bool:
    """Tables of people go when newer ones took their place: of this month, or of a later one in this zone."""
    place = content.parent.relative_to(root).as_posix()
    if place not in recorded.lines or recorded.later_in_zone(place):
        return True
    return not _is_followed(content) or _line_of(content, recorded) < recorded.line_of(place)


def _of_people(name: str) -> bool:
    return name.endswith(SEALED) and name.removesuffix(SEALED) not in WITHOUT_PEOPLE


def pointer_faults(root: Path, recorded: Recorded, period: str) -> Iterator[Fault]:
    """What readers are led to: a content that is there, and the last one that was recorded, or rolled back to."""
    for pointer, named, content in _pointers(root, period):
        if named != f"{content.name}\n".encode() or content.parent != pointer.parent or not _is_content(content):
            yield _fault(root, pointer, "leads nowhere: it was changed, or what it led to was removed")
        elif _is_older(root, content, recorded) and not _is_cut_rollback(root, content, recorded):
            yield _fault(root, pointer, "leads to an older content than the last one that the ledger has")


def cut_rollbacks(root: Path, recorded: Recorded, period: str) -> Iterator[Fault]:
    """Where a rollback that was signed, and did not end, leads readers back to just what it named."""
    for pointer, _, content in _pointers(root, period):
        if _is_content(content) and _is_older(root, content, recorded) and _is_cut_rollback(root, content, recorded):
            yield cut_rollback(pointer.relative_to(root).as_posix())


def _is_cut_rollback(root: Path, content: Path, recorded: Recorded) -> bool:
    """Whether nothing was published there, nor led back, since a rollback began that named this content."""
    place = content.parent.relative_to(root).as_posix()
    begun, back = (each.get(period_of(place.split("/"))) for each in (recorded.rollbacks_begun, recorded.rolled_back))
    if not begun or not _is_led_back(place) or begun.seq < max(recorded.line_of(place), back.seq if back else 0):
        return False
    return _is_led_back_to(content, begun)


def _pointers(root: Path, period: str) -> Iterator[tuple[Path, bytes, Path]]:
    """Every pointer of a month, or of all; what it says, and the content that it names."""
    for pointer in sorted((root / "zones").rglob("current")):
        if pointer.is_file() and (not period or period in pointer.relative_to(root).parts):
            named = pointer.read_bytes()
            yield pointer, named, pointer.parent / named.decode("ascii", "replace").strip()


def _is_content(content: Path) -> bool:
    """A folder with neither is none, and is looked at by nobody else: what it holds is nowhere on record."""
    return any((content / name).is_file() for name in (_MANIFEST, DIGESTS))


def _is_older(root: Path, content: Path, recorded: Recorded) -> bool:
    place = content.parent.relative_to(root).as_posix()
    lines = [_line_of(one, recorded) for one in content.parent.iterdir() if one.is_dir()]
    last, here = max(*lines, recorded.line_of(place), 0), _line_of(content, recorded)
    back = recorded.rolled_back.get(period_of(place.split("/")))
    if back and back.seq > last and _is_led_back(place):
        return not _is_led_back_to(content, back)
    return here < last and (here > 0 or _is_of_before(content, recorded))


def _is_of_before(content: Path, recorded: Recorded) -> bool:
    """Whether its line is one of before files were recorded, and so older than any that has them."""
    manifest = content / _MANIFEST
    digest = file_sha256(manifest) if manifest.is_file() and not (content / DIGESTS).exists() else ""
    return digest in recorded.before and digest not in recorded.manifests


def _is_led_back(place: str) -> bool:
    _, zone, *_, folder = place.split("/")
    return zone == "draft" or (zone == "analysis" and folder in ("index", "cohorts", *_PAGES))


def _is_led_back_to(content: Path, back: Entry) -> bool:
    """Whether the line that led readers back named this content, or the counts that it named name a page of it."""
    folder = content.parent
    by_line = {"index": "person_index_sha256", "cohorts": "cohorts_sha256"}.get(folder.name, "report_sha256")
    if folder.name not in _PAGES:
        return file_sha256(content / _MANIFEST) == back.facts.get(by_line)
    counts = content_of(folder.parent / "cohorts", str(back.facts.get("cohorts_sha256")))
    page = told_by(counts).get(_PAGES[folder.name]) if counts else None
    return page in files_told_by(content).values()


def _line_of(content: Path, recorded: Recorded) -> int:
    beside = content / DIGESTS
    return recorded.files.get(file_sha256(beside), 0) if beside.is_file() else 0


def _is_followed(content: Path) -> bool:
    pointer = content.parent / "current"
    return pointer.is_file() and pointer.read_text("utf-8", "replace").strip() == content.name


def _fault(root: Path, path: Path, what: str, fix: str = _AGAIN) -> Fault:
    return Fault(what=f"{what}.", file=path.relative_to(root).as_posix(), fix=fix, why=_WHY)
