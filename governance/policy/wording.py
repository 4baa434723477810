"""What rules have in common: names of laws, days and months."""

import re
from calendar import monthrange
from datetime import date

_NAMES_A_LAW = re.compile(r"\b(Act|Regulations?|Order|Measure|Directions?)\b")


def names_a_law(text: str) -> bool:
    """Whether a text names an Act, Regulations, an Order, a Measure or Directions."""
    return _NAMES_A_LAW.search(text) is not None


def plus_months(day: date, months: int) -> date:
    """The same day some months later; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
