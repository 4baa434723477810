"""How many of a source's records have each attribute: kept in the receipt, so that later months can show a trend."""

import pyarrow as pa
import pyarrow.compute as pc

from governance.contracts import RECORD_PERSON, check_table

ATTRIBUTES = ("birth_year", "sex", "ethnic_group", "address", "nhs_number")
"""Attributes of a record whose completeness is told, in this order."""


def filled_fields(records: pa.Table) -> dict[str, int]:
    """Records with each attribute, and all of them; NHS numbers are counted elsewhere in the receipt.

    Args:
        records: Contract ``record_person``. An address is filled if it could be placed, or says no fixed abode.
    """
    table = check_table(records, RECORD_PERSON)
    address = pc.or_(pc.is_valid(table["small_area"]), pc.fill_null(table["no_fixed_address"], False))
    found = {name: len(table) - table[name].null_count for name in ("birth_year", "sex", "ethnic_group")}
    return {"records": len(table), **found, "address": int(pc.sum(address).as_py() or 0)}
