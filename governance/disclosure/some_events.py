"""Slices of events (days of contact, referrals, appointments) with groups put together until none has few people.

However many events there are, they may belong to a handful of people, so a slice is shown only if no group of it has
few. One small group would otherwise withhold all of it. Groups that belong together are put together first, in fixed
steps: sign language with other languages, long distances with the next. Where that does not help, the groups with the
fewest people are, under their own names, until nobody stands in a small one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Self

from governance.disclosure.coarser import FROM_65, WIDE_AGES, Coarser, as_it_is, by
from governance.disclosure.pairs import NOT_RECORDED

Count = tuple[int, int]
"""Events, and the sum of their people's keyed numbers modulo 2**32."""

OF_A_PERSON = frozenset(
    {"deprivation_quintile", "ethnic_group", "age_band", "sex", "district", "ward", "address", "language"}
)
"""Slices by something of the person, each in one group. By anything else (a month, a service) one may be in several."""

_LANGUAGES = {"other": "other or sign language", "sign language": "other or sign language"}
_FROM_5_KM = {"5 to 10 km": "over 5 km", "over 10 km": "over 5 km"}
_IN_5_KM = {"0 to 2 km": "0 to 5 km", "2 to 5 km": "0 to 5 km"}
_FIFTHS = {"2": "2-5", "3": "2-5", "4": "2-5", "5": "2-5"}
_ETHNIC = dict.fromkeys(("asian", "black", "mixed", "other"), "asian, black, mixed, other")


STEPS: dict[str, tuple[Coarser, ...]] = {
    "language": (by(_LANGUAGES),),
    "distance": (by(_FROM_5_KM), by({**_IN_5_KM, **_FROM_5_KM})),
    "age_band": (by(FROM_65), by(WIDE_AGES)),
    "deprivation_quintile": (by(_FIFTHS),),
    "ethnic_group": (by(_ETHNIC),),
}
"""What groups are called at each further step, by dimension; the first step of all leaves them as they are."""


@dataclass(frozen=True, slots=True)
class Events:
    """Events of one group, and how many people are behind them."""

    part: Count
    whole: Count
    part_people: int
    whole_people: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of ``measure_count``."""
        part, whole = ((row[of], row[f"{of}_noise"]) for of in ("part", "whole"))
        return cls(part, whole, row["part_people"], row["whole_people"])

    def joined(self, other: "Events", *, apart: bool) -> "Events":
        """Both groups as one; ``apart`` says that nobody is in both.

        Otherwise somebody may be, and the group with more people says how many there are at least.
        """
        part, whole = (
            (one[0] + two[0], (one[1] + two[1]) % 2**32)
            for one, two in ((self.part, other.part), (self.whole, other.whole))
        )
        people = add if apart else max
        return Events(
            part, whole, people(self.part_people, other.part_people), people(self.whole_people, other.whole_people)
        )

    def has_few(self, largest_hidden: int) -> bool:
        """Whether so few people, or events, are in it that it may not be shown."""
        counts = (self.part_people, self.whole_people, self.part[0], self.whole[0])
        return any(0 < count <= largest_hidden for count in counts)


Groups = dict[str, Events]


def put_together(dimension: str, groups: Mapping[str, Events], largest_hidden: int) -> Groups | None:
    """The groups of a slice, as few of them put together as will do.

    Args:
        dimension: What the slice is by.
        groups: Events by group.
        largest_hidden: The largest number of people that may be withheld. Nobody is not few.

    Returns:
        None where some group has few at every step, or only one would be left of several.
    """
    apart = dimension in OF_A_PERSON
    steps: tuple[Coarser, ...] = (as_it_is, *STEPS.get(dimension, ()))
    tried = (_named(groups, step, apart) for step in steps)
    for found in (*tried, _smallest_together(groups, largest_hidden, apart)):
        if len(found) >= min(2, len(groups)) and not any(each.has_few(largest_hidden) for each in found.values()):
            return found
    return None


def _named(groups: Mapping[str, Events], step: Coarser, apart: bool) -> Groups:
    """Groups by what they are called at one step."""
    found: Groups = {}
    for group, events in groups.items():
        name = step(group)
        found[name] = found[name].joined(events, apart=apart) if name in found else events
    return found


def _smallest_together(groups: Mapping[str, Events], largest_hidden: int, apart: bool) -> Groups:
    """Groups that have few as one, with the next smallest until that has not; what is not recorded is named last."""
    order = sorted(groups, key=lambda group: (not groups[group].has_few(largest_hidden), _size(groups[group]), group))
    for taken in range(1, len(order) + 1):
        one = reduce(lambda a, b: a.joined(b, apart=apart), (groups[group] for group in order[:taken]))
        rest = {group: groups[group] for group in groups if group not in order[:taken]}
        if not any(each.has_few(largest_hidden) for each in (one, *rest.values())):
            return {**rest, ", ".join(sorted(order[:taken], key=lambda each: (each == NOT_RECORDED, each))): one}
    return {}


def _size(events: Events) -> tuple[int, int]:
    return events.part_people, events.whole_people
