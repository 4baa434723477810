"""Whatever is changed in a sealed file, it does not open."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import store
from governance.errors import PolicyRefusal
from governance.store import seal, unseal

KEY = X25519PrivateKey.generate()
PLAIN = bytes(range(40))


@pytest.fixture(scope="module", autouse=True)
def small_chunks():
    """Three chunks of 16 bytes at most."""
    patch = pytest.MonkeyPatch()
    patch.setattr(store, "_CHUNK_BYTES", 16)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def sealed(small_chunks):
    """A sealed file of three chunks."""
    return seal(PLAIN, KEY.public_key(), info=b"view")


def refused(content):
    """Whether it does not open, with our own error."""
    try:
        unseal(content, KEY, info=b"view")
    except PolicyRefusal:
        return True
    return False


def test_the_file_opens_when_nothing_was_changed(sealed):
    """The control: without it every test below could pass for another reason."""
    assert not refused(sealed)


def test_every_flipped_byte_is_refused(sealed):
    """Every byte of the file, the header too."""
    for at in range(len(sealed)):
        assert refused(sealed[:at] + bytes([sealed[at] ^ 0x01]) + sealed[at + 1 :]), at


def test_every_cut_is_refused(sealed):
    """Every length shorter than the whole, chunk ends included."""
    for length in range(len(sealed)):
        assert refused(sealed[:length]), length


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=60))
def test_anything_added_is_refused(sealed, more):
    """Bytes at the end are not ignored."""
    assert refused(sealed + more)


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(3)))
def test_chunks_in_another_order_are_refused(sealed, order):
    """Only the order in which they were written opens."""
    ends = [len(sealed) - 24, len(sealed)]
    body = len(sealed) - 24 - 64
    parts = [sealed[body : body + 32], sealed[body + 32 : ends[0]], sealed[ends[0] : ends[1]]]

    assert refused(sealed[:body] + b"".join(parts[n] for n in order)) == (list(order) != [0, 1, 2])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=100))
def test_every_content_comes_back(plain):
    """Sealing loses nothing."""
    assert unseal(seal(plain, KEY.public_key(), info=b"x"), KEY, info=b"x") == plain


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_without_a_traceback(noise):
    """Any bytes at all give our own error."""
    assert refused(noise)
    assert refused(b"JOINEDUP-SEALED-1" + noise)
