"""Whether a probability means what it says: of pairs given about 0.8, about 80 in 100 should be true."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from governance.warehouse import connect, load_sql, load_table

BINS = 20
"""Each 0.05 wide: the table shows ten of 0.1, the error is taken over the ten from 0.5."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Scored pairs of about one probability."""

    low: float
    pairs: int
    predicted: float
    """Mean probability."""
    true: float
    """Share that is one person."""


def bins(scored: pa.Table, truth: pa.Table) -> tuple[Bin, ...]:
    """Bins of equal width; empty ones are left out.

    Args:
        scored: Scored pairs with ``probability``.
        truth: source, record_id, person.
    """
    con = connect()
    load_table(con, "scored", scored)
    load_table(con, "truth", truth)
    pairs: dict[str, Any] = con.execute(load_sql("linkage", "labelled_pair")).fetchnumpy()
    probability, is_true = pairs["probability"].astype(float), pairs["is_true"].astype(float)
    at = np.minimum((probability * BINS).astype(int), BINS - 1)
    count, predicted, true = (np.bincount(at, what, BINS) for what in (np.ones(len(at)), probability, is_true))
    return tuple(
        Bin(number / BINS, int(count[number]), predicted[number] / count[number], true[number] / count[number])
        for number in range(BINS)
        if count[number]
    )


def calibration_error(found: Sequence[Bin], lowest: float = 0.5) -> float:
    """Expected calibration error: by how much probability and truth differ, on average over pairs.

    Args:
        found: Bins.
        lowest: Only pairs of at least this probability count.
    """
    counted = [one for one in found if one.low >= lowest - 1e-9]
    pairs = sum(one.pairs for one in counted)
    return sum(one.pairs * abs(one.predicted - one.true) for one in counted) / pairs if pairs else 0.0


def tenths(found: Sequence[Bin]) -> list[Bin | None]:
    """Ten bins of 0.1; None where there are no pairs."""
    return [_joined([one for one in found if int(one.low * 10 + 1e-9) == tenth]) for tenth in range(10)]


def _joined(parts: Sequence[Bin]) -> Bin | None:
    pairs = sum(one.pairs for one in parts)
    if not pairs:
        return None
    predicted, true = (sum(one.pairs * getattr(one, what) for one in parts) / pairs for what in ("predicted", "true"))
    return Bin(min(one.low for one in parts), pairs, predicted, true)
