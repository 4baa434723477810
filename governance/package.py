"""Packages: sealed tables with a manifest, the only thing that passes from one zone to the next."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from governance.code_version import code_version
from governance.contracts import CONTRACTS, check_table
from governance.digests import DIGESTS, file_sha256
from governance.errors import BadInput, PolicyRefusal
from governance.package_signature import check_signed, write_signature
from governance.store import (
    Announce,
    PackedForZone,
    SealedTable,
    current,
    pack_table,
    publish,
    read_manifest,
    read_table,
    unannounced,
    write_manifest,
    write_packed,
)


def publish_package(
    folder: Path,
    tables: Mapping[str, pa.Table],
    recipient: X25519PublicKey,
    facts: Mapping[str, Any],
    *,
    signing: Ed25519PrivateKey | None = None,
    keep: Collection[Path] = (),
    announce: Announce = unannounced,
) -> str:
    """Seal tables to a zone and make them the folder's current content.

    Args:
        folder: Where the package lives; see :func:`governance.store.publish`.
        tables: By contract name where there is a contract, which they must then meet.
        recipient: The zone that may read them.
        facts: For the manifest: kind, project, source, period, kid, config_sha256, … and no value of any record.
        signing: The maker's key, for what another zone or machine is to read; it signs the manifest.
        keep: Contents of the folder that stay.
        announce: Is told of what was written, before readers are led to it.

    Returns:
        SHA-256 of the manifest, which covers every table's content.
    """
    packed = _packed(tables, recipient)
    return publish_packed(folder, packed, facts, signing=signing, keep=keep, announce=announce)


def publish_packed(
    folder: Path,
    packed: Iterable[PackedForZone],
    facts: Mapping[str, Any],
    *,
    signing: Ed25519PrivateKey | None = None,
    keep: Collection[Path] = (),
    announce: Announce = unannounced,
) -> str:
    """As :func:`publish_package`, of tables from :func:`pack_tables`: all that is left to do is to write them."""
    with publish(folder, keep=keep, announce=announce) as scratch:
        written = _written(scratch, packed)
        digest = write_manifest(scratch, {**facts, "code_version": code_version(), "tables": written})
        if signing is not None:
            write_signature(scratch, signing)
        return digest


def pack_tables(tables: Mapping[str, pa.Table], recipient: X25519PublicKey) -> list[PackedForZone]:
    """Tables sealed in memory, each held against its contract; for who may not write yet."""
    return list(_packed(tables, recipient))


def write_tables(
    folder: Path, tables: Mapping[str, pa.Table], recipient: X25519PublicKey
) -> dict[str, dict[str, int | str]]:
    """Seal tables into a folder; returns what a manifest says of them: rows and digest, by name."""
    return _written(folder, _packed(tables, recipient))


def _packed(tables: Mapping[str, pa.Table], recipient: X25519PublicKey) -> Iterator[PackedForZone]:
    """One after the other, as they are asked for."""
    for name, table in tables.items():
        yield pack_table(check_table(table, CONTRACTS[name]) if name in CONTRACTS else table, name, recipient)


def _written(folder: Path, packed: Iterable[PackedForZone]) -> dict[str, dict[str, int | str]]:
    receipts = [write_packed(folder, one) for one in packed]
    return {receipt.name: {"rows": receipt.rows, "sha256": receipt.sha256} for receipt in receipts}


def package_digest(folder: Path) -> str:
    """SHA-256 of the manifest of a folder's current package."""
    return sha256((current(folder) / "manifest.json").read_bytes()).hexdigest()


def published_as(folder: Path) -> dict[str, str]:
    """What the ledger is told of a folder's current content: ``manifest_sha256``, and ``files_sha256`` of its bytes."""
    beside = current(folder) / DIGESTS
    files = {"files_sha256": file_sha256(beside)} if beside.exists() else {}  # a release of before there were any
    return {"manifest_sha256": package_digest(folder), **files}


def open_package(
    folder: Path,
    names: Sequence[str],
    private_key: X25519PrivateKey,
    expected: Mapping[str, Any],
    *,
    recorded: str | None = None,
    signers: Mapping[str, Ed25519PublicKey] | None = None,
) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """Tables and manifest of a folder's current package.

    Args:
        folder: Where it was published.
        names: Tables wanted.
        private_key: The zone's key.
        expected: Manifest entries that must have these values, such as the period and the key id.
        recorded: SHA-256 of the manifest that was published last, as the ledger has it (empty if it has none).
        signers: Public keys by fingerprint, one of which must have signed the manifest.

    Raises:
        BadInput: Nothing is there.
        PolicyRefusal: It was made under another config, key or period, by somebody else, or is not what its manifest
            says.
    """
    held = current(folder)
    if recorded is not None:
        check_recorded(folder, recorded)
    if signers is not None:
        check_signed(held, signers)
    manifest = read_manifest(held)
    check_expected(f"{folder.parent.name}/{folder.name}", manifest, expected)
    tables = {name: _checked(held, name, private_key, manifest) for name in names}
    return tables, manifest


def check_expected(name: str, manifest: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Check what a manifest says of the package called ``name``.

    Raises:
        PolicyRefusal: It was made under another config, key, period, …
    """
    if wrong := sorted(fact for fact, value in expected.items() if manifest.get(fact) != value):
        raise PolicyRefusal(
            f"Package {name} was made under another {', '.join(wrong)}.",
            why="Codes made under different keys, rules or periods look alike and match nothing, or the wrong people.",
            fix="Run `joinedup pseudonymise` for every source again, then this step.",
            code="E-PACKAGE-MIXED",
        )


def check_tables(held: Path, private_key: X25519PrivateKey, manifest: Mapping[str, Any]) -> None:
    """Open every table a manifest names, one at a time, and check it against its digest and contract.

    Raises:
        PolicyRefusal: One does not open with this key, or is not what the manifest says.
    """
    for name in sorted(manifest["tables"]):
        _checked(held, name, private_key, manifest)


@dataclass(frozen=True, slots=True)
class PackedTable:
    """A table of a package that is too large to be held whole: opened and checked each time it is read."""

    sealed: SealedTable

    def parts(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Some columns of all rows, in order, a part at a time.

        Raises:
            BadInput: It is not there any more.
            PolicyRefusal: It does not open with the zone's key, or is not the one that the manifest names.
            ContractError: A column is missing or of another type.
        """
        contract = CONTRACTS[self.sealed.name]
        wanted = replace(contract, columns={name: contract.columns[name] for name in columns})
        for part in self.sealed.parts(columns):
            yield check_table(part, wanted)


def packed_table(folder: Path, name: str, private_key: X25519PrivateKey, manifest: Mapping[str, Any]) -> PackedTable:
    """A table of a folder's current package, unopened.

    Args:
        folder: Where it was published.
        name: A table that has a contract.
        private_key: The zone's key.
        manifest: The package's, from :func:`open_package`, which has checked it: the table must be the one it names.
    """
    digest = manifest["tables"].get(name, {}).get("sha256", "")
    return PackedTable(SealedTable(current(folder), name, private_key, digest))


def check_recorded(folder: Path, recorded: str) -> None:
    """Check that a folder's current package is the one the ledger names.

    Manifests are plain text and anyone can seal a table to a zone: what ties a package to its maker is the ledger.

    Raises:
        BadInput: Nothing is there.
        PolicyRefusal: It is another one.
    """
    if package_digest(folder) != recorded:
        raise PolicyRefusal(
            f"Package {folder.parent.name}/{folder.name} is not the one that the ledger says was published last.",
            why="Its manifest was changed, an older package was put back, or a run was cut off before it was recorded.",
            fix="Run the step that makes it again. If nobody knows why it differs, tell the IG lead first.",
            code="E-PACKAGE-UNRECORDED",
        )


def _checked(held: Path, name: str, private_key: X25519PrivateKey, manifest: Mapping[str, Any]) -> pa.Table:
    promised = manifest["tables"].get(name, {}).get("sha256", "")
    table = read_table(held, name, private_key, digest=promised)
    return check_table(table, CONTRACTS[name]) if name in CONTRACTS else table


def no_package(folder: Path) -> bool:
    """Whether nothing has been published in ``folder``."""
    return not (folder / "current").exists()


def wanted_packages(folders: Mapping[str, Path]) -> None:
    """Check that every source's package is there.

    Raises:
        BadInput: Names the sources that are missing.
    """
    if absent := sorted(source for source, folder in folders.items() if no_package(folder)):
        raise BadInput(
            f"{len(absent)} source{'s have' if len(absent) > 1 else ' has'} not delivered: {', '.join(absent)}.",
            why="Linking without them would look as if their people had no contact with these services.",
            fix="Run `joinedup pseudonymise DIR --source ID` for each of them, then this step again.",
            code="E-STEP-MISSING",
        )
