"""A delivered file as columns of text, nothing judged yet; rows and cells that cannot be read stand apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from governance.intake.decode import NotText
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


def joined(parts: Sequence[RawTable]) -> RawTable:
    """Parts of one delivery below each other, in the first one's order of columns; rows are numbered through.

    Raises:
        NotText: A part has other columns than the first.
    """
    if len(parts) == 1:
        return parts[0]
    header = parts[0].header
    for number, part in enumerate(parts, 1):
        if sorted(part.header) != sorted(header):
            what = f"part {number} of {len(parts)} has another header than part 1."
            raise NotText(what, "Ask the source for files of one kind, or list them as two files.")
    starts = np.cumsum([0, *(part.rows_in for part in parts)]).tolist()
    places = [[part.header.index(name) for name in header] for part in parts]
    columns = [
        _below_each_other([part.columns[at[n]] for part, at in zip(parts, places, strict=True)])
        for n in range(len(header))
    ]
    return RawTable(
        header,
        columns,
        np.concatenate([part.row_no + start for part, start in zip(parts, starts, strict=False)]),
        [
            RowAside(row.row_no + start, row.text, row.reason)
            for part, start in zip(parts, starts, strict=False)
            for row in part.aside
        ],
        _joined_reasons(parts, places),
    )


def _joined_reasons(parts: Sequence[RawTable], places: list[list[int]]) -> dict[int, pa.ChunkedArray]:
    found: dict[int, pa.ChunkedArray] = {}
    for n in range(len(places[0])):
        pieces = [
            part.spoilt.get(at[n], pa.chunked_array([pa.nulls(len(part.row_no), pa.string())]))
            for part, at in zip(parts, places, strict=True)
        ]
        if any(piece.null_count < len(piece) for piece in pieces):
            found[n] = _below_each_other(pieces)
    return found


def _below_each_other(pieces: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    return pa.chunked_array([chunk for piece in pieces for chunk in piece.chunks], pa.string())


def _rows(found: pa.ChunkedArray) -> list[int]:
    """Where a column of flags is true; usually nowhere, so one look at the whole column comes first."""
    return np.flatnonzero(found.fill_null(False).to_numpy()).tolist() if pc.any(found).as_py() else []
