"""Days, months, shares and lists in English, whatever the machine's locale."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""English on every machine, which ``strftime`` is not."""


def day(iso: str) -> str:
    """``2025-10-04`` as 4 October 2025."""
    return f"{int(iso[8:10])} {month(iso)}"


def long_date(one: date) -> str:
    """Such as 1 October 2025."""
    return day(one.isoformat())


def moment(iso: str) -> str:
    """``2025-10-04T09:30:00+00:00`` as 4 October 2025, 09:30 UTC."""
    zone = iso[19:].lstrip(".0123456789")
    return f"{day(iso)}, {iso[11:16]} {'UTC' if zone in ('Z', '+00:00') else zone}"


def month(iso: str) -> str:
    """``2025-10`` as October 2025."""
    return f"{_MONTHS[int(iso[5:7]) - 1]} {iso[:4]}"


def percent(share: float) -> str:
    """A share as somebody wrote it down, to its last digit: 0.005 is 0.5%. Rounded it would read as none, or as all."""
    return f"{(100 * Decimal(str(share))).normalize():f}%"


def rounded(share: float, decimals: int = 0) -> str:
    """A share that was measured, as a percentage: `under 1%` and `over 99%` where rounding would say none or all."""
    text, least = f"{share:.{decimals}%}", 10**-decimals
    if share <= 0 or share >= 1 or float(text.removesuffix("%")) not in (0, 100):
        return text
    return f"under {least:.{decimals}f}%" if share < 0.5 else f"over {100 - least:.{decimals}f}%"


def joined(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
