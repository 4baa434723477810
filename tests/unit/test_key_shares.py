"""Custody of the root: any two custodians open it, one alone learns nothing, and losing one loses nothing."""

import base64
import json
from datetime import date
from itertools import combinations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from governance.errors import PolicyRefusal
from governance.keys.files import KeyFiles
from governance.keys.ring import KeyRing, fingerprint_of, new_keys
from governance.keys.shares import CUSTODIANS, join, seal_share, split

DAY = date(2025, 10, 14)
KEY = st.binary(min_size=32, max_size=32)


@pytest.fixture
def folder(tmp_path):
    """A key folder with one project's real keys."""
    new_keys(tmp_path, project="northmoor", sources=["housing"], today=DAY)
    return tmp_path


@given(KEY, KEY, KEY)
def test_any_two_shares_and_all_three_make_the_root(root, first, second):
    """Whichever custodians meet."""
    shares = split(root, (first, second))

    for held in (*combinations(shares, 2), tuple(shares)):
        assert join({share: shares[share] for share in held}) == root


@given(KEY, KEY, KEY, KEY, st.sampled_from(sorted(CUSTODIANS)))
def test_one_share_fits_every_root(root, first, second, other, alone):
    """Perfect secrecy: for whatever one custodian holds, every root has parts that would have given just that."""
    share = split(root, (first, second))[alone]
    left, right = share[:32], share[32:]
    third = bytes(a ^ b ^ c for a, b, c in zip(other, left, right, strict=True))
    parts = {"root_a": (left, right), "root_b": (third, left), "root_r": (right, third)}[alone]

    assert split(other, parts)[alone] == share


def test_one_share_opens_nothing():
    """Nor does none."""
    shares = split(bytes(32))

    for held in ({}, {"root_a": shares["root_a"]}):
        with pytest.raises(PolicyRefusal, match=f"{len(held)} of the 3 shares") as refusal:
            join(held)
        assert refusal.value.code == "E-KEY-CUSTODIANS"


def test_shares_of_two_roots_do_not_join():
    """Two shares hold one part in common, which must agree."""
    ours, theirs = split(bytes(32)), split(bytes(32))

    with pytest.raises(PolicyRefusal, match="do not make this project's root key"):
        join({"root_a": ours["root_a"], "root_b": theirs["root_b"]})


@pytest.mark.parametrize("absent", sorted(CUSTODIANS.values()))
def test_any_custodian_may_be_away(folder, absent):
    """With one custodian's folder gone, the two others open the root."""
    for path in (folder / absent).iterdir():
        path.unlink()
    ring = KeyRing(folder)

    assert fingerprint_of(ring.root(DAY).reveal()) == ring.root_info().fingerprint


def test_a_share_is_sealed_to_its_custodian(folder):
    """Another custodian's key does not open it, so a copied share file is no use."""
    for who in ("custodian_a", "custodian_r"):
        (folder / who / f"{who}.json").unlink()

    assert all(KeyRing(folder).holds(share) for share in CUSTODIANS)
    with pytest.raises(PolicyRefusal, match="1 of the 3 shares"):
        KeyRing(folder).root(DAY)


def put_another_share(folder, share_id):
    """A share of another root, well sealed to this custodian."""
    store = KeyFiles(folder)
    info = store.info(share_id)
    public = X25519PublicKey.from_public_bytes(base64.b64decode(store.info(info.holder).public))
    store.write(info, seal_share(split(bytes(32))[share_id], public, project="northmoor", holder=info.holder))


def test_a_share_of_another_root_stops_nobody_and_is_noticed(folder):
    """The two that fit open the root; the yearly test names the one that does not."""
    put_another_share(folder, "root_b")
    ring = KeyRing(folder)

    assert fingerprint_of(ring.root(DAY).reveal()) == ring.root_info().fingerprint
    for share, fits in (("root_a", True), ("root_r", True), ("root_b", False)):
        if fits:
            ring.try_to_open(ring.info(share), DAY)
        else:
            with pytest.raises(PolicyRefusal, match="do not make this project's root key"):
                ring.try_to_open(ring.info(share), DAY)


def test_two_shares_that_do_not_fit_open_nothing(folder):
    """Encodings under a wrong key look normal and match nothing."""
    put_another_share(folder, "root_b")
    (folder / "custodian_r" / "root_r.json").unlink()

    with pytest.raises(PolicyRefusal) as refusal:
        KeyRing(folder).root(DAY)
    assert refusal.value.code == "E-KEY-SHARES"


def test_custodians_may_keep_their_folders_elsewhere(folder, tmp_path_factory):
    """On a stick each: named when they meet."""
    stick = tmp_path_factory.mktemp("stick")
    for who in CUSTODIANS.values():
        (folder / who).rename(stick / who)

    with pytest.raises(PolicyRefusal, match="0 of the 3 shares"):
        KeyRing(folder).root(DAY)
    assert KeyRing(folder, stick).root(DAY)


def test_a_ceremony_takes_keys_that_custodians_made_themselves(tmp_path):
    """Each makes a key on a machine of their own; the ceremony sees the public copies only."""
    for who in CUSTODIANS.values():
        made = new_keys(tmp_path / who, project="northmoor", sources=[], today=DAY, holder=who)
        assert [info.id for info in made] == [who]
    ceremony = tmp_path / "ceremony"
    (ceremony / "public").mkdir(parents=True)
    for who in CUSTODIANS.values():
        copy = f"public/{who}.json"
        (ceremony / copy).write_bytes((tmp_path / who / copy).read_bytes())
        assert "secret" not in json.loads((ceremony / copy).read_bytes())
    new_keys(ceremony, project="northmoor", sources=[], today=DAY)

    with pytest.raises(PolicyRefusal, match="0 of the 3 shares"):
        KeyRing(ceremony).root(DAY)
    assert KeyRing(ceremony, tmp_path / "custodian_a", tmp_path / "custodian_r").root(DAY)
