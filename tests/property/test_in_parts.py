"""Property: what is asked of one part of the people after another is what is asked of all at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts import analysis, counts
from governance.in_parts import in_parts, parts_for
from governance.warehouse import connect, fetch_table, materialise, settle
from tests.lib.whole import run, versions


@pytest.mark.parametrize(("people", "parts"), [(0, 1), (1, 1), (50_000, 1), (50_001, 2), (1_500_000, 30)])
def test_parts_are_of_about_one_size(people, parts):
    """There is always one, and none holds many more than it should."""
    assert parts_for(people) == parts


rows = st.lists(st.tuples(st.sampled_from([f"person {n}" for n in range(9)]), st.integers(0, 99)), max_size=60)


@settings(max_examples=20, deadline=None)
@given(rows=rows, parts=st.integers(1, 12))
def test_sums_over_parts_are_the_sums(rows, parts):
    """Each person is in exactly one part, whatever table they stand in; a value reaches each part."""
    con = connect()
    con.execute("CREATE TABLE seen (person_id VARCHAR, n INTEGER)")
    con.execute("CREATE TABLE other (who VARCHAR, n INTEGER)")
    if rows:
        con.executemany("INSERT INTO seen VALUES (?, ?)", rows)
        con.executemany("INSERT INTO other VALUES (?, ?)", rows)
    query = """
        SELECT count(*) AS pairs, count(DISTINCT seen.person_id) AS people, coalesce(sum(seen.n + $more), 0) AS total
        FROM seen JOIN other ON other.who = seen.person_id
    """

    in_parts(con, "part", query, {"seen": "person_id", "other": "who"}, parts, {"more": 1})

    summed = con.execute("SELECT sum(pairs), sum(people), sum(total), count(*) FROM part").fetchone()
    assert summed == (*con.execute(query, {"more": 1}).fetchone(), parts)
    assert {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()} == {
        *("seen", "other", "part"),
    }


def test_a_period_counted_in_parts_has_the_same_digests(toy, monkeypatch):
    """Six parts of seven people, or one: packages, pages and intervals are byte for byte alike."""
    for step in (("pseudonymise", "gp_register"), ("pseudonymise", "housing"), ("link", ""), ("cohorts", "")):
        run(toy, *step)
    at_once = versions(toy)

    monkeypatch.setattr(analysis, "PART_PEOPLE", 7)
    monkeypatch.setattr(analysis, "PIECE", 50)
    asked = []
    monkeypatch.setattr(counts, "in_parts", lambda *given: asked.append(given[4]) or in_parts(*given))
    run(toy, "cohorts")

    assert asked[0] == 6
    assert versions(toy) == at_once
    assert len([name for name in at_once if "/cohorts/" in name or "/missed/" in name or "/measures/" in name]) == 3


def test_a_settled_warehouse_holds_the_same_in_less():
    """A table takes less than half of what it took before, and says the same."""
    con = connect()
    people = "SELECT md5(CAST(i % 5000 AS VARCHAR)) AS person_id, 'a kind' AS kind FROM range(300000) AS t (i)"
    materialise(con, "seen", people)
    asked, size = (
        "SELECT kind, count(*), min(person_id) FROM seen GROUP BY kind",
        "SELECT sum(memory_usage_bytes) FROM duckdb_memory()",
    )
    before, ((most,),) = fetch_table(con, asked), con.execute(size).fetchall()

    settle(con)

    assert fetch_table(con, asked).equals(before)
    assert con.execute(size).fetchall()[0][0] < 0.5 * most
