"""Excel workbooks (.xlsx) as text, as far as that is exact: what a spreadsheet lost is told, never made up.

openpyxl hands out rows of cells one by one; this is the one place that loops over them.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils.datetime import from_excel

from governance.intake.archive import check_archive
from governance.intake.decode import NotText
from governance.intake.header_row import ROWS_SEARCHED, header_place
from governance.intake.reasons import Reason
from governance.intake.table import RawTable, RowAside

_EXACT_BELOW = 10**15
"""Excel keeps 15 digits; of a longer number the rest are zeros that nobody typed."""
_SERIALS = range(2101, 73_051)
"""Days since 1900 that can only be days: 2,100 and less may be years, 73,051 is in 2100, eight digits are %Y%m%d."""
_ONLY_ZEROS = re.compile(r"0{2,}")

_Cell = tuple[str | None, Reason | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Which part of a workbook is meant."""

    name: str | None = None
    """None: the workbook has one sheet."""
    header_row: int | None = None
    expected: Sequence[str] = ()
    """Every column that has to be there."""
    dates: frozenset[str] = frozenset()
    """Columns in which a number is a day."""
    row_column: str = ""
    """Name of a further column that says in which row of the sheet each row stands; none if empty."""


@dataclass(slots=True)
class _Column:
    """One column while it is read."""

    is_date: bool
    texts: list[str | None] = field(default_factory=list)
    reasons: list[Reason | None] = field(default_factory=list)
    numbers: list[bool] = field(default_factory=list)
    """Whether the cell held a number, which has no leading zeros."""


def read_workbook(content: bytes, sheet: Sheet) -> RawTable:
    """A sheet's rows.

    Raises:
        NotText: It is no workbook, or the sheet cannot be told.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotText("is an old or password-protected Excel file.", "Ask for .xlsx without a password, or for CSV.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_archive(archive, len(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _damaged() from None
    try:
        # openpyxl warns of styles and dates it does not know, in words that may quote a cell.
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            return _read(_chosen(book, sheet), book.epoch, sheet)
    except (MemoryError, NotText):
        raise
    except Exception:  # openpyxl fails on damaged workbooks in as many ways as they can be damaged
        raise _damaged() from None


def _damaged() -> NotText:
    return NotText("is not an Excel workbook (.xlsx) that can be read.", "Ask the source to deliver it again.")


def _chosen(book: Any, sheet: Sheet) -> Any:
    if sheet.name is not None:
        if sheet.name in book.sheetnames:
            return book[sheet.name]
        raise NotText(f"has no sheet called {sheet.name}.", "Correct `sheet`, or ask the source.")
    if len(book.worksheets) != 1:
        raise NotText(f"has {len(book.worksheets)} sheets.", "Set `sheet` to the name of the one that is meant.")
    return book.worksheets[0]


def _read(worksheet: Any, epoch: datetime, sheet: Sheet) -> RawTable:
    worksheet.reset_dimensions()  # what the file says of its own size is often wrong
    rows = (row for row in worksheet.iter_rows() if any(cell.value is not None for cell in row))
    first = list(islice(rows, ROWS_SEARCHED))
    if not first:
        raise NotText("is empty.", "Ask the source to deliver it again.")
    names = [[str(cell.value or "") for cell in row] for row in first]
    place = _place(first, names, sheet)
    header = [name.strip() for name in names[place]]
    while header and not header[-1]:
        header.pop()
    columns = [_Column(name in sheet.dates) for name in header]
    places: list[str] = []
    aside = _fill(columns, _noted(chain(first[place + 1 :], rows), places), epoch)
    if sheet.row_column and not aside:
        header, columns = [*header, sheet.row_column], [*columns, _rows_column(places)]
    return _table(header, columns, aside)


def _noted(rows: Iterable[Any], places: list[str]) -> Iterator[Any]:
    """The same rows; where each stands on the sheet is added to ``places``."""
    for row in rows:
        places.append(str(next(cell.row for cell in row if cell.value is not None)))
        yield row


def _rows_column(places: list[str]) -> _Column:
    return _Column(False, list(places), [None] * len(places), [True] * len(places))


def _place(first: list[Any], names: list[list[str]], sheet: Sheet) -> int:
    """Where the header stands among the rows that are not empty; a setting counts the sheet's own rows."""
    if sheet.header_row is None:
        return header_place(names, sheet.expected, None)
    numbers = [next(cell.row for cell in row if cell.value is not None) for row in first]
    if sheet.header_row not in numbers:
        raise NotText(f"has no header in row {sheet.header_row}.", "Correct `header_row`.")
    return numbers.index(sheet.header_row)


def _fill(columns: list[_Column], rows: Iterable[Any], epoch: datetime) -> list[RowAside]:
    """Add every row to the columns, and return those that have cells beyond the header."""
    aside: list[RowAside] = []
    for number, row in enumerate(rows, 1):
        beyond = row[len(columns) :]
        if any(cell.value is not None for cell in beyond):
            texts = (_read_cell(cell, epoch, is_date=False)[0] or "" for cell in row)
            aside.append(RowAside(number, ",".join(texts)))
            continue
        for column, cell in zip(columns, _padded(row, len(columns)), strict=True):
            text, reason = _read_cell(cell, epoch, is_date=column.is_date) if cell is not None else (None, None)
            column.texts.append(text)
            column.reasons.append(reason)
            column.numbers.append(cell is not None and cell.data_type == "n" and text is not None)
    return aside


def _padded(row: Sequence[Any], width: int) -> Iterator[Any]:
    return islice(chain(row, iter(lambda: None, 0)), width)


def _read_cell(cell: Any, epoch: datetime, *, is_date: bool) -> _Cell:
    """A cell's text, or why it has none."""
    value = cell.value
    if cell.data_type == "f":
        return None, Reason.FORMULA_CELL
    if cell.data_type == "e":
        return None, Reason.CELL_ERROR
    if isinstance(value, bool):
        return str(value).lower(), None
    if isinstance(value, (int, float)):
        return _number(value, "" if value is None else cell.number_format, epoch, is_date=is_date)
    if isinstance(value, date):
        return _day(value), None
    return None if value is None else str(value), None


def _number(value: float, shown_as: str, epoch: datetime, *, is_date: bool) -> _Cell:
    if abs(value) >= _EXACT_BELOW:
        return None, Reason.NUMBER_ROUNDED
    if is_date and int(value) in _SERIALS:
        return _day(from_excel(value, epoch)), None
    if value != int(value):
        return repr(value), None
    text = str(int(value))
    return text.zfill(len(shown_as)) if _ONLY_ZEROS.fullmatch(shown_as) else text, None


def _day(value: date) -> str:
    """A midnight as its day; another moment with its time, which a `format` has to allow."""
    if isinstance(value, datetime) and value.time() != datetime.min.time():
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.strftime("%Y-%m-%d")


def _table(header: list[str], columns: list[_Column], aside: list[RowAside]) -> RawTable:
    for column in columns:
        _mark_lost_zeros(column)
    rows = len(columns[0].texts) if columns else 0
    numbers = np.delete(np.arange(1, rows + len(aside) + 1), [row.row_no - 1 for row in aside])
    spoilt = {
        place: pa.chunked_array([pa.array(column.reasons, pa.string())])
        for place, column in enumerate(columns)
        if any(column.reasons)
    }
    texts = [pa.chunked_array([pa.array(column.texts, pa.string())]) for column in columns]
    return RawTable(header, texts, numbers, aside, spoilt)


def _mark_lost_zeros(column: _Column) -> None:
    """Among texts such as 00123 a number such as 123 has lost its zeros, and how many it had cannot be known."""
    cells = list(zip(column.texts, column.numbers, strict=True))
    zeros = [len(text) for text, number in cells if text and not number and text.isdecimal() and text[0] == "0"]
    if not zeros or column.is_date:
        return
    for place, (text, number) in enumerate(cells):
        if number and text and len(text) < max(zeros):
            column.texts[place], column.reasons[place] = None, Reason.LEADING_ZERO_LOST
