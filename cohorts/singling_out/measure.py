"""Shares of people who are unique, or in groups under five, inside the analysis zone; only shares leave it.

What is held against the policy's ceiling is what anybody may know of a neighbour: birth year, sex, ethnic group,
first language and small area. Beside it stands what three dates add. Three dates drawn by lot are what somebody happens
to know (the unicity of de Montjoye and others, "Unique in the Crowd", Scientific Reports 3, 2013, with three points);
the three rarest are close to the worst that could be known. Every person counts, those with fewer than three dates with
what dates they have.
"""

import duckdb

from cohorts.analysis import parts_of
from cohorts.singling_out.homes import measure_homes
from cohorts.singling_out.shares import PACKAGE, Shares, shares_fitting
from governance.in_parts import in_parts
from governance.warehouse import empty, load_sql, materialise

DAYS = 3

_STAGES = ("person_alike", "people_of_days", "people_fitting")
_ALIKE = "alike"
"""Nobody is compared with anybody but people like them, so it is these that are asked about together."""


def measure_singling_out(con: duckdb.DuckDBPyConnection) -> dict[str, Shares]:
    """What is shared by fewer people than is safe to know.

    Args:
        con: An analysis-zone connection with the tables of :func:`cohorts.analysis.build_analysis`.

    Returns:
        For ``attributes``, ``three_dates`` and ``three_rarest_dates`` the shares ``unique`` and ``under_5`` of all
        people, to a thousandth; and the rungs of :func:`measure_homes` where homes are told.
    """
    materialise(con, "person_alike", load_sql(PACKAGE, "person_alike"))
    alike, days = {"person_alike": _ALIKE}, {"days": DAYS}
    in_parts(con, "people_of_days", load_sql(PACKAGE, "people_of_days"), alike, parts_of(con), days)
    shares = {
        "attributes": _shares(con, "SELECT person_id, people FROM person_alike"),
        "three_dates": _shares(con, "SELECT person_id, by_lot AS people FROM people_of_days"),
        "three_rarest_dates": _shares(con, "SELECT person_id, rarest AS people FROM people_of_days"),
    }
    shares |= measure_homes(con)
    for table in _STAGES:
        empty(con, table)
    return shares


def _shares(con: duckdb.DuckDBPyConnection, people_fitting: str) -> Shares:
    materialise(con, "people_fitting", people_fitting)
    return shares_fitting(con)
