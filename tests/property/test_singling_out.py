"""Singling out: the SQL agrees with counting by hand, and knowing more never makes anybody less unique."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.singling_out import measure_singling_out
from governance.contracts import ADDRESS_SPELL, EVENT, PERSON, PERSON_INDEX, RECORD_PERSON
from governance.settings import Policy
from governance.warehouse import connect, load_table

_DAY = date(2026, 1, 1)

PEOPLE = st.lists(
    st.tuples(
        st.sampled_from([1950, 1951, None]),
        st.sampled_from(["female", "male"]),
        st.sampled_from(["white", None]),
        st.sampled_from(["english", "other", None]),
        st.sampled_from(["E01", "E02"]),
        st.lists(st.integers(0, 4), max_size=6),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def con():
    """One warehouse for all examples."""
    with connect() as made:
        yield made


def measured(con, people, homes=(), before=(), told_by="address_spell"):
    """The shares of people given as (birth year, sex, ethnic group, first language, area, days).

    ``homes`` holds the home of each, ``before`` a person's place in the list, another home that dated addresses, or
    some record, tell of them, and of a dated address how many days after the first they moved in.
    """
    names = [f"p{number:03}" for number in range(len(people))]
    facts = {
        "person_id": names,
        "birth_year": [one[0] for one in people],
        "sex": [one[1] for one in people],
        "ethnic_group": [one[2] for one in people],
        "first_language": [one[3] for one in people],
        "small_area": [one[4] for one in people],
    }
    events = [(name, _DAY + timedelta(days=day)) for name, one in zip(names, people, strict=True) for day in one[5]]
    _load(con, "person", PERSON, facts | {"household": homes or [None] * len(people)}, len(people))
    _load(con, "event", EVENT, {"person_id": [e[0] for e in events], "start": [e[1] for e in events]}, len(events))
    if any(homes):
        _load_homes(con, [(names[number], *told) for number, *told in before], told_by)
    return measure_singling_out(con)


def _load_homes(con, told, told_by):
    """Further homes of people, as the table ``told_by`` tells them."""
    rows, nobody = len(told), {"person_id": [], "household": [], "valid_from": [], "record_id": [], "source": []}
    all_of = {
        "person_id": [name for name, *_ in told],
        "household": [home for _, home, *_ in told],
        "valid_from": [_DAY + timedelta(days=since[0]) if since else None for _, _, *since in told],
        "record_id": list(range(rows)),
        "source": ["other"] * rows,
    }
    by_record = told_by == "record_person"
    spells, records = (nobody, all_of) if by_record else (all_of, nobody)
    _load(con, "address_spell", ADDRESS_SPELL, spells, 0 if by_record else rows)
    _load(con, "person_index", PERSON_INDEX, records, rows if by_record else 0)
    _load(con, "record_person", RECORD_PERSON, records, rows if by_record else 0)
    con.execute("ALTER TABLE record_person ADD COLUMN source VARCHAR DEFAULT 'other'")


def _load(con, name, contract, columns, rows):
    arrays = [pa.array(columns.get(one, [None] * rows), kind) for one, kind in contract.columns.items()]
    load_table(con, name, pa.Table.from_arrays(arrays, schema=contract.schema))


def by_hand(people, known):
    """How many people fit each person: alike, and with every known day."""
    return [
        sum(other[:5] == one[:5] and days <= set(other[5]) for other in people)
        for one, days in zip(people, known, strict=True)
    ]


def share(counts, fits):
    """A share of all people to a thousandth."""
    return round(sum(map(fits, counts)) / len(counts), 3) if counts else 0.0


@settings(deadline=None, max_examples=25)
@given(PEOPLE)
def test_without_dates_it_is_counting_people_alike(con, people):
    """Missing is a value like others."""
    counts = by_hand(people, [set() for _ in people])

    assert measured(con, people)["attributes"] == {
        "unique": share(counts, lambda n: n == 1),
        "under_5": share(counts, lambda n: n < 5),
    }


@settings(deadline=None, max_examples=25)
@given(PEOPLE)
def test_with_all_of_at_most_three_dates_it_is_counting_too(con, people):
    """Where nobody has more than three different days, both ways of choosing know all of them."""
    few = [(*one[:5], sorted(set(one[5]))[:3]) for one in people]
    counts = by_hand(few, [set(one[5]) for one in few])
    found = measured(con, few)

    assert found["three_dates"] == found["three_rarest_dates"]
    assert found["three_dates"]["unique"] == share(counts, lambda n: n == 1)
    assert found["three_dates"]["under_5"] == share(counts, lambda n: n < 5)


@settings(deadline=None, max_examples=25)
@given(PEOPLE)
def test_knowing_more_singles_out_no_fewer(con, people):
    """Dates only ever add to what is known."""
    found = measured(con, people)

    for more in ("three_dates", "three_rarest_dates"):
        for what in ("unique", "under_5"):
            assert found[more][what] >= found["attributes"][what]


def test_a_day_told_twice_is_one_day(con):
    """Two events on one day are one thing to know."""
    alike = (1950, "female", "white", "english", "E01")

    assert measured(con, [(*alike, [1, 1, 1]), (*alike, [1])])["three_rarest_dates"]["unique"] == 0.0
    assert measured(con, [(*alike, [1, 2]), (*alike, [1])])["three_rarest_dates"]["unique"] == 0.5


@pytest.mark.parametrize(
    ("people_in_an_area", "unique", "under_5", "below_the_ceilings"),
    [(1600, 0.158, 0.332, True), (320, 0.431, 0.969, False)],
    ids=["lsoa", "output area"],
)
def test_the_ceilings_part_small_areas_from_very_small_ones(
    con, people_in_an_area, unique, under_5, below_the_ceilings
):
    """Ninety birth years alike, two sexes; ethnic groups and languages of the 2021 census of England and Wales."""
    draw, people = np.random.default_rng(1), 80_000
    groups = draw.choice(["white", "asian", "black", "mixed", "other"], people, p=[0.817, 0.093, 0.040, 0.029, 0.021])
    facts = {
        "person_id": [f"p{number}" for number in range(people)],
        "birth_year": draw.integers(1930, 2020, people),
        "sex": draw.choice(["female", "male"], people),
        "ethnic_group": groups,
        "first_language": draw.choice(["english", "other", "sign_language"], people, p=[0.911, 0.0886, 0.0004]),
        "small_area": [f"E{number // people_in_an_area}" for number in range(people)],
    }
    _load(con, "person", PERSON, facts, people)
    _load(con, "event", EVENT, {}, 0)

    found, policy = measure_singling_out(con)["attributes"], Policy()

    assert found["unique"] == pytest.approx(unique, abs=0.01)
    assert found["under_5"] == pytest.approx(under_5, abs=0.015)
    assert (found["unique"] <= policy.max_unique_people) == below_the_ceilings
    assert (found["under_5"] <= policy.max_under_5_people) == below_the_ceilings


# --- what the home token adds -----------------------------------------------------------------------------


def by_hand_at_home(people, homes, own, mates):
    """How many people fit each: by ``own`` of themself, and by the bag of ``mates`` of everybody at their home."""

    def told(one):
        at_home = [mates(people[mate]) for mate, home in enumerate(homes) if home == homes[one] is not None]
        return own(people[one]), sorted(map(str, at_home)) if homes[one] is not None else None

    every = [told(one) for one in range(len(people))]
    return [every.count(one) for one in every]


def attributes(one):
    """The five."""
    return one[:5]


def seen(one):
    """Sex, and the ten years of birth."""
    return (one[0] and one[0] // 10, one[1])


RUNGS = {
    "seen_home_size": (seen, lambda _: 0),
    "seen_home_seen": (seen, seen),
    "home_size": (attributes, lambda _: 0),
    "home_seen": (attributes, seen),
    "home_attributes": (attributes, attributes),
}
HOMES = st.lists(st.sampled_from([1, 2, 3, 4, None]), min_size=25, max_size=25)


@settings(deadline=None, max_examples=12)
@given(PEOPLE.filter(len), HOMES)
def test_homes_are_counted_as_by_hand(con, people, homes):
    """Each rung; and of one home a person the graph tells no more than what everybody at home is like."""
    homes = homes[: len(people)]
    found = measured(con, people, homes)
    if not any(homes):
        assert "home_graph" not in found
        return

    for rung, (own, mates) in RUNGS.items():
        counts = by_hand_at_home(people, homes, own, mates)
        assert found[rung]["unique"] == share(counts, lambda n: n == 1), rung
        assert found[rung]["under_5"] == share(counts, lambda n: n < 5), rung
    assert found["home_graph"] == found["home_attributes"]


def test_two_homes_of_one_size_part_by_who_is_in_them(con):
    """Four women alike in two homes hide each other; a man instead of one of them gives his home away."""
    ann, ben = (1950, "female", "white", "english", "E01", []), (1950, "male", "white", "english", "E01", [])

    alike = measured(con, [ann, ann, ann, ann], [1, 1, 2, 2])
    assert (alike["home_size"]["unique"], alike["home_graph"]["unique"]) == (0.0, 0.0)

    parted = measured(con, [ann, ann, ann, ben], [1, 1, 2, 2])
    assert parted["attributes"]["unique"] == parted["home_size"]["unique"] == 0.25
    assert parted["seen_home_seen"]["unique"] == parted["home_attributes"]["unique"] == 0.5


@pytest.mark.parametrize("told_by", ["address_spell", "record_person"])
def test_another_home_tells_who_else_somebody_lived_with(con, told_by):
    """Three pairs alike; of one person an earlier address, or another source, tells the home of a second pair."""
    ann = (1950, "female", "white", "english", "E01", [])
    homes = [1, 1, 2, 2, 3, 3]

    assert measured(con, [ann] * 6, homes)["home_graph"]["unique"] == 0.0
    found = measured(con, [ann] * 6, homes, before=[(0, 2)], told_by=told_by)
    assert found["home_attributes"]["unique"] == 0.0
    # who moved, and whom they live with now; the two they left look alike, and so do the two who know nothing of it
    assert found["home_graph"]["unique"] == pytest.approx(2 / 6, abs=0.001)


def test_the_days_of_moves_tell_who_came_when(con):
    """Three pairs alike: two moved in together on one day, of the third one came a week later than the other."""
    ann = (1950, "female", "white", "english", "E01", [])
    homes = [1, 1, 2, 2, 3, 3]
    together = [(0, 1, 0), (1, 1, 0), (2, 2, 0), (3, 2, 0), (4, 3, 0)]

    assert "home_moves" not in measured(con, [ann] * 6, homes)
    alike = measured(con, [ann] * 6, homes, before=[*together, (5, 3, 0)])
    assert (alike["home_graph"]["unique"], alike["home_moves"]["unique"]) == (0.0, 0.0)
    found = measured(con, [ann] * 6, homes, before=[*together, (5, 3, 7)])
    assert found["home_graph"]["unique"] == 0.0
    assert found["home_moves"]["unique"] == pytest.approx(2 / 6, abs=0.001)


@settings(deadline=None, max_examples=12)
@given(
    PEOPLE.filter(lambda people: len(people) > 2),
    HOMES,
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=5),
)
def test_days_hide_nobody(con, people, homes, moves):
    """Whoever knows the days besides tells no fewer people apart."""
    found = measured(con, people, [1, *homes[1 : len(people)]], before=moves)

    assert found["home_moves"]["unique"] >= found["home_graph"]["unique"]
    assert found["home_moves"]["under_5"] >= found["home_graph"]["under_5"]


def test_nobody_is_nobody(con):
    """A zone without people exposes nobody."""
    assert measured(con, [])["attributes"] == {"unique": 0.0, "under_5": 0.0}
