"""Counts that lie inside others without adding up: services, pairs of services, steps, thresholds, appointments missed.

Two things a reader knows of them although no total is made of them. Whoever was found was seen by some service or by
none, and whoever a service saw was seen by it alone or by it and another: what such a whole loses some part loses, so
spans could tell of a hidden service or pair. And whoever is in the smaller of two counts is in the larger: what the
larger has beside it is no count of the release, and may be a handful of people. Both are handed to
:mod:`governance.disclosure.span_sums`; the second as a sum with a part that is always hidden.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from governance.disclosure.combinations import BETWEEN
from governance.disclosure.protect import ALL, CellKey, Sum
from governance.disclosure.waits import APPOINTMENTS, MISSED

MET, SERVICE, PAIR, HOW_MANY = "met", "service", "service_pair", "service_count"
_RUNG = "rung:"
"""Measures of people among the members."""

_BESIDE, _STEP = ("shared", "variant:"), ("attrition:",)
"""Measures of which each is taken to lie inside the next larger one, and the members among them."""

_REST = "rest of:"


def covers_of(exact: Mapping[CellKey, int]) -> list[Sum]:
    """Wholes everybody of whom is in some part; several parts may hold one person.

    Args:
        exact: Exact counts of people, for their keys only.
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


def nested_of(exact: Mapping[CellKey, int]) -> list[Sum]:
    """Counts inside others, each with what the larger has beside it: a part of no table, hidden for good.

    Args:
        exact: Exact counts of people: of members and other thresholds the larger is taken to hold the smaller.
    """
    return [Sum(larger, (smaller, rest_of(larger, smaller))) for larger, smaller in _inside(exact)]


def rest_of(larger: CellKey, smaller: CellKey) -> CellKey:
    """A name for the people of one count who are not in another."""
    group = f"{larger.group}\n{'/'.join(smaller)}"
    return CellKey(larger.cohort, f"{_REST}{larger.measure}", larger.dimension, group, larger.area)


def _inside(exact: Mapping[CellKey, int]) -> Iterator[tuple[CellKey, CellKey]]:
    """Larger and smaller."""
    yield from (
        (key.total, key) for key in exact if (key.measure, key.dimension) == (MET, SERVICE) and key.total in exact
    )
    for cohort in _cohorts(exact):
        services = {key.group: key for key in _groups(exact, cohort, SERVICE)}
        for pair in _groups(exact, cohort, PAIR):
            yield from ((services[name], pair) for name in pair.group.split(BETWEEN) if name in services)
    went = (key for key in exact if key.measure == APPOINTMENTS)
    yield from ((key, missed) for key in went if (missed := key._replace(measure=MISSED)) in exact)
    totals: dict[CellKey, list[CellKey]] = defaultdict(list)
    for key in exact:
        if key.dimension == ALL:
            totals[key._replace(measure=MET)].append(key)
    for members, beside in totals.items():
        if members in exact:
            yield from _inside_totals(members, beside, exact)


def _inside_totals(
    members: CellKey, totals: Sequence[CellKey], exact: Mapping[CellKey, int]
) -> Iterator[tuple[CellKey, CellKey]]:
    """Of one cohort in one area: rungs, steps and other thresholds."""
    yield from ((members, rung) for rung in totals if rung.measure.startswith(_RUNG))
    for kind in (_BESIDE, _STEP):
        chain = [members, *(key for key in totals if key.measure.startswith(kind))]
        yield from pairwise(sorted(chain, key=lambda key: (-exact[key], key)))


def _cohorts(exact: Mapping[CellKey, int]) -> list[str]:
    return [key.cohort for key in exact if key == CellKey(key.cohort, MET)]


def _groups(exact: Mapping[CellKey, int], cohort: str, dimension: str) -> list[CellKey]:
    stem = (cohort, MET, dimension)
    return [key for key in exact if key[:3] == stem and key.dimension != ALL == key.area]
