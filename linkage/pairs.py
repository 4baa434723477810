"""Which records are compared, and what their views say of each pair: one rule at a time, so that memory stays small.

A rule's views are a fraction of all, and a pair of views is a few bytes; only those are kept from rule to rule.
Whole numbers add up to the same evidence in any order, so any number of threads gives the same pairs.
"""

import duckdb

from governance.warehouse import append, load_sql, materialise

_NO_RULE = -1
"""No view has it: makes the tables, empty, with their columns."""


def find_blocks(con: duckdb.DuckDBPyConnection, max_block_records: int) -> None:
    """Create ``block``, blocks that can make a pair with their sizes, and ``large_block``, those over the cap.

    Args:
        con: Holds ``source``, ``rule`` and ``view``.
        max_block_records: Blocks with more records are left out.
    """
    cap = {"max_block_records": max_block_records}
    query = load_sql("linkage", "block")
    materialise(con, "block", query, {"rule": _NO_RULE, **cap})
    for rule in rule_numbers(con):
        append(con, "block", query, {"rule": rule, **cap})
    materialise(con, "large_block", load_sql("linkage", "large_block"), cap)


def compare_views(con: duckdb.DuckDBPyConnection, max_block_records: int, *, only_fresh: bool = False) -> None:
    """From ``view``, ``block``, ``record``, ``rule`` and ``source`` to ``pattern``.

    Args:
        con: The linkage warehouse.
        max_block_records: Blocks with more records are left out.
        only_fresh: Only pairs with a record of table ``fresh``; see ``sql/touched_view.sql`` for their numbers.
    """
    con.execute(load_sql("linkage", "macro"))
    add = materialise
    for rule in (_NO_RULE, *rule_numbers(con)):
        params = {"rule": rule, "max_block_records": max_block_records}
        materialise(con, "kept_view", load_sql("linkage", "kept_view"), params)
        if only_fresh:
            materialise(con, "kept_view", load_sql("linkage", "touched_view"))
        con.execute(arriving_view(_records(con) if only_fresh else 0))
        add(con, "view_pair", load_sql("linkage", "view_pair"))
        add = append
    for step, done_with in (("pair", "view_pair"), ("pattern", "pair")):
        materialise(con, step, load_sql("linkage", step))
        materialise(con, done_with, f"SELECT * FROM {done_with} LIMIT 0")
    materialise(con, "kept_view", "SELECT * FROM kept_view LIMIT 0")


def rule_numbers(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Numbers of the rules, ascending."""
    return [row[0] for row in con.execute("SELECT rule FROM rule ORDER BY rule").fetchall()]


def arriving_view(only_from: int) -> str:
    """Views whose pairs with all others are wanted: of records numbered above this.

    A statement that makes a view takes no parameters; this one takes a whole number.
    """
    return f"CREATE OR REPLACE VIEW arriving_view AS SELECT * FROM kept_view WHERE record > {int(only_from)}"


def _records(con: duckdb.DuckDBPyConnection) -> int:
    ((rows,),) = con.execute("SELECT count(*) FROM record").fetchall()
    return int(rows)
