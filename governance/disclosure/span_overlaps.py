"""Counts that lie inside others without adding up: services, pairs of services, steps, thresholds, appointments missed.

Two things a reader knows of them although no total is made of them. Whoever was found was seen by some service or by
none, and whoever a service saw was seen by it alone or by it and another: what such a whole loses some part loses, so
spans could tell of a hidden service or pair. And whoever is in the smaller of two counts is in the larger: what the
larger has beside it is no count of the release, and may be a handful of people. Both are handed to
:mod:`governance.disclosure.span_sums`; the second as a sum with a part that is always hidden.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations, pairwise

from governance.disclosure.combinations import BETWEEN
from governance.disclosure.protect import ALL, CellKey, Sum
from governance.disclosure.waits import APPOINTMENTS, MISSED

MET, SERVICE, PAIR, HOW_MANY = "met", "service", "service_pair", "service_count"
_RUNG = "rung:"
"""Measures of people among the members."""

_BESIDE, _STEP = ("shared", "variant:"), ("attrition:",)
"""Measures that lie inside each other, with the members: the first by size, as far as a reader can tell, the second by
their numbers."""

_REST = "rest of:"


def covers_of(exact: Collection[CellKey]) -> list[Sum]:
    """Wholes everybody of whom is in some part; several parts may hold one person.

    Args:
        exact: Which counts there are.
    """
    found = []
    for cohort in _cohorts(exact):
        services = _groups(exact, cohort, SERVICE)
        none, one = (CellKey(cohort, MET, HOW_MANY, number) for number in ("0", "1"))
        if services and none in exact:
            found.append(Sum(CellKey(cohort, MET), (*services, none)))
        pairs = _groups(exact, cohort, PAIR)
        if not pairs or one not in exact:
            continue
        found += [
            Sum(service, (*(pair for pair in pairs if service.group in pair.group.split(BETWEEN)), one))
            for service in services
        ]
    return found


def nested_of(released: Mapping[CellKey, int], give: int = 0) -> list[Sum]:
    """Counts inside others, each with what the larger has beside it: a part of no table, hidden for good.

    Args:
        released: Counts of people as they are shown, nought where they are hidden: of members and other thresholds the
            larger is taken to hold the smaller. Exact ones would tell by the width of spans which of two is larger.
        give: How far each may lie from the exact one: of two that may be either way about, both ways are taken.
    """
    return [Sum(larger, (smaller, rest_of(larger, smaller))) for larger, smaller in _inside(released, give)]


def rest_of(larger: CellKey, smaller: CellKey) -> CellKey:
    """A name for the people of one count who are not in another."""
    group = f"{larger.group}\n{'/'.join(smaller)}"
    return CellKey(larger.cohort, f"{_REST}{larger.measure}", larger.dimension, group, larger.area)


def _inside(released: Mapping[CellKey, int], give: int) -> Iterator[tuple[CellKey, CellKey]]:
    """Larger and smaller."""
    yield from (
        (key.total, key) for key in released if (key.measure, key.dimension) == (MET, SERVICE) and key.total in released
    )
    for cohort in _cohorts(released):
        services = {key.group: key for key in _groups(released, cohort, SERVICE)}
        for pair in _groups(released, cohort, PAIR):
            yield from ((services[name], pair) for name in pair.group.split(BETWEEN) if name in services)
    went = (key for key in released if key.measure == APPOINTMENTS)
    yield from ((key, missed) for key in went if (missed := key._replace(measure=MISSED)) in released)
    totals: dict[CellKey, list[CellKey]] = defaultdict(list)
    for key in released:
        if key.dimension == ALL:
            totals[key._replace(measure=MET)].append(key)
    for members, beside in totals.items():
        if members in released:
            yield from _inside_totals(members, beside, released, give)


def _inside_totals(
    members: CellKey, totals: Sequence[CellKey], released: Mapping[CellKey, int], give: int
) -> Iterator[tuple[CellKey, CellKey]]:
    """Of one cohort in one area: rungs, steps and other thresholds."""
    yield from ((members, rung) for rung in totals if rung.measure.startswith(_RUNG))
    steps = sorted(key for key in totals if key.measure.startswith(_STEP))
    yield from pairwise([*steps, members])  # their order is public, and they lead to the members
    beside = sorted(
        [members, *(key for key in totals if key.measure.startswith(_BESIDE))], key=lambda key: (-released[key], key)
    )
    yield from pairwise(beside)
    for larger, smaller in combinations(beside, 2):
        if released[smaller] and released[larger] - released[smaller] <= 2 * give:
            yield from ((larger, smaller), (smaller, larger))


def _cohorts(exact: Collection[CellKey]) -> list[str]:
    return [key.cohort for key in exact if key == CellKey(key.cohort, MET)]


def _groups(exact: Collection[CellKey], cohort: str, dimension: str) -> list[CellKey]:
    stem = (cohort, MET, dimension)
    return [key for key in exact if key[:3] == stem and key.dimension != ALL == key.area]
