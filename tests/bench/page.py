"""Sections of a Markdown page that benchmarks write, each its own."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path


def put(path: Path, heading: str, text: str) -> None:
    """Write or replace the section under ``heading`` (``## …``); other sections of the page stay."""
    page = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    pattern = re.compile(rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    body = text.rstrip() + "\n"
    there = pattern.search(page)
    page = pattern.sub(lambda _: body + "\n", page) if there else f"{page.rstrip()}\n\n{body}"
    path.write_text(page.rstrip() + "\n", encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """A list, one sentence a line."""
    return "\n".join(f"- {line}" for line in lines)
