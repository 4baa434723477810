"""Links that no rule could find: what was found stands for what was missed, more of it where more is missed.

Linkage's draws decide pairs that were compared. A record that was compared with none of its person's others is in no
draw. How many there are is told by the verified NHS number, hidden from the rules: of the records that it shows to
have a partner, the share that no other rule brings together with any. The records that have no number are the ones at
risk (:mod:`cohorts.uncertainty.missed_records`). For each that is missed, one that was joined after all is taken once
more, as what it changed by being joined: one person counted instead of two.

It is taken from the same source, and mostly from the same ethnic group. Where few of a group were joined, those of
others stand in, counted as if they were of the group: what being joined changes depends on the service more than on
the group, and of a handful of people hardly any would be in a cohort.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cohorts.uncertainty.missed_records import Floats, Ints, Strata, missed_records
from governance.contracts import DRAWN_PERSON, check_table
from governance.warehouse import fetch_table, load_sql, materialise

MOST_DONORS = 200
"""Joined records of one source and group that stand for all of them."""

BORROWED_WORTH = 10.0
"""What the other groups of a source are worth beside a group's own joined records: as much as so many of them."""

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
    strata: Strata


def find_donors(con: duckdb.DuckDBPyConnection) -> Donors:
    """Choose the donors.

    Args:
        con: Analysis tables, and what :func:`cohorts.missed.rates.rates_by_number` made of ``record_quality``.
    """
    materialise(con, "at_risk", load_sql("cohorts.uncertainty", "at_risk"))
    materialise(con, "donor", load_sql("cohorts.uncertainty", "donor"), {"most": MOST_DONORS})
    table = fetch_table(con, "SELECT * FROM donor ORDER BY donor")
    strata = Strata.of(fetch_table(con, load_sql("cohorts.uncertainty", "stratum")))
    source, group = (
        pc.index_in(table[name], value_set=pa.array(names, pa.string())).to_numpy().astype(np.int64)
        for name, names in (("source", strata.sources), ("group", strata.groups))
    )
    split = check_table(fetch_table(con, load_sql("cohorts.uncertainty", "split")), DRAWN_PERSON)
    return Donors(table["person_id"], split, source, group, strata)


def times_taken(donors: Donors, draws: int, chance: np.random.Generator) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """How often each donor stands for a missed record of each group, draw by draw: shape (draws, donors)."""
    missed = missed_records(donors.strata, draws, chance)
    for number, name in enumerate(donors.strata.groups):
        yield name, chance.poisson(missed[:, donors.source, number] * _stands_for(donors, number))


def taken_per_point(donors: Donors) -> Iterator[tuple[str, Floats]]:
    """By group and donor, how many more times it stands for a link if one point more of all links is missed."""
    joined = donors.strata.joined_of()
    for number, name in enumerate(donors.strata.groups):
        yield name, 0.01 * joined[donors.source, number] * _stands_for(donors, number)


def _stands_for(donors: Donors, group: int) -> Floats:
    """Of the missed records of a group in its source, how many each donor stands for."""
    own = donors.group == group
    sources = len(donors.strata.sources)
    count = np.where(own, *(np.bincount(donors.source[kind], minlength=sources)[donors.source] for kind in (own, ~own)))
    worth = np.where(own, donors.strata.joined_of()[donors.source, group], BORROWED_WORTH) / count
    whole = np.bincount(donors.source, worth, sources)
    shares: Floats = worth / whole[donors.source]
    return shares


def counted_as(counts: pa.Table, group: str) -> csr_array:
    """What people add to each count if they were of an ethnic group: shape (counts, counts), by what they do add.

    Args:
        counts: Contract ``cohort_count``.
        group: Which.
    """
    names = pc.binary_join_element_wise(counts["cohort"], counts["measure"], "\n").combine_chunks()
    broken_down = pc.equal(counts["dimension"], DIMENSION).to_numpy()
    theirs = np.flatnonzero(broken_down & pc.equal(counts["group"], group).to_numpy())
    place = pc.index_in(names, value_set=names.take(pa.array(theirs))).fill_null(-1).to_numpy().astype(np.int64)
    there = ~broken_down | (place >= 0)
    rows = np.flatnonzero(there)
    to = np.where(broken_down, theirs[place] if len(theirs) else 0, np.arange(len(names)))[rows]
    return csr_array((np.ones(len(rows), np.int32), (rows, to)), shape=(len(names), len(names)))
