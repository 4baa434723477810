"""Marked values put into every column of every source's extracts, and a search for them in everything a run leaves."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from governance.settings import Bundle, ColumnClass, ExtractFile
from governance.settings.extract import Column

STEM = "Zqvmark"
"""How every mark of letters begins: nothing that a name list, a digest or a library would hold by chance."""

MARKED = {
    "nhs_number": "9990007365",
    "forename": f"{STEM}forename",
    "surname": f"{STEM}surname",
    "previous_surname": f"{STEM}earlier",
    "full_name": f"{STEM}given {STEM}family",
    "phone": "07700900737",
    "email": f"{STEM.lower()}mail@example.org",
    "postcode": "ZQ7 7ZQ",
    "previous_postcode": "ZQ8 8ZQ",
    "uprn": "77700077701",
    "address": f"77 {STEM}street",
}
"""By role."""

BORN = date(1904, 2, 29)
"""Of the marked person; nobody else in a synthetic system was born on that day."""

FREE_TEXT = f"{STEM}freetext"
DROPPED = f"{STEM}dropped"

_NEVER_SENT = {ColumnClass.DIRECT_IDENTIFIER, ColumnClass.FREE_TEXT, ColumnClass.DROP}
_BORN_AS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%d/%b/%Y")


@dataclass(frozen=True, slots=True)
class Planted:
    """What was planted: by mark, whether its column may leave its source at all."""

    may_be_sent: dict[str, bool]

    def __len__(self) -> int:
        return len(self.may_be_sent)

    def never_sent(self, found: list[str]) -> list[str]:
        """Those of some marks found whose columns policy keeps at the source: a mark not planted is among them."""
        return [mark for mark in found if not self.may_be_sent.get(mark, False)]


def plant(root: Path, bundle: Bundle, period: str) -> Planted:
    """Mark a person in the first row of every extract; in the rows after it one column each, whatever its class."""
    may_be_sent: dict[str, bool] = {}
    for source in bundle.sources:
        for file in source.files:
            path = root / file.path.replace("{period}", period)
            rows = _read(path, file)
            for number, (name, column) in enumerate(file.columns.items()):
                own = _own(len(may_be_sent))
                for row, mark in ((0, _mark(column)), (1 + number % (len(rows) - 1), own)):
                    if mark and name in rows.columns:
                        rows.loc[row, name] = mark
                        sent = column.column_class not in _NEVER_SENT
                        may_be_sent |= dict.fromkeys(marks_in(mark.encode()), sent)
            _write(path, file, rows)
    return Planted(may_be_sent)


def allow_rejects(root: Path) -> None:
    """Let no run stop for the share of its rows that marks make unusable: what comes after is to be searched too."""
    for path in sorted((root / "sources").glob("*.yaml")):
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("max_rejected_share:")]
        path.write_text("\n".join([*lines, "max_rejected_share: 0.5", ""]), encoding="utf-8")


def _own(number: int) -> str:
    """A mark for one column: letters only, as names are kept to letters."""
    return f"{STEM}x{''.join(chr(97 + int(digit)) for digit in f'{number:04d}')}"


def _mark(column: Column) -> str | None:
    if column.column_class is ColumnClass.FREE_TEXT:
        return FREE_TEXT
    if column.column_class is ColumnClass.DROP:
        return DROPPED
    if column.role == "date_of_birth" and column.format:
        return BORN.strftime(column.format.split(" | ")[0])
    return MARKED.get(column.role or "")


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


def marks_in(content: bytes) -> list[str]:
    """Which marks stand in ``content``: as text of either case in UTF-8 and UTF-16, closed up, and inside base64.

    Returns:
        In small letters and closed up: the mark of a column as its own, ``?`` where base64 hides which it is.
    """
    lower = content.lower()
    found = {text for text, forms in _fixed() for form, coded in forms if _stands_in(content if coded else lower, form)}
    for width, stem in ((1, STEM.lower().encode()), (2, STEM.lower().encode("utf-16-le"))):
        place = lower.find(stem)
        while place >= 0:
            found.add(_word(lower[place : place + 24 * width : width]))
            place = lower.find(stem, place + len(stem))
    return sorted(found)


def _stands_in(content: bytes, form: bytes) -> bool:
    """A number within a longer one is another number."""
    if form not in content:
        return False
    return not form.isdigit() or re.search(rb"(?<!\d)%b(?!\d)" % form, content) is not None


def _word(text: bytes) -> str:
    letters = bytearray()
    for byte in text:
        if not 97 <= byte <= 122:
            break
        letters.append(byte)
    return letters.decode()


@cache
def _fixed() -> list[tuple[str, list[tuple[bytes, bool]]]]:
    """Marks that are no words, and the stem in base64: each with its forms, and whether their case matters."""
    numbers = [value for value in MARKED.values() if STEM.lower() not in value.lower()]
    found = [(_closed(value), [*_plain(value), *_coded(value)]) for value in numbers]
    days = {BORN.strftime(how) for how in _BORN_AS}
    found.append(("born", [form for day in sorted(days) for form in (*_plain(day), *_coded(day))]))
    found.append(("?", [form for stem in (STEM, STEM.lower(), STEM.upper()) for form in _coded(stem)]))
    return found


def _closed(value: str) -> str:
    return value.lower().replace(" ", "")


def _plain(value: str) -> list[tuple[bytes, bool]]:
    texts = {value.lower(), _closed(value)}
    return [(text.encode(code), False) for text in sorted(texts) for code in ("utf-8", "utf-16-le")]


def _coded(value: str) -> list[tuple[bytes, bool]]:
    """Inside base64 at each of three offsets: the first characters mix with what stands before, the last with after."""
    coded = [base64.b64encode(b"\0" * offset + value.encode())[(0, 2, 3)[offset] :] for offset in range(3)]
    return [(text.rstrip(b"=")[:-1], True) for text in coded]
