"""Rates and intervals, computed from released counts only.

Whoever holds the published counts can compute the same rates, so a rate can never say more than its counts. Where a
count has a span, the interval holds it too: chance and doubt about links are one interval (decision 116), made of the
count and of the span as published.
"""

from dataclasses import dataclass
from math import hypot, sqrt

from governance.disclosure.rounding import SYMBOLS, SafeCell, Status
from governance.disclosure.spans import SafeSpan
from governance.errors import InternalError

_Z95 = 1.959963984540054
"""Two-sided 95% point of the normal distribution."""

_LOWEST_SHOWN = 0.05
"""Rates are shown to one decimal; below this they would read 0.0, which says nobody."""


@dataclass(frozen=True, slots=True)
class SafeRate:
    """People in every 1,000, with a 95% interval; the three numbers are None unless the status is shown.

    A low rate ``[low]`` has an interval but reads as zero at the precision shown.
    """

    status: Status
    per_1000: float | None
    low: float | None
    high: float | None
    by_chance_alone: bool = True
    """Whether the interval leaves out doubt about links: nothing is known of it, or nobody was found."""

    @property
    def value(self) -> float | None:
        """The rate in every 1,000."""
        return self.per_1000

    @property
    def text(self) -> str:
        """The rate for a table, to one decimal, or its symbol."""
        return _one_decimal(self.per_1000) if self.status is Status.SHOWN else SYMBOLS[self.status]

    @property
    def interval_text(self) -> str:
        """Such as ``35.0 to 46.1``, or the symbol."""
        if self.low is None:
            return SYMBOLS[self.status]
        return f"{_one_decimal(self.low)} to {_one_decimal(self.high)}"

    @property
    def percent_text(self) -> str:
        """The same as a whole percentage, or the symbol."""
        if self.status is not Status.SHOWN or self.per_1000 is None:
            return SYMBOLS[self.status]
        percent = round(self.per_1000 / 10)
        return f"{percent}%" if percent or not self.per_1000 else SYMBOLS[Status.LOW]


def rate_per_1000(
    part: SafeCell, whole: SafeCell, *, part_span: SafeSpan | None = None, whole_span: SafeSpan | None = None
) -> SafeRate:
    """The rate of ``part`` in ``whole``, with a 95% interval, all from released counts.

    Wilson's interval is what chance does. Where spans are given, the distances of their ends are added in squares to
    those of Wilson's limits: what links, noise and rounding do is another matter than chance. So the interval holds
    both Wilson's and the span.

    Args:
        part: Released count of people, such as those who meet a definition.
        whole: Released count of the people they are among.
        part_span: Where ``part`` lies if records are joined otherwise.
        whole_span: The same of ``whole``.

    Returns:
        Hidden if either is hidden, not available if either is absent, not applicable in a group of nobody.

    Raises:
        InternalError: ``part`` is larger than ``whole`` by more than noise and rounding can make it, so they do not
            belong together. Where noise did it, the share is all.

    Source:
        Wilson 1927; the method of Public Health England's technical guide for proportions. Limits' distances
        added in squares: Zou and Donner 2008, Stat Med 27:1693.
    """
    if barred := _barred(part, whole):
        return SafeRate(barred, None, None, None)
    people, among = part.people or 0, whole.people or 0
    if people - part.give > among + whole.give:
        raise _not_a_part()
    people = min(people, among)
    low, high = _wilson(people, among)
    if part_span and people:
        low, high = _with_spans((low, people / among, high), part_span, whole_span, part.people or 0, among)
    rate = 1000 * people / among
    status = Status.LOW if 0 < rate < _LOWEST_SHOWN else Status.SHOWN
    return SafeRate(status, rate, 1000 * low, 1000 * high, by_chance_alone=not (part_span and people))


def clearly_higher(one: SafeRate, other: SafeRate) -> bool:
    """Whether ``one`` lies above ``other`` with intervals that do not overlap. Anything else is no clear difference."""
    return one.low is not None and other.high is not None and one.low > other.high


def _barred(part: SafeCell, whole: SafeCell) -> Status | None:
    """Why there is no rate, the strictest reason first."""
    for status in (Status.HIDDEN, Status.NOT_AVAILABLE, Status.NOT_APPLICABLE, Status.LOW):
        if status in (part.status, whole.status):
            return status
    return None if whole.people else Status.NOT_APPLICABLE


def _wilson(people: int, among: int) -> tuple[float, float]:
    """Lower and upper limit of a proportion; exactly 0 and 1 at the ends."""
    share, weight = people / among, _Z95**2 / among
    middle = share + weight / 2
    reach = _Z95 * sqrt(share * (1 - share) / among + weight / (4 * among))
    low = 0.0 if people == 0 else (middle - reach) / (1 + weight)
    high = 1.0 if people == among else (middle + reach) / (1 + weight)
    return low, high


def _with_spans(
    chance: tuple[float, float, float], part_span: SafeSpan, whole_span: SafeSpan | None, people: int, among: int
) -> tuple[float, float]:
    """Limits of a share whose parts may be others: distances, in times the share, added in squares.

    Args:
        chance: Wilson's lower limit, the share, his upper limit.
        part_span: Of the people who are counted.
        whole_span: Of those they are among.
        people: Who are counted, above zero.
        among: Of whom.
    """
    low, share, high = chance
    fewer = [1 - low / share, max(0.0, 1 - part_span.low / people)]
    more = [high / share - 1, max(0.0, part_span.high / people - 1)]
    if whole_span:
        fewer.append(max(0.0, 1 - among / max(whole_span.high, 1)))
        more.append(max(0.0, among / max(whole_span.low, 1) - 1))
    return max(0.0, share * (1 - hypot(*fewer))), min(1.0, share * (1 + hypot(*more)))


def _one_decimal(number: float | None) -> str:
    return f"{number or 0:,.1f}"


def _not_a_part() -> InternalError:
    return InternalError(
        "A rate was asked of a count that is larger than its population.",
        why="A rate says how many of a group; the two counts are not of the same people.",
        fix="Report it with the name of the measure; nothing was written.",
        code="E-RATE",
    )
