"""One extract file, from bytes to a table of text; runs in the process of ``worker.py``."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from governance.intake.archive import gunzip, is_archive, is_gzip, open_members
from governance.intake.decode import NotText, file_bytes
from governance.intake.read import Dialect, read_csv, read_parquet
from governance.intake.table import RawTable, joined, set_aside_unreadable
from governance.intake.workbook import Sheet, read_workbook

OUT_OF_TIME, OUT_OF_MEMORY, CRASHED = 75, 76, 77
"""Exit codes of the process that parses, when a file ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A delivery of one or several files, how they are written, and what reading them may cost."""

    paths: Sequence[str]
    format: str
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header_row: int | None = None
    sheet: str | None = None
    members: str = "*"
    expected: Sequence[str] = ()
    """Every column that has to be there."""
    dates: Sequence[str] = ()
    row_column: str = ""
    """Of a workbook: a further column of this name says in which row of the sheet each row stands."""
    seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was delivered as one table, and the digest of exactly these bytes."""

    raw: RawTable
    sha256: str


def parse_file(job: Job) -> Parsed:
    """Read and parse what was delivered; several files, or members of an archive, follow each other by name.

    Raises:
        NotText: A part is absent or cannot be read as described, or has another header than the first; the fault says
            which and why, without a value.
    """
    contents = [file_bytes(Path(path)) for path in job.paths]
    digests = [sha256(content).hexdigest() for content in contents]
    digest = digests[0] if len(digests) == 1 else sha256("\n".join(digests).encode()).hexdigest()
    return Parsed(parse_bytes(contents, job), digest)


def parse_bytes(contents: Sequence[bytes], job: Job) -> RawTable:
    """What files of these contents hold; see :func:`parse_file`."""
    parts = [part for content in contents for part in _unpacked(content, job)]
    tables = [_part(content, job, number, len(parts)) for number, content in enumerate(parts, 1)]
    return set_aside_unreadable(joined(tables))


def _unpacked(content: bytes, job: Job) -> list[bytes]:
    plain = gunzip(content) if is_gzip(content) else content
    return open_members(plain, job.members) if is_archive(plain) else [plain]


def _part(content: bytes, job: Job, number: int, of: int) -> RawTable:
    try:
        return _table(content, job)
    except NotText as error:
        if of == 1:
            raise
        raise NotText(f"part {number} of {of} {error.fault.what}", error.fault.fix) from None


def _table(content: bytes, job: Job) -> RawTable:
    if job.format == "parquet":
        return read_parquet(content)
    if job.format == "xlsx":
        dates = frozenset(job.dates)
        sheet = Sheet(
            name=job.sheet, header_row=job.header_row, expected=job.expected, dates=dates, row_column=job.row_column
        )
        return read_workbook(content, sheet)
    dialect = Dialect(job.encoding, job.delimiter, job.quote)
    return read_csv(content, dialect, expected=job.expected, header_row=job.header_row)
