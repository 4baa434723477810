"""Blocks in which a source knows several people: it sends no view of them.

Such a block finds nobody (who of them is meant?) and ties strangers together, which is what an intruder with a list
of everybody reads from the block graph. Without crowds a loose rule costs little: it speaks where a name is rare.

A source that may hold a person twice has to tell one person's two records from two people's. It holds its records in
clear, so it looks: inside a block, records that also agree in something else are taken for one person's. Nothing of
what it finds leaves it but which views are sent.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from governance.settings import BlockingRule, Linkage
from linkage.runs import first_of_each
from linkage.ties import Numbers, Words, grouped, mixed, ties
from linkage.values import Components

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
Agreements = tuple[tuple[str, ...], ...]

TIES_NOBODY = frozenset({"nhs_number", "phone", "email", "uprn"})
"""A rule with one of these is sent whole: a household at most shares its blocks."""

_A_NUMBER: Agreements = (("nhs_number",), ("phone",), ("email",))
_MOST_OF_A_DATE: Agreements = (
    ("birth_year", "birth_month"),
    ("birth_year", "birth_day"),
    ("birth_day_month_unordered",),
)
_THE_DAY: Agreements = (
    ("birth_day_month_unordered",),
    ("forename_phonetic", "postcode_district"),
    ("forename_first3", "surname_first3"),
)
_A_NAME: Agreements = (("surname_phonetic",), ("surname_first3",), ("postcode_district",), ("forename_phonetic", "sex"))
_BOTH_NAMES: Agreements = (("phonetic_pair",), ("first3_pair",))
_A_PLACE: Agreements = (("postcode", "sex"),)

_WHOLE_DATE = frozenset({"date_of_birth", "date_of_birth_unordered"})


def one_person_if(rule: BlockingRule) -> Agreements:
    """In what two records of one block of this rule must agree besides, to be taken for one person's.

    What the block itself says is no evidence: strangers of one block agree in it too. So where it says a birth date,
    names or a place must speak; where it says a name, a birth date but for one part must.
    """
    says = frozenset(rule.components)
    found = list(_A_NUMBER)
    dated, placed = bool(_WHOLE_DATE & says), "postcode" in says
    found += _A_NAME if dated else _THE_DAY if "birth_year" in says else _MOST_OF_A_DATE
    found += _BOTH_NAMES if dated or placed or "birth_year" in says else ()
    found += () if placed else _A_PLACE
    return tuple(found)


def rows_sent(rule: BlockingRule, found: Components, linkage: Linkage, *, one_record_per_person: bool) -> Mask | None:
    """Rows of the component table of which this rule makes a view.

    Args:
        rule: A blocking rule.
        found: Components of the source's records.
        linkage: Holds the limits.
        one_record_per_person: The source counts records; otherwise people, as far as it can tell them.

    Returns:
        Shape (n,); None if all rows are sent.
    """
    limit = linkage.max_source_records if one_record_per_person else linkage.max_source_people
    if limit is None or TIES_NOBODY & set(rule.components):
        return None
    rows, block = blocks_in(rule, found)
    sent = np.zeros(len(found.record_id), bool)
    sent[rows] = True
    full = np.flatnonzero(_perhaps_over(block, limit))  # most blocks are nearly empty and need no sorting
    rows, block = rows[full], block[full]
    _, number = np.unique(block, return_inverse=True)
    record = found.record_id[rows]
    people = _different(number, record)
    if not one_record_per_person:
        crowded = np.flatnonzero(people > limit)
        people[crowded] = _people(one_person_if(rule), found, rows[crowded], block[crowded])
    sent[rows] = people <= limit
    return sent


def _perhaps_over(block: Words, limit: int) -> Mask:
    """Where more than ``limit`` rows may share the block: always where they do, sometimes where they do not."""
    bits = max(len(block).bit_length() + 2, 1)  # four to eight times as many buckets as rows
    bucket = (block >> np.uint64(64 - bits)).view(np.int64)
    over: Mask = (np.bincount(bucket, minlength=1 << bits) > limit)[bucket]
    return over


def blocks_in(rule: BlockingRule, found: Components) -> tuple[Rows, Words]:
    """Rows that have every component of a rule, and a word for the block each stands in; both of shape (m,)."""
    every = np.arange(len(found.record_id))
    place, block = _agreeing(found, rule.components, every, np.zeros(len(every), np.uint64))
    return every[place], block


def _agreeing(found: Components, components: Iterable[str], rows: Rows, block: Words) -> tuple[Rows, Words]:
    """Places among ``rows`` that have every component, and a word of the block and of what stands in them."""
    parts = [found.ids(component) for component in components]
    there = np.flatnonzero(np.logical_and.reduce([present[rows] for _, present in parts]))
    word = block[there]
    for ids, _ in parts:
        word = mixed(word, ids[rows[there]])
    return there, word


def _people(agreements: Agreements, found: Components, rows: Rows, block: Words) -> Numbers:
    """For each row how many people with a birth date its block holds; all records of no birth date are nobody."""
    own = ties(np.arange(len(rows)), mixed(block, found.record_id[rows].view(np.uint64)))
    tied = [own, *(ties(*_agreeing(found, components, rows, block)) for components in agreements)]
    person = grouped(len(rows), np.concatenate(tied, axis=1))
    told = np.zeros(len(rows), bool)
    told[person[found.ids("date_of_birth")[1][rows]]] = True
    _, number = np.unique(block, return_inverse=True)
    return _different(number, np.where(told[person], person, -1), ignored=-1)


def _different(number: Numbers, counted: Numbers, ignored: int | None = None) -> Numbers:
    """For each row how many different values stand beside its number.

    Args:
        number: Of the block, from 0; shape (n,).
        counted: Shape (n,).
        ignored: A value that does not count.
    """
    both = mixed(number.view(np.uint64), counted.view(np.uint64))
    order = np.argsort(both)
    first = order[first_of_each(both[order])]
    if ignored is not None:
        first = first[counted[first] != ignored]
    found: Numbers = np.bincount(number[first], minlength=int(number.max(initial=0)) + 1)[number]
    return found
