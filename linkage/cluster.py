"""Records joined into people: connected components, and at most one record from sources that keep one a person."""

from collections import defaultdict

import duckdb
import pyarrow as pa
from splink import DuckDBAPI
from splink.clustering import cluster_pairwise_predictions_at_threshold

from governance.warehouse import fetch_table, load_sql, load_table, materialise


def cluster(con: duckdb.DuckDBPyConnection, threshold_probability: float) -> int:
    """Create ``record_cluster`` (record, cluster) from ``scored_pair`` and ``record``.

    Args:
        con: The linkage warehouse.
        threshold_probability: Pairs at or above it are joined.

    Returns:
        How many people were first made of two records of a one-record-a-person source, and then parted.
    """
    materialise(con, "node", "SELECT record AS unique_id FROM record ORDER BY record")
    edges = "SELECT record_l AS unique_id_l, record_r AS unique_id_r, weight FROM scored_pair"
    materialise(con, "edge", f"{edges} WHERE probability >= $threshold", {"threshold": threshold_probability})
    api = DuckDBAPI(connection=con)
    found = cluster_pairwise_predictions_at_threshold(
        api.register("node"), api.register("edge"), api, node_id_column_name="unique_id"
    )
    materialise(con, "record_cluster", f"SELECT unique_id AS record, cluster_id AS cluster FROM {found.physical_name}")
    return _part_conflicts(con)


def _part_conflicts(con: duckdb.DuckDBPyConnection) -> int:
    """Part clusters that hold two records of a source which says they are two people.

    Strongest weights join first, and no join may bring two such records together. Weights, not probabilities,
    decide: probabilities are all 1.0 beyond 53 bits.
    """
    materialise(con, "conflict", load_sql("linkage", "conflict"))
    parted: int = con.execute("SELECT count(DISTINCT cluster) FROM conflict").fetchall()[0][0]
    if not parted:
        return 0
    rows = con.execute("SELECT record, source_no, one_record_per_person FROM conflict ORDER BY record").fetchall()
    edges = con.execute(
        "SELECT unique_id_l, unique_id_r FROM edge SEMI JOIN conflict ON edge.unique_id_l = conflict.record"
        " ORDER BY weight DESC, unique_id_l, unique_id_r"
    ).fetchall()
    joined = join_strongest_first({r: s if single else None for r, s, single in rows}, edges)
    columns = {"record": list(joined), "cluster": list(joined.values())}
    load_table(con, "parted", pa.table(columns, schema=pa.schema(dict.fromkeys(columns, pa.int64()))))
    con.execute(
        "UPDATE record_cluster SET cluster = parted.cluster FROM parted WHERE record_cluster.record = parted.record"
    )
    return parted


def join_strongest_first(single_source: dict[int, int | None], edges: list[tuple[int, int]]) -> dict[int, int]:
    """Cluster of each record: Kruskal's algorithm, refusing joins that put two records of one source together.

    Only records of clusters in conflict come here, a small share; hence plain Python.

    Args:
        single_source: Every record, with its source if that keeps one record a person.
        edges: Pairs of those records, strongest first.
    """
    cluster_of = {record: record for record in single_source}
    members: dict[int, list[int]] = {record: [record] for record in single_source}
    sources: dict[int, set[int]] = defaultdict(set)
    for record, source in single_source.items():
        if source is not None:
            sources[record].add(source)
    for left, right in edges:
        a, b = cluster_of[left], cluster_of[right]
        if a == b or sources[a] & sources[b]:
            continue
        small, large = sorted((a, b), key=lambda c: len(members[c]))
        for record in members.pop(small):
            cluster_of[record] = large
            members[large].append(record)
        sources[large] |= sources.pop(small, set())
    smallest = {cluster: min(records) for cluster, records in members.items()}
    return {record: smallest[cluster] for record, cluster in cluster_of.items()}


def cluster_table(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """``record_cluster`` ordered by record."""
    return fetch_table(con, "SELECT record, cluster FROM record_cluster ORDER BY record")
