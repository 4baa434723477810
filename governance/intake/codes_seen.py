"""Which codes came in the columns that a source file maps value by value: counted before they become standard values.

What is not listed becomes missing, and whoever looks at the result cannot tell any more what stood there.
"""

import duckdb
import pyarrow as pa

from governance.intake.checks import ColumnPlan, date_columns
from governance.intake.header import loaded_columns
from governance.settings import ColumnClass, ExtractFile
from governance.warehouse import fetch_table, load_table

SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("column", pa.string()),
        ("code", pa.string()),
        ("rows", pa.int64()),
        ("records", pa.int64()),
    ]
)
"""One row per code of a column; ``records`` have it in some row. For the source's eyes only: a code that nobody listed
may be anything, a name in the wrong column too."""


def start(con: duckdb.DuckDBPyConnection) -> None:
    """An empty table that files add to."""
    load_table(con, "code_seen", SCHEMA.empty_table())


def counted_columns(file: ExtractFile) -> set[str]:
    """Columns with a map of their own; what stands in direct identifiers is nobody's to list."""
    return {
        name
        for name, column in loaded_columns(file).items()
        if column.values and column.column_class is not ColumnClass.DIRECT_IDENTIFIER
    } - date_columns(file)


def note_codes(con: duckdb.DuckDBPyConnection, file: ExtractFile, plans: list[ColumnPlan]) -> None:
    """Count the codes of the file's rows that go on."""
    counted = counted_columns(file)
    for plan in (plan for plan in plans if plan.name in counted):
        con.execute(
            f"""
            INSERT INTO code_seen
            SELECT $file, $name, c{plan.number}, count(*), count(DISTINCT record_id)
            FROM text_{file.id} INNER JOIN file_{file.id} USING (row_no)
            WHERE c{plan.number} IS NOT NULL
            GROUP BY c{plan.number}
            """,
            {"file": file.id, "name": plan.name},
        )


def taken(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """All that were counted; the database keeps none of it."""
    found = fetch_table(con, 'SELECT * FROM code_seen ORDER BY file, "column", rows DESC, code')
    con.execute("DROP TABLE code_seen")
    return found
