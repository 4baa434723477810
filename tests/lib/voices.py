"""Filled-in forms for tests: the form as it is written, with cells set by name."""

from pathlib import Path
from typing import Any

import openpyxl

CARD = {
    "Reference": "HW-1",
    "What people told us": "I was passed from one desk to the next and no one rang me back.",
    "Does it agree?": "Agrees with the number",
    "Whose words": "Their own words",
    "Where it comes from": "Peer research",
    "How many people": "2 to 4 people",
    "When it was told": "2026-05-02",
    "Consent": "May be printed in their own words",
}


def fill(form: Path, out: Path, sheet: str, rows: list[dict[str, Any]]) -> Path:
    """Write cells by the name of their column, row by row below the header; keep all else."""
    book = openpyxl.load_workbook(form)
    held = book[sheet]
    places = {cell.value: cell.column for cell in held[3]}
    for number, row in enumerate(rows, 4):
        for head, value in row.items():
            held.cell(number, places[head]).value = value
    book.save(out)
    return out
