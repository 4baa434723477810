"""Keyed pseudonyms of ids: whole arrays at a time, one way, the same every time under the same key.

Ids vary in length, so each distinct id is hashed (SHA-256, length is then fixed) and the digest goes through
an AES-256 CBC-MAC. The hash alone would be reversible by enumeration; the secret is in the MAC.
"""

from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from governance.errors import ExtractError, InternalError
from governance.keys.ring import Secret

_BLOCK_BYTES = 16


def cbc_mac(blocks: NDArray[np.uint64], key: Secret) -> NDArray[np.uint64]:
    """AES-256 CBC-MAC of rows of equal length.

    Args:
        blocks: Shape (n, 2·m): m AES blocks a row, two 64-bit words each. All rows have the same m, which is
            what makes CBC-MAC a PRF.
        key: 256-bit key used for rows of this one shape and purpose.

    Returns:
        Shape (n, 2): the 128-bit tags.
    """
    state = np.zeros((len(blocks), 2), np.uint64)
    for start in range(0, blocks.shape[1], 2):
        state = encrypt_blocks(state ^ blocks[:, start : start + 2], key)
    return state


def encrypt_blocks(blocks: NDArray[np.uint64], key: Secret) -> NDArray[np.uint64]:
    """AES-256 of each block by itself: the bare cipher, from which others build a PRF or a MAC.

    Args:
        blocks: Shape (…, 2): two 64-bit words a block.
        key: 256 bits.

    Returns:
        The same shape.
    """
    aes = Cipher(algorithms.AES256(key.reveal()), modes.ECB()).encryptor()  # noqa: S305 - no message is encrypted
    plain = np.ascontiguousarray(blocks).reshape(-1).view(np.uint8)
    out = np.empty(plain.nbytes + _BLOCK_BYTES - 1, np.uint8)  # update_into asks for room to spare
    aes.update_into(plain.data, out.data)
    found: NDArray[np.uint64] = out[: plain.nbytes].view(np.uint64).reshape(blocks.shape)
    return found


def record_ids(local_ids: pa.ChunkedArray, key: Secret, *, source: str) -> NDArray[np.int64]:
    """Pseudonyms of a source's own record ids.

    Args:
        local_ids: Text, no nulls; the same id may stand in many rows.
        key: The source's record key.
        source: Named in the error only.

    Returns:
        Shape (n,) int64, equal where and only where the ids are equal.

    Raises:
        ExtractError: Two different ids got one pseudonym (chance n²/2⁶⁵).
    """
    encoded = pc.dictionary_encode(local_ids.combine_chunks())
    digests = b"".join(sha256(value.encode()).digest() for value in encoded.dictionary.to_pylist())
    tags = cbc_mac(np.frombuffer(digests, np.uint64).reshape(-1, 4), key)[:, 0].view(np.int64)
    if len(np.unique(tags)) != len(tags):
        raise ExtractError(
            f"{source}: two record ids got the same pseudonym.",
            why="They would be taken for one person.",
            fix="Start a new epoch in project.yaml (linkage.epoch), which draws new keys.",
            code="E-PSEUDONYM",
        )
    found: NDArray[np.int64] = tags[encoded.indices.to_numpy()]
    return found


_BASE32 = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)


def person_ids(smallest_record: NDArray[np.int64], key: Secret, kid: str) -> list[str]:
    """Opaque person ids ``p1_<kid>_<26 base32 characters>`` from each person's birth record pseudonym.

    Args:
        smallest_record: Shape (n,): per person, the smallest record pseudonym when the person was first seen.
        key: The linkage zone's person key.
        kid: Five characters that name the key, so that a join across keys is seen to be wrong.
    """
    rows = np.zeros((len(smallest_record), 2), np.uint64)
    rows[:, 0] = smallest_record.view(np.uint64)
    ids = _lettered(f"p1_{kid}_", cbc_mac(rows, key))
    if len(set(ids)) != len(np.unique(smallest_record)):
        raise InternalError(
            "Person ids are not unique.",
            why="Two people would be counted as one.",
            fix="Report this; nothing was written.",
            code="E-PSEUDONYM",
        )
    return ids


def noise_numbers(person_ids: pa.StringArray, key: Secret) -> NDArray[np.uint32]:
    """A number of 32 bits for each person, from which the cell keys of released counts are summed.

    Args:
        person_ids: Shape (n,): no nulls. Ids of people are of one length.
        key: The release key.

    Returns:
        Shape (n,): equal for equal ids, and random to whoever lacks the key.
    """
    width = max(pc.max(pc.binary_length(person_ids)).as_py() or 0, 1)
    words = 2 * -(-width // _BLOCK_BYTES)
    # The length is part of the key, so ids that differ in length only cannot be confused by the filling.
    padded = np.array(person_ids.to_pylist(), dtype=f"S{words * 8}").view(np.uint64).reshape(-1, words)
    tags = cbc_mac(padded, key.subkey("noise", str(words)))
    found: NDArray[np.uint32] = tags[:, 0].astype(np.uint32)
    return found


def _lettered(prefix: str, tags: NDArray[np.uint64]) -> list[str]:
    """Each row of 128 bits as 26 characters of base32 (RFC 4648, lower case) behind a prefix; no loop over rows."""
    bits = np.zeros((len(tags), 130), np.uint8)
    bits[:, :128] = np.unpackbits(np.ascontiguousarray(tags).view(np.uint8).reshape(-1, _BLOCK_BYTES), axis=1)
    five = bits.reshape(-1, 26, 5) @ np.array([16, 8, 4, 2, 1], np.uint8)
    head = np.frombuffer(prefix.encode("ascii"), np.uint8)
    letters = np.empty((len(tags), len(head) + 26), np.uint8)
    letters[:, : len(head)], letters[:, len(head) :] = head, _BASE32[five]
    ids: list[str] = letters.view(f"S{letters.shape[1]}").ravel().astype(str).tolist()
    return ids
