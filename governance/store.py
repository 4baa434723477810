"""Files at rest: sealed to one zone's public key, published atomically, named by what they contain.

A sealed file is ``magic | length | HPKE-wrapped file key | chunks``. Each chunk is AES-256-GCM under the
file key with its number and a last-chunk mark in the nonce (the STREAM construction of Hoang et al., 2015),
so a flipped, dropped, reordered or cut chunk is refused.
"""

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from governance import write_points
from governance.digests import DIGESTS, digests_of, files_below
from governance.errors import BadInput, PolicyRefusal

_MAGIC = b"JOINEDUP-SEALED-1"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_CHUNK_BYTES = 1 << 20
_TAG_BYTES = 16


NAMED_BY = 16
"""Hexadecimal digits of a content's name; a letter after them tells the same content made twice apart."""


@dataclass(frozen=True, slots=True)
class TableReceipt:
    """What was written: counts and a digest of the plain content, nothing from any row."""

    name: str
    rows: int
    sha256: str


def seal(plain: bytes | memoryview, recipient: X25519PublicKey, *, info: bytes) -> bytes:
    """Encrypt so that only the holder of the private key can read; ``info`` binds it to its purpose."""
    return bytes(sealed_buffer(plain, recipient, info=info))


def sealed_buffer(plain: bytes | memoryview, recipient: X25519PublicKey, *, info: bytes) -> memoryview:
    """As :func:`seal`, written once into a buffer of its size: a large table is not copied again."""
    file_key = os.urandom(32)
    wrapped = _SUITE.encrypt(file_key, recipient, info=info)
    head = b"".join((_MAGIC, len(wrapped).to_bytes(2), wrapped))
    cipher, view, step = AESGCM(file_key), memoryview(plain), _CHUNK_BYTES + _TAG_BYTES
    count = max(1, -(-len(view) // _CHUNK_BYTES))
    whole = np.empty(len(head) + len(view) + count * _TAG_BYTES, np.uint8).data
    whole[: len(head)] = head
    body = whole[len(head) :]
    for number in range(count):
        chunk = view[number * _CHUNK_BYTES : (number + 1) * _CHUNK_BYTES]
        into = body[number * step : number * step + len(chunk) + _TAG_BYTES]
        cipher.encrypt_into(_nonce(number, last=number == count - 1), chunk, info, into)
    return whole


def unseal(sealed: bytes, private_key: X25519PrivateKey, *, info: bytes) -> bytes:
    """The plain content.

    Raises:
        PolicyRefusal: Wrong key, other purpose, or the file was altered or cut.
    """
    return bytes(unsealed_buffer(sealed, private_key, info=info))


def unsealed_buffer(sealed: bytes | memoryview, private_key: X25519PrivateKey, *, info: bytes) -> memoryview:
    """As :func:`unseal`, written once into a buffer of its size; nothing of it is given if one chunk does not hold."""
    head = len(_MAGIC) + 2
    if len(sealed) < head or bytes(sealed[: len(_MAGIC)]) != _MAGIC:
        raise _refused()
    body = head + int.from_bytes(sealed[head - 2 : head])
    view, step = memoryview(sealed)[body:], _CHUNK_BYTES + _TAG_BYTES
    count = max(1, -(-len(view) // step))
    whole = np.empty(max(0, len(view) - count * _TAG_BYTES), np.uint8).data
    try:
        cipher = AESGCM(_SUITE.decrypt(bytes(sealed[head:body]), private_key, info=info))
        for n in range(count):
            into = whole[n * _CHUNK_BYTES : (n + 1) * _CHUNK_BYTES]
            cipher.decrypt_into(_nonce(n, last=n == count - 1), view[n * step : (n + 1) * step], info, into)
    except (InvalidTag, ValueError):
        raise _refused() from None
    return whole


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _refused() -> PolicyRefusal:
    return PolicyRefusal(
        "A sealed file could not be opened.",
        why="It was sealed for another zone or purpose, or it was altered or cut on the way.",
        fix="Check that this machine holds the zone's key, and ask the sender for the package again.",
        code="E-SEAL",
    )


@dataclass(frozen=True, slots=True)
class PackedForZone:
    """A table sealed in memory: what will be written, and what a manifest says of it."""

    receipt: TableReceipt
    content: memoryview = field(repr=False)


def pack_table(table: pa.Table, name: str, recipient: X25519PublicKey) -> PackedForZone:
    """A table as sealed Parquet, not yet written; the digest is taken before sealing."""
    sink = pa.BufferOutputStream()
    # Options are pinned: the same rows must give the same bytes, run after run.
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd", version="2.6", row_group_size=1 << 20)
    plain = memoryview(sink.getvalue()).cast("B")
    receipt = TableReceipt(name, table.num_rows, sha256(plain).hexdigest())
    return PackedForZone(receipt, sealed_buffer(plain, recipient, info=name.encode()))


def write_packed(folder: Path, packed: PackedForZone) -> TableReceipt:
    """Write what :func:`pack_table` made as ``<name>.parquet.sealed``."""
    write_file(folder / f"{packed.receipt.name}.parquet.sealed", packed.content)
    return packed.receipt


def write_table(folder: Path, table: pa.Table, name: str, recipient: X25519PublicKey) -> TableReceipt:
    """Write ``table`` as sealed Parquet ``<name>.parquet.sealed``; the digest is taken before sealing."""
    return write_packed(folder, pack_table(table, name, recipient))


def read_table(folder: Path, name: str, private_key: X25519PrivateKey, *, digest: str | None = None) -> pa.Table:
    """Read what :func:`write_table` wrote.

    Args:
        folder: Where it lies.
        name: The table.
        private_key: The zone's key.
        digest: SHA-256 that the plain content must have, such as a manifest promises. Anyone can seal to a zone,
            so a seal alone does not say who made a file.

    Raises:
        BadInput: The file is not there.
        PolicyRefusal: This key may not read it, or it was altered or exchanged.
    """
    return pq.read_table(pa.BufferReader(_opened(folder, name, private_key, digest)))


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table that is opened each time it is read, a row group after the other: nothing of it is held in between."""

    folder: Path
    name: str
    private_key: X25519PrivateKey = field(repr=False)
    digest: str | None = None

    def parts(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Some columns of all rows, in order; those that are not there are left out.

        Raises:
            BadInput, PolicyRefusal: As :func:`read_table`.
        """
        plain = _opened(self.folder, self.name, self.private_key, self.digest)
        file = pq.ParquetFile(pa.BufferReader(plain))
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns=list(columns))


def _opened(folder: Path, name: str, private_key: X25519PrivateKey, digest: str | None) -> pa.Buffer:
    """The Parquet file of a sealed table."""
    path = folder / f"{name}.parquet.sealed"
    if not path.exists():
        raise missing_file(path)
    plain = unsealed_buffer(_mapped(path), private_key, info=name.encode())
    if digest is not None and sha256(plain).hexdigest() != digest:
        raise PolicyRefusal(
            f"Table {name} is not the one its manifest names.",
            why="Part of the package was exchanged after it was made.",
            fix="Ask the sender for the package again.",
            code="E-PACKAGE-ALTERED",
        )
    return pa.py_buffer(plain)


def _mapped(path: Path) -> memoryview:
    """A file's content, read as it is used rather than copied first."""
    with pa.memory_map(str(path)) as file:
        return memoryview(file.read_buffer()).cast("B")


def missing_file(path: Path) -> BadInput:
    """The error for a file that an earlier step should have made."""
    return BadInput(
        f"{path.name} is not in {path.parent.name}/.",
        why="An earlier step has not finished for this period.",
        fix="Run the earlier step, or `joinedup run DIR`, which runs every step in order.",
        code="E-STEP-MISSING",
    )


def write_file(path: Path, content: bytes | memoryview) -> None:
    """Write beside, flush to disk, then rename: a reader sees the old file or the new one."""
    beside = path.with_name(f".{path.name}.partial")
    try:
        write_points.make_folder(path.parent)
        write_points.put(beside, content)
        write_points.rename(beside, path)
    except OSError as error:
        with suppress(OSError):  # what stopped the writing may stop this too
            write_points.remove(beside)
        raise _not_written(error) from None


def sweep_files(folder: Path) -> int:
    """Remove what :func:`write_file` left below ``folder`` when it was cut off; returns how many files that were.

    Only for who alone writes there. They are overwritten first: in a folder of keys they may hold one.
    """
    left = sorted(path for path in folder.rglob(".*.partial") if path.is_file() and not path.is_symlink())
    for path in left:
        write_points.overwrite(path)
        write_points.remove(path)
    return len(left)


def sweep_folders(folder: Path) -> int:
    """Remove what :func:`publish` left below ``folder`` when it was cut off; returns how many folders that were."""
    left = sorted(path for path in folder.rglob(".partial") if path.is_dir())
    for path in left:
        write_points.remove_tree(path)
    return len(left)


def _not_written(error: OSError) -> BadInput:
    return BadInput(
        f"A file could not be written: {os.strerror(error.errno or 0)}.",
        why="A half-written package could lose people without a trace, so the step ended there.",
        fix="Free disk space or mend the folder's permissions (`joinedup doctor DIR` says which), then run the same"
        " command again.",
        code="E-WRITE",
    )


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> str:
    """Write ``manifest.json`` with sorted keys; returns its SHA-256, which names the publication."""
    content = (json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
    write_file(folder / "manifest.json", content)
    return sha256(content).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """What :func:`write_manifest` wrote."""
    path = folder / "manifest.json"
    if not path.exists():
        raise missing_file(path)
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def told_by(folder: Path) -> dict[str, Any]:
    """What a manifest says that nobody vouches for yet; nothing where it is none."""
    try:
        found = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def files_told_by(folder: Path) -> dict[str, str]:
    """Files with their SHA-256, as such a manifest names them."""
    named = told_by(folder).get("files")
    return {name: told for name, told in named.items() if isinstance(told, str)} if isinstance(named, dict) else {}


Announce = Callable[[Path], None]
"""Is told of a folder whose files are all written, before readers are led to it."""


def unannounced(scratch: Path) -> None:
    """Say nothing: what a step of a run leaves is told of by the line with which the step began."""


@contextmanager
def publish(
    folder: Path, *, keep_every: bool = False, keep: Collection[Path] = (), announce: Announce = unannounced
) -> Iterator[Path]:
    """Give a scratch folder; if the block ends well and wrote a manifest, it becomes ``folder``'s current content.

    Contents live in ``folder/<digest>``; the file ``folder/current`` names the one readers follow. A failure
    leaves the last good content in place. The last other content is kept, older ones are removed.

    Args:
        folder: Where it is published.
        keep_every: Remove nothing: what was released once is known to its readers for good.
        keep: Contents of the folder that stay too.
        announce: Is told of the scratch folder just before it becomes the current content.
    """
    scratch = folder / ".partial"
    try:
        write_points.remove_tree(scratch)
        write_points.make_folder(scratch)
        yield scratch
        write_file(scratch / DIGESTS, digests_of(files_below(scratch), scratch))
        announce(scratch)
        version = sha256((scratch / "manifest.json").read_bytes()).hexdigest()[:NAMED_BY]
        before = _swap(folder, scratch, version)
        if not keep_every:
            _sweep(folder, before, keep)
    except OSError as error:
        raise _not_written(error) from None
    finally:
        with suppress(OSError):  # swept before the next run, if the disk does not let it go now
            write_points.remove_tree(scratch)


def _swap(folder: Path, scratch: Path, version: str) -> str:
    """Let readers follow the new content; gives the name of what they followed before."""
    before = (folder / "current").read_text("utf-8").strip() if (folder / "current").exists() else ""
    # The same content again gets a second name: what readers follow now stays whole until the pointer moves.
    target = folder / (f"{version}b" if before == version else version)
    write_points.remove_tree(target)
    write_points.rename(scratch, target)
    write_file(folder / "current", f"{target.name}\n".encode())
    return before


def _sweep(folder: Path, before: str, keep: Collection[Path]) -> None:
    """Remove all but what readers follow, followed before, the last content that is another, and what has to stay."""
    followed = (folder / "current").read_text("utf-8").strip()
    contents = sorted((one for one in folder.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime_ns)
    others = [one.name for one in contents if one.name[:NAMED_BY] != followed[:NAMED_BY] and one.name[0] != "."]
    for old in contents:
        if old.name not in (followed, before, *others[-1:]) and old not in keep:
            with suppress(OSError):  # published already: what is left over is swept next time
                write_points.remove_tree(old)


def current(folder: Path) -> Path:
    """The folder's current content.

    Raises:
        BadInput: Nothing has been published there.
    """
    pointer = folder / "current"
    if not pointer.exists():
        raise missing_file(pointer)
    return folder / pointer.read_text("utf-8").strip()


def content_of(folder: Path, digest: str) -> Path | None:
    """The content of a folder whose manifest has this SHA-256, followed or not; None if it is not there."""
    found = (one for one in _contents(folder) if sha256((one / "manifest.json").read_bytes()).hexdigest() == digest)
    return next(found, None)


def content_with_file(folder: Path, digest: str) -> Path | None:
    """The content of a folder whose manifest names a file of this SHA-256; None if it is not there."""
    found = (one for one in _contents(folder) if digest in files_told_by(one).values())
    return next(found, None)


def _contents(folder: Path) -> list[Path]:
    """What was published, what is followed first: the same content may lie there twice."""
    if not (folder / "current").exists():
        return []
    now = current(folder)
    others = (one for one in folder.iterdir() if one.is_dir() and one != now and not one.name.startswith("."))
    return [one for one in (now, *sorted(others)) if (one / "manifest.json").exists()]


def follow(folder: Path, content: Path) -> None:
    """Let readers of a folder follow another of its contents.

    Raises:
        BadInput: The disk does not let it be written.
    """
    write_file(folder / "current", f"{content.name}\n".encode())
