"""People as they are in some draw only: the same records, joined otherwise, through the same tables and definitions.

Whoever is the same person in every draw was looked at already; only those who are not are looked at again. They stand
in a warehouse of their own, so that nobody is counted twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from cohorts.analysis import build_analysis
from cohorts.counts import stage_counts
from cohorts.events import Payload
from cohorts.query import Definition
from cohorts.run import run_cohorts
from governance.contracts import PERSON_INDEX
from governance.settings import Project, Source
from governance.warehouse import connect, fetch_table, load_sql, load_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a period's analysis was made of, to make it again of other people."""

    sources: Sequence[Source]
    payloads: Mapping[str, Payload]
    project: Project
    definitions: Sequence[Definition]
    as_of: date
    until: Mapping[str, date] = field(default_factory=dict)
    """By source whose extract is not the period's own, the first day that is not in it."""


def build_world(con: duckdb.DuckDBPyConnection, drawn: pa.Table, setting: Setting) -> duckdb.DuckDBPyConnection:
    """The analysis tables and verdicts of drawn people.

    Args:
        con: The period's analysis tables: whom the drawn live with is looked up there.
        drawn: Contract ``drawn_person``.
        setting: What to build from.

    Returns:
        A warehouse as ``run_cohorts`` leaves it. Beside the drawn it holds the people they live with, who are not to
        be counted; a home is known by a number of its own for everyone drawn, so that two of whom only one can be
        there do not live together.
    """
    own = drawn.select(PERSON_INDEX.schema.names)
    mates = _mates(con, own)
    people = pa.concat_tables([own, mates.select(PERSON_INDEX.schema.names)]).sort_by(
        [("source", "ascending"), ("record_id", "ascending"), ("person_id", "ascending")]
    )
    world = connect()
    kept = _only(setting.payloads, people)
    build_analysis(world, setting.sources, people, kept, setting.as_of, setting.project, setting.until)
    del kept
    load_table(world, "drawn", own.group_by("person_id").aggregate([]))
    load_table(world, "mate", mates.group_by(["person_id", "lives_with"]).aggregate([]))
    load_table(world, "shared_home", fetch_table(con, load_sql("cohorts.uncertainty", "shared_home")))
    for step in ("away_from_shared", "home_of_drawn"):
        world.execute(load_sql("cohorts.uncertainty", step))
    results = run_cohorts(world, setting.definitions, setting.as_of)
    stage_counts(world, results)
    return world


def _mates(con: duckdb.DuckDBPyConnection, drawn: pa.Table) -> pa.Table:
    """Records of everybody who lives with a drawn person and is not made of the same records, under a name for each."""
    load_table(con, "drawn_record", drawn)
    return fetch_table(con, load_sql("cohorts.uncertainty", "mate"))


def _only(payloads: Mapping[str, Payload], people: pa.Table) -> dict[str, Payload]:
    """The payloads of these people's records; no source is held once it was looked through."""
    return {source: _kept(payloads[source], people.filter(pc.equal(people["source"], source))) for source in payloads}


def _kept(payload: Payload, people: pa.Table) -> Payload:
    wanted = people["record_id"]
    return replace(
        payload,
        record_person=_of(payload.record_person, wanted),
        record_address=_of(payload.record_address, wanted),
        record_event=_of(payload.record_event, wanted),
        record_need=_of(payload.record_need, wanted),
    )


def _of(table: pa.Table, wanted: pa.ChunkedArray) -> pa.Table:
    return table.filter(pc.is_in(table["record_id"], value_set=wanted.combine_chunks()))
