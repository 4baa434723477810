"""Every set of up to three signs that enough people show, counted by stratum; and which of them are closed.

People are grouped by the signs they show first: a system of a million has some ten thousand such patterns, so sets are
counted over patterns, not over people. A set is closed if no further sign is shown by all of its people; of sets with
the very same people only that one says all there is to say (Pasquier and others 1999, Discovering frequent closed
itemsets for association rules).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.finder.compatible import apart, pairs
from cohorts.finder.vocabulary import Sign
from governance.in_parts import in_parts, parts_for
from governance.warehouse import empty, fetch_table, load_sql, load_table, materialise

NONE = -1
"""In place of a sign where a set has fewer than three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Sets of one stage of life. Unit: people."""

    stage: str
    sets: NDArray[np.int64]
    """Shape (sets, 3): numbers of signs, ascending; ``NONE`` after the last."""
    people: NDArray[np.float64]
    """Shape (sets, strata)."""
    everyone: NDArray[np.float64]
    """Shape (strata,)."""
    strata: NDArray[np.int64]
    is_closed: NDArray[np.bool_]
    signs: int

    def rows_of(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of sets, shape (n, 3) in, (n,) out; every one of them was counted."""
        keys = self._keys(self.sets)
        order = np.argsort(keys)
        found: NDArray[np.int64] = order[np.searchsorted(keys[order], self._keys(wanted))]
        return found

    def _keys(self, sets: NDArray[np.int64]) -> NDArray[np.int64]:
        size = self.signs + 1
        keys: NDArray[np.int64] = ((sets[:, 0] + 1) * size + sets[:, 1] + 1) * size + sets[:, 2] + 1
        return keys


def count_sets(con: duckdb.DuckDBPyConnection, signs: Sequence[Sign], *, least_people: int) -> list[Counted]:
    """Count every set, of children and of adults.

    Args:
        con: Holds ``person_stratum`` and ``person_sign``; ``pattern``, ``pair_of_signs`` and ``sign_set`` are made.
        signs: The vocabulary.
        least_people: Pairs and triples of fewer are not counted.
    """
    bits = apart(signs)
    together = pairs(signs)
    load_table(con, "may_stand", pa.table([[a for a, _ in together], [b for _, b in together]], _PAIR))
    con.execute("CREATE OR REPLACE TABLE sign_bit (sign_no SMALLINT, apart HUGEINT)")
    con.executemany("INSERT INTO sign_bit VALUES (?, ?)", list(enumerate(bits)))  # beyond what Arrow's integers hold
    materialise(con, "person_shown", load_sql("cohorts.finder", "person_shown"))
    materialise(con, "pattern", load_sql("cohorts.finder", "pattern"))
    _of_some_patterns_at_a_time(con, "pair_shown")
    materialise(con, "pair_of_signs", load_sql("cohorts.finder", "pair_of_signs"), {"least_people": least_people})
    _of_some_patterns_at_a_time(con, "set_shown")
    materialise(con, "sign_set", load_sql("cohorts.finder", "sign_set"))
    empty(con, "set_shown")
    sets = fetch_table(con, load_sql("cohorts.finder", "set_count"))
    sizes = fetch_table(con, load_sql("cohorts.finder", "stratum_size"))
    return list(_by_stage(sets, sizes, len(signs)))


def _of_some_patterns_at_a_time(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Where services know people at random nearly everybody is a pattern, with all its pairs and triples."""
    ((patterns,),) = con.execute("SELECT count(*) FROM pattern").fetchall()
    in_parts(con, table, load_sql("cohorts.finder", table), {"pattern": "pattern_no"}, parts_for(patterns))


_PAIR = pa.schema([("a", pa.int16()), ("b", pa.int16())])


def _by_stage(sets: pa.Table, sizes: pa.Table, signs: int) -> Iterator[Counted]:
    stages = np.array(sets["stage"].to_pylist(), str)
    columns = {name: sets[name].to_numpy() for name in ("a", "b", "c", "stratum", "people", "is_closed")}
    where = np.array(sizes["stage"].to_pylist(), str)
    strata, everyone = sizes["stratum"].to_numpy(), sizes["people"].to_numpy()
    for stage in np.unique(where):
        rows = stages == stage
        key = np.column_stack([columns[name][rows] for name in ("a", "b", "c")]).astype(np.int64)
        unique, inverse = np.unique(key, axis=0, return_inverse=True)
        own = strata[where == stage]
        people = np.zeros((len(unique), len(own)))
        people[inverse.ravel(), np.searchsorted(own, columns["stratum"][rows])] = columns["people"][rows]
        closed = np.zeros(len(unique), bool)
        closed[inverse.ravel()] = columns["is_closed"][rows]
        yield Counted(
            stage=str(stage),
            sets=unique,
            people=people,
            everyone=everyone[where == stage].astype(np.float64),
            strata=own.astype(np.int64),
            is_closed=closed,
            signs=signs,
        )
