"""Bit patterns: which bits letter pairs set, learnt from frequent names, and read in the others."""

import hmac
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.blocks import views_of
from linkage.encode import EncodingKeys
from linkage.sketch import bigrams, name_tokens, sketch
from tests.lib.attacks.people import OURS
from tests.lib.linkage import LINKAGE, found_in, keys_for

_BITS = 1024
_ROUNDS = 12


def pattern_attack(people: list[dict[str, Any]]) -> tuple[float, float]:
    """Share of people whose surname is read: from classical filters (the control), and from joinedup's sketches.

    Names that alone have their frequency give the first readings. Bits that all names with a letter pair have set are
    taken for that pair's, and every filter is then read as the name of its frequency whose pairs explain it best; the
    clearest readings teach the next round.
    """
    keys = keys_for(LINKAGE, OURS)
    _, found = found_in(people, keys)
    first = found.variant == 0
    rule = next(rule for rule in LINKAGE.rules if rule.id == "dob_postcode")
    views = views_of(rule, found, block_key=keys.block, salt_key=keys.salt)
    salt = np.zeros(len(first), np.uint64)
    salt[views.rows] = views.salt
    names = [row["surname"].lower() for row in sorted(people, key=lambda row: row["record_id"])]
    classical = _bloom_filters(names)
    salted = _sketches(found, keys, salt)[first]
    return _read(classical, names), _read(
        np.unpackbits(salted.view(np.uint8).reshape(len(names), 16), axis=1).astype(bool), names
    )


def _bloom_filters(names: list[str]) -> NDArray[np.bool_]:
    """A classical field encoding: 1,024 bits, ten for each letter pair, keyed, the same in every record."""
    found = np.zeros((len(names), _BITS), bool)
    for number, name in enumerate(names):
        for pair in bigrams(name):
            digest = hmac.digest(OURS.subkey("surname").reveal(), pair.encode(), "sha512")
            found[number, np.frombuffer(digest, np.uint16)[:10] % _BITS] = True
    return found


def _sketches(found: Any, keys: EncodingKeys, salt: NDArray[np.uint64]) -> NDArray[np.uint64]:
    coded = found.coded("surname")
    tokens = name_tokens(coded.values, id_key=keys.ids, pad_key=keys.pad)
    return np.column_stack(sketch(tokens, coded.codes, salt, keys.surname)).view(np.uint64)


def _read(sketches: NDArray[np.bool_], names: list[str]) -> float:
    """Share of sketches whose name is read rightly, if their names are known as a list with counts."""
    bits, inverse, counts = np.unique(sketches, axis=0, return_inverse=True, return_counts=True)
    listed = [name for name, _ in sorted(Counter(names).items(), key=lambda one: (-one[1], one[0]))]
    how_often = np.array([Counter(names)[name] for name in listed])
    pairs = sorted({pair for name in listed for pair in bigrams(name)})
    has = np.array([[pair in set(bigrams(name)) for pair in pairs] for name in listed])
    # The attacker knows the population: names and sketches that alone have their count belong together.
    fits = counts[:, None] == how_often[None, :]
    alone = (fits.sum(axis=1) == 1) & ((counts[:, None] == counts[None, :]).sum(axis=1) == 1)
    guess = np.where(alone, fits.argmax(axis=1), -1)
    for turn in range(_ROUNDS):
        score = _score(bits, has, guess) - 10.0 * ~fits
        best = score.argmax(axis=1)
        top = np.partition(score, -2, axis=1)[:, -2:]
        clear = np.argsort(-(top[:, 1] - top[:, 0]))[: max(int(alone.sum()), len(bits) * (turn + 1) // _ROUNDS)]
        guess = np.full(len(bits), -1)
        guess[clear] = best[clear]
    said = np.array(listed, object)[best][inverse.reshape(-1)]
    return float((said == np.array(names, object)).mean())


def _score(bits: NDArray[np.bool_], has: NDArray[np.bool_], guess: NDArray[np.int64]) -> NDArray[np.float64]:
    """How well each name's letter pairs explain each sketch: log likelihood over bits, shape (sketches, names)."""
    read = np.flatnonzero(guess >= 0)
    held = has[guess[read]].astype(float)
    set_by = (held.T @ bits[read]) / np.maximum(held.sum(axis=0)[:, None], 1)
    known = np.minimum(held.sum(axis=0), 3)[:, None] / 3
    base = bits.mean(axis=0)[None, :]
    # A bit that every name with the pair has set is the pair's own, as far as it exceeds the common rate.
    own = np.clip((set_by - base) / np.maximum(1 - base, 1e-6), 0, 0.98) ** 2 * known
    dark = has.astype(float) @ np.log1p(-own)
    likely = np.clip(1 - np.exp(dark) * (1 - 0.15), 0.02, 0.98)
    found: NDArray[np.float64] = (
        bits.astype(float) @ np.log(likely).T + (~bits).astype(float) @ np.log1p(-likely).T
    ) / bits.shape[1]
    return found
