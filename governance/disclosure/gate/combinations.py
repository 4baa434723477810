"""What combinations of services say of services, pairs of services and numbers of services, and those of them.

Who has a combination that is shown is seen by each of its services and each pair of them. Who is seen by a service and
has none of those has one of the others that are put together. Where no others are, all of this is exact, and the
numbers of each service are sums.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from governance.disclosure.combinations import BETWEEN, SERVICE_SET, are_others, services_of
from governance.disclosure.gate.relation import Relation, equation
from governance.disclosure.protect import CellKey

_DIMENSIONS = (SERVICE_SET, "service", "service_pair", "service_count")
_MANY = 4
"""So many services or more are one number of services."""

Terms = dict[CellKey, int]


def combinations_of(known: Collection[CellKey]) -> Iterator[Relation]:
    """Everything that holds between combinations and what else is told of services.

    Args:
        known: The cells of a release.
    """
    tables: dict[CellKey, dict[str, CellKey]] = defaultdict(dict)
    for key in sorted(known):
        if key.measure == "met" and key.dimension in _DIMENSIONS:
            tables[key._replace(group="")][key.group] = key
    for stem, sets in tables.items():
        if stem.dimension == SERVICE_SET:
            services, pairs, numbers = (
                tables.get(stem._replace(dimension=name), {}) for name in ("service", "service_pair", "service_count")
            )
            apart = frozenset[str]().union(*map(services_of, sets))
            says = f"combinations of services of {stem.cohort} and"
            yield from _services(sets, {**services, **pairs}, apart, f"{says} its services and pairs of services")
            if services:
                more = len(services.keys() - apart)
                yield from _numbers(sets, numbers, more, f"{says} its numbers of services")


def _services(
    sets: Mapping[str, CellKey], counted: Mapping[str, CellKey], apart: Collection[str], says: str
) -> Iterator[Relation]:
    """Services and pairs that are told apart, less those of whom a row says so, are among the others."""
    others = next((cell for name, cell in sets.items() if are_others(name)), None)
    named = {frozenset(name.split(BETWEEN)): key for name, key in counted.items()}
    left = {wanted: _less(sets, key, wanted) for wanted, key in named.items() if wanted.issubset(apart)}
    for wanted, terms in left.items():
        if others is None:
            whole, *parts = terms
            yield equation(whole, parts, says)
            continue
        yield _positive(terms, says)
        yield _positive(_sum({others: 1}, terms, -1), says)
        sides = [left.get(frozenset([name]), {}) for name in sorted(wanted)]
        if len(sides) > 1 and all(sides):
            yield from (_positive(_sum(side, terms, -1), says) for side in sides)
            either = _sum(_sum(sides[0], sides[1], 1), terms, -1)
            yield _positive(_sum({others: 1}, either, -1), says)


def _less(sets: Mapping[str, CellKey], key: CellKey, wanted: frozenset[str]) -> Terms:
    """A count less the people of the combinations that have all of these services."""
    inside = (cell for name, cell in sets.items() if not are_others(name) and wanted <= services_of(name))
    return {key: 1, **dict.fromkeys(inside, -1)}


def _numbers(sets: Mapping[str, CellKey], numbers: Mapping[str, CellKey], more: int, says: str) -> Iterator[Relation]:
    """People with at least or at most so many services: as many as their combination has, and ``more`` at most."""
    size = {cell: len(services_of(name)) for name, cell in sets.items() if not are_others(name)}
    others = {cell: 1 for name, cell in sets.items() if are_others(name)}
    many = {int(name.rstrip("+")): key for name, key in numbers.items()}
    if len(many) <= _MANY:
        return
    for number in range(_MANY + 1):
        upwards = {key: 1 for n, key in many.items() if n >= number}
        certain = {cell: 1 for cell, n in size.items() if n >= number}
        possible = {cell: 1 for cell, n in size.items() if n >= number - more}
        yield _positive(_sum(upwards, certain, -1), says)
        yield _positive(_sum(_sum(others, possible, 1), upwards, -1), says)
    for number in range(_MANY):
        downwards = {key: 1 for n, key in many.items() if n <= number}
        certain = {cell: 1 for cell, n in size.items() if n <= number - more}
        yield _positive(_sum(downwards, certain, -1), says)


def _sum(one: Terms, other: Terms, times: int) -> Terms:
    """Two sums as one, the second so many times."""
    found = {key: one.get(key, 0) + times * other.get(key, 0) for key in (*one, *other)}
    return {key: c for key, c in found.items() if c}


def _positive(terms: Terms, says: str) -> Relation:
    return Relation(tuple(terms.items()), 0, None, says)
