"""Held, not merged: a newcomer's record that alone would make one person of two established ones."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from governance.warehouse import connect, load_table
from linkage.bridges import Held, hold_bridges
from linkage.cluster import cluster, cluster_table
from tests.lib.linkage import clustered, previous_index

A1, A2, B1, B2 = ("gp", 1), ("police", 1), ("gp", 2), ("police", 2)
NEW, OTHER = ("housing", 8), ("housing", 9)
TWO_PEOPLE = {A1: "ann", A2: "ann", B1: "ben", B2: "ben"}
BOTH = {(A1, A2): 20.0, (B1, B2): 20.0}
BRIDGE = {(pair[0], NEW): 30.0 for pair in ((A1,), (A2,), (B1,), (B2,))}


def people(records, pairs, before, threshold=0.95):
    """Who is joined with whom, and what was held: records, {pair: bits}, {record: earlier id}."""
    con = connect(threads=1, lock=False)
    clustered(con, dict.fromkeys(records, 0))
    number = {key: place for place, key in enumerate(sorted(records), 1)}
    ends = np.sort(np.array([[number[a], number[b]] for a, b in pairs], np.int64).reshape(-1, 2), axis=1)
    bits = np.array(list(pairs.values()), np.float64)
    load_table(
        con,
        "scored_pair",
        pa.table({"record_l": ends[:, 0], "record_r": ends[:, 1], "weight": bits, "probability": 1 / (1 + 2.0**-bits)}),
    )
    cluster(con, threshold)
    held = hold_bridges(con, previous_index(before), threshold)
    found: dict[int, set] = {}
    for key, row in zip(sorted(records), cluster_table(con).to_pylist(), strict=True):
        found.setdefault(row["cluster"], set()).add(key)
    return sorted(found.values(), key=sorted), held


def test_a_planted_record_merges_nobody():
    """It looks like two people at once, more so than they look like themselves: without the hold all are one."""
    records = [A1, A2, B1, B2, NEW]

    merged, _ = people(records, BOTH | BRIDGE, {})
    apart, held = people(records, BOTH | BRIDGE, TWO_PEOPLE)

    assert merged == [set(records)]
    assert apart == [{A1, A2}, {B1, B2}, {NEW}]
    assert held == Held(records=1, people=2)


def test_it_stays_held_next_month():
    """Then it is no newcomer any more, but somebody by itself, which is no reason to merge the two either."""
    apart, held = people([A1, A2, B1, B2, NEW], BOTH | BRIDGE, TWO_PEOPLE | {NEW: "new"})

    assert apart == [{A1, A2}, {B1, B2}, {NEW}]
    assert held.records == 1


def test_two_planted_records_cover_for_each_other_in_vain():
    """Neither is needed while the other is there, and they tie the two people only through each other."""
    side_by_side = BOTH | BRIDGE | {(key, OTHER): bits for (key, _), bits in BRIDGE.items()}
    chained = BOTH | {(A1, NEW): 30.0, (A2, NEW): 30.0, (NEW, OTHER): 30.0, (B1, OTHER): 30.0, (B2, OTHER): 30.0}

    assert people([A1, A2, B1, B2, NEW, OTHER], side_by_side, TWO_PEOPLE)[0] == [{A1, A2}, {B1, B2}, {NEW}, {OTHER}]
    merged, _ = people([A1, A2, B1, B2, NEW, OTHER], chained | {(NEW, B1): 9.0, (NEW, B2): 9.0}, {})
    apart, held = people([A1, A2, B1, B2, NEW, OTHER], chained | {(NEW, B1): 9.0, (NEW, B2): 9.0}, TWO_PEOPLE)
    assert merged == [{A1, A2, B1, B2, NEW, OTHER}]
    assert apart == [{A1, A2}, {B1, B2}, {NEW, OTHER}]
    assert held == Held(records=2, people=2)


def test_people_whose_own_records_agree_are_merged():
    """A record that arrives beside them is no bridge: who married is one person once her records say so."""
    joined, held = people([A1, A2, B1, B2, NEW], BOTH | BRIDGE | {(A1, B1): 20.0, (A2, B2): 20.0}, TWO_PEOPLE)

    assert joined == [{A1, A2, B1, B2, NEW}]
    assert held == Held(0, 0)


def test_who_was_one_record_is_taken_in():
    """Nobody established is merged: a third service's record may tie a single record to a person."""
    before = {A1: "ann", A2: "ann", B1: "ben"}

    joined, held = people(
        [A1, A2, B1, NEW], {(A1, A2): 20.0, (A1, NEW): 30.0, (A2, NEW): 30.0, (B1, NEW): 30.0}, before
    )

    assert joined == [{A1, A2, B1, NEW}]
    assert held == Held(0, 0)


def test_a_newcomer_of_one_of_them_joins_that_one():
    """Only what ties two people is held; another record of one of them joins as ever."""
    apart, held = people(
        [A1, A2, B1, B2, NEW, OTHER], BOTH | BRIDGE | {(A1, OTHER): 20.0, (A2, OTHER): 20.0}, TWO_PEOPLE
    )

    assert apart == [{A1, A2, OTHER}, {B1, B2}, {NEW}]
    assert held.records == 1


def test_a_first_month_holds_nobody():
    """Nobody is established yet."""
    assert people([A1, A2, B1, B2, NEW], BOTH | BRIDGE, {})[1] == Held(0, 0)


RECORDS = [(source, number) for source in ("gp", "housing", "police") for number in range(1, 5)]
PAIRS = [(a, b) for place, a in enumerate(RECORDS) for b in RECORDS[place + 1 :]]


@given(
    pairs=st.dictionaries(st.sampled_from(PAIRS), st.sampled_from([6.0, 12.0, 25.0]), max_size=20),
    before=st.dictionaries(st.sampled_from(RECORDS), st.sampled_from(["p", "q", "r"])),
)
def test_no_newcomer_alone_ever_merges_the_established(pairs, before):
    """With the newcomers taken away, established people who are one person are joined by their own records still."""
    found, _ = people(RECORDS, pairs, before)

    tied = _names_joined(pairs, before)
    for members in found:
        names = [before[key] for key in members if key in before]
        strong = {name for name in names if names.count(name) > 1}
        assert len({tied[name] for name in strong}) <= 1


def _names_joined(pairs, before):
    """Earlier people, and which are tied by pairs between records of earlier people of two records or more."""
    root = {name: name for name in before.values()}
    many = {name for name in root if list(before.values()).count(name) > 1}

    def top(name):
        return name if root[name] == name else top(root[name])

    for a, b in pairs:
        if before.get(a) in many and before.get(b) in many:
            root[top(before[a])] = top(before[b])
    return {name: top(name) for name in root}


def test_a_changed_record_of_an_established_person_is_not_held():
    """A known limit: what somebody already has speaks for them, whatever it says now."""
    joined, held = people([A1, A2, B1, B2], BOTH | {(A1, B1): 30.0, (A1, B2): 30.0}, TWO_PEOPLE)

    assert joined == [{A1, A2, B1, B2}]
    assert held == Held(0, 0)
