"""What is published of a measure is made of released counts, and no small count can be seen through it."""

import csv
import io

import pyarrow as pa
import pytest

from cohorts.measures.publish import OF_PEOPLE, safe_measures_csv
from governance.contracts import COHORT_COUNT, MEASURE_COUNT
from governance.disclosure import CellKey, MeasureKey, counted_together, release_measures
from governance.disclosure.gate.relations import relations_of
from governance.disclosure.pairs import Cell, merged
from governance.settings import Policy

PAIR = "ethnic_group_by_deprivation"


def counts(*rows):
    """Rows of (measure, dimension, group, people) of one cohort."""
    names = ("measure", "dimension", "group", "people")
    made = [{"cohort": "c", "version": "1.0.0", "cell_key": 0, **dict(zip(names, row, strict=True))} for row in rows]
    return pa.Table.from_pylist(made, schema=COHORT_COUNT.schema)


def measures(*rows):
    """Rows of (measure, dimension, group, part, whole[, people behind each]) of one cohort."""
    made = []
    for measure, dimension, group, part, whole, *people in rows:
        behind = people or [part, whole]
        made.append({"cohort": "c", "measure": measure, "dimension": dimension, "group": group, "part": part,
                     "whole": whole, "part_people": behind[0], "whole_people": behind[1], "part_noise": 0,
                     "whole_noise": 0})  # fmt: skip
    return pa.Table.from_pylist(made, schema=MEASURE_COUNT.schema)


def released(counted, measured):
    """The release under the rule of the floor."""
    return release_measures(counted, measured, Policy(), "hide7_round5", of_people=OF_PEOPLE)


def text(found, measure, dimension, group):
    """Part and whole as they stand in tables."""
    safe = found.measures[MeasureKey("c", measure, dimension, group)]
    return safe.part.text, safe.whole.text


BOARD = counts(("met", "all", "all", 43), ("population", "all", "all", 401))


def test_the_board_and_the_measures_show_one_number():
    """Prevalence is the board's own count, not a second one."""
    found = released(BOARD, measures(("prevalence", "all", "all", 43, 401)))

    assert text(found, "prevalence", "all", "all") == ("45", "400")
    assert found.frame.cell("c", "met").text == "45"
    assert found.measures[MeasureKey("c", "prevalence", "all", "all")].share.per_1000 == 1000 * 45 / 400


def test_the_boards_frame_has_no_measures():
    """The report's layout does not change."""
    found = released(BOARD, measures(("told_three_times", "all", "all", 20, 43)))

    assert found.frame.measures("c") == ("met", "population")


def test_small_counts_and_their_neighbours_are_hidden():
    """8 and 8 are shown as 10 and 10, all 17 as 15: whoever adds up would know that the third group is one person."""
    rows = [("told_three_times", "sex", sex, people, 20) for sex, people in (("female", 8), ("male", 8), ("other", 1))]
    found = released(BOARD, measures(("told_three_times", "all", "all", 17, 60), *rows))
    shown = [text(found, "told_three_times", "sex", sex)[0] for sex in ("female", "male", "other")]

    assert shown.count("[c]") == 2
    assert shown[2] == "[c]"


def test_many_events_of_few_people_are_hidden():
    """180 days of contact may be two people; then nothing is told of the slice, and the total still is."""
    rows = [
        ("crisis_share", "all", "all", 90, 400, 30, 43),
        ("crisis_share", "sex", "female", 60, 180, 2, 2),
        ("crisis_share", "sex", "male", 30, 220, 28, 41),
    ]
    found = released(BOARD, measures(*rows))

    assert text(found, "crisis_share", "all", "all") == ("90", "400")
    assert {text(found, "crisis_share", "sex", sex) for sex in ("female", "male")} == {("[c]", "[c]")}


def cells(**groups):
    """Cells of a pair by group, such as ``white_1``."""
    return {name.replace("_", " | "): Cell(part, whole, 1, 2**32 - 1) for name, (part, whole) in groups.items()}


def test_a_pair_without_small_cells_stays_as_it_is():
    """The finest level."""
    fine = cells(white_1=(20, 100), white_2=(0, 90), asian_1=(30, 100))

    assert merged(PAIR, fine, 7) == fine


def test_a_pair_is_merged_until_no_cell_is_small():
    """First fifths of deprivation, then ethnic groups; keys add up as people do."""
    fine = cells(white_1=(20, 100), white_2=(3, 90), asian_1=(30, 100))

    assert merged(PAIR, fine, 7) == {
        "white | 1-2": Cell(23, 190, 2, 2**32 - 2),
        "asian | 1-2": Cell(30, 100, 1, 2**32 - 1),
    }
    both = merged(PAIR, cells(asian_1=(4, 100), black_1=(6, 100), white_1=(20, 100)), 7)
    assert {name: (cell.part, cell.whole) for name, cell in both.items()} == {
        "all others | 1": (10, 200),
        "white | 1": (20, 100),
    }


@pytest.mark.parametrize("small", [(3, 100), (20, 25), (0, 6)], ids=["part", "all but a few", "whole"])
def test_a_pair_that_stays_small_is_not_published(small):
    """No cell is hidden: none could be worked out from its neighbours."""
    found = released(BOARD, measures(("prevalence", "all", "all", 43, 401), *[
        ("prevalence", PAIR, f"white | {fifth}", 0, 100) for fifth in "12"
    ], ("prevalence", PAIR, "not recorded", *small)))  # fmt: skip

    assert [key for key in found.measures if key.dimension == PAIR] == []


def test_merged_pairs_add_up_to_the_same_people():
    """Nobody is lost or counted twice by merging."""
    fine = cells(white_1=(9, 100), white_3=(9, 70), black_2=(0, 60), black_5=(9, 50), mixed_4=(1, 40))
    found = merged(PAIR, fine, 7)

    assert sum(cell.part for cell in found.values()) == 28
    assert sum(cell.whole for cell in found.values()) == 320


def test_every_published_row_names_its_denominator():
    """And only measures of people that stand alone have an interval."""
    rows = [("prevalence", "all", "all", 43, 401), ("crisis_share", "all", "all", 90, 400, 30, 43)]
    table = list(
        csv.DictReader(io.StringIO(safe_measures_csv(released(BOARD, measures(*rows)), "gp_register").decode()))
    )

    assert all(row["denominator"] for row in table)
    by_measure = {row["measure"]: row for row in table}
    assert "gp_register" in by_measure["prevalence"]["denominator"]
    assert by_measure["prevalence"]["low"]
    assert by_measure["crisis_share"]["in_every_1000"] == "225.0"
    assert by_measure["crisis_share"]["low"] == ""
    assert not {"43", "401"} & set(by_measure["prevalence"].values())


def age_pair(young, old, oldest):
    """Ages by sex: part of 1,000 each, of women and men."""
    return cells(**{
        f"{age}_{sex}": (part, 1000)
        for age, both in (("50-64", young), ("65-79", old), ("80+", oldest))
        for sex, part in zip(("female", "male"), both, strict=True)
    })  # fmt: skip


@pytest.mark.parametrize(
    ("hidden", "told"),
    [((), True), (("80+",), False), (("80+", "65-79"), True), (("80+", "0-17"), False)],
    ids=["none", "one inside", "all inside", "one of two inside"],
)
def test_a_pair_is_not_published_where_its_sums_tell_of_a_hidden_group(hidden, told):
    """65 and over, both sexes, less the 65 to 79 that are shown, would be the 80 and over that are not."""
    withheld = {"age_band": {age: age in hidden for age in ("0-17", "50-64", "65-79", "80+")},
                "sex": {"female": False, "male": False}}  # fmt: skip
    found = merged("age_band_by_sex", age_pair((20, 20), (20, 20), (3, 3)), 7, withheld)

    assert (found is not None) == told
    assert found is None or "65+ | male" in found


GROUPS = {"0-17": 100, "50-64": 40, "65-79": 40, "80+": 6}
SEXES = ("female", "male")


def test_two_slices_together_are_held_against_each_alone():
    """The gate's attacker adds cells of a pair up, and knows by how many the sum may be short."""
    pair = [CellKey("c", "met", "age_band_by_sex", f"{age} | {sex}") for age in ("0-17", "65+") for sex in SEXES]
    alone = [CellKey("c", "met", "age_band", age) for age in ("0-17", "65-79", "80+")]
    missing = CellKey("c", "met", "age_band_by_sex", "not recorded")
    ties = [each for each in relations_of({*pair, *alone, missing}) if each.says.endswith("and by age band")]
    exact = {pair[0]: 50, pair[1]: 40, pair[2]: 20, pair[3]: 24, missing: 3}
    exact |= {alone[0]: 92, alone[1]: 39, alone[2]: 6}

    assert len(ties) == 4  # each sum from below and from above
    assert all(each.holds(exact) for each in ties)
    assert not all(each.holds({**exact, alone[2]: 9}) for each in ties)
    assert not all(each.holds({**exact, alone[2]: 4}) for each in ties)


def test_a_release_leaves_out_a_pair_that_would_tell_of_a_hidden_group():
    """80 and over is hidden and the ages below are shown; the pair puts them together as 65 and over."""
    board = [("met", "age_band", age, people) for age, people in GROUPS.items()]
    board += [("population", "age_band", age, 2000) for age in GROUPS]
    counted = counts(("met", "all", "all", 186), ("population", "all", "all", 8000), *board)
    pair = measures(*(
        ("prevalence", "age_band_by_sex", f"{age} | {sex}", people // 2, 1000)
        for age, people in GROUPS.items() for sex in SEXES
    ))  # fmt: skip
    found = released(counted, pair)
    hidden = {key.group for key, cell in found.frame.cells.items() if cell.text == "[c]"}

    assert hidden == {"80+"}
    assert found.frame.pairs == {}
    exact = counted_together(counted, pair, found, of_people=OF_PEOPLE)
    assert "age_band_by_sex" not in exact["dimension"].to_pylist()


def test_prevalence_by_address_is_handed_to_the_report_as_well():
    """The same cells as in the file of measures, attacked as all are; nothing else of the measures."""
    rows = [("prevalence", "all", "all", 43, 401), ("prevalence", "address", "no fixed address", 20, 90)]
    found = released(BOARD, measures(*rows, ("prevalence", "ward", "w", 20, 90)))
    key = MeasureKey("c", "prevalence", "address", "no fixed address")

    assert {(key.measure, key.dimension) for key in found.frame.slices} == {
        ("met", "address"),
        ("population", "address"),
    }
    for name, cell in (("met", found.measures[key].part), ("population", found.measures[key].whole)):
        assert found.frame.slice_cell("c", name, "address", "no fixed address") == cell
        assert found.everything[CellKey("c", name, "address", "no fixed address")] == cell
