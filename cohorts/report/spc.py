"""Change beyond what months do by chance: an XmR chart of the change from report to report, not of the level.

Counts here look back 12 months and more, so two neighbouring reports share most of their people and levels wander:
run rules on levels would see a signal in most runs in which nothing happened (decision 76). The change from one month
to the next does not share them: it is what came in less what fell out of the window.

    limits = mean change -+ 2.66 * mean moving range of the changes

Rules, of NHS England's Making Data Count, as they apply to changes: one outside the limits; seven or more in a row on
one side of no change. 2.66 is 3 / 1.128 (Wheeler 1993, Understanding Variation). At least 12 changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_CHANGES = 12
RUN = 7
_LIMIT = 2.66


@dataclass(frozen=True, slots=True)
class Signals:
    """Points of a series, by their place in it, at which something happened that chance hardly explains."""

    jumps: tuple[int, ...]
    """Those whose change from the point before lies outside the limits."""
    rises: tuple[int, ...]
    """Those that end a run of seven or more rises."""
    falls: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.jumps or self.rises or self.falls)


def signals(levels: Sequence[float], *, noise: float = 0.0) -> Signals | None:
    """What stands out in a series of reports of unbroken months.

    Args:
        levels: Rates or medians, oldest first.
        noise: Standard deviation of one level that disclosure control alone makes, in its unit: where numbers hardly
            move, what rounding does is no jump.

    Returns:
        None with fewer than 12 changes.
    """
    change = np.diff(np.asarray(levels, np.float64))
    if len(change) < FEWEST_CHANGES:
        return None
    reach = max(_LIMIT * np.abs(np.diff(change)).mean(), 3 * noise * np.sqrt(2))
    beyond = np.flatnonzero(np.abs(change - change.mean()) > reach)
    return Signals(tuple(int(n) + 1 for n in beyond), _runs(change > 0), _runs(change < 0))


def _runs(holds: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[int, ...]:
    """The last point of each run of seven or more."""
    edges = np.diff(np.r_[0, holds.astype(np.int8), 0])
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return tuple(int(end) for start, end in zip(starts, ends, strict=True) if end - start >= RUN)
