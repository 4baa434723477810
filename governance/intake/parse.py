"""One extract file, from bytes to a table of text; runs in the process of ``worker.py``."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from governance.intake.decode import file_bytes
from governance.intake.read import Dialect, read_csv, read_parquet
from governance.intake.table import RawTable, set_aside_unreadable

OUT_OF_TIME, OUT_OF_MEMORY, CRASHED = 75, 76, 77
"""Exit codes of the process that parses, when a file ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A file, how it is written, and what reading it may cost."""

    path: str
    format: str
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's content, and the digest of exactly these bytes."""

    raw: RawTable
    sha256: str


def parse_file(job: Job) -> Parsed:
    """Read and parse a file.

    Raises:
        NotText: It is absent or cannot be read as described; the fault says why, without a value.
    """
    content = file_bytes(Path(job.path))
    return Parsed(set_aside_unreadable(_table(content, job)), sha256(content).hexdigest())


def _table(content: bytes, job: Job) -> RawTable:
    if job.format == "parquet":
        return read_parquet(content)
    return read_csv(content, Dialect(job.encoding, job.delimiter, job.quote))
