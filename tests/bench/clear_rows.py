"""What the peers on clear text read: every record's components as text, and joinedup's own blocks among them."""

import duckdb
import numpy as np
import pyarrow as pa

from governance.keys.ring import Secret
from governance.warehouse import fetch_table, load_sql, load_table
from linkage.crowds import rows_sent
from linkage.standardise import standardise
from linkage.values import components
from tests.bench.prepare import load_source
from tests.bench.sets import BenchSet, BenchSource

_COLUMNS = """
SELECT
    component.*,
    -- What joinedup takes for an unknown day, 1 January, is kept.
    raw_identity.date_of_birth::VARCHAR AS birth_text,
    -- Splink's postcode levels look for the space.
    left(component.postcode, length(component.postcode) - 3) || ' ' || right(component.postcode, 3) AS postcode_text,
    component.forename || ' ' || component.surname AS full_name,
    sent.* EXCLUDE (record_id)
FROM component
INNER JOIN raw_identity USING (record_id)
INNER JOIN sent USING (record_id)
WHERE component.variant = 0
"""


def load_everyone(con: duckdb.DuckDBPyConnection, bench: BenchSet) -> None:
    """Create table ``everyone``: a row a record with its source, every component, and the rules with a view."""
    tables = [_marked(_clear_rows(bench, source), source.id) for source in bench.sources]
    load_table(con, "everyone", pa.concat_tables(tables))


def add_blocks(con: duckdb.DuckDBPyConnection, bench: BenchSet) -> list[str]:
    """Add joinedup's rules to ``everyone``, one column each: NULL in crowds and where a block is over the cap.

    Returns:
        The names of the columns.
    """
    names = [f"block_{number}" for number in range(len(bench.linkage.rules))]
    for name, rule in zip(names, bench.linkage.rules, strict=True):
        value = " || '|' || ".join(rule.components)
        sent = f"CASE WHEN sent_{name} THEN {value} END"
        con.execute(f"CREATE OR REPLACE TABLE everyone AS SELECT *, {sent} AS {name} FROM everyone")
        small = f"count(*) OVER (PARTITION BY {name}) <= {bench.linkage.max_block_records}"
        kept = f"CASE WHEN {small} THEN {name} END AS {name}"
        con.execute(f"CREATE OR REPLACE TABLE everyone AS SELECT * REPLACE ({kept}) FROM everyone")
    return names


def _clear_rows(bench: BenchSet, source: BenchSource) -> pa.Table:
    """A source's standardised values, every component of joinedup's rules as text, and under which it sends a view."""
    con, file = load_source(bench, source.id)
    standardise(con, file)
    found = components(con, Secret(bytes(32)))  # makes soundex_code, which component.sql reads
    con.execute(f"CREATE TABLE component AS {load_sql('linkage', 'component')}")
    first = found.variant == 0
    masks = {"record_id": found.record_id[first]}
    for number, rule in enumerate(bench.linkage.rules):
        sent = rows_sent(rule, found, bench.linkage, one_record_per_person=source.one_record_per_person)
        masks[f"sent_block_{number}"] = np.ones(int(first.sum()), bool) if sent is None else sent[first]
    load_table(con, "sent", pa.table(masks))
    return fetch_table(con, _COLUMNS)


def _marked(table: pa.Table, source: str) -> pa.Table:
    return table.append_column("source", pa.array([source] * table.num_rows))
