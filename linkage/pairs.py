"""Which records are compared, and what their views say of each pair: some rules at a time, so that memory stays small.

A pair of views is a few bytes; only those are kept from rule to rule. Rules with few views are taken together, for
every statement costs something; where even one rule has too many, its blocks are taken in parts: two views of one block
are always in one part. Whole numbers add up to the same evidence in any order, so any number of threads gives the same
pairs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from governance.warehouse import append, load_sql, materialise

KEYS_AT_A_TIME = 4_000_000
"""About as many views' blocks are counted at once."""

VIEWS_AT_A_TIME = 1_500_000
"""About as many views are joined with themselves at once: some 400 MB. Fewer parts read ``loaded_view`` fewer times."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Views that are taken at once: of some rules, and of one rule perhaps only some blocks."""

    first_rule: int
    last_rule: int
    part: int = 0
    """Below ``parts``."""
    parts: int = 1
    """A power of two, so that a part is some bits of the block."""


_NOTHING = Batch(-1, -1)
"""No view is in it: makes tables, empty, with their columns."""


def batches(views: Mapping[int, int], most: int) -> Iterator[Batch]:
    """Every view in one batch, of no more than about ``most``.

    Args:
        views: Number of views by rule.
        most: At a time.
    """
    rules: list[int] = []
    held = 0
    for rule, count in sorted(views.items()):
        if rules and held + count > most:
            yield Batch(rules[0], rules[-1])
            rules, held = [], 0
        if count > most:
            parts = 1 << ((count - 1) // most).bit_length()
            yield from (Batch(rule, rule, part, parts) for part in range(parts))
        else:
            rules.append(rule)
            held += count
    if rules:
        yield Batch(rules[0], rules[-1])


def find_blocks(con: duckdb.DuckDBPyConnection, max_block_records: int, *, among: str = "view") -> None:
    """Create ``block``, blocks that can make a pair with their sizes, and ``large_block``, those over the cap.

    Args:
        con: Holds ``source`` and ``view``.
        max_block_records: Blocks with more records are left out.
        among: A table like ``view``, named in code, that holds some blocks whole: no others are looked at.
    """
    con.execute(f"CREATE OR REPLACE VIEW counted_view AS SELECT * FROM {among}")
    cap = {"max_block_records": max_block_records}
    query, add = load_sql("linkage", "block"), materialise
    for one in (_NOTHING, *batches(_views_by_rule(con, among), KEYS_AT_A_TIME)):
        rules = {"first_rule": one.first_rule, "last_rule": one.last_rule, "part": one.part, "parts": one.parts}
        add(con, "block", query, rules | cap)
        add = append
    materialise(con, "large_block", load_sql("linkage", "large_block"), cap)


def compare_views(con: duckdb.DuckDBPyConnection, *, only_from: int = 0) -> None:
    """From ``loaded_view``, ``rule`` and ``source`` to ``pattern``; ``loaded_view`` is empty afterwards.

    Args:
        con: The linkage warehouse.
        only_from: Only pairs with a record numbered above this, as the right one.
    """
    con.execute(load_sql("linkage", "macro"))
    add = materialise
    for batch in (_NOTHING, *batches(_views_by_rule(con, "loaded_view"), VIEWS_AT_A_TIME)):
        con.execute(kept_view(batch))
        con.execute(arriving_view(only_from))
        con.execute("CREATE OR REPLACE VIEW view_pair AS " + load_sql("linkage", "view_pair"))
        add(con, "narrow_pair", load_sql("linkage", "narrow_pair"))
        add = append
    materialise(con, "loaded_view", "SELECT * FROM loaded_view LIMIT 0")
    for step, done_with in (("pair", "narrow_pair"), ("pattern", "pair")):
        materialise(con, step, load_sql("linkage", step))
        materialise(con, done_with, f"SELECT * FROM {done_with} LIMIT 0")


def kept_view(batch: Batch) -> str:
    """Views of one batch. A statement that makes a view takes no parameters; this one takes whole numbers."""
    rules = f"rule BETWEEN {int(batch.first_rule)} AND {int(batch.last_rule)}"
    part = f" AND block & {int(batch.parts - 1)} = {int(batch.part)}" if batch.parts > 1 else ""
    return f"CREATE OR REPLACE VIEW kept_view AS SELECT * FROM loaded_view WHERE {rules}{part}"


def arriving_view(only_from: int) -> str:
    """Views whose pairs with all others are wanted: of records numbered above this whole number."""
    return f"CREATE OR REPLACE VIEW arriving_view AS SELECT * FROM kept_view WHERE record > {int(only_from)}"


def _views_by_rule(con: duckdb.DuckDBPyConnection, table: str) -> dict[int, int]:
    """``table`` is a name fixed in code."""
    return dict(con.execute(f"SELECT rule, count(*) FROM {table} GROUP BY rule").fetchall())
