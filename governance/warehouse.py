"""The one door to DuckDB: a locked in-memory connection, and SQL from files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

import duckdb
import pyarrow as pa

from governance.platform_calls import machine_memory

SETTINGS = (
    "SET temp_directory = ''",  # spill files are plain text; without them memory runs out with a clear error
    "SET python_enable_replacements = false",  # a Python variable must never stand in for a missing table
    "SET autoinstall_known_extensions = false",  # a missing feature must not reach for the network
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
)
"""What every connection is told first; policy rule STO-01 looks at it."""


def connect(
    *, readable: Sequence[Path] = (), threads: int = 2, memory: str = "3GB", lock: bool = True
) -> duckdb.DuckDBPyConnection:
    """An in-memory database that can read only below ``readable`` and cannot be reconfigured.

    Args:
        readable: Folders whose files SQL may read.
        threads: Worker threads; around sums of fractions see :func:`one_thread`.
        memory: DuckDB's own limit, such as ``3GB``.
        lock: False only where Splink must change a setting around one call.
    """
    con = duckdb.connect()
    con.execute(f"SET threads = {int(threads)}")
    con.execute(f"SET memory_limit = '{memory}'")
    for statement in SETTINGS:
        con.execute(statement)
    if readable:
        folders = ", ".join("'" + str(folder.resolve()).replace("'", "''") + "'" for folder in readable)
        con.execute(f"SET allowed_directories = [{folders}]")
    con.execute("SET enable_external_access = false")
    if lock:
        con.execute("SET lock_configuration = true")
    return con


def share_of_machine(part: float, *, least_gb: int) -> str:
    """A memory limit: this part of the machine's memory, or so many gigabytes where that is more or nobody says."""
    return f"{max(least_gb * 1000, int((machine_memory() or 0) * part) // 1_000_000)}MB"


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Pack what was written since it was settled last: DuckDB packs tables in memory only when it is asked to."""
    con.execute("CHECKPOINT")


def bytes_held(con: duckdb.DuckDBPyConnection) -> int:
    """Memory that the database's tables and running statements take now."""
    ((held,),) = con.execute("SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM duckdb_memory()").fetchall()
    return int(held)


@contextmanager
def one_thread(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One worker thread for the block: fractions are added in one order, and give one sum.

    Args:
        con: A warehouse that was not locked.
    """
    ((before,),) = con.execute("SELECT current_setting('threads')").fetchall()
    con.execute("SET threads = 1")
    try:
        yield
    finally:
        con.execute(f"SET threads = {int(before)}")


def remove_rows(con: duckdb.DuckDBPyConnection, table: str, condition: str) -> None:
    """Delete the rows of ``table`` for which a condition holds; the others stay as they lie.

    Args:
        con: The warehouse.
        table: A name fixed in code.
        condition: SQL, fixed in code.
    """
    con.execute(f"DELETE FROM {table} WHERE {condition}")


def quote_name(name: str) -> str:
    """A column name from a config as an SQL identifier; values never pass here, they bind."""
    return '"' + name.replace('"', '""') + '"'


@cache
def load_sql(package: str, name: str) -> str:
    """The text of ``<package>/sql/<name>.sql``."""
    return resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def materialise(
    con: duckdb.DuckDBPyConnection, table: str, query: str, params: Mapping[str, object] | None = None
) -> None:
    """Create ``table`` from a query: what is counted or audited is never a lazy relation.

    Args:
        con: The warehouse.
        table: A name fixed in code, never from data or config.
        query: One SELECT.
        params: Values for ``$name`` holes.
    """
    con.execute(f"CREATE OR REPLACE TABLE {table} AS {query}", dict(params) if params else None)


def empty(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Leave of ``table``, which nobody reads any more, its columns only."""
    materialise(con, table, f"SELECT * FROM {table} LIMIT 0")


def drop(con: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Remove tables that held more than what goes on, if they are there; names are fixed in code."""
    for table in tables:
        con.execute(f"DROP TABLE IF EXISTS {table}")


def drop_tables(con: duckdb.DuckDBPyConnection, beginning: str) -> None:
    """Drop the tables whose names begin so, such as those that Splink leaves; nobody reads them any more."""
    names = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, ?)", [beginning]
    ).fetchall()
    for (name,) in names:
        con.execute(f"DROP TABLE {quote_name(name)}")


def append(con: duckdb.DuckDBPyConnection, table: str, query: str, params: Mapping[str, object] | None = None) -> None:
    """Add a query's rows to ``table``, which has its columns in the same order; see :func:`materialise`."""
    con.execute(f"INSERT INTO {table} {query}", dict(params) if params else None)


def load_table(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Copy an Arrow table into the database under a fixed name."""
    con.register("incoming", table)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
    con.unregister("incoming")


def append_table(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table, **constants: int) -> None:
    """Copy an Arrow table's rows to the end of a table that has its columns, by name.

    Args:
        con: The warehouse.
        name: A name fixed in code.
        table: The rows.
        constants: Further columns with one value for all these rows.
    """
    further = "".join(f", {int(value)} AS {quote_name(column)}" for column, value in constants.items())
    con.register("incoming", table)
    con.execute(f"INSERT INTO {name} BY NAME SELECT *{further} FROM incoming")
    con.unregister("incoming")


def fetch_table(con: duckdb.DuckDBPyConnection, query: str, params: Mapping[str, object] | None = None) -> pa.Table:
    """A query's rows as an Arrow table."""
    return con.sql(query, params=dict(params) if params else None).to_arrow_table()
