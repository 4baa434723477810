"""What is told of a table of how many people fit each: two shares, to a thousandth."""

import duckdb

from governance.warehouse import fetch_table, load_sql

PACKAGE = "cohorts.singling_out"
FEW_PEOPLE = 5
"""Fewer than this many people who fit are few."""

Shares = dict[str, float]


def shares_fitting(con: duckdb.DuckDBPyConnection) -> Shares:
    """Of the table ``people_fitting``: ``unique`` and ``under_5``, shares of all people."""
    [found] = fetch_table(con, load_sql(PACKAGE, "share_fitting"), {"few": FEW_PEOPLE}).to_pylist()
    return {"unique": round(found["unique_share"], 3), "under_5": round(found["few_share"], 3)}
