"""How likely two random records of two sources are one person: estimated from the weights, without labels.

Chance matches grow with the product of two sources' sizes, true ones with the smaller: one constant prior for all
source pairs would be wrong for most.
"""

from collections.abc import Mapping

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.warehouse import load_table

_ROUNDS = 200
_TOLERANCE_BITS = 1e-6


def estimate_priors(con: duckdb.DuckDBPyConnection) -> dict[tuple[int, int], float]:
    """Create table ``prior`` (source_l, source_r, bits): log2 odds of a match for each source pair.

    The maximum-likelihood share of matches given the weights: the share that equals the mean posterior. Pairs
    in no common block count as no match.

    Needs tables ``pattern``, ``pattern_weight``, ``record`` and ``source``.

    Returns:
        Expected number of matching pairs, by source pair (numbers).
    """
    sizes = dict(con.execute("SELECT source_no, count(*) FROM record GROUP BY source_no").fetchall())
    dedupe = [row[0] for row in con.execute("SELECT source_no FROM source WHERE NOT one_record_per_person").fetchall()]
    counted = con.execute(_WEIGHT_COUNTS).fetchall()
    pairs = [(a, b) for a in sorted(sizes) for b in sorted(sizes) if a < b or (a == b and a in dedupe)]
    bits, expected = [], {}
    for a, b in pairs:  # source pairs, not records
        rows = np.array([(w, n) for left, right, w, n in counted if (left, right) == (a, b)], float).reshape(-1, 2)
        possible = sizes[a] * sizes[b] if a != b else sizes[a] * (sizes[a] - 1) / 2
        prior, matches = _fit(rows[:, 0], rows[:, 1], possible, start=0.5 * min(sizes[a], sizes[b]))
        bits.append(prior)
        expected[a, b] = matches
    table = {"source_l": [a for a, _ in pairs], "source_r": [b for _, b in pairs], "bits": np.array(bits, float)}
    load_table(con, "prior", pa.table({**table, "source_l": pa.array(table["source_l"], pa.int8())}))
    return expected


def fixed_priors(con: duckdb.DuckDBPyConnection, priors: Mapping[str, float]) -> None:
    """Create table ``prior`` from what an earlier run found, by source pair ``a|b``."""
    numbers = {name: number for number, name in con.execute("SELECT source_no, source FROM source").fetchall()}
    known = [(*pair.split("|"), bits) for pair, bits in sorted(priors.items())]
    rows = [(numbers[a], numbers[b], bits) for a, b, bits in known if a in numbers and b in numbers]
    table = {
        "source_l": pa.array([a for a, _, _ in rows], pa.int8()),
        "source_r": pa.array([b for _, b, _ in rows], pa.int64()),
    }
    load_table(con, "prior", pa.table({**table, "bits": pa.array([bits for _, _, bits in rows], pa.float64())}))


def prior_bits(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Table ``prior`` by source pair ``a|b``, with the sources' names."""
    return dict(con.execute(_NAMED).fetchall())


_NAMED = """
SELECT source_l.source || '|' || source_r.source AS source_pair, prior.bits
FROM prior
INNER JOIN source AS source_l ON prior.source_l = source_l.source_no
INNER JOIN source AS source_r ON prior.source_r = source_r.source_no
ORDER BY source_pair
"""

_WEIGHT_COUNTS = """
SELECT record_l.source_no, record_r.source_no, pattern_weight.weight, count(*)
FROM pattern
INNER JOIN pattern_weight USING (pattern)
INNER JOIN record AS record_l ON pattern.record_l = record_l.record
INNER JOIN record AS record_r ON pattern.record_r = record_r.record
GROUP BY ALL
ORDER BY ALL
"""


def _fit(
    weights: NDArray[np.float64], counts: NDArray[np.float64], possible: float, *, start: float
) -> tuple[float, float]:
    """Prior in bits and expected matches, by fixed-point iteration; half a pair at the least."""
    matches = max(start, 0.5)
    prior = np.log2(matches / max(possible - matches, 1.0))
    for _ in range(_ROUNDS):
        posterior = 1 / (1 + np.exp2(-np.clip(weights + prior, -100, 100)))
        matches = max(float((counts * posterior).sum()), 0.5)
        new = np.log2(matches / max(possible - matches, 1.0))
        if abs(new - prior) < _TOLERANCE_BITS:
            break
        prior = new
    return round(float(prior), 6), matches
