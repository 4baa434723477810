"""Records that alone would make one person of two: held, not merged.

A source that may choose what it sends can plant a record that looks like two people at once, and whoever reads the next
report learns from their merging. So a record that is of no established person (one with two records or more last
month), and without which two established people would stay apart, joins neither. People whose own records look alike
are merged as ever, and so is somebody who was one record until now (design, section 3).
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.warehouse import append_table, fetch_table, load_sql, materialise
from linkage.cluster import cluster
from linkage.person_index import load_earlier
from linkage.ties import grouped

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Held:
    """What was held this month."""

    records: int
    """Records that join nobody but each other."""
    people: int
    """Established people whom they would have merged."""


def hold_bridges(con: duckdb.DuckDBPyConnection, previous_index: pa.Table, threshold_probability: float) -> Held:
    """Keep apart established people whom only a newcomer would merge; makes ``record_cluster`` anew if there are any.

    Args:
        con: Holds ``record``, ``source``, ``scored_pair`` and ``record_cluster`` as linkage left them.
        previous_index: The last period's ``person_index``: source, record_id, person_id.
        threshold_probability: Pairs at or above it are joined.
    """
    load_earlier(con, previous_index)
    records, people = 0, set[str]()
    # Whoever is held may have kept others apart, by what records say on average: look until nobody new is found.
    while len(found := _find(con, threshold_probability, people)):
        append_table(con, "held_record", found)
        records += found.num_rows
        cluster(con, threshold_probability)
    return Held(records, len(people))


def _find(con: duckdb.DuckDBPyConnection, threshold_probability: float, people: set[str]) -> pa.Table:
    """Columns record, held (the smallest record that it is held with); ``people`` learns whom they would merge."""
    materialise(con, "contested_record", load_sql("linkage", "contested_record"))
    records = fetch_table(con, "SELECT record, person_id FROM contested_record ORDER BY record")
    pairs = fetch_table(con, load_sql("linkage", "contested_pair"), {"threshold": threshold_probability})
    number = records["record"].to_numpy()
    tied = np.stack([np.searchsorted(number, pairs[side].to_numpy()) for side in ("record_l", "record_r")])
    named = records["person_id"].combine_chunks().dictionary_encode()
    held, reached = _bridges(named.indices.fill_null(-1).to_numpy().astype(np.int64), tied)
    people |= set(named.dictionary.take(pa.array(reached)).to_pylist())
    return pa.table({"record": number[held[0]], "held": number[held[1]]})


def _bridges(person: Ints, tied: Ints) -> tuple[Ints, Ints]:
    """Which records join people who are not joined without them.

    Args:
        person: By record the number of the established person that it is of, or -1.
        tied: Pairs of records that would be joined, shape (2, pairs).

    Returns:
        The held records and the smallest one that each is held with, shape (2, held); and the people they touch.
    """
    newcomer = person < 0
    among = newcomer[tied]
    flock = grouped(len(person), tied[:, among.all(axis=0)])
    block = _established(person, tied[:, ~among.any(axis=0)])
    across = tied[:, among[0] != among[1]]
    new, old = np.where(newcomer[across[0]], across, across[::-1])
    touched = np.unique(np.stack([flock[new], block[old]]), axis=1)
    flocks, blocks = np.unique(touched[0], return_counts=True)
    holding = flocks[blocks > 1]
    held = np.flatnonzero(newcomer & np.isin(flock, holding))
    reached = np.isin(flock[new], holding)
    return np.stack([held, flock[held]]), np.unique(person[old[reached]])


def _established(person: Ints, tied: Ints) -> Ints:
    """By record the smallest one of its established people, taken together where their own records are joined."""
    _, first, place = np.unique(person, return_index=True, return_inverse=True)
    together = np.stack([np.arange(len(person)), first[place]])[:, person >= 0]
    return grouped(len(person), np.concatenate([tied, together], axis=1))
