"""Keys: who holds them, what they may do, and subkeys for each purpose.

The project root is kept as two shares by two custodians; either share alone says nothing (XOR of random
bytes). Everything secret in encoding is an HKDF-SHA256 output of the root for one purpose, field and epoch.
Zone keys (X25519) open sealed files; signing keys (Ed25519) approve configs and sign the ledger. Neither is
derived from the root. Key files are named by id, and configs, logs and manifests hold ids only.
"""

import base64
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NoReturn

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from governance.errors import PolicyRefusal
from governance.store import write_file

Kind = Literal["root", "person", "release", "zone", "signing"]
State = Literal["pending", "active", "retiring", "destroyed"]

_LIFETIME_DAYS = 365
_SHARES = {"root_a": "custodian_a", "root_b": "custodian_b"}
_DEMO_SEED = b"joinedup demo keys: not secret, refused for anything but synthetic data"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """What may be known of a key by anyone: no secret in it."""

    id: str
    kind: Kind
    project: str
    holder: str
    """The role that keeps it: custodian_a, custodian_b, linkage, analysis, source_<id>, approver, second_approver,
    signer."""
    state: State
    not_before: str
    not_after: str
    bits: int
    fingerprint: str
    public: str = ""
    demo: bool = False


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


def fingerprint_of(value: bytes) -> str:
    """Sixteen hex digits that recognise a secret without revealing it (HMAC, not a hash)."""
    mac = hmac.HMAC(value, hashes.SHA256())
    mac.update(b"joinedup/fingerprint/v1")
    return mac.finalize()[:8].hex()


def kid_of(fingerprint: str) -> str:
    """The five characters that mark outputs made under a key."""
    return base64.b32encode(bytes.fromhex(fingerprint)).decode().lower()[:5]


class KeyRing:
    """The key files below one folder, opened by id when a step needs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def infos(self) -> list[KeyInfo]:
        """Every key known here, without secrets, ordered by id."""
        return [_load(path)[0] for path in sorted(self.folder.glob("*/*.json"))]

    def info(self, key_id: str) -> KeyInfo:
        """The public facts of one key."""
        return self._read(key_id)[0]

    def encoding_root(self, as_of: date) -> tuple[Secret, KeyInfo]:
        """The project root, joined from both custodians' shares, and its public facts."""
        share_a, share_b = self._secret("root_a", as_of), self._secret("root_b", as_of)
        root = bytes(x ^ y for x, y in zip(share_a, share_b, strict=True))
        info = self.info("root_a")
        if fingerprint_of(root) != info.fingerprint:
            raise PolicyRefusal(
                "The two custodians' shares do not make this project's root key.",
                why="Encodings under a wrong key look normal and match nothing.",
                fix="Restore both share files from the same key ceremony, then run `joinedup keys verify DIR`.",
                code="E-KEY-SHARES",
            )
        return Secret(root), info

    def person_key(self, as_of: date) -> tuple[Secret, KeyInfo]:
        """The linkage zone's key for person ids."""
        return Secret(self._secret("person", as_of)), self.info("person")

    def release_key(self, as_of: date) -> Secret:
        """The analysis zone's key for the noise of released counts: a new one would let noise be averaged away."""
        return Secret(self._secret("release", as_of))

    def zone_private(self, holder: str, as_of: date) -> X25519PrivateKey:
        """The key that opens files sealed to a zone."""
        return X25519PrivateKey.from_private_bytes(self._secret(f"zone_{holder}", as_of))

    def zone_public(self, holder: str) -> X25519PublicKey:
        """The key that seals files to a zone."""
        return X25519PublicKey.from_public_bytes(base64.b64decode(self.info(f"zone_{holder}").public))

    def signing(self, holder: str, as_of: date) -> Ed25519PrivateKey:
        """The key of an approver or of the run signer."""
        return Ed25519PrivateKey.from_private_bytes(self._secret(f"signing_{holder}", as_of))

    def _read(self, key_id: str) -> tuple[KeyInfo, bytes]:
        found = list(self.folder.glob(f"*/{key_id}.json"))
        if len(found) != 1:
            raise PolicyRefusal(
                f"Key `{key_id}` is not in the key folder.",
                why="Nothing is encoded, opened or signed with a key that was not issued for it.",
                fix="Make the project's keys with `joinedup keys new DIR`, or ask its custodian to restore it.",
                code="E-KEY-ABSENT",
            )
        return _load(found[0])

    def _secret(self, key_id: str, as_of: date) -> bytes:
        info, secret = self._read(key_id)
        usable = info.state == "active" and info.not_before <= as_of.isoformat() <= info.not_after
        if not usable:
            raise PolicyRefusal(
                f"Key `{key_id}` is {info.state} and valid from {info.not_before} to {info.not_after}.",
                why="A key that is not active on the day of the run may not be used (rule CRY-04).",
                fix="Ask the custodian to rotate or activate it, then run again.",
                code="E-KEY-STATE",
            )
        if info.kind != "root" and _fingerprint(info.kind, secret) != info.fingerprint:
            raise _spoilt(key_id)  # a share says nothing alone; the joined root is checked instead
        return secret


def _load(path: Path) -> tuple[KeyInfo, bytes]:
    """The public facts and the secret in one key file."""
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        return KeyInfo(**content["info"]), base64.b64decode(content["secret"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise _spoilt(path.stem) from None


def _spoilt(key_id: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"The file of key `{key_id}` is damaged, or holds another key than it says.",
        why="A wrong key gives output that looks normal and matches nothing.",
        fix="Ask its custodian to restore the file from the key ceremony's copy. Never edit a key file.",
        code="E-KEY-FILE",
    )


def _fingerprint(kind: Kind, secret: bytes) -> str:
    """What names a key: of its public half where there is one."""
    return sha256(public).hexdigest()[:16] if (public := _public(kind, secret)) else fingerprint_of(secret)


def _public(kind: Kind, secret: bytes) -> bytes:
    """The public half of a zone or signing key; empty for secrets that have none."""
    if kind == "zone":
        return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    if kind == "signing":
        return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    return b""


def _demo_secret(project: str, name: str) -> bytes:
    return sha256(_DEMO_SEED + project.encode() + name.encode()).digest()


def _demo_name(kind: Kind, holder: str) -> str:
    return f"{kind} {holder}" if kind in ("zone", "signing") else kind


def is_demo(info: KeyInfo) -> bool:
    """Whether anyone can make this key: told by its fingerprint, for its mark can be edited away."""
    secret = _demo_secret(info.project, _demo_name(info.kind, info.holder))
    return info.demo or info.fingerprint == _fingerprint(info.kind, secret)


def new_keys(
    folder: Path, *, project: str, sources: list[str], today: date, demo: bool = False, reviewers: Sequence[str] = ()
) -> list[KeyInfo]:
    """Make every key of a project; existing key files are never overwritten.

    Args:
        folder: The key folder, one subfolder a holder.
        project: Project id, bound into every key.
        sources: Source ids; each gets a zone key for its rejects and diagnostics.
        today: First day of validity; keys live 365 days.
        demo: Derive from a published seed: anyone can make these, so only synthetic data may use them.
        reviewers: Ids of people who may be approved to review pairs; each gets a zone key.

    Returns:
        The public facts of the keys made now.
    """
    # A demo must work on any day: its keys guard nothing.
    first, last = (date(2020, 1, 1), date(2099, 12, 31)) if demo else (today, today + timedelta(days=_LIFETIME_DAYS))
    # With one share lost, a new one would not fit the other: its custodian must restore it.
    with_root = not any((folder / holder / f"{share}.json").exists() for share, holder in _SHARES.items())
    drawn = _drawn(sources, reviewers, project if demo else None, with_root=with_root)
    wanted = [one for one in drawn if not (folder / one[2] / f"{one[0]}.json").exists()]
    return [_written(folder, project, one, first, last, demo=demo) for one in wanted]


_Drawn = tuple[str, Kind, str, bytes, str]
"""Id, kind, holder, secret and fingerprint of a key."""


def _written(folder: Path, project: str, drawn: _Drawn, first: date, last: date, *, demo: bool) -> KeyInfo:
    key_id, kind, holder, secret, fingerprint = drawn
    info = KeyInfo(
        id=key_id,
        kind=kind,
        project=project,
        holder=holder,
        state="active",
        not_before=first.isoformat(),
        not_after=last.isoformat(),
        bits=len(secret) * 8,
        fingerprint=fingerprint,
        public=base64.b64encode(_public(kind, secret)).decode(),
        demo=demo,
    )
    content = {"info": asdict(info), "secret": base64.b64encode(secret).decode()}
    write_file(folder / holder / f"{key_id}.json", json.dumps(content, indent=1).encode())
    return info


def _drawn(
    sources: list[str], reviewers: Sequence[str], demo_project: str | None, *, with_root: bool
) -> Iterator[_Drawn]:
    """Every key of a project."""

    def draw(name: str) -> bytes:
        return os.urandom(32) if demo_project is None else _demo_secret(demo_project, name)

    if with_root:
        root, share = draw("root"), draw("share")
        other = bytes(x ^ y for x, y in zip(root, share, strict=True))
        yield "root_a", "root", _SHARES["root_a"], share, fingerprint_of(root)
        yield "root_b", "root", _SHARES["root_b"], other, fingerprint_of(root)
    named: list[tuple[str, Kind, str]] = [("person", "person", "linkage"), ("release", "release", "analysis")]
    named += [(f"zone_{who}", "zone", who) for who in ("linkage", "analysis", "audit")]
    named += [(f"zone_source_{source}", "zone", f"source_{source}") for source in sources]
    named += [(f"zone_reviewer_{who}", "zone", f"reviewer_{who}") for who in reviewers]
    named += [(f"signing_{who}", "signing", who) for who in ("approver", "second_approver", "author", "signer")]
    for key_id, kind, holder in named:
        secret = draw(_demo_name(kind, holder))
        yield key_id, kind, holder, secret, _fingerprint(kind, secret)
