"""What the page is made of: sections of paragraphs, lists and tables, with no idea of HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

NOTHING = "\N{EN DASH}"
"""What stands in a cell that has nothing to say."""

CellKind = Literal["text", "number", "code", "good", "bad", "warn", "wait"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; ``good``, ``bad``, ``warn`` and ``wait`` are shown as tags, never by colour alone."""

    text: str
    kind: CellKind = "text"


Row = Sequence[Cell | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first column names each row."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Row]
    wide: bool = False
    """Needs more room than a narrow screen has: scrolls inside its own region."""
    empty: str = "Nothing to show."
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Points:
    """A bulleted list."""

    items: Sequence[str]
    kind: Literal["points"] = "points"


@dataclass(frozen=True, slots=True)
class Folded:
    """A table that is opened on demand."""

    summary: str
    table: Table
    kind: Literal["folded"] = "folded"


@dataclass(frozen=True, slots=True)
class ZonePanel:
    """One zone of the data flow: what came in and what it holds now."""

    title: str
    who: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Flow:
    """The zones in the order in which data pass through them."""

    panels: Sequence[ZonePanel]
    kind: Literal["flow"] = "flow"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with a caption; its words stand below it too."""

    caption: str
    drawing: Any
    kind: Literal["picture"] = "picture"


Block = Picture | Table | Text | Points | Folded | Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One heading and what stands under it."""

    id: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line of the summary."""

    title: str
    tag: Cell
    sentence: str
    section: str
    """Id of the section with the evidence."""


def number(value: int) -> Cell:
    """An exact count with thousands separators."""
    return Cell(f"{value:,}", "number")


def code(text: str) -> Cell:
    """A name, path or digest as it stands in a file."""
    return Cell(text, "code")
