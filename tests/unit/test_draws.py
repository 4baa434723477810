"""Linkage draws: pairs in doubt are joined as often as their probability says, and every draw is a whole population."""

import math
from itertools import combinations, pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.warehouse import connect, fetch_table, materialise
from linkage.cluster import cluster
from linkage.doubt import Doubt
from linkage.draws import DRAWS, draw_links
from linkage.redraw import Piece, _joined_otherwise, differences, part_of
from linkage.settled import settled
from tests.lib.linkage import clustered

THRESHOLD = 0.5


def bits(probability):
    """A match probability as a weight."""
    return math.log2(probability / (1 - probability))


def drawn(records, pairs, single=(), draws=DRAWS, threshold=THRESHOLD):
    """Draws of records (source, id), joined by pairs with these weights in bits; and who is whom as linked."""
    con = connect(threads=1, lock=False)
    clustered(con, dict.fromkeys(records, 0), single)
    number = {key: place for place, key in enumerate(sorted(records), 1)}
    con.execute("CREATE TABLE scored_pair (record_l BIGINT, record_r BIGINT, weight DOUBLE, probability DOUBLE)")
    for (a, b), weight in pairs.items():
        values = [*sorted((number[a], number[b])), weight, 1 / (1 + 2.0**-weight)]
        con.execute("INSERT INTO scored_pair VALUES (?, ?, ?, ?)", values)
    cluster(con, threshold)
    materialise(con, "cluster_person", "SELECT DISTINCT cluster, 'p' || cluster AS person_id FROM record_cluster")
    linked = fetch_table(con, "SELECT record, 'p' || cluster AS person_id FROM record_cluster ORDER BY record")
    of_record = dict(zip(sorted(records), linked["person_id"].to_pylist(), strict=True))
    return draw_links(con, threshold, draws=draws), of_record


def populations(found, of_record, draws=DRAWS):
    """The people of each draw, as sets of records."""
    people = {}
    for record, person in of_record.items():
        people.setdefault(person, set()).add(record)
    new = {}
    for row in found.drawn_person.to_pylist():
        new.setdefault(row["person_id"], set()).add((row["source"], row["record_id"]))
    worlds = []
    changes = found.linkage_draw.to_pylist()
    for draw in range(draws):
        mine = [row for row in changes if row["draw"] == draw]
        gone = {row["person_id"] for row in mine if not row["is_there"]}
        worlds.append(
            [records for person, records in people.items() if person not in gone]
            + [new[row["person_id"]] for row in mine if row["is_there"]]
        )
    return worlds


A, B, C = ("a", 1), ("b", 1), ("c", 1)


@pytest.mark.parametrize("probability", [0.1, 0.4, 0.7, 0.95])
def test_a_pair_is_joined_as_often_as_its_probability_says(probability):
    """Within four standard errors over 2,000 draws."""
    found, of_record = drawn([A, B], {(A, B): bits(probability)}, draws=2_000)

    joined = sum({A, B} in world for world in populations(found, of_record, 2_000)) / 2_000

    assert joined == pytest.approx(probability, abs=4 * math.sqrt(probability * (1 - probability) / 2_000))


def test_pairs_beyond_doubt_are_the_same_in_every_draw():
    """Sure and hopeless pairs alone leave nothing to draw."""
    found, _ = drawn([A, B, C], {(A, B): 20, (B, C): -20})

    assert found.records_in_doubt == found.linkage_draw.num_rows == found.drawn_person.num_rows == 0


def test_nobody_at_all_is_no_error():
    """Without a pair there are no draws, and the tables keep their columns."""
    found, _ = drawn([A, B], {})

    assert found.linkage_draw.column_names == ["draw", "person_id", "is_there"]


def test_a_source_that_keeps_one_record_a_person_does_so_in_every_draw():
    """Two records of one such source compete for a third: no draw gives it to both."""
    weak, strong = ("a", 1), ("a", 2)
    found, of_record = drawn([weak, strong, B], {(weak, B): bits(0.8), (strong, B): bits(0.9)}, single="a")

    worlds = populations(found, of_record)

    assert not any({weak, strong} <= person for world in worlds for person in world)
    assert any({weak, B} in world for world in worlds)
    assert any({strong, B} in world for world in worlds)


def test_the_order_of_pairs_changes_nothing():
    """The same pairs the other way round give the same tables."""
    pairs = {(A, B): bits(0.6), (B, C): bits(0.3), (A, C): bits(0.2)}

    first, _ = drawn([A, B, C], pairs)
    turned, _ = drawn([C, B, A], dict(reversed(pairs.items())))

    assert first.linkage_draw.equals(turned.linkage_draw)
    assert first.drawn_person.equals(turned.drawn_person)


RECORDS = [(source, number) for source in "abc" for number in (1, 2, 3)]
WEIGHTS = st.floats(-12, 12).map(lambda weight: round(weight, 3))


# Records of a source that keeps one a person are never compared with each other.
PAIRS = [(one, other) for one, other in combinations(RECORDS, 2) if not one[0] == other[0] == "a"]


@settings(max_examples=20, deadline=None)
@given(weights=st.dictionaries(st.sampled_from(PAIRS), WEIGHTS))
def test_every_draw_holds_every_record_once(weights):
    """People of a draw share no record, leave none out, and hold one record of a source that keeps one a person."""
    found, of_record = drawn(RECORDS, weights, single="a", draws=8)

    for world in populations(found, of_record, 8):
        assert sorted(record for person in world for record in person) == RECORDS
        assert all(sum(source == "a" for source, _ in person) <= 1 for person in world)


@given(weights=st.dictionaries(st.sampled_from(PAIRS), WEIGHTS), single=st.sampled_from(["", "a", "ab"]))
def test_what_a_draw_cannot_change_need_not_be_joined_again(weights, single):
    """Row for row what joining every component again in every draw gives."""
    found, _ = drawn(RECORDS, weights, single=single, draws=16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "linkage.redraw._joined_otherwise",
            lambda part, joined: np.ones((len(joined), len(part.averaged)), np.bool_),
        )
        everything, _ = drawn(RECORDS, weights, single=single, draws=16)

    assert found.linkage_draw.equals(everything.linkage_draw)
    assert found.drawn_person.equals(everything.drawn_person)


@given(
    weights=st.dictionaries(st.sampled_from(PAIRS), WEIGHTS),
    single=st.sampled_from(["", "a", "ab"]),
    threshold=st.sampled_from([0.2, THRESHOLD, 0.95, 0.999]),
)
def test_what_every_draw_joins_may_be_joined_once(weights, single, threshold):
    """Row for row what joining single records in every draw gives."""
    found, _ = drawn(RECORDS, weights, single=single, draws=16, threshold=threshold)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linkage.settled._joined_in_all", lambda doubt, *_: np.arange(len(doubt.component)))
        by_record, _ = drawn(RECORDS, weights, single=single, draws=16, threshold=threshold)

    assert found.linkage_draw.equals(by_record.linkage_draw)
    assert found.drawn_person.equals(by_record.drawn_person)


def test_what_cancels_on_paper_cancels_however_it_is_added_up(monkeypatch):
    """A bit more for one pair and a bit less for another, whose weights were equal and opposite: a mean of nothing."""
    doubt = Doubt(
        component=np.zeros(3, np.int64),
        person=np.zeros(3, np.int64),
        single_source=np.array([0, 1, 2]),
        left=np.array([0, 0, 1]),
        right=np.array([1, 2, 2]),
        weight=np.array([12.2, 3.3, -3.3]),
        unsure=np.array([False, True, True]),
    )
    chance = np.tile([2 / 3, 1 / 3], (4, 1))
    at_once = differences(Piece(part_of(doubt, chance[0], 0.0), 0, chance), 0.0)
    monkeypatch.setattr("linkage.settled._joined_in_all", lambda doubt, *_: np.arange(len(doubt.component)))
    by_record = differences(Piece(part_of(doubt, chance[0], 0.0), 0, chance), 0.0)

    assert [one.tolist() for one in at_once.new] == [one.tolist() for one in by_record.new]
    assert [one.tolist() for one in at_once.missing] == [one.tolist() for one in by_record.missing]


def test_most_records_are_settled():
    """Four records of one person who agree well and one in doubt: two groups are drawn, not five records."""
    doubt = Doubt(
        component=np.zeros(5, np.int64),
        person=np.zeros(5, np.int64),
        single_source=np.array([0, 1, 2, 3, 4]),
        left=np.array([0, 0, 0, 1, 1, 2, 3]),
        right=np.array([1, 2, 3, 2, 3, 3, 4]),
        weight=np.array([20.0, 21, 22, 23, 24, 25, 1]),
        unsure=np.arange(7) == 6,
    )

    known = settled(doubt, np.array([5.0]), 0.0)
    bits, joined = known.unsure.drawn(np.array([[5.0], [-4.0], [-3.0], [-5.0]]), 0.0)

    assert known.of_record.tolist() == [0, 0, 0, 0, 1]
    assert known.groups.size.tolist() == [4, 1]
    assert known.inside.tolist() == [6, 0]
    assert (known.between.bits.tolist(), known.between.linked.tolist()) == ([1.0], [1])
    assert bits.tolist() == [[5.0], [-4.0], [-3.0], [-5.0]]
    assert joined.tolist() == [[0], [-1], [-1], [-1]]


def test_only_those_are_joined_again_whom_a_draw_can_change():
    """Two people of one component, and a third record that is joined to one of them or not: the other is left alone."""
    doubt = Doubt(
        component=np.zeros(5, np.int64),
        person=np.array([0, 0, 1, 1, 0]),
        single_source=np.full(5, -1),
        left=np.array([0, 2, 0, 0, 1]),
        right=np.array([1, 3, 2, 4, 4]),
        weight=np.array([20.0, 20.0, -5.0, 2.0, 9.0]),
        unsure=np.array([False, False, True, True, False]),
    )
    part = part_of(doubt, np.array([0.6, 0.6]), 0.0)
    other = part.cluster[part.known.of_record[2]]
    _, joined = part.known.unsure.drawn(np.array([[1.0, 1.0], [1.0, -3.0], [6.0, 1.0]]), 0.0)

    wanted = _joined_otherwise(part, joined)

    assert wanted[0].tolist() == [False, False]
    assert wanted[1].tolist() == [number != other for number in range(2)]
    assert wanted[2].tolist() == [True, True]


@pytest.mark.parametrize(("noise", "is_settled"), [(5.0, True), (12.0, False)])
def test_who_might_agree_better_with_another_is_not_settled(noise, is_settled):
    """Two who agree surely are joined beforehand, unless some draw lets one of them agree better with a third."""
    doubt = Doubt(
        component=np.zeros(3, np.int64),
        person=np.zeros(3, np.int64),
        single_source=np.array([0, 1, 0]),
        left=np.array([0, 1]),
        right=np.array([1, 2]),
        weight=np.array([14.0, 4.0]),
        unsure=np.array([False, True]),
    )

    known = settled(doubt, np.array([noise]), 0.0)

    assert (known.of_record[0] == known.of_record[1]) == is_settled


def test_what_all_draws_join_is_joined_before_a_few_are_drawn_at_a_time(monkeypatch):
    """A chain of forty, every second pair sure, three draws at a time: row for row what all at once give."""
    records = [("b", number) for number in range(1, 41)]
    pairs = {(one, other): bits(0.6 if place % 2 else 0.999) for place, (one, other) in enumerate(pairwise(records))}
    whole, _ = drawn(records, pairs)
    monkeypatch.setattr("linkage.draws._AT_ONCE", 3 * 20)

    found, _ = drawn(records, pairs)

    assert found.linkage_draw.equals(whole.linkage_draw)
    assert found.drawn_person.equals(whole.drawn_person)


def test_large_components_are_drawn_in_parts_alike(monkeypatch):
    """Working on few records at a time gives as many changes: parts are whole components."""
    records = [(source, number) for source in "ab" for number in range(1, 60)]
    pairs = {(("a", n), ("b", n)): bits(0.5) for n in range(1, 60)}
    monkeypatch.setattr("linkage.draws._AT_ONCE", 1_000)

    found, of_record = drawn(records, pairs)
    joined = [sum(len(person) == 2 for person in world) for world in populations(found, of_record)]

    assert np.mean(joined) == pytest.approx(59 / 2, abs=4 * math.sqrt(59 / 4 / DRAWS))
    assert pa.compute.max(found.linkage_draw["draw"]).as_py() == DRAWS - 1


def test_one_component_too_large_for_all_draws_at_once_gives_the_same_draws(monkeypatch):
    """A chain of forty records in doubt, seven draws at a time: row for row what all two hundred at once give."""
    records = [("b", number) for number in range(1, 41)]
    pairs = {(one, other): bits(0.6) for one, other in pairwise(records)}
    whole, of_record = drawn(records, pairs)
    monkeypatch.setattr("linkage.draws._AT_ONCE", 7 * len(records))

    found, same = drawn(records, pairs)

    assert same == of_record
    assert whole.linkage_draw.num_rows > 1_000
    assert found.linkage_draw.equals(whole.linkage_draw)
    assert found.drawn_person.equals(whole.drawn_person)
