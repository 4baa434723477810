"""What lies beside the zones' publications: approvals and what they keep, certificates, audit pages."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from governance import dsse
from governance.digests import digests_of, file_sha256
from governance.errors import Fault
from governance.intact.mending import cut_pack
from governance.intact.recorded import Recorded
from governance.keys.ring import KeyInfo
from governance.ledger import Entry, Event
from governance.ledger_events import FACTS

EVIDENCE = "evidence"
"""How the ledger calls the evidence pack of a month."""
EVIDENCE_FILES = ("evidence_pack.md", "evidence_pack.html")
_PAGE = "ig_audit.html"
_WHY = "Who signed what, and what the IG lead reads, has to be what was signed and written."
_RESTORE = "Tell the IG lead; keep a copy of it. Then restore it from a backup."
_ANEW = "Tell the IG lead; keep a copy of it. Then `joinedup audit {}` writes it anew."


def paper_faults(root: Path, recorded: Recorded, infos: Iterable[KeyInfo], period: str) -> Iterator[Fault]:
    """What of it is not as it was signed, named or recorded; of one month only its pages if a period is given."""
    entries = recorded.entries
    if not period:
        keys = {info.fingerprint: _public(info) for info in infos if info.kind == "signing"}
        told = {str(value) for entry in entries for name, value in entry.facts.items() if name in _OF_ENVELOPES}
        yield from _envelopes(root, told, keys)
        yield from _gone(root, entries)
        yield from _kept(root)
        yield from _signer(root, keys)
    yield from _pages(root, recorded, period)
    yield from _evidence(root, recorded, period)


_OF_ENVELOPES = frozenset({"approval_sha256", "certificate_sha256"})


def _envelopes(root: Path, told: set[str], keys: dict[str, Ed25519PublicKey]) -> Iterator[Fault]:
    """Signed files: the ledger has their digest, or else (signed on another machine) every byte is signed."""
    for path in _signed(root):
        content = path.read_bytes()
        if sha256(content).hexdigest() not in told and not dsse.is_whole(content, keys):
            yield _fault(
                root, path, "was changed after it was signed, or is signed by nobody of this project", _RESTORE
            )


def _gone(root: Path, entries: Sequence[Entry]) -> Iterator[Fault]:
    """Signed files that a line names and that are no longer there; of a config's, which grows, the last one's."""
    here = {file_sha256(path) for path in _signed(root)}
    named: dict[str, Entry] = {}
    for entry in entries:
        for name in _OF_ENVELOPES & entry.facts.keys() if entry.event in _SIGNED else ():
            config = entry.facts.get("config_sha256")
            named[str(config or entry.facts[name])] = entry
    for entry in named.values():
        digest = str(entry.facts.get("certificate_sha256") or entry.facts["approval_sha256"])
        if digest not in here:
            folder = "certificates" if "certificate_sha256" in entry.facts else "approvals"
            what = f"lacks the signed file that line {entry.seq} of the ledger ({entry.at[:10]}) names"
            yield _fault(root, root / folder, what, "Tell the IG lead. Then restore it from a backup.")


_SIGNED = frozenset(event for event, facts in FACTS.items() if facts & _OF_ENVELOPES) - {Event.RUN_STARTED}
"""Lines that tell of something signed; a run's names an approval that has such a line."""


def _signed(root: Path) -> list[Path]:
    folders = (root / "approvals", root / "certificates", root / "certificates" / "keys")
    return sorted(path for folder in folders for path in folder.glob("*.json"))


def _kept(root: Path) -> Iterator[Fault]:
    for path in sorted((root / "approvals" / "kept").glob("*")):
        if path.is_file() and not path.name.startswith(".") and file_sha256(path) != path.name:
            yield _fault(root, path, "is no longer what was approved", _RESTORE)


def _signer(root: Path, keys: dict[str, Ed25519PublicKey]) -> Iterator[Fault]:
    path = root / "ledger" / "signer_public_key.txt"
    known = {base64.b64encode(key.public_bytes_raw()) + b"\n" for key in keys.values()}
    if path.exists() and path.read_bytes() not in known:
        yield _fault(root, path, "is no key that may sign this project's ledgers", "The next run writes it anew.")


def _pages(root: Path, recorded: Recorded, period: str) -> Iterator[Fault]:
    entries = recorded.entries
    written = {
        str(one.facts["period"]): str(one.facts["page_sha256"]) for one in entries if one.event is Event.AUDIT_WRITTEN
    }
    audit = root / "zones" / "audit"
    here = {path.parent.name for path in audit.glob(f"*/{_PAGE}")}
    for month in sorted(here | (written.keys() if audit.is_dir() else set())):
        path, fix = audit / month / _PAGE, _ANEW.format(f"DIR --period {month}")
        if (period and month != period) or (month, "audit") in recorded.open_steps:
            continue
        if not path.exists():
            yield _fault(root, path, "is gone", fix)
        elif month not in written:
            yield _fault(root, path, "was put there by nobody whom the ledger knows of", fix)
        elif file_sha256(path) != written[month]:
            yield _fault(root, path, "was changed after it was written", fix)


def _evidence(root: Path, recorded: Recorded, period: str) -> Iterator[Fault]:
    ours = [one for one in recorded.entries if one.event is Event.FILES_RECORDED and one.facts["package"] == EVIDENCE]
    written = {str(one.facts["period"]): str(one.facts["files_sha256"]) for one in ours}
    audit = root / "zones" / "audit"
    lies_there = {path.parent.name for name in EVIDENCE_FILES for path in audit.glob(f"*/{name}")}
    # A pack had no line of its own when files were not recorded yet.
    for month in sorted((lies_there - recorded.months_before) | written.keys()):
        folder, fix = audit / month, _ANEW.format(f"evidence DIR --period {month}")
        paths = [folder / name for name in EVIDENCE_FILES]
        here = [path for path in paths if path.exists()]
        if (period and month != period) or not folder.parent.is_dir():
            continue
        if _is_cut_pack(folder, recorded):
            continue
        if month not in written:
            yield from (_fault(root, path, "was put there by nobody whom the ledger knows of", fix) for path in here)
            continue
        yield from (_fault(root, path, "is gone", fix) for path in paths if path not in here)
        if sha256(digests_of(here, folder)).hexdigest() != written[month]:
            for path in here:
                yield _fault(root, path, "or the file beside it of this name was changed after it was written", fix)


def cut_packs(root: Path, recorded: Recorded, period: str) -> Iterator[Fault]:
    """Evidence packs that are just as a command announced them, one file after the other, and did not record them."""
    for folder in sorted((root / "zones" / "audit").glob("*")):
        if (not period or folder.name == period) and _is_cut_pack(folder, recorded):
            yield cut_pack(folder.relative_to(root).as_posix())


def _is_cut_pack(folder: Path, recorded: Recorded) -> bool:
    """Whether what lies there was announced, and no pack of that month was recorded since."""
    here = [path for name in EVIDENCE_FILES if (path := folder / name).exists()]
    told = [one for one in recorded.entries if one.facts.get("package") == EVIDENCE]
    told = [one for one in told if one.facts["period"] == folder.name]
    last = max((one.seq for one in told if one.event is Event.FILES_RECORDED), default=0)
    since = {one.facts["announced_sha256"] for one in told if one.event is Event.FILES_ANNOUNCED and one.seq > last}
    return bool(here) and sha256(digests_of(here, folder)).hexdigest() in since


def _public(info: KeyInfo) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(info.public))


def _fault(root: Path, path: Path, what: str, fix: str) -> Fault:
    return Fault(what=f"{what}.", file=path.relative_to(root).as_posix(), fix=fix, why=_WHY)
