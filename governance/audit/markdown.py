"""Sections as Markdown, for whoever files the evidence pack in a document system of their own."""

from collections.abc import Iterable, Sequence

from governance.audit.blocks import Block, Cell, Flow, Folded, Picture, Points, Row, Section, Table, Text


def as_markdown(title: str, lead: str, sections: Sequence[Section]) -> str:
    """A document: a title, a paragraph, and numbered sections."""
    parts = [f"# {title}", lead]
    for number, section in enumerate(sections, 1):
        parts += [f"## {number}. {section.title}", *(part for block in section.blocks for part in _block(block))]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> Iterable[str]:
    match block:
        case Text(text=text):
            yield _plain(text)
        case Points(items=items):
            yield "\n".join(f"- {_plain(item)}" for item in items)
        case Folded(table=table):
            yield from _block(table)
        case Table():
            yield from _table(block)
        case Flow(panels=panels):
            yield "\n".join(f"- {_plain(one.title)} ({_plain(one.who)}): {'; '.join(one.lines)}" for one in panels)
        case Picture(caption=caption, drawing=drawing):
            yield f"{_plain(caption)}. {drawing.words}"


def _table(table: Table) -> Iterable[str]:
    yield f"**{_plain(table.caption)}**"
    if not table.rows:
        yield table.empty
        return
    kinds = [_cell(table.rows[0][at]).kind for at in range(len(table.head))]
    rule = "|".join("--:" if kind == "number" else "---" for kind in kinds)
    yield "\n".join([_line(table.head), f"|{rule}|", *(_line(row) for row in table.rows)])


def _line(row: Row | Sequence[str]) -> str:
    return "| " + " | ".join(_plain(_cell(one).text) for one in row) + " |"


def _cell(value: Cell | str) -> Cell:
    return value if isinstance(value, Cell) else Cell(value)


def _plain(text: str) -> str:
    """Text in which nothing is markup: names come from a config."""
    for mark in ("\\", "|", "*", "_", "<", "[", "`", "#"):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", " ")
