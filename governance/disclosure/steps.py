"""Steps that people are lost at, by group: joined until no loss is small, so that no difference gives anybody away.

Whoever knows how many are left before and after a step knows how many were lost. So steps are joined with the next
until every group has lost nobody or many, and the people left at the end are the last part. Where that leaves little to
see, the smallest groups are put together. Nothing is hidden inside a table, so nothing can be worked out from its
neighbours. A breakdown with fewer than two groups or two parts is not shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from governance.contracts import COHORT_ATTRITION, check_table
from governance.disclosure.protect import ALL
from governance.disclosure.rounding import CountRule, SafeCell

LEFT = "in the cohort"
"""What the last part says of the people in it."""

NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Count:
    """So many people, and the sum of their keyed numbers."""

    people: int = 0
    key: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.people + other.people, (self.key + other.key) % 2**32)


Parts = tuple[Count, ...]
"""One group's people, parted by what became of them: lost at each step, or left at the end. Exact."""

Blocks = list[tuple[int, int]]
"""First and last position of the parts that are joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafePath:
    """One group as it may be shown."""

    group: str
    """Several groups' names, joined by commas, where they had to be put together."""
    start: SafeCell
    parts: tuple[SafeCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeSteps:
    """One breakdown of one cohort."""

    cohort: str
    dimension: str
    labels: tuple[tuple[str, ...], ...]
    """Of each part, what people in it were lost at; the last has :data:`LEFT`."""
    paths: tuple[SafePath, ...]
    """Empty where the breakdown may not be shown."""


def release_steps(attrition: pa.Table, rule: CountRule) -> list[SafeSteps]:
    """Every breakdown of every cohort, as far as it is safe.

    Args:
        attrition: Contract ``cohort_attrition``; exact.
        rule: How a count of people is released.

    Returns:
        In the order of the table. Every count shown obeys the rule, and none is hidden.
    """
    tables: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
    for row in check_table(attrition, COHORT_ATTRITION).to_pylist():
        tables.setdefault((row["cohort"], row["dimension"]), {}).setdefault(row["group"], []).append(row)
    return [_released(cohort, dimension, groups, rule) for (cohort, dimension), groups in tables.items()]


def _released(cohort: str, dimension: str, groups: Mapping[str, list[dict[str, Any]]], rule: CountRule) -> SafeSteps:
    labels = [*(row["label"] for row in next(iter(groups.values()))[1:]), LEFT]
    found = safe_parts({group: _parts(rows) for group, rows in groups.items()}, rule.largest_hidden)
    if found is None or (dimension != ALL and len(found[0]) < 2):
        return SafeSteps(cohort=cohort, dimension=dimension, labels=(), paths=())
    paths, blocks = found
    return SafeSteps(
        cohort=cohort,
        dimension=dimension,
        labels=tuple(tuple(labels[first : last + 1]) for first, last in blocks),
        paths=tuple(_shown(group, parts, blocks, rule) for group, parts in paths.items()),
    )


def _parts(rows: Sequence[Mapping[str, Any]]) -> Parts:
    lost = (Count(row["lost_people"], row["lost_noise"]) for row in rows[1:])
    return (*lost, Count(rows[-1]["left_people"], rows[-1]["left_noise"]))


def _shown(group: str, parts: Parts, blocks: Blocks, rule: CountRule) -> SafePath:
    cells = tuple(rule.release(one.people, one.key) for one in (_sum(parts[a : b + 1]) for a, b in blocks))
    start = _sum(parts)
    return SafePath(group=group, start=rule.release(start.people, start.key), parts=cells)


def safe_parts(paths: Mapping[str, Parts], largest_hidden: int) -> tuple[dict[str, Parts], Blocks] | None:
    """Groups and blocks of parts in which no count is small: of all that are safe, those that show most.

    Args:
        paths: By group; all with as many parts.
        largest_hidden: The largest count that may be withheld; nobody is not small.

    Returns:
        Groups, the smallest of them together if need be, and two blocks or more; None if it cannot be had.
    """
    order = sorted(paths, key=lambda group: (_sum(paths[group]).people, group))
    tried = ((together, _together(paths, order[:together])) for together in range(len(order) + 1) if together != 1)
    found = [(groups, _blocks(list(groups.values()), largest_hidden)) for _, groups in tried]
    safe = [(groups, blocks) for groups, blocks in found if len(blocks) > 1]
    return max(safe, key=lambda each: len(each[0]) * len(each[1]), default=None)


def _together(paths: Mapping[str, Parts], small: Sequence[str]) -> dict[str, Parts]:
    """The smallest groups as one, named after them; what is not recorded is named last."""
    found = {group: parts for group, parts in paths.items() if group not in small}
    if small:
        name = ", ".join(sorted(small, key=lambda group: (group == NOT_RECORDED, group)))
        found[name] = tuple(_sum(counts) for counts in zip(*(paths[group] for group in small), strict=True))
    return found


def _blocks(paths: Sequence[Parts], largest_hidden: int) -> Blocks:
    """Parts joined with the next until no group has a few in any; what is left over joins the block before."""
    blocks: Blocks = []
    first, last = 0, len(paths[0]) - 1
    for at in range(last + 1):
        if _is_safe(paths, first, at, largest_hidden):
            blocks.append((first, at))
            first = at + 1
    while first <= last and blocks:  # the last parts are small in some group
        first = blocks.pop()[0]
        if _is_safe(paths, first, last, largest_hidden):
            blocks.append((first, last))
            first = last + 1
    return blocks


def _is_safe(paths: Sequence[Parts], first: int, last: int, largest_hidden: int) -> bool:
    return not any(0 < _sum(parts[first : last + 1]).people <= largest_hidden for parts in paths)


def _sum(counts: Sequence[Count]) -> Count:
    return sum(counts, Count())
