"""Marked identifiers, and a search for them in everything that a run leaves behind."""

import base64
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from flows.cli import run
from tests.lib.toy import PERIOD, make_toy

MARKS = {
    "id": "Zmarkid77",
    "forename": "Zmarkforename",
    "surname": "Zmarksurname",
    "nhs_number": "9996543217",
    "postcode": "ZZ7 7QX",
    "date_of_birth": "1931-07-29",
}
"""Values that stand nowhere else."""


def plant(root: Path) -> None:
    """Put the marked person into both sources of a toy project."""
    for source in ("gp_register", "housing"):
        path = root / "extracts" / PERIOD / f"{source}.csv"
        row = [MARKS[name] for name in ("id", "nhs_number", "forename", "surname", "date_of_birth", "postcode")]
        path.write_text(path.read_text("utf-8") + ",".join([*row, "F", "2026-05-05"]) + "\n", encoding="utf-8")
        # A row that is rejected: its reasons are reported, its values may not be.
        path.write_text(
            path.read_text("utf-8") + ",".join([*row[:4], "no date", "Zmarkpost", "F", "x"]) + "\n", "utf-8"
        )


def planted_and_linked(folder: Path) -> Path:
    """A toy project with the marked person, whose month is pseudonymised and linked."""
    root = make_toy(folder)
    plant(root)
    os.environ.pop("JOINEDUP_PROJECT_DIR", None)
    for step in ("pseudonymise", "link"):
        assert run([step, str(root), "--plain", "--json"]) in (0, 1)
    return root


def found_in(folder: Path, *, leave_out: Iterable[str] = ()) -> list[str]:
    """Files below ``folder`` that hold a mark in any common form, as ``file: mark``.

    Args:
        folder: Searched whole, hidden files too.
        leave_out: Folders below it where marks belong.
    """
    kept_out = [folder / name for name in leave_out]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    searched = [path for path in files if not any(path.is_relative_to(place) for place in kept_out)]
    return [f"{path.relative_to(folder)}: {mark}" for path in searched for mark in marks_in(path.read_bytes())]


def marks_in(content: bytes) -> list[str]:
    """Names of the marks that ``content`` holds."""
    lower = content.lower()
    return [name for name, value in MARKS.items() if any(form in lower or form in content for form in _forms(value))]


def _forms(value: str) -> Iterator[bytes]:
    """As text of two encodings, without its separators, and inside base64 at each of three offsets."""
    for text in {value, value.replace(" ", ""), value.replace("-", "")}:
        yield text.lower().encode()
        yield text.lower().encode("utf-16-le")
        for offset in range(3):
            coded = base64.b64encode(b"\0" * offset + text.encode())
            # The first characters mix with what stands before, the last with what comes after.
            yield coded[[0, 2, 3][offset] : -4]
