"""128-bit keyed sketches of names: comparable inside one block, noise outside it.

Each token of a name sets five bits of a Bloom filter, at positions drawn from AES-256 over the block's salt
and the token. Two sketches under one salt can be compared; under two salts they share nothing.
"""

import hmac
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from governance.keys.ring import Secret
from governance.pseudonym import encrypt_blocks
from linkage.values import length_prefixed, value_id

BITS_PER_TOKEN = 5
LENGTH_BANDS = (5, 7, 9, 12)
"""Token counts are filled up to the next of these, so that a sketch's weight tells only the band."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of distinct values: a column of the grid each, filled from the top."""

    grid: NDArray[np.uint64]
    """Shape (tokens of the last band, n); nought below a value's own count."""
    lengths: NDArray[np.int64]

    def of(self, value: int) -> list[int]:
        """The tokens of one value."""
        return [int(token) for token in self.grid[: self.lengths[value], value]]


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
    grid = np.zeros((LENGTH_BANDS[-1], len(rows)), np.uint64)
    for band in LENGTH_BANDS:
        there = np.flatnonzero(lengths == band)
        grid[:band, there] = np.array([rows[i] for i in there], np.uint64).reshape(-1, band).T
    return Tokens(grid, lengths)


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
    words = np.zeros((len(codes), 2), np.int64)
    counts = np.take(tokens.lengths, codes)
    for band in LENGTH_BANDS:  # views with as many tokens as each other fill one array
        there = np.flatnonzero(counts == band)
        found = np.take(tokens.grid[:band], codes[there], axis=1)
        words[there] = _bits(prf(np.broadcast_to(salt[there], found.shape), found, key))
    return words[:, 0], words[:, 1]


def _bits(drawn: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Bits of 128 set by drawn words, one column a view: shape (tokens, n) to (n, 2), low half first."""
    at = drawn.view(np.int64)
    found = np.take(_PAIR, at & 16383, axis=0)
    found |= np.take(_PAIR, (at >> 14) & 16383, axis=0)
    found |= np.take(_ONE, (at >> 28) & 127, axis=0)
    set_bits: NDArray[np.int64] = np.bitwise_or.reduce(found, axis=0)
    return set_bits


def _one_bit() -> NDArray[np.int64]:
    """The word pair of each of 128 positions."""
    pairs = np.zeros((128, 2), np.uint64)
    position = np.arange(128)
    pairs[position, position // 64] = np.uint64(1) << (position % 64).astype(np.uint64)
    return pairs.view(np.int64)


_ONE = _one_bit()
_PAIR = (_ONE[None, :] | _ONE[:, None]).reshape(-1, 2)
"""Both bits of two positions at once: 7 bits each, the first in the low ones. Five draws are two pairs and one."""


def prf(salt: NDArray[np.uint64], ids: NDArray[np.uint64], key: Secret) -> NDArray[np.uint64]:
    """First 64 bits of AES-256 over ``salt ‖ id``, a block each; both of one shape, which is the answer's too."""
    blocks = np.empty((*ids.shape, 2), np.uint64)
    blocks[..., 0], blocks[..., 1] = salt, ids
    return encrypt_blocks(blocks, key)[..., 0]
