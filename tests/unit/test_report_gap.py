"""The gap by deprivation as a board reads it: from released counts alone, wider where they are blurred, or not told."""

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.measures.publish import OF_PEOPLE
from cohorts.measures.standardise import directly_standardised
from cohorts.report.gap import at_the_same_ages, deprivation_gap, slope_of
from governance.contracts import COHORT_COUNT, MEASURE_COUNT
from governance.disclosure import CellKey, RoundingRule, SafeSpan, release_measures
from governance.disclosure.pairs import AGE_BY_CORE20
from governance.disclosure.waits import MOST_DEPRIVED, OTHERS
from governance.settings import Policy

FIFTHS = {"1": (120, 2000), "2": (90, 2000), "3": (70, 2000), "4": (50, 2000), "5": (40, 2000)}
AGES = {
    "18-34 | 1": (50, 900), "35-49 | 1": (40, 600), "50-64 | 1": (30, 500),
    "18-34 | 3": (50, 1600), "35-49 | 3": (80, 3200), "50-64 | 3": (120, 3200),
}  # fmt: skip
STANDARD = {"18-34": 2500, "35-49": 3800, "50-64": 3700}


def released(fifths=FIFTHS, ages=AGES, standard=STANDARD, profile="hide7_round5", policy=None):
    """A frame of one cohort and everyone's ages."""
    counts = [
        ("c", measure, "deprivation_quintile", group, pair[n])
        for n, measure in enumerate(("met", "population"))
        for group, pair in fifths.items()
    ] + [("_everyone", "population", "age_band", band, people) for band, people in standard.items()]
    names = ("cohort", "measure", "dimension", "group", "people")
    rows = [{"version": "1", "cell_key": 0, **dict(zip(names, row, strict=True))} for row in counts]
    pairs = [
        {"cohort": "c", "measure": "prevalence", "dimension": AGE_BY_CORE20, "group": group, "part": part,
         "whole": whole, "part_people": part, "whole_people": whole, "part_noise": 0, "whole_noise": 0}
        for group, (part, whole) in ages.items()
    ]  # fmt: skip
    return release_measures(
        pa.Table.from_pylist(rows, schema=COHORT_COUNT.schema),
        pa.Table.from_pylist(pairs, schema=MEASURE_COUNT.schema),
        policy or Policy(),
        profile,
        of_people=OF_PEOPLE,
    ).frame


def unblurred(frame):
    """The same counts as if they were exact."""

    class Exact(RoundingRule):
        variance = 0.0

    return replace(frame, rule=Exact(7, 5))


def test_the_rate_at_the_same_ages_is_that_of_the_released_counts():
    """Dobson's limits on the published numbers, weighted to everyone's published ages."""
    own = [AGES[f"{age} | 1"] for age in STANDARD]
    plain = directly_standardised(*zip(*own, strict=True), list(STANDARD.values()))

    assert at_the_same_ages(unblurred(released()), "c", MOST_DEPRIVED) == plain


def test_blur_widens_intervals_and_moves_nothing():
    """Rounding is part of what is not known."""
    told, exact = released(), unblurred(released())

    for find in (lambda f: at_the_same_ages(f, "c", OTHERS), lambda f: slope_of(f, "c").sii):
        assert find(told).value == pytest.approx(find(exact).value)
        assert find(told).low < find(exact).low < find(exact).high < find(told).high


def test_links_in_doubt_widen_the_line_through_the_fifths():
    """What makes the spans of its counts wider makes its interval wider, whichever of the two counts it is."""
    frame = released()
    plain = slope_of(frame, "c").sii

    for measure in ("met", "population"):
        keys = [CellKey("c", measure, "deprivation_quintile", fifth) for fifth in FIFTHS]
        doubt = 30 if measure == "met" else 600
        spans = {
            key: SafeSpan(frame.cells[key].people - doubt, frame.cells[key].people + doubt, doubt=2 * doubt)
            for key in keys
        }
        told = slope_of(replace(frame, spans=spans), "c").sii
        assert told.low < plain.low < plain.high < told.high, measure


def test_the_page_tells_both_gaps_in_words():
    """A clear slope, and what is left of it at the same ages."""
    gap = deprivation_gap(released(), "c", "Title")

    assert gap.finding.startswith("Clear difference: at the most deprived end there are ")
    assert "more in every 1,000 people" in gap.finding
    assert "Age alone does not explain it: at the same ages the rate is higher" in gap.finding
    assert [row[3] for row in gap.table.rows] == ["More common where areas are more deprived"] * 4


def test_ages_can_explain_a_gap():
    """Each age fares alike; one place is older."""
    ages = {"18-34 | 1": (20, 400), "50-64 | 1": (160, 1600), "18-34 | 3": (80, 1600), "50-64 | 3": (40, 400)}
    found = deprivation_gap(released(ages=ages), "c", "Title").finding

    assert "At the same ages, there is no clear difference" in found


def test_a_number_that_cannot_be_told_says_so_in_words():
    """Nobody of one fifth is in the cohort, so no line goes through all five; what can be told is told."""
    gap = deprivation_gap(released(fifths=FIFTHS | {"5": (0, 2000)}), "c", "Title")

    assert [row[1:] for row in gap.table.rows[:2]] == [("[x]", "[x]", "Too few people to say")] * 2
    assert "we cannot say how wide the gap is" in gap.finding
    assert [row[3] for row in gap.table.rows[2:]] == ["More common where areas are more deprived"] * 2


def test_where_nothing_can_be_told_there_is_a_sentence_and_no_table():
    """A fifth is hidden: no slope, and no ages of all other areas, which would tell of it."""
    gap = deprivation_gap(released(fifths=FIFTHS | {"5": (3, 2000)}), "c", "Title")

    assert gap.finding == "There are too few people to say how wide the gap is."
    assert gap.table is None


def test_below_ten_people_there_is_no_rate_at_the_same_ages():
    """As the Public Health technical guide has it; under a policy that shows less than ten."""
    ages = {"18-34 | 1": (9, 900), "18-34 | 3": (90, 900)}
    frame = released(ages=ages, policy=Policy(hide_up_to_people=7, round_to_people=5))
    few = replace(frame, pairs={key: replace(cell, people=9) if cell.people == 10 else cell
                                for key, cell in frame.pairs.items()})  # fmt: skip

    assert at_the_same_ages(few, "c", MOST_DEPRIVED) is None
    assert at_the_same_ages(few, "c", OTHERS) is not None


def test_ages_that_are_hidden_for_everyone_are_no_standard():
    """Then nobody outside could work it out either."""
    assert at_the_same_ages(released(standard={**STANDARD, "50-64": 3}), "c", OTHERS) is None
    assert at_the_same_ages(released(ages={}), "c", OTHERS) is None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-2, 2), min_size=10, max_size=10), st.integers(1, 7), st.integers(1, 7))
def test_counts_that_are_released_alike_give_the_same_gap(moves, one, other):
    """Whatever lies behind a rounded or hidden count cannot be told: the page is a function of what is published."""

    def at(moved, hidden):
        fifths = {
            group: (part + moved[2 * n], whole + moved[2 * n + 1])
            for n, (group, (part, whole)) in enumerate(FIFTHS.items())
        }
        return released(fifths=fifths, ages=AGES | {"80+ | 1": (hidden, 600)})

    first, second = at([0] * 10, one), at(moves, other)

    assert first.cells == second.cells
    assert deprivation_gap(first, "c", "Title") == deprivation_gap(second, "c", "Title")


def test_a_cohort_that_is_not_broken_down_has_no_gap():
    """The section is left out."""
    assert deprivation_gap(released(fifths={}), "c", "Title") is None
