"""Definitions that look at homes, asked of some homes at a time.

Such a definition asks of a person and of whoever lives with them, of nobody else. So a part is of whole homes, and the
answers of all parts are the answers. A part's people and events are copied once for all these definitions: each looks
at them a dozen times, and would look for them among everybody's. Others take less, and are asked of everybody.
"""

from collections.abc import Callable, Iterator, Sequence

import duckdb

from cohorts.analysis import parts_of
from cohorts.catalogue import kinds_used
from cohorts.evidence import Evidence, Household, InCohort, LoneAdult
from cohorts.query import Query
from governance.in_parts import span_of_hashes
from governance.warehouse import drop, load_sql, materialise, settle

_SHOWN = ("person", "event", "need_evidence")
"""What a definition reads that has a person in each row, in the order in which it is copied."""

Shown = Callable[[str], str]
"""A compiled query as it is asked of one part."""


def looks_at_homes(query: Query) -> bool:
    """Whether the answer about a person depends on whom they live with."""
    return any(_looks_at_homes(evidence) for need in query.needs for evidence in need.evidence)


def some_homes_at_a_time(con: duckdb.DuckDBPyConnection, queries: Sequence[Query]) -> Iterator[Shown]:
    """One part of the people after the other; everybody at once where few people are there, or no query looks at homes.

    Args:
        con: Holds the analysis tables.
        queries: All that will be asked of each part: events of other kinds are not copied.

    Yields:
        What makes of a compiled query one of this part, until the next is asked for.
    """
    parts = parts_of(con) if any(looks_at_homes(query) for query in queries) else 1
    if parts == 1:
        yield lambda query: query
        return
    kinds = sorted({kind for query in queries for kind in kinds_used(query)})
    for part in range(parts):
        copy_homes(con, kinds, span_of_hashes(part, parts))
        yield _shown
        drop(con, (f"part_{name}" for name in _SHOWN))  # before what was answered is packed: they would be too
        settle(con)


def _looks_at_homes(evidence: Evidence) -> bool:
    match evidence:
        case Household() | LoneAdult():
            return True
        case InCohort():
            return looks_at_homes(evidence.query)
        case _:
            return False


def copy_homes(con: duckdb.DuckDBPyConnection, kinds: Sequence[str], span: tuple[int, int]) -> None:
    """Make ``part_person``, ``part_event`` and ``part_need_evidence``: homes of a span, events of these kinds."""
    first, last = span
    materialise(con, "part_person", load_sql("cohorts", "part_person"), {"first": first, "last": last})
    materialise(con, "part_event", load_sql("cohorts", "part_event"), {"kinds": kinds})
    materialise(con, "part_need_evidence", load_sql("cohorts", "part_need_evidence"))


def _shown(query: str) -> str:
    """What is shown is not kept for the statement: with every column it would be."""
    named = ", ".join(f"{name} AS NOT MATERIALIZED (SELECT * FROM main.part_{name})" for name in _SHOWN)
    return f"WITH {named}\nSELECT * FROM (\n{query}\n)"
