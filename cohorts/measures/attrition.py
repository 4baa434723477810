"""Attrition with faces: at each step of a definition, how many are lost, and who.

A definition that drops people without an address, or of unknown age, drops them here in plain sight: every step is
counted by deprivation, ethnic group, age, sex, district and address, with *not recorded* as a group of each.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from cohorts.english import attrition_labels
from cohorts.query import Definition
from governance.contracts import COHORT_ATTRITION, check_table
from governance.warehouse import fetch_table, load_sql, load_table

_STEP = pa.schema([("cohort", pa.string()), ("step", pa.int32()), ("label", pa.string())])


def attrition_faces(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition]) -> pa.Table:
    """Who is left and who was lost, step by step.

    Args:
        con: Holds ``cohort_member``, ``person_slice`` and ``person_noise``.
        definitions: What was run.

    Returns:
        Contract ``cohort_attrition``: exact, so it stays in the zone.
    """
    rows = [
        {"cohort": one.id, "step": number, "label": label}
        for one in definitions
        for number, label in enumerate(attrition_labels(one.query), 1)
    ]
    load_table(con, "face_step", pa.Table.from_pylist(rows, schema=_STEP))
    return check_table(fetch_table(con, load_sql("cohorts.measures", "attrition_face")), COHORT_ATTRITION)
