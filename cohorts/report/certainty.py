"""How far a number is to be trusted: its grade, what missed links do to it, and when a gap would disappear.

Grades follow from two things a board can check on the page: how wide the range is within which the number lies if
records are joined otherwise, and for how many people nobody can tell. Both limits are ours (decision 47): a range of a
quarter of the number changes no decision, one of more than half may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from cohorts.report.charts import Bar, Dot
from cohorts.report.findings import clear_difference, most_common, quoted
from governance.disclosure import SafeFrame, SafeRate

ENOUGH, CHECK = (0.25, 0.1), (0.6, 0.3)
"""Of grades A and B: the widest range for the number, and the largest share of people nobody can tell of."""

_WORDS = {"A": "enough to act on", "B": "check first", "C": "a first look only"}
_MOST_POINTS = 20
"""Beyond so many missed links in a hundred nobody needs the exact number."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How sure one finding is."""

    letter: str
    reason: str

    @property
    def words(self) -> str:
        """Such as ``B, check first``."""
        return f"{self.letter}, {_WORDS[self.letter]}"

    @property
    def text(self) -> str:
        """Such as ``Grade B, check first: …``."""
        return f"Grade {self.words}: {self.reason}."


def grade(frame: SafeFrame, cohort: str) -> Grade | None:
    """The grade of how many people were found; none where that number is not shown or nobody was found."""
    found, span = frame.cell(cohort, "met").people, frame.span(cohort, "met")
    if not found or span is None:
        return None
    width, unknown = (span.high - span.low) / found, _unknown(frame, cohort)
    limits = (("A", ENOUGH), ("B", CHECK))
    letter = next((name for name, (widest, most) in limits if width <= widest and unknown <= most), "C")
    told = f"if records were joined otherwise, we would find {span.text} people"
    if unknown > ENOUGH[1]:
        told += f", and for {round(unknown * 100)} in every 100 people we cannot tell"
    return Grade(letter, told)


def _unknown(frame: SafeFrame, cohort: str) -> float:
    """Share of the people looked at of whom nobody can tell, as far as the released counts say."""
    unknown, people = frame.cell(cohort, "cannot_tell").people, frame.cell(cohort, "population").people
    return (unknown or 0) / people if people else 0.0


def direction(frame: SafeFrame, cohort: str) -> str:
    """Which way missed links move the number: who is found by two records is lost, who must lack one is gained."""
    span = frame.span(cohort, "met")
    if span is None or not span.lost_per_100:
        return ""
    if span.lost_per_100 > 0:
        return "A link that we missed makes this number too low: one person is counted as two, and neither is found."
    return "A link that we missed makes this number too high: help that was given seems to be somebody else's."


def lead_in_doubt(bars: Sequence[Bar]) -> str:
    """Whether the largest row would still be it if records were joined otherwise.

    Args:
        bars: Rows of a breakdown.

    Returns:
        A sentence; empty where no one row is the largest, or its span is not told.
    """
    top = most_common(bars)
    if top is None or top.span is None:
        return ""
    others = max((bar.span.high for bar in bars if bar is not top and bar.span), default=0)
    told = f"If records were joined otherwise, it would be {top.span.text} people"
    return f"{told}, and another could be the largest." if others >= top.span.low else f"{told}."


def tipping_point(frame: SafeFrame, cohort: str, dimension: str, groups: dict[str, str], dots: list[Dot]) -> str:
    """How many links would have to be missed in one group for a clear difference to disappear.

    Args:
        frame: The released counts, with their spans.
        cohort: Whose.
        dimension: The breakdown.
        groups: Group ids by label.
        dots: The breakdown's rates.

    Returns:
        A sentence; empty where there is no clear difference, or where missed links could not make one.
    """
    apart, span = clear_difference(dots), frame.span(cohort, "met")
    if not apart or span is None:
        return ""
    if not span.lost_per_100:
        return "Missed links hardly move these numbers."
    high, low = apart
    # Links missed among those with the lower rate may hide people there; among the others they may invent them.
    sides = ((low, 1.0), (high, -1.0))
    needed = [
        (points, dot.label)
        for dot, sign in sides
        if (points := _points(frame, cohort, dimension, groups[dot.label], (high.rate, low.rate), sign)) is not None
    ]
    if not needed:
        return "Missed links would not make this difference smaller."
    points, label = min(needed)
    if points > _MOST_POINTS:
        return (
            f"Missed links are unlikely to explain it: more than {_MOST_POINTS} in every 100 would have to be missing."
        )
    return (
        f"This allows for links that we missed. The difference could be gone if we missed {points} more in every 100 in"
        f" the group {quoted(label)}; it may take twice as many."
    )


def _points(
    frame: SafeFrame, cohort: str, dimension: str, group: str, apart: tuple[SafeRate, SafeRate], sign: float
) -> int | None:
    """Made of released counts and of one step of a ladder for the whole cohort: nothing of the group's own links."""
    span = frame.span(cohort, "met")
    found, people = (frame.cell(cohort, measure, dimension, group).people for measure in ("met", "population"))
    high, low = apart
    if span is None or span.lost_per_100 * sign <= 0 or not people or high.low is None or low.high is None:
        return None
    moved = span.lost_per_100 * sign / 100 * (found or 0)
    gap = (high.low - low.high) / 1000 * people
    return max(1, ceil(gap / moved)) if moved else _MOST_POINTS + 1
