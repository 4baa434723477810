"""Identifiers made comparable: one spelling of a name, parts of a birth date, one shape of a postcode.

Everything here runs before keyed encoding, where any difference of a byte is fatal. What is not evidence
becomes missing: default birthdays, `ZZ99` postcodes, placeholder forenames.
"""

import duckdb

from governance.settings import ExtractFile
from governance.warehouse import load_sql, load_table, materialise, quote_name
from linkage.known_as import KEPT_APART, short_forms, spellings

STANDARDISER = "2026.11-2"
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

    A record with a previous surname or postcode, a surname or forename of several parts, a short forename or a second
    NHS number has several rows (variants); the first, variant 0, is what the source holds now.

    Args:
        con: Holds ``file_<file id>`` as intake leaves it.
        file: Settings of the file that carries identifiers.
    """
    materialise(con, "raw_identity", _raw_identity(file))
    make_identity(con)


def make_identity(con: duckdb.DuckDBPyConnection) -> None:
    """Create table ``identity`` from ``raw_identity``."""
    con.execute(load_sql("linkage", "name_macro"))
    load_table(con, "spelling", spellings())
    load_table(con, "short_form", short_forms())
    for step in ("name_parts", "identity_record"):
        materialise(con, step, load_sql("linkage", step))
    materialise(con, "identity", load_sql("linkage", "identity"), {"kept_apart": list(KEPT_APART)})


def _raw_identity(file: ExtractFile) -> str:
    """One row per record with a fixed column per role, whatever the source calls them.

    Where a record stands in several rows (a file of events with identifiers), its latest values count.
    """
    columns = [f"{_by_role(file, role, 'VARCHAR')} AS {role}" for role in _TEXT_ROLES]
    columns.append(f"{_by_role(file, 'date_of_birth', 'DATE')} AS date_of_birth")
    columns.append(f"{_other_number(file)} AS other_nhs_number")
    return f"SELECT record_id, {', '.join(columns)} FROM file_{file.id} GROUP BY record_id ORDER BY record_id"


def _by_role(file: ExtractFile, role: str, kind: str) -> str:
    """SQL for the last non-missing value of the columns that hold ``role``, or a typed NULL."""
    found = [_latest(name) for name in file.columns_with_role(role)]
    return f"coalesce({', '.join(found)})" if found else f"NULL::{kind}"


def _other_number(file: ExtractFile) -> str:
    """SQL for the NHS number in a second column: where one was superseded, a source may hold both."""
    columns = file.columns_with_role("nhs_number")
    return _latest(columns[1]) if len(columns) > 1 else "NULL::VARCHAR"


def _latest(column: str) -> str:
    return f"arg_max({quote_name(column)}, row_no) FILTER ({quote_name(column)} IS NOT NULL)"
