"""A new key in the place of an old one, and everything that lies here sealed anew, counted and compared.

A rotation that is cut off is finished by the next call: the new key waits as pending, files already sealed to it are
told by opening them, and the old key goes only when all files open under the new one. The copy that waits is the last
to go, after the ledger has its line: while it lies there the rotation has not ended.
"""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from governance.errors import BadInput, InternalError, PolicyRefusal
from governance.keys.files import KeyFiles, KeyInfo, fingerprint, public_half, spoilt
from governance.keys.making import Making
from governance.keys.states import retire
from governance.store import read_manifest, sealed_buffer, unsealed_buffer, write_file

SEALED = ".sealed"
_TABLE = ".parquet.sealed"
ROTATABLE = ("zone", "signing")
WAITING = "_next"
"""Ends the id of a key that is to take another's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What was sealed anew: every file opens under the new key and holds what it held."""

    files: int = 0
    tables: int = 0
    """Of these, tables whose content is the one its manifest names."""

    def as_dict(self) -> dict[str, int]:
        """For receipts."""
        return asdict(self)


def next_key(store: KeyFiles, making: Making, info: KeyInfo) -> tuple[KeyInfo, bytes]:
    """The key that waits to take a key's place; made now if there is none."""
    waiting = f"{info.id}{WAITING}"
    if not store.knows(waiting):
        secret = os.urandom(32)
        facts = making.info(
            waiting, info.kind, info.holder, fingerprint(info.kind, secret), public_half(info.kind, secret)
        )
        store.write(replace(facts, state="pending"), secret, beside=info.id)
    return store.read(waiting)


def take_place(store: KeyFiles, old: KeyInfo, secret: bytes, new: KeyInfo, new_secret: bytes) -> KeyInfo:
    """The new key becomes the active one under the old one's id, which goes on retiring under another.

    The copy that waited stays, until whoever rotates has told of it.
    """
    retire(store, old, secret)
    active = replace(new, id=old.id, state="active")
    store.forget(old.id)
    store.write(active, new_secret, beside=new.id)
    return active


def finish(store: KeyFiles, key_id: str) -> KeyInfo | None:
    """The key of a rotation that was cut off once the old key had gone, in its place; None if there is none."""
    waiting = f"{key_id}{WAITING}"
    if not store.knows(waiting):
        return None
    told = store.info(waiting)
    if store.knows(key_id) and store.info(key_id).fingerprint != told.fingerprint:
        return None
    _, secret = store.read(key_id if store.holds(key_id) else waiting)
    active = replace(told, id=key_id, state="active")
    store.write(active, secret, beside=waiting)
    return active


def seal_anew(files: Sequence[tuple[Path, bytes]], old: X25519PrivateKey, new: X25519PrivateKey) -> Sealed:
    """Seal files to a new key, once every one of them was opened and found whole.

    Sealed to a key that is not in its place yet they are opened by no step, and the step that mends the one that is not
    whole has to open others.

    Args:
        files: Each with what its seal is bound to.
        old: Opens them now.
        new: Is to open them.

    Raises:
        PolicyRefusal: One opens under neither; no file and no key is changed.
        InternalError: One does not hold what its manifest names, likewise; or what it held when it was sealed anew.
    """
    tables = 0
    for path, info in files:
        plain, _ = _opened(path, info, old, new)
        tables += _is_as_promised(path, sha256(plain).hexdigest())
    for path, info in files:
        _seal_one_anew(path, info, old, new)
    return Sealed(files=len(files), tables=tables)


def _opened(path: Path, info: bytes, old: X25519PrivateKey, new: X25519PrivateKey) -> tuple[memoryview, bool]:
    """What a file holds, and whether it is sealed to the new key already."""
    content = path.read_bytes()
    try:
        return unsealed_buffer(content, new, info=info), True
    except PolicyRefusal:
        pass
    try:
        return unsealed_buffer(content, old, info=info), False
    except PolicyRefusal:
        raise PolicyRefusal(
            f"{path.name} in {path.parent.name}/ opens neither under the old key nor under the new one.",
            why="It was sealed for another zone or purpose, or altered; sealed anew it would be lost for good.",
            fix="Put it back as it was from a backup, or take it out of the project if nobody needs it; then rotate"
            " again. No file and no key was changed.",
            code="E-SEAL",
        ) from None


def _is_as_promised(path: Path, digest: str) -> bool:
    """Whether a file is a table with a manifest, which has to name what it holds."""
    if not path.name.endswith(_TABLE) or not (path.parent / "manifest.json").exists():
        return False
    promised = read_manifest(path.parent)["tables"].get(path.name.removesuffix(_TABLE), {}).get("sha256")
    if promised != digest:
        raise _changed(path)
    return True


def _seal_one_anew(path: Path, info: bytes, old: X25519PrivateKey, new: X25519PrivateKey) -> None:
    plain, is_done = _opened(path, info, old, new)
    digest = sha256(plain).hexdigest()
    _is_as_promised(path, digest)  # nobody exchanged it since
    if is_done:
        return
    fresh = sealed_buffer(plain, new.public_key(), info=info)
    if sha256(unsealed_buffer(fresh, new, info=info)).hexdigest() != digest:
        raise _changed(path)
    write_file(path, fresh)


def _changed(path: Path) -> InternalError:
    return InternalError(
        f"{path.name} in {path.parent.parent.name}/ does not hold what its manifest names.",
        why="A file that was exchanged or lost something would be sealed anew as if it were whole.",
        fix="Run the step that makes it again, then the rotation. The old key stays in its place and opens the rest.",
        code="E-KEY-ROTATE",
    )


def check_rotatable(info: KeyInfo) -> None:
    """Refuse kinds that change in other ways.

    Raises:
        BadInput: With the command that does it.
    """
    if info.kind in ROTATABLE:
        return
    ways = {
        "root": "Set a new linkage.epoch in project.yaml, have it approved, and run `joinedup keys rekey DIR`.",
        "issued": "Run `joinedup keys issue DIR` with two custodians.",
        "custodian": "Run `joinedup keys recover DIR --lost HOLDER` with the two others.",
    }
    raise BadInput(
        f"Key `{info.id}` is not changed by rotating it.",
        why="The person and release keys last as long as ids and released counts do; others are derived or shared.",
        fix=ways.get(info.kind, "Keep it for the life of the project, and destroy it at its end."),
        code="E-KEY-ROTATABLE",
    )


def is_held(store: KeyFiles, info: KeyInfo) -> bytes:
    """The old key's secret, checked; only its holder rotates it."""
    _, secret = store.read(info.id)
    if fingerprint(info.kind, secret) != info.fingerprint:
        raise spoilt(info.id)
    return secret
