"""How well each record could be linked: one row a record, no groups; the analysis zone adds those."""

import duckdb
import pyarrow as pa

from governance.contracts import RECORD_QUALITY, check_table
from governance.warehouse import fetch_table, load_sql


def record_quality(con: duckdb.DuckDBPyConnection, threshold_probability: float) -> pa.Table:
    """Table ``record_quality`` from what linkage left in ``con``."""
    table = fetch_table(con, load_sql("linkage", "record_quality"), {"threshold": threshold_probability})
    return check_table(table, RECORD_QUALITY)


def link_counts(con: duckdb.DuckDBPyConnection, threshold_probability: float) -> dict[str, object]:
    """Counts of records, pairs and people for the restricted linkage report; no record among them."""
    query = con.execute
    pairs = query(load_sql("linkage", "pair_count"), {"threshold": threshold_probability}).fetchall()
    views = query(load_sql("linkage", "view_count")).fetchall()
    sizes = query(load_sql("linkage", "cluster_size")).fetchall()
    weights = query(load_sql("linkage", "weight_histogram")).fetchall()
    dropped = query(load_sql("linkage", "dropped_block")).fetchall()
    return {
        "pairs": {f"{a}|{b}": {"compared": compared, "linked": linked} for a, b, compared, linked in pairs},
        "records": {source: records for source, records, *_ in views},
        "no_view": {source: none for source, _, none, _, _ in views},
        "one_view": {source: one for source, _, _, one, _ in views},
        "linked_records": {source: linked for source, _, _, _, linked in views},
        "cluster_sizes": {str(size): people for size, people in sizes},
        "weight_histogram": [[low, pairs] for low, pairs in weights],
        "large_blocks_dropped": {rule: [blocks, records] for rule, blocks, records in dropped},
    }
