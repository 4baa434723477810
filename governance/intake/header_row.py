"""Where the header stands under titles: where a setting says, or in the first row that names every listed column."""

import csv
import re
from collections.abc import Iterable, Sequence

ROWS_SEARCHED = 50
"""Titles may stand in so many rows, the header among them."""
_BYTES_SEARCHED = 1 << 18
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def header_place(rows: Iterable[Sequence[str]], expected: Sequence[str], header_row: int | None) -> int:
    """How many rows stand above the header.

    Args:
        rows: The first rows of the file.
        expected: Every column that has to be there; only a row that names them all is taken for a header.
        header_row: What the source file says, from 1; None to search.

    Returns:
        0 if nothing is found: then the first row is held against the description, and the faults say what is wrong.
    """
    if header_row is not None:
        return header_row - 1
    wanted = set(expected)
    found = (place for place, row in enumerate(rows) if wanted <= {cell.strip() for cell in row})
    return next(found, 0) if wanted else 0


def below_titles(text: bytes, delimiter: str, quote: str, *, expected: Sequence[str], header_row: int | None) -> bytes:
    """The same UTF-8 text from its header on."""
    ends = [match.end() for match in _first_lines(text)]
    starts = [0, *ends]
    lines = [text[start:end].decode("utf-8", "replace") for start, end in zip(starts, ends, strict=False)]
    place = header_place((_cells(line, delimiter, quote) for line in lines), expected, header_row)
    return text[starts[min(place, len(starts) - 1)] :]


def _first_lines(text: bytes) -> list[re.Match[bytes]]:
    found: list[re.Match[bytes]] = []
    for match in _LINE.finditer(text, 0, _BYTES_SEARCHED):
        if match.end() == match.start() or len(found) == ROWS_SEARCHED:
            break
        found.append(match)
    return found


def _cells(line: str, delimiter: str, quote: str) -> list[str]:
    quoting = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    try:
        return next(csv.reader([line.strip("\r\n")], delimiter=delimiter, **quoting), [])
    except csv.Error:
        return []
