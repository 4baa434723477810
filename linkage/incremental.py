"""Only what is new or changed is compared; pairs of unchanged records are carried over from the last run.

Evidence of a pair follows from the views of its two records and from which blocks are small enough to be compared,
from nothing else. So a pair may be carried if neither record changed and none of their blocks came under or over
the cap; everything else is compared afresh. What a pair weighs is worked out anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from governance.settings import Linkage
from governance.warehouse import empty, fetch_table, load_sql, load_table, materialise
from linkage.arrive import Arrived, load_fields
from linkage.pairs import compare_views, find_blocks
from linkage.plan import plan, refuse_exploding


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


def compare(con: duckdb.DuckDBPyConnection, arrived: Arrived, linkage: Linkage, before: Before | None) -> Compared:
    """Create ``block``, ``large_block`` and ``pattern`` for all pairs, comparing no more than needed.

    Args:
        con: Holds ``source``, ``record``, ``view`` and ``rule``.
        arrived: Whose views' fields are read where they are compared.
        linkage: The cap on a block, and the budget of pairs.
        before: The last run's pairs, made under the same rules, fields and standardiser; None compares everything.

    Raises:
        PolicyRefusal: A rule would compare more pairs than its budget.
    """
    if before is None:
        _compare_all(con, arrived, linkage)
        return Compared(_count(con, "record"), _count(con, "pattern"), 0)
    _load_before(con, before)
    _compare_fresh(con, arrived, linkage)
    for step in ("fresh_pattern", "carried_pattern"):
        materialise(con, step, load_sql("linkage", step))
    together = "SELECT * FROM fresh_pattern UNION ALL BY NAME SELECT * FROM carried_pattern"
    materialise(con, "pattern", f"{together} ORDER BY record_l, record_r")
    return Compared(_count(con, "fresh"), _count(con, "fresh_pattern"), _count(con, "carried_pattern"))


def _compare_all(con: duckdb.DuckDBPyConnection, arrived: Arrived, linkage: Linkage) -> None:
    cap = linkage.max_block_records
    find_blocks(con, cap)
    refuse_exploding(plan(con, linkage))
    materialise(con, "kept_place", load_sql("linkage", "kept_place"), {"max_block_records": cap})
    _load_fields(con, arrived, done_with=("block",))
    compare_views(con)


def _compare_fresh(con: duckdb.DuckDBPyConnection, arrived: Arrived, linkage: Linkage) -> None:
    """Blocks without a new or changed record are not so much as counted, unless they were too large last time."""
    for step in ("changed", "candidate_view"):
        materialise(con, step, load_sql("linkage", step))
    find_blocks(con, linkage.max_block_records, among="candidate_view")
    refuse_exploding(plan(con, linkage))
    for step in ("fresh", "touched_block"):
        materialise(con, step, load_sql("linkage", step))
    materialise(con, "kept_place", load_sql("linkage", "touched_place"))
    _load_fields(con, arrived, done_with=("block", "candidate_view"))
    compare_views(con, only_from=_count(con, "record"))


def _load_fields(con: duckdb.DuckDBPyConnection, arrived: Arrived, *, done_with: Sequence[str]) -> None:
    """Fields of the views that are compared; blocks and places are held no longer than that.

    Views of blocks that were left out stay: they are told by rule.
    """
    for table in done_with:
        empty(con, table)
    materialise(con, "view", load_sql("linkage", "large_view"))
    load_fields(con, arrived.deliveries)
    empty(con, "kept_place")


def record_states(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Source, record id and a digest of the views of every record: what tells a changed record from the same one."""
    return fetch_table(con, load_sql("linkage", "record_state"))


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
