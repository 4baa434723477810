"""Recall against exposure as a picture that needs no script, no colour and no font of its own."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 960, 620
LEFT, RIGHT, TOP, BOTTOM = 90, 30, 70, 80
TICKS = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
CEILING = 0.002
LETTER = 6.6
"""Width of a letter of a label, in pixels; a leader starts behind the label."""
ROW = 15
"""Height of a line of text, in pixels: labels nearer than that to one another are moved apart."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One config."""

    name: str
    recall: float
    alone: float
    """Share unique by structure, a register alone."""
    both: float
    """The same with a second source."""
    chosen: bool
    """A preset."""


def plot(dots: Sequence[Dot]) -> str:
    """SVG with a title and a description; each config has a disc (register), a ring (second source) and a line."""
    low = min(dot.recall for dot in dots)
    floor = math.floor(20 * low) / 20
    told = "; ".join(f"{dot.name}: recall {dot.recall:.3f}, {dot.alone:.2%} and {dot.both:.2%}" for dot in dots)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' aria-labelledby="title desc" font-family="sans-serif" font-size="13" fill="#1a1a1a">',
        '<title id="title">Recall of blocking against exposure</title>',
        f'<desc id="desc">Recall, share unique in a register alone, with a second source. {escape(told)}.</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="28" font-size="17" font-weight="bold">The more people found, the more is shown</text>',
        f'<text x="{LEFT}" y="50">Disc: a register alone. Ring: with a second source that may hold a person twice.'
        " Bold and black: the presets.</text>",
        *_axes(floor),
        *_dots(sorted(dots, key=lambda dot: -dot.recall), floor),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _x(share: float) -> float:
    low, high = math.log(TICKS[0]), math.log(TICKS[-1])
    return LEFT + (WIDTH - LEFT - RIGHT) * (math.log(min(max(share, TICKS[0]), TICKS[-1])) - low) / (high - low)


def _y(recall: float, floor: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (recall - floor) / (1 - floor)


def _axes(floor: float) -> Iterator[str]:
    foot = HEIGHT - BOTTOM
    for tick in TICKS:
        yield f'<line x1="{_x(tick):.1f}" y1="{TOP}" x2="{_x(tick):.1f}" y2="{foot}" stroke="#dddddd"/>'
        yield f'<text x="{_x(tick):.1f}" y="{foot + 20}" text-anchor="middle">{100 * tick:g}%</text>'
    for step in range(round(20 * floor), 21):
        y = _y(step / 20, floor)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{step / 20:.2f}</text>'
    yield (
        f'<line x1="{_x(CEILING):.1f}" y1="{TOP}" x2="{_x(CEILING):.1f}" y2="{foot}" stroke="#1a1a1a"'
        ' stroke-dasharray="6 4"/>'
    )
    yield f'<text x="{_x(CEILING) + 6:.1f}" y="{foot - 8}">ceiling for a register of 1.5 million</text>'
    across = "Share of people unique by who shares a block with whom (logarithmic)"
    yield f'<text x="{LEFT}" y="{HEIGHT - 22}">{across}</text>'
    yield f'<text x="22" y="{foot}" transform="rotate(-90 22 {foot})">Share of true pairs brought together</text>'


def _dots(dots: Sequence[Dot], floor: float) -> Iterator[str]:
    """Dots from the top down; a label that would cover the one above is moved below it."""
    above = 0.0
    for dot in dots:
        ink, weight = ("#1a1a1a", "bold") if dot.chosen else ("#5c5c5c", "normal")
        y = _y(dot.recall, floor)
        above = max(y, above + ROW)
        yield (
            f'<line x1="{LEFT + 14 + LETTER * len(dot.name):.1f}" y1="{above:.1f}" x2="{_x(dot.alone) - 7:.1f}"'
            f' y2="{y:.1f}" stroke="{ink}" stroke-dasharray="2 3"/>'
        )
        yield (
            f'<line x1="{_x(dot.alone):.1f}" y1="{y:.1f}" x2="{_x(dot.both):.1f}" y2="{y:.1f}" stroke="{ink}"'
            ' stroke-opacity="0.35"/>'
        )
        yield f'<circle cx="{_x(dot.alone):.1f}" cy="{y:.1f}" r="5" fill="{ink}"/>'
        yield f'<circle cx="{_x(dot.both):.1f}" cy="{y:.1f}" r="5" fill="#ffffff" stroke="{ink}" stroke-width="2"/>'
        yield (
            f'<text x="{LEFT + 8}" y="{above + 4:.1f}" font-weight="{weight}" fill="{ink}">{escape(dot.name)}</text>'
        )
