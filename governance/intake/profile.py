"""An extract nobody has described yet: how it is written, and the shape of each column; no value leaves this module."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from governance.errors import BadInput
from governance.intake.archive import first_bytes, gunzip, is_archive, is_gzip
from governance.intake.checks import define_checks, read_date
from governance.intake.child import memory_limit, parse_apart, time_limit
from governance.intake.clean import clean_text
from governance.intake.dates import KNOWN_FORMATS
from governance.intake.decode import NotText, file_bytes
from governance.intake.guard import no_library_words
from governance.intake.header import plain
from governance.intake.parse import Job
from governance.intake.suggest import Shape, is_known, names_a_date
from governance.intake.table import RawTable
from governance.settings.standard import SERIAL_FORMATS
from governance.warehouse import connect, load_sql, load_table

_HEAD_BYTES = 1 << 18
_HEADER_ROWS = 12
_ROWS_PROFILED = 200_000
_DELIMITERS = ",;\t|¦~^"
_NEARLY_ALL = 0.9
_SOME_QUOTED = 3
_NOT_A_NAME = re.compile(r"[\d\s./:+\-]*|.*@.*|.*\d{5,}.*", re.DOTALL)
_SEX_CODES = {"numbers": ["0", "1", "2", "9", "X"], "letters": ["M", "F", "U"], "words": ["Male", "Female", "Unknown"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a source file has to say of an extract, found out."""

    format: str
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header_row: int | None = None
    sheet: str = ""
    rows: int
    set_aside: int
    """Rows that do not fit the header."""
    columns: list[Shape]


def profile_extract(path: Path, sheet: str = "") -> Profile:
    """Profile a file.

    Args:
        path: The file.
        sheet: Which sheet of a workbook is meant, where it has several.

    Raises:
        BadInput: It cannot be read, or its header cannot be told from its rows.
    """
    with no_library_words("profiling an extract"):
        try:
            job = replace(_job(path), sheet=sheet or None)
            job, raw = _with_header(job)
        except NotText as error:
            raise _unreadable(error.fault.what, error.fault.fix) from None
        return Profile(
            format=job.format,
            encoding=job.encoding,
            delimiter=job.delimiter,
            quote=job.quote,
            header_row=job.header_row,
            sheet=sheet,
            rows=raw.rows_in,
            set_aside=len(raw.aside),
            columns=_shapes(raw),
        )


def _unreadable(what: str, fix: str) -> BadInput:
    fix = fix.replace("Put the extract there, or correct `path`.", "Give the path of a file that is there.")
    fix = fix.replace("Set `sheet` to", "Say --sheet and").replace("Correct `sheet`", "Correct --sheet")
    return BadInput(
        f"The extract {what}",
        why="A source file describes columns, and they cannot be told.",
        fix=f"{fix} Or write the source file by hand, from the one that `joinedup init` makes. Nothing was written.",
        code="E-SOURCE-EXTRACT",
    )


def _job(path: Path) -> Job:
    """How to read a file, by its first bytes; of an archive, those of its first member."""
    content = file_bytes(path)
    head = gunzip(content, _HEAD_BYTES) if is_gzip(content) else content[:_HEAD_BYTES]
    head = first_bytes(content, _HEAD_BYTES) if is_archive(content) else head
    job = Job(paths=[str(path)], format="csv", seconds=time_limit(len(content)), memory_bytes=memory_limit())
    if head.startswith(b"PAR1"):
        return replace(job, format="parquet")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return replace(job, format="xlsx")
    encoding = _encoding(head, whole=len(content) < _HEAD_BYTES)
    lines = head.decode(encoding, "ignore").splitlines()[:200]
    delimiter = _delimiter(lines)
    return replace(job, encoding=encoding, delimiter=delimiter, quote=_quote(lines, delimiter))


def _encoding(head: bytes, *, whole: bool) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        (head if whole else head[:-4]).decode("utf-8")
    except UnicodeDecodeError as error:
        if whole or error.start < len(head) - 8:
            return "cp1252"
    return "utf-8"


def _delimiter(lines: list[str]) -> str:
    """The mark that parts most lines into the same number of cells, and into most."""

    def fit(mark: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)] or [0]
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(_DELIMITERS, key=fit)


def _quote(lines: list[str], delimiter: str) -> str:
    """An apostrophe only where most lines begin with one and have one beside a delimiter, as O'Neill has not.

    Or where only cells that need it are quoted: some begin with one, every one of those ends with one, and none begins
    with the usual mark.
    """
    quoted = sum(line.lstrip("\ufeff").startswith("'") and f"'{delimiter}" in line for line in lines)
    if 2 * quoted > len(lines):
        return "'"
    text = delimiter.join(lines)
    opened, closed = text.count(f"{delimiter}'"), text.count(f"'{delimiter}")
    return "'" if opened == closed >= _SOME_QUOTED and f'{delimiter}"' not in text else '"'


def _with_header(job: Job) -> tuple[Job, RawTable]:
    """The first row that can only be a header: names of columns, some of them usual, none like a value."""
    for tried in _tries(job):
        try:
            raw = parse_apart(tried).raw
        except NotText:
            if tried.header_row is None:
                raise
            continue
        if _is_header(raw.header) and raw.rows_in > len(raw.aside) * 2:
            return tried, raw
    raise NotText(
        "has no row that is certainly a header.",
        "Ask the source for a header row with names such as nhs_number, surname or date_of_birth.",
    )


def _tries(job: Job) -> Iterator[Job]:
    yield job
    if job.format != "parquet":
        yield from (replace(job, header_row=row) for row in range(2, _HEADER_ROWS))


def _is_header(header: list[str]) -> bool:
    short = [plain(name) for name in header]
    named = all(name and not _NOT_A_NAME.fullmatch(name) for name in header)
    return named and len(set(short)) == len(short) > 1 and any(is_known(name) for name in header)


def _shapes(raw: RawTable) -> list[Shape]:
    """Every column's shape, by one statement over all their values below each other."""
    con = connect()
    define_checks(con)
    con.execute(load_sql("governance.intake", "shapes"))
    values = [clean_text(column.slice(0, _ROWS_PROFILED), missing=[]) for column in raw.columns]
    numbers = np.repeat(np.arange(len(values)), [len(column) for column in values])
    chunks = [chunk for column in values for chunk in column.chunks]
    load_table(con, "value", pa.table({"place": pa.array(numbers), "text": pa.chunked_array(chunks, pa.string())}))
    codes = {f"codes_{name}": codes for name, codes in _SEX_CODES.items()}
    found = con.execute(load_sql("governance.intake", "column_shapes"), codes).fetchall()
    formats = _formats(con)
    return [_shape(name, found[place], formats.get(place, [])) for place, name in enumerate(raw.header)]


def _shape(name: str, found: tuple[int, ...], formats: list[str]) -> Shape:
    _, rows, filled, distinct, longest, nhs, postcode, email, phone, serial, long_number, *others = found
    some = max(filled, 1)
    if not formats and serial >= _NEARLY_ALL * some and names_a_date(name):
        formats = list(SERIAL_FORMATS)
    lists = [codes for codes, outside in zip(_SEX_CODES, others, strict=True) if outside == 0 < filled]
    return Shape(
        name=name,
        filled=filled / rows,
        distinct=distinct,
        rows=rows,
        longest=longest,
        unique=distinct == rows,
        shapes={"nhs_number": nhs / some, "postcode": postcode / some, "email": email / some, "phone": phone / some},
        long_numbers=long_number / some,
        format=formats[0] if formats else "",
        also=formats[1] if len(formats) > 1 else "",
        sex_codes=lists[0] if lists else "",
    )


def _formats(con: duckdb.DuckDBPyConnection) -> dict[int, list[str]]:
    """By column, the known date formats that read nearly all of its values, the best first."""
    calls = ", ".join(f"count({read_date('text', f'known_{n}', text)})" for n, text in enumerate(KNOWN_FORMATS))
    params = {f"known_{n}": text for n, text in enumerate(KNOWN_FORMATS)}
    dated = "HAVING count(*) FILTER (looks_like_date(text)) >= 0.9 * count(text) AND count(text) > 0"
    counted = con.execute(f"SELECT place, count(text), {calls} FROM value GROUP BY place {dated}", params).fetchall()
    return {
        place: [
            KNOWN_FORMATS[n]
            for n in sorted(range(len(counts)), key=lambda n: (-counts[n], n))
            if counts[n] >= _NEARLY_ALL * filled
        ]
        for place, filled, *counts in counted
    }
