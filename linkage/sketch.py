"""128-bit keyed sketches of names: comparable inside one block, noise outside it.

Each token of a name sets five bits of a Bloom filter, at positions drawn from AES-256 over the block's salt
and the token. Two sketches under one salt can be compared; under two salts they share nothing.
"""

import hmac
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from governance.keys import Secret
from linkage.values import length_prefixed, value_id

BITS_PER_TOKEN = 5
LENGTH_BANDS = (5, 7, 9, 12)
"""Token counts are filled up to the next of these, so that a sketch's weight tells only the band."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of distinct values, one after the other."""

    ids: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]


def bigrams(name: str) -> list[str]:
    """Distinct letter pairs of a name with its ends marked: ``_a an nn n_``. Repeats count once."""
    marked = f"_{name}_"
    return sorted({marked[i : i + 2] for i in range(len(marked) - 1)})


def name_tokens(values: list[str], *, id_key: Secret, pad_key: Secret) -> Tokens:
    """Tokens of distinct names, filled up to a length band or cut to the last.

    Fill is keyed by the value, the same in every source, so equal names stay equal. Names over the last band
    keep the tokens with the smallest keyed ids: the same choice for the same tokens.
    """
    key, pad = id_key.reveal(), pad_key.reveal()
    known: dict[str, int] = {}
    rows: list[list[int]] = []
    for value in values:  # distinct values only: thousands, not millions
        tokens = bigrams(value)
        ids = [known[t] if t in known else known.setdefault(t, value_id(key, "name_token", t)) for t in tokens]
        top = next((band for band in LENGTH_BANDS if len(ids) <= band), LENGTH_BANDS[-1])
        fill = (_filler(pad, value, i) for i in range(top - len(ids)))
        rows.append(sorted(ids)[:top] + list(fill))
    lengths = np.fromiter((len(row) for row in rows), np.int64, len(rows))
    flat = np.fromiter((token for row in rows for token in row), np.uint64, int(lengths.sum()))
    return Tokens(flat, np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.int64), lengths)


def _filler(pad_key: bytes, value: str, number: int) -> int:
    message = length_prefixed("name_filler", value, str(number))
    return int.from_bytes(hmac.digest(pad_key, message, "sha256")[:8], "little")


def sketch(
    tokens: Tokens, codes: NDArray[np.int64], salt: NDArray[np.uint64], key: Secret
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sketches of one name field.

    Args:
        tokens: Tokens of the distinct values.
        codes: Shape (n,): which distinct value each view holds.
        salt: Shape (n,): the salt of each view's block.
        key: The field's key.

    Returns:
        Two arrays (n,): low and high 64 bits.
    """
    if not len(codes):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    counts = tokens.lengths[codes]
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    where = np.repeat(tokens.offsets[codes] - starts, counts) + np.arange(counts.sum())
    bits = prf(np.repeat(salt, counts), tokens.ids[where], key)
    low, high = np.zeros_like(bits), np.zeros_like(bits)
    for draw in range(BITS_PER_TOKEN):
        position = (bits >> np.uint64(7 * draw)) & np.uint64(127)
        bit, upper = np.uint64(1) << (position & np.uint64(63)), position >> np.uint64(6)
        high |= bit * upper
        low |= bit * (np.uint64(1) - upper)
    return (
        np.bitwise_or.reduceat(low, starts).view(np.int64),
        np.bitwise_or.reduceat(high, starts).view(np.int64),
    )


def prf(salt: NDArray[np.uint64], ids: NDArray[np.uint64], key: Secret) -> NDArray[np.uint64]:
    """First 64 bits of AES-256 over ``salt ‖ id``, one block a row; shape (n,)."""
    blocks = np.column_stack([salt, ids])
    # One block a row and every row distinct input: ECB here is the bare block cipher, used as a PRF.
    encryptor = Cipher(algorithms.AES256(key.reveal()), modes.ECB()).encryptor()  # noqa: S305
    words: NDArray[np.uint64] = np.frombuffer(
        encryptor.update(blocks.reshape(-1).view(np.uint8).data), np.uint64
    ).reshape(-1, 2)[:, 0]
    return words
