"""What may be said of why a count changed: words for each cause, chosen from counts after disclosure control.

A change is often a change of very few people, and two released counts with their difference explained would tell of
them. So no number of it is released. Who came into a count by a cause and who went out of it are counts of people like
any other and go through the rule; one that is hidden or small is taken for none, whatever the rule shows. Words are
chosen from what is left, and only where it is more than the rule itself may have made. Nobody can tell from them if a
cause moved nobody or 1 to 7 people (decision 63).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Any

import pyarrow as pa

from governance.contracts import COHORT_CHANGE, check_table
from governance.disclosure.rounding import CountRule
from governance.settings import Policy

_SURE = 2.0
"""Standard deviations that a difference must exceed before it is told."""


class Weight(StrEnum):
    """How much of what moved a cause made."""

    MOST = "most"
    SOME = "some"
    LITTLE = "none, or too few to tell"


class Way(StrEnum):
    """Which way a cause moved the count."""

    MORE = "more people"
    FEWER = "fewer people"
    BOTH = "people came and went"
    NONE = ""


@dataclass(frozen=True, slots=True)
class SafeCause:
    """What may be said of one cause. Holds no number."""

    cause: str
    weight: Weight
    way: Way


def release_change(
    change: pa.Table, rule: CountRule, policy: Policy, *, measure: str = "met"
) -> dict[str, tuple[SafeCause, ...]]:
    """What may be said of why each cohort's count changed.

    Args:
        change: Contract ``cohort_change``; exact.
        rule: How counts are released.
        policy: Up to how many people a count is small.
        measure: Which count.

    Returns:
        By cohort, its causes in the table's order.
    """
    causes: dict[str, list[Mapping[str, Any]]] = {}
    for row in check_table(change, COHORT_CHANGE).to_pylist():
        if row["measure"] == measure:
            causes.setdefault(row["cohort"], []).append(row)
    return {cohort: _weighed(rows, rule, policy.hide_up_to_people) for cohort, rows in causes.items()}


def beyond_the_rule(difference: int, rule: CountRule, *, counts: int) -> bool:
    """Whether a difference is more than rounding and noise may have made of so many released counts."""
    return abs(difference) > _SURE * sqrt(rule.variance * counts)


def _weighed(rows: list[Mapping[str, Any]], rule: CountRule, small: int) -> tuple[SafeCause, ...]:
    cells = [(_released(row, "more", rule, small), _released(row, "fewer", rule, small)) for row in rows]
    told = [_told(more, fewer, rule) for more, fewer in cells]
    whole = sum(abs(net) for net in told)
    return tuple(
        SafeCause(row["cause"], _weight(net, whole), _way(net, *pair))
        for row, net, pair in zip(rows, told, cells, strict=True)
    )


def _released(row: Mapping[str, Any], way: str, rule: CountRule, small: int) -> int:
    """People as released; 0 where they are hidden, and where they are few: midpoint rounding shows 1 to 6 as 3."""
    people = row[f"{way}_people"]
    return rule.release(people, row[f"{way}_noise"]).people or 0 if people > small else 0


def _told(more: int, fewer: int, rule: CountRule) -> int:
    """What a cause added, from released counts; 0 unless it is more than rounding and noise may have made."""
    net = more - fewer
    return net if beyond_the_rule(net, rule, counts=(more > 0) + (fewer > 0)) else 0


def _weight(net: int, whole: int) -> Weight:
    if not net:
        return Weight.LITTLE
    return Weight.MOST if 2 * abs(net) > whole else Weight.SOME


def _way(net: int, more: int, fewer: int) -> Way:
    if net:
        return Way.MORE if net > 0 else Way.FEWER
    return Way.BOTH if more and fewer else Way.NONE
