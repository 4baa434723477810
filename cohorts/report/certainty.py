"""How far a number is to be trusted: its grade, what missed links do to it, and when a gap would disappear.

Grades follow from two things a board can check on the page: how wide the range is within which the number lies if
records are joined otherwise, and for how many people nobody can tell. Both limits are ours (decision 47): a range of a
quarter of the number changes no decision, one of more than half may.
"""

from dataclasses import dataclass
from math import ceil

from cohorts.report.charts import Dot
from cohorts.report.findings import clear_difference, quoted
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
    if span is None or not span.per_point:
        return ""
    if span.per_point > 0:
        return "A link that we missed makes this number too low: one person is counted as two, and neither is found."
    return "A link that we missed makes this number too high: help that was given seems to be somebody else's."


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
    apart = clear_difference(dots)
    if not apart:
        return ""
    high, low = apart
    # Links missed among those with the lower rate may hide people there; among the others they may invent them.
    sides = ((low, 1.0), (high, -1.0))
    needed = [
        (points, dot.label)
        for dot, sign in sides
        if (points := _points(frame, cohort, dimension, groups[dot.label], high.rate, low.rate, sign)) is not None
    ]
    if not needed:
        return "Missed links would not make this difference smaller."
    points, label = min(needed)
    if points > _MOST_POINTS:
        return (
            f"Missed links are unlikely to explain it: more than {_MOST_POINTS} in every 100 would have to be missing."
        )
    return (
        f"It would disappear if {points} more in every 100 links were missing in the group {quoted(label)}"
        " than we allow for."
    )


def _points(
    frame: SafeFrame, cohort: str, dimension: str, group: str, high: SafeRate, low: SafeRate, sign: float
) -> int | None:
    span, people = (
        frame.span(cohort, "met", dimension, group),
        frame.cell(cohort, "population", dimension, group).people,
    )
    if span is None or not people or span.per_point * sign <= 0 or high.low is None or low.high is None:
        return None
    gap = (high.low - low.high) / 1000 * people
    return max(1, ceil(gap / (span.per_point * sign)))
