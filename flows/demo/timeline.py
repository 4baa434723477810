"""The window of time that a synthetic ICS lives through, in days since 1970-01-01."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from governance.errors import BadInput

Days = NDArray[np.int32]
"""Days since 1970-01-01; ``NEVER`` stands for 'not in this life'."""

NEVER = 2_000_000
WINDOW_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Timeline:
    """Months of the window and the first day after each period."""

    periods: tuple[str, ...]
    period_end: tuple[int, ...]
    """Per period, the first day no longer in it."""
    month_start: Days
    """Shape (months + 1,): first day of each month of the window; the last entry is the window's end."""

    @property
    def start(self) -> int:
        """First day of the window."""
        return int(self.month_start[0])

    @property
    def stop(self) -> int:
        """First day after the window."""
        return int(self.month_start[-1])

    @property
    def months(self) -> int:
        """Number of months in the window."""
        return len(self.month_start) - 1

    def month_of(self, day: Days) -> NDArray[np.intp]:
        """Which month of the window each day falls in; days outside are moved to the nearest month."""
        return np.clip(np.searchsorted(self.month_start, day, side="right") - 1, 0, self.months - 1)


def day_number(text: str) -> int:
    """Days since 1970-01-01 of an ISO date."""
    return int(np.datetime64(text, "D").astype(np.int64))


def make_timeline(periods: Sequence[str]) -> Timeline:
    """The window that ends with the last period and is 36 months long.

    Raises:
        BadInput: A period is not ``YYYY-MM``, or they are not in order.
    """
    try:
        months = [np.datetime64(period, "M") for period in periods]
    except ValueError:
        months = []
    if not months or any(len(p) != 7 for p in periods) or months != sorted(set(months)):
        raise BadInput(
            "The periods are not different months in order.",
            why="Each period is a snapshot that grows on the one before.",
            fix="Give months as YYYY-MM, earliest first, such as 2026-03 2026-06 2026-09.",
            code="E-DEMO-PERIODS",
        )
    last = months[-1] + 1
    starts = (last - np.arange(WINDOW_MONTHS, -1, -1)).astype("datetime64[D]").astype(np.int32)
    ends = tuple(int((month + 1).astype("datetime64[D]").astype(np.int64)) for month in months)
    return Timeline(tuple(periods), ends, starts)
