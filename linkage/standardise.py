"""Identifiers made comparable: one spelling of a name, parts of a birth date, one shape of a postcode.

Everything here runs before keyed encoding, where any difference of a byte is fatal. What is not evidence
becomes missing: default birthdays, `ZZ99` postcodes, placeholder forenames.
"""

import duckdb

from governance.settings import ExtractFile
from governance.warehouse import load_sql, materialise, quote_name

STANDARDISER = "2026.11-1"
"""Part of every id and rule id: views made by different standardisers never meet."""

_TEXT_ROLES = (
    "full_name",
    "forename",
    "surname",
    "previous_surname",
    "sex",
    "postcode",
    "previous_postcode",
    "nhs_number",
    "uprn",
    "phone",
    "email",
    "birth_place",
    "occupation",
)


def standardise(con: duckdb.DuckDBPyConnection, file: ExtractFile) -> None:
    """Create table ``identity`` from ``file_<id>``; see ``sql/identity.sql`` for its columns.

    A record with a previous surname, a previous postcode or a surname of several parts has several rows
    (variants); the first, variant 0, is what the source holds now.

    Args:
        con: Holds ``file_<file id>`` as intake leaves it.
        file: Settings of the file that carries identifiers.
    """
    materialise(con, "raw_identity", _raw_identity(file))
    for step in ("name_parts", "identity_record", "identity"):
        materialise(con, step, load_sql("linkage", step))


def _raw_identity(file: ExtractFile) -> str:
    """One row per record with a fixed column per role, whatever the source calls them.

    Where a record stands in several rows (a file of events with identifiers), its latest values count.
    """
    columns = [f"{_by_role(file, role, 'VARCHAR')} AS {role}" for role in _TEXT_ROLES]
    columns.append(f"{_by_role(file, 'date_of_birth', 'DATE')} AS date_of_birth")
    return f"SELECT record_id, {', '.join(columns)} FROM file_{file.id} GROUP BY record_id ORDER BY record_id"


def _by_role(file: ExtractFile, role: str, kind: str) -> str:
    """SQL for the last non-missing value of the columns that hold ``role``, or a typed NULL."""
    found = [
        f"arg_max({quote_name(name)}, row_no) FILTER ({quote_name(name)} IS NOT NULL)"
        for name in file.columns_with_role(role)
    ]
    return f"coalesce({', '.join(found)})" if found else f"NULL::{kind}"
