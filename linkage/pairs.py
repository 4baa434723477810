"""Which records are compared, and what their views say of each pair: one rule at a time, so that memory stays small.

A rule's views are a fraction of all, and a pair of views is a few bytes; only those are kept from rule to rule. Where
even one rule has too many views, its blocks are taken in parts: two views of one block are always in one part.
Whole numbers add up to the same evidence in any order, so any number of threads gives the same pairs.
"""

import duckdb

from governance.warehouse import append, load_sql, materialise

_NO_RULE = -1
"""No view has it: makes the tables, empty, with their columns."""

VIEWS_AT_A_TIME = 1_500_000
"""About as many are copied and joined with themselves at once: some 400 MB. Fewer parts read ``view`` fewer times."""


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
    parts = parts_of_a_rule(con)
    places = [(_NO_RULE, 0), *((rule, part) for rule in rule_numbers(con) for part in range(parts))]
    add = materialise
    for rule, part in places:
        params = {"rule": rule, "max_block_records": max_block_records, "part": part, "parts": parts}
        materialise(con, "kept_view", load_sql("linkage", "kept_view"), params)
        if only_fresh:
            materialise(con, "kept_view", load_sql("linkage", "touched_view"))
        con.execute(arriving_view(_rows(con, "record") if only_fresh else 0))
        add(con, "view_pair", load_sql("linkage", "view_pair"))
        add = append
    for step, done_with in (("pair", "view_pair"), ("pattern", "pair")):
        materialise(con, step, load_sql("linkage", step))
        materialise(con, done_with, f"SELECT * FROM {done_with} LIMIT 0")
    materialise(con, "kept_view", "SELECT * FROM kept_view LIMIT 0")


def parts_of_a_rule(con: duckdb.DuckDBPyConnection) -> int:
    """In how many parts the blocks of a rule are compared: a power of two, so that a part is some bits of the block.

    Args:
        con: Holds ``view`` and ``rule``.
    """
    views_of_a_rule = _rows(con, "view") // max(_rows(con, "rule"), 1)
    return 1 << (views_of_a_rule // VIEWS_AT_A_TIME).bit_length()


def rule_numbers(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Numbers of the rules, ascending."""
    return [row[0] for row in con.execute("SELECT rule FROM rule ORDER BY rule").fetchall()]


def arriving_view(only_from: int) -> str:
    """Views whose pairs with all others are wanted: of records numbered above this.

    A statement that makes a view takes no parameters; this one takes a whole number.
    """
    return f"CREATE OR REPLACE VIEW arriving_view AS SELECT * FROM kept_view WHERE record > {int(only_from)}"


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """``table`` is a name fixed here."""
    ((rows,),) = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(rows)
