"""What the home token adds to who can be singled out: it makes of people a graph, and homes differ in who is in them.

Two ladders, each rung with all below it. From what is seen through a window (sex and the ten years of birth) and from
what a neighbour may know (the five attributes): without the token, with how many share the home, with the sex and band
of each of them. Then the five attributes of everybody at home; then every home that any record tells, the ones that
people left among them, refined by colour (Weisfeiler-Lehman) until nothing more is told; and last the same with the
day on which each of them moved in, where addresses are dated.
"""

import duckdb

from cohorts.singling_out.shares import PACKAGE, Shares, shares_fitting
from governance.warehouse import empty, load_sql, materialise, settle

HOMES = {
    "seen": ("seen", "nothing"),
    "seen_home_size": ("seen", "number"),
    "seen_home_seen": ("seen", "seen"),
    "home_size": ("alike", "number"),
    "home_seen": ("alike", "seen"),
    "home_attributes": ("alike", "alike"),
}
"""By rung what is known of the person, and of everybody at home."""
HOME_GRAPH = "home_graph"
HOME_MOVES = "home_moves"
"""Only where some address is dated: else it would say what the rung above it says."""

_MOST_ROUNDS = 30
_STAGES = ("home_member", "home_tie", "home_colour", "people_fitting")


def measure_homes(con: duckdb.DuckDBPyConnection) -> dict[str, Shares]:
    """By rung the shares ``unique`` and ``under_5``; empty where nobody's home is told.

    Args:
        con: Holds ``person``, ``person_alike`` and what people are joined from (``home_tie.sql`` says which).
    """
    if not con.execute("SELECT count(household) FROM person").fetchall()[0][0]:
        return {}
    materialise(con, "home_member", load_sql(PACKAGE, "home_member"))
    found = {rung: _at_home(con, own, mates) for rung, (own, mates) in HOMES.items()}
    materialise(con, "home_tie", load_sql(PACKAGE, "home_tie"))
    found[HOME_GRAPH] = _refined(con, dated=False)
    if con.execute("SELECT count(since) FROM home_tie").fetchall()[0][0]:
        found[HOME_MOVES] = _refined(con, dated=True)
    for table in _STAGES:
        empty(con, table)
    return found


def _at_home(con: duckdb.DuckDBPyConnection, own: str, mates: str) -> Shares:
    materialise(con, "people_fitting", load_sql(PACKAGE, "people_at_home"), {"own": own, "mates": mates})
    return shares_fitting(con)


def _refined(con: duckdb.DuckDBPyConnection, *, dated: bool) -> Shares:
    """Colours of people over all homes, refined until their number stops growing."""
    materialise(con, "home_colour", load_sql(PACKAGE, "home_colour"))
    before = 0
    for _ in range(_MOST_ROUNDS):
        colours = _colours(con)
        if colours == before:
            break
        before = colours
        materialise(con, "home_colour", load_sql(PACKAGE, "home_colour_next"), {"dated": dated})
        settle(con)
    materialise(con, "people_fitting", load_sql(PACKAGE, "people_of_colour"))
    return shares_fitting(con)


def _colours(con: duckdb.DuckDBPyConnection) -> int:
    ((found,),) = con.execute("SELECT count(DISTINCT colour) FROM home_colour").fetchall()
    return int(found)
