"""Standard values that pages and cohorts count by: others are allowed, but not those that are nearly one of them.

A local category is somebody's decision. ``Black`` or ``wite`` is a slip, and would quietly part one group in two.
"""

import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches

STANDARD_VALUES = {
    "sex": ("female", "male"),
    "ethnic_group": ("asian", "black", "mixed", "white", "other"),
    "address_kind": ("home", "care_home", "hostel", "no_fixed_address", "unknown"),
    "first_language": ("english", "other", "sign_language"),
    "outcome": (
        "attended",
        "dna",
        "cancelled_by_person",
        "cancelled_by_provider",
        "refused",
        "completed",
        "rejected",
    ),
}

_NEAR = 0.75
"""Similarity from which a value is taken for a slip; `asian_other` and `chinese` lie far below it."""

_DIRECTIVE = re.compile(r"%(-?.?)")
_DIRECTIVES = frozenset("aAbBcdfgGHIjmMnpSuUVwWxXyYzZ%") | {"-d", "-H", "-I", "-j", "-m", "-M", "-S", "-y"}


def misspelt(of: str, values: Iterable[str]) -> str:
    """What to say of values that are nearly a standard one; empty if there is none.

    Args:
        of: A role, or ``outcome``; for others anything goes.
        values: What source codes are mapped to.
    """
    standard = STANDARD_VALUES.get(of, ())
    slips = {value: _nearest(value, standard) for value in values if value not in standard}
    told = [f"`{value}` (did you mean {meant}?)" for value, meant in sorted(slips.items()) if meant]
    return f"{of} has no standard value {', '.join(told)}" if told else ""


def _nearest(value: str, standard: tuple[str, ...]) -> str:
    plain = value.strip().lower().replace(" ", "_").replace("-", "_")
    return next(iter(get_close_matches(plain, standard, n=1, cutoff=_NEAR)), "")


EXCEL_1900, EXCEL_1904 = "excel-1900", "excel-1904"
SERIAL_FORMATS = {EXCEL_1900: date(1899, 12, 30), EXCEL_1904: date(1904, 1, 1)}
"""Formats of dates that a spreadsheet left as a number of days, and the day each counts from. That of 1900 seems to
begin a day early because spreadsheets count a 29 February 1900 that never was; the days before it are not read."""


def bad_date_format(text: str) -> str:
    """What is wrong with a date format: a part that reads no date, or two for the same numbers; else empty."""
    formats = [each.strip() for each in text.split(" | ")]
    written = [each for each in formats if each not in SERIAL_FORMATS]
    if any(not (parts := _DIRECTIVE.findall(each)) or not _DIRECTIVES.issuperset(parts) for each in written):
        return "is not a date format; write %d/%m/%Y, and part several by ` | `"
    if SERIAL_FORMATS.keys() <= set(formats):
        return f"cannot be both {EXCEL_1900} and {EXCEL_1904}: the same number is another day in each"
    return ""
