"""The safe counts as a table and as a CSV file that a spreadsheet cannot be tricked into running."""

import csv
import io

import pyarrow as pa

from governance.disclosure.frame import SafeFrame
from governance.disclosure.rounding import SafeCell
from governance.disclosure.spans import SafeSpan

COUNTS_FILE = "safe_counts.csv"
MEASURES_FILE = "safe_measures.csv"

SAFE_COUNT = pa.schema(
    {
        "cohort": pa.string(),
        "version": pa.string(),
        "measure": pa.string(),
        "dimension": pa.string(),
        "group": pa.string(),
        "people": pa.string(),
        "status": pa.string(),
        "low": pa.string(),
        "high": pa.string(),
    }
)
"""One row per released count. ``people`` is the number, without thousands separators, or its symbol. ``low`` and
``high`` are where it lies if records are joined otherwise, empty where that is not told."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that starts so is run as a formula by spreadsheets."""


def safe_counts(frame: SafeFrame) -> pa.Table:
    """Every count of a release, in the order of the frame."""
    rows = [
        (*key[:1], version, *key[1:4], _number(cell), cell.status.value, *_ends(frame.spans.get(key)))
        for key, version, cell in frame.rows()
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(SAFE_COUNT)
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=SAFE_COUNT)


def _number(cell: SafeCell) -> str:
    return cell.text if cell.people is None else str(cell.people)


def _ends(span: SafeSpan | None) -> tuple[str, str]:
    return (str(span.low), str(span.high)) if span else ("", "")


def safe_counts_csv(frame: SafeFrame) -> bytes:
    """The same as CSV: UTF-8, one header line, formulas defused."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SAFE_COUNT.names)
    columns = [column.to_pylist() for column in safe_counts(frame).columns]
    writer.writerows([defused(cell) for cell in row] for row in zip(*columns, strict=True))
    return text.getvalue().encode()


def undefused(cell: str) -> str:
    """A cell as it was before :func:`defused` made it harmless."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell


def defused(cell: str) -> str:
    """An apostrophe in front makes a spreadsheet show the text instead of running it."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
