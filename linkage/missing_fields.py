"""What filling a field would gain in links: how many rules could find a record, with the field and without it.

A rule speaks for a record that has every component of it. Whoever lacks a field is silent under every rule that uses
it. Nothing here compares records: it looks at which fields are filled, inside the source.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from governance.settings import BlockingRule, Linkage
from linkage.values import Components

_BOTH_NAMES = ("forename", "surname")
_PAIRS = {"phonetic_pair": _BOTH_NAMES, "first3_pair": _BOTH_NAMES, "initials": _BOTH_NAMES}
_STEMS = {
    "forename": "forename",
    "surname": "surname",
    "date_of_birth": "date_of_birth",
    "birth": "date_of_birth",
    "postcode": "postcode",
}
"""A component that begins with one of these is made of that field."""

FEW_RULES = 3
"""A record that no more rules than this can find is easily missed: one slip of the pen may silence all of them."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGain:
    """One field of one source. Unit: records."""

    field: str
    missing: int
    hard_to_find: int
    """Of those without it, how many are found by few rules."""
    hard_if_filled: int
    """Of those, how many would still be if this one field were filled."""
    never_compared: int
    """Of those without it, how many no rule can find."""
    never_if_filled: int
    rules: int
    """Rules there are."""
    rules_now: float
    """Of them, how many can find a record without it, on average."""
    rules_if_filled: float

    def as_dict(self) -> dict[str, int | float | str]:
        """For the source's receipt."""
        return {name: getattr(self, name) for name in self.__slots__}


def field_gains(found: Components, linkage: Linkage) -> list[FieldGain]:
    """What each field that a rule uses would gain.

    Args:
        found: Components of a source's records.
        linkage: Holds the rules.

    Returns:
        In the order in which rules name the fields; those that every record has are there too.
    """
    needed = [rule_fields(rule) for rule in linkage.rules]
    fields = list(dict.fromkeys(field for each in needed for field in each))
    first = found.variant == 0
    filled = {field: _filled(found, field)[first] for field in fields}
    rules = _rules_that_speak(needed, filled)
    return [_gain(field, fields, filled, rules, needed) for field in fields]


def rule_fields(rule: BlockingRule) -> tuple[str, ...]:
    """The fields that a rule's components are made of."""
    found: dict[str, None] = {}
    for component in rule.components:
        for field in _PAIRS.get(component, (_field(component),)):
            found[field] = None
    return tuple(found)


def _field(component: str) -> str:
    return next((field for stem, field in _STEMS.items() if component.startswith(stem)), component)


def _filled(found: Components, field: str) -> Mask:
    return found.ids(field)[1]


def _rules_that_speak(needed: list[tuple[str, ...]], filled: dict[str, Mask]) -> NDArray[np.int64]:
    """Shape (records,): rules of which a record has every field."""
    speak = [np.logical_and.reduce([filled[field] for field in fields]) for fields in needed]
    return np.asarray(np.sum(speak, axis=0), np.int64)


def _gain(
    field: str,
    fields: list[str],
    filled: dict[str, Mask],
    rules: NDArray[np.int64],
    needed: list[tuple[str, ...]],
) -> FieldGain:
    without = ~filled[field]
    as_if = {other: filled[other] | (other == field) for other in fields}
    then = _rules_that_speak(needed, as_if)
    return FieldGain(
        field=field,
        missing=int(without.sum()),
        hard_to_find=int((without & (rules <= FEW_RULES)).sum()),
        hard_if_filled=int((without & (then <= FEW_RULES)).sum()),
        never_compared=int((without & (rules == 0)).sum()),
        never_if_filled=int((without & (then == 0)).sum()),
        rules=len(needed),
        rules_now=_mean(rules[without]),
        rules_if_filled=_mean(then[without]),
    )


def _mean(numbers: NDArray[np.int64]) -> float:
    """To one decimal; nothing of nobody."""
    return round(float(numbers.mean()), 1) if len(numbers) else 0.0
