"""Keys that anyone can make: from a published seed for demos, and the fixed key of the known-answer vectors.

Both are told by fingerprint and refused for real people: a mark in a file can be edited away.
"""

from hashlib import sha256

from governance.keys.files import KeyInfo, Kind, fingerprint, fingerprint_of

_SEED = b"joinedup demo keys: not secret, refused for anything but synthetic data"

TEST_ROOT = bytes(range(32))
"""The root of the known-answer vectors in ``tests/golden/keys``: published, so never a project's."""

_TEST_FINGERPRINTS = frozenset(fingerprint(kind, TEST_ROOT) for kind in ("root", "zone", "signing"))


def demo_secret(project: str, name: str) -> bytes:
    """The demo key of that name."""
    return sha256(_SEED + project.encode() + name.encode()).digest()


def demo_name(kind: Kind, holder: str) -> str:
    """What a demo key is drawn under."""
    return f"{kind} {holder}" if kind in ("zone", "signing", "custodian") else kind


def is_demo(info: KeyInfo) -> bool:
    """Whether anyone can make this key."""
    if {info.fingerprint, info.root} & _TEST_FINGERPRINTS:
        return True
    if info.kind == "issued":
        return info.demo or info.root == fingerprint_of(demo_secret(info.project, "root"))
    secret = demo_secret(info.project, demo_name(info.kind, info.holder))
    return info.demo or info.fingerprint == fingerprint(info.kind, secret)
