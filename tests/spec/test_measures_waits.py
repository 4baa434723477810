"""Spec: waits and missed appointments as counts of people."""

import pyarrow as pa
import pytest

from cohorts.counts import number_people
from cohorts.measures.wait_counts import count_waits
from governance.disclosure.gate.relations import relations_of
from governance.disclosure.protect import CellKey, keys_of, sums_of
from governance.disclosure.waits import whole_of
from governance.keys.ring import Secret
from tests.lib.cohorts import warehouse
from tests.lib.measures import measured

KEY = Secret(bytes([9]) * 32)
PEOPLE = """
    person_id | deprivation_decile
    seen_soon | 2
    seen_late | 3
    waits     | 1
    twice     | -
    """
EVENTS = """
    person_id | kind            | start      | end        | source | outcome  | planned
    seen_soon | housing.application | 2025-03-01 | 2025-04-01 | h  | -        | no
    seen_soon | housing.relief_duty | 2025-03-07 | 2025-03-07 | h  | -        | no
    seen_late | housing.application | 2025-03-01 | 2025-04-30 | h  | -        | no
    seen_late | housing.relief_duty | 2025-03-29 | 2025-03-29 | h  | -        | no
    waits     | housing.application | 2025-09-01 | -          | h  | -        | no
    twice     | housing.application | 2025-02-01 | 2025-02-20 | h  | -        | no
    twice     | housing.relief_duty | 2025-02-08 | 2025-02-08 | h  | -        | no
    twice     | housing.application | 2025-06-01 | -          | h  | -        | no
    twice     | mh.contact          | 2025-06-01 | 2025-06-01 | m  | dna      | yes
    twice     | mh.contact          | 2025-06-20 | 2025-06-20 | m  | attended | yes
    waits     | mh.contact          | 2025-06-20 | 2025-06-20 | m  | attended | yes
    """


@pytest.fixture(scope="module")
def counted():
    """People by measure and group, and the table."""
    with warehouse() as con:
        measured(con, PEOPLE, EVENTS)
        con.execute("CREATE TABLE person_index AS SELECT 's' AS source, 1 AS record_id, person_id FROM person")
        number_people(con, KEY)
        table = count_waits(con)
        noise = dict(con.execute("SELECT person_id, noise FROM person_noise").fetchall())
    return dict(zip(keys_of(table), table["people"].to_pylist(), strict=True)), table, noise


def people(counted, measure, dimension="all", group="all"):
    """One count."""
    [found] = [n for key, n in counted[0].items() if key == CellKey("_everyone", measure, dimension, group)]
    return found


def test_one_wait_a_person_and_service(counted):
    """The first referral of the window stands for the person: somebody referred twice is one of four."""
    assert people(counted, "wait:h") == 4
    assert people(counted, "wait:h:seen:00-01") == 1
    assert people(counted, "wait:h:seen:01-02") == 1
    assert people(counted, "wait:h:seen:04-06") == 1


def test_who_still_waits_is_counted_by_how_long_they_did(counted):
    """From 1 September to the end of the data is four weeks and two days."""
    assert people(counted, "wait:h:unseen:04-06") == 1
    assert sum(n for key, n in counted[0].items() if ":unseen:" in key.measure and key.dimension == "all") == 1


def test_waits_by_the_most_deprived_fifth(counted):
    """Deciles 1 and 2 are the most deprived fifth; where nobody knows is a group of its own."""
    groups = ("most deprived fifth", "all other areas", "not recorded")

    assert [people(counted, "wait:h", "core20", group) for group in groups] == [2, 1, 1]


def test_people_who_missed_an_appointment(counted):
    """Of two who had one; the same who kept another."""
    assert people(counted, "appointments") == 2
    assert people(counted, "appointments:missed") == 1
    assert people(counted, "appointments:missed", "deprivation_quintile", "not recorded") == 1
    assert people(counted, "appointments:missed", "deprivation_quintile", "1") == 0


def test_everybody_with_an_appointment_is_once_in_each_barrier_of_place(counted):
    """Without centres of areas no distance is known; that is a group of its own."""
    for dimension in ("distance", "address", "language"):
        groups = {key.group: n for key, n in counted[0].items() if key[1:3] == ("appointments", dimension)}
        assert sum(groups.values()) == people(counted, "appointments"), dimension
    assert people(counted, "appointments", "distance", "not recorded") == 2


def test_each_person_is_in_the_band_of_their_farthest_appointment():
    """Of those whose distance is known; who missed one is told of in that band, whichever it was that they missed."""
    people = "person_id | small_area\n p | E0\n q | E0"
    events = """
        person_id | kind       | start      | outcome  | planned | source | provider
        p         | mh.contact | 2025-02-01 | dna      | yes     | s      | near
        p         | mh.contact | 2025-03-01 | attended | yes     | s      | far
        p         | mh.contact | 2025-04-01 | attended | yes     | s      | nowhere
        q         | mh.contact | 2025-02-01 | attended | yes     | s      | near
    """
    providers = "provider | source | need | small_area\n s.near | s | h | E0\n s.far | s | h | E11"
    centres = pa.table({"small_area": ["E0", "E11"], "easting": [0.0, 11_000.0], "northing": [0.0, 0.0]})
    with warehouse() as con:
        measured(con, people, events, providers=providers, centroids=centres)
        con.execute("CREATE TABLE person_index AS SELECT 's' AS source, 1 AS record_id, person_id FROM person")
        number_people(con, KEY)
        table = count_waits(con)
    found = dict(zip(keys_of(table), table["people"].to_pylist(), strict=True))

    of = {(key.measure, key.group): n for key, n in found.items() if key.dimension == "distance"}
    assert of == {
        ("appointments", "over 10 km"): 1,
        ("appointments", "0 to 2 km"): 1,
        ("appointments:missed", "over 10 km"): 1,
        ("appointments:missed", "0 to 2 km"): 0,
    }


def test_the_cell_key_is_that_of_the_people_counted(counted):
    """So that the same people have the same noise wherever they are counted."""
    found, table, noise = counted
    keys = dict(zip(found, table["cell_key"].to_pylist(), strict=True))
    expected = sum(noise[person] for person in ("seen_soon", "seen_late", "waits", "twice")) % 2**32

    assert next(key for cell, key in keys.items() if cell.measure == "wait:h" and cell.dimension == "all") == expected


def test_bands_and_groups_add_up_for_whoever_attacks(counted):
    """Disclosure control and the gate know every sum, and it holds: each person stands in one band and one group."""
    found = counted[0]
    bands = [each for each in sums_of(found) if all(whole_of(part.measure) for part in each.parts)]
    relations = [each for each in relations_of(found) if "bands" in each.says]

    assert {each.total.measure for each in bands if each.total.group == "all"} >= {"wait:h"}
    assert len(relations) == 4  # everybody, and three kinds of place
    assert all(each.holds(found) for each in relations_of(found))
