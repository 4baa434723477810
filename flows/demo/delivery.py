"""What a source delivers in a period: its files, and beside them, for the truth, whose records they are."""

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from flows.demo.draws import Codes
from flows.demo.records import Records
from flows.demo.timeline import Days


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """One file."""

    path: str
    """Below ``extracts/<period>/``."""
    table: pa.Table
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    quoted: bool = False
    """Values may hold the delimiter, so they stand in quotes."""
    parquet: bool = False
    torn: tuple[int, ...] = ()
    """Rows, from 0, that get a cell too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """All files of one source in one period."""

    extracts: list[Extract]
    record_id: pa.Array
    person: Codes
    """Whose record, in the order of ``record_id``."""
    nhs_numbers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """Numbers in the extract, valid or not; 0 for none."""


def write_extract(extract: Extract, folder: Path) -> None:
    """Write one file; the same table gives the same bytes."""
    path = folder / extract.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if extract.parquet:
        pq.write_table(extract.table, path, compression="zstd")
        return
    options = pa_csv.WriteOptions(
        delimiter=extract.delimiter,
        quoting_style="needed" if extract.quoted else "none",  # "none" raises if a value holds the delimiter
        quoting_header="none",
    )
    if extract.encoding == "utf-8" and extract.newline == "\n" and not extract.torn:
        pa_csv.write_csv(extract.table, path, options)
        return
    buffer = BytesIO()
    pa_csv.write_csv(extract.table, buffer, options)
    lines = buffer.getvalue().decode("utf-8").split("\n")
    for row in extract.torn:
        lines[row + 1] += f"{extract.delimiter}see paper file"
    text = extract.newline.join(lines)
    path.write_bytes(text.encode(extract.encoding, "replace"))


def known_by(records: Records, end: int) -> NDArray[np.intp]:
    """Records that exist before ``end``, in order of their own numbers, which say nothing."""
    rows = np.flatnonzero(records.first_day < end)
    return rows[np.argsort(records.number[rows], kind="stable")]


def last_seen(records: Records, record: NDArray[np.intp], day: Days, end: int) -> Days:
    """Per record, the day of its last event before ``end``: when its address was last brought up to date."""
    found = records.first_day.copy()
    before = day < end
    np.maximum.at(found, record[before], day[before])
    return found


def ended_by(end_day: Days, end: int, never: int) -> Days:
    """End dates as they stood when the extract was made: what has not ended yet is open."""
    return np.where(end_day < end, end_day, never).astype(np.int32)
