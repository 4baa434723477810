"""Tables and sections of a Markdown page."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """A list, one sentence a line."""
    return "\n".join(f"- {line}" for line in lines)


def put_section(path: Path, text: str) -> None:
    """Write or replace the section that ``text`` begins with the heading of; other sections of the file stay."""
    heading = text.split("\n", 1)[0]
    page = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    pattern = re.compile(rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    there = pattern.search(page)
    page = pattern.sub(lambda _: text.rstrip() + "\n\n", page) if there else f"{page.rstrip()}\n\n{text}"
    path.write_text(page.rstrip() + "\n", encoding="utf-8")
