"""Agreement patterns in words: in full, or coarser where too few pairs share one."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkage.comparisons import ALL, Comparison, Level

NOTHING = "nothing to compare"
AGREES, PARTLY, DIFFERS = "agrees", "agrees in part", "differs"


@dataclass(frozen=True, slots=True)
class Wording:
    """Every distinct pattern, as a reviewer sees it."""

    comparisons: tuple[Comparison, ...]
    patterns: NDArray[np.int64]
    """Shape (p,): pattern numbers, ascending."""
    full: list[tuple[str, ...]]
    coarse: list[tuple[str, ...]]
    """One text a comparison, by pattern: its level's label, or only whether it agrees."""

    def place(self, patterns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each pattern stands in the lists."""
        return np.searchsorted(self.patterns, patterns)


def wording(table: pa.Table) -> Wording:
    """Words for the patterns of a run.

    Args:
        table: ``agreement_pattern``: pattern, and a level for each comparison (null: nothing to compare).
    """
    table = table.sort_by("pattern")
    shown = tuple(c for c in ALL if c.name in table.column_names and table[c.name].null_count < table.num_rows)
    full = [[_label(c, value) for value in table[c.name].to_pylist()] for c in shown]
    coarse = [[_roughly(c, value) for value in table[c.name].to_pylist()] for c in shown]
    numbers = table["pattern"].to_numpy().astype(np.int64)
    rows = table.num_rows
    return Wording(shown, numbers, _by_pattern(full, rows), _by_pattern(coarse, rows))


def _by_pattern(columns: list[list[str]], rows: int) -> list[tuple[str, ...]]:
    return [tuple(column[row] for column in columns) for row in range(rows)]


def _level(comparison: Comparison, value: int) -> Level:
    return next(level for level in comparison.levels if level.value == value)


def _label(comparison: Comparison, value: int | None) -> str:
    return NOTHING if value is None else _level(comparison, value).label


def _roughly(comparison: Comparison, value: int | None) -> str:
    if value is None:
        return NOTHING
    label = _level(comparison, value).label
    if value == comparison.levels[0].value or label == "same" or label.startswith(("same,", "same (")):
        return AGREES
    return DIFFERS if label.startswith("different") else PARTLY


def codes(texts: list[tuple[str, ...]]) -> NDArray[np.int64]:
    """Shape (p,): equal where and only where the texts are."""
    known: dict[tuple[str, ...], int] = {}
    return np.array([known.setdefault(text, len(known)) for text in texts], np.int64)
