"""Spec: the table of measures, over a whole small zone."""

import math
import re
from datetime import date
from itertools import pairwise

import pyarrow as pa
import pytest

from cohorts.counts import count_cohorts, number_people
from cohorts.measures.child_homes import child_home_rows
from cohorts.measures.meanings import MEANINGS
from cohorts.measures.person_time import person_time_rows
from cohorts.measures.presets import SHIPPED, load_preset
from cohorts.measures.run import measure
from cohorts.measures.slices import slice_people
from cohorts.run import run_cohorts
from governance.contracts import COVERAGE, PERSON_INDEX
from governance.keys.ring import Secret
from governance.warehouse import load_sql, load_table
from tests.lib.cohorts import AS_OF, definition, need, query, response, rung, seen, source, warehouse
from tests.lib.measures import load_people, measured, rows

FILES = [
    "contact_day",
    "episode",
    "person_contact",
    "need_wait",
    "referral_wait",
    "waiting_list",
    "appointment",
    "slice_of_person",
    "slice",
    "person_slices",
    "person_slice",
    "preset_person",
    "people_part",
    "people_count",
    "everyone_part",
    "everyone_count",
    "age_count",
    "cascade_count",
    "wait_group",
    "attrition_face",
    "person_years",
    "child_home",
]
LADDER = (rung("referred", response("asc.request")), rung("assessed", response("asc.assessment"), within="56d"))
ASKED = (
    definition(query(need("h", seen("h"))), "in_need"),
    definition(query(need("h", seen("h")), ladder=LADDER), "unmet"),
)
"""Being in need, and in need without an assessment."""

GROUPS = {"poor": (2, 40, 30), "rich": (10, 60, 10)}
"""Name, decile, people, members in need."""


def _people() -> tuple[str, str, str]:
    """Two groups: of 40 poor people 30 are in need, of 60 rich ones 10; some of them are assessed."""
    known = "person_id | on_spine | birth_year | sex | ethnic_group | deprivation_decile | district | ward"
    people = [f"{known} | no_fixed_address"]
    needs, events = ["person_id | need | valid_from"], ["person_id | kind | start | sector | source | crisis | planned"]
    for group, (decile, size, in_need) in GROUPS.items():
        for n in range(size):
            name = f"{group}{n:02}"
            people.append(f"{name} | yes | {1950 + n} | female | white | {decile} | {group} | w{decile} | no")
            if n < in_need:
                needs.append(f"{name} | h | 2025-01-10")
            if n < in_need // 2:
                events.append(f"{name} | asc.request | 2025-01-12 | council | asc | no | no")
                events.append(f"{name} | asc.assessment | 2025-01-15 | council | asc | no | yes")
    events += [f"poor00 | gp.consultation | 2025-02-0{day} | nhs | gp | no | no" for day in range(1, 5)]
    people.append("visitor | no | 1990 | male | - | - | - | - | yes")
    events.append("visitor | gp.reiki | 2025-01-15 | nhs | gp | no | no")
    return "\n".join(people), "\n".join(events), "\n".join(needs)


@pytest.fixture(scope="module")
def con():
    """A zone in which everything has been measured."""
    with warehouse() as connection:
        load_people(connection, *_people())
        load_table(connection, "coverage", _coverage())
        known = {"source": ["gp", "gp", "asc"], "record_id": [1, 2, 3], "person_id": ["visitor", "poor00", "poor00"]}
        load_table(connection, "person_index", pa.table(known, schema=PERSON_INDEX.schema))
        yield connection


def _coverage() -> pa.Table:
    always = {"source": "asc", "sector": "council", "start": AS_OF.replace(year=2020), "stop": AS_OF, "share": 1.0}
    spans = [{**always, "kind": kind} for kind in ("need.h", "asc.request", "asc.assessment")]
    return pa.Table.from_pylist(spans, schema=COVERAGE.schema)


@pytest.fixture(scope="module")
def found(con):
    """Both definitions, measured."""
    results = run_cohorts(con, ASKED, AS_OF)
    count_cohorts(con, results, [source("asc")], noise_key=Secret(b"n" * 32))
    return measure(con, ASKED, AS_OF, spine="gp_register")


def row(found, measure, dimension="all", group="all", cohort="in_need"):
    """One row of the table."""
    [only] = [
        each
        for each in found.cohort_measure.to_pylist()
        if (each["cohort"], each["measure"], each["dimension"], each["group"]) == (cohort, measure, dimension, group)
    ]
    return only


def test_prevalence_by_group(found):
    """Counted among the population, the visitor's answer unknown; the denominator is named."""
    poor = row(found, "prevalence", "district", "poor")

    assert (poor["part"], poor["whole"], poor["value"]) == (30, 40, 0.75)
    assert poor["low"] < 0.75 < poor["high"]
    assert "gp_register" in poor["denominator"]


def test_against_the_rest(found):
    """30 of 40 against 10 of 61: the visitor is among the rest."""
    assert row(found, "against_the_rest", "district", "poor")["value"] == pytest.approx(0.75 / (10 / 61))


def test_what_is_not_recorded_is_a_share(found):
    """One of 101 has no ethnic group; nobody is dropped without being counted."""
    missing = row(found, "not_recorded", "ethnic_group", "not recorded")

    assert (missing["part"], missing["whole"]) == (1, 101)


def test_which_rung_makes_the_gap(found):
    """Half of both groups are referred, and all of those are assessed: no rung makes a gap."""
    for name in ("referred", "assessed"):
        made = row(found, f"cascade:{name}", "district", "poor", "unmet")
        assert (made["part"], made["whole"]) == (15, 30)
        assert made["value"] == pytest.approx(0)


def test_parts_of_a_gap_add_up_to_it(found):
    """Ages and rates at one age together, in percentage points, among people of known age."""
    parts = [row(found, name, "district", "poor")["value"] for name in ("gap_by_age", "gap_at_same_age")]

    assert sum(parts) == pytest.approx(100 * (30 / 40 - 10 / 61))


def test_a_standardised_rate_of_everyone_is_the_crude_one(found):
    """Everyone has everyone's ages; the visitor is in the population of this definition and not in the standard."""
    assert row(found, "age_standardised")["part"] == 40
    assert row(found, "age_standardised")["value"] == pytest.approx(1000 * 40 / 100, rel=0.02)


def test_no_slope_where_fifths_are_missing(found):
    """Two of five fifths have people."""
    assert [each for each in found.cohort_measure.to_pylist() if each["measure"] == "slope_index"] == []


def test_places_have_ranks_as_intervals_only(found):
    """Poor and rich are told apart; no place has a single rank printed without its interval."""
    poor, rich = (row(found, "inequality_rank", "district", name, "_everyone") for name in GROUPS)

    assert (poor["low"], poor["high"], rich["low"], rich["high"]) == (1, 1, 2, 2)
    assert poor["value"] is None


def test_waits_of_members_count_those_who_wait(found):
    """20 of 40 in need had one contact, nobody a sustained one: no median."""
    wait = row(found, "days_to_sustained_contact", cohort="in_need")

    assert (wait["part"], wait["whole"], wait["value"]) == (0, 40, None)


def test_kinds_that_no_measure_knows_are_told(found):
    """Not guessed, not dropped without a word."""
    assert found.unknown_kinds == ("gp.reiki",)


def test_people_off_the_register_are_counted(con, found):
    """The visitor was seen, and is in no denominator of rates of the register."""
    counted = rows(
        con, "SELECT part, whole FROM measure_count WHERE measure = 'seen_off_the_register' AND dimension = 'all'"
    )

    assert counted == [(1, 101)]
    assert row(found, "told_three_times", cohort="_everyone")["whole"] == 100


def test_people_off_the_register_are_counted_by_source_and_group(con, found):
    """Where they were seen, and who they are; a source that saw none of them says so."""
    where = "measure = 'seen_off_the_register' AND dimension IN ('service', 'sex', 'address')"
    counted = rows(con, f'SELECT "group", part, whole FROM measure_count WHERE {where}')

    assert set(counted) == {
        *{("gp", 1, 2), ("asc", 0, 1)},
        *{("female", 0, 100), ("male", 1, 1)},
        *{("fixed address", 0, 100), ("no fixed address", 1, 1)},
    }


def test_children_whose_home_holds_no_known_adult_are_shown_by_group():
    """A mother who died, one of unknown age and one who is elsewhere are no adults at home; hostels are no homes."""
    people = """
        person_id | on_spine | birth_year | sex    | household | address_kind | death_month
        mother    | yes      | 1990       | female | 1         | home         | -
        daughter  | yes      | 2015       | female | 1         | home         | -
        son       | yes      | 2018       | male   | 2         | home         | -
        brother   | yes      | 2019       | male   | 2         | home         | -
        widow     | yes      | 1960       | female | 3         | home         | 2024-03-01
        orphan    | yes      | 2012       | female | 3         | home         | -
        somebody  | yes      | -          | male   | 4         | home         | -
        child     | yes      | 2010       | male   | 4         | home         | -
        eighteen  | yes      | 2007       | male   | 5         | home         | -
        sister    | yes      | 2008       | female | 5         | home         | -
        guest     | no       | 2014       | female | 2         | home         | -
        sheltered | yes      | 2016       | female | 6         | hostel       | -
        unknown   | yes      | 2016       | female | -         | unknown      | -
    """
    with warehouse() as con:
        measured(con, people)
        slice_people(con, AS_OF)
        found = {(row.dimension, row.group): (row.part, row.whole) for row in child_home_rows(con, AS_OF)}

    assert found["all", "all"] == (4, 6)
    assert found["sex", "male"] == (3, 3)
    assert found["sex", "female"] == (1, 3)
    assert not any(dimension == "age_band" for dimension, _ in found)


def test_without_homes_nothing_is_said_of_them(found):
    """Where the project tells no homes there is no row, not a row of zeros."""
    assert "child_without_known_adult" not in {row["measure"] for row in found.cohort_measure.to_pylist()}


def test_the_dead_leave_the_denominator_when_they_die():
    """Person-years: all of the year, half a year, none for whoever died before it or is on no register."""
    con = warehouse()
    people = """
        person_id | on_spine | death_month
        all year  | yes      | -
        half      | yes      | 2025-04-01
        before    | yes      | 2024-10-01
        visitor   | no       | -
    """
    events = """
        person_id | kind          | start      | crisis
        half      | ed.attendance | 2025-01-10 | yes
        half      | ed.attendance | 2025-02-10 | yes
        before    | ed.attendance | 2024-10-03 | yes
        visitor   | ed.attendance | 2025-02-10 | yes
    """
    measured(con, people=people, events=events)
    slice_people(con, AS_OF)
    rates = {(row.dimension, row.group): row for row in person_time_rows(con, AS_OF)}
    days = 365 + (date(2025, 4, 1) - date(2024, 10, 1)).days

    assert rates["all", "all"].part == 2
    assert rates["all", "all"].value == pytest.approx(1000 * 2 / (days / 365.25))


def missed(people, events, providers="", centroids=None, spells=""):
    """Dimension, group, appointments missed and all appointments, of everyone."""
    con = warehouse()
    load_table(con, "person_index", PERSON_INDEX.schema.empty_table())
    measured(con, people=people, events=events, providers=providers, centroids=centroids, spells=spells)
    slice_people(con, AS_OF)
    number_people(con, Secret(b"n" * 32))
    count = load_sql("cohorts.measures", "everyone_part")
    return rows(con, f"SELECT dimension, \"group\", part, whole FROM ({count}) WHERE measure = 'missed_appointments'")


def test_missed_appointments_are_of_groups(found):
    """No row is about a person; without centres of small areas every distance is not recorded."""
    events = "person_id | kind | start | outcome | crisis | planned\n p | mh.contact | 2025-02-01 | dna | no | yes"
    counted = missed("person_id | sex\n p | female", events)

    assert {"distance", "language", "missed_before", "sex"} <= {dimension for dimension, *_ in counted}
    assert ("distance", "not recorded", 1, 1) in counted
    assert ("language", "not recorded", 1, 1) in counted
    assert "person_id" not in found.cohort_measure.column_names


def test_missed_appointments_by_first_language():
    """English, others together, sign language, and nobody asked: each appointment in one group."""
    people = """
        person_id | first_language
        a         | english
        b         | other
        c         | sign_language
        d         | -
    """
    events = """
        person_id | kind       | start      | outcome  | crisis | planned
        a         | mh.contact | 2025-02-01 | attended | no     | yes
        a         | mh.contact | 2025-03-01 | dna      | no     | yes
        b         | mh.contact | 2025-02-01 | dna      | no     | yes
        c         | mh.contact | 2025-02-01 | attended | no     | yes
        d         | mh.contact | 2025-02-01 | attended | no     | yes
    """

    assert sorted(row[1:] for row in missed(people, events) if row[0] == "language") == [
        ("english", 1, 2),
        ("not recorded", 0, 1),
        ("other", 1, 1),
        ("sign language", 0, 1),
    ]


KM_EAST = {"E0": 0.0, "E1": 1.9, "E2": 2.0, "E5": 4.9, "E10": 10.0, "E11": 10.1}
"""Small areas on one line."""


def centres():
    """Where they are, in metres."""
    east = [400_000 + 1000 * km for km in KM_EAST.values()]
    return pa.table({"small_area": list(KM_EAST), "easting": east, "northing": [300_000.0] * len(east)})


@pytest.mark.parametrize(
    ("home", "band"),
    [
        ("E0", "0 to 2 km"),
        ("E1", "0 to 2 km"),
        ("E2", "2 to 5 km"),
        ("E5", "2 to 5 km"),
        ("E10", "5 to 10 km"),
        ("E11", "over 10 km"),
        ("E99", "not recorded"),
        ("-", "not recorded"),
    ],
)
def test_missed_appointments_by_distance(home, band):
    """From the person's small area to that of the source's only provider; an area without a centre is not recorded."""
    people = f"person_id | small_area\n p | {home}"
    events = "person_id | kind | start | outcome | planned | provider\n p | mh.contact | 2025-02-01 | dna | yes | s"
    providers = "provider | source | need | small_area\n s.clinic | s | h | E0\n s.clinic | s | k | E0"

    found = [row[1:] for row in missed(people, events, providers, centres()) if row[0] == "distance"]

    assert found == [(band, 1, 1)]


@pytest.mark.parametrize(
    ("seen_at", "places", "band"),
    [
        ("far", (("s.near", "E0"), ("s.far", "E11")), "over 10 km"),
        ("near", (("s.near", "E0"), ("s.far", "E11")), "0 to 2 km"),
        ("s", (("s.near", "E0"), ("s.far", "E11")), "not recorded"),
        ("elsewhere", (("s.near", "E0"),), "not recorded"),
        ("far", (("t.far", "E11"),), "not recorded"),
        ("s", (("s.near", "E0"), ("s.moved", "-")), "not recorded"),
        ("s", (("s", "-"),), "not recorded"),
    ],
    ids=["this one", "or that", "any of two", "not listed", "another source's", "one of unknown place", "no place"],
)
def test_distance_is_to_the_provider_that_the_appointment_names(seen_at, places, band):
    """Never to the nearest one, and to none where any of several may be meant."""
    events = (
        f"person_id | kind | start | outcome | planned | provider\n p | mh.contact | 2025-02-01 | dna | yes | {seen_at}"
    )
    listed = "".join(f"\n {name} | {name.split('.')[0]} | h | {area}" for name, area in places)

    counted = missed(
        "person_id | small_area\n p | E0", events, "provider | source | need | small_area" + listed, centres()
    )

    assert [row[1] for row in counted if row[0] == "distance"] == [band]


def test_distance_is_from_where_the_register_had_them_on_the_day():
    """Before a dated move from the old home, on its day from the new one; before any date from where they live now."""
    spells = """
        person_id | is_spine | valid_from | valid_to   | small_area
        p         | yes      | 2025-02-01 | 2025-03-01 | E11
        p         | yes      | 2025-03-01 | -          | E0
        p         | no       | 2025-01-01 | -          | E5
    """
    events = """
        person_id | kind       | start      | outcome  | planned | provider
        p         | mh.contact | 2025-01-15 | attended | yes     | s
        p         | mh.contact | 2025-02-28 | dna      | yes     | s
        p         | mh.contact | 2025-03-01 | attended | yes     | s
    """
    providers = "provider | source | need | small_area\n s.clinic | s | h | E0"
    counted = missed("person_id | small_area\n p | E0", events, providers, centres(), spells)

    assert sorted(row[1:] for row in counted if row[0] == "distance") == [("0 to 2 km", 0, 2), ("over 10 km", 1, 1)]


@pytest.mark.parametrize("measure", ["prevalence", "told_three_times", "crisis_share"])
def test_measures_are_sliced_by_first_language(con, found, measure):
    """Everybody is in a group of it, here in *not recorded*."""
    [sliced] = rows(
        con,
        f"SELECT \"group\", whole FROM measure_count WHERE cohort = 'in_need' AND measure = '{measure}'"
        " AND dimension = 'language'",
    )

    assert sliced == ("not recorded", row(found, measure)["whole"])


def test_who_is_lost_is_told_by_group(found):
    """Of 40 poor people 10 are not in need and 15 were assessed; nobody vanishes between two steps."""
    rows = [each for each in found.cohort_attrition.to_pylist() if each["cohort"] == "unmet"]
    poor = [each for each in rows if (each["dimension"], each["group"]) == ("district", "poor")]

    assert [each["left_people"] for each in poor] == [40, 30, 30, 15]
    assert [each["lost_people"] for each in poor] == [0, 10, 0, 15]
    for one, after in pairwise(rows):
        if one["group"] == after["group"] and after["step"] == one["step"] + 1:
            assert one["left_people"] - after["left_people"] == after["lost_people"]
    assert ("address", "no fixed address") in {(each["dimension"], each["group"]) for each in rows}


def test_presets_are_slices(found):
    """Core20: deciles 1 and 2. Who lacks an area is not recorded, unless something else makes them a member."""
    slices = {
        group: row(found, "prevalence", "core20plus5:core20", group)["whole"]
        for group in ("in the group", "not in the group", "not recorded")
    }

    assert slices == {"in the group": 40, "not in the group": 60, "not recorded": 1}
    assert row(found, "prevalence", "core20plus5:homelessness", "in the group")["whole"] == 1


@pytest.mark.parametrize("name", SHIPPED)
def test_a_preset_says_where_it_is_from(name):
    """And what of the policy these data cannot tell."""
    preset = load_preset(name)

    assert "NHS England" in preset.source
    assert all(group.deprivation_decile_up_to or group.ethnic_groups or group.needs for group in preset.groups)
    assert preset.not_available


def test_every_measure_has_a_unit_and_a_denominator(found):
    """Nothing is a number without a name, and every formula is used."""
    table = found.cohort_measure.to_pylist()
    used = {each["measure"].partition(":")[0] for each in table}

    assert all(each["denominator"] and each["unit"] and "{" not in each["denominator"] for each in table)
    nobody_here = {
        "out_of_estimate",
        "slope_index",
        "relative_index",
        "missed_appointments",
        "bounce_rate",
        "days_to_contact",
        "child_without_known_adult",
    }
    nobody_here |= {name for name in MEANINGS if name.startswith("on_the_list")}
    assert used | nobody_here >= set(MEANINGS)


def test_values_are_numbers_or_missing(found):
    """No NaN, no infinity."""
    for each in found.cohort_measure.to_pylist():
        assert all(each[name] is None or math.isfinite(each[name]) for name in ("value", "low", "high"))


def test_the_same_zone_gives_the_same_table(con, found):
    """Also the simulated limits."""
    again = measure(con, ASKED, AS_OF, spine="gp_register")

    assert again.cohort_measure.equals(found.cohort_measure)
    assert again.measure_count.equals(found.measure_count)


@pytest.mark.parametrize("name", FILES)
def test_a_sql_file_returns_the_columns_of_its_header(con, found, name):
    """Purpose, reads, grain, columns and, if it takes values, params."""
    text = load_sql("cohorts.measures", name)
    con.execute(f"CREATE OR REPLACE VIEW slice_of_person AS {load_sql('cohorts.measures', 'slice_of_person')}")
    header = dict(re.findall(r"^-- (reads|grain|columns|params) +(.+)$", text, re.MULTILINE))
    params = {hole: AS_OF for hole in re.findall(r"\$(\w+) DATE", header.get("params", ""))}

    assert con.sql(text, params=params or None).columns == header["columns"].split(", ")
    assert {"reads", "grain"} <= set(header)
