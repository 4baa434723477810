"""Key files: what may be known of a key, its secret, and the one door through which secrets are fetched by id.

A key's file lies in its holder's folder and holds the secret; ``public/`` has a copy of every key's public facts,
which every machine of the project may have. What belongs to a holder but was made by others (a share of the root,
subkeys issued to a source) is sealed to the holder's own key, so a copied file alone opens nothing.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NoReturn, Protocol

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from governance import write_points
from governance.closed import check_open
from governance.errors import PolicyRefusal
from governance.store import write_file

Kind = Literal["root", "person", "release", "zone", "signing", "custodian", "issued"]
State = Literal["pending", "active", "retiring", "destroyed"]

_NOUGHT = b"\0"
PUBLIC = "public"
"""The folder of public copies, beside the holders' folders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """What may be known of a key by anyone: no secret in it."""

    id: str
    kind: Kind
    project: str
    holder: str
    """The role that keeps it: custodian_a, custodian_b, custodian_r, linkage, analysis, source_<id>, approver,
    second_approver, author, signer, audit."""
    state: State
    not_before: str
    not_after: str
    bits: int
    fingerprint: str
    public: str = ""
    demo: bool = False
    root: str = ""
    """Of issued subkeys: the fingerprint of the root they come from."""
    epoch: str = ""
    """Of issued subkeys: the epoch they are for."""


class Secret:
    """Secret bytes that do not print, compare by value or pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The bytes, for the one call that needs them."""
        return self._value

    def subkey(self, *context: str) -> "Secret":
        """A 256-bit key for one purpose: HKDF-Expand (RFC 5869) over length-prefixed context."""
        info = b"".join(len(part.encode()).to_bytes(2) + part.encode() for part in ("joinedup/v1", *context))
        return Secret(HKDFExpand(hashes.SHA256(), 32, info).derive(self._value))

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never pickled")


class Deriver(Protocol):
    """Gives subkeys by what they are for: the root itself, or what was issued of it."""

    def subkey(self, *context: str) -> Secret:
        """The 256-bit key of one context."""


class KeyStore(Protocol):
    """Where keys lie. Key files are one; a Vault or PKCS#11 adapter would be another behind the same methods."""

    def infos(self) -> list[KeyInfo]:
        """The public facts of every key known here, ordered by id."""

    def info(self, key_id: str) -> KeyInfo:
        """The public facts of one key."""

    def holds(self, key_id: str) -> bool:
        """Whether its secret is here."""

    def read(self, key_id: str) -> tuple[KeyInfo, bytes]:
        """A key's facts and its secret, which may be sealed to its holder."""


def fingerprint_of(value: bytes) -> str:
    """Sixteen hex digits that recognise a secret without revealing it (HMAC, not a hash)."""
    mac = hmac.HMAC(value, hashes.SHA256())
    mac.update(b"joinedup/fingerprint/v1")
    return mac.finalize()[:8].hex()


def kid_of(fingerprint: str) -> str:
    """The five characters that mark outputs made under a key."""
    return base64.b32encode(bytes.fromhex(fingerprint)).decode().lower()[:5]


def fingerprint(kind: Kind, secret: bytes) -> str:
    """What names a key: of its public half where there is one."""
    return sha256(half).hexdigest()[:16] if (half := public_half(kind, secret)) else fingerprint_of(secret)


def public_half(kind: Kind, secret: bytes) -> bytes:
    """The public half of a zone, custodian or signing key; empty for secrets that have none."""
    if kind in ("zone", "custodian"):
        return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    if kind == "signing":
        return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    return b""


class KeyFiles:
    """Keys as files: one folder a holder, and ``public/``; custodians' folders may lie elsewhere, such as on a stick.

    Args:
        folder: The project's ``keys/``.
        more: Further folders of holders, read like it.
    """

    def __init__(self, folder: Path, more: Sequence[Path] = ()) -> None:
        self.folder, self._folders = folder, (folder, *more)

    def infos(self) -> list[KeyInfo]:
        """See :class:`KeyStore`."""
        told: dict[str, list[KeyInfo]] = {}
        for folder in self._folders:
            check_open(folder)
            for path in sorted(folder.glob("*/*.json")):
                content = path.read_bytes()  # once: a run asks for all keys dozens of times
                if not content.startswith(_NOUGHT):
                    told.setdefault(path.stem, []).append(_parsed(path.stem, content)[0])
        return [_same(key_id, found) for key_id, found in sorted(told.items())]

    def info(self, key_id: str) -> KeyInfo:
        """See :class:`KeyStore`."""
        return self._find(key_id)[0][1]

    def holds(self, key_id: str) -> bool:
        """See :class:`KeyStore`."""
        return self.knows(key_id) and bool(self._find(key_id)[0][2])

    def knows(self, key_id: str) -> bool:
        """Whether there is any file of it."""
        return bool(self._paths(key_id))

    def read(self, key_id: str) -> tuple[KeyInfo, bytes]:
        """See :class:`KeyStore`."""
        _, info, secret = self._find(key_id)[0]
        if not secret and info.state != "destroyed":
            raise _absent(key_id, "is not held here: only its public facts are")
        return info, secret

    def write(self, info: KeyInfo, secret: bytes, *, beside: str = "") -> None:
        """Write a key into its holder's folder, and its facts into ``public/``.

        Args:
            info: The key.
            secret: Its secret, which may be sealed.
            beside: A key in whose folder it goes, such as on a custodian's stick; below ``keys/`` if nothing is said.
        """
        places = self._held(info.id) or [path.with_stem(info.id) for path in self._held(beside)]
        for path in places or [self.folder / info.holder / f"{info.id}.json"]:
            write_file(path, _content(info, secret))
        self.publish(info)

    def overwrite(self, info: KeyInfo) -> None:
        """Put noughts over a key's secret in every file that has it, and flush them to disk."""
        for path in self._held(info.id):
            write_points.overwrite(path)

    def _held(self, key_id: str) -> list[Path]:
        return [path for path in self._paths(key_id) if path.parent.name != PUBLIC]

    def is_half_destroyed(self, key_id: str) -> bool:
        """Whether its secret was overwritten by a call that was cut off before it had removed the file."""
        return any(_is_noughts(path) for path in self._files(key_id))

    def clear(self, key_id: str) -> None:
        """Remove the files of a key whose secret was overwritten; its public facts stay."""
        for path in self._files(key_id):
            if _is_noughts(path):
                write_points.remove(path)

    def forget(self, key_id: str) -> None:
        """Remove every file of a key that another takes the place of: what holds its secret last.

        Cut off in between it is still held here, so whoever goes on finds it; a public copy alone would stop them.
        """
        for path in sorted(self._files(key_id), key=lambda path: path.parent.name != PUBLIC):
            write_points.remove(path)

    def publish(self, info: KeyInfo) -> None:
        """Write or replace the public copy of a key's facts."""
        write_file(self.folder / PUBLIC / f"{info.id}.json", _content(info, b""))

    def _paths(self, key_id: str) -> list[Path]:
        return [path for path in self._files(key_id) if not _is_noughts(path)]

    def _files(self, key_id: str) -> list[Path]:
        return [path for folder in self._folders for path in sorted(folder.glob(f"*/{key_id}.json"))]

    def _find(self, key_id: str) -> list[tuple[Path, KeyInfo, bytes]]:
        if not (paths := self._paths(key_id)):
            raise _absent(key_id, "is not in the key folder")
        return _agreed(key_id, paths)


def _is_noughts(path: Path) -> bool:
    """Whether a key file was overwritten, in part at least: nothing is known from it any more."""
    with path.open("rb") as file:
        return file.read(1) == _NOUGHT


def _agreed(key_id: str, paths: list[Path]) -> list[tuple[Path, KeyInfo, bytes]]:
    """Every file of one key, those with a secret first; they must agree on which key it is."""
    found = [(path, *_parsed(path.stem, path.read_bytes())) for path in paths]
    _same(key_id, [info for _, info, _ in found])
    return sorted(found, key=lambda one: not one[2])


def _same(key_id: str, told: list[KeyInfo]) -> KeyInfo:
    """What every file of one key says of it."""
    if any(info != told[0] for info in told):
        raise spoilt(key_id)
    return told[0]


def _content(info: KeyInfo, secret: bytes) -> bytes:
    content: dict[str, Any] = {"info": asdict(info)}
    if secret:
        content["secret"] = base64.b64encode(secret).decode()
    return json.dumps(content, indent=1).encode()


def _parsed(key_id: str, content: bytes) -> tuple[KeyInfo, bytes]:
    """The public facts and the secret in one key file; a public copy has none."""
    try:
        told: dict[str, Any] = json.loads(content)
        return KeyInfo(**told["info"]), base64.b64decode(told.get("secret", ""), validate=True)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise spoilt(key_id) from None


def _absent(key_id: str, how: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"Key `{key_id}` {how}.",
        why="Nothing is encoded, opened or signed with a key that was not issued for it.",
        fix="Make the project's keys with `joinedup keys new DIR`, or ask its custodian to restore it.",
        code="E-KEY-ABSENT",
    )


def spoilt(key_id: str) -> PolicyRefusal:
    """The refusal of a key file that is not what it says."""
    return PolicyRefusal(
        f"The file of key `{key_id}` is damaged, or holds another key than it says.",
        why="A wrong key gives output that looks normal and matches nothing.",
        fix="Ask its custodian to restore the file from the key ceremony's copy. Never edit a key file.",
        code="E-KEY-FILE",
    )
