"""The difference of two months' counts as a chain of recounts, each of which changes one thing (decision 62).

Last time's count; the same records under today's definitions; then with today's joins; then with what is known today
about last time's months; then this time's count, which differs by the people. What the steps change adds up to the
difference, because each step starts where the one before ended. Every step counts the whole population anew: what it
changes in one person may change another, who lives there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from cohorts.analysis import PAYLOAD_TABLES, delivered_until, join_people, stacked
from cohorts.events import Payload
from cohorts.run import run_cohorts
from cohorts.uncertainty.world import Setting
from governance.contracts import COHORT_CHANGE, check_table
from governance.disclosure import ALL, EVERYONE
from governance.keys.ring import Secret
from governance.pseudonym import noise_numbers
from governance.warehouse import fetch_table, load_sql, load_table, materialise

_MEASURES = ("population", "met", "not_met", "cannot_tell")
_KEYS = 1 << 32
"""Cell keys are summed modulo this."""

_SQL = "cohorts.since"


class Cause(StrEnum):
    """What a count can change by, in the order in which the chain changes it."""

    DEFINITION = "definition"
    """Another definition, other settings of a source, or another version of the program."""
    LINKAGE = "linkage"
    """The same records, joined otherwise."""
    LATE_DATA = "late_data"
    """What was recorded or corrected since, about the months that were counted last time."""
    PEOPLE = "people"
    """Time went on: who joined, left, or came to meet a definition or to meet it no more."""
    NOT_SPLIT = "not_split"
    """The whole difference, where last time's records are not there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What last time's counts were made of."""

    as_of: date
    """First day after last time's period."""
    index: pa.Table
    """Contract ``person_index``."""
    payloads: Mapping[str, Payload]
    """By source id."""
    counts: pa.Table
    """Contract ``cohort_count``."""
    until: Mapping[str, date] = field(default_factory=dict)
    """By source whose extract was not that period's own, the first day that is not in it."""


def split_change(
    con: duckdb.DuckDBPyConnection, now: Setting, index: pa.Table, earlier: Earlier, *, noise_key: Secret
) -> pa.Table:
    """Split what changed in the counts of every whole cohort.

    Args:
        con: As ``run_cohorts`` left it for this period. It is taken over: afterwards it holds other people.
        now: What this period's analysis was made of.
        index: This period's ``person_index``.
        earlier: Last time.
        noise_key: Makes each person's number, as in ``count_cohorts``.

    Returns:
        Contract ``cohort_change``, of definitions that were asked both times and of everyone on the spine.
    """
    then = _whole_cohorts(earlier.counts, now)
    _stage(con, index, now, earlier)
    load_table(con, "person_noise", _noise(con, noise_key))
    load_table(con, "counted", then.select(["cohort", "measure"]))
    load_table(con, "asked", _asked(then))
    _judge(con, "verdict_now", now.as_of)
    counted = [_Counted(row["people"], row["cell_key"]) for row in then.to_pylist()]
    rows = []
    for step in _STEPS:
        _recount(con, now, earlier, step)
        moved = _moved(con)
        rows += _first_rows(moved, counted) if step.cause is Cause.DEFINITION else _rows(step.cause, moved, counted)
        counted = [_Counted(row["people"], row["noise"]) for row in moved]
        con.execute("ALTER TABLE verdict_after RENAME TO verdict_before")
    con.execute("ALTER TABLE verdict_now RENAME TO verdict_after")
    rows += _rows(Cause.PEOPLE, _moved(con), counted)
    for name in (*_views("earlier"), *_views("now")):
        con.unregister(name)
    return _table(rows)


def unsplit_change(then: pa.Table, now: pa.Table, asked: Setting) -> pa.Table:
    """The whole difference as one step, where last time's records are not there to be counted again.

    Args:
        then: Contract ``cohort_count``, last time's.
        now: The same, this time's.
        asked: What this period's analysis was made of.

    Returns:
        Contract ``cohort_change``.
    """
    found = {(row["cohort"], row["measure"]): row for row in _whole_cohorts(now, asked).to_pylist()}
    rows = []
    for row in _whole_cohorts(then, asked).to_pylist():
        key = (row["cohort"], row["measure"])
        if key in found:
            after = _Counted(found[key]["people"], found[key]["cell_key"])
            rows.append(_net(Cause.NOT_SPLIT, *key, _Counted(row["people"], row["cell_key"]), after))
    return _table(rows)


class _Counted(NamedTuple):
    people: int
    cell_key: int


@dataclass(frozen=True, slots=True)
class _Step:
    """One recount of last time's period."""

    cause: Cause
    index: str
    """Whose records are whose."""
    records: str
    """Which tables of records: as they were sent then, or as they are known now."""


_STEPS = (
    _Step(Cause.DEFINITION, "earlier_index", "earlier"),
    _Step(Cause.LINKAGE, "carried_index", "earlier"),
    _Step(Cause.LATE_DATA, "known_index", "known"),
)


def _views(when: str) -> dict[str, str]:
    """Tables of records under the name of their time, such as ``earlier_event`` of ``record_event``."""
    return {name.replace("record", when): name for name in PAYLOAD_TABLES}


def _stage(con: duckdb.DuckDBPyConnection, index: pa.Table, now: Setting, earlier: Earlier) -> None:
    """Both times' records, read where they lie, and last time's as far as they are known now."""
    for when, payloads in (("earlier", earlier.payloads), ("now", now.payloads)):
        for view, name in _views(when).items():
            con.register(view, stacked(payloads, name))
    load_table(con, "earlier_index", earlier.index)
    load_table(con, "now_index", index)
    materialise(con, "carried_index", load_sql(_SQL, "carried_index"))
    materialise(con, "staying", load_sql(_SQL, "staying"), {"spine": now.project.spine})
    materialise(con, "known_index", load_sql(_SQL, "known_index"))
    materialise(con, "person_number", load_sql(_SQL, "person_number"))


def _noise(con: duckdb.DuckDBPyConnection, key: Secret) -> pa.Table:
    people = fetch_table(con, "SELECT person_id, number FROM person_number ORDER BY number")
    return pa.table({"number": people["number"], "noise": noise_numbers(people["person_id"].combine_chunks(), key)})


def _whole_cohorts(counts: pa.Table, now: Setting) -> pa.Table:
    """Counts of whole cohorts that are asked about now, in order."""
    asked = pa.array([*(one.id for one in now.definitions), EVERYONE])
    wanted = pc.and_(pc.is_in(counts["cohort"], asked), pc.is_in(counts["measure"], pa.array(_MEASURES)))
    found = counts.filter(pc.and_(wanted, pc.equal(counts["dimension"], ALL)))
    return found.sort_by([("cohort", "ascending"), ("measure", "ascending")])


def _asked(then: pa.Table) -> pa.Table:
    cohorts = sorted(set(then["cohort"].to_pylist()))
    return pa.table({"cohort": pa.array(cohorts, pa.string()), "cohort_no": pa.array(range(len(cohorts)), pa.int16())})


def _recount(con: duckdb.DuckDBPyConnection, now: Setting, earlier: Earlier, step: _Step) -> None:
    """``verdict_after``: last time's period, counted again with what the step knows."""
    known = step.records == "known"
    for view, name in _views(step.records).items():
        query = load_sql(_SQL, view) if known else f"SELECT * FROM {view}"
        materialise(con, name, query, {"as_of": earlier.as_of} if "$as_of" in query else None)
    materialise(con, "person_index", f"SELECT * FROM {step.index}")
    delivered = delivered_until((now if known else earlier).payloads, (now if known else earlier).until, earlier.as_of)
    join_people(con, now.sources, earlier.as_of, now.project, delivered=delivered)
    run_cohorts(con, now.definitions, earlier.as_of)
    _judge(con, "verdict_after", earlier.as_of)


def _judge(con: duckdb.DuckDBPyConnection, table: str, as_of: date) -> None:
    materialise(con, table, load_sql(_SQL, "verdict"), {"as_of": as_of})


def _moved(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What ``sql/moved.sql`` says, one row a count."""
    con.execute("CREATE TABLE IF NOT EXISTS verdict_before AS SELECT * FROM verdict_after LIMIT 0")
    moved: list[dict[str, Any]] = fetch_table(con, load_sql(_SQL, "moved")).to_pylist()
    con.execute("DROP TABLE verdict_before")
    return moved


def _first_rows(moved: list[dict[str, Any]], counted: list[_Counted]) -> list[dict[str, Any]]:
    """Of last time only the counts are known, not who was counted: the difference, both ways at once."""
    return [
        _net(Cause.DEFINITION, row["cohort"], row["measure"], before, _Counted(row["people"], row["noise"]))
        for row, before in zip(moved, counted, strict=True)
    ]


def _net(cause: Cause, cohort: str, measure: str, before: _Counted, after: _Counted) -> dict[str, Any]:
    more, key = after.people - before.people, after.cell_key - before.cell_key
    return {
        **{"cohort": cohort, "measure": measure, "cause": cause.value},
        **{"before_people": before.people, "after_people": after.people},
        **{"more_people": max(more, 0), "more_noise": key % _KEYS if more >= 0 else 0},
        **{"fewer_people": max(-more, 0), "fewer_noise": -key % _KEYS if more < 0 else 0},
    }


def _rows(cause: Cause, moved: list[dict[str, Any]], counted: list[_Counted]) -> list[dict[str, Any]]:
    return [
        {"cause": cause.value, "before_people": before.people, "after_people": row["people"]}
        | {name: row[name] for name in COHORT_CHANGE.columns if name in row}
        for row, before in zip(moved, counted, strict=True)
    ]


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    """By cohort and measure; causes in the order of the chain."""
    places = {cause.value: place for place, cause in enumerate(Cause)}
    ordered = sorted(rows, key=lambda row: (row["cohort"], row["measure"], places[row["cause"]]))
    return check_table(pa.Table.from_pylist(ordered, schema=COHORT_CHANGE.schema), COHORT_CHANGE)
