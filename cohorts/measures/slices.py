"""Groups that measures are sliced by: those of the board's report, place and address, pairs of two, presets."""

from datetime import date

import duckdb

from cohorts.analysis import parts_of
from cohorts.measures.presets import place_in_presets
from governance.in_parts import in_parts
from governance.warehouse import load_sql, materialise

_PACKAGE = "cohorts.measures"


def slice_people(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make ``slice`` and ``person_slices``: every group numbered, and by number those that each person is in.

    A person is in a group of each of some eighteen slices. Numbers take one row a person, and are added up faster than
    names; ``person_slice`` shows them with their names, a row each.

    Args:
        con: Holds ``person``, ``person_group`` and ``need_evidence``.
        as_of: First day after the period.
    """
    place_in_presets(con, as_of)
    people = dict.fromkeys(("person", "person_group", "preset_person"), "person_id")
    named, parts = load_sql(_PACKAGE, "slice_of_person"), parts_of(con)
    in_parts(con, "slice_part", f'SELECT DISTINCT dimension, "group" FROM (\n{named})', people, parts)
    materialise(con, "slice", load_sql(_PACKAGE, "slice"))
    numbered = load_sql(_PACKAGE, "person_slices")
    in_parts(con, "person_slices", f"WITH slice_of_person AS (\n{named})\n{numbered}", people, parts)
    con.execute(f"CREATE OR REPLACE VIEW person_slice AS {load_sql(_PACKAGE, 'person_slice')}")
