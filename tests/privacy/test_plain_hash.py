"""Why keys: a plain hash of an NHS number is undone by hashing them all; ours cannot be, without the key."""

import hashlib
import time

import numpy as np
import pyarrow as pa

from governance.keys.files import Secret
from governance.pseudonym import record_ids
from tests.lib.toy import nhs_number

GUESSES = 200_000
"""Of 909 million: enough to time, all in the range that is kept for tests."""
MINUTES = 60
"""Generous: one core of the machine this was written on needs five, in plain Python. A graphics card needs less than a
second."""


def valid_numbers():
    """How many NHS numbers there are: nine free digits whose weighted sum does not ask for a check digit of ten."""
    counts = np.zeros(11, dtype=object)
    counts[0] = 1
    for weight in range(10, 1, -1):
        counts = sum(np.roll(counts, digit * weight % 11) for digit in range(10))
    return int(sum(counts[rest] for rest in range(11) if (11 - rest) % 11 != 10))


def guesses():
    """Numbers in order, as an intruder makes them: nothing is known of the person."""
    return [nhs_number(number) for number in range(GUESSES)]


def test_there_are_909_million_numbers():
    """The whole space of an intruder's dictionary."""
    assert round(valid_numbers() / 1e6) == 909


def test_a_plain_hash_is_undone_by_trying_all_numbers():
    """SHA-256, and a salt that the intruder knows changes nothing: one core in plain Python needs minutes."""
    person = nhs_number(GUESSES - 7)
    for salt in (b"", b"known to every recipient"):
        seen = hashlib.sha256(salt + person.encode()).digest()
        tried, begun = guesses(), time.process_time()
        found = [one for one in tried if hashlib.sha256(salt + one.encode()).digest() == seen]
        rate = GUESSES / (time.process_time() - begun)

        assert found == [person]
        assert valid_numbers() / rate < MINUTES * 60, f"{rate:,.0f} a second"


def test_ours_is_not_undone_without_the_key():
    """The same search against a keyed pseudonym finds nobody: under no hash, and under no key that is not the key."""
    person = nhs_number(GUESSES - 7)
    key = Secret(hashlib.sha256(b"known to custodians only").digest())
    seen = int(record_ids(pa.chunked_array([[person]]), key, source="x")[0])
    tried = pa.chunked_array([guesses()])
    for wrong in (bytes(32), bytes(range(32)), hashlib.sha256(b"northmoor").digest()):
        assert seen not in record_ids(tried, Secret(wrong), source="x")
    plain = b"".join(hashlib.sha256(one.encode()).digest() for one in guesses())
    assert seen not in np.frombuffer(plain, np.int64)

    assert guesses()[int(np.flatnonzero(record_ids(tried, key, source="x") == seen)[0])] == person  # with the key
