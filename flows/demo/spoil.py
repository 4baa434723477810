"""What goes wrong between a service's system and the file it sends: rows twice, without an id, torn, undated."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo.draws import Mask, Rng, happens


def with_repeats(rng: Rng, table: pa.Table, *, share: float) -> pa.Table:
    """Some rows delivered twice, the second right after the first."""
    return _doubled(table, happens(rng, share, table.num_rows))


def with_contradictions(rng: Rng, table: pa.Table, column: str, *, share: float) -> tuple[pa.Table, Mask]:
    """Some people delivered twice with different values in one column, as when a history leaks into a register.

    Returns:
        The table, and per row as it was whether it is contradicted now.
    """
    hit = happens(rng, share, table.num_rows) if table.num_rows > 1 else np.zeros(table.num_rows, bool)
    doubled = _doubled(table, hit)
    first = np.repeat(np.arange(table.num_rows), 1 + hit)
    second = np.r_[False, first[1:] == first[:-1]]
    other = table[column].combine_chunks().take(pa.array((first + 1) % max(1, table.num_rows)))
    # The neighbour's value may be the same by chance; then the row is a plain repeat, which does no harm either.
    return _replaced(doubled, column, second, other), hit


def without_ids(rng: Rng, table: pa.Table, column: str, *, share: float) -> pa.Table:
    """Some rows with nothing that ties them to a person."""
    return _replaced(table, column, happens(rng, share, table.num_rows), pa.scalar(None, pa.string()))


def with_strays(rng: Rng, table: pa.Table, column: str, *, share: float) -> pa.Table:
    """Some rows with the id of somebody who is not in the people file."""
    return _replaced(table, column, happens(rng, share, table.num_rows), pa.scalar("0"))


def with_bad_dates(rng: Rng, table: pa.Table, column: str, text: str, *, share: float) -> pa.Table:
    """Some rows with a text that is no date."""
    return _replaced(table, column, happens(rng, share, table.num_rows), pa.scalar(text))


def torn_lines(rng: Rng, rows: int, *, share: float) -> tuple[int, ...]:
    """Rows (from 0) that get a cell too many, as when somebody types the delimiter into a note."""
    return tuple(np.flatnonzero(happens(rng, share, rows)).tolist())


def _doubled(table: pa.Table, hit: Mask) -> pa.Table:
    return table.take(pa.array(np.repeat(np.arange(table.num_rows), 1 + hit)))


def _replaced(table: pa.Table, column: str, hit: NDArray[np.bool_], value: pa.Array | pa.Scalar) -> pa.Table:
    changed = pc.if_else(pa.array(hit), value, table[column].combine_chunks())
    return table.set_column(table.column_names.index(column), column, changed)
