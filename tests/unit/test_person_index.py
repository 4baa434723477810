"""Person ids: opaque, and lasting as long as the person does."""

import numpy as np
import pyarrow as pa
import pytest

from governance.contracts import PERSON_INDEX
from governance.errors import ExtractError, InternalError
from governance.pseudonym import person_ids, record_ids
from governance.warehouse import connect
from linkage.person_index import LEFT, Previous, build_person_index
from tests.lib.linkage import KID, PERSON_KEY, clustered, previous_index


def built(clusters, previous=None, key=PERSON_KEY, gone=None):
    """The index of hand-made clusters: {(source, record id): cluster}."""
    con = connect(threads=1)
    clustered(con, clusters)
    return build_person_index(con, key, KID, Previous(previous_index(previous), gone) if previous is not None else None)


def ids_of(index):
    """Person id by (source, record id)."""
    return {(row["source"], row["record_id"]): row["person_id"] for row in index.table.to_pylist()}


def changes_of(index):
    """Changes as (before, after, records, reason)."""
    return [tuple(row.values()) for row in index.changes.to_pylist()]


FIRST = {("a", 10): 1, ("b", 20): 1, ("a", 11): 2, ("b", 21): 3}
"""10 and 20 are one person; 11 and 21 two others."""


def test_records_of_a_cluster_share_an_id():
    """One id a cluster, in the shape that names its key, every record once, in order."""
    index = built(FIRST)
    ids = ids_of(index)

    assert index.table.schema.equals(PERSON_INDEX.schema)
    assert list(ids) == sorted(FIRST)
    assert ids["a", 10] == ids["b", 20]
    assert len(set(ids.values())) == index.persons == 3
    assert all(len(person) == 35 and person.startswith(f"p1_{KID}_") for person in ids.values())
    assert changes_of(index) == []


def test_first_ids_are_those_of_the_smallest_record():
    """A person is named at birth by a keyed PRF of the smallest record pseudonym, whatever the cluster's number."""
    ids = ids_of(built(FIRST))
    renumbered = ids_of(built({record: cluster + 40 for record, cluster in FIRST.items()}))

    assert [ids["a", 10], ids["a", 11], ids["b", 21]] == person_ids(np.array([10, 11, 21]), PERSON_KEY, KID)
    assert renumbered == ids


def test_ids_are_opaque():
    """Another key gives other ids, and no id tells of the record number it was made from."""
    ids, others = ids_of(built(FIRST)), ids_of(built(FIRST, key=PERSON_KEY.subkey("other")))

    assert not set(ids.values()) & set(others.values())


def test_nothing_new_changes_nothing():
    """The same people next month have the same ids, and there is no change to report."""
    before = ids_of(built(FIRST))

    again = built(FIRST, before)

    assert ids_of(again) == before
    assert changes_of(again) == []


def test_a_smaller_record_that_joins_does_not_rename_the_person():
    """Someone who turns up at another service with a smaller pseudonym keeps their id."""
    before = ids_of(built(FIRST))

    after = built(FIRST | {("c", 5): 1}, before)

    assert ids_of(after)["c", 5] == before["a", 10]
    assert changes_of(after) == []


def test_a_record_that_leaves_takes_no_id_along():
    """The record that named a person may be withdrawn: the others keep the id."""
    before = ids_of(built(FIRST))

    after = built({("b", 20): 1, ("a", 11): 2, ("b", 21): 3}, before)

    assert ids_of(after) == {key: person for key, person in before.items() if key != ("a", 10)}
    assert changes_of(after) == [(before["a", 10], None, 1, LEFT)]


def test_whoever_leaves_leaves_one_reason():
    """Everyone whose records are gone has one line and one reason, and nothing of them is kept."""
    before = ids_of(built(FIRST))

    after = built({("b", 21): 3}, before)

    assert sorted(changes_of(after)) == sorted([(before["a", 10], None, 2, LEFT), (before["a", 11], None, 1, LEFT)])
    assert after.previous.to_pylist() == [{"source": "b", "record_id": 21, "person_id": before["b", 21]}]


def test_a_period_runs_again_after_the_last_was_destroyed():
    """With what it kept of the last period's ids a run gives the same people, ids and changes."""
    before = ids_of(built(FIRST | {("c", 9): 2, ("d", 1): 9}))
    clusters = {("a", 10): 1, ("b", 20): 4, ("a", 11): 3, ("b", 21): 3}
    first = built(clusters, before)

    kept = {(row["source"], row["record_id"]): row["person_id"] for row in first.previous.to_pylist()}
    again = built(clusters, kept, gone=first.changes)

    assert {reason for *_, reason in changes_of(first)} == {"split", "merged", LEFT}
    assert again.table.equals(first.table)
    assert again.changes.equals(first.changes)
    assert again.previous.equals(first.previous)


def test_a_record_that_comes_back_has_its_id_again():
    """A delivery that lacked a record is put right: the person is who they were."""
    before = ids_of(built(FIRST))
    without = built({("a", 10): 1, ("b", 20): 1, ("a", 11): 2}, before)
    kept = {(row["source"], row["record_id"]): row["person_id"] for row in without.previous.to_pylist()}

    assert ids_of(built(FIRST, kept, gone=without.changes)) == before


def test_a_merge_is_reported():
    """Two people found to be one carry the id of the larger; the other's is reported as merged."""
    before = ids_of(built(FIRST))

    after = built({("a", 10): 1, ("b", 20): 1, ("a", 11): 1, ("b", 21): 3}, before)

    assert after.persons == 2
    assert set(ids_of(after).values()) == {before["a", 10], before["b", 21]}
    assert changes_of(after) == [(before["a", 11], before["a", 10], 1, "merged")]


def test_a_split_is_reported_and_the_larger_part_keeps_the_id():
    """A person found to be two: most records keep the id, the rest get a new one, reported as split."""
    before = ids_of(built({("a", 10): 1, ("b", 20): 1, ("c", 30): 1}))

    after = built({("a", 10): 2, ("b", 20): 1, ("c", 30): 1}, before)

    ids = ids_of(after)
    assert ids["b", 20] == ids["c", 30] == before["a", 10]
    assert changes_of(after) == [(before["a", 10], ids["a", 10], 1, "split")]


def test_a_new_id_is_never_one_that_someone_had():
    """The record that named a person splits off: its own id is taken, so it gets another."""
    before = ids_of(built({("a", 10): 1, ("b", 20): 1, ("c", 30): 1}))
    own = person_ids(np.array([10]), PERSON_KEY, KID)[0]
    assert before["a", 10] == own

    ids = ids_of(built({("a", 10): 2, ("b", 20): 1, ("c", 30): 1}, before))

    assert ids["a", 10] not in before.values()
    assert ids["b", 20] == own


def test_a_record_may_split_off_again_and_again():
    """Each time the record that named a person splits off it gets an id that nobody has."""
    first = person_ids(np.array([10]), PERSON_KEY, KID)[0]
    before = {("b", 20): first}

    for others in range(21, 24):
        ids = ids_of(built({("a", 10): 1} | {key: n for n, key in enumerate(before, 2)}, before))
        assert ids["a", 10] not in before.values()
        before[("b", others)] = ids["a", 10]


def test_a_record_that_has_used_up_its_ids_stops_the_run(monkeypatch):
    """Rather than give two people one id the run stops, and says what to do."""
    monkeypatch.setattr("linkage.person_index.MAX_SPLITS", 1)
    before = {("b", 20): person_ids(np.array([10]), PERSON_KEY, KID)[0]}

    with pytest.raises(InternalError) as raised:
        built({("a", 10): 1, ("b", 20): 2}, before)

    assert raised.value.code == "E-PSEUDONYM"


def test_ties_are_resolved_the_same_way_every_time():
    """Two halves of equal size: one keeps the id, the same one again."""
    before = ids_of(built({("a", 10): 1, ("b", 20): 1}))

    once = ids_of(built({("a", 10): 1, ("b", 20): 2}, before))
    turned = ids_of(built({("b", 20): 2, ("a", 10): 1}, before))

    assert once == turned
    assert list(once.values()).count(before["a", 10]) == 1


def test_records_swap_between_two_people():
    """Each cluster keeps the id it shares most records with, and every record that moved is told of."""
    clusters = {("a", 1): 1, ("a", 2): 1, ("a", 3): 1, ("b", 4): 2, ("b", 5): 2, ("b", 6): 2}
    before = ids_of(built(clusters))

    after = built(clusters | {("a", 3): 2, ("b", 6): 1}, before)

    one, two = before["a", 1], before["b", 4]
    assert [ids_of(after)[key] for key in (("a", 1), ("a", 3), ("b", 4), ("b", 6))] == [one, two, two, one]
    assert sorted(changes_of(after)) == sorted([(one, two, 1, "split"), (two, one, 1, "split")])


def test_ids_belong_to_records_of_a_source():
    """A pseudonym that also stands in another source is another record: it takes no id from there."""
    before = ids_of(built({("a", 10): 1}))

    after = ids_of(built({("a", 10): 1, ("b", 10): 2}, before))

    assert after["a", 10] == before["a", 10] != after["b", 10]


# ---------------------------------------------------------------------------------------------------- pseudonyms


def test_record_pseudonyms_are_equal_for_equal_ids_only():
    """One id, one pseudonym, in every row; other ids, other keys, other pseudonyms."""
    local = pa.chunked_array([["a1", "a2"], ["a1", "A1", "", "a1 "]])

    found = record_ids(local, PERSON_KEY, source="clinic")
    other = record_ids(local, PERSON_KEY.subkey("x"), source="clinic")

    assert found.dtype == np.int64
    assert found[0] == found[2]
    assert len(set(found.tolist())) == 5
    assert not set(found.tolist()) & set(other.tolist())


def test_no_records_have_no_pseudonyms():
    """An extract without rows is no error here."""
    assert len(record_ids(pa.chunked_array([], pa.string()), PERSON_KEY, source="clinic")) == 0


def test_two_ids_under_one_pseudonym_stop_the_run(monkeypatch):
    """A clash is refused with the source named and no id in the message."""
    monkeypatch.setattr("governance.pseudonym.cbc_mac", lambda blocks, key: np.zeros((len(blocks), 2), np.uint64))

    with pytest.raises(ExtractError) as raised:
        record_ids(pa.chunked_array([["ada-1", "ada-2"]]), PERSON_KEY, source="clinic")

    assert raised.value.code == "E-PSEUDONYM"
    assert "clinic" in str(raised.value)
    assert "ada" not in str(raised.value)


def test_equal_person_ids_stop_the_run(monkeypatch):
    """Two people under one id would be counted as one."""
    monkeypatch.setattr("governance.pseudonym.cbc_mac", lambda rows, key: np.zeros((len(rows), 2), np.uint64))

    with pytest.raises(InternalError, match="not unique"):
        person_ids(np.array([1, 2]), PERSON_KEY, KID)
