"""Which views are compared: SQL and plain Python give one meaning."""

from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.contracts import VIEW
from governance.warehouse import connect, load_sql, load_table, materialise
from linkage import pairs
from linkage.pairs import find_blocks

SINGLE = {0: True, 1: False, 2: True}
"""By source: whether it keeps one record a person."""
CAP = 3
VIEWS = st.tuples(st.integers(0, 2), st.integers(1, 4), st.integers(0, 1), st.integers(0, 1), st.integers(7, 8))
"""Source, record of the source, variant, rule, block."""


@pytest.fixture(scope="module")
def con():
    """A warehouse for all examples."""
    made = connect(threads=1)
    single = {"source_no": pa.array(list(SINGLE), pa.int8()), "one_record_per_person": list(SINGLE.values())}
    load_table(made, "source", pa.table(single))
    return made


def load_views(con, views):
    """Tables ``view`` and ``record``."""
    rows = [
        {"source_no": source, "record_id": 10 * source + own, "rule": rule, "block": block, "place": place}
        for place, (source, own, _, rule, block) in enumerate(sorted(views))
    ]
    kinds = {"source_no": pa.int8(), "place": pa.int32()}
    fields = [
        *(VIEW.schema.field(name) for name in ("record_id", "rule", "block")),
        *map(pa.field, kinds, kinds.values()),
    ]
    load_table(con, "view", pa.Table.from_pylist(rows, schema=pa.schema(fields)))
    materialise(con, "record", "SELECT DISTINCT source_no, record_id, record_id AS record FROM view")


def expected(views):
    """Size of each block that can make a pair, in records."""
    records = {}
    for source, own, _, rule, block in views:
        records.setdefault((rule, block), set()).add((source, own))
    return {place: len(held) for place, held in records.items() if any(map(may_be_one, combinations(sorted(held), 2)))}


def may_be_one(pair):
    """Whether two records are compared at all."""
    (source, _), (other, _) = pair
    return source != other or not SINGLE[source]


@settings(deadline=None, max_examples=60)
@given(views=st.sets(VIEWS, max_size=30))
def test_blocks_that_can_make_a_pair_are_found_and_those_over_the_cap_set_aside(con, views):
    """Every block with two records that might be one person, and none besides; the cap counts records, not views."""
    load_views(con, views)

    find_blocks(con, CAP)

    wanted = expected(views)
    found = {(rule, block): records for rule, block, records in con.execute("SELECT * FROM block").fetchall()}
    assert found.keys() == wanted.keys()
    # Where a block is under the cap whichever way it is counted, it is not counted a second time.
    assert {place: found[place] for place in found if found[place] > CAP} == {
        p: n for p, n in wanted.items() if n > CAP
    }
    assert set(con.execute("FROM large_block").fetchall()) == {place for place, size in wanted.items() if size > CAP}


@settings(deadline=None, max_examples=30)
@given(views=st.sets(VIEWS, max_size=30), most=st.sampled_from([1, 4, 100]))
def test_blocks_are_the_same_however_few_are_counted_at_a_time(con, views, most):
    """Rule by rule, part by part, or all at once."""
    load_views(con, views)
    find_blocks(con, CAP)
    wanted = con.execute("FROM block ORDER BY ALL").fetchall()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "KEYS_AT_A_TIME", most)
        find_blocks(con, CAP)

    assert con.execute("FROM block ORDER BY ALL").fetchall() == wanted


@settings(deadline=None, max_examples=60)
@given(views=st.sets(VIEWS, max_size=30))
def test_views_kept_are_those_in_blocks_under_the_cap(con, views):
    """All views of such blocks and no others, each under its record's number."""
    load_views(con, views)
    find_blocks(con, CAP)

    materialise(con, "kept", load_sql("linkage", "kept_place"), {"max_block_records": CAP})

    small = {place for place, size in expected(views).items() if size <= CAP}
    wanted = [
        (place, source, 10 * source + own)
        for place, (source, own, _, rule, block) in enumerate(sorted(views))
        if (rule, block) in small
    ]
    assert con.execute("SELECT place, source_no, record FROM kept ORDER BY ALL").fetchall() == wanted
