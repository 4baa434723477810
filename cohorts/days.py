"""Days and months in English, whatever the machine's locale."""

from datetime import date

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def long_date(day: date) -> str:
    """Such as ``1 October 2025``, in English whatever the machine's locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month(period: str) -> str:
    """``2025-09`` as ``September 2025``."""
    year, number = period.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}"
