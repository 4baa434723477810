"""Which signs may stand together: not two that say the same, nor two that one row of one source may say at once."""

from collections.abc import Sequence
from itertools import combinations

from cohorts.finder.vocabulary import ALONE, Sign

_DONE = {"again", "seen", "away"}
"""Signs of what services did."""

_NOTED = {"need", "wide", "home"}
"""Signs of what somebody wrote down of a person or a home."""


def may_stand(one: Sign, other: Sign) -> bool:
    """Whether a set may hold both.

    A service's own contacts and the needs it noted at them go together by themselves: a sign of what a service did
    stands only with needs that others told of. Several needs at once are asked need by need, so the wide signs stand
    with what services did only. A service that ended at an age, and what came again after one had been there, are asked
    about alone. Needs of a family stand with one another only.
    """
    if one.needs & other.needs or one.serves & other.needs or other.serves & one.needs:
        return False
    kinds = {one.kind, other.kind}
    if kinds <= _NOTED and len(one.told_by) == 1 and one.told_by == other.told_by:
        return False
    if kinds & ALONE:
        return False
    if "family" in kinds:
        return kinds == {"family"}
    if kinds & _DONE and one.told_by & other.told_by:
        return False
    if len(one.needs) > 1 or len(other.needs) > 1:  # any of several needs says little of who was seen but once
        return "again" in kinds
    return "wide" not in kinds or bool(kinds & _DONE)


def pairs(signs: Sequence[Sign]) -> list[tuple[int, int]]:
    """Numbers of signs that may stand together, the smaller first."""
    return [(a, b) for a, b in combinations(range(len(signs)), 2) if may_stand(signs[a], signs[b])]


def apart(signs: Sequence[Sign]) -> list[int]:
    """For each sign, as bits: those it cannot stand with, itself among them."""
    bits = [(1 << len(signs)) - 1 for _ in signs]
    for a, b in pairs(signs):
        bits[a] &= ~(1 << b)
        bits[b] &= ~(1 << a)
    return bits
