"""Spec: what is counted of a cohort, for whom, and that zeros and missing values are counted too."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from cohorts.board_areas import check_districts, count_areas
from cohorts.combinations import count_combinations
from cohorts.counts import count_cohorts, dimension_titles
from cohorts.english import attrition_labels
from cohorts.query import AgeBetween, Alive, OnSpine
from cohorts.run import CohortResults, explain, membership, run_cohorts
from governance.contracts import COHORT_COUNT, PERSON_INDEX
from governance.errors import BadInput
from governance.keys.ring import Secret
from governance.settings.project import Board
from governance.warehouse import load_table
from tests.lib.cohorts import AS_OF, definition, load_world, need, query, response, rung, seen, source, warehouse, world

TOLD = world(
    people="""
    person_id    | on_spine | birth_year | sex    | ethnic_group | district | deprivation_decile | death_month
    met          | yes      | 1990       | female | black        | north    | 1                  | -
    helped       | yes      | 1950       | male   | white        | south    | 10                 | -
    too soon     | yes      | 1990       | female | -            | -        | -                  | -
    no need      | yes      | -          | -      | white        | north    | 2                  | -
    no age       | yes      | -          | -      | white        | north    | 3                  | -
    child        | yes      | 2015       | male   | white        | north    | 4                  | -
    dead         | yes      | 1930       | male   | white        | north    | 5                  | 2025-01-01
    visitor      | no       | 1990       | male   | white        | north    | 6                  | -
    """,
    needs="""
    person_id | need | valid_from | source
    met       | h    | 2025-01-10 | council
    helped    | h    | 2025-01-10 | council
    too soon  | h    | 2025-09-20 | council
    no age    | h    | 2025-01-10 | council
    child     | h    | 2025-01-10 | council
    """,
    events="""
    person_id | kind           | start      | source
    met       | asc.request    | 2025-01-12 | charity
    met       | ed.attendance  | 2025-06-01 | hospital
    met       | ed.attendance  | 2024-06-01 | old
    helped    | asc.request    | 2025-01-12 | charity
    helped    | asc.assessment | 2025-01-20 | council
    """,
    covered=["need.h", "asc.request", "asc.assessment"],
)
ASKED = query(
    need("h", seen("h")),
    population=(OnSpine(), Alive(), AgeBetween(18, None)),
    ladder=(rung("referred", response("asc.request")), rung("assessed", response("asc.assessment"), within="56d")),
)
SOURCES = tuple(source(name) for name in ("charity", "council", "hospital", "old"))


@pytest.fixture(scope="module")
def con():
    """The tiny world, and who has a record where."""
    with warehouse() as connection:
        load_world(connection, TOLD)
        index = [("council", 1, "met"), ("council", 2, "met"), ("charity", 1, "met"), ("charity", 2, "visitor")]
        columns = dict(zip(PERSON_INDEX.columns, zip(*index, strict=True), strict=True))
        load_table(connection, "person_index", pa.table(columns, PERSON_INDEX.schema))
        yield connection


@pytest.fixture(scope="module")
def results(con) -> CohortResults:
    """One definition, and the same without a ladder."""
    return run_cohorts(
        con, [definition(ASKED, "asked"), definition(replace(ASKED, ladder=(), unmet=None), "in_need")], AS_OF
    )


@pytest.fixture(scope="module")
def counts(con, results) -> pa.Table:
    """All counts of both."""
    return count_cohorts(con, results, SOURCES, noise_key=Secret(bytes(32)))


def people(counts: pa.Table, measure: str, dimension: str, cohort: str = "asked") -> dict[str, int]:
    """Groups and counts of one measure."""
    return {
        row["group"]: row["people"]
        for row in counts.to_pylist()
        if (row["cohort"], row["measure"], row["dimension"]) == (cohort, measure, dimension)
    }


def test_the_four_states_add_up(counts):
    """Everyone who is, or may be, in the population is met, not met or cannot be told."""
    found = {m: people(counts, m, "all")["all"] for m in ("population", "met", "not_met", "cannot_tell")}

    assert found == {"population": 5, "met": 1, "not_met": 2, "cannot_tell": 2}


@pytest.mark.parametrize("dimension", ["deprivation_quintile", "ethnic_group", "age_band", "sex", "district"])
@pytest.mark.parametrize("measure", ["population", "met", "not_met", "cannot_tell"])
def test_every_breakdown_adds_up_to_all(counts, measure, dimension):
    """Missing values are a group of their own, so nobody is lost."""
    assert sum(people(counts, measure, dimension).values()) == people(counts, measure, "all")["all"]


def test_groups_of_each_dimension(counts):
    """Fifths of deprivation, age by year of birth, zeros where there is nobody, what is missing last."""
    assert people(counts, "population", "deprivation_quintile") == {
        "1": 2,
        "2": 1,
        "3": 0,
        "4": 0,
        "5": 1,
        "not recorded": 1,
    }
    assert people(counts, "population", "age_band") == {
        "0-17": 0,
        "18-34": 0,
        "35-49": 2,
        "50-64": 0,
        "65-79": 1,
        "80+": 0,
        "not recorded": 2,
    }
    assert people(counts, "met", "sex") == {"female": 1, "male": 0, "not recorded": 0}
    assert people(counts, "population", "district") == {"north": 3, "south": 1, "not recorded": 1}


def test_services_of_members(counts):
    """Contacts and recorded needs within the lookback: not the attendance of the year before."""
    assert people(counts, "met", "service") == {"charity": 1, "council": 1, "hospital": 1, "old": 0}
    assert people(counts, "met", "service_count") == {"0": 0, "1": 0, "2": 0, "3": 1, "4+": 0}
    pairs = people(counts, "met", "service_pair")
    assert {pair for pair, count in pairs.items() if count} == {
        "charity & council",
        "charity & hospital",
        "council & hospital",
    }
    assert len(pairs) == 6


def test_members_are_counted_by_exactly_which_services_saw_them(con, counts):
    """The register makes no combination; whoever it alone saw has none. The same people have the same key as ever."""
    met = {row["cohort"]: row for row in counts.to_pylist() if (row["measure"], row["dimension"]) == ("met", "all")}

    found = {spine: count_combinations(con, spine).to_pylist() for spine in ("old", "council")}
    by_spine = {spine: {(row["cohort"], row["group"]): row["people"] for row in rows} for spine, rows in found.items()}

    assert by_spine["old"] == {
        ("asked", "charity & council & hospital"): 1,
        ("in_need", "charity & council & hospital"): 1,
        ("in_need", "charity & council"): 1,
        ("in_need", "council"): 1,
    }
    assert by_spine["council"] == {
        ("asked", "charity & hospital"): 1,
        ("in_need", "charity & hospital"): 1,
        ("in_need", "charity"): 1,
        ("in_need", "no service"): 1,
    }
    assert found["old"][0]["cell_key"] == met["asked"]["cell_key"]


def test_rungs_are_counted_for_members_only(counts):
    """The one member was referred; the person who was assessed is no member."""
    assert people(counts, "rung:referred", "all") == {"all": 1}
    assert people(counts, "rung:assessed", "all") == {"all": 0}


def test_attrition_loses_people_step_by_step_and_ends_with_the_members(counts):
    """Everyone, on the register, alive, adult or of no known age, in need, assessable, unmet."""
    steps = [people(counts, f"attrition:{n:02}", "all")["all"] for n in range(1, 8)]

    assert steps == [8, 7, 6, 5, 3, 2, 1]
    assert len(attrition_labels(ASKED)) == len(steps)
    assert people(counts, "attrition:08", "all") == {}


def test_a_definition_without_a_ladder_ends_with_the_needs(counts):
    """There is no response to wait for."""
    steps = [people(counts, f"attrition:{n:02}", "all", "in_need")["all"] for n in range(1, 6)]

    assert steps == [8, 7, 6, 5, 3]
    assert people(counts, "met", "all", "in_need") == {"all": 3}
    assert people(counts, "attrition:06", "all", "in_need") == {}


def test_everyone_is_the_living_on_the_spine(counts):
    """The denominator of the whole report, by the same groups; and who is known to each source."""
    assert people(counts, "population", "all", "_everyone") == {"all": 6}
    assert people(counts, "population", "sex", "_everyone") == {"female": 2, "male": 2, "not recorded": 2}
    assert people(counts, "seen", "service", "_everyone") == {"charity": 2, "council": 1, "hospital": 0, "old": 0}


BOARDS = [
    Board(id="uplands", board="Uplands board", area="Uplands", districts=["north"]),
    Board(id="lowlands", board="Lowlands board", area="Lowlands", districts=["south"]),
]


def test_areas_of_boards_add_up_to_the_whole(con, counts):
    """People of no known district are counted apart: in each count that areas have, and in its keys."""
    areas = count_areas(con, BOARDS)
    whole = {tuple(row[name] for name in COHORT_COUNT.key): row for row in counts.to_pylist()}
    sums = {key: [0, 0] for key in {tuple(row[name] for name in COHORT_COUNT.key) for row in areas.to_pylist()}}
    for row in areas.to_pylist():
        held = sums[tuple(row[name] for name in COHORT_COUNT.key)]
        held[0], held[1] = held[0] + row["people"], (held[1] + row["cell_key"]) % (1 << 32)

    assert sums == {key: [whole[key]["people"], whole[key]["cell_key"]] for key in sums}
    assert set(areas["area"].to_pylist()) == {"uplands", "lowlands", "no_board"}
    assert ("asked", "rung:referred", "all", "all") in sums
    assert {key[2] for key in sums} == {"all", "deprivation_quintile", "ethnic_group", "age_band", "sex", "service"}
    assert any(row["people"] for row in areas.to_pylist() if row["dimension"] == "service")


def test_a_board_of_one_district_is_that_district(con, counts):
    """The same people, so the same count and the same key."""
    district = counts.filter(pc.and_(pc.equal(counts["dimension"], "district"), pc.equal(counts["group"], "north")))
    areas = count_areas(con, BOARDS)
    total = areas.filter(pc.and_(pc.equal(areas["dimension"], "all"), pc.equal(areas["area"], "uplands")))
    told = {(row["cohort"], row["measure"]): (row["people"], row["cell_key"]) for row in total.to_pylist()}

    for row in district.to_pylist():
        assert told[row["cohort"], row["measure"]] == (row["people"], row["cell_key"])


def test_a_district_where_nobody_lives_is_refused(con):
    """It is spelt otherwise in the look-up, and its people would be in no report."""
    wrong = [*BOARDS, Board(id="coast", board="Coast board", area="Coast", districts=["Cost"])]

    check_districts(con, BOARDS)
    with pytest.raises(BadInput) as refused:
        check_districts(con, wrong)

    assert (refused.value.code, str(refused.value.faults[0])) == ("E-BOARD-DISTRICT", "board `coast`: district `Cost`")


def test_without_boards_there_are_no_areas(con, counts):
    """The table is there, and empty."""
    assert count_areas(con, []).num_rows == 0


def test_counts_are_one_row_a_key_in_order(counts):
    """As the contract says, and the same every time."""
    keys = list(zip(*(counts[name].to_pylist() for name in COHORT_COUNT.key), strict=True))

    assert keys == sorted(set(keys))


def test_every_counted_group_has_its_place_in_the_manifest(con, counts):
    """A report can put every group in order."""
    order = {name: told["order"] for name, told in dimension_titles(con, SOURCES).items()}

    for row in counts.to_pylist():
        assert row["group"] in order[row["dimension"]]
    assert order["ethnic_group"] == ["asian", "black", "mixed", "white", "other", "not recorded"]


def test_membership_says_how_far_each_person_came(con, results):
    """For inside the analysis zone only: state and furthest rung."""
    found = {row["person_id"]: (row["state"], row["furthest"]) for row in membership(con, "asked").to_pylist()}

    assert found == {
        "met": ("met", "referred"),
        "helped": ("not met", "assessed"),
        "too soon": ("cannot tell", None),
        "no need": ("not met", None),
        "no age": ("cannot tell", None),
    }
    assert set(results.statements) == {"asked", "in_need"}


def test_explain_shows_english_values_and_sql():
    """Whoever has to believe a number can read how it came about."""
    text = explain(definition(ASKED, "asked"), AS_OF)

    assert "-- Needs: h." in text
    assert "-- $as_of = 2025-10-01" in text
    assert "WITH\n" in text


def keys(counts: pa.Table) -> dict[tuple[str, ...], int]:
    """Cell key of every count."""
    names = zip(*(counts[name].to_pylist() for name in COHORT_COUNT.key), strict=True)
    return dict(zip(names, counts["cell_key"].to_pylist(), strict=True))


def test_the_same_people_have_the_same_cell_key_in_every_table(counts):
    """Else a reader could average the noise away: `met` of both definitions differ, the population does not."""
    key = keys(counts)

    assert key["asked", "population", "all", "all"] == key["in_need", "population", "all", "all"] != 0
    assert (
        key["asked", "met", "all", "all"]
        == key["asked", "met", "sex", "female"]
        == key["asked", "met", "service", "hospital"]
    )
    assert key["asked", "met", "all", "all"] != key["in_need", "met", "all", "all"]


def test_cell_keys_of_parts_add_up_to_that_of_the_whole(counts):
    """Modulo 2³², because each is the sum of its people's numbers; nobody has the key 0."""
    key = keys(counts)
    parts = [key["asked", answer, "all", "all"] for answer in ("met", "not_met", "cannot_tell")]

    assert sum(parts) % (1 << 32) == key["asked", "population", "all", "all"]
    assert key["_everyone", "seen", "service", "hospital"] == 0


def test_another_release_key_gives_other_cell_keys(con, results, counts):
    """Who lacks the key cannot know the noise."""
    others = keys(count_cohorts(con, results, SOURCES, noise_key=Secret(bytes(31) + b"1")))

    same = [name for name, key in keys(counts).items() if key and others[name] == key]
    assert not same
