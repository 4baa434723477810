"""The store: sealed for one reader, published whole or not at all."""

import errno
import json
import os

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from governance import store, write_points
from governance.errors import BadInput, PolicyRefusal
from governance.store import (
    SealedTable,
    current,
    pack_table,
    publish,
    read_manifest,
    read_table,
    seal,
    unseal,
    write_file,
    write_manifest,
    write_packed,
    write_table,
)
from governance.write_points import Act

FULL_DISK = (
    "A file could not be written: No space left on device.\n"
    "  Why: A half-written package could lose people without a trace, so the step ended there.\n"
    "  Fix: Free disk space or mend the folder's permissions (`joinedup doctor DIR` says which), then run the"
    " same command again."
)


@pytest.fixture(scope="module")
def key():
    """The reader's key."""
    return X25519PrivateKey.generate()


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of 16 bytes, so that a short text has several."""
    monkeypatch.setattr(store, "_CHUNK_BYTES", 16)


@pytest.fixture(params=["write", "fsync", "rename"])
def full_disk(request, monkeypatch):
    """Call it to fill the disk: from then on one system call fails with ENOSPC."""
    acts = {"write": Act.WRITE, "fsync": Act.FLUSH, "rename": Act.RENAME}

    def fail(act, path):
        if act is acts[request.param]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fill():
        monkeypatch.setattr(write_points, "_watchers", [fail])

    return fill


def put(folder, text, *, also=None):
    """Publish one small content."""
    with publish(folder) as scratch:
        write_file(scratch / "a.txt", text.encode())
        if also:
            also(scratch)
        return write_manifest(scratch, {"text": text})


def held(folder):
    """What a reader finds."""
    return (current(folder) / "a.txt").read_text()


# --- sealing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 32, 100], ids=lambda n: f"{n} bytes")
def test_what_is_sealed_is_opened(key, small_chunks, length):
    """Every length around a chunk's end comes back."""
    plain = os.urandom(length)

    assert unseal(seal(plain, key.public_key(), info=b"view"), key, info=b"view") == plain


def test_the_wrong_key_opens_nothing(key):
    """Another zone's key is refused with words, not with a library's exception."""
    sealed = seal(b"who", key.public_key(), info=b"view")

    with pytest.raises(PolicyRefusal) as refusal:
        unseal(sealed, X25519PrivateKey.generate(), info=b"view")

    assert str(refusal.value) == (
        "A sealed file could not be opened.\n"
        "  Why: It was sealed for another zone or purpose, or it was altered or cut on the way.\n"
        "  Fix: Check that this machine holds the zone's key, and ask the sender for the package again."
    )
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_the_right_key_for_another_purpose_opens_nothing(key):
    """A table sealed as `view` does not open as `record_person`."""
    with pytest.raises(PolicyRefusal):
        unseal(seal(b"who", key.public_key(), info=b"view"), key, info=b"record_person")


def test_swapped_chunks_are_refused(key, small_chunks):
    """Chunks know their place."""
    sealed = seal(bytes(64), key.public_key(), info=b"view")
    step, body = 32, len(sealed) - 4 * 32
    parts = [sealed[body + n * step : body + (n + 1) * step] for n in range(4)]

    with pytest.raises(PolicyRefusal):
        unseal(sealed[:body] + parts[1] + parts[0] + b"".join(parts[2:]), key, info=b"view")


def test_a_chunk_of_another_file_is_refused(key, small_chunks):
    """Every file has its own key, so chunks cannot be exchanged."""
    one, other = (seal(bytes(64), key.public_key(), info=b"view") for _ in range(2))

    with pytest.raises(PolicyRefusal):
        unseal(one[:-32] + other[-32:], key, info=b"view")


def test_a_table_comes_back_as_it_was(tmp_path, key):
    """Rows, order and types survive; the receipt counts rows."""
    table = pa.table({"record_id": pa.array([3, 1, 2], pa.int64()), "code": ["a", None, "c"]})

    receipt = write_table(tmp_path, table, "record_event", key.public_key())

    assert read_table(tmp_path, "record_event", key).equals(table)
    assert (receipt.name, receipt.rows) == ("record_event", 3)


def test_a_sealed_table_is_read_in_parts_and_checked_each_time(tmp_path, key):
    """Some columns of all rows, in order; a file exchanged between two readings is refused at the second."""
    table = pa.table({"a": range((1 << 20) + 5), "b": range((1 << 20) + 5)})
    receipt = write_table(tmp_path, table, "numbers", key.public_key())
    sealed = SealedTable(tmp_path, "numbers", key, receipt.sha256)

    parts = list(sealed.parts(["b"]))

    assert [part.num_rows for part in parts] == [1 << 20, 5]
    assert pa.concat_tables(parts).equals(table.select(["b"]))
    write_table(tmp_path, table.slice(1), "numbers", key.public_key())
    with pytest.raises(PolicyRefusal) as raised:
        next(sealed.parts(["b"]))
    assert raised.value.code == "E-PACKAGE-ALTERED"


def test_the_same_rows_have_the_same_digest(tmp_path, key):
    """Seals differ from run to run, the digest of what they hold does not."""
    table = pa.table({"record_id": pa.array(range(1000), pa.int64())})

    first, second = (write_table(tmp_path / name, table, "t", key.public_key()) for name in "ab")

    assert first == second
    assert (tmp_path / "a" / "t.parquet.sealed").read_bytes() != (tmp_path / "b" / "t.parquet.sealed").read_bytes()


def test_a_table_sealed_in_memory_is_written_later(tmp_path, key):
    """Nothing is on the disk before; then it is what it would have been."""
    table = pa.table({"number": [1, 2, 3]})
    packed = pack_table(table, "people", key.public_key())
    assert list(tmp_path.iterdir()) == []

    assert write_packed(tmp_path, packed) == write_table(tmp_path / "at_once", table, "people", key.public_key())
    assert read_table(tmp_path, "people", key, digest=packed.receipt.sha256).equals(table)
    assert "content" not in repr(packed)


def test_values_do_not_show_in_a_sealed_table(tmp_path, key):
    """No plain text of a value in the file."""
    write_table(tmp_path, pa.table({"name": ["ZEBEDEE-CANARY"] * 3}), "t", key.public_key())

    assert b"ZEBEDEE" not in (tmp_path / "t.parquet.sealed").read_bytes()


def test_a_missing_table_says_which_step_to_run(tmp_path, key):
    """Reading what an earlier step has not made is bad input, not a traceback."""
    with pytest.raises(BadInput, match=r"view.parquet.sealed is not in") as error:
        read_table(tmp_path, "view", key)

    assert error.value.code == "E-STEP-MISSING"


# --- writing ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead of modes")
def test_files_are_for_their_owner_only(tmp_path):
    """0600, also for a file that was there before."""
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o644)

    write_file(tmp_path / "a", b"new")

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, full_disk):
    """The exact message, the old content, and nothing left beside it."""
    write_file(tmp_path / "a", b"old")
    full_disk()

    with pytest.raises(BadInput) as error:
        write_file(tmp_path / "a", b"new")

    assert str(error.value) == FULL_DISK
    assert (error.value.code, error.value.exit_code) == ("E-WRITE", 3)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


def test_a_folder_that_cannot_be_made_is_told_alike(tmp_path):
    """A file where a folder should be gives the same kind of message."""
    (tmp_path / "zones").write_text("a file")

    with pytest.raises(BadInput, match="A file could not be written"):
        write_file(tmp_path / "zones" / "a", b"new")


# --- publishing -------------------------------------------------------------------------------------------


def test_readers_follow_what_was_published_last(tmp_path):
    """The second content replaces the first; the first is kept beside it."""
    put(tmp_path, "one")
    put(tmp_path, "two")

    assert held(tmp_path) == "two"
    assert read_manifest(current(tmp_path)) == {"text": "two"}
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 2


def test_only_the_last_but_one_is_kept(tmp_path):
    """Old contents do not pile up."""
    for text in ("one", "two", "three", "four"):
        put(tmp_path, text)

    kept = {json.loads((path / "manifest.json").read_text())["text"] for path in tmp_path.iterdir() if path.is_dir()}
    assert kept == {"three", "four"}


def test_a_failure_midway_keeps_the_last_good_content(tmp_path):
    """An exception inside the block goes on its way, and readers see nothing of the new content."""
    put(tmp_path, "one")

    def fail(scratch):
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        put(tmp_path, "two", also=fail)

    assert held(tmp_path) == "one"
    assert not (tmp_path / ".partial").exists()


def test_a_full_disk_keeps_the_last_good_content(tmp_path, full_disk):
    """The exact message, and readers go on with what they had."""
    put(tmp_path, "one")
    full_disk()

    with pytest.raises(BadInput) as error:
        put(tmp_path, "two")

    assert str(error.value) == FULL_DISK
    assert held(tmp_path) == "one"


@pytest.mark.parametrize("first", ["one", "two"], ids=["same content", "other content"])
def test_a_failure_at_the_pointer_keeps_the_last_good_content(tmp_path, monkeypatch, first):
    """The last write of all fails: the old content is still whole, also where both have one digest."""
    put(tmp_path, first)
    written = store.write_file

    def fail_at_pointer(path, content):
        if path.name == "current":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written(path, content)

    monkeypatch.setattr(store, "write_file", fail_at_pointer)

    with pytest.raises(BadInput):
        put(tmp_path, "one")

    assert held(tmp_path) == first


def test_the_same_content_can_be_published_again_and_again(tmp_path):
    """A repeated run leaves one readable content each time."""
    digests = [put(tmp_path, "one") for _ in range(4)]

    assert len(set(digests)) == 1
    assert held(tmp_path) == "one"


def test_what_a_killed_run_left_is_swept(tmp_path):
    """A half-written scratch folder does not end up in the next content."""
    put(tmp_path, "one")
    (tmp_path / ".partial").mkdir()
    (tmp_path / ".partial" / "stray").write_text("left behind")

    put(tmp_path, "two")

    assert {path.name for path in current(tmp_path).iterdir()} == {"a.txt", "digests.json", "manifest.json"}


def test_nothing_published_says_which_step_to_run(tmp_path):
    """A reader who comes first is told so."""
    with pytest.raises(BadInput) as error:
        current(tmp_path / "index")

    assert str(error.value) == (
        "current is not in index/.\n"
        "  Why: An earlier step has not finished for this period.\n"
        "  Fix: Run the earlier step, or `joinedup run DIR`, which runs every step in order."
    )


def test_a_manifest_is_named_by_its_exact_bytes(tmp_path):
    """Key order does not matter, any value does."""
    one = write_manifest(tmp_path, {"b": 1, "a": 2})

    assert write_manifest(tmp_path, {"a": 2, "b": 1}) == one
    assert write_manifest(tmp_path, {"a": 2, "b": 2}) != one


def contents(folder):
    """What is kept in a folder, whether readers are led to it or not."""
    return sorted({(path / "a.txt").read_text() for path in folder.iterdir() if path.is_dir()})


def test_the_same_content_again_leaves_the_last_other_one(tmp_path):
    """A run that was killed after it published is run again: what was good before it must still be there."""
    for text in ("first", "second", "second", "second"):
        put(tmp_path, text)

    assert held(tmp_path) == "second"
    assert contents(tmp_path) == ["first", "second"]


def test_older_contents_are_removed(tmp_path):
    """Of three, the first goes; going back to one makes that the newest."""
    for text in ("first", "second", "third", "second"):
        put(tmp_path, text)

    assert held(tmp_path) == "second"
    assert contents(tmp_path) == ["second", "third"]


def test_what_was_released_is_kept_for_good(tmp_path):
    """Where readers keep what they read, so do we."""
    for text in ("first", "second", "third"):
        with publish(tmp_path, keep_every=True) as scratch:
            write_file(scratch / "a.txt", text.encode())
            write_manifest(scratch, {"text": text})

    assert held(tmp_path) == "third"
    assert contents(tmp_path) == ["first", "second", "third"]
