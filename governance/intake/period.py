"""Periods: `YYYY-MM` names the data up to the end of that month."""

import re
from datetime import date

from governance.errors import BadInput

_PERIOD = re.compile(r"(?P<year>[12][0-9]{3})-(?P<month>0[1-9]|1[0-2])")


def as_of_date(period: str) -> date:
    """The first day after the period: everything before it counts (half-open).

    Args:
        period: Such as ``2025-09``, for which this is 1 October 2025.

    Raises:
        BadInput: It is not a month.
    """
    found = _PERIOD.fullmatch(period)
    if not found:
        raise BadInput(
            "The period is not a month written YYYY-MM.",
            why="Extracts, lists and results are found by their period.",
            fix="Write it like 2025-09.",
            code="E-PERIOD",
        )
    year, month = int(found["year"]), int(found["month"])
    return date(year + month // 12, month % 12 + 1, 1)
