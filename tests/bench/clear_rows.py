"""What the peers on clear text read: every record's components as text, and joinedup's own blocks among them."""

import duckdb
import pyarrow as pa

from governance.keys import Secret
from governance.settings import BlockingRule
from governance.warehouse import fetch_table, load_sql, load_table
from linkage.crowds import TIES_NOBODY
from linkage.standardise import standardise
from linkage.values import components
from tests.bench.prepare import load_source
from tests.bench.sets import BenchSet

_COLUMNS = """
SELECT
    component.*,
    -- What joinedup takes for an unknown day, 1 January, is kept.
    raw_identity.date_of_birth::VARCHAR AS birth_text,
    -- Splink's postcode levels look for the space.
    left(component.postcode, length(component.postcode) - 3) || ' ' || right(component.postcode, 3) AS postcode_text,
    component.forename || ' ' || component.surname AS full_name
FROM component
INNER JOIN raw_identity USING (record_id)
WHERE component.variant = 0
"""


def load_everyone(con: duckdb.DuckDBPyConnection, bench: BenchSet) -> None:
    """Create table ``everyone``: a row a record with its source and, in clear, every blocking component."""
    tables = [_marked(_clear_rows(bench, source.id), source.id) for source in bench.sources]
    load_table(con, "everyone", pa.concat_tables(tables))


def add_blocks(con: duckdb.DuckDBPyConnection, bench: BenchSet) -> list[str]:
    """Add joinedup's rules to ``everyone``, one column each: NULL in crowds and where a block is over the cap.

    Returns:
        The names of the columns.
    """
    names = [f"block_{number}" for number in range(len(bench.linkage.rules))]
    for name, rule in zip(names, bench.linkage.rules, strict=True):
        value = " || '|' || ".join(rule.components)
        sent = f"CASE WHEN {_no_crowd(bench, rule, value)} THEN {value} END"
        con.execute(f"CREATE OR REPLACE TABLE everyone AS SELECT *, {sent} AS {name} FROM everyone")
        small = f"count(*) OVER (PARTITION BY {name}) <= {bench.linkage.max_block_records}"
        kept = f"CASE WHEN {small} THEN {name} END AS {name}"
        con.execute(f"CREATE OR REPLACE TABLE everyone AS SELECT * REPLACE ({kept}) FROM everyone")
    return names


def _no_crowd(bench: BenchSet, rule: BlockingRule, value: str) -> str:
    """What ``linkage.crowds`` asks of a record before its source sends a view, in SQL."""
    linkage = bench.linkage
    if TIES_NOBODY & set(rule.components):
        return "TRUE"
    window = f"OVER (PARTITION BY source, {value})"
    records = f"count(*) {window} <= {linkage.max_source_records}" if linkage.max_source_records else "TRUE"
    dates = (
        f"count(DISTINCT date_of_birth) {window} <= {linkage.max_source_birth_dates}"
        if linkage.max_source_birth_dates
        else "TRUE"
    )
    single = ", ".join(f"'{source.id}'" for source in bench.sources if source.one_record_per_person) or "NULL"
    return f"CASE WHEN source IN ({single}) THEN {records} ELSE {dates} END"


def _clear_rows(bench: BenchSet, source: str) -> pa.Table:
    """A source's standardised values, and every component that joinedup's rules block on, as text."""
    con, file = load_source(bench, source)
    standardise(con, file)
    components(con, Secret(bytes(32)))  # makes name_code, which component.sql reads
    con.execute(f"CREATE TABLE component AS {load_sql('linkage', 'component')}")
    return fetch_table(con, _COLUMNS)


def _marked(table: pa.Table, source: str) -> pa.Table:
    return table.append_column("source", pa.array([source] * table.num_rows))
