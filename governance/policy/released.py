"""What rules may know of a release: its files, its record, and what was released of the same period before."""

import csv
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from governance.area_folders import each_named
from governance.digests import DIGESTS
from governance.statements import Statement
from governance.store import current

MANIFEST = "manifest.json"
COUNTS = "safe_counts.csv"
RECORD = "release_record.json"
"""What is written beside a release when it is published: :mod:`governance.release_record`."""
WITHDRAWAL = "withdrawal"
"""Kind of the manifest of a notice that stands where a withdrawn report stood."""
WITHDRAWAL_FILE = "withdrawn.html"
_TAGS = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.S | re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """One release."""

    files: Mapping[str, bytes]
    """By name below the release's folder; ``manifest.json`` and ``release_record.json`` are not among them."""
    record: Mapping[str, Any] = field(default_factory=dict)
    earlier: tuple[Mapping[str, bytes], ...] = ()
    """``safe_counts.csv`` of each area, of what was released of the same period before and is still here."""
    checkers: tuple[tuple[str, str], ...] = ()
    """Name and key fingerprint of everybody who signed to have checked just this release."""
    manifest_sha256: str = ""
    """Digests of the manifest and of the record beside it, as they lie on disk; empty where they were not looked at."""
    record_sha256: str = ""
    is_draft: bool = False
    """Whether it is staged for people to look at, rather than published or about to be."""


def read_released(folder: Path, checks: Iterable[Statement] = ()) -> Released | None:
    """What stands in the public zone's folder of one period; ``None`` if nothing was released, or it was withdrawn.

    Args:
        folder: Has a folder for each publication, and ``current``.
        checks: Signed statements of people who checked a release.
    """
    if not (folder / "current").exists():
        return None
    here = current(folder)
    record = (here / MANIFEST).read_bytes()
    if json.loads(record).get("kind") == WITHDRAWAL:
        return None
    digest, beside = sha256(record).hexdigest(), here / RECORD
    return Released(
        manifest_sha256=digest,
        record_sha256=sha256(beside.read_bytes()).hexdigest() if beside.exists() else "",
        files=files_of(here),
        record=json.loads(record),
        earlier=counts_before(folder, but=here),
        checkers=tuple(
            (str(one.facts["checker"]), one.key) for one in checks if one.facts["manifest_sha256"] == digest
        ),
    )


def counts_before(folder: Path, but: Path | None = None) -> tuple[Mapping[str, bytes], ...]:
    """By area, the counts of everything that was released into one period's folder.

    Args:
        folder: Has a folder for each publication.
        but: One that is not wanted.
    """
    others = sorted(path.parent for path in folder.glob(f"[!.]*/{COUNTS}") if path.parent != but)
    return tuple(each_named(files_of(each), COUNTS) for each in others)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but what is written of it: its manifest, its record and its digests."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return {name: content for name, content in found.items() if name not in (MANIFEST, RECORD, DIGESTS)}


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Rows of a released CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace"))))


class ReleasedCell(NamedTuple):
    """Which released count, of people of which board's area."""

    cohort: str
    measure: str
    dimension: str
    group: str
    area: str


def counts_of(released: Released) -> dict[ReleasedCell, dict[str, str]]:
    """The row of every released count, in the order of the release."""
    return {
        ReleasedCell(row["cohort"], row["measure"], row["dimension"], row["group"], area): row
        for area, content in each_named(released.files, COUNTS).items()
        for row in rows_of(content)
    }


def cells_of(content: bytes) -> Iterator[tuple[int, str]]:
    """Line number and text of every cell of a CSV file."""
    for line, row in enumerate(csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"))), start=1):
        for cell in row:
            yield line, cell


def text_of(name: str, content: bytes) -> str | None:
    """What a reader sees of a file; ``None`` for kinds that cannot be read here."""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = [book.read(one) for one in sorted(book.namelist()) if one.endswith(".xml")]
        return "\n".join(_plain(part) for part in parts)
    if name.endswith((".html", ".svg")):
        return _plain(content)
    if name.endswith((".csv", ".txt", ".json", ".md")):
        return content.decode("utf-8", "replace")
    return None


def _plain(content: bytes) -> str:
    return unescape(_TAGS.sub(" ", content.decode("utf-8", "replace")))


def is_workbook(content: bytes) -> bool:
    """Whether every part of a workbook can be read; one changed byte is enough that it cannot."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return book.testzip() is None
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError):
        return False


def has_formula(content: bytes) -> bool:
    """Whether a workbook has a cell that is worked out when it is opened."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = (one for one in book.namelist() if one.startswith("xl/worksheets/"))
        return any(re.search(rb"<f[ >]", book.read(one)) for one in sheets)
