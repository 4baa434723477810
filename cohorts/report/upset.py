"""An UpSet picture as static SVG: a row for each combination, a dot for each service in it, a bar for its people.

Rows, not columns, so that bars are read like those of the other charts. Which services make a combination is shown by
filled dots on a line, and hollow ones for the rest: by shape and size, so nothing rests on telling colours apart. Rows
that are no combination of named services (nobody, all the others) say so in words instead.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cohorts.report.charts import DATA, TEXT, WIDTH, Bar, drawn, line_of_text, tag
from governance.disclosure import SafeCell

_ROW, _TOP = 32, 8
_WIDEST_STEP, _DOTS_ROOM, _WORDS_ROOM = 36.0, 290, 172
"""Between two services; for all of them; and what a row in words needs."""
_TEXT_ROOM = 92
_CHARACTER, _LINE = 8.5, 15
_NARROW = 18
"""A service's name of more characters than this is broken into lines."""
_STRIPE, _HOLLOW = "#f1f4f7", "#6f777b"


@dataclass(frozen=True, slots=True)
class SetRow:
    """One combination: its services, and its bar. Without services its label is printed where the dots would be."""

    services: frozenset[str]
    bar: Bar


def upset_chart(
    chart_id: str, title: str, services: Sequence[tuple[str, str]], rows: Sequence[SetRow], *, most: SafeCell
) -> Markup:
    """Combinations in the order given.

    Args:
        chart_id: Unique on the page.
        title: What the chart shows, in a few words.
        services: Id and short name of each column.
        rows: The combinations.
        most: The count that fills the width, such as everyone in the cohort, where no bar is near it.
    """
    step = min(_WIDEST_STEP, _DOTS_ROOM / max(len(services), 1))
    left = max(step * len(services), _WORDS_ROOM)
    heads, top = _heads([name for _, name in services], left, step)
    places = {each: left - step * (len(services) - n - 0.5) for n, (each, _) in enumerate(services)}
    full = max([row.bar.cell.people or 0 for row in rows] + [(most.people or 0) // 2, 1])
    parts = list(heads)
    for number, row in enumerate(rows):
        middle = top + _ROW * (number + 0.5)
        if number % 2 == 0:
            parts.append(tag("rect", x=0, y=middle - _ROW / 2, width=left + 6, height=_ROW, fill=_STRIPE))
        parts += _dots(row, places, middle) if row.services else [line_of_text(6, middle + 5, row.bar.label)]
        parts += _bar(row.bar, left + 12, middle, full)
    bottom = top + _ROW * len(rows)
    parts.append(tag("line", x1=left + 12, y1=top, x2=left + 12, y2=bottom, stroke=TEXT))
    described = "; ".join(f"{row.bar.label}: {row.bar.text}" for row in rows)
    says = f"Each row is the people seen by these services and by no other in the picture. {described}."
    return drawn(chart_id, title, says, parts, bottom + 4)


def _heads(names: Sequence[str], left: float, step: float) -> tuple[list[Markup], float]:
    """The names of the services, upright over their dots; and where the first row begins."""
    wrapped = [textwrap.wrap(name, max(_NARROW, len(name) // 2 + 3)) or [""] for name in names]
    height = _TOP + _CHARACTER * max((len(line) for lines in wrapped for line in lines), default=0) + 8
    parts = []
    for n, lines in enumerate(wrapped):
        middle = left - step * (len(names) - n - 0.5)
        for at, line in enumerate(lines):
            x = middle + 5 + _LINE * (at - (len(lines) - 1) / 2)
            y = height - 8
            parts.append(tag("text", line, transform=f"translate({x:.1f} {y:.1f}) rotate(-90)", fill=TEXT))
    return parts, height


def _dots(row: SetRow, places: dict[str, float], middle: float) -> list[Markup]:
    """Filled and joined where a service is in the combination, small and hollow where it is not."""
    inside = [x for each, x in places.items() if each in row.services]
    parts = [tag("line", x1=min(inside), y1=middle, x2=max(inside), y2=middle, stroke=DATA, stroke_width=3)]
    for each, x in places.items():
        if each in row.services:
            parts.append(tag("circle", cx=x, cy=middle, r=8, fill=DATA))
        else:
            parts.append(tag("circle", cx=x, cy=middle, r=4, fill="#ffffff", stroke=_HOLLOW, stroke_width=1.5))
    return parts


def _bar(bar: Bar, left: float, middle: float, full: int) -> list[Markup]:
    width = (WIDTH - left - _TEXT_ROOM) * (bar.cell.people or 0) / full
    parts = [tag("rect", x=left, y=middle - 9, width=width, height=18, fill=DATA)] if width else []
    return [*parts, line_of_text(left + width + 6, middle + 5, bar.text)]
