"""Exact counts of members by exactly which services saw them: for the release step only.

Every combination that somebody has is counted, however rare. Most are of one person; the release puts the rare ones
together before anybody sees them (:mod:`governance.disclosure.combinations`).
"""

import duckdb
import pyarrow as pa

from cohorts.analysis import parts_of
from governance.contracts import SERVICE_SET_COUNT, check_table
from governance.disclosure.combinations import NO_SERVICE
from governance.in_parts import in_parts
from governance.warehouse import fetch_table, load_sql

_OF_PEOPLE = ("cohort_member", "member_service", "person_noise")


def count_combinations(con: duckdb.DuckDBPyConnection, spine: str) -> pa.Table:
    """Members of every cohort by the services that saw them.

    Args:
        con: Holds what ``count_cohorts`` left in it.
        spine: The source that says who lives here; it lists nearly everyone, so it makes no combination.

    Returns:
        Contract ``service_set_count``: exact, so it stays in the analysis zone.
    """
    of_people = dict.fromkeys(_OF_PEOPLE, "person_id")
    values = {"spine": spine, "nobody": NO_SERVICE}
    in_parts(con, "service_set_part", load_sql("cohorts", "service_set_part"), of_people, parts_of(con), values)
    return check_table(fetch_table(con, load_sql("cohorts", "service_set_count")), SERVICE_SET_COUNT)
