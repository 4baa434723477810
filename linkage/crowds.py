"""Blocks in which a source knows several people: it sends no view of them.

Such a block finds nobody (who of them is meant?) and ties strangers together, which is what an intruder with a list
of everybody reads from the block graph. Without crowds a loose rule costs little: it speaks where a name is rare.
"""

import numpy as np
from numpy.typing import NDArray

from governance.settings import BlockingRule, Linkage
from linkage.values import Components

Mask = NDArray[np.bool_]
Words = NDArray[np.uint64]

TIES_NOBODY = frozenset({"nhs_number", "phone", "email", "uprn"})
"""A rule with one of these is sent whole: a household at most shares its blocks."""

_ODD = np.uint64(0x9E3779B97F4A7C15)


def rows_sent(rule: BlockingRule, found: Components, linkage: Linkage, *, one_record_per_person: bool) -> Mask | None:
    """Rows of the component table of which this rule makes a view.

    Args:
        rule: A blocking rule.
        found: Components of the source's records.
        linkage: Holds the limits.
        one_record_per_person: The source counts records; otherwise it counts birth dates, as two records may be one
            person's.

    Returns:
        Shape (n,); None if all rows are sent.
    """
    limit = linkage.max_source_records if one_record_per_person else linkage.max_source_birth_dates
    if limit is None or TIES_NOBODY & set(rule.components):
        return None
    rows, block = blocks_in(rule, found)
    sent = np.zeros(len(found.record_id), bool)
    counted, told = _counted(found, rows, one_record_per_person=one_record_per_person)
    sent[rows] = _different(block, counted, told) <= limit
    return sent


def blocks_in(rule: BlockingRule, found: Components) -> tuple[NDArray[np.intp], Words]:
    """Rows that have every component of a rule, and a word for the block each stands in; both of shape (m,)."""
    parts = [found.ids(component) for component in rule.components]
    rows = np.flatnonzero(np.logical_and.reduce([present for _, present in parts]))
    block = np.zeros(len(rows), np.uint64)
    for ids, _ in parts:
        block = _mixed(block, ids[rows])
    return rows, block


def _counted(found: Components, rows: NDArray[np.intp], *, one_record_per_person: bool) -> tuple[Words, Mask]:
    """What is counted in a block, and where it is known."""
    if one_record_per_person:
        return found.record_id[rows].view(np.uint64), np.ones(len(rows), bool)
    ids, present = found.ids("date_of_birth")
    return ids[rows], present[rows]


def _different(block: Words, counted: Words, told: Mask) -> NDArray[np.int64]:
    """For each row how many different known values its block holds."""
    _, number = np.unique(block, return_inverse=True)
    _, first = np.unique(_mixed(block, counted)[told], return_index=True)
    size = np.bincount(number[told][first], minlength=int(number.max(initial=0)) + 1)
    found: NDArray[np.int64] = size[number]
    return found


def _mixed(left: Words, right: Words) -> Words:
    """One word of two: equal where both are equal, hardly ever otherwise."""
    word = (left ^ (left >> np.uint64(31))) * _ODD + right
    mixed: Words = (word ^ (word >> np.uint64(29))) * _ODD
    return mixed
