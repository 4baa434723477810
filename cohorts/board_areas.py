"""Exact counts in the area of each board: a bounded set of tables, counted by the same people as the whole.

An area has the answers of every definition, its rungs, the people whose response can be judged, five breakdowns and the
services that saw its members; pairs of services, other steps, waits and places are told of the whole only. Whoever
lives in no board's districts is counted apart, so that areas add up to the whole.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from cohorts.analysis import parts_of
from governance.contracts import AREA_COUNT, check_table
from governance.errors import BadInput, Fault
from governance.in_parts import in_parts
from governance.settings.project import NO_BOARD, Board
from governance.warehouse import fetch_table, load_sql, load_table, materialise

DIMENSIONS = ("all", "deprivation_quintile", "ethnic_group", "age_band", "sex")
"""What an area is broken down by."""

_OF_PEOPLE = ("cohort_member", "member_service", "person_board", "person_group", "person_measure", "person_noise")
_PLACE_SCHEMA = pa.schema([("area", pa.string()), ("district", pa.string())])


def count_areas(con: duckdb.DuckDBPyConnection, boards: Sequence[Board]) -> pa.Table:
    """All counts in areas, in the order of area, cohort, measure, dimension and group.

    Args:
        con: Holds the analysis tables and what ``count_cohorts`` made.
        boards: Areas do not overlap; without any the table is empty.

    Returns:
        Contract ``area_count``: exact, so it stays in the analysis zone.
    """
    if not boards:
        return AREA_COUNT.schema.empty_table()
    place_people(con, boards)
    load_table(con, "board_area", pa.table({"area": sorted([*(board.id for board in boards), NO_BOARD])}))
    load_table(con, "area_dimension", pa.table({"dimension": DIMENSIONS}))
    materialise(con, "area_group", "SELECT * FROM dimension_group SEMI JOIN area_dimension USING (dimension)")
    parts = ("count_in_area", "count_rung_in_area", "count_service_in_area")
    union = "\nUNION ALL\n".join(f"SELECT * FROM ({load_sql('cohorts', part)})" for part in parts)
    in_parts(con, "area_part", union, dict.fromkeys(_OF_PEOPLE, "person_id"), parts_of(con))
    materialise(con, "counted_in_area", load_sql("cohorts", "counted_in_area"))
    return check_table(fetch_table(con, load_sql("cohorts", "area_count")), AREA_COUNT)


def place_people(con: duckdb.DuckDBPyConnection, boards: Sequence[Board]) -> None:
    """Make ``person_board``: in which board's area each person lives.

    Args:
        con: Holds ``person``.
        boards: As configured.
    """
    _place(con, boards)
    materialise(con, "person_board", load_sql("cohorts", "person_board"))


def check_districts(con: duckdb.DuckDBPyConnection, boards: Sequence[Board]) -> None:
    """Hold the districts that boards list against where people live.

    Args:
        con: Holds ``person``.
        boards: As configured.

    Raises:
        BadInput: Nobody lives in a district that a board lists.
    """
    _place(con, boards)
    empty = "SELECT area, district FROM board_place ANTI JOIN person USING (district) ORDER BY ALL"
    if missing := con.execute(empty).fetchall():
        raise BadInput(
            f"Nobody lives in {len(missing)} of the districts that boards list.",
            why="A district that is spelt otherwise in the area look-up would leave its people out of the board's"
            " report, and nobody would see it.",
            fix="Write districts under report.boards in project.yaml as the column `district` of the look-up does, and"
            " have it approved again.",
            code="E-BOARD-DISTRICT",
            faults=[Fault(what=f"board `{area}`: district `{district}`") for area, district in missing],
        )


def _place(con: duckdb.DuckDBPyConnection, boards: Sequence[Board]) -> None:
    places = [{"area": board.id, "district": district} for board in boards for district in board.districts]
    load_table(con, "board_place", pa.Table.from_pylist(places, schema=_PLACE_SCHEMA))
