"""Shares of people who are unique, or in groups under five, inside the analysis zone; only shares leave it.

What is held against the policy's ceiling is what anybody may know of a neighbour: birth year, sex, ethnic group,
first language and small area. Beside it stands what three dates add. Three dates drawn by lot are what somebody happens
to know (the unicity of de Montjoye and others, "Unique in the Crowd", Scientific Reports 3, 2013, with three points);
the three rarest are close to the worst that could be known. Every person counts, those with fewer than three dates with
what dates they have.
"""

import duckdb

from cohorts.analysis import MOST_SCANS, parts_of
from cohorts.singling_out.homes import measure_homes
from cohorts.singling_out.shares import PACKAGE, Shares, shares_fitting
from governance.in_parts import in_parts
from governance.warehouse import empty, load_sql, materialise

DAYS = 3

_STAGES = ("person_alike", "alike_day", "known_day", "people_fitting")
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
    scans = min(parts_of(con), MOST_SCANS)
    in_parts(con, "alike_day", load_sql(PACKAGE, "alike_day"), {"person_alike": _ALIKE}, scans)
    shares = {
        "attributes": _shares(con, days=0, rarest=False),
        "three_dates": _shares(con, days=DAYS, rarest=False),
        "three_rarest_dates": _shares(con, days=DAYS, rarest=True),
    }
    shares |= measure_homes(con)
    for table in _STAGES:
        empty(con, table)
    return shares


def _shares(con: duckdb.DuckDBPyConnection, *, days: int, rarest: bool) -> Shares:
    parts, values = parts_of(con), {"rarest": rarest, "days": days}
    in_parts(con, "known_day", load_sql(PACKAGE, "known_day"), {"alike_day": _ALIKE}, parts, values)
    people = dict.fromkeys(("known_day", "alike_day", "person_alike"), _ALIKE)
    in_parts(con, "people_fitting", load_sql(PACKAGE, "people_fitting"), people, parts)
    return shares_fitting(con)
