"""Records joined into people: connected components, and those in doubt by what their pairs say on average."""

import duckdb
import numpy as np
import pyarrow as pa
from splink import DuckDBAPI
from splink.clustering import cluster_pairwise_predictions_at_threshold

from governance.warehouse import drop_tables, empty, fetch_table, load_sql, load_table, materialise
from linkage.joining import join_on_average


def cluster(con: duckdb.DuckDBPyConnection, threshold_probability: float) -> int:
    """Create ``record_cluster`` (record, cluster) from ``scored_pair`` and ``record``.

    Connected components chain strangers together by single pairs, and may hold two records of a source that keeps one
    a person. Such components (``sql/doubtful.sql``) are joined again from single records, on average
    (:func:`linkage.joining.join_on_average`); all others, and every pair, stay as they are. Pairs of records that are
    held (:mod:`linkage.bridges`) join nobody.

    Args:
        con: The linkage warehouse.
        threshold_probability: Pairs at or above it are joined.

    Returns:
        How many people were first made of two records of a one-record-a-person source, and then parted.
    """
    materialise(con, "node", "SELECT record AS unique_id FROM record ORDER BY record")
    con.execute("CREATE TABLE IF NOT EXISTS held_record (record BIGINT, held BIGINT)")
    linkable = load_sql("linkage", "linkable_pair")
    con.execute(f"CREATE OR REPLACE VIEW linkable_pair AS {linkable}")
    edges = "SELECT record_l AS unique_id_l, record_r AS unique_id_r, weight FROM linkable_pair"
    materialise(con, "edge", f"{edges} WHERE probability >= $threshold", {"threshold": threshold_probability})
    api = DuckDBAPI(connection=con)
    found = cluster_pairwise_predictions_at_threshold(
        api.register("node"), api.register("edge"), api, node_id_column_name="unique_id"
    )
    materialise(con, "record_cluster", f"SELECT unique_id AS record, cluster_id AS cluster FROM {found.physical_name}")
    conflicts = _part_doubtful(con)
    for table in ("node", "edge"):
        empty(con, table)
    drop_tables(con, "__splink__clustering")
    return conflicts


def _part_doubtful(con: duckdb.DuckDBPyConnection) -> int:
    """Join the records of doubtful clusters again; how many of these held a conflict.

    Weights, not probabilities, decide: probabilities are all 1.0 beyond 53 bits.
    """
    materialise(con, "doubtful", load_sql("linkage", "doubtful"))
    records = fetch_table(con, "SELECT * FROM doubtful ORDER BY record")
    if not records.num_rows:
        return 0
    pairs = fetch_table(con, load_sql("linkage", "doubtful_pair"))
    numbers = records["record"].to_numpy()
    left, right = (np.searchsorted(numbers, pairs[side].to_numpy()) for side in ("record_l", "record_r"))
    smallest = join_on_average(left, right, pairs["weight"].to_numpy(), records["single_source"].to_numpy())
    load_table(con, "parted", pa.table({"record": numbers, "cluster": numbers[smallest]}))
    con.execute(
        "UPDATE record_cluster SET cluster = parted.cluster FROM parted WHERE record_cluster.record = parted.record"
    )
    ((conflicts,),) = con.execute("SELECT count(DISTINCT cluster) FILTER (in_conflict) FROM doubtful").fetchall()
    return int(conflicts)


def cluster_table(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """``record_cluster`` ordered by record."""
    return fetch_table(con, "SELECT record, cluster FROM record_cluster ORDER BY record")
