"""Whatever is done to a signed ledger, verification notices."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from governance.ledger import Event, Ledger
from governance.verify import check_ledger, merkle_root

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SIGNER.public_key()
AT = "2025-10-14T09:00:00+00:00"


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    """The bytes of a ledger of six events and of its checkpoint."""
    folder = tmp_path_factory.mktemp("ledger")
    ledger = Ledger(folder, SIGNER)
    for number in range(6):
        ledger.append(Event.EXTRACT_READ, at=AT, period="2025-09", source=f"source_{number}", rows_in=number)
    ledger.checkpoint(at=AT)
    return (folder / "ledger.jsonl").read_bytes(), (folder / "checkpoint.json").read_bytes()


def noticed(raw, point):
    """Whether anything is found wrong."""
    return bool(check_ledger(raw, point, PUBLIC))


def test_nothing_is_wrong_with_what_was_written(signed):
    """The control."""
    assert not noticed(*signed)


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80], ids=["low bit", "letter case", "high bit"])
def test_every_flipped_byte_of_the_ledger_is_noticed(signed, bit):
    """Every byte of every line, white space and line ends included."""
    raw, point = signed
    for at in range(len(raw)):
        assert noticed(raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :], point), at


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80], ids=["low bit", "letter case", "high bit"])
def test_every_flipped_byte_of_the_checkpoint_is_noticed(signed, bit):
    """The signature's spelling, the time and the key id too."""
    raw, point = signed
    for at in range(len(point)):
        assert noticed(raw, point[:at] + bytes([point[at] ^ bit]) + point[at + 1 :]), at


def test_every_cut_is_noticed(signed):
    """Wherever the ledger or the checkpoint ends early, whole lines included."""
    raw, point = signed
    for length in range(len(raw)):
        assert noticed(raw[:length], point), length
    for length in range(len(point)):
        assert noticed(raw, point[:length]), length


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=8))
def test_dropping_repeating_and_reordering_are_noticed(signed, order):
    """Any sequence of the lines but the one that was written."""
    raw, point = signed
    lines = raw.splitlines(keepends=True)
    assume(order[:6] != [0, 1, 2, 3, 4, 5] or len(order) > 6)

    assert noticed(b"".join(lines[at] for at in order), point)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 2000), more=st.binary(min_size=1, max_size=20))
def test_anything_put_in_is_noticed(signed, at, more):
    """Bytes put in anywhere, line ends included."""
    raw, point = signed
    at %= len(raw) + 1

    assert noticed(raw[:at] + more + raw[at:], point)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 2000), length=st.integers(1, 50))
def test_anything_taken_out_is_noticed(signed, at, length):
    """Bytes missing anywhere."""
    raw, point = signed
    at %= len(raw)

    assert noticed(raw[:at] + raw[at + length :], point)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40), st.data())
def test_any_other_leaf_gives_another_root(leaves, data):
    """The Merkle root depends on every leaf."""
    at = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.binary(min_size=32, max_size=32))
    assume(other != leaves[at])

    assert merkle_root(leaves) != merkle_root([*leaves[:at], other, *leaves[at + 1 :]])
