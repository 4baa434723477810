"""The root in three custodians' hands: any two of them open it, one alone knows nothing of it.

The root is the XOR of three parts, each 256 random bits but for the last. Every custodian holds two of the three
(replicated secret sharing: Ito, Saito and Nishizeki 1987), so any two hold all three, and the part that one lacks
hides the root completely. No field arithmetic and no dependency: an auditor can check it by hand. Each holder's pair
is sealed to that custodian's public key.
"""

import os
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from governance.errors import PolicyRefusal
from governance.store import seal, unseal

CUSTODIANS = {"root_a": "custodian_a", "root_b": "custodian_b", "root_r": "custodian_r"}
"""Shares and who holds them. A and B hold ceremonies; R keeps a share in a safe, for the day one of them is lost."""

NEEDED = 2
"""Custodians that open the root together."""

_BYTES = 32


def split(root: bytes, parts: tuple[bytes, bytes] | None = None) -> dict[str, bytes]:
    """Each custodian's share, by share id.

    Args:
        root: 32 bytes.
        parts: The first two parts, drawn at random; given only for demo keys and known answers.
    """
    first, second = parts or (os.urandom(_BYTES), os.urandom(_BYTES))
    third = _xor(_xor(root, first), second)
    return dict(zip(CUSTODIANS, (first + second, second + third, third + first), strict=True))


def join(shares: Mapping[str, bytes]) -> bytes:
    """The root from two shares or three.

    Raises:
        PolicyRefusal: There are fewer than two, or they are not of one root.
    """
    parts: dict[int, bytes] = {}
    for number, share_id in enumerate(CUSTODIANS):
        for place, part in enumerate(_halves(shares.get(share_id, b""))):
            if parts.setdefault((number + place) % len(CUSTODIANS), part) != part:
                raise not_of_one_root()
    if len(parts) < len(CUSTODIANS):
        raise too_few(len(shares))
    return _xor(_xor(parts[0], parts[1]), parts[2])


def seal_share(share: bytes, custodian: X25519PublicKey, *, project: str, holder: str) -> bytes:
    """A share that only its custodian's private key opens."""
    return seal(share, custodian, info=_info(project, holder))


def open_share(sealed: bytes, custodian: X25519PrivateKey, *, project: str, holder: str) -> bytes:
    """What :func:`seal_share` sealed."""
    return unseal(sealed, custodian, info=_info(project, holder))


def _info(project: str, holder: str) -> bytes:
    return f"joinedup/root-share/v1/{project}/{holder}".encode()


def _halves(share: bytes) -> tuple[bytes, ...]:
    if share and len(share) != 2 * _BYTES:
        raise not_of_one_root()
    return (share[:_BYTES], share[_BYTES:]) if share else ()


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(left, right, strict=True))


def not_of_one_root() -> PolicyRefusal:
    """The refusal of shares that do not fit."""
    return PolicyRefusal(
        "The custodians' shares do not make this project's root key.",
        why="Encodings under a wrong key look normal and match nothing.",
        fix="Restore the share files from the same key ceremony, then run `joinedup keys verify DIR`.",
        code="E-KEY-SHARES",
    )


def too_few(held: int) -> PolicyRefusal:
    """The refusal where one custodian is alone, or none is there."""
    return PolicyRefusal(
        f"{held} of the {len(CUSTODIANS)} shares of the root key can be opened here; {NEEDED} are needed.",
        why="The root is opened by any two custodians together and by nobody alone. Runs never need it.",
        fix="Hold this session with two custodians' key folders at hand: name each with --with FOLDER.",
        code="E-KEY-CUSTODIANS",
    )
