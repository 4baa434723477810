"""A package as one file that can be carried: manifest, signature and sealed tables, in an uncompressed tar.

Nothing in it is in the clear but the manifest, which holds counts and digests. What comes in is believed only as far
as it was checked: names are those the manifest gives, and the signature is checked before any table is read.
"""

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.errors import BadInput
from governance.package_signature import SIGNATURE
from governance.store import write_file

SUFFIX = ".joinedup"
_MANIFEST = "manifest.json"
_SEALED = ".parquet.sealed"
_HEAD_BYTES = 16 << 20
"""A manifest or signature longer than this is not one of ours."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What the front of a package file says, before anything is believed."""

    manifest_bytes: bytes
    signature_bytes: bytes
    manifest: dict[str, Any]


def pack(held: Path, path: Path, *, tables: bool = True) -> None:
    """Write the publication in ``held`` as one file: the same content gives the same bytes.

    Args:
        held: A folder with manifest, signature and sealed tables.
        path: The file to write.
        tables: False to carry the manifest alone, such as a receipt whose rejected rows stay with the source.
    """
    names = [_MANIFEST, SIGNATURE]
    names += sorted(one.name for one in held.glob(f"*{_SEALED}")) if tables else []
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in names:
            content = (held / name).read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
    write_file(path, whole.getvalue())


def read_front(path: Path) -> Carried:
    """The manifest and signature of a package file.

    Raises:
        BadInput: It is not a package file.
    """
    try:
        with tarfile.open(path, mode="r:") as archive:
            manifest, signature = (_member(archive, name, _HEAD_BYTES) for name in (_MANIFEST, SIGNATURE))
        facts = json.loads(manifest)
    except (OSError, tarfile.TarError, ValueError, KeyError):
        raise _not_a_package(path) from None
    if not isinstance(facts, dict) or not isinstance(facts.get("tables"), dict):
        raise _not_a_package(path)
    return Carried(manifest, signature, facts)


def unpack(path: Path, carried: Carried, folder: Path, *, tables: bool = True) -> None:
    """Write a package file's parts into ``folder``: the front as it was checked, and the tables that it names.

    Raises:
        BadInput: A table is missing, or the file changed since its front was read.
    """
    write_file(folder / _MANIFEST, carried.manifest_bytes)
    write_file(folder / SIGNATURE, carried.signature_bytes)
    try:
        with tarfile.open(path, mode="r:") as archive:
            for table in sorted(carried.manifest["tables"]) if tables else []:
                name = f"{Path(table).name}{_SEALED}"
                write_file(folder / name, _member(archive, name))
    except (OSError, tarfile.TarError, ValueError, KeyError):
        raise _not_a_package(path) from None


def _member(archive: tarfile.TarFile, name: str, limit: int | None = None) -> bytes:
    entry = archive.getmember(name)
    content = archive.extractfile(entry) if entry.isreg() and (limit is None or entry.size <= limit) else None
    if content is None:
        raise ValueError(name)
    return content.read()


def _not_a_package(path: Path) -> BadInput:
    return BadInput(
        f"{path.name} is not a whole package.",
        why="A package is one file with a manifest, its maker's signature and every table the manifest names.",
        fix="Copy the file again as `joinedup package export` wrote it. Nothing was taken in.",
        code="E-PACKAGE-FILE",
    )
