"""Made-up towns full of families that are hard to tell apart, what three services wrote down, and who was joined.

Of nine homes one has twins (a third of them of two sexes), one a father and son of one name, one a married couple. Far
more than anywhere: a rule that holds here holds where families are rarer.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import product

import numpy as np

from linkage.link import scored_pairs
from linkage.quality import link_counts
from tests.lib.linkage import (
    LINKAGE,
    SINGLE,
    Person,
    deliver,
    extract,
    family_of,
    forename,
    identifiers,
    index_of,
    national_list,
    run_link,
    twin_of,
)

KINDS = ("twins", "fathers", "spouses")
ERRORS = {"clinic": 0.02, "hospital": 0.08, "housing": 0.12}
SHARE = {"clinic": 0.95, "hospital": 0.6, "housing": 0.4}
NUMBERS = {"clinic": 0.99, "hospital": 0.85, "housing": 0.0}

People = list[Person]
Kin = dict[str, list[tuple[int, int]]]


@cache
def town(seed: int, homes: int) -> tuple[People, Kin]:
    """People, and by kind of family the two numbers of each couple of them."""
    rng = np.random.default_rng(seed)
    people: People = []
    kin: Kin = defaultdict(list)
    for home in range(homes):
        family = family_of(rng, home, len(people))
        kind = dict(enumerate(KINDS)).get(home % 9)
        if kind:
            kin[kind].append(_with(kind, rng, family, of_one_sex=home % 27 > 0))
        people += family
    return people, kin


def _with(kind: str, rng: np.random.Generator, family: People, *, of_one_sex: bool) -> tuple[int, int]:
    """Add someone to a family; the numbers of the two who are hard to tell apart."""
    number = family[-1].number + 1
    if kind == "twins":
        family.append(twin_of(rng, family[-1], number, of_one_sex=of_one_sex))
        return family[-2].number, number
    he = family[0] = replace(family[0], sex="male", forename=forename(rng, "male"))
    if kind == "fathers":
        family.append(replace(he, number=number, born=he.born + timedelta(days=int(rng.integers(22 * 365, 35 * 365)))))
    else:
        born = he.born + timedelta(days=int(rng.integers(-5 * 365, 5 * 365)))
        family.append(replace(he, number=number, sex="female", forename=forename(rng, "female"), born=born))
    return he.number, number


@dataclass(frozen=True, slots=True)
class Mistaken:
    """Of one kind of family."""

    pairs: int
    """Pairs of records, one of each of the two people."""
    linked: int
    """Of those, scored at the threshold or above."""
    couples: int
    """Couples of people who both have a record."""
    joined: int
    """Of those, with records in one person."""
    together: int
    """Pairs of records, one of each of the two people, in one person."""

    def __add__(self, other: "Mistaken") -> "Mistaken":
        """Of both towns."""
        mine, theirs = ((one.pairs, one.linked, one.couples, one.joined, one.together) for one in (self, other))
        return Mistaken(*(a + b for a, b in zip(mine, theirs, strict=True)))


@dataclass(frozen=True, slots=True)
class Linked:
    """A town, linked."""

    mistaken: dict[str, Mistaken]
    true_pairs: int
    true_linked: int
    """True pairs of records scored at the threshold or above."""
    held_back: dict[str, int]
    """As the linkage report counts them."""


@cache
def linked_town(seed: int, homes: int, *, numbers: bool, single: bool, listed: bool = False) -> Linked:
    """Link a town.

    Args:
        seed: Of the town.
        homes: How many.
        numbers: Whether two of the three services know NHS numbers; otherwise none does.
        single: Whether two of the three keep one record a person; otherwise none does.
        listed: Whether a list of names says how rare they are.
    """
    people, kin = town(seed, homes)
    extracts = {
        source: extract(
            people, source, seed + at, share=SHARE[source], errors=ERRORS[source],
            nhs=numbers * NUMBERS[source], again=0.15 * (source == "housing"),
        )
        for at, source in enumerate(SHARE, 1)
    }  # fmt: skip
    bands = national_list() if listed else None
    sent = [
        deliver(name, identifiers(rows), single=single and SINGLE[name], bands=bands) for name, rows in extracts.items()
    ]
    result = run_link(sent)
    true = {(source, row["record_id"]): row["person"] for source, rows in extracts.items() for row in rows}
    records: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for record, person in true.items():
        records[person].append(record)
    joined = {(row["source"], row["record_id"]): row["person_id"] for row in index_of(result).table.to_pylist()}
    links = {
        frozenset([(row["source_l"], row["record_id_l"]), (row["source_r"], row["record_id_r"])])
        for row in scored_pairs(result).to_pylist()
        if row["probability"] >= LINKAGE.threshold_probability
    }
    mistaken = {kind: _mistaken(couples, records, joined, links) for kind, couples in kin.items()}
    return Linked(
        mistaken=mistaken,
        true_pairs=sum(len(own) * (len(own) - 1) // 2 for own in records.values()),
        true_linked=sum(len({true[record] for record in pair}) == 1 for pair in links),
        held_back=link_counts(result.con, LINKAGE.threshold_probability)["held_back"],
    )


def _mistaken(
    couples: list[tuple[int, int]],
    records: dict[int, list[tuple[str, int]]],
    joined: dict[tuple[str, int], str],
    links: set[frozenset[tuple[str, int]]],
) -> Mistaken:
    both = [list(product(records[a], records[b])) for a, b in couples if records[a] and records[b]]
    return Mistaken(
        pairs=sum(map(len, both)),
        linked=sum(frozenset(pair) in links for pairs in both for pair in pairs),
        couples=len(both),
        joined=sum(any(joined[a] == joined[b] for a, b in pairs) for pairs in both),
        together=sum(joined[a] == joined[b] for pairs in both for a, b in pairs),
    )
