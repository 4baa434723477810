"""Questions about every person, asked of some people at a time: what has to be held meanwhile is bounded.

A question whose answer adds up over people gives the same sums whether it is asked once or of one part after another.
"""

from collections.abc import Mapping

import duckdb

from governance.warehouse import append, materialise, settle

PART_PEOPLE = 50_000
"""About so many people are asked about at a time."""

FEW_PARTS = 8
"""Up to so many parts each looks for its rows in the whole tables."""

PARTS_HELD = 4
"""Of more, the rows of so many parts are looked for at once and held meanwhile: there are more parts of larger tables
then, and if each looked for its own, time would grow with the square of the people."""

_HELD, _PART = "held_", "held_part"


def parts_for(people: int) -> int:
    """Into how many parts to split so many people."""
    return max(1, -(-people // PART_PEOPLE))


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
    at_once = PARTS_HELD if parts > FEW_PARTS else 1
    for first in range(0, parts, at_once):
        together = range(first, min(first + at_once, parts))
        if at_once > 1:
            _hold(con, restricted, together, parts)
        for part in together:
            rows = {name: _rows(name, column, part, parts, held=at_once > 1) for name, column in restricted.items()}
            add = append if part else materialise
            add(con, table, _shown(query, rows) if parts > 1 else query, params)
        for name in restricted if at_once > 1 else ():
            con.execute(f"DROP TABLE {_HELD}{name}")
        settle(con)


def _hold(con: duckdb.DuckDBPyConnection, restricted: Mapping[str, str], together: range, parts: int) -> None:
    """Hold the rows of some parts of each restricted table by themselves, with the number of their part."""
    for name, column in restricted.items():
        part = f"hash({column}) % {parts:d}"
        rows = f"SELECT *, CAST({part} AS INTEGER) AS {_PART} FROM main.{name}"
        materialise(con, f"{_HELD}{name}", f"{rows} WHERE {part} BETWEEN {together.start:d} AND {together.stop - 1:d}")


def _rows(name: str, column: str, part: int, parts: int, *, held: bool) -> str:
    """The rows of a table that are of one part."""
    if held:
        return f"SELECT * EXCLUDE ({_PART}) FROM main.{_HELD}{name} WHERE {_PART} = {part:d}"
    return f"SELECT * FROM main.{name} WHERE hash({column}) % {parts:d} = {part:d}"


def _shown(query: str, rows: Mapping[str, str]) -> str:
    """The query, in which each restricted name stands for its rows of one part."""
    named = ", ".join(f"{name} AS ({select})" for name, select in rows.items())
    return f"WITH {named}\nSELECT * FROM (\n{query}\n)"
