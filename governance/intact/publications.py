"""Published folders of the zones, each held against the line of the ledger that tells of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from governance.digests import DIGESTS, file_sha256, files_below, read_digests
from governance.errors import Fault
from governance.ledger import Entry, Event
from governance.retention import SEALED, WITHOUT_PEOPLE
from governance.store import NAMED_BY, read_manifest

_MANIFEST = "manifest.json"
_PERIOD = re.compile(r"\d{4}-\d{2}")
_ENDS = {Event.RUN_FINISHED, Event.RUN_FAILED, Event.RUN_AWAITS}

CHANGED = "was changed after it was written"
UNKNOWN = "was put there by nobody whom the ledger knows of"
GONE = "is gone, and retention does not remove it"
_AGAIN = "Tell the IG lead; keep a copy of it. Then restore it from a backup, or run the step that makes it again."
_WHY = "What people read, or another step relies on, has to be what was made and recorded."


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the ledger says was published, and where runs ended."""

    files: Mapping[str, int]
    """By the digest of ``digests.json``: the last line that has it."""
    manifests: frozenset[str]
    """Digests of manifests of which the files were recorded too."""
    rolled_back: Mapping[str, int]
    """By period: the last line that led readers back."""
    cut_off: frozenset[str]
    """Periods of which a run began and did not end."""

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Recorded":
        """Read it from the ledger."""
        with_files = [entry for entry in entries if "files_sha256" in entry.facts]
        back = {str(one.facts["period"]): one.seq for one in entries if one.event is Event.ROLLED_BACK}
        return cls(
            files={str(entry.facts["files_sha256"]): entry.seq for entry in with_files},
            manifests=frozenset(str(entry.facts.get("manifest_sha256")) for entry in with_files),
            rolled_back=back,
            cut_off=frozenset(_cut_off(entries)),
        )


def _cut_off(entries: Sequence[Entry]) -> Iterator[str]:
    """Periods in which fewer runs ended than began: one of them was killed, or is going on now."""
    balance: dict[str, int] = {}
    for entry in entries:
        period = str(entry.facts.get("period", ""))
        balance[period] = balance.get(period, 0) + (entry.event is Event.RUN_STARTED) - (entry.event in _ENDS)
    yield from (period for period, count in balance.items() if count > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One publication."""

    faults: tuple[Fault, ...] = ()
    files: int = 0
    size: int = 0
    from_before: bool = False
    left_over: bool = False


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
        return _from_before(root, content, is_gone=digest in recorded.manifests and _is_followed(content))
    raw = beside.read_bytes()
    listed = read_digests(raw)
    if listed is not None and sha256(raw).hexdigest() in recorded.files:
        return _held_against(root, content, listed, sealed=sealed)
    if not _is_followed(content) and _period_of(content) in recorded.cut_off:
        return Looked(left_over=True)
    what = "is not the one that the ledger has: it was changed, or a run was cut off before it was recorded"
    return Looked(faults=(_fault(root, beside, what),), files=1)


def _from_before(root: Path, content: Path, *, is_gone: bool) -> Looked:
    """Of a content of before files were recorded there are the digests in its manifest."""
    if is_gone:
        return Looked(faults=(_fault(root, content / DIGESTS, GONE),))
    named = read_manifest(content).get("files", {})
    promised = {name: digest for name, digest in named.items() if isinstance(digest, str)}
    faults, files, size = [], 0, 0
    for name, digest in sorted(promised.items()):
        path = content / name
        if not path.is_file():
            faults.append(_fault(root, path, GONE))
            continue
        files, size = files + 1, size + path.stat().st_size
        if file_sha256(path) != digest:
            faults.append(_fault(root, path, CHANGED))
    return Looked(faults=tuple(faults), files=files, size=size, from_before=True)


def _held_against(root: Path, content: Path, listed: Mapping[str, str], *, sealed: bool) -> Looked:
    faults, size = [], 0
    here = {path.relative_to(content).as_posix(): path for path in files_below(content)}
    looked = {name: path for name, path in here.items() if sealed or not name.endswith(SEALED)}
    for name, path in looked.items():
        size += path.stat().st_size
        if name not in listed:
            faults.append(_fault(root, path, UNKNOWN))
        elif file_sha256(path) != listed[name]:
            faults.append(_fault(root, path, CHANGED))
    gone = (name for name in sorted(listed.keys() - here.keys()) if not _may_be_gone(name))
    faults += [_fault(root, content / name, GONE) for name in gone]
    return Looked(faults=tuple(faults), files=len(looked), size=size)


def _may_be_gone(name: str) -> bool:
    """Tables of people go when newer ones take their place, and manifests stay; nothing else goes by itself."""
    return name.endswith(SEALED) and name.removesuffix(SEALED) not in WITHOUT_PEOPLE


def pointer_faults(root: Path, recorded: Recorded, period: str) -> Iterator[Fault]:
    """What readers are led to: a content that is there, and the last one that was recorded, or rolled back to."""
    for pointer in sorted((root / "zones").rglob("current")):
        if not pointer.is_file() or (period and period not in pointer.parts):
            continue
        named = pointer.read_bytes()
        content = pointer.parent / named.decode("ascii", "replace").strip()
        if named != f"{content.name}\n".encode() or content.parent != pointer.parent or not _is_content(content):
            yield _fault(root, pointer, "leads nowhere: it was changed, or what it led to was removed")
        elif _is_older(content, recorded):
            yield _fault(root, pointer, "leads to an older content than the last one that the ledger has")


def _is_content(content: Path) -> bool:
    """A folder with neither is none, and is looked at by nobody else: what it holds is nowhere on record."""
    return any((content / name).is_file() for name in (_MANIFEST, DIGESTS))


def _is_older(content: Path, recorded: Recorded) -> bool:
    lines = {one: _line_of(one, recorded) for one in content.parent.iterdir() if one.is_dir()}
    last, here = max(lines.values(), default=0), lines.get(content, 0)
    is_back = recorded.rolled_back.get(_period_of(content), 0) > last
    return 0 < here < last and not is_back


def _line_of(content: Path, recorded: Recorded) -> int:
    beside = content / DIGESTS
    return recorded.files.get(file_sha256(beside), 0) if beside.is_file() else 0


def _is_followed(content: Path) -> bool:
    pointer = content.parent / "current"
    return pointer.is_file() and pointer.read_text("utf-8", "replace").strip() == content.name


def _period_of(path: Path) -> str:
    return next((part for part in reversed(path.parts) if _PERIOD.fullmatch(part)), "")


def _fault(root: Path, path: Path, what: str) -> Fault:
    return Fault(what=f"{what}.", file=path.relative_to(root).as_posix(), fix=_AGAIN, why=_WHY)
