"""What rules have in common: placeholders, days and months."""

import re
from calendar import monthrange
from datetime import date

_PLACEHOLDER = re.compile(r"^\W*(tbc|tbd|todo|to be (confirmed|decided)|pending|unknown|n/?a|none|x+)?\W*$", re.I)
_NAMES_A_LAW = re.compile(r"\b(Act|Regulations?|Order|Measure|Directions?)\b")


def is_placeholder(text: str | None) -> bool:
    """Whether a text says nothing: empty, TBC, pending, n/a."""
    return text is None or _PLACEHOLDER.match(text) is not None


def names_a_law(text: str) -> bool:
    """Whether a text names an Act, Regulations, an Order, a Measure or Directions."""
    return _NAMES_A_LAW.search(text) is not None


def plus_months(day: date, months: int) -> date:
    """The same day some months later; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
