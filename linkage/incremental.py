"""Only what is new or changed is compared; pairs of unchanged records are carried over from the last run.

Evidence of a pair follows from the views of its two records and from which blocks are small enough to be compared,
from nothing else. So a pair may be carried if neither record changed and none of their blocks came under or over
the cap; everything else is compared afresh. What a pair weighs is worked out anew each time.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from governance.warehouse import fetch_table, load_sql, load_table, materialise
from linkage.pairs import compare_views


@dataclass(frozen=True, slots=True)
class Before:
    """What the last run leaves for the next."""

    scored: pa.Table
    """:func:`linkage.link.scored_pairs`."""
    patterns: pa.Table
    """:func:`linkage.link.agreement_patterns`."""
    states: pa.Table
    """:func:`record_states`."""
    large: pa.Table
    """:func:`large_blocks`."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How much was compared, and how much carried over."""

    records: int
    """Records that were new, changed, or in a block that came under or over the cap."""
    pairs: int
    carried: int


def compare(con: duckdb.DuckDBPyConnection, before: Before | None, max_block_records: int) -> Compared:
    """Create ``pattern`` for all pairs, comparing no more than needed.

    Args:
        con: Holds ``source``, ``record``, ``view``, ``rule`` and ``block``.
        before: The last run's pairs, made under the same rules, fields and standardiser; None compares everything.
        max_block_records: Blocks with more records are left out.
    """
    if before is None:
        compare_views(con, max_block_records)
        return Compared(_count(con, "record"), _count(con, "pattern"), 0)
    _load_before(con, before)
    materialise(con, "record_state", load_sql("linkage", "record_state"))
    materialise(con, "fresh", load_sql("linkage", "fresh"))
    compare_views(con, max_block_records, only_fresh=True)
    materialise(con, "fresh_pattern", load_sql("linkage", "fresh_pattern"))
    materialise(con, "carried_pattern", load_sql("linkage", "carried_pattern"))
    together = "SELECT * FROM fresh_pattern UNION ALL BY NAME SELECT * FROM carried_pattern"
    materialise(con, "pattern", f"{together} ORDER BY record_l, record_r")
    return Compared(_count(con, "fresh"), _count(con, "fresh_pattern"), _count(con, "carried_pattern"))


def record_states(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Source, record id and a digest of the views of every record: what tells a changed record from the same one."""
    return fetch_table(con, f"{load_sql('linkage', 'record_state')} ORDER BY source, record_id")


def large_blocks(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Rule and block of every block that was left out as too large."""
    return fetch_table(con, "SELECT rule, block FROM large_block ORDER BY rule, block")


def _load_before(con: duckdb.DuckDBPyConnection, before: Before) -> None:
    load_table(con, "scored_before", before.scored)
    load_table(con, "pattern_before", before.patterns)
    load_table(con, "state_before", before.states)
    load_table(con, "large_before", before.large)


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table named in code."""
    ((rows,),) = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(rows)
