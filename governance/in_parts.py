"""Questions about every person, asked of some people at a time: what has to be held meanwhile is bounded.

A question whose answer adds up over people gives the same sums whether it is asked once or of one part after another.
Each part looks for its rows in the whole tables, so parts are as few as memory allows: a question of thirty parts took
half as long again as one of six, in each of which both processors have enough to do.
"""

from collections.abc import Mapping

import duckdb

from governance.warehouse import append, materialise, settle

PART_PEOPLE = 50_000
"""About so many are taken at a time, where nothing else is said."""

_HASHES = 2**64


def parts_for(people: int, at_a_time: int | None = None) -> int:
    """Into how many parts to split so many people."""
    return max(1, -(-people // (at_a_time or PART_PEOPLE)))


def span_of_hashes(part: int, parts: int) -> tuple[int, int]:
    """The first and the last hash of a part; all parts together are all hashes there are."""
    return part * _HASHES // parts, (part + 1) * _HASHES // parts - 1


def in_parts(
    con: duckdb.DuckDBPyConnection,
    table: str,
    query: str,
    restricted: Mapping[str, str],
    parts: int,
    params: Mapping[str, object] | None = None,
) -> None:
    """Make ``table`` of what a query gives of each part of the people, one below the other.

    Args:
        con: The warehouse.
        table: A name fixed in code.
        query: One SELECT. What it gives of a person must need nobody of another part.
        restricted: Tables that it reads, of which it is shown the rows of the part, and their column of people.
        parts: How many.
        params: Values for ``$name`` holes.
    """
    for part in range(parts):
        add = append if part else materialise
        add(con, table, _shown(query, restricted, part, parts) if parts > 1 else query, params)
        settle(con)


def _shown(query: str, restricted: Mapping[str, str], part: int, parts: int) -> str:
    """The query, in which each restricted name stands for its rows of one part.

    A part is a span of hashes: of a span DuckDB expects a fifth of the rows, of an equation next to none, and then it
    joins tables in an order that takes several times as long.
    """
    first, last = span_of_hashes(part, parts)
    span = f"BETWEEN CAST({first:d} AS UBIGINT) AND CAST({last:d} AS UBIGINT)"
    named = ", ".join(
        f"{name} AS (SELECT * FROM main.{name} WHERE hash({column}) {span})" for name, column in restricted.items()
    )
    return f"WITH {named}\nSELECT * FROM (\n{query}\n)"
