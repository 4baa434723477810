"""Rates in words: natural frequencies, which people read more surely than percentages.

Source: Gigerenzer and Hoffrage 1995; NHS guidance on presenting risk. Several frequencies side by side share one
denominator, because people compare the first number and miss the second.
"""

from collections.abc import Iterable

from governance.disclosure.rates import SafeRate
from governance.disclosure.rounding import SYMBOLS, Status

_BASES = (100, 1_000, 10_000, 100_000)


def common_base(rates: Iterable[SafeRate], *, smallest: int = 1_000) -> int:
    """The denominator in which the lowest of these rates is about 5 people or more.

    Args:
        rates: Only rates with a number count.
        smallest: The smallest denominator to use: 100 for shares, 1,000 for rates.
    """
    lowest = min((rate.per_1000 for rate in rates if rate.per_1000), default=1000.0)
    wanted = (base for base in _BASES if base >= smallest and lowest * base / 1000 >= 5)
    return next(wanted, _BASES[-1])


def in_every(rate: SafeRate, whom: str = "", *, base: int | None = None) -> str:
    """A rate as a natural frequency.

    Args:
        rate: The rate.
        whom: Who they are among, plural, such as ``residents``, unless the sentence has said so.
        base: The denominator; by default the one that suits this rate.

    Returns:
        Such as ``about 40 in every 1,000 residents``, or ``[c]`` and the like where there is no rate.
    """
    if rate.per_1000 is None:
        return SYMBOLS[rate.status]
    base = base or common_base([rate])
    return f"{_about(rate.per_1000, base)} in every {base:,} {whom}".rstrip()


def number_in_every(rate: SafeRate, *, base: int) -> str:
    """The number of :func:`in_every` alone, for a table."""
    if rate.per_1000 is None:
        return SYMBOLS[rate.status]
    return f"{_in_base(rate.per_1000, base):,}" if _in_base(rate.per_1000, base) or not rate.per_1000 else "under 1"


def interval_in_every(rate: SafeRate, *, base: int | None = None) -> str:
    """The 95% interval of :func:`in_every`, such as ``35 to 46``; empty where there is none."""
    if rate.low is None or rate.high is None:
        return ""
    base = base or common_base([rate])
    return f"{_in_base(rate.low, base):,} to {_in_base(rate.high, base):,}"


def _about(per_1000: float, base: int) -> str:
    people = _in_base(per_1000, base)
    if per_1000 == 0:
        return "none"
    if people == 0:
        return "fewer than 1"
    return f"{'all' if people == base else 'about'} {people:,}"


def _in_base(per_1000: float, base: int) -> int:
    return round(per_1000 * base / 1000)


_MEANINGS = {
    Status.HIDDEN: "A small number, or one that would give a small number away. We hide it to protect people.",
    Status.LOW: "More than none, but it would round to zero.",
    Status.NOT_AVAILABLE: "Not available. No source tells us, or there are too few people to work it out.",
    Status.NOT_APPLICABLE: "Not applicable. There is nobody to count in this group.",
}


def symbol_meanings() -> tuple[tuple[str, str], ...]:
    """What each symbol in a table means, in plain words: the key that every page with numbers carries."""
    return tuple((SYMBOLS[status], meaning) for status, meaning in _MEANINGS.items())
