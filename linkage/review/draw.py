"""Which pairs are looked at: drawn by a keyed order from every source pair and weight band."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from governance.keys.ring import Secret
from governance.pseudonym import cbc_mac
from linkage.review.bands import band_edges, band_words

_DIGITS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)
_ID_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Frame:
    """Every scored pair, sorted into strata: one source pair and one weight band each."""

    stratum: NDArray[np.int64]
    """Shape (n,): position in ``strata``."""
    strata: pa.Table
    """stratum, source_l, source_r, band (in words), low (bits; null for the lowest), joined, size."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The pairs to look at."""

    rows: NDArray[np.int64]
    """Shape (d,): positions among the scored pairs."""
    items: list[str]
    """A random-looking id for each, of this draw only."""


def frame(scored: pa.Table, threshold: float) -> Frame:
    """Sort scored pairs into strata.

    Args:
        scored: source_l, source_r, weight, …
        threshold: The run's threshold probability: no band lies on both sides of it.
    """
    edges = band_edges(threshold)
    sources = sorted({*scored["source_l"].unique().to_pylist(), *scored["source_r"].unique().to_pylist()})
    names = pa.array(sources, pa.string())
    left, right = (pc.index_in(scored[f"source_{side}"], names).to_numpy().astype(np.int64) for side in ("l", "r"))
    band = np.digitize(scored["weight"].to_numpy(), edges).astype(np.int64)
    code = (left * len(sources) + right) * (len(edges) + 1) + band
    found, stratum, size = np.unique(code, return_inverse=True, return_counts=True)
    bands, pairs = found % (len(edges) + 1), found // (len(edges) + 1)
    words, threshold_band = band_words(edges), int(np.digitize(np.log2(threshold / (1 - threshold)), edges))
    columns = {
        "stratum": pa.array(np.arange(len(found)), pa.int64()),
        "source_l": [sources[n] for n in (pairs // len(sources) if len(sources) else pairs)],
        "source_r": [sources[n] for n in (pairs % len(sources) if len(sources) else pairs)],
        "band": [words[n] for n in bands],
        "low": [edges[n - 1] if n else None for n in bands],
        "joined": pa.array(bands >= threshold_band),
        "size": pa.array(size, pa.int64()),
    }
    schema = pa.schema(
        [
            ("stratum", pa.int64()),
            ("source_l", pa.string()),
            ("source_r", pa.string()),
            ("band", pa.string()),
            ("low", pa.float64()),
            ("joined", pa.bool_()),
            ("size", pa.int64()),
        ]
    )
    return Frame(stratum, pa.table(columns, schema=schema))


def draw(scored: pa.Table, framed: Frame, key: Secret, pairs: int) -> Drawn:
    """Draw pairs: up to ``pairs`` across sources, and as many inside each source, spread over their strata.

    Args:
        scored: record_id_l, record_id_r, … as given to :func:`frame`.
        framed: What that gave.
        key: Of this draw. Nobody without it can tell which pairs are drawn, or undo an item's id.
        pairs: How many a list holds at most.
    """
    ids = np.column_stack([scored["record_id_l"].to_numpy(), scored["record_id_r"].to_numpy()]).astype(np.int64)
    tags = cbc_mac(ids.view(np.uint64), key)
    order = np.lexsort((tags[:, 0], framed.stratum))
    sorted_strata = framed.stratum[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_strata, sorted_strata)
    rows = order[rank < _wanted(framed.strata, pairs)[sorted_strata]]
    # The order uses one word of the tag and the id the other: an id tells nothing of its place in the order.
    return Drawn(rows, _words(tags[rows, 1]))


def _wanted(strata: pa.Table, pairs: int) -> NDArray[np.int64]:
    """How many of each stratum."""
    left, right = strata["source_l"].to_pylist(), strata["source_r"].to_pylist()
    lists = np.array([one if one == other else "" for one, other in zip(left, right, strict=True)], object)
    sizes, wanted = strata["size"].to_numpy(), np.zeros(strata.num_rows, np.int64)
    for name in sorted(set(lists)):
        own = lists == name
        wanted[own] = allocate(sizes[own], pairs)
    return wanted


def allocate(sizes: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Share ``total`` by the square root of the sizes, one to each stratum first while there is enough.

    Between equal shares, which tell most of each stratum, and proportional ones, which tell most of them together.
    """
    total = min(total, int(sizes.sum()))
    given = np.minimum(sizes, 1) if total >= len(sizes) else np.zeros_like(sizes)
    while (left := total - int(given.sum())) > 0:
        room = sizes - given
        wish = np.where(room > 0, np.sqrt(sizes), 0.0)
        wish *= left / wish.sum()
        more = np.minimum(np.floor(wish).astype(np.int64), room)
        if not more.any():
            more[np.argsort(-wish, kind="stable")[:left]] = 1
        given = given + np.minimum(more, room)
    return given


def _words(numbers: NDArray[np.uint64]) -> list[str]:
    """Each number as twelve base-32 digits, after an `r` for records."""
    shifts = np.arange(_ID_DIGITS, dtype=np.uint64) * np.uint64(5)
    digits = _DIGITS[((numbers[:, None] >> shifts) & np.uint64(31)).astype(np.int64)]
    return [f"r{row.tobytes().decode()}" for row in digits]
