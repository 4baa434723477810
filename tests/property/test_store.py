"""Whatever is changed in a sealed file, it does not open."""

import pyarrow as pa
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


@pytest.fixture
def two_tables(tmp_path):
    """Two sealed tables of one zone, as files."""
    for name in ("view", "record"):
        store.write_table(tmp_path, pa.table({"number": [1, 2, 3]}), name, KEY.public_key())
    return tmp_path


def reading(folder, name="view", key=KEY):
    """The code with which reading a table is refused; empty if it is read."""
    try:
        store.read_table(folder, name, key)
    except PolicyRefusal as refusal:
        return refusal.code
    return ""


def test_files_are_read_only_as_what_they_are(two_tables):
    """The control, another zone's key, one table in the place of another, an empty file."""
    view, record = two_tables / "view.parquet.sealed", two_tables / "record.parquet.sealed"

    assert (reading(two_tables), reading(two_tables, "record")) == ("", "")
    assert reading(two_tables, key=X25519PrivateKey.generate()) == "E-SEAL"
    swapped = view.read_bytes(), record.read_bytes()
    view.write_bytes(swapped[1])
    record.write_bytes(swapped[0])
    assert (reading(two_tables), reading(two_tables, "record")) == ("E-SEAL", "E-SEAL")
    view.write_bytes(b"")
    assert reading(two_tables) == "E-SEAL"


def test_every_flipped_byte_and_cut_of_a_table_file_is_refused(two_tables):
    """Through the same door as a run: mapped from disk, opened into one buffer."""
    path = two_tables / "view.parquet.sealed"
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
        assert reading(two_tables) == "E-SEAL", at
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert reading(two_tables) == "E-SEAL", length
