"""Which person shows which sign, by the very statements that definitions compile to; then people grouped by them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from cohorts.compile import compile_query
from cohorts.durations import Duration
from cohorts.evidence import Evidence
from cohorts.evidence_file import evidence_node
from cohorts.finder.endings import ended_at_an_age
from cohorts.finder.returning import returned_signs
from cohorts.finder.vocabulary import LOOKBACK, RECENT, TIMES, Sign, repeated_kinds, responders_of, signs_of
from cohorts.query import Members, Need, Query
from cohorts.settings_evidence import EvidenceSettings
from governance.settings import Project, Source
from governance.warehouse import load_sql, load_table, materialise

_PERSON_SIGN = pa.schema([("person_no", pa.int32()), ("sign_no", pa.int16()), ("day", pa.date32())])
_KEPT_SIGN = pa.schema([("sign_no", pa.int16()), ("place", pa.int16())])
_INSERT = """
    INSERT INTO person_sign
    SELECT person_no, CAST($sign_no AS SMALLINT), crossed
    FROM (
{statement}
    ) JOIN person_stratum USING (person_id)
    WHERE needs AND (stage = 'child' OR NOT $of_family)
"""
_TOLD_BY_OTHERS = """
    AND person_id IN (SELECT person_id FROM need_evidence WHERE need = $only_need AND source <> $but_for)
"""

MOST_SIGNS = 120
"""Sets of signs are bits of a HUGEINT."""


def stage_people(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make ``person_stratum``: whom the finder looks at."""
    params = {"as_of": as_of, "last_day": as_of - timedelta(days=1)}
    materialise(con, "person_stratum", load_sql("cohorts.finder", "person_stratum"), params)


def find_signs(con: duckdb.DuckDBPyConnection, sources: Sequence[Source], project: Project, as_of: date) -> list[Sign]:
    """The vocabulary of a project, with how often is often taken from its people.

    Args:
        con: Holds the analysis tables and ``person_stratum``; ``repeated`` is made.
        sources: Their settings.
        project: Says which source is the register, and whether homes are told.
        as_of: First day after the period.
    """
    kinds = repeated_kinds(sources, project.spine)
    repeated = [{"kind": kind, "times": times} for kind in kinds for times in TIMES]
    load_table(
        con, "repeated", pa.Table.from_pylist(repeated, pa.schema([("kind", pa.string()), ("times", pa.int16())]))
    )
    since = Duration.parse(RECENT).before(as_of)
    ((everyone,),) = con.execute("SELECT greatest(count(*), 1) FROM person_stratum").fetchall()
    rows = con.execute(load_sql("cohorts.finder", "reached"), {"since": since, "as_of": as_of}).fetchall()
    reached = {(kind, times): people / everyone for kind, times, people in rows}
    ended = ended_at_an_age(con, responders_of(sources), project.spine, as_of)
    found = signs_of(sources, spine=project.spine, households=project.households, reached=reached, ended=ended)
    found += returned_signs(con, sources, project.spine, as_of)
    return sorted(found, key=lambda sign: sign.name)


def show_signs(con: duckdb.DuckDBPyConnection, signs: Sequence[Sign], as_of: date, *, least_people: int) -> list[Sign]:
    """Make ``person_sign``: one row a person and sign, with the day by which the sign was shown.

    Returns:
        The signs that enough people show, the most common ones if they are too many; their place is their number.
    """
    mark_people(con, signs, as_of)
    count = "SELECT sign_no FROM person_sign GROUP BY ALL HAVING count(*) >= $least ORDER BY count(*) DESC, sign_no"
    common = con.execute(count, {"least": least_people}).fetchall()[:MOST_SIGNS]
    kept = sorted(number for (number,) in common)
    load_table(con, "kept_sign", pa.table([kept, range(len(kept))], _KEPT_SIGN))
    materialise(con, "person_sign", load_sql("cohorts.finder", "kept_person_sign"))
    return [signs[number] for number in kept]


def mark_people(con: duckdb.DuckDBPyConnection, signs: Sequence[Sign], as_of: date) -> None:
    """Make ``person_sign`` of all signs, however few show them; their place is their number."""
    load_table(con, "person_sign", _PERSON_SIGN.empty_table())
    for number, sign in enumerate(signs):
        statement = compile_query(_asked(sign), as_of)
        # An adult's needs are their own, or at home.
        held: dict[str, Any] = {"sign_no": number, "of_family": sign.kind == "family"}
        asked = _INSERT.format(statement=statement.sql)
        if sign.but_for:
            asked, held = asked + _TOLD_BY_OTHERS, {**held, "only_need": min(sign.needs), "but_for": sign.but_for}
        con.execute(asked, {**held, **statement.params})


def evidence_of(sign: Sign) -> tuple[Evidence, ...]:
    """The sign's evidence as nodes, exactly as a definition file with it would be read."""
    settings = [EvidenceSettings.model_validate(dict(one)) for one in sign.evidence]
    return tuple(evidence_node(one, Duration.parse(LOOKBACK), {}) for one in settings)


def _asked(sign: Sign) -> Query:
    need = Need(id="sign", how=sign.how, evidence=evidence_of(sign))
    return Query(
        purpose="any",
        unit="person",
        population=(),
        lookback=Duration.parse(LOOKBACK),
        needs=(need,),
        members=Members(at_least=1, of=("sign",)),
    )
