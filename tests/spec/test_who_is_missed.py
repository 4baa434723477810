"""Spec: rates of missed and wrong links by group, from the hidden NHS number and from labels."""

from dataclasses import replace

import pyarrow as pa
import pytest

from cohorts.missed.interval import Share
from cohorts.missed.rates import DIMENSIONS, rates_by_number, rates_by_truth
from cohorts.missed.words import TITLES, no_rate, uncovered_sentence, worst_sentence
from tests.lib.missed import zone


def by(rates, dimension, group="all"):
    """The rates of one group."""
    (found,) = [one for one in rates if (one.dimension, one.group) == (dimension, group)]
    return found


def pairs_of_records(group, first, *, missed, found, number=True):
    """People with one known pair each, in two records; of the missed ones linkage would not have found it."""
    people, records = [], []
    for n in range(first, first + missed + found):
        people.append({"person_id": f"p{n}", "ethnic_group": group, "no_fixed_address": False})
        hit = int(n >= first + missed)
        known = {"reference_pairs": 1, "reference_compared": 1, "reference_found": hit, "blind_links": hit, "links": 1}
        rest = known if number else {"has_nhs_number": False}
        records += [{"source": s, "record_id": n, "person_id": f"p{n}", **rest} for s in ("gp", "ed")]
    return people, records


def world(*parts):
    """Several groups in one zone."""
    return zone([row for people, _ in parts for row in people], [row for _, records in parts for row in records])


@pytest.fixture(scope="module")
def rates():
    """Three groups: one missed often, one seldom, one that hardly has numbers; and a family of four records."""
    parts = [
        pairs_of_records("black", 100, missed=12, found=28),
        pairs_of_records("white", 200, missed=3, found=297),
        pairs_of_records("other", 600, missed=4, found=16),
        pairs_of_records("other", 700, missed=0, found=30, number=False),
        pairs_of_records("mixed", 800, missed=0, found=2),
    ]
    return rates_by_number(*world(*parts))


def test_a_pair_counts_once(rates):
    """It is seen from both of its records, and still is one pair."""
    black = by(rates, "ethnic_group", "black")

    assert (black.records, black.pairs, black.covered) == (80, 40, 1.0)
    assert black.missed.value == pytest.approx(12 / 40)
    assert by(rates, "all").pairs == 362


def test_a_group_that_is_not_half_covered_gets_no_rate(rates):
    """The few with a number are not like the others; what share they are is told."""
    other = by(rates, "ethnic_group", "other")

    assert other.covered == pytest.approx(0.4)
    assert (other.missed, other.wrong) == (None, None)
    assert no_rate(other) == "under half covered"
    assert "ethnic group other" in uncovered_sentence(rates)


def test_a_group_of_a_handful_is_small(rates):
    """Four records: not to be shown, and no rate."""
    mixed = by(rates, "ethnic_group", "mixed")

    assert mixed.is_small
    assert mixed.missed is None
    assert "fewer than 10" in no_rate(mixed)


def test_the_worst_group_is_named(rates):
    """With its rate, its interval and everyone's rate."""
    told = worst_sentence(rates)

    assert told.startswith("Missed most: ethnic group black.")
    assert "30.0% (" in told
    assert "against 5.2% among everyone" in told


def test_no_group_is_named_for_chance():
    """One missed in twenty against one in fifty proves nothing."""
    parts = [pairs_of_records("black", 0, missed=1, found=19), pairs_of_records("white", 100, missed=2, found=98)]

    assert worst_sentence(rates_by_number(*world(*parts))).startswith("No group is missed clearly more")


def test_every_dimension_is_there(rates):
    """Group, deprivation, age, sex, address, source and how many identifiers were filled, in the page's order."""
    seen = list(dict.fromkeys(one.dimension for one in rates))

    assert seen == list(DIMENSIONS) == list(TITLES)
    assert {one.group for one in rates if one.dimension == "source"} == {"ed", "gp"}
    assert {one.group for one in rates if one.dimension == "address"} == {"fixed address"}


def test_people_of_no_fixed_address_have_their_own_line():
    """Whatever else is known of them; a record that misses fields is counted by that too."""
    people = [{"person_id": "a", "no_fixed_address": True}, {"person_id": "b"}]
    records = [
        {"source": "gp", "record_id": 1, "person_id": "a", "fields_present": 7},
        {"source": "ed", "record_id": 1, "person_id": "a", "fields_present": 5},
        {"source": "ed", "record_id": 2, "person_id": "b", "fields_present": 4},
    ]
    rates = rates_by_number(*zone(people, records))

    assert by(rates, "address", "no fixed address").records == 2
    assert by(rates, "address", "not recorded").records == 1
    quality = {one.group: one.records for one in rates if one.dimension == "identifier_quality"}
    assert quality == {"all": 1, "one or two missing": 1, "three or more missing": 1}


def test_where_not_every_pair_is_compared_nothing_is_covered():
    """Linkage sends no reference pairs if no rule compares them all."""
    people, records = pairs_of_records("white", 0, missed=0, found=30)
    silent = dict.fromkeys(("reference_pairs", "reference_compared", "reference_found"))
    rates = rates_by_number(*zone(people, [{**row, **silent} for row in records]))

    assert (by(rates, "all").covered, by(rates, "all").missed) == (0.0, None)
    assert "No rate can be given" in worst_sentence(rates)


def test_wrong_links_are_those_of_two_numbers():
    """Pairs joined without the number, of which some hold two different ones; the model's own doubt beside them."""
    people, records = pairs_of_records("white", 0, missed=0, found=40)
    for row in records[:4]:
        row.update(blind_links=2, blind_false_links=1)
    for row in records:
        row["expected_false_links"] = 0.01
    everyone = by(rates_by_number(*zone(people, records)), "all")

    assert everyone.wrong.value == pytest.approx(2 / 42)
    assert everyone.doubted == pytest.approx(0.01)


# ------------------------------------------------------------------------------------------------------- labels


def test_labels_give_missed_and_wrong_pairs_of_people():
    """Nine true pairs within three people of three records; one record is parted from its own, one joined wrongly.

    truth  a a a | b b b | c c c      joined  1 1 2 | 3 3 3 | 4 4 3
    Missed: two pairs of a, two of c. Wrong: the record of c in 3 makes three pairs that are none.
    """
    joined = {"a": "112", "b": "333", "c": "443"}
    records, truth = [], []
    for person, where in joined.items():
        for n, index in enumerate(where):
            key = {"source": person, "record_id": n}
            records.append({**key, "person_id": index})
            truth.append({**key, "person": person})
    people = [{"person_id": index, "ethnic_group": "white"} for index in "1234"]
    con, quality = zone([*people, {"person_id": "5"}], [*records, {"source": "x", "record_id": 9, "person_id": "5"}])

    rates = rates_by_truth(con, quality, pa.Table.from_pylist(truth))

    everyone = by(rates, "all")
    assert (everyone.records, everyone.pairs, everyone.covered) == (10, 9, 0.9)
    assert everyone.missed is None  # nine pairs are too few to give a rate
    assert _counts(con) == (9.0, 4.0, 8.0, 3.0)


def _counts(con):
    return con.execute("SELECT sum(pairs), sum(missed), sum(joined), sum(wrong) FROM missed_record").fetchall()[0]


def test_labels_of_many_give_rates_by_group():
    """Ten people of two records: of group other all are parted, of group white none."""
    people, records, truth = [], [], []
    for n in range(40):
        parted = n < 20
        for side in (0, 1):
            person_id = f"p{n}-{side if parted else 0}"
            people.append({"person_id": person_id, "ethnic_group": "other" if parted else "white"})
            records.append({"source": "gp", "record_id": 2 * n + side, "person_id": person_id})
            truth.append({"source": "gp", "record_id": 2 * n + side, "person": str(n)})
    unique = list({row["person_id"]: row for row in people}.values())
    con, quality = zone(unique, records)

    rates = rates_by_truth(con, quality, pa.Table.from_pylist(truth))

    assert by(rates, "ethnic_group", "other").missed.value == 1.0
    assert by(rates, "ethnic_group", "white").missed.value == 0.0
    assert by(rates, "all").missed.value == 0.5
    assert by(rates, "all").wrong.value == 0.0


def test_rates_as_json_say_what_is_missing():
    """A rate with its limits, or null."""
    people, records = pairs_of_records("white", 0, missed=5, found=45)
    everyone = by(rates_by_number(*zone(people, records)), "all")

    assert everyone.as_dict()["missed"][0] == pytest.approx(0.1)
    assert replace(everyone, missed=None).as_dict()["missed"] is None
    assert Share(0.1, 0.05, 0.2).interval_text == "5.0% to 20.0%"
