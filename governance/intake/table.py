"""A delivered file as columns of text, nothing judged yet; rows and cells that cannot be read stand apart."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from governance.intake.reasons import Reason

_LONGEST_CELL = 1 << 20
"""Bytes. No field of a record is longer; a cell that is has swallowed its neighbours, or holds a document."""


@dataclass(frozen=True, slots=True)
class RowAside:
    """A row that cannot be used as it stands in the file."""

    row_no: int
    text: str
    reason: str = Reason.RAGGED_ROW


@dataclass(frozen=True, slots=True)
class RawTable:
    """A delivered file: columns by position, all text, rows numbered from 1 below the header."""

    header: list[str]
    columns: list[pa.ChunkedArray]
    row_no: NDArray[np.int64]
    aside: list[RowAside]
    spoilt: dict[int, pa.ChunkedArray] = field(default_factory=dict)
    """By position of the column, beside its rows: why the cell's value is lost, or null."""

    @property
    def rows_in(self) -> int:
        """Rows delivered, those set aside too."""
        return len(self.row_no) + len(self.aside)


def set_aside_unreadable(raw: RawTable) -> RawTable:
    """The same table without the rows that hold a NUL byte or an endless cell: those stand under ``aside``."""
    reasons: dict[int, Reason] = {}
    for column in raw.columns:
        reasons |= dict.fromkeys(_rows(pc.match_substring(column, "\x00")), Reason.NUL_BYTE)
    for column in raw.columns:
        reasons |= dict.fromkeys(_rows(pc.greater(pc.binary_length(column), _LONGEST_CELL)), Reason.CELL_TOO_LONG)
    if not reasons:
        return raw
    places = sorted(reasons)
    rows = [[column[place].as_py() or "" for column in raw.columns] for place in places]
    numbers = raw.row_no[places].tolist()
    lost = [
        RowAside(number, ",".join(cells), reasons[place])
        for number, cells, place in zip(numbers, rows, places, strict=True)
    ]
    stays = np.ones(len(raw.row_no), dtype=bool)
    stays[places] = False
    return RawTable(
        raw.header,
        [column.filter(pa.array(stays)) for column in raw.columns],
        raw.row_no[stays],
        sorted([*raw.aside, *lost], key=lambda row: row.row_no),
        {place: column.filter(pa.array(stays)) for place, column in raw.spoilt.items()},
    )


def _rows(found: pa.ChunkedArray) -> list[int]:
    """Where a column of flags is true; usually nowhere, so one look at the whole column comes first."""
    return np.flatnonzero(found.fill_null(False).to_numpy()).tolist() if pc.any(found).as_py() else []
