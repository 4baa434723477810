"""Median waits in weeks, worked out from released counts in bands and from nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from governance.disclosure import ALL, EVERYONE, CellKey, SafeCell, SafeFrame, SafeSpan, Status
from governance.disclosure.banded import Z95, Banded, Bounded, gap, median_wait
from governance.disclosure.waits import BANDS, MOST_DEPRIVED, OTHERS, PLACE, SEEN, UNSEEN, WAIT, referred, waited

FEWEST = 20
"""People referred below whom a median says nothing."""
_MOST_HIDDEN = 0.5
"""Share of the people referred who may stand in hidden bands before the median is left out."""
_ENDS = [float(end) for _, end in BANDS]
_LONGEST = BANDS[-1][0]

_FEW = "[x]"


@dataclass(frozen=True, slots=True)
class Weeks:
    """A number of weeks with its 95% interval."""

    estimate: Bounded | None
    why_not: str = _FEW
    """The symbol where there is none."""

    @property
    def value(self) -> float | None:
        """None where it is not known, or longer than bands can tell."""
        return self.estimate.value if self.estimate and isfinite(self.estimate.value) else None

    @property
    def low(self) -> float | None:
        """The lower limit."""
        return self.estimate.low if self.estimate else None

    @property
    def high(self) -> float | None:
        """The upper limit; infinite where there is none."""
        return self.estimate.high if self.estimate else None

    @property
    def text(self) -> str:
        """To one decimal, or ``over 18``, or the symbol."""
        return _weeks(self.estimate.value) if self.estimate else self.why_not

    @property
    def interval_text(self) -> str:
        """Such as ``1.8 to 3.0``, or the symbol."""
        if self.low is None or self.high is None:
            return self.why_not
        if not isfinite(self.low):
            return _weeks(self.low)
        return f"{_weeks(self.low)} to {_weeks(self.high)}"


@dataclass(frozen=True, slots=True)
class Gap:
    """Weeks by which the median is longer in the most deprived fifth of areas than in all others."""

    estimate: Bounded | None
    is_beyond: bool = False
    """Whether there is none because a median lies beyond what bands can tell, and not for want of people."""

    @property
    def clear(self) -> int:
        """1 if surely longer there, -1 if surely shorter, 0 if the interval includes none or is not known."""
        if self.estimate is None:
            return 0
        return int(self.estimate.low > 0) - int(self.estimate.high < 0)

    @property
    def text(self) -> str:
        """With its sign, or the symbol."""
        return _signed(self.estimate.value) if self.estimate else _FEW

    @property
    def interval_text(self) -> str:
        """Such as ``-0.4 to 2.1``; an end that is not known says so."""
        if self.estimate is None:
            return _FEW
        low, high = self.estimate.low, self.estimate.high
        if not isfinite(low) and not isfinite(high):
            return "not known"
        return f"{_signed(low) if isfinite(low) else 'not known'} to {_signed(high) if isfinite(high) else 'not known'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceWait:
    """The waits of one service in one release."""

    source: str
    people: SafeCell
    """Referred in 12 months."""
    span: SafeSpan | None = None
    """Where that number lies if records are joined otherwise."""
    median: Weeks
    deprived: Weeks
    others: Weeks
    gap: Gap

    @property
    def is_between(self) -> bool:
        """Whether the median of everybody lies between those of its two parts, as far as all three are known."""
        whole, one, other = self.median.value, self.deprived.value, self.others.value
        if whole is None or one is None or other is None:
            return True
        return min(one, other) <= whole <= max(one, other)


def services_waited_for(frame: SafeFrame) -> list[str]:
    """Services that anybody was referred to, in the order of their ids."""
    found = (measure.split(":") for measure in frame.measures(EVERYONE))
    return sorted(parts[1] for parts in found if parts[0] == WAIT and len(parts) == 2)


def service_wait(frame: SafeFrame, source: str) -> ServiceWait:
    """The median of everybody and of both groups of places, and the gap between them."""
    deprived, others = (_median(frame, source, PLACE, group) for group in (MOST_DEPRIVED, OTHERS))
    return ServiceWait(
        source=source,
        people=frame.cell(EVERYONE, referred(source)),
        span=frame.span(EVERYONE, referred(source)),
        median=_median(frame, source, ALL, ALL),
        deprived=deprived,
        others=others,
        gap=_gap(deprived.estimate, others.estimate),
    )


def _gap(deprived: Bounded | None, others: Bounded | None) -> Gap:
    if deprived is None or others is None:
        return Gap(None)
    return Gap(gap(deprived, others), is_beyond=not (isfinite(deprived.value) and isfinite(others.value)))


def _median(frame: SafeFrame, source: str, dimension: str, group: str) -> Weeks:
    people = frame.cell(EVERYONE, referred(source), dimension, group)
    if people.people is None:
        return Weeks(None, people.text)
    if people.people < FEWEST:
        return Weeks(None)
    named = [CellKey(EVERYONE, waited(source, how, band), dimension, group) for how in (SEEN, UNSEEN) for band in BANDS]
    known = _as_known(frame, people.people, {key: frame.cell(*key[:4]) for key in named})
    return Weeks(median_wait(known, _ENDS) if known else None)


def _as_known(frame: SafeFrame, people: int, cells: Mapping[CellKey, SafeCell]) -> Banded | None:
    """Counts as far as they are known: hidden ones share what the total leaves, and may be anything their rule allows.

    Shown ones may have been moved by noise and rounding, and by links that are in doubt.

    Returns:
        None if most people stand in hidden bands.
    """
    hidden = [key for key, cell in cells.items() if cell.status is Status.HIDDEN]
    left = max(people - sum(cell.people or 0 for cell in cells.values()), len(hidden))
    if hidden and left > _MOST_HIDDEN * people:
        return None
    means, variances = [], []
    for key, cell in cells.items():
        mean, variance = _hidden(frame, cell, left, len(hidden)) if key in hidden else _shown(frame, key, cell)
        means.append(mean)
        variances.append(variance)
    half = len(BANDS)
    found, spread = np.array(means, np.float64), np.array(variances, np.float64)
    return Banded(found[:half], found[half:], spread[:half], spread[half:])


def _shown(frame: SafeFrame, key: CellKey, cell: SafeCell) -> tuple[float, float]:
    span = frame.span(*key[:4])
    links = (span.doubt / (2 * Z95)) ** 2 if span else 0.0
    return float(cell.people or 0), frame.rule.variance + links if cell.people else 0.0


def _hidden(frame: SafeFrame, cell: SafeCell, left: int, hidden: int) -> tuple[float, float]:
    low, high = frame.rule.bounds(cell)
    return min(max(left / hidden, low), high), ((high - low + 1) ** 2 - 1) / 12


def _weeks(weeks: float) -> str:
    return f"{weeks:.1f}" if isfinite(weeks) else f"over {_LONGEST}"


def _signed(weeks: float) -> str:
    shown = f"{abs(weeks):.1f}"
    return f"{'-' if weeks < 0 and shown != '0.0' else ''}{shown}"
