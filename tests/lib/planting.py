"""Marked identifiers put into every source's extracts, and a search for them in everything a run leaves behind."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from governance.settings import Bundle, ColumnClass, ExtractFile

MARKED = {
    "nhs_number": "9990007365",
    "forename": "Zqforename",
    "surname": "Zqsurname",
    "previous_surname": "Zqearlier",
    "full_name": "Zqgiven Zqfamily",
    "phone": "07700900737",
    "email": "zqmail@example.org",
    "postcode": "ZQ7 7ZQ",
    "previous_postcode": "ZQ8 8ZQ",
    "uprn": "77700077701",
    "address": "77 Zqstreet",
}
"""By role: nothing that a name list, a digest or a library would hold by chance."""

FREE_TEXT = "Zqfreetext"
DROPPED = "Zqdropped"


def needles() -> list[bytes]:
    """Every marked text as it could appear: as written, closed up, and in lower and upper case."""
    texts = [part for value in (*MARKED.values(), FREE_TEXT, DROPPED) for part in (value, value.replace(" ", ""))]
    return sorted({form.encode() for text in texts for form in (text, text.lower(), text.upper())})


def plant(root: Path, bundle: Bundle, period: str) -> int:
    """Mark the first row of every extract; returns how many values were planted."""
    planted = 0
    for source in bundle.sources:
        for file in source.files:
            path = root / file.path.replace("{period}", period)
            rows = _read(path, file)
            for name, column in file.columns.items():
                mark = _mark(column.column_class, column.role)
                if mark and name in rows.columns and len(rows):
                    rows.loc[0, name] = mark
                    planted += 1
            _write(path, file, rows)
    return planted


def _mark(column_class: ColumnClass, role: str | None) -> str | None:
    if column_class is ColumnClass.FREE_TEXT:
        return FREE_TEXT
    if column_class is ColumnClass.DROP:
        return DROPPED
    return MARKED.get(role or "")


def _read(path: Path, file: ExtractFile) -> pd.DataFrame:
    if file.format == "parquet":
        return pd.read_parquet(path).astype(object)
    # The synthetic ICS delivers a few ragged rows on purpose; these are left to other tests.
    how = {"sep": file.delimiter, "quotechar": file.quote, "encoding": file.encoding, "on_bad_lines": "skip"}
    return pd.read_csv(path, dtype=str, keep_default_na=False, **how)


def _write(path: Path, file: ExtractFile, rows: pd.DataFrame) -> None:
    if file.format == "parquet":
        rows.astype("string").to_parquet(path, index=False)
    else:
        rows.to_csv(path, index=False, sep=file.delimiter, quotechar=file.quote, encoding=file.encoding)


def files_below(*folders: Path, leaving_out: tuple[Path, ...] = ()) -> Iterator[Path]:
    """Every file below the folders, hidden ones too."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not any(path.is_relative_to(left) for left in leaving_out):
                yield path


def found_in(content: bytes) -> list[str]:
    """Which marked texts stand in ``content``."""
    return [needle.decode() for needle in needles() if needle in content]
