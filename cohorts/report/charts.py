"""Charts as static SVG, drawn from safe cells and rates only.

Each has a title and a description for those who do not see it, and a table beside it on the page. One dark colour
carries the data, so nothing rests on telling colours apart; a hidden count is its symbol, with no mark to measure.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite
from typing import Protocol

from markupsafe import Markup, escape

from governance.disclosure import SafeCell, SafeRate, SafeSpan

WIDTH = 560
"""Of every chart, in the units of its picture."""
_LABEL_WIDTH = 144
_PLOT_LEFT = 154
_TEXT_ROOM = 104
_LINE_HEIGHT = 17
_ROW_HEIGHT, _CLOSE_HEIGHT = 38, 29
"""Of a row; and where there are more than so many rows: a picture of all services is not longer than half a sheet."""
_MANY_ROWS = 12
_LABEL_CHARACTERS = 19
_PIECE = 14
"""Characters of a word too long for its line, before a hyphen: of wide letters no more fit."""
_AXIS_TIMES = 2.5
"""How far the axis reaches, in times the highest rate."""
_APART = 3
"""A rate that lies further off, in times the end of every other interval, is named at the edge, not drawn to scale."""
DATA, GRID, TEXT = "#12436d", "#b1b4b6", "#0b0c0c"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a count of people, and its share of everyone in the chart where that makes sense."""

    label: str
    cell: SafeCell
    share: SafeRate | None = None
    span: SafeSpan | None = None
    """Where the count lies if records are joined otherwise; in the table only."""

    @property
    def text(self) -> str:
        """The words at the end of the bar."""
        if self.cell.people is None or self.share is None or self.share.low is None:
            return self.cell.text
        return f"{self.cell.text} ({self.share.percent_text})"


class Ranged(Protocol):
    """A number with its 95% interval; None where there is none, infinite where nothing bounds it."""

    @property
    def value(self) -> float | None: ...  # noqa: D102 - the class says it
    @property
    def low(self) -> float | None: ...  # noqa: D102
    @property
    def high(self) -> float | None: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def interval_text(self) -> str: ...  # noqa: D102


class Dotted(Protocol):
    """One dot of a chart."""

    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def rate(self) -> Ranged: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Dot:
    """One dot: a rate with its interval."""

    label: str
    rate: SafeRate


@dataclass(frozen=True, slots=True)
class Axis:
    """What the numbers of a chart of dots are."""

    label: str = "People in every 1,000"
    says: str = "Rates per 1,000 people"


_RATES = Axis()


def bar_chart(chart_id: str, title: str, bars: Sequence[Bar], *, most: SafeCell) -> Markup:
    """Horizontal bars of people, in the order given.

    Args:
        chart_id: Unique on the page.
        title: What the chart shows, in a few words.
        bars: The rows.
        most: The count that fills the width, such as everyone in the cohort.
    """
    full = max([bar.cell.people or 0 for bar in bars] + [most.people or 0, 1])
    room = WIDTH - _PLOT_LEFT - _TEXT_ROOM
    parts: list[Markup] = []
    top, least = 4.0, _CLOSE_HEIGHT if len(bars) > _MANY_ROWS else _ROW_HEIGHT
    for bar in bars:
        lines, height = _label(bar.label, top, least)
        middle, width = top + height / 2, room * (bar.cell.people or 0) / full
        parts += lines
        if width:
            parts.append(tag("rect", x=_PLOT_LEFT, y=middle - 10, width=width, height=20, fill=DATA))
        parts.append(line_of_text(_PLOT_LEFT + width + 6, middle + 5, bar.text))
        top += height
    parts.append(tag("line", x1=_PLOT_LEFT, y1=0, x2=_PLOT_LEFT, y2=top, stroke=TEXT))
    described = "; ".join(f"{bar.label}: {bar.text}" for bar in bars)
    return drawn(chart_id, title, f"People in each row. {described}.", parts, top + 4)


def dot_chart(
    chart_id: str, title: str, dots: Sequence[Dotted], *, everyone: Ranged | None = None, axis: Axis = _RATES
) -> Markup:
    """Rates per 1,000, say, as dots on lines that show 95% intervals, with a dashed line at the rate of everyone.

    The axis is cut at a few times the highest rate; an interval that runs on ends in an arrow, and the table has it
    in full. Otherwise the widest interval, of the smallest group, would squeeze all others. So would one rate that lies
    far from all others: an arrow with its number stands at the edge.
    """
    beside = [everyone] if everyone else []  # never left out: its line is drawn to scale
    scale = _Scale.over([*_without_one_apart([dot.rate for dot in dots], beside), *beside])
    parts: list[Markup] = []
    top = 4.0
    for dot in dots:
        lines, height = _label(dot.label, top)
        parts += lines + _dot(dot.rate, scale, top + height / 2)
        top += height
    lines = _axis(scale, top, axis.label) + (_reference(everyone, scale, top) if everyone else [])
    described = "; ".join(f"{dot.label}: {words_of(dot.rate)}" for dot in dots)
    of_all = f" Everyone: {words_of(everyone)}." if everyone else ""
    return drawn(chart_id, title, f"{axis.says} with 95% intervals. {described}.{of_all}", lines + parts, top + 46)


@dataclass(frozen=True, slots=True)
class _Scale:
    """An axis from zero to a round number."""

    top: float
    step: float

    @classmethod
    def over(cls, rates: Sequence[Ranged]) -> "_Scale":
        dots = max([rate.value for rate in rates if rate.value is not None], default=0)
        ends = _furthest(rates)
        highest = min(ends or inf, _AXIS_TIMES * dots) or ends or 1.0
        magnitude = 10.0 ** (len(str(int(highest))) - 1) if highest >= 1 else 0.1
        step = next(m * magnitude for m in (0.2, 0.5, 1, 2, 5) if highest / (m * magnitude) <= 5)
        return cls(step * max(1, ceil(highest / step - 1e-9)), step)

    def x(self, rate: float) -> float:
        return _PLOT_LEFT + (WIDTH - _PLOT_LEFT - 20) * rate / self.top

    @property
    def ticks(self) -> list[float]:
        return [n * self.step for n in range(round(self.top / self.step) + 1)]


def _furthest(rates: Sequence[Ranged]) -> float:
    """Where the last bounded interval ends; 0 without any."""
    return max([rate.high for rate in rates if rate.high is not None and isfinite(rate.high)], default=0)


def _without_one_apart(rates: Sequence[Ranged], beside: Sequence[Ranged]) -> Sequence[Ranged]:
    """Without the highest, if it lies far beyond all others and what is drawn beside them."""
    highest = max(rates, key=lambda rate: rate.value or 0, default=None)
    others = [rate for rate in rates if rate is not highest]
    end = _furthest([*others, *beside])
    return others if highest and end and (highest.value or 0) > _APART * end else rates


def _dot(rate: Ranged, scale: _Scale, middle: float) -> list[Markup]:
    """Interval, its ends, and the dot; or the symbol where there is no rate."""
    if rate.value is None or rate.low is None or rate.high is None:
        return [line_of_text(_PLOT_LEFT + 6, middle + 5, rate.text)]
    low, high = scale.x(min(rate.low, scale.top)), scale.x(min(rate.high, scale.top))
    line = tag("line", x1=low, y1=middle, x2=high, y2=middle, stroke=DATA, stroke_width=2)
    if rate.value > scale.top:
        return [line, _arrow(high, middle), line_of_text(high - 6, middle - 6, rate.text, anchor="end")]
    right = _arrow(high, middle) if rate.high > scale.top else _end(high, middle)
    return [line, _end(low, middle), right, tag("circle", cx=scale.x(rate.value), cy=middle, r=6, fill=DATA)]


def _end(x: float, middle: float) -> Markup:
    return tag("line", x1=x, y1=middle - 5, x2=x, y2=middle + 5, stroke=DATA, stroke_width=2)


def _arrow(x: float, middle: float) -> Markup:
    points = (
        f"{_number(x)},{_number(middle - 6)} {_number(x + 10)},{_number(middle)} {_number(x)},{_number(middle + 6)}"
    )
    return tag("polygon", points=points, fill=DATA)


def _axis(scale: _Scale, bottom: float, label: str) -> list[Markup]:
    parts: list[Markup] = []
    for tick in scale.ticks:
        x = scale.x(tick)
        parts.append(tag("line", x1=x, y1=0, x2=x, y2=bottom, stroke=GRID if tick else TEXT))
        parts.append(line_of_text(x, bottom + 18, f"{tick:,g}", anchor="middle"))
    return [*parts, line_of_text(_PLOT_LEFT, bottom + 38, label)]


def _reference(everyone: Ranged, scale: _Scale, bottom: float) -> list[Markup]:
    """A dashed line at the rate of everyone, named under the axis."""
    if everyone.value is None:
        return []
    x = scale.x(everyone.value)
    dashed = tag("line", x1=x, y1=0, x2=x, y2=bottom, stroke=TEXT, stroke_width=1.5, stroke_dasharray="5 4")
    key = tag(
        "line", x1=400, y1=bottom + 33, x2=430, y2=bottom + 33, stroke=TEXT, stroke_width=1.5, stroke_dasharray="5 4"
    )
    return [dashed, key, line_of_text(436, bottom + 38, f"Everyone: {everyone.text}")]


def words_of(rate: Ranged) -> str:
    """A number and its interval."""
    return rate.text if rate.low is None else f"{rate.text} ({rate.interval_text})"


def _label(text: str, top: float, least: float = _ROW_HEIGHT) -> tuple[list[Markup], float]:
    """A row's name, wrapped, right-aligned beside the plot; and the height of the row."""
    lines = textwrap.wrap(" ".join(map(_hyphened, text.split())), _LABEL_CHARACTERS) or [""]
    height = max(least, _LINE_HEIGHT * len(lines) + 12)
    first = top + height / 2 + 5 - _LINE_HEIGHT * (len(lines) - 1) / 2
    return [
        line_of_text(_LABEL_WIDTH, first + _LINE_HEIGHT * n, line, anchor="end") for n, line in enumerate(lines)
    ], height


def _hyphened(word: str) -> str:
    """A word that fits as it is, a longer one in pieces as long as each other with a hyphen at the end of each.

    Where it has hyphens of its own it is broken there.
    """
    return "-".join(map(_in_pieces, word.split("-"))) if len(word) > _LABEL_CHARACTERS else word


def _in_pieces(word: str) -> str:
    """As long as each other, so that no two of them fit on one line."""
    pieces = ceil(len(word) / _PIECE)
    return word if len(word) < _LABEL_CHARACTERS else "- ".join(textwrap.wrap(word, ceil(len(word) / pieces)))


def line_of_text(x: float, y: float, text: str, *, anchor: str = "start") -> Markup:
    """A line of text at a place."""
    return tag("text", text, x=x, y=y, text_anchor=anchor, fill=TEXT)


def drawn(chart_id: str, title: str, description: str, parts: Sequence[Markup], height: float) -> Markup:
    """The picture, with the words for those who do not see it."""
    names = f"{chart_id}-title {chart_id}-desc"
    inside = [tag("title", title, id=f"{chart_id}-title"), tag("desc", description, id=f"{chart_id}-desc"), *parts]
    # viewBox is spelt with a capital B, which tag's names cannot carry.
    head = Markup('<svg class="chart" role="img" aria-labelledby="{}" viewBox="0 0 {} {}" focusable="false">')
    return head.format(names, WIDTH, _number(height)) + Markup("").join(inside) + Markup("</svg>")


def tag(name: str, text: str | None = None, /, **attributes: str | float) -> Markup:
    """One SVG element; numbers to one decimal, everything else escaped."""
    spelt = "".join(f' {key.replace("_", "-")}="{escape(_number(value))}"' for key, value in attributes.items())
    return Markup(f"<{name}{spelt}/>" if text is None else f"<{name}{spelt}>{escape(text)}</{name}>")  # noqa: S704 - escaped above


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
