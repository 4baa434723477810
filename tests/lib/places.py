"""Where a run leaves anything: every file, sorted into places, each searched for marks as deep as it is packed."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from governance.errors import ProjectError
from governance.keys.ring import KeyRing
from governance.store import read_table, write_file, write_table
from tests.lib.canary_workbook import make_workbook
from tests.lib.every_byte import readable
from tests.lib.planting import Planted, files_below, marks_in

INPUTS = ("extracts", "optout")
"""Where marks belong."""

QUARANTINE = "/reject_row.parquet.sealed"
"""Rows that a source gets back to mend, sealed to its own key: opened by it alone, and marks belong there too."""

SAID, OPENED, SHEETS = "what was said", "packages, opened", "spreadsheets, unzipped"
PLACES = {
    SAID: "standard output and error, tracebacks",
    "Prefect": "its database, journal, storage and logs",
    "logs": "the rest of .joinedup: logs, locks, sealed details of failures",
    "temporary files": "the temp folder and home the run was given",
    "ledger": "lines and checkpoints",
    "packages": "sealed tables as they lie there",
    OPENED: "the same, opened with each zone's key: values that policy keeps at the source",
    "pages": "HTML and PDF: pages, charts, metadata",
    SHEETS: "every part of every workbook",
    "released tables": "CSV files",
    "manifest.json": "manifests and signatures",
    "release_record.json": "the record of a release",
    "everything else": "config, keys, pointers, models",
}
"""Every place, and what is searched there."""


@dataclass(frozen=True, slots=True)
class Left:
    """What one run left: bytes searched and marks found, by place; which files they stood in."""

    searched: Counter[str]
    found: Counter[str]
    where: list[str]


def search(root: Path, scratch: Path, said: bytes, planted: Planted) -> Left:
    """Look through all that a run of the project left or said."""
    searched, found, where = Counter[str](), Counter[str](), list[str]()
    inputs = tuple(root / name for name in INPUTS)
    parts: list[tuple[str, str, bytes]] = [(SAID, SAID, said)]
    files = files_below(root, scratch, leaving_out=inputs)
    for place, name, content in (*parts, *_read(root, scratch, files)):
        marks = marks_in(content)
        if place == OPENED:
            marks = planted.never_sent(marks)
        searched[place] += len(content)
        found[place] += len(marks)
        where += [f"{name}: {mark}" for mark in marks]
    return Left(searched, found, where)


def _read(root: Path, scratch: Path, files: Iterator[Path]) -> Iterator[tuple[str, str, bytes]]:
    for path in files:
        inside = path.is_relative_to(root) and not path.is_relative_to(scratch)
        name = path.relative_to(root).as_posix() if inside else path.name
        place = place_of(name) if inside else "temporary files"
        yield place, name, _content(path)
        if name.endswith(".parquet.sealed") and not name.endswith(QUARANTINE):
            yield OPENED, f"{name}, opened", opened(root, path)


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix in (".pdf", ".xlsx"):
        return content + readable(path.name, content)
    return content


def place_of(name: str) -> str:
    """The place of a file of a project, by its name."""
    file, suffix = Path(name).name, Path(name).suffix
    if name.startswith(".joinedup/"):
        return "Prefect" if name.startswith(".joinedup/prefect") else "logs"
    if name.startswith("ledger/"):
        return "ledger"
    by_name = {"manifest.json": "manifest.json", "signature.json": "manifest.json"}
    by_name["release_record.json"] = "release_record.json"
    kinds = {".sealed": "packages", ".html": "pages", ".pdf": "pages", ".svg": "pages", ".xlsx": SHEETS}
    if name.startswith("zones/") and suffix == ".csv":
        return "released tables"
    return by_name.get(file, kinds.get(suffix, "everything else"))


def opened(root: Path, path: Path) -> bytes:
    """Every value of a sealed table, by whichever key of the demo opens it; empty if none does."""
    ring, today = KeyRing(root / "keys"), datetime.now(UTC).date()
    parts = path.relative_to(root).parts
    holder = f"source_{parts[2]}" if parts[1] == "source" else parts[1]
    try:
        table = read_table(path.parent, path.name.removesuffix(".parquet.sealed"), ring.zone_private(holder, today))
    except ProjectError:
        return b""
    return b"\n".join(_values(column) for column in table.columns)


def _values(column: pa.ChunkedArray) -> bytes:
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return b"\n".join(value for value in column.to_pylist() if value)
    return "\n".join(str(value) for value in column.to_pylist() if value is not None).encode()


def leak_everywhere(root: Path, scratch: Path, mark: str) -> bytes:
    """The control: put a mark into a file of every place, in the form of that place; returns what would be said."""
    text, folder = f"no such person: {mark}", root / "zones" / "leak"
    ring, database = KeyRing(root / "keys"), root / ".joinedup/prefect/leak.db"
    for made in (scratch, folder, root / "zones/linkage/leak", root / "ledger", database.parent):
        made.mkdir(parents=True, exist_ok=True)
    for name in (".joinedup/log.txt", "ledger/ledger.jsonl.old", "zones/leak/a.html", "zones/leak/a.csv", "model.json"):
        write_file(root / name, text.encode())
    for name in ("manifest.json", "release_record.json", "b.sealed"):
        write_file(folder / name, text.encode())
    write_file(folder / "a.xlsx", make_workbook([("a", "b"), (1, text)]))
    write_file(scratch / "left.tmp", text.encode("utf-16-le"))
    write_table(root / "zones/linkage/leak", pa.table({"name": [text]}), "leak", ring.zone_public("linkage"))
    with sqlite3.connect(database) as con:
        con.execute("CREATE TABLE state (message VARCHAR)")
        con.execute("INSERT INTO state VALUES (?)", (text,))
    con.close()
    return text.encode()
