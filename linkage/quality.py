"""How well each record could be linked: one row a record, no groups; the analysis zone adds those.

Where two sources wrote down the same verified NHS number, linkage knows a true pair without being told. Hiding the
number from rules and weights shows whether that pair would still have been found: an estimate of missed links that
needs no labels. The other way round, pairs that would be joined without the number and hold two different ones are
false links. Both speak for records with a number only.
"""

import math

import duckdb
import pyarrow as pa

from governance.contracts import RECORD_QUALITY, check_table
from governance.settings import Linkage
from governance.warehouse import fetch_table, load_sql
from linkage.kin import KINDS, NUMBER, kin_ratios
from linkage.model import Model


def record_quality(
    con: duckdb.DuckDBPyConnection, threshold_probability: float, linkage: Linkage, model: Model
) -> pa.Table:
    """Table ``record_quality`` from what linkage left in ``con``.

    Args:
        con: Holds what :func:`linkage.link.link` made.
        threshold_probability: At or above it, pairs are joined.
        linkage: Whether the NHS number is compared, and alone a rule; without both there are no reference pairs.
        model: What an NHS number that agrees, or differs, weighs.

    Returns:
        See contract ``record_quality``. A pair counts at both of its records. Reference columns are NULL where not
        every pair with one number is compared: those that are would be the ones that are found.
    """
    params = {"threshold": threshold_probability, **hidden_number(linkage, model)}
    return check_table(fetch_table(con, load_sql("linkage", "record_quality"), params), RECORD_QUALITY)


def known_pairs(quality: pa.Table) -> dict[str, list[int]]:
    """By source: pairs that one NHS number shows to be true, and how many are found without it.

    Sources without such pairs are left out.

    Args:
        quality: From :func:`record_quality`.
    """
    wanted = ("reference_pairs", "reference_found")
    sums = quality.group_by("source").aggregate([(name, "sum") for name in wanted]).sort_by("source").to_pylist()
    counts = {row["source"]: [row[f"{name}_sum"] or 0 for name in wanted] for row in sums}
    return {source: found for source, found in counts.items() if found[0]}


def hidden_number(linkage: Linkage, model: Model) -> dict[str, float | bool]:
    """What is to be taken off a pair's weight to hide the NHS number, and whether there are reference pairs at all.

    Against strangers and against kin an agreeing, or differing, number weighs differently.
    """
    compared = NUMBER in linkage.compare
    agree, differ = (model.weight(NUMBER, level) if compared else 0.0 for level in (1, 0))
    kin = kin_ratios(model.m, model.u)[KINDS[0]].get(NUMBER, {}) if compared else {}
    agree_kin, differ_kin = (math.log2(kin.get(level, 1.0)) for level in (1, 0))
    alone = any(rule.components == [NUMBER] for rule in linkage.rules)
    return {
        "agree_bits": agree,
        "differ_bits": differ,
        "agree_kin_bits": agree_kin,
        "differ_kin_bits": differ_kin,
        "has_reference": compared and alone,
    }


def link_counts(con: duckdb.DuckDBPyConnection, threshold_probability: float) -> dict[str, object]:
    """Counts of records, pairs and people for the restricted linkage report; no record among them."""
    query = con.execute
    pairs = query(load_sql("linkage", "pair_count"), {"threshold": threshold_probability}).fetchall()
    views = query(load_sql("linkage", "view_count")).fetchall()
    sizes = query(load_sql("linkage", "cluster_size")).fetchall()
    weights = query(load_sql("linkage", "weight_histogram")).fetchall()
    dropped = query(load_sql("linkage", "dropped_block")).fetchall()
    ((twins, namesakes),) = query(load_sql("linkage", "held_back"), {"threshold": threshold_probability}).fetchall()
    return {
        "pairs": {f"{a}|{b}": {"compared": compared, "linked": linked} for a, b, compared, linked in pairs},
        "records": {source: records for source, records, *_ in views},
        "no_view": {source: none for source, _, none, _, _ in views},
        "one_view": {source: one for source, _, _, one, _ in views},
        "linked_records": {source: linked for source, _, _, _, linked in views},
        "cluster_sizes": {str(size): people for size, people in sizes},
        "weight_histogram": [[low, pairs] for low, pairs in weights],
        "held_back": {"twins": twins, "namesakes": namesakes},
        "large_blocks_dropped": {rule: [blocks, records] for rule, blocks, records in dropped},
    }
