"""Joining: connected components, parted where single pairs chain strangers or a source gives two records."""

import numpy as np
import pyarrow as pa
import pytest

from governance.warehouse import connect, fetch_table, load_table
from linkage.cluster import cluster, cluster_table
from linkage.groups import UNSEEN_BITS
from linkage.joining import join_on_average
from tests.lib.linkage import clustered

A, B, C = ("a", 1), ("b", 1), ("c", 1)


def joined(records, pairs, single=(), threshold=0.95):
    """Records by person, and how many people were parted: from pairs of records and their weights in bits."""
    con = connect(threads=1, lock=False)
    clustered(con, dict.fromkeys(records, 0), single)
    number = {key: place for place, key in enumerate(sorted(records), 1)}
    rows = [(*sorted((number[a], number[b])), weight) for (a, b), weight in pairs.items()]
    con.execute("CREATE TABLE scored_pair (record_l BIGINT, record_r BIGINT, weight DOUBLE, probability DOUBLE)")
    for left, right, weight in rows:
        values = [left, right, weight, 1 / (1 + 2.0**-weight)]
        con.execute("INSERT INTO scored_pair VALUES (?, ?, ?, ?)", values)
    parted = cluster(con, threshold)
    people = {}
    for key, row in zip(sorted(records), cluster_table(con).to_pylist(), strict=True):
        people.setdefault(row["cluster"], set()).add(key)
    return sorted(people.values(), key=sorted), parted


def test_records_are_joined_through_others():
    """A with B and B with C is one person; a pair under the threshold joins nobody, and D stays alone."""
    d = ("d", 1)

    people, parted = joined([A, B, C, d], {(A, B): 20, (B, C): 8, (C, d): 4})

    assert people == [{A, B, C}, {d}]
    assert parted == 0


def test_the_threshold_itself_joins():
    """A pair exactly at the threshold probability is joined."""
    assert joined([A, B], {(A, B): 0.0}, threshold=0.5)[0] == [{A, B}]
    assert joined([A, B], {(A, B): -0.001}, threshold=0.5)[0] == [{A}, {B}]


def test_no_pairs_leave_everyone_alone():
    """Without a scored pair every record is a person."""
    assert joined([A, B], {}) == ([{A}, {B}], 0)


def test_two_records_of_a_single_source_are_two_people():
    """The stronger weight keeps the third record, also where both probabilities are 1.0 (weights 60 and 80)."""
    weak, strong = ("a", 1), ("a", 2)

    assert 1 / (1 + 2.0**-60) == 1 / (1 + 2.0**-80) == 1.0
    assert joined([weak, strong, B], {(weak, B): 60, (strong, B): 80}, single="a") == ([{weak}, {strong, B}], 1)
    assert joined([weak, strong, B], {(weak, B): 80, (strong, B): 60}, single="a") == ([{weak, B}, {strong}], 1)


def test_one_record_each_of_two_single_sources_is_no_conflict():
    """Two sources that keep one record a person may each have one of this person: nobody is parted."""
    assert joined([A, B, C], {(A, B): 20, (B, C): 20}, single="abc") == ([{A, B, C}], 0)


def test_the_same_records_of_another_source_are_one_person():
    """Where a source may hold a person twice, two of its records may be one."""
    assert joined([("a", 1), ("a", 2), B], {(("a", 1), B): 60, (("a", 2), B): 80}) == ([{("a", 1), ("a", 2), B}], 0)


def test_ties_go_to_the_first_record_every_time():
    """Equal weights are resolved by record number, not by the order of rows."""
    one, two = ("a", 1), ("a", 2)
    pairs = {(one, B): 60, (two, B): 60}

    first = joined([one, two, B], pairs, single="a")
    turned = joined([B, two, one], dict(reversed(pairs.items())), single="a")

    assert first == turned == ([{one, B}, {two}], 1)


def test_a_conflict_through_a_chain_is_parted_at_its_weakest_link():
    """Two records of one source four links apart: the chain breaks where the evidence is thinnest."""
    one, two = ("a", 1), ("a", 2)
    chain = {(one, B): 30, (B, C): 9, (C, ("d", 1)): 25, (("d", 1), two): 20}

    people, parted = joined([one, two, B, C, ("d", 1)], chain, single="a")

    assert people == [{one, B}, {two, C, ("d", 1)}]
    assert parted == 1


def test_only_the_cluster_in_conflict_is_touched():
    """A conflict here changes nothing there, and parted people keep a cluster number of their own record."""
    elsewhere = [("b", 7), ("c", 7)]
    one, two = ("a", 1), ("a", 2)

    people, parted = joined([one, two, B, *elsewhere], {(one, B): 60, (two, B): 59, tuple(elsewhere): 10}, single="a")

    assert people == [{one, B}, {two}, set(elsewhere)]
    assert parted == 1


@pytest.mark.parametrize("single", ["", "a", "ab", "abc"])
def test_every_record_is_in_one_person(single):
    """However conflicts fall, nobody is lost and nobody is in two places."""
    records = [(source, n) for source in "abc" for n in (1, 2)]
    pairs = {(x, y): 10 + i for i, (x, y) in enumerate(zip(records, records[2:], strict=False))}

    people, _ = joined(records, pairs, single=single)

    assert sorted(key for person in people for key in person) == records


def test_joining_names_people_after_their_smallest_record():
    """A parted cluster keeps the number of its smallest record, so no two parts share one."""
    left, right = np.array([2, 1, 0]), np.array([3, 2, 3])

    joined = join_on_average(left, right, np.array([9.0, 8.0, 7.0]), np.array([0, 0, -1, -1]))

    assert joined.tolist() == [0, 1, 1, 1]


def test_one_pair_does_not_chain_two_people():
    """Two people of eleven records each, one false pair between them: that pair is not worth 121 unseen ones."""
    people = [[("x", n) for n in range(11)], [("y", n) for n in range(11)]]
    within = {(a, b): 12 for one in people for a in one for b in one if a < b}

    assert joined([*people[0], *people[1]], within | {(("x", 5), ("y", 5)): 10})[0] == [set(one) for one in people]
    assert 10 + 120 * UNSEEN_BITS < 0


def test_evidence_against_parts_what_a_bridge_joins():
    """A record that one of two likes and the other rejects goes with whom it agrees with most."""
    pairs = {(A, B): 25, (B, C): 6, (A, C): -30}

    assert joined([A, B, C], pairs)[0] == [{A, B}, {C}]
    assert joined([A, B, C], pairs | {(A, C): -3})[0] == [{A, B, C}]


def test_more_sources_than_bits_of_a_word():
    """Sources are told apart by their number also beyond 63."""
    sources = np.array([130, 130, 67, 4])

    joined = join_on_average(np.array([0, 1, 0]), np.array([2, 2, 3]), np.array([9.0, 8.0, 7.0]), sources)

    assert joined.tolist() == [0, 1, 0, 0]


def test_pairs_that_are_all_linked_are_left_alone():
    """Where every two records of a cluster are linked there is no doubt, and nothing is joined again."""
    con = connect(threads=1, lock=False)
    clustered(con, {A: 0, B: 0, C: 0})
    rows = [(1, 2, 9.0, 0.99), (1, 3, 9.0, 0.99), (2, 3, 9.0, 0.99)]
    load_table(
        con,
        "scored_pair",
        pa.table(dict(zip(("record_l", "record_r", "weight", "probability"), zip(*rows, strict=True), strict=True))),
    )

    assert cluster(con, 0.95) == 0
    assert fetch_table(con, "SELECT * FROM doubtful").num_rows == 0
    assert set(cluster_table(con)["cluster"].to_pylist()) == {1}


def test_clustering_only_reads_what_it_is_given():
    """The tables of records, sources and pairs are afterwards as they were."""
    con = connect(threads=1, lock=False)
    clustered(con, {A: 0, B: 0})
    pair = {"record_l": [1], "record_r": [2], "weight": [9.0], "probability": [0.99]}
    load_table(con, "scored_pair", pa.table(pair))
    names = ("source", "record", "scored_pair")
    before = [fetch_table(con, f"SELECT * FROM {name}") for name in names]

    cluster(con, 0.95)

    assert [fetch_table(con, f"SELECT * FROM {name}") for name in names] == before
