"""Known answers: what keys made last year, keys make today; and a second implementation agrees."""

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from governance.keys.demo import TEST_ROOT, is_demo
from governance.keys.files import KeyInfo
from governance.store import unseal
from tests.lib.vectors import FILE, PARTS, PLAIN, SEAL_INFO, answers

KNOWN = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(set(KNOWN) - {"sealed"}))
def test_answer_is_the_known_one(name):
    """One changed answer would make earlier codes, ids or signatures unreadable."""
    assert answers()[name] == KNOWN[name]


def test_the_vectors_hold_every_answer():
    """None is left out of the file."""
    assert set(answers()) | {"sealed"} == set(KNOWN)


def test_a_file_sealed_long_ago_still_opens():
    """The format of sealed files has one known example."""
    key = X25519PrivateKey.from_private_bytes(TEST_ROOT)

    assert unseal(base64.b64decode(KNOWN["sealed"]), key, info=SEAL_INFO) == PLAIN


def test_subkeys_by_the_standard_library():
    """HKDF-Expand of RFC 5869 for one block, and the length-prefixed context, written out."""
    for context, known in KNOWN["subkeys"].items():
        info = b"".join(len(part).to_bytes(2, "big") + part.encode() for part in ("joinedup/v1", *context.split("/")))
        assert hmac.new(TEST_ROOT, info + b"\x01", hashlib.sha256).hexdigest() == known, context


def test_fingerprint_and_kid_by_the_standard_library():
    """HMAC-SHA256 of a fixed text, eight bytes of it; five characters of base32."""
    mark = hmac.new(TEST_ROOT, b"joinedup/fingerprint/v1", hashlib.sha256).digest()[:8]

    assert (mark.hex(), base64.b32encode(mark).decode().lower()[:5]) == (KNOWN["root_fingerprint"], KNOWN["kid"])


def test_shares_by_hand():
    """Part three is the root XOR parts one and two; each custodian holds two neighbouring parts."""
    first, second = PARTS
    third = bytes(a ^ b ^ c for a, b, c in zip(TEST_ROOT, first, second, strict=True))
    wanted = {"root_a": first + second, "root_b": second + third, "root_r": third + first}

    assert {share: value.hex() for share, value in wanted.items()} == KNOWN["shares"]


def test_ledger_hashes_by_the_standard_library():
    """RFC 6962: a nought byte before a leaf, a one before a node, the left tree the larger."""
    leaf = bytes.fromhex(KNOWN["ledger_leaf"])
    two = hashlib.sha256(b"\x01" + leaf + leaf).digest()

    assert hashlib.sha256(b"\x01" + two + leaf).hexdigest() == KNOWN["ledger_root_of_three"]


def test_the_published_root_is_refused_by_its_fingerprint():
    """Whatever the key file says of itself, it is told as a key that anyone can make."""
    facts = {"project": "real", "holder": "custodian_a", "state": "active", "bits": 256, "demo": False}
    days = {"not_before": "2026-01-01", "not_after": "2026-12-31"}
    for kind, mark in (("root", "root"), ("zone", "zone"), ("signing", "signing")):
        info = KeyInfo(id="x", kind=kind, fingerprint=KNOWN[f"{mark}_fingerprint"], **facts, **days)
        assert is_demo(info), kind
