"""Whom a record that was left alone may belong to: people, weighed by what joined records like it were joined to.

A missed record's person is somebody of the index, and three things say who: how many records people have to whom such
records were joined, which other services see people of this one (by pair of sources), and what the record says of sex,
year of birth, ethnic group and district. Nobody is joined by it: it only says whose counts may be wrong.

Few people of a pair of sources say little, so its factor is shrunk towards one (Poisson-gamma, as in
``missed_records``). What agrees weighs as in Fellegi and Sunter, Journal of the American Statistical Association 64
(1969) 1183.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cohorts.uncertainty.missed_records import Floats, Ints, places_among
from governance.warehouse import fetch_table, load_sql

SIZES = (1, 2, 3, 4, 6, 10)
"""People by how many records they have: the least of each size."""

MOST_PEOPLE = 1000
"""Of one size."""

SHAPE_PAIR = 5.0
"""How many people the guess is worth that two sources share as many as the sizes of people have it. A judgement."""

AGREES = {"birth_year": 0.85, "sex": 0.97, "ethnic_group": 0.95, "district": 0.75}
"""How often two records of one person say the same. Judgements, from synthetic systems used for nothing else."""

_LEAST = float(np.finfo(float).tiny)


@dataclass(frozen=True, slots=True)
class People:
    """Some people of every size."""

    table: pa.Table
    """From ``sql/partner.sql``."""
    size: Ints
    seen_by: Floats
    """Shape (people, sources): 1 where a source knows them."""
    open_to: Floats
    """Shape (sources, people): 1 where they may have one more record of a source."""
    pair: Floats
    """Shape (sources, sources): how many times as many people two sources share as sizes of people have it."""

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, sources: tuple[str, ...], single: Mapping[str, bool]) -> Self:
        """Read them.

        Args:
            con: Analysis tables.
            sources: In the order of the strata.
            single: Whether a source has one record of each person.
        """
        given = {"steps": list(SIZES)}
        table = fetch_table(con, load_sql("cohorts.uncertainty", "partner"), {**given, "most": MOST_PEOPLE})
        size = table["size"].to_numpy().astype(np.int64)
        seen_by = _seen_by(table["sources"].combine_chunks(), sources)
        often = np.array([not single[source] for source in sources], bool)
        open_to = np.where(often[:, None], 1.0, 1 - seen_by.T)
        joined = fetch_table(con, load_sql("cohorts.uncertainty", "joined_with"), given)
        return cls(table, size, seen_by, open_to, pair_factors(joined, sources, size, seen_by, open_to))

    def weights(self, source: int, records: pa.Table, sizes: Floats) -> Floats:
        """How likely it is of each person that some lone records are theirs: shape (records, people), sums of 1 or 0.

        Args:
            source: Of all the records.
            records: From ``sql/lone.sql``.
            sizes: What share of records like each of them was joined to people of each size: (records, sizes).
        """
        of_size = np.bincount(self.size, self.open_to[source], minlength=len(SIZES))
        shared = np.exp(self.seen_by @ np.log(self.pair[source]))
        likely: Floats = (sizes / np.maximum(of_size, 1))[:, self.size] * shared * self.open_to[source]
        likely *= 1 - _is_same(records["person_id"], self.table["person_id"])
        for name, often in AGREES.items():
            likely *= agreement(records[name], self.table[name], often)
        likely /= np.maximum(likely.sum(axis=1, keepdims=True), _LEAST)
        return likely


def pair_factors(joined: pa.Table, sources: tuple[str, ...], size: Ints, seen_by: Floats, open_to: Floats) -> Floats:
    """How many times as many people two sources share as the sizes of people have it, shrunk towards one.

    Args:
        joined: From ``sql/joined_with.sql``.
        sources: In order.
        size: By person.
        seen_by: Shape (people, sources).
        open_to: Shape (sources, people).
    """
    source, other = (places_among(joined[name], sources) for name in ("source", "other"))
    records, whole = joined["records"].to_numpy(), other < 0
    joined_to = np.zeros((len(sources), len(SIZES)))
    joined_to[source[whole], joined["size"].to_numpy()[whole]] = records[whole]
    shared = np.zeros((len(sources), len(sources)))
    np.add.at(shared, (source[~whole], other[~whole]), records[~whole])
    is_size = np.eye(len(SIZES))[size]
    expected = ((joined_to / np.maximum(open_to @ is_size, 1)) @ is_size.T * open_to) @ seen_by
    found: Floats = (SHAPE_PAIR + shared) / (SHAPE_PAIR + expected)
    return found


def agreement(here: pa.ChunkedArray, there: pa.ChunkedArray, often: float) -> Floats:
    """How many times as likely as of strangers what both say is: shape (here, there); 1 where one says nothing.

    Args:
        here: Of some records.
        there: Of people.
        often: How often two records of one person say the same.
    """
    names = pc.unique(pa.chunked_array([*here.chunks, *there.chunks], here.type)).drop_null()
    mine, theirs = (places_among(each, names) for each in (here, there))
    # Nothing is so rare that nobody else could say it.
    share = (np.bincount(theirs[theirs >= 0], minlength=len(names)) + 1) / ((theirs >= 0).sum() + len(names) + 1)
    same, other = (np.append(each, 1.0)[mine][:, None] for each in (often / share, (1 - often) / (1 - share)))
    both = (mine[:, None] >= 0) & (theirs >= 0)
    found: Floats = np.where(both, np.where(mine[:, None] == theirs, same, other), 1.0)
    return found


def _is_same(here: pa.ChunkedArray, there: pa.ChunkedArray) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = places_among(here, there.combine_chunks())[:, None] == np.arange(len(there))
    return found


def _seen_by(lists: pa.ListArray, sources: tuple[str, ...]) -> Floats:
    found = np.zeros((len(lists), len(sources)))
    row = np.repeat(np.arange(len(lists)), pc.list_value_length(lists).to_numpy())
    found[row, places_among(lists.flatten(), sources)] = 1.0
    return found
