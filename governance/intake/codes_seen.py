"""Which codes came in the columns that a source file maps value by value: kept beside the rows, as they were delivered.

What is not listed becomes missing, and whoever looks at the result cannot tell any more what stood there. They are
counted once everything that is left out is out: a code of somebody who opted out is counted nowhere.
"""

import duckdb

from governance.intake.checks import ColumnPlan, date_columns
from governance.intake.header import loaded_columns
from governance.settings import ColumnClass, ExtractFile
from governance.warehouse import drop, materialise

Counted = list[tuple[str, int, int]]
"""Codes with the rows and the records that have them, the commonest first. For the source's eyes only: a code that
nobody listed may be anything, a name in the wrong column too."""


def counted_columns(file: ExtractFile) -> set[str]:
    """Columns with a map of their own; what stands in direct identifiers is nobody's to list."""
    return {
        name
        for name, column in loaded_columns(file).items()
        if column.values and column.column_class is not ColumnClass.DIRECT_IDENTIFIER
    } - date_columns(file)


def keep_codes(con: duckdb.DuckDBPyConnection, file: ExtractFile, plans: list[ColumnPlan]) -> None:
    """Make ``code_<id>``: row number and delivered codes (``c<n>``) of the file's rows that go on, if it maps any."""
    numbers = [plan.number for plan in plans if plan.name in counted_columns(file)]
    if numbers:
        texts = "".join(f", c{number}" for number in numbers)
        query = f"SELECT row_no{texts} FROM text_{file.id} SEMI JOIN file_{file.id} USING (row_no)"
        materialise(con, f"code_{file.id}", query)


def codes_that_stay(con: duckdb.DuckDBPyConnection, file: ExtractFile) -> dict[str, Counted]:
    """Count the codes of the rows that are in ``file_<id>`` now, by column; what was kept of them is gone then.

    Args:
        con: Holds both tables of the file.
        file: The file.
    """
    # As the plans number them: in the order of the description.
    numbers = {name: number for number, name in enumerate(loaded_columns(file)) if name in counted_columns(file)}
    found = {name: _counted(con, file, number) for name, number in numbers.items()}
    drop(con, (f"code_{file.id}",))
    return found


def _counted(con: duckdb.DuckDBPyConnection, file: ExtractFile, number: int) -> Counted:
    return con.execute(
        f"""
        SELECT c{number} AS code, count(*) AS rows, count(DISTINCT record_id) AS records
        FROM code_{file.id} INNER JOIN file_{file.id} USING (row_no)
        WHERE c{number} IS NOT NULL
        GROUP BY c{number} ORDER BY rows DESC, code
        """
    ).fetchall()
