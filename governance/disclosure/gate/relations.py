"""What every reader knows about the cells of a release: which add up to which, and which cannot exceed which.

Nothing here looks at a number. Structure is public: a breakdown by sex has everybody once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from governance.disclosure.combinations import BETWEEN
from governance.disclosure.gate.combinations import combinations_of
from governance.disclosure.gate.relation import Relation, at_most, equation
from governance.disclosure.pairs import NOT_RECORDED, SLICES, margins
from governance.disclosure.protect import ALL, EVERYONE, PARTS, WHOLE, CellKey
from governance.disclosure.waits import APPOINTMENTS, MISSED, whole_of

__all__ = ["Relation", "at_most", "districts_of_areas", "equation", "relations_of"]

_OVERLAPPING = frozenset({"service", "service_pair"})
"""Breakdowns in which a person may stand several times, or not at all."""


def relations_of(keys: Collection[CellKey]) -> list[Relation]:
    """Everything that holds between true counts of one release, whatever they are.

    Args:
        keys: The cells of the release. A relation that needs a cell that is not published is left out.
    """
    return list(_relations(frozenset(keys)))


@lru_cache(maxsize=4)
def _relations(known: frozenset[CellKey]) -> tuple[Relation, ...]:
    """Kept for the cells of the last few releases: one is looked at several times on its way, and publishing again."""
    found = [
        *_groups(known),
        *_areas(known),
        *_answers(known),
        *_within(known),
        *_steps(known),
        *_services(known),
        *_numbers_of_services(known),
        *combinations_of(known),
        *_waits(known),
        *_pairs_of_slices(known),
    ]
    return tuple(each for each in found if all(key in known for key, _ in each.terms))


def districts_of_areas(districts: Mapping[str, Sequence[str]], keys: Collection[CellKey]) -> list[Relation]:
    """Each count of a board's area is that of its districts together, where the whole is broken down by district.

    Args:
        districts: Of each area; a reader of the config knows them, and of the report guesses them.
        keys: The cells of the release.
    """
    known, found = frozenset(keys), []
    for key in sorted(known):
        if key.area in districts and key.dimension == ALL:
            parts = [CellKey(key.cohort, key.measure, "district", each) for each in districts[key.area]]
            if known.issuperset(parts):
                found.append(equation(key, parts, f"{_named(key)} and its districts in the whole"))
    return found


def _groups(known: Collection[CellKey]) -> Iterator[Relation]:
    """Groups of a breakdown, each person once."""
    tables: dict[CellKey, list[CellKey]] = defaultdict(list)
    for key in known:
        if key.dimension not in _OVERLAPPING and key.dimension != ALL:
            tables[key._replace(group=ALL)].append(key)
    for table, parts in sorted(tables.items()):
        total = table.total
        yield equation(total, sorted(parts), f"{_named(total)} and its breakdown by {_words(table.dimension)}")


def _areas(known: Collection[CellKey]) -> Iterator[Relation]:
    """Areas of boards, and whoever is in none of them, make the whole: of every count that each area has."""
    parts: dict[CellKey, list[CellKey]] = defaultdict(list)
    for key in known:
        if key.area != ALL:
            parts[key._replace(area=ALL)].append(key)
    areas = {key.area for key in known} - {ALL}
    for whole, found in sorted(parts.items()):
        if len(found) == len(areas):
            says = f"{_named(whole)} by {_words(whole.dimension)} in the whole and in each board's area"
            yield equation(whole, sorted(found), says)


def _answers(known: Collection[CellKey]) -> Iterator[Relation]:
    """Met, not met and cannot tell are the people whom a definition is about."""
    for key in sorted(known):
        if key.measure == WHOLE and key.cohort != EVERYONE:
            parts = [key._replace(measure=part) for part in PARTS]
            yield equation(key, parts, f"the answers and the population of {_place(key)} by {_words(key.dimension)}")


def _within(known: Collection[CellKey]) -> Iterator[Relation]:
    """A cohort's population is among everyone; rungs and services are of its members."""
    for key in sorted(known):
        if key.measure == WHOLE and key.cohort != EVERYONE:
            yield at_most(key, key._replace(cohort=EVERYONE), f"the population of {_place(key)} and everyone")
        if key.measure.startswith("rung:"):
            yield at_most(key, key._replace(measure="met"), f"the steps and the members of {_place(key)}")
        if key.measure.startswith("attrition:") and key.area != ALL:
            yield at_most(key._replace(measure="met"), key, f"the steps that led to {_place(key)} and its members")
        if key.measure == "shared":
            yield at_most(key, key._replace(measure="met"), f"shared needs and the members of {_place(key)}")
        if key.measure.startswith("variant:"):
            yield at_most(key, key._replace(measure=WHOLE), f"thresholds and the population of {_place(key)}")
        if key.dimension in _OVERLAPPING and key.measure == "met":
            yield at_most(key, key._replace(dimension=ALL, group=ALL), f"the services and the members of {key.cohort}")


def _steps(known: Collection[CellKey]) -> Iterator[Relation]:
    """Each step of the attrition leaves some of those before it."""
    steps = sorted(key for key in known if key.measure.startswith("attrition:"))
    for before, after in pairwise(steps):
        if before._replace(measure="") == after._replace(measure=""):
            yield at_most(after, before, f"the steps that led to {before.cohort}")


def _services(known: Collection[CellKey]) -> Iterator[Relation]:
    """Pairs of services lie inside both, and both together inside the members."""
    for key in sorted(known):
        if key.dimension == "service_pair":
            sides = [key._replace(dimension="service", group=side) for side in key.group.split(BETWEEN)]
            says = f"services and pairs of services of {key.cohort}"
            yield from (at_most(key, side, says) for side in sides)
            members = key.total
            yield Relation(((members, 1), (key, 1), *((side, -1) for side in sides)), 0, None, says)


def _numbers_of_services(known: Collection[CellKey]) -> Iterator[Relation]:
    """How many services members use, against how often each service and each pair is used."""
    members = sorted(key for key in known if key.dimension == "service_count" and key.group.rstrip("+").isdigit())
    for total in sorted({key.total for key in members}):
        cohort, own = total.cohort, [key for key in members if key.total == total]
        for dimension, uses in (("service", _once), ("service_pair", _pairs)):
            used = [key for key in known if key.dimension == dimension and key.total == total]
            terms = tuple((key, -uses(int(key.group.rstrip("+")))) for key in own if uses(int(key.group.rstrip("+"))))
            says = f"services and numbers of services of {cohort}"
            if used:
                yield Relation((*((key, 1) for key in sorted(used)), *terms), 0, None, says)


def _waits(known: Collection[CellKey]) -> Iterator[Relation]:
    """Whoever was referred to a service stands in one band of its waits; who missed an appointment had one."""
    bands: dict[CellKey, list[CellKey]] = defaultdict(list)
    for key in sorted(known):
        if whole := whole_of(key.measure):
            bands[key._replace(measure=whole)].append(key)
        if key.measure == MISSED:
            yield at_most(key, key._replace(measure=APPOINTMENTS), "appointments and appointments missed")
    for total, parts in bands.items():
        yield equation(total, parts, f"{_named(total)} and its bands by {_words(total.dimension)}")
        if total.dimension == ALL:
            seen = CellKey(EVERYONE, "seen", "service", total.measure.partition(":")[2])
            yield at_most(total, seen, "people referred to a service and people seen by it")


def _pairs_of_slices(known: Collection[CellKey]) -> Iterator[Relation]:
    """Two slices together against each alone: those who lack one of the two are all that they may differ by."""
    pairs: dict[CellKey, list[str]] = defaultdict(list)
    slices: dict[CellKey, list[str]] = defaultdict(list)
    for key in sorted(known):
        (pairs if key.dimension in SLICES else slices)[key._replace(group=ALL)].append(key.group)
    for table, cells in pairs.items():
        alone = {one: slices[table._replace(dimension=one)] for one in SLICES[table.dimension]}
        missing = [table._replace(group=NOT_RECORDED)] if NOT_RECORDED in cells else []
        for each in margins(table.dimension, cells, alone):
            own = [table._replace(dimension=each.dimension, group=group) for group in each.groups]
            parts = [table._replace(group=group) for group in each.cells]
            says = f"{_named(table)} by {_words(table.dimension)} and by {_words(each.dimension)}"
            yield Relation((*((key, 1) for key in own), *((key, -1) for key in parts)), 0, None, says)
            terms = (*((key, 1) for key in (*parts, *missing)), *((key, -1) for key in own))
            yield Relation(terms, 0, None, says)


def _once(services: int) -> int:
    return services


def _pairs(services: int) -> int:
    return services * (services - 1) // 2


def _named(key: CellKey) -> str:
    return f"{_words(key.measure)} of {_place(key)}"


def _place(key: CellKey) -> str:
    return key.cohort if key.area == ALL else f"{key.cohort} in the area of {_words(key.area)}"


def _words(name: str) -> str:
    return name.replace("_", " ").replace(":", " ")
