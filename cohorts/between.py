"""What definitions say of each other's members: parts, unions and differences, as an attacker may read them.

A definition that asks for members of another one is public, so everybody knows that its members are among the other's.
The release gate is told, or numbers of a whole and of its part could be subtracted.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cohorts.evidence import InCohort
from cohorts.query import Definition
from governance.disclosure import CellKey
from governance.disclosure.gate.relations import Relation

_MET = "met"


@dataclass(frozen=True, slots=True)
class _Asks:
    """Which other cohorts a definition asks for."""

    every: frozenset[str]
    """Its members are in each of these."""
    none: frozenset[str]
    """And in none of these."""
    some: tuple[frozenset[str], ...]
    """And of each of these sets in at least one."""


def relations_between(definitions: Sequence[Definition], keys: Collection[CellKey]) -> list[Relation]:
    """Relations that definitions alone suggest between counts of members.

    Args:
        definitions: Of one release.
        keys: Its cells. A relation that needs a cell which is not published is left out.

    Returns:
        For each group of each breakdown, in the whole and in each area. Which are true of the exact counts is for the
        caller to say: a definition may ask for more than membership, so that two parts need not make a whole.
    """
    known, asks = frozenset(keys), {each.id: _asks(each) for each in definitions}
    tables: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for key in known:
        if key.measure == _MET:
            tables[key.dimension, key.group, key.area].add(key.cohort)
    found = []
    for place, cohorts in sorted(tables.items()):
        for terms, low, high, says in _suggested(asks):
            if terms.keys() <= cohorts:
                cells = tuple((CellKey(cohort, _MET, *place), c) for cohort, c in terms.items())
                found.append(Relation(cells, low, high, says))
    return found


_Suggested = tuple[dict[str, int], int | None, int | None, str]


def _suggested(asks: dict[str, _Asks]) -> Iterator[_Suggested]:
    """Coefficients by cohort, bounds of their sum, and words."""
    for cohort, asked in sorted(asks.items()):
        for whole in sorted(asked.every):
            yield {whole: 1, cohort: -1}, 0, None, f"members of {cohort} and of {whole}"
            for other in sorted(asked.none):
                says = f"members of {cohort}, of {whole} and of {other}"
                yield {cohort: 1, other: 1, whole: -1}, 0, None, says
        for union in asked.some:
            names = sorted(union)
            says = f"members of {cohort} and of {', '.join(names)}"
            yield {**dict.fromkeys(names, 1), cohort: -1}, 0, None, says
            yield from (({cohort: 1, part: -1}, 0, None, says) for part in names)
    yield from _halves(asks)
    yield from _unions_and_intersections(asks)


def _halves(asks: dict[str, _Asks]) -> Iterator[_Suggested]:
    """One cohort takes part of a whole, another takes the whole without that part: together they are the whole."""
    for only, rest in sorted(asks.items()):
        for whole in sorted(rest.every):
            for part, taken in sorted(asks.items()):
                lies_inside = whole in taken.every or any(part in union for union in _unions(asks, whole))
                if lies_inside and ({part, *taken.every} - {whole}) & rest.none:
                    says = f"members of {whole}, {part} and {only}"
                    yield {whole: 1, part: -1, only: -1}, 0, 0, says


def _unions_and_intersections(asks: dict[str, _Asks]) -> Iterator[_Suggested]:
    """Those in either and those in both are, together, those of the one and those of the other."""
    for either, asked in sorted(asks.items()):
        for union in asked.some:
            for both, other in sorted(asks.items()):
                if len(union) == 2 and union <= other.every:
                    first, second = sorted(union)
                    says = f"members of {first}, {second}, {either} and {both}"
                    yield {either: 1, both: 1, first: -1, second: -1}, 0, 0, says


def _asks(definition: Definition) -> _Asks:
    """What every member must have: needs that ``members`` does not leave to choice."""
    query, members = definition.query, definition.query.members
    sure = [*members.also, *(members.of if members.at_least == len(members.of) else ())]
    every: set[str] = set()
    none: set[str] = set()
    some: list[frozenset[str]] = []
    for need in (query.need(name) for name in sure):
        cohorts = [piece.id for piece in need.evidence if isinstance(piece, InCohort)]
        if need.how == "none":
            none |= {*cohorts}
        elif need.how == "all" or len(need.evidence) == 1:
            every |= {*cohorts}
        elif len(cohorts) == len(need.evidence):
            some.append(frozenset(cohorts))
    return _Asks(frozenset(every), frozenset(none), tuple(some))


def _unions(asks: dict[str, _Asks], cohort: str) -> tuple[frozenset[str], ...]:
    """None for a cohort that is asked for and not part of this release."""
    return asks[cohort].some if cohort in asks else ()
