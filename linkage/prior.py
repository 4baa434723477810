"""How likely two random records of two sources are one person, or twins: estimated from the weights, without labels.

Chance matches grow with the product of two sources' sizes, true ones with the smaller: one constant prior for all
source pairs would be wrong for most.
"""

from collections.abc import Mapping

import duckdb
import numpy as np
import pyarrow as pa

from governance.warehouse import load_table
from linkage.kin import KINDS, SLIPS
from linkage.mixture import Floats, Patterns, as_bits, expected_shares, fit
from linkage.pooled import SourcePair, told_by_others

COLUMNS = ("bits", *KINDS, *SLIPS, *(f"not_{slip}" for slip in SLIPS))
"""Of table ``prior``, all in bits; see :func:`linkage.mixture.as_bits`."""

_UNCOUNTED = 0.001
"""Twins, and namesakes, for each true pair where no source could count them: less than there are, so that people whose
forename is written in two ways are not parted for it; pairs that differ in sex or number tell better."""

Priors = dict[str, dict[str, float]]
"""By source pair ``a|b`` the :data:`COLUMNS`."""


def estimate_priors(
    con: duckdb.DuckDBPyConnection, usual: Mapping[str, float], counted: Mapping[str, float]
) -> dict[tuple[int, int], float]:
    """Create table ``prior`` (source_l, source_r, and :data:`COLUMNS`): the shares of matches and of kin in bits.

    The maximum-likelihood shares given the weights (:mod:`linkage.mixture`), each source pair beginning with what the
    others tell (:mod:`linkage.pooled`). Pairs in no common block count as strangers.

    Needs tables ``pattern``, ``pattern_weight``, ``record`` and ``source``.

    Args:
        con: The linkage warehouse.
        usual: By slip, the share of true pairs that weights were made with (:func:`linkage.kin.usual_slips`).
        counted: By class of kin, pairs for each person as the sources counted them
            (:func:`linkage.chance.expected_kin`); missing where none could.

    Returns:
        Expected number of matching pairs, by source pair (numbers).
    """
    slips, kin = np.array([usual[slip] for slip in SLIPS]), np.array([counted.get(kind, _UNCOUNTED) for kind in KINDS])
    known = {"namesakes_counted": "namesakes" in counted}
    numbers, pairs = _source_pairs(con, kin, slips, **known)
    bits, expected = np.zeros((len(pairs), len(COLUMNS))), {}
    for place, (pair, told) in enumerate(zip(pairs, told_by_others(pairs, slips, **known), strict=True)):
        worth = told.renaming_worth
        shares = fit(pair.patterns, pair.possible, slips, told.start, renaming_worth=worth, **known)
        bits[place] = np.round(as_bits(shares, pair.possible, slips), 6)
        expected[numbers[place]] = shares.matches
    _load_prior(con, numbers, bits)
    return expected


def _source_pairs(
    con: duckdb.DuckDBPyConnection, kin: Floats, slips: Floats, *, namesakes_counted: bool
) -> tuple[list[tuple[int, int]], list[SourcePair]]:
    """Numbers of every two sources that may share people, and what is known of them.

    A source is with itself only if it may hold a person twice.
    """
    sizes = dict(con.execute("SELECT source_no, count(*) FROM record GROUP BY source_no ORDER BY source_no").fetchall())
    dedupe = [row[0] for row in con.execute("SELECT source_no FROM source WHERE NOT one_record_per_person").fetchall()]
    numbers = [(a, b) for a in sizes for b in sizes if a < b or (a == b and a in dedupe)]
    rows: dict[tuple[int, int], list[list[float]]] = {pair: [] for pair in numbers}
    for a, b, *row in con.execute(_PATTERN_COUNTS).fetchall():  # patterns, not pairs of records
        rows[a, b].append(row)
    places, pairs = {number: place for place, number in enumerate(sizes)}, []
    for a, b in numbers:
        possible = sizes[a] * sizes[b] if a != b else sizes[a] * (sizes[a] - 1) / 2
        start = expected_shares(0.5 * min(sizes[a], sizes[b]), kin, slips, namesakes_counted=namesakes_counted)
        patterns = _patterns(np.array(rows[a, b], float).reshape(-1, 6))
        pairs.append(SourcePair((places[a], places[b]), patterns, possible, start))
    return numbers, pairs


def _patterns(rows: Floats) -> Patterns:
    """From rows of ``_PATTERN_COUNTS`` without their sources."""
    return Patterns(weight=rows[:, 0], kin_bits=rows[:, 1:3], slips=rows[:, 3:5], pairs=rows[:, 5])


def fixed_priors(con: duckdb.DuckDBPyConnection, priors: Mapping[str, Mapping[str, float]]) -> None:
    """Create table ``prior`` from what an earlier run found, by source pair ``a|b``."""
    numbers = {name: number for number, name in con.execute("SELECT source_no, source FROM source").fetchall()}
    rows = []
    for pair, found in sorted(priors.items()):  # source pairs, not records
        a, b = pair.split("|")
        if a in numbers and b in numbers:
            rows.append((numbers[a], numbers[b], [found[name] for name in COLUMNS]))
    bits = np.array([found for *_, found in rows], np.float64).reshape(-1, len(COLUMNS))
    _load_prior(con, [(a, b) for a, b, _ in rows], bits)


def prior_bits(con: duckdb.DuckDBPyConnection) -> Priors:
    """Table ``prior`` by source pair ``a|b``, with the sources' names."""
    return {pair: dict(zip(COLUMNS, bits, strict=True)) for pair, *bits in con.execute(_NAMED).fetchall()}


def _load_prior(con: duckdb.DuckDBPyConnection, pairs: list[tuple[int, int]], bits: Floats) -> None:
    sides = {
        "source_l": pa.array([a for a, _ in pairs], pa.int8()),
        "source_r": pa.array([b for _, b in pairs], pa.int64()),
    }
    load_table(con, "prior", pa.table(sides | {name: bits[:, at] for at, name in enumerate(COLUMNS)}))


_NAMED = f"""
SELECT source_l.source || '|' || source_r.source AS source_pair, {", ".join(f"prior.{name}" for name in COLUMNS)}
FROM prior
INNER JOIN source AS source_l ON prior.source_l = source_l.source_no
INNER JOIN source AS source_r ON prior.source_r = source_r.source_no
ORDER BY source_pair
"""

_PATTERN_COUNTS = """
SELECT record_l.source_no, record_r.source_no, weight, twins_bits, namesakes_bits, renamed::INT, redated::INT, count(*)
FROM pattern
INNER JOIN pattern_weight USING (pattern)
INNER JOIN record AS record_l ON pattern.record_l = record_l.record
INNER JOIN record AS record_r ON pattern.record_r = record_r.record
GROUP BY ALL
ORDER BY ALL
"""
