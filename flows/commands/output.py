"""What a command says: an answer for people or, with ``--json``, one JSON object; errors as what, why and fix."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from governance.errors import EXIT_OK, ProjectError

KINDS = {1: "Waiting", 2: "Refused", 3: "Cannot be done", 4: "Internal error", 130: "Stopped"}
"""What an exit code means, as the first word of an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command found or did."""

    result: dict[str, Any]
    """For ``--json``: names, counts, digests and paths."""
    lines: Iterable[str] = ()
    """The same for people."""
    exit_code: int = EXIT_OK


def show_answer(answer: Answer, command: str, *, as_json: bool) -> None:
    """Print an answer on standard output."""
    if as_json:
        _show_json({"command": command, "exit_code": answer.exit_code, "result": answer.result})
        return
    for line in answer.lines:
        sys.stdout.write(f"{line}\n")


def show_error(error: ProjectError, command: str, *, as_json: bool, exit_code: int | None = None) -> None:
    """Print an error: on standard output as JSON, else on standard error."""
    code = exit_code or error.exit_code
    if as_json:
        _show_json({"command": command, "exit_code": code, "error": error.as_dict()})
        return
    from rich.console import Console

    console = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)
    console.print(f"{KINDS[code]} ({error.code})", style="bold red", markup=False)
    console.print(str(error), markup=False)


def _show_json(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, indent=1, default=str) + "\n")


def aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows of text with columns lined up, two spaces in and two between."""
    table = [tuple(str(cell) for cell in row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)] if table else []
    return [
        ("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip() for row in table
    ]
