"""Donors: joined records that stand for missed ones, what was found for what was not.

Linkage's draws decide pairs that were compared. A record that was compared with none of its person's others is in no
draw. How many there are is told by the verified NHS number, hidden from the rules: of the records that it shows to
have a partner, the share that no other rule brings together with any. The records that have no number are the ones at
risk (:mod:`cohorts.uncertainty.missed_records`).

Donors tell two things. To people of what size records like a missed one were joined, which says whose it may be
(:mod:`cohorts.uncertainty.partners`). And what one point more of all links missed would change: each is taken once
more, as what it changed by being joined, one person counted instead of two.

They are of the same source, mostly of the same ethnic group, and mostly as empty: whose records are empty is in need
more often. Where few such were joined, others stand in, counted as if they were of the group: what being joined changes
depends on the service more than on the group, and of a handful of people hardly any would be in a cohort. Those of
other services stand in with little weight (decision 88).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cohorts.uncertainty.missed_records import EMPTINESS, Floats, Ints, Strata
from governance.contracts import DRAWN_PERSON, check_table
from governance.warehouse import fetch_table, load_sql, materialise

MOST_DONORS = 200
"""Joined records of one source and group that stand for all of them, by turns from every emptiness."""

OTHER_GROUPS, OTHERWISE_EMPTY, OTHER_SOURCES = 10.0, 10.0, 2.0
"""What others are worth beside records of the same source, group and emptiness: as much as so many of them, for those
of other groups, for fuller and emptier ones, and for as empty ones of other sources. Judgements, from synthetic
systems that are used for nothing else (docs/benchmarks.md)."""

DIMENSION = "ethnic_group"


@dataclass(frozen=True, slots=True)
class Donors:
    """Joined records that stand for missed ones, in an order that is kept."""

    person_id: pa.ChunkedArray
    """Of whom each is a record."""
    split: pa.Table
    """Contract ``drawn_person``: donor 7's person without the record is ``without:7``, the record alone ``alone:7``."""
    source: Ints
    group: Ints
    """By donor, numbered as in ``strata``."""
    emptier: Ints
    others: Ints
    """How many other records each one's person has."""
    strata: Strata


def find_donors(con: duckdb.DuckDBPyConnection) -> Donors:
    """Choose the donors.

    Args:
        con: Analysis tables, ``person_group`` of :func:`cohorts.counts.group_people`, and the ``record_quality`` that
            :func:`cohorts.missed.rates.rates_by_number` loads.
    """
    materialise(con, "at_risk", load_sql("cohorts.uncertainty", "at_risk"), {"dimension": DIMENSION})
    materialise(con, "by_turns", load_sql("cohorts.uncertainty", "by_turns"))
    materialise(con, "donor", load_sql("cohorts.uncertainty", "donor"), {"most": MOST_DONORS})
    table = fetch_table(con, "SELECT * FROM donor ORDER BY donor")
    strata = Strata.of(fetch_table(con, load_sql("cohorts.uncertainty", "stratum")))
    split = check_table(fetch_table(con, load_sql("cohorts.uncertainty", "split")), DRAWN_PERSON)
    others = table["others"].to_numpy().astype(np.int64)
    return Donors(table["person_id"], split, *strata.places(table), others, strata)


def taken_per_point(donors: Donors) -> Iterator[tuple[str, Floats]]:
    """By group and donor, how many more times it stands for a link if one point more of all links is missed."""
    for number, name in enumerate(donors.strata.groups):
        yield name, 0.01 * donors.strata.joined[:, number].ravel() @ stand_for(donors, number)


def stand_for(donors: Donors, group: int | None) -> Floats:
    """What share of a group's missed records each donor stands for: shape (sources * EMPTINESS, donors).

    Args:
        donors: All.
        group: Which; None of records in which none is written, for which all groups stand as they come.
    """
    source, emptier = np.divmod(np.arange(len(donors.strata.sources) * EMPTINESS), EMPTINESS)
    here = donors.source == source[:, None]
    alike, own = donors.emptier == emptier[:, None], (donors.group == group) | (group is None)
    joined = donors.strata.joined if group is None else donors.strata.joined[:, [group]]
    worth = _shared(here & alike & own, joined.sum(axis=1).reshape(-1, 1))
    for kind, most in (
        (here & alike & ~own, OTHER_GROUPS),
        (here & ~alike, OTHERWISE_EMPTY),
        (~here & alike, OTHER_SOURCES),
    ):
        worth += _shared(kind, np.minimum(most, kind.sum(axis=1, keepdims=True)))
    whole = worth.sum(axis=1, keepdims=True)
    shares: Floats = worth / np.where(whole > 0, whole, 1)
    return shares


def _shared(kind: NDArray[np.bool_], worth: Floats) -> Floats:
    """What a kind of donors is worth together, in equal parts: shape as ``kind``."""
    found: Floats = kind * worth / np.maximum(kind.sum(axis=1, keepdims=True), 1)
    return found


def counted_as(counts: pa.Table, group: str) -> csr_array:
    """What people add to each count if they were of an ethnic group: shape (counts, counts), by what they do add.

    Args:
        counts: Contract ``area_count``, or its key alone.
        group: Which.
    """
    names = pc.binary_join_element_wise(counts["area"], counts["cohort"], counts["measure"], "\n").combine_chunks()
    broken_down = pc.equal(counts["dimension"], DIMENSION).to_numpy()
    theirs = np.flatnonzero(broken_down & pc.equal(counts["group"], group).to_numpy())
    place = pc.index_in(names, value_set=names.take(pa.array(theirs))).fill_null(-1).to_numpy().astype(np.int64)
    there = ~broken_down | (place >= 0)
    rows = np.flatnonzero(there)
    to = np.where(broken_down, theirs[place] if len(theirs) else 0, np.arange(len(names)))[rows]
    return csr_array((np.ones(len(rows), np.int32), (rows, to)), shape=(len(names), len(names)))
