"""More threads are faster and change nothing: not one pair, weight or person."""

import duckdb
import pytest

from governance.warehouse import connect, fetch_table, load_sql, materialise, one_thread
from linkage import pairs
from linkage.link import link, scored_pairs
from tests.lib.linkage import LINKAGE, deliveries, index_of

_FACTS = (
    *("birth_year", "birth_month", "birth_day", "birth_swapped", "sex", "postcode", "postcode_sector"),
    *("postcode_district", "nhs_number", "phone", "email", "uprn", "birth_place", "occupation", "forenames_listed"),
)

_VIEW_PAIRS = f"""
SELECT
    n % 60000 AS record_l,
    60000 + n % 60000 AS record_r,
    (n // 60000)::SMALLINT AS rule,
    0::TINYINT AS variant_l,
    0::TINYINT AS variant_r,
    (hash(n) % 1001)::SMALLINT AS forename,
    CASE WHEN n % 7 > 0 THEN (hash(n + 1) % 1001)::SMALLINT END AS surname,
    (hash(n + 2) % 1001)::SMALLINT AS swapped,
    {", ".join(f"hash(n, {place}) % 3 = 0 AS {name}" for place, name in enumerate(_FACTS))}
FROM range(480000) AS t (n)
"""


def evidence(threads: int, order: str):
    """``pair`` of made-up pairs of views, eight to a pair of records and several row groups of them."""
    with connect(threads=threads) as con:
        con.execute(load_sql("linkage", "macro"))
        materialise(con, "view_pair", f"{_VIEW_PAIRS} ORDER BY {order}")
        materialise(con, "narrow_pair", load_sql("linkage", "narrow_pair"))
        materialise(con, "pair", load_sql("linkage", "pair"))
        return fetch_table(con, "SELECT * FROM pair ORDER BY record_l, record_r")


def test_evidence_does_not_depend_on_the_order_in_which_views_are_added():
    """Two threads take views in any order; sums of whole numbers are the same."""
    assert evidence(2, "hash(n)").equals(evidence(1, "n"))


def test_one_and_two_threads_link_alike():
    """The model to the last digit, every pair, and every person."""
    found = [link(connect(threads=threads, lock=False), deliveries(), LINKAGE) for threads in (1, 2)]

    one, two = found
    assert one.model.digest == two.model.digest
    assert one.expected_matches == two.expected_matches
    assert scored_pairs(one).equals(scored_pairs(two))
    assert index_of(one).table.equals(index_of(two).table)


def test_rules_taken_in_parts_link_alike(monkeypatch):
    """However few views are compared at a time: the model to the last digit, every pair, and every person."""
    whole = link(connect(lock=False), deliveries(), LINKAGE)
    monkeypatch.setattr(pairs, "VIEWS_AT_A_TIME", 200)
    monkeypatch.setattr(pairs, "KEYS_AT_A_TIME", 500)
    parted = link(connect(lock=False), deliveries(), LINKAGE)

    assert parted.model.digest == whole.model.digest
    assert scored_pairs(parted).equals(scored_pairs(whole))
    assert index_of(parted).table.equals(index_of(whole).table)


COUNTS = {0: 3, 1: 0, 2: 40, 3: 5, 4: 6, 7: 21}
"""Views by rule."""


def test_rules_are_taken_together_up_to_a_size_and_large_ones_in_parts():
    """Each rule is in one batch, or in all parts of a number of parts that is a power of two."""
    found = list(pairs.batches(COUNTS, 10))

    assert found == [
        pairs.Batch(0, 1),
        *(pairs.Batch(2, 2, part, 4) for part in range(4)),
        pairs.Batch(3, 3),
        pairs.Batch(4, 4),
        *(pairs.Batch(7, 7, part, 4) for part in range(4)),
    ]
    assert list(pairs.batches(COUNTS, 100)) == [pairs.Batch(0, 7)]
    assert list(pairs.batches({}, 10)) == []


def test_training_has_one_thread_and_gives_the_others_back():
    """Also where the block fails."""
    con = connect(threads=2, lock=False)
    with pytest.raises(duckdb.CatalogException, match="missing_1"), one_thread(con):
        con.execute(f"SELECT 1 FROM missing_{threads_of(con)}")

    assert threads_of(con) == 2


def threads_of(con):
    """How many threads a warehouse works with."""
    ((number,),) = con.execute("SELECT current_setting('threads')").fetchall()
    return number
