"""Pseudonyms: the same under one key, unrelated under another."""

import base64
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from governance import pseudonym
from governance.errors import ExtractError, InternalError
from governance.keys.ring import Secret
from governance.pseudonym import cbc_mac, person_ids, record_ids

KEY, OTHER = Secret(bytes(range(32))), Secret(bytes(32))


def ids(values, key=KEY):
    """Record pseudonyms of a list of local ids."""
    return record_ids(pa.chunked_array([pa.array(values, pa.string())]), key, source="housing")


def mac_of(message, key):
    """CBC-MAC as the last block of AES-CBC with a zero IV: a second implementation."""
    cipher = Cipher(algorithms.AES256(key), modes.CBC(bytes(16))).encryptor()
    return cipher.update(message)[-16:]


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_cbc_mac_agrees_with_the_library(blocks):
    """The whole-array MAC is the textbook one, row by row."""
    rows = np.random.default_rng(1).integers(0, 2**63, (50, 2 * blocks), dtype=np.uint64)

    tags = cbc_mac(rows, KEY)

    assert [tag.tobytes() for tag in tags] == [mac_of(row.tobytes(), KEY.reveal()) for row in rows]


def test_a_record_id_is_the_mac_of_the_ids_digest():
    """Known answer, built from SHA-256 and AES-CBC by hand."""
    expected = np.frombuffer(mac_of(sha256(b"H-0042").digest(), KEY.reveal())[:8], np.int64)

    assert ids(["H-0042"]) == expected


def test_equal_ids_have_equal_pseudonyms_and_others_differ():
    """Equality is kept, and nothing else."""
    found = ids(["a", "b", "a", "1", "01"])

    assert found[0] == found[2]
    assert len(set(found.tolist())) == 4


def test_another_key_gives_unrelated_pseudonyms():
    """Sources cannot compare record ids with each other."""
    assert not set(ids(["a", "b"]).tolist()) & set(ids(["a", "b"], OTHER).tolist())


def test_no_rows_no_pseudonyms():
    """An empty file is not an error here."""
    assert len(ids([])) == 0
    assert len(record_ids(pa.chunked_array([], pa.string()), KEY, source="housing")) == 0
    assert person_ids(np.array([], np.int64), KEY, "abcde") == []


def test_two_ids_with_one_pseudonym_stop_the_run(monkeypatch):
    """A collision would merge two people; the message names no id."""
    monkeypatch.setattr(pseudonym, "cbc_mac", lambda blocks, key: np.zeros((len(blocks), 2), np.uint64))

    with pytest.raises(ExtractError) as error:
        ids(["SECRET-A", "SECRET-B"])

    assert error.value.code == "E-PSEUDONYM"
    assert "SECRET" not in str(error.value)


def test_person_ids_have_a_fixed_shape_and_name_their_key():
    """`p1_`, the key id, 26 characters; nothing of the record pseudonym shows."""
    [found] = person_ids(np.array([42], np.int64), KEY, "pzwhm")

    prefix, kid, opaque = found.split("_")
    assert (prefix, kid, len(opaque)) == ("p1", "pzwhm", 26)
    assert person_ids(np.array([42], np.int64), OTHER, "pzwhm") != [found]


def test_two_people_with_one_id_stop_the_run(monkeypatch):
    """A broken promise of ours is reported as such."""
    monkeypatch.setattr(pseudonym, "cbc_mac", lambda blocks, key: np.zeros((len(blocks), 2), np.uint64))

    with pytest.raises(InternalError, match="Person ids are not unique"):
        person_ids(np.array([1, 2], np.int64), KEY, "pzwhm")


def test_person_ids_are_base32_of_the_keyed_tag():
    """As Python's own base32 writes them, for every row and in order."""
    records = np.random.default_rng(3).integers(-(2**63), 2**63 - 1, 200)
    rows = np.column_stack([records.view(np.uint64), np.zeros(200, np.uint64)])
    tags = cbc_mac(rows, KEY)

    written = [base64.b32encode(tag.tobytes()).decode().lower()[:26] for tag in tags]

    assert person_ids(records, KEY, "abcde") == [f"p1_abcde_{text}" for text in written]
