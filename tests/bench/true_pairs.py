"""Every true pair of the synthetic ICS with the ethnic group of its person, and which of them a method found."""

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from governance.warehouse import fetch_table, load_table
from linkage.evaluate import evaluate
from tests.bench.scores import Found
from tests.bench.sets import BenchSet

_TRUE_PAIR = """
CREATE TABLE true_pair AS
SELECT
    l.person,
    person.ethnic_group,
    person.ever_homeless = 'yes' AS ever_homeless,
    l.source AS source_l,
    r.source AS source_r,
    -- Record ids are 62 random bits: no two alike in any two sources, so the smaller comes first.
    l.record_id AS record_id_l,
    r.record_id AS record_id_r
FROM truth AS l
INNER JOIN truth AS r ON l.person = r.person AND l.record_id < r.record_id
INNER JOIN person ON l.person = person.person
ORDER BY record_id_l, record_id_r
"""

_FOUND = """
SELECT coalesce(max(scored.probability) >= $threshold, FALSE) AS found
FROM true_pair
LEFT JOIN scored
    ON true_pair.record_id_l = least(scored.record_id_l, scored.record_id_r)
    AND true_pair.record_id_r = greatest(scored.record_id_l, scored.record_id_r)
GROUP BY true_pair.record_id_l, true_pair.record_id_r
ORDER BY true_pair.record_id_l, true_pair.record_id_r
"""

_JOINED = """
SELECT coalesce(l.person_id = r.person_id, FALSE) AS joined
FROM true_pair
LEFT JOIN person_index AS l ON true_pair.source_l = l.source AND true_pair.record_id_l = l.record_id
LEFT JOIN person_index AS r ON true_pair.source_r = r.source AND true_pair.record_id_r = r.record_id
ORDER BY true_pair.record_id_l, true_pair.record_id_r
"""


def true_pairs(bench: BenchSet) -> tuple[duckdb.DuckDBPyConnection, pd.DataFrame]:
    """The pairs in a fixed order: person, ethnic_group, ever_homeless, both sources and record ids."""
    con = duckdb.connect()
    load_table(con, "truth", bench.truth())
    load_table(con, "person", pa_csv.read_csv(bench.folder / "made" / "truth" / "person.csv"))
    con.execute(_TRUE_PAIR)
    return con, con.sql("SELECT * FROM true_pair ORDER BY record_id_l, record_id_r").df()


def found_pairs(con: duckdb.DuckDBPyConnection, scored: pa.Table, threshold: float) -> "pd.Series[bool]":
    """For every pair of :func:`true_pairs`, in its order, whether it is scored at the threshold or above."""
    load_table(con, "scored", scored)
    return fetch_table(con, _FOUND, {"threshold": threshold})["found"].to_pandas()


def joined_pairs(con: duckdb.DuckDBPyConnection, index: pa.Table) -> "pd.Series[bool]":
    """For every pair of :func:`true_pairs`, in its order, whether both records are in one person."""
    load_table(con, "person_index", index)
    return fetch_table(con, _JOINED)["joined"].to_pandas()


def best_threshold(bench: BenchSet, found: Found) -> float:
    """The probability of best F1 over all pairs; needs the truth."""
    truth = bench.truth()
    index = truth.rename_columns({"person": "person_id"})
    return evaluate(index, found.scored, truth, bench.linkage.threshold_probability).best_threshold
