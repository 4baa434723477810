"""Lengths of time in whole days or calendar months, as definitions state them: ``84d``, ``12w``, ``24m``."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self

DURATION_PATTERN = r"^[1-9][0-9]{0,3}[dwm]$"
"""Days, weeks or calendar months."""

_DAYS_A_WEEK = 7
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Duration:
    """So many days, or so many calendar months; a month later than 31 January is the end of February."""

    count: int
    unit: Literal["day", "month"]

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``84d``, ``12w`` or ``24m``.

        Raises:
            ValueError: The text is none of these.
        """
        if not re.match(DURATION_PATTERN, text):
            raise ValueError("a length of time is a number and d, w or m, such as 84d, 12w or 24m")
        number, unit = int(text[:-1]), text[-1]
        if unit == "m":
            return cls(number, "month")
        return cls(number * _DAYS_A_WEEK if unit == "w" else number, "day")

    def after(self, day: date) -> date:
        """The day this long after ``day``."""
        return self._shift(day, self.count)

    def before(self, day: date) -> date:
        """The day this long before ``day``."""
        return self._shift(day, -self.count)

    def _shift(self, day: date, count: int) -> date:
        if self.unit == "day":
            return day + timedelta(days=count)
        months = day.year * _MONTHS_A_YEAR + day.month - 1 + count
        year, month = months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"
