"""Property: records left alone are tried on people who may be theirs, as often as their weights say and no others."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.uncertainty.left_alone import _picked, times_tried, try_lone
from cohorts.uncertainty.missed_links import find_donors
from cohorts.uncertainty.partners import SHAPE_PAIR, SIZES, People, agreement
from governance.warehouse import connect, load_table

SOURCES = ("gp", "housing", "police")
SINGLE = {"gp": True, "housing": False, "police": False}
FEW = settings(max_examples=8, deadline=None)

record = st.tuples(st.sampled_from(SOURCES), st.booleans(), st.integers(3, 7))
person = st.tuples(
    st.lists(record, min_size=1, max_size=5),
    st.sampled_from([None, 1970, 1990]),
    st.sampled_from([None, "female", "male"]),
    st.sampled_from(["not recorded", "asian", "white"]),
)
populations = st.lists(person, min_size=1, max_size=14)


def warehouse(population):
    """The tables that intervals read, of people made of ``(records, birth year, sex, group)``."""
    records, people = [], []
    for number, (own, birth_year, sex, group) in enumerate(population):
        told = None if group == "not recorded" else group
        name = f"person {number:02}"
        people.append({"person_id": name, "birth_year": birth_year, "sex": sex, "ethnic_group": told, "district": None})
        seen = set()
        for source, has_number, fields in own:
            if source in seen and SINGLE[source]:
                continue
            seen.add(source)
            records.append({"person_id": name, "source": source, "record_id": len(records), "group": group}
                           | {"has_nhs_number": has_number, "fields_present": fields})  # fmt: skip
    con = connect()
    table = pa.Table.from_pylist(records)
    load_table(con, "person_index", table.select(["person_id", "source", "record_id"]))
    schema = pa.schema([("person_id", pa.string()), ("birth_year", pa.int64()), ("sex", pa.string())])
    schema = pa.schema([*schema, ("ethnic_group", pa.string()), ("district", pa.string())])
    load_table(con, "person", pa.Table.from_pylist(people, schema))
    none = pa.repeat(pa.scalar(0), table.num_rows)
    quality = table.select(["source", "record_id", "has_nhs_number", "fields_present"])
    load_table(
        con, "record_quality", quality.append_column("reference_pairs", none).append_column("reference_compared", none)
    )
    groups = [
        {"person_id": one["person_id"], "dimension": "ethnic_group", "group": one["ethnic_group"] or "not recorded"}
        for one in people
    ]
    load_table(con, "person_group", pa.Table.from_pylist(groups))
    return con, records


def tried(con):
    """The trials of a population, and a number for each draw."""
    return try_lone(con, find_donors(con), SINGLE, 50, np.random.default_rng(1))


@FEW
@given(populations)
def test_a_trial_is_one_lone_record_and_somebody_elses(population):
    """Its records are the two people's and no others; a source that has one record of each person gives no two."""
    con, records = warehouse(population)
    of = {}
    for one in records:
        of.setdefault(one["person_id"], []).append(one)
    found = tried(con)
    made = Counter((row["person_id"], row["source"], row["record_id"]) for row in found.people.to_pylist())

    for number, (own, other) in enumerate(zip(found.person_id.to_pylist(), found.with_id.to_pylist(), strict=True)):
        (lone,) = of[own]
        assert own != other
        assert not lone["has_nhs_number"]
        assert not (SINGLE[lone["source"]] and lone["source"] in {one["source"] for one in of[other]})
        for one in [lone, *of[other]]:
            made[f"tried:{number}", one["source"], one["record_id"]] -= 1
    assert not any(made.values())


@FEW
@given(populations)
def test_no_draw_misses_more_than_were_left_alone(population):
    """Each record in at most one trial of a draw, and those that nobody can have had in none."""
    con, records = warehouse(population)
    size = Counter(one["person_id"] for one in records)
    alone = sum(size[one["person_id"]] == 1 and not one["has_nhs_number"] for one in records)
    found = tried(con)

    taken = times_tried(found, np.random.default_rng(2)).toarray()

    assert found.stands_for.sum() == alone
    owners = np.array(found.person_id.to_pylist(), str)
    for own in set(owners):
        assert taken[:, owners == own].sum(axis=1).max() <= 1


def test_many_alike_are_stood_for_by_some(monkeypatch):
    """Of nine lone records alike two are tried: they stand for all nine, and nine at most are missed."""
    monkeypatch.setattr("cohorts.uncertainty.left_alone.MOST_LONE", 2)
    lone = ([("police", False, 3)], 1970, "male", "white")
    joined = ([("police", False, 3), ("gp", True, 7)], 1970, "male", "white")
    con, _ = warehouse([lone] * 9 + [joined] * 4)

    found = tried(con)
    taken = times_tried(found, np.random.default_rng(3)).sum(axis=1)

    assert sorted(found.stands_for) == [4, 5]
    assert 5 < taken.max() <= 9


weights = st.integers(1, 6).flatmap(
    lambda n: st.lists(
        st.tuples(st.lists(st.integers(0, 9), min_size=n, max_size=n), st.integers(1, 40)), min_size=1, max_size=6
    )
)


@given(weights, st.integers(0, 99))
def test_people_are_picked_as_evenly_as_can_be(rows, seed):
    """As often as their weight says, to within one; and nobody who has none."""
    worth, times = np.array([row for row, _ in rows], float), np.array([n for _, n in rows])

    row, column = _picked(worth, times, np.random.default_rng(seed))

    assert (np.diff(row) >= 0).all()
    for number, (mine, n) in enumerate(zip(worth, times, strict=True)):
        often = np.bincount(column[row == number], minlength=len(mine))
        wanted = n * mine / mine.sum() if mine.any() else np.zeros(len(mine))
        assert often.sum() == (n if mine.any() else 0)
        assert (np.abs(often - wanted) < 1 + 1e-6).all()
        assert not often[mine == 0].any()


@given(st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=1, max_size=20), st.sampled_from([0.75, 0.97]))
def test_what_agrees_speaks_for_and_what_does_not_speaks_against(there, often):
    """Silence says nothing; who says the same is likelier than whoever says otherwise."""
    said = np.array([str(one) for one in there])

    found = agreement(pa.chunked_array([["a", None]], pa.string()), pa.chunked_array([there], pa.string()), often)

    assert (found[1] == 1).all()
    assert (found[0, said == "None"] == 1).all()
    same, other = found[0, said == "a"], found[0, np.isin(said, ["b", "c"])]
    assert not same.size or not other.size or same.min() > other.max()


def test_what_is_rare_says_more():
    """That two were born in the year of few says more than that they are of one sex."""
    few, many = (
        agreement(pa.chunked_array([["a"]]), pa.chunked_array([["a"] * times + ["b"] * 90]), 0.9)[0, 0]
        for times in (1, 90)
    )

    assert few > 10 * many > 10


@FEW
@given(populations)
def test_sources_that_share_people_are_told_as_plain_python_tells_them(population):
    """Every pair: people whom joined records are joined to, over what their sizes alone have them, shrunk to one."""
    con, records = warehouse(population)
    of = {}
    for one in records:
        of.setdefault(one["person_id"], []).append(one["source"])

    def size(number):
        return sum(number >= step for step in SIZES) - 1

    found = People.of(con, SOURCES, SINGLE).pair

    for a, this in enumerate(SOURCES):
        rest = []  # the other records of each joined one's person
        for own in of.values():
            for at, source in enumerate(own):
                if source == this and len(own) > 1:
                    rest.append(own[:at] + own[at + 1 :])
        for b, other in enumerate(SOURCES):
            shared = sum(other in one for one in rest)
            expected = 0.0
            for one in rest:
                could = [own for own in of.values() if size(len(own)) == size(len(one))]
                could = [own for own in could if not (SINGLE[this] and this in own)]
                expected += sum(other in own for own in could) / max(len(could), 1)
            assert found[a, b] == pytest.approx((SHAPE_PAIR + shared) / (SHAPE_PAIR + expected))


def test_a_pair_of_sources_that_share_people_is_believed_as_more_are_seen():
    """Two people say little, two hundred a good deal: the same share, further from one."""

    def seen_by(*sources):
        return [(source, True, 7) for source in sources], None, None, "white"

    alone = [seen_by(source) for source in SOURCES]
    few, many = (
        People.of(
            warehouse([seen_by("housing", "police"), seen_by("gp", "police"), *alone] * times)[0], SOURCES, SINGLE
        )
        for times in (1, 100)
    )
    police, housing = SOURCES.index("police"), SOURCES.index("housing")

    assert 1 < few.pair[police, housing] < 1.3
    assert many.pair[police, housing] > 1.4
