"""Reports in their order as a static SVG: a line of levels with 95% intervals, and marks where one stands out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from markupsafe import Markup

from cohorts.report.charts import DATA, GRID, TEXT, Axis, Ranged, drawn, line_of_text, tag, words_of

_LEFT, _RIGHT, _TOP, _HEIGHT = 56.0, 540.0, 34.0, 200.0
_LABELS = 6
"""Months named under the axis, at most."""


@dataclass(frozen=True, slots=True)
class Point:
    """One report."""

    label: str
    level: Ranged
    marked: bool = False


def trend_chart(chart_id: str, title: str, points: Sequence[Point], *, axis: Axis) -> Markup:
    """Levels of reports, oldest first.

    Args:
        chart_id: Unique on the page.
        title: What the chart shows, in a few words.
        points: Each with a level.
        axis: What the levels are.
    """
    top = _round_up(max([_end(point) for point in points], default=1.0))
    bottom = _TOP + _HEIGHT
    parts = [line_of_text(8, 14, axis.label)]
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * _HEIGHT
        parts.append(tag("line", x1=_LEFT, y1=y, x2=_RIGHT, y2=y, stroke=TEXT if not share else GRID))
        parts.append(line_of_text(_LEFT - 6, y + 5, f"{share * top:,g}", anchor="end"))
    places = [_LEFT + 16 + (_RIGHT - _LEFT - 32) * n / max(len(points) - 1, 1) for n in range(len(points))]
    step = -(-len(points) // _LABELS)
    for number, (x, point) in enumerate(zip(places, points, strict=True)):
        parts += _mark(x, point, top, bottom)
        if (len(points) - 1 - number) % step == 0:
            parts.append(line_of_text(x, bottom + 20, point.label, anchor="middle"))
    line = " ".join(
        f"{x:.1f},{_y(point.level.value or 0, top, bottom):.1f}" for x, point in zip(places, points, strict=True)
    )
    parts.append(tag("polyline", points=line, fill="none", stroke=DATA, stroke_width=2))
    told = "; ".join(f"{each.label}: {words_of(each.level)}{', marked' if each.marked else ''}" for each in points)
    return drawn(chart_id, title, f"{axis.says} with 95% intervals, report by report. {told}.", parts, bottom + 30)


def _mark(x: float, point: Point, top: float, bottom: float) -> list[Markup]:
    level = point.level
    if level.value is None or level.low is None or level.high is None:
        return []
    low, high = (_y(min(end, top), top, bottom) for end in (level.low, level.high))
    y = _y(level.value, top, bottom)
    found = [tag("line", x1=x, y1=low, x2=x, y2=high, stroke=DATA, stroke_width=1)]
    if point.marked:
        found.append(tag("rect", x=x - 9, y=y - 9, width=18, height=18, fill="none", stroke=TEXT, stroke_width=2))
    return [*found, tag("circle", cx=x, cy=y, r=5, fill=DATA)]


def _end(point: Point) -> float:
    level = point.level
    ends = [end for end in (level.value, level.high) if end is not None and isfinite(end)]
    return max(ends, default=0.0)


def _y(value: float, top: float, bottom: float) -> float:
    return bottom - _HEIGHT * value / top


def _round_up(value: float) -> float:
    """A round number that is not smaller."""
    if value <= 0:
        return 1.0
    size = 10.0 ** (len(str(int(value))) - 1) if value >= 1 else 0.1
    return next(each * size for each in (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10) if each * size >= value)
