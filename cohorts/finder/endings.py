"""Services that end at an age: they leave nearly everybody who has grown up, and fewer of those who have not.

Treatment ends for many reasons, and at any age. That it ends at a birthday shows in whom it ended for: of those a
service treated in three years, a larger share of adults than of children has not been seen for a year. Were it no
matter of age, those it ended for would be dealt out among both, and the number of adults would be hypergeometric:
Fisher's exact test, held against every service asked.

Source: Fisher 1935, The logic of inductive inference, J R Stat Soc 98:39.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa
from scipy.stats import hypergeom

from cohorts.durations import Duration
from cohorts.finder.chance import FALSE_SHARE
from cohorts.finder.vocabulary import SEVERAL_TIMES, SINCE_BIRTHDAY, WHILE, Responder
from governance.warehouse import load_sql, load_table

LEAST_TREATED = 50
"""Of children, or of adults, whom a service treated: of fewer nothing can be said."""

LEAST_OFTENER = 1.5
"""Endings that are less than so many times as common among adults are no matter of age."""

_RESPONDER_KIND = pa.schema([("source", pa.string()), ("kind", pa.string())])


def ended_at_an_age(
    con: duckdb.DuckDBPyConnection, responders: Sequence[Responder], spine: str, as_of: date
) -> dict[str, float]:
    """By source that ends at an age, how many times as large a share of adults as of children it ended for.

    Args:
        con: Holds ``event`` and ``person_stratum``.
        responders: Who is there for some needs.
        spine: The register ends for nobody.
        as_of: First day after the period.
    """
    asked = [one for one in responders if one.source != spine]
    return at_an_age(treated_and_left(con, asked, as_of), services=len(asked))


def treated_and_left(
    con: duckdb.DuckDBPyConnection, asked: Sequence[Responder], as_of: date
) -> dict[tuple[str, str], tuple[int, int]]:
    """By source and stage of life, people treated in three years, and those of them not seen for the last of these."""
    kinds = [{"source": one.source, "kind": kind} for one in asked for kind in one.events]
    load_table(con, "responder_kind", pa.Table.from_pylist(kinds, _RESPONDER_KIND))
    params = {
        "since": Duration.parse(SINCE_BIRTHDAY).before(as_of),
        "quiet_since": Duration.parse(WHILE).before(as_of),
        "as_of": as_of,
        "several": SEVERAL_TIMES,
    }
    rows = con.execute(load_sql("cohorts.finder", "ended"), params).fetchall()
    return {(source, stage): (people, ended) for source, stage, people, ended in rows}


def at_an_age(treated: Mapping[tuple[str, str], tuple[int, int]], *, services: int) -> dict[str, float]:
    """Which services end at an age.

    Args:
        treated: By source and stage of life, people treated and those of them it ended for.
        services: How many were asked.
    """
    found = {}
    for source in sorted({source for source, _ in treated}):
        (children, children_ended), (adults, adults_ended) = (
            treated.get((source, stage), (0, 0)) for stage in ("child", "adult")
        )
        if min(children, adults) < LEAST_TREATED:
            continue
        usual = (children_ended + 1) / (children + 1) * adults
        chance = float(hypergeom.sf(adults_ended - 1, children + adults, children_ended + adults_ended, adults))
        if adults_ended >= LEAST_OFTENER * usual and chance * services <= FALSE_SHARE:
            found[source] = adults_ended / usual
    return found
