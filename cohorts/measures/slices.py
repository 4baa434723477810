"""Groups that measures are sliced by: those of the board's report, place and address, pairs of two, presets."""

from datetime import date

import duckdb

from cohorts.analysis import parts_of
from cohorts.measures.presets import place_in_presets
from governance.in_parts import in_parts
from governance.warehouse import load_sql


def slice_people(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make ``person_slice``: which group of every slice a person is in.

    Args:
        con: Holds ``person``, ``person_group`` and ``need_evidence``.
        as_of: First day after the period.
    """
    place_in_presets(con, as_of)
    people = dict.fromkeys(("person", "person_group", "preset_person"), "person_id")
    in_parts(con, "person_slice", load_sql("cohorts.measures", "person_slice"), people, parts_of(con))
