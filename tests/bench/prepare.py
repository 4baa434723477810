"""What both methods start from: a warehouse that holds one source's records, and the settings of its file."""

import json

import duckdb

from governance.settings import ExtractFile
from governance.warehouse import connect, load_table
from tests.bench.sets import BenchSet


def load_source(bench: BenchSet, source: str) -> tuple[duckdb.DuckDBPyConnection, ExtractFile]:
    """A source's table ``file_people`` in a warehouse of its own, as intake would leave it."""
    table, con = bench.table(source), connect()
    load_table(con, "file_people", table)
    roles = [name for name in table.column_names if name not in ("row_no", "record_id")]
    columns = {
        role: {
            "class": "quasi_identifier" if role == "sex" else "direct_identifier",
            # A second column of NHS numbers: those that were superseded.
            "role": "nhs_number" if role == "other_nhs_number" else role,
        }
        for role in roles
    }
    columns["key"] = {"class": "direct_identifier", "role": "record_id"}
    file = {"id": "people", "path": "people.csv", "grain": "people", "columns": columns}
    return con, ExtractFile.model_validate_json(json.dumps(file))
