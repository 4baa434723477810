"""Every matching attack on one population: on joinedup's views, and in the same run on encodings that must fall."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tests.lib.attacks.graph import across_blocks, dice, frequency_attack, match_graphs, view_similarity
from tests.lib.attacks.people import OURS, THEIRS, record_filters, views

_FIELDS = ("forename", "surname", "date_of_birth", "postcode", "sex")


@dataclass(frozen=True, slots=True)
class Result:
    """Shares of people re-identified."""

    graph_control: float
    """Similarity graph of classical record filters (CLK)."""
    graph: float
    """Similarity graph of joinedup's views: shared blocks, and likeness of names inside them."""
    graph_ignoring_salt: float
    """Likeness of sketches whatever their block."""
    frequency_control: float
    """Frequencies of keyed codes, one a field, the same everywhere."""
    frequency: float
    """Frequencies of block codes under the rules that ship."""


def attack_all(people: list[dict[str, Any]], seed: int = 3) -> Result:
    """Match people known in clear with their encodings, which were made under another key and shuffled.

    Args:
        people: All of them; ``record_id`` counts from 1.
        seed: Of the shuffling.
    """
    order = np.random.default_rng(seed).permutation(len(people))
    shuffled, ids = [people[n] for n in order], np.arange(1, len(people) + 1)
    known, seen = views(people, THEIRS), views(people, OURS)

    def right(found: NDArray[np.int64]) -> float:
        return round(float((found == order).mean()), 4)

    def both(make: Any) -> tuple[Any, Any]:
        return make(known), make(seen)[np.ix_(order, order)]

    return Result(
        graph_control=right(match_graphs(dice(record_filters(people, THEIRS)), dice(record_filters(shuffled, OURS)))),
        graph=right(match_graphs(*both(lambda table: view_similarity(table, ids)))),
        graph_ignoring_salt=right(match_graphs(*both(lambda table: across_blocks(table, ids, 0)))),
        frequency_control=right(frequency_attack(_field_codes(people, b"a"), _field_codes(shuffled, b"b"))),
        frequency=right(frequency_attack(_block_codes(known, ids), _block_codes(seen, ids)[order])),
    )


def _field_codes(people: list[dict[str, Any]], key: bytes) -> NDArray[np.int64]:
    """A keyed code for each field, equal wherever the value is."""

    def code(field: str, value: object) -> int:
        return int.from_bytes(sha256(key + f"{field}={value}".encode()).digest()[:7])

    return np.array([[code(field, row[field]) for field in _FIELDS] for row in people], np.int64)


def _block_codes(table: pa.Table, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    rules = table["rule"].to_numpy()
    codes = np.zeros((len(ids), int(rules.max()) + 1), np.int64)
    codes[table["record_id"].to_numpy() - 1, rules] = table["block"].to_numpy()
    return codes
