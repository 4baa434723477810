"""A small workbook with a marked value in it, as bytes."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

MARK = "Quizzaciously"
HEADER = ("a", "b")


def make_workbook(rows: Sequence[Sequence[Any]] = (HEADER, (1, MARK), (2.5, 45000), ("x", None, "beyond"))) -> bytes:
    """One sheet of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
