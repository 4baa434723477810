"""Combinations of services, as they may be shown: the most common ones, and all others put together.

Nearly every combination of eight services is of one or two people. To show these as hidden would be a long table of
nothing, and would tell which combinations somebody has. So a combination stands by itself only if its number may be
shown, and the rest is one group, which may be shown as well. Where too many people would be among the rest, fewer
services are told apart: those that saw most. All of this follows from numbers as they would be published, never from
exact ones, so that the choice says little more than the table.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

import pyarrow as pa

from governance.contracts import COHORT_COUNT, SERVICE_SET_COUNT, check_table
from governance.disclosure.profiles import rule_of
from governance.disclosure.protect import rows_of
from governance.disclosure.rounding import CountRule
from governance.settings import Policy, Profile

SERVICE_SET = "service_set"
"""The breakdown of members by exactly which services saw them."""

NO_SERVICE, OTHERS = "no service", "other combinations of "
"""None of those told apart; and how the last row's name begins, which goes on with all that are told apart."""
BETWEEN = " & "

MOST = 12
"""So many combinations stand by themselves at most: more is no picture any more."""
MOST_SERVICES = 8
"""So many services are told apart at most, for the same reason."""
_FEWEST = 2
"""Fewer than this beside the others are no picture either, and nothing is shown."""
_NOT_SMALL = 7
"""Whoever knows the rule knows that at least so many people have a combination that is shown."""


class _Counted(NamedTuple):
    """People, and the sum of their keyed numbers."""

    people: int
    cell_key: int

    def joined(self, other: "_Counted") -> "_Counted":
        """Both together: nobody has two combinations."""
        return _Counted(self.people + other.people, (self.cell_key + other.cell_key) % 2**32)


_NOBODY = _Counted(0, 0)


def list_combinations(table: pa.Table, policy: Policy, profile: Profile) -> pa.Table:
    """Exact counts of the combinations that a release shows by themselves, and of all others together.

    Args:
        table: Contract ``service_set_count``.
        policy: Thresholds.
        profile: Which kind of rule counts obey.

    Returns:
        Contract ``cohort_count``: to be released with the other counts. The name of its last row says which
        services are told apart. Nothing of a cohort of which fewer than two combinations can be shown, or whose other
        combinations are too few people or more than half.
    """
    rule, versions = rule_of(profile, policy), {}
    cohorts: dict[str, dict[str, _Counted]] = defaultdict(dict)
    for row in check_table(table, SERVICE_SET_COUNT).to_pylist():
        versions[row["cohort"]] = row["version"]
        cohorts[row["cohort"]][row["group"]] = _Counted(row["people"], row["cell_key"])
    rows = [
        {"cohort": cohort, "version": versions[cohort], "measure": "met", "dimension": SERVICE_SET, "group": group}
        | counted._asdict()
        for cohort, sets in cohorts.items()
        for group, counted in _listed(sets, rule).items()
    ]
    return pa.Table.from_pylist(rows, schema=COHORT_COUNT.schema)


def without_combinations(counts: pa.Table) -> pa.Table:
    """The counts without this breakdown, for what is not worked out of it: which rows it has changes by the month."""
    return rows_of(counts, lambda _cohort, _measure, dimension: dimension != SERVICE_SET)


def services_of(group: str) -> frozenset[str]:
    """The services of a combination; of the others, all services that are told apart."""
    return frozenset() if group == NO_SERVICE else frozenset(group.removeprefix(OTHERS).split(BETWEEN))


def are_others(group: str) -> bool:
    """Whether a row is of all combinations that have no row of their own."""
    return group.startswith(OTHERS)


def _listed(sets: Mapping[str, _Counted], rule: CountRule) -> dict[str, _Counted]:
    """With as many services told apart as leave no more than half of the people among the others."""
    services, everybody = _by_people(sets, rule)[:MOST_SERVICES], _shown(_together(sets, sets.keys()), rule)
    for told in range(len(services), 1, -1):
        apart = frozenset(services[:told])
        found, others = _alone(_among(sets, apart), rule)
        if found and 2 * _shown(others, rule) <= everybody:
            return {**found, f"{OTHERS}{BETWEEN.join(sorted(apart))}": others}
    return {}


def _by_people(sets: Mapping[str, _Counted], rule: CountRule) -> list[str]:
    """Services, those first that saw most people, as far as that is shown: each is counted as in its own breakdown."""
    named = frozenset[str]().union(*map(services_of, sets))
    seen = {each: _together(sets, [name for name in sets if each in services_of(name)]) for each in named}
    return sorted(named, key=lambda each: (-_shown(seen[each], rule), each))


def _among(sets: Mapping[str, _Counted], services: frozenset[str]) -> dict[str, _Counted]:
    """The same people by which of some services saw them."""
    found: dict[str, _Counted] = {}
    for name, counted in sets.items():
        group = BETWEEN.join(sorted(services_of(name) & services)) or NO_SERVICE
        found[group] = found.get(group, _NOBODY).joined(counted)
    return found


def _alone(sets: Mapping[str, _Counted], rule: CountRule) -> tuple[dict[str, _Counted], _Counted]:
    """The largest that may be shown; of these the smallest join the others until those may be shown too."""
    shown = {name: people for name, counted in sets.items() if (people := _shown(counted, rule))}
    alone = sorted(shown, key=lambda name: (-shown[name], name))[:MOST]
    while len(alone) >= _FEWEST:
        others = _together(sets, sets.keys() - set(alone))
        if _shown(others, rule):
            return {name: sets[name] for name in sorted(alone)}, others
        alone.pop()
    return {}, _NOBODY


def _shown(counted: _Counted, rule: CountRule) -> int:
    """The number as it would be published; 0 where it could not, or could stand for few people."""
    cell = rule.release(*counted)
    return cell.people if cell.people and rule.bounds(cell)[0] >= _NOT_SMALL else 0


def _together(sets: Mapping[str, _Counted], names: Collection[str]) -> _Counted:
    found = _NOBODY
    for name in names:
        found = found.joined(sets[name])
    return found
