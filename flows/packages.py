"""Packages that are carried between machines: written to files here, checked and taken in there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.commands.output import aligned
from flows.lock import only_run
from flows.run import Run, open_run, timestamp
from flows.staged import kept_of
from governance.errors import BadInput, PolicyRefusal
from governance.keys.ring import kid_of
from governance.ledger import Event
from governance.package import check_expected, check_recorded, check_tables, no_package, published_as
from governance.package_file import SUFFIX, Carried, pack, read_front, unpack
from governance.package_signature import check_signed, check_signed_bytes
from governance.store import current, publish

_ZONES = {"views": "linkage", "translation": "linkage", "payload": "analysis", "person_index": "analysis"}
"""Who opens which kind; a receipt is for whoever checks the rules, and nothing in it is sealed."""


_TABLES = {
    "views": {"view", "record", "u_statistic"},
    "payload": {"record_person", "record_address", "record_event", "record_need"},
    "translation": {"record_translation"},
    "person_index": {"person_index", "drawn_person", "linkage_draw", "record_quality"},
    "receipt": {"reject_row"},
}
"""What each kind holds, every table by its contract: nothing else gets into a zone, whoever signed it."""

_OF_SOURCE = ("views", "payload", "receipt", "translation")
"""What a source sends; a translation only after a new epoch, while it holds the keys of the one before."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One publication that goes from machine to machine."""

    kind: str
    source: str
    """Empty where the linkage zone made it."""
    folder: Path

    @property
    def maker(self) -> str:
        return f"source_{self.source}" if self.source else "linkage"

    @property
    def where(self) -> dict[str, str]:
        """For the ledger."""
        return {"package": self.kind} | ({"source": self.source} if self.source else {})


def export_packages(root: Path, period: str, to: Path, *, source: str = "") -> list[dict[str, str]]:
    """Write every package that was made and signed here as a file.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        to: The folder that the files go into.
        source: Only this source's; empty for all that this machine signs for.

    Returns:
        Kind, source, file name and manifest digest of each.

    Raises:
        BadInput: Nothing was made here in that month.
        PolicyRefusal: What lies here is not what the ledger says was published last, or is not signed.
    """
    run = open_run(root, period)
    wanted = [run.bundle.source(source).id] if source else [one.id for one in run.bundle.sources]
    with only_run(root):
        parcels = [one for one in _parcels(run, wanted, ours_too=not source) if _is_ours(run, one)]
        if not parcels:
            raise _nothing(run)
        return [_exported(run, parcel, to) for parcel in parcels]


def _parcels(run: Run, sources: Sequence[str], *, ours_too: bool) -> Iterator[_Parcel]:
    for source in sources:
        for kind in _OF_SOURCE:
            yield _Parcel(kind, source, package_folder(run, kind, source))
    if ours_too:
        yield _Parcel("person_index", "", package_folder(run, "person_index", ""))


def package_folder(run: Run, kind: str, source: str) -> Path:
    """Where a kind of package lies; the person index is of no source."""
    if kind == "receipt":
        return run.zone("source", source, run.period)
    if kind == "person_index":
        return run.zone("analysis", run.period, "index")
    return run.zone(_ZONES[kind], run.period, "translate" if kind == "translation" else "in", source)


def _is_ours(run: Run, parcel: _Parcel) -> bool:
    return not no_package(parcel.folder) and run.ring.holds(f"signing_{parcel.maker}")


def _exported(run: Run, parcel: _Parcel, to: Path) -> dict[str, str]:
    digest = _recorded(run, parcel)
    check_recorded(parcel.folder, digest)
    check_signed(current(parcel.folder), run.ring.signers(parcel.maker))
    name = f"{run.bundle.project.id}-{run.period}-{parcel.source or 'linkage'}-{parcel.kind}{SUFFIX}"
    pack(current(parcel.folder), to / name, tables=parcel.kind != "receipt")
    run.ledger.append(Event.PACKAGE_EXPORTED, at=timestamp(), period=run.period, manifest_sha256=digest, **parcel.where)
    return {"kind": parcel.kind, "source": parcel.source, "file": name, "manifest_sha256": digest}


def _recorded(run: Run, parcel: _Parcel) -> str:
    if parcel.kind == "person_index":
        return run.published(Event.PERSON_INDEX_PUBLISHED)
    return run.published(Event.PACKAGE_PUBLISHED, **parcel.where)


def _nothing(run: Run) -> BadInput:
    return BadInput(
        f"Nothing that this machine signs for was made in {run.period}.",
        why="A source sends what `joinedup pseudonymise` made; the linkage zone what `joinedup link` made.",
        fix="Run that step for this month first, on the machine that holds its signing key.",
        code="E-PACKAGE-NONE",
    )


def import_packages(root: Path, files: Sequence[Path], period: str) -> list[dict[str, str]]:
    """Check packages that were carried here and take them in; a file that fails stops the rest.

    Args:
        root: The project folder.
        files: Package files.
        period: The month they must be of.

    Returns:
        Kind, source, manifest digest and the signing key's fingerprint of each.

    Raises:
        BadInput: A file is not a package.
        PolicyRefusal: It is not signed by its maker, was made under another key, config or month, or an older one
            would take the place of a newer one.
    """
    run = open_run(root, period)
    with only_run(root):
        return [_imported(run, path) for path in files]


def _imported(run: Run, path: Path) -> dict[str, str]:
    carried = read_front(path)
    parcel = _addressed(run, path, carried)
    key = check_signed_bytes(carried.manifest_bytes, carried.signature_bytes, run.ring.signers(parcel.maker), path.name)
    check_expected(path.name, carried.manifest, _expected(run, parcel))
    _check_tables_are_those_of(parcel.kind, carried, path.name)
    digest = sha256(carried.manifest_bytes).hexdigest()
    _check_not_older(run, parcel, digest, path.name)
    _take_in(run, parcel, path, carried)
    facts = {"period": run.period, "kid": carried.manifest["kid"], "key": key} | published_as(parcel.folder)
    run.ledger.append(Event.PACKAGE_IMPORTED, at=timestamp(), **facts, **parcel.where)
    return {"kind": parcel.kind, "source": parcel.source, "manifest_sha256": digest, "key": key}


def _addressed(run: Run, path: Path, carried: Carried) -> _Parcel:
    """What the manifest says it is; believed only once the signature of that very maker was checked."""
    kind, source = carried.manifest.get("kind"), carried.manifest.get("source", "")
    if kind == "person_index":
        return _Parcel(kind, "", package_folder(run, kind, ""))
    if kind not in _OF_SOURCE:
        raise BadInput(
            f"{path.name} is a package of a kind that is not carried between machines.",
            why="Views, payloads, receipts, translations and the person index are; everything else stays in its zone.",
            fix="Export again with `joinedup package export`. Nothing was taken in.",
            code="E-PACKAGE-FILE",
        )
    known = run.bundle.source(str(source)).id
    return _Parcel(str(kind), known, package_folder(run, str(kind), known))


def _expected(run: Run, parcel: _Parcel) -> dict[str, Any]:
    made_under = run.ring.root_info() if parcel.source else run.ring.info("person")
    return {
        "project": run.bundle.project.id,
        "period": run.period,
        "config_sha256": run.bundle.digest,
        "kid": kid_of(made_under.fingerprint),
    }


def _check_tables_are_those_of(kind: str, carried: Carried, name: str) -> None:
    """A zone takes the tables of a contract, and no table that only its sender knows of."""
    if set(carried.manifest["tables"]) != _TABLES[kind]:
        raise PolicyRefusal(
            f"{name} does not hold just the tables of a {kind.replace('_', ' ')} package.",
            why="A table that no contract describes could bring identifiers into a zone that must not have them.",
            fix="Ask the source which version of joinedup made it, and for the package again. Nothing was taken in.",
            code="E-PACKAGE-TABLES",
        )


def _check_not_older(run: Run, parcel: _Parcel, digest: str, name: str) -> None:
    """A delivery that was replaced by a newer one is not put back in its place."""
    before = run.imported(**parcel.where)
    if digest in before[:-1] and before[-1] != digest:
        raise PolicyRefusal(
            f"{name} was taken in before and replaced by a newer package since.",
            why="An older delivery in the place of a newer one would bring back people who have opted out or left.",
            fix="Ask the source for its newest package of this month. Nothing was taken in.",
            code="E-PACKAGE-OLDER",
        )


def _take_in(run: Run, parcel: _Parcel, path: Path, carried: Carried) -> None:
    """Every table is opened and checked against the signed manifest before anything becomes current."""
    sealed = parcel.kind in _ZONES
    announce = run.announced(**parcel.where)
    with publish(parcel.folder, keep=kept_of(run, parcel.folder), announce=announce) as scratch:
        unpack(path, carried, scratch, tables=sealed)
        if sealed:
            check_tables(scratch, run.ring.zone_private(_ZONES[parcel.kind], run.today), carried.manifest)


def lines(done: Sequence[Mapping[str, str]], verb: str) -> list[str]:
    """What was carried, for people."""
    rows = [(one["kind"].replace("_", " "), one["source"] or "linkage zone", one["manifest_sha256"]) for one in done]
    return [
        f"{verb} {len(done)} package{'s' if len(done) != 1 else ''} (the digest is of the manifest):",
        *aligned(rows),
    ]
