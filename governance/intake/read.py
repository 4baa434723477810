"""Files as delivered: a header and rows of text, nothing judged yet.

Every file is parsed from memory by pyarrow: it names the rows whose cells do not fit the header, and nothing
touches a disk. What pyarrow says about a file would quote it, so its words are never passed on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from governance.intake.decode import NotText, to_utf8
from governance.intake.header_row import below_titles
from governance.intake.table import RawTable, RowAside

_MAX_COLUMNS = 4096
_BLOCK_BYTES = 1 << 26
"""A row may not be longer than this; it also keeps row numbers right while memory stays bounded."""
_STAND_INS = ("\x1f", "\x1e")
_LONDON = "Europe/London"
_END = "joinedup-end-of-file"
_EXACT_BELOW = {"halffloat": 2.0**11, "float": 2.0**24, "double": 2.0**53}
"""Up to here each type of fraction holds every whole number."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is written."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'


def read_csv(
    content: bytes, dialect: Dialect, *, expected: Sequence[str] = (), header_row: int | None = None
) -> RawTable:
    """Parse a text file.

    Args:
        content: The file.
        dialect: How it is written.
        expected: Columns that only a header names: rows above one that names all are titles.
        header_row: The line of the header, from 1, where it is known.

    Raises:
        NotText: It cannot be read in this dialect; the fault says why.
    """
    text = to_utf8(content, dialect.encoding)
    if expected or header_row:
        text = below_titles(text, dialect.delimiter, dialect.quote, expected=expected, header_row=header_row)
    if not text or text.isspace():
        raise NotText("is empty.", "Ask the source to deliver it again.")
    marks = _ascii_marks(dialect)
    for mark, stand_in in marks.items():
        if mark != stand_in:
            text = text.replace(stand_in.encode(), b" ").replace(mark.encode(), stand_in.encode())
    delimiter, quote = marks[dialect.delimiter], marks[dialect.quote]
    ragged: list[RowAside] = []

    def keep_aside(row: pa_csv.InvalidRow) -> str:
        ragged.append(RowAside(row.number - 1, row.text))  # the header is the parser's row 1
        return "skip"

    # A row of our own closes the file, too wide to fit: if it is not the last one set aside, an open quote
    # swallowed it and the rows before it.
    end = _END + delimiter * _MAX_COLUMNS
    table = _parse(text + b"\n" + end.encode(), delimiter, quote, keep_aside)
    if not ragged or ragged.pop().text.strip() != end.strip():
        raise _open_quote()
    header = [column[0].as_py().strip() for column in table.columns]
    rows = table.slice(1)
    aside = [row.row_no - 1 for row in ragged]
    numbers = np.delete(np.arange(1, rows.num_rows + len(ragged) + 1), aside)
    return RawTable(header, [_marks_back(column, marks) for column in rows.columns], numbers, ragged)


def _parse(text: bytes, delimiter: str, quote: str, ragged: Callable[[pa_csv.InvalidRow], str]) -> pa.Table:
    """Every row, the header too, as text; the first row says how many cells there are."""
    try:
        return pa_csv.read_csv(
            pa.BufferReader(text),
            # One thread: only then does the parser know row numbers.
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES, autogenerate_column_names=True),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                quote_char=quote or False,
                double_quote=bool(quote),
                newlines_in_values=True,
                invalid_row_handler=ragged,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={f"f{i}": pa.string() for i in range(_MAX_COLUMNS)}, strings_can_be_null=False
            ),
        )
    except MemoryError:  # pyarrow's is one of its own exceptions, too
        raise
    except pa.ArrowException:
        raise _open_quote() from None


def _open_quote() -> NotText:
    return NotText(
        "has a quote that is opened and never closed: the rows after it cannot be told apart.",
        "Ask the source whether the file is whole, and to write quotes inside cells twice; or set `quote` (empty if the"
        " file uses none).",
    )


def _ascii_marks(dialect: Dialect) -> dict[str, str]:
    """The parser takes one-byte marks only: control characters stand in for others (¦, þ) while it runs."""
    marks = zip((dialect.delimiter, dialect.quote), _STAND_INS, strict=True)
    return {mark: mark if mark.isascii() else stand_in for mark, stand_in in marks}


def _marks_back(column: pa.ChunkedArray, marks: dict[str, str]) -> pa.ChunkedArray:
    for mark, stand_in in marks.items():
        if mark != stand_in:
            column = pc.replace_substring(column, stand_in, mark)
    return column


def read_parquet(content: bytes) -> RawTable:
    """Every column of a Parquet file as text.

    Raises:
        NotText: It is not Parquet, or a column holds something other than text, numbers, dates and flags.
    """
    try:
        table = pq.read_table(pa.BufferReader(content))
        columns = [_as_text(column) for column in table.columns]
    except MemoryError:
        raise
    except pa.ArrowNotImplementedError:
        raise NotText(
            "has a column that is not text, a number, a date or a flag.", "Ask the source for plain columns."
        ) from None
    except (pa.ArrowException, OSError):
        raise NotText("is not a Parquet file that can be read.", "Ask the source to deliver it again.") from None
    return RawTable([name.strip() for name in table.column_names], columns, np.arange(1, table.num_rows + 1), [])


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as a person would type it: dates as ISO days, whole numbers without a decimal point."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        column = _moments(column)
    if pa.types.is_floating(column.type):
        column = _exact(column)
    return column.cast(pa.string())


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Days if every moment is a midnight, else days and times: a time of day is dropped by a `format` only, never here.

    A moment with a time zone is told as the clocks in London showed it.
    """
    if column.type.tz:
        column = pc.local_timestamp(column.cast(pa.timestamp("us", _LONDON), safe=False))
    days = pc.floor_temporal(column, unit="day")
    if pc.all(pc.equal(days, column)).as_py() is not False:
        return column.cast(pa.date32(), safe=False)
    return pc.strftime(column.cast(pa.timestamp("s"), safe=False), format="%Y-%m-%d %H:%M:%S")


def _exact(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Fractions as they were delivered: whole ones without a decimal point, what is no number missing.

    Raises:
        NotText: A number is so large that its type cannot tell it from the next: a 32-bit fraction holds no NHS number,
            and of those it makes of them one in eleven passes the check digit.
    """
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    largest = pc.max(pc.abs(column)).as_py()
    if largest is not None and largest >= _EXACT_BELOW[str(column.type)]:
        raise NotText(
            "has a column of fractions with numbers too large to be exact.",
            "Ask the source for that column as text or as whole numbers.",
        )
    whole = pc.all(pc.equal(column, pc.floor(column))).as_py()
    return column.cast(pa.int64()) if whole else column
