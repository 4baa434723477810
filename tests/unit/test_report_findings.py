"""What the report says about its numbers, and what it refuses to say."""

import re
from dataclasses import replace
from datetime import date

import pytest

from cohorts.report import build_page
from cohorts.report.across import verdict
from cohorts.report.charts import WIDTH, Bar, Dot, bar_chart, dot_chart
from cohorts.report.cohort_section import cohort_section
from cohorts.report.facts import report_facts
from cohorts.report.findings import (
    beside_its_groups,
    clear_difference,
    equity_finding,
    found_sentence,
    ladder_finding,
    overlap_finding,
    quoted,
    unmet_sentence,
)
from cohorts.report.labels import in_order, label
from cohorts.report.ladder import ladder_figure, ladder_rungs
from cohorts.report.overlap import overlap_figures
from cohorts.report.worth_asking import worth_asking
from governance.disclosure import CellKey, RoundingRule, rate_per_1000, release
from governance.english import long_date, month
from governance.settings import Coverage
from tests.lib.governance import write_config
from tests.lib.report import POLICY, QUESTION, invented_counts, invented_facts, invented_frame, with_people

RULE = RoundingRule(hide_up_to_people=7, round_to_people=5)
count = RULE.release


def rate(people, among):
    """The rate of two exact counts, after release."""
    return rate_per_1000(count(people), count(among))


def dots(**groups):
    """Dots by label, from (people, among)."""
    return [Dot(name, rate(*counts)) for name, counts in groups.items()]


def test_a_rate_of_everyone_beside_all_groups_is_explained():
    """A reader who finds everyone below both sexes would think that one of the three numbers is wrong."""
    groups = dots(female=(200, 1025), male=(175, 885))
    unknown = [*groups, Dot("Not recorded", rate(3, 1000))]

    assert beside_its_groups(rate(370, 1915), unknown) == (
        "The rate for everyone is lower than that of each group: numbers are changed and rounded on their own."
    )
    assert "higher" in beside_its_groups(rate(400, 1915), groups)
    assert beside_its_groups(rate(375, 1910), groups) == ""
    assert beside_its_groups(rate(370, 1915), groups[:1]) == ""


def test_a_rate_of_everyone_that_others_explain_or_that_reads_alike_is_not():
    """Hidden groups, and people of whom it is not recorded, count in everyone; 5.54 and 5.48 both read as 5.5."""
    groups = dots(female=(200, 1025), male=(175, 885))

    assert beside_its_groups(rate(370, 1915), [*groups, Dot("Other", rate(3, 1000))]) == ""
    assert beside_its_groups(rate(370, 1915), [*groups, Dot("Not recorded", rate(10, 100))]) == ""
    assert beside_its_groups(rate(15, 2705), dots(a=(10, 1825), b=(10, 1830))) == ""


def test_no_difference_is_claimed_where_intervals_overlap():
    """12% against 10% of a thousand people may be chance."""
    assert equity_finding(dots(a=(100, 1000), b=(120, 1000))).startswith("No clear difference")


def test_a_clear_difference_names_both_groups_and_rates():
    """The pair that lies furthest apart is named, whatever the order of groups."""
    found = equity_finding(dots(low=(100, 1000), middle=(200, 1000), high=(400, 1000)))

    assert found.startswith("Clear difference: 400.0 in every 1,000")
    assert "100.0" in found
    assert "200.0" not in found


def test_a_wide_interval_does_not_mask_a_clear_difference():
    """The highest rate is that of a tiny group; the two large ones differ all the same."""
    high, low = clear_difference(dots(tiny=(10, 25), large=(300, 1000), other=(100, 1000)))

    assert (high.label, low.label) == ("large", "other")


def test_people_not_recorded_are_never_compared():
    """Who is not recorded is a mixture, not a group."""
    assert equity_finding([*dots(a=(100, 1000), b=(110, 1000)), Dot("Not recorded", rate(500, 1000))]).startswith(
        "No c"
    )


def test_too_few_groups_to_compare():
    """One shown group has nothing to differ from."""
    assert "too few" in equity_finding(dots(a=(100, 1000), b=(3, 1000)))


def rungs(*people):
    """A group of 400 and how many reached each rung."""
    return [Bar("In this group", count(400)), *(Bar(f"rung {n}", count(p), rate(p, 400)) for n, p in enumerate(people))]


def test_the_ladder_names_the_largest_fall_and_steps_no_one_reached():
    """By definition no one with an unmet need reached the step that counts: that is not a fall."""
    found = ladder_finding(rungs(300, 250, 0))

    assert "(400)" in found
    assert "(300, 75%)" in found
    assert "No one in this group reached" in found
    assert found.count("rung 2") == 1


def test_a_step_that_defines_the_group_is_no_finding():
    """Whoever was supported in time is not in a group of people who were not: that nobody was says nothing."""
    found = ladder_finding(rungs(300, 0, 0), "rung 1")

    assert "No one in this group reached \N{LEFT SINGLE QUOTATION MARK}rung 2\N{RIGHT SINGLE QUOTATION MARK}." in found
    assert found.endswith("in time is not counted in this group.")
    assert found.count("rung 1") == 1


def test_a_high_rate_among_people_not_recorded_is_told_and_not_compared():
    """95 in every 1,000 beside 3 is seen by every reader: the sentence says why it is no difference between groups."""
    found = equity_finding([*dots(a=(100, 1000), b=(110, 1000)), Dot("Not recorded", rate(500, 1000))])
    alike = equity_finding([*dots(a=(100, 1000), b=(110, 1000)), Dot("Not recorded", rate(105, 1000))])

    assert "Where this was not recorded the rate is high, 500.0 in every 1,000." in found
    assert alike == "No clear difference between groups: the intervals overlap."


def test_the_ladder_says_nothing_about_hidden_steps():
    """A fall to a hidden count is not a number anyone may work with."""
    assert ladder_finding(rungs(3)) == "The numbers are too small to say where people are lost."


def test_groups_that_nobody_recorded_are_not_called_too_few():
    """Seventy people are enough to compare; of none of them is it known which group they are in."""
    alone = [Dot("Not recorded", rate(70, 600))]

    assert equity_finding(alone) == "For no one is it recorded which of these groups they are in."
    assert verdict(alone) == "Not recorded"
    assert verdict(dots(a=(100, 1000))) == "Too few to compare"


def test_a_ladder_of_the_one_step_that_decides_is_not_too_small():
    """Seventy people are enough; there is just no other step on which any of them could be lost."""
    assert ladder_finding(rungs(0), "rung 0") == (
        f"Whoever reached {quoted('rung 0')} in time is not counted in this group."
    )


def test_one_group_is_not_asked_about_as_one_of_many():
    """Nor are its pages: "which of the 1 groups" reads as if nobody had looked."""
    one = replace(invented_facts(), definitions=invented_facts().definitions[:1])

    asks = [build_page(invented_frame(), facts).asks[0] for facts in (one, invented_facts())]
    assert asks[0] == "Will the board look at this group, and who will lead?"
    assert asks[1].startswith("Which of the 4 groups will the board look at first")


def test_the_ladder_claims_nothing_of_a_group_whose_number_is_hidden():
    """That no one reached a step is then told of each of a few people; and a chart of it shows nothing but symbols."""
    hidden = [Bar("In this group", count(4)), *rungs(0, 0)[1:]]
    counts = with_people(invented_counts(), {(QUESTION.id, "met", "all", "all"): 3})
    definition = next(each for each in invented_facts().definitions if each.id == QUESTION.id)
    frame = release(counts, POLICY)
    figure = ladder_figure(frame, definition, ladder_rungs(frame, definition))

    assert ladder_finding(hidden) == "The numbers are too small to say where people are lost."
    assert figure.chart == ""
    assert "No one in this group" not in figure.finding


def test_a_picture_of_noughts_and_symbols_is_not_drawn():
    """The table says the same; where one bar has people, there is a picture."""
    frame, facts = invented_frame(), invented_facts()
    definition = facts.definitions[0]
    few = {key: count(3) if key.dimension == "service_count" else cell for key, cell in frame.cells.items()}

    def pictures(one):
        return {each.heading: bool(each.chart) for each in overlap_figures(one, facts, definition)}

    heading = "How many services saw each person"
    assert pictures(frame)[heading]
    assert pictures(replace(frame, cells=few)) == pictures(frame) | {heading: False}


def test_a_step_that_seems_to_leave_more_people_is_explained():
    """Fifteen after ten: each was changed and rounded on its own, and a reader would look for the mistake."""
    definition = invented_facts().definitions[0]
    frame = invented_frame()
    numbers = [number for number, _ in definition.steps]
    key = CellKey(definition.id, f"attrition:{numbers[-2]}")
    more = replace(frame, cells={**frame.cells, key: frame.cell(definition.id, f"attrition:{numbers[0]}")})

    assert cohort_section(frame, invented_facts(), definition).more_left == ""
    assert "rounded on its own" in cohort_section(more, invented_facts(), definition).more_left


def test_the_largest_row_is_named_alone_or_with_its_equal():
    """Two rows that show alike may be in either order, so neither comes first; of more than two none is named."""
    bars = [Bar("one", count(20)), Bar("other", count(21))]

    assert overlap_finding(bars, "Most") == f"Two are the largest: {quoted('one')} and {quoted('other')}, 20 each."
    assert overlap_finding([*bars, Bar("third", count(19))], "Most") == "None stands out."
    assert overlap_finding([Bar("one", count(3)), Bar("other", count(3))], "Most") == "None stands out."
    assert overlap_finding([], "Most") == "None stands out."
    assert overlap_finding([*bars, Bar("third", count(90))], "Most") == "Most: third, 90."


@pytest.mark.parametrize(
    ("met", "cannot_tell", "text"),
    [
        (430, 205, "We found about 430 people in this group. We cannot tell for about 205 people."),
        (0, 3, "We found no one in this group. How many people we cannot tell for is hidden to protect them."),
        (
            3,
            0,
            "How many people are in this group is hidden to protect them. We can tell for everyone or almost everyone.",
        ),
    ],
)
def test_how_many_were_found(met, cannot_tell, text):
    """Hidden, none and some are told apart in words."""
    assert found_sentence(count(met), count(cannot_tell)) == text


def test_unmet_need_is_a_natural_frequency_in_a_hundred():
    """Nothing is said where the share is not shown."""
    assert "about 61 in every 100 did not get help in time" in unmet_sentence(rate(430, 705))
    assert "us, no one or almost no one got help in time" in unmet_sentence(rate(705, 705))
    assert "us, everyone or almost everyone got help in time" in unmet_sentence(rate(0, 705))
    assert unmet_sentence(rate(3, 705)) == ""


def test_charts_draw_no_mark_for_hidden_counts():
    """A hidden count is its symbol, with nothing to measure."""
    bars = str(bar_chart("x", "t", [Bar("a", count(3))], most=count(400)))
    points = str(dot_chart("x", "t", [Dot("a", rate(3, 400))], everyone=rate(100, 400)))

    assert "<rect" not in bars
    assert "<circle" not in points
    assert "[c]" in bars
    assert "[c]" in points


def test_a_very_wide_interval_ends_in_an_arrow():
    """The smallest group does not squeeze the axis; its interval is in the table."""
    points = [*dots(a=(100, 10_000), b=(110, 10_000)), Dot("few", rate(0, 40))]

    drawn = str(dot_chart("x", "t", points, everyone=rate(210, 20_000)))

    assert drawn.count("<polygon") == 1
    assert "few: 0.0 (0.0 to 87.6)" in drawn


def test_a_rate_far_beyond_all_others_does_not_squeeze_them():
    """It is named at the edge, with an arrow; where others come near it, every dot is drawn."""
    near = dots(a=(30, 10_000), b=(40, 10_000))

    apart = str(dot_chart("x", "t", [*near, Dot("few", rate(20, 210))], everyone=rate(90, 20_210)))
    together = str(dot_chart("x", "t", [*near, Dot("few", rate(20, 2_100))], everyone=rate(90, 22_100)))

    assert (apart.count("<circle"), apart.count("<polygon")) == (2, 1)
    assert (together.count("<circle"), together.count("<polygon")) == (3, 0)
    assert "few: 95.2" in apart
    assert ">95.2</text>" in apart
    assert ">95.2</text>" not in together


def test_the_rate_of_everyone_is_drawn_however_far_it_lies():
    """Groups whose rates are hidden may be what makes it: its line never stands outside the picture."""
    drawn = str(dot_chart("x", "t", dots(a=(30, 10_000), b=(40, 10_000)), everyone=rate(3_000, 30_000)))

    places = [float(x) for x in re.findall(r' x[12]?="([^"]+)"', drawn)]
    assert max(places) <= WIDTH
    assert drawn.count("<circle") == 2


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("hospital-acquired-infection", ["hospital-acquired-", "infection"]),
        ("a" * 30, ["a" * 10 + "-", "a" * 10 + "-", "a" * 10]),
        ("Northmoor-" + "y" * 20, ["Northmoor-", "y" * 10 + "-", "y" * 10]),
        ("a" * 19 + "-b", ["a" * 10 + "-", "a" * 9 + "-b"]),
    ],
)
def test_a_long_name_has_one_hyphen_at_the_end_of_a_line_and_none_inside(name, lines):
    """A name with hyphens of its own is broken at them."""
    drawn = str(dot_chart("x", "t", [Dot(name, rate(3, 400))]))

    named = drawn.split('text-anchor="end"')[1:]
    assert [each.split(">")[1].split("<")[0] for each in named] == lines


def test_labels_are_words():
    """Groups read as a board would say them, in the order of the manifest, those not recorded last."""
    facts = invented_facts()

    assert in_order(["not recorded", "b", "z", "a"], ["b", "a"]) == ["b", "a", "z", "not recorded"]
    assert label("deprivation_quintile", "1", facts) == "1 (most deprived)"
    assert label("age_band", "80+", facts) == "80 and over"
    assert label("age_band", "18-34", facts) == "18 to 34"
    assert label("service_pair", "housing & police", facts) == "Housing and homelessness + Police notices"
    assert [label("service_count", group, facts) for group in ("0", "1", "4+")] == [
        "No service",
        "1 service",
        "4 or more services",
    ]
    assert label("service", "new_source", facts) == "new source"


def test_dates_are_english_on_any_machine():
    """No locale decides what a board reads."""
    assert long_date(date(2025, 9, 30)) == "30 September 2025"
    assert month("2025-09") == "September 2025"


def test_facts_come_from_configs_and_the_manifest(tmp_path):
    """The manifest of the cohort step as it is written, with the parts the page uses."""
    bundle = write_config(tmp_path)
    covered = Coverage(start=date(2023, 4, 1), end=date(2024, 4, 1), share=0.9, known_gaps="Visits at night")
    part = Coverage(start=date(2024, 4, 1), kinds=["ed.attendance", "apc.admission"], known_gaps="Other areas.")
    bundle = replace(bundle, sources=(bundle.sources[0].model_copy(update={"coverage": [covered, part]}),))
    manifest = {
        "kind": "cohorts",
        "period": "2025-09",
        "as_of": "2025-10-01",
        "dimensions": {"sex": {"title": "Sex", "order": ["female", "male", "not recorded"]}},
        "definitions": [
            {
                "id": "c05",
                "version": "1.0.0",
                "title": "Repeat notices",
                "why": "Someone worried.",
                "english": ["People."],
                "population_english": "People.",
                "unmet_english": "Unmet means: nothing.",
                "sha256": "ab" * 32,
                "sources": ["A study."],
                "caveats": [],
                "steps": [{"step": "01", "label": "Everyone"}],
                "varied": ["In this report “notices” is 2. Two are a repeat."],
                "ladder": [{"rung": "referred", "label": "Referred"}],
                "evidence": ["Known."],
                "review": {"status": "reviewed", "by": "A Board", "on": "2025-01-01"},
                "lived_experience": {"status": "not yet reviewed", "by": None, "on": None},
            }
        ],
    }

    facts = report_facts(bundle, manifest, linkage=(), checkpoint="00" * 32)

    assert facts.definitions[0].review == "reviewed A Board 2025-01-01"
    assert facts.definitions[0].lived_experience == "not yet reviewed"
    assert facts.definitions[0].rungs == (("referred", "Referred"),)
    assert facts.definitions[0].varied == ("In this report “notices” is 2. Two are a repeat.",)
    assert facts.as_of == date(2025, 10, 1)
    assert facts.board == bundle.project.report.board
    assert facts.sources[0].coverage == (
        "from 1 April 2023 to 31 March 2024, about 90% of the people served",
        "emergency department attendances and hospital admissions: from 1 April 2024 on",
    )
    assert facts.sources[0].known_gaps == ("Visits at night.", "Other areas.")


# --- questions worth asking ---------------------------------------------------------------------------


def test_a_question_is_told_with_its_released_size_and_what_to_ask():
    """By the fixture: a size, a rate, for how many nobody can tell, and how long it has been found."""
    frame = invented_frame()

    [found] = worth_asking(frame, (QUESTION,))

    size = frame.cell(QUESTION.id, "met").text
    assert found.sentences[0].startswith(f"We found about {size} people in this group.")
    assert found.sentences[-1] == "The search found it in 2 earlier months as well."
    assert found.questions == QUESTION.questions


def test_a_question_whose_size_is_hidden_is_not_told():
    """Nor one of nobody, nor one that was not counted."""
    small = with_people(invented_counts(), {(QUESTION.id, "met", "all", "all"): 3})
    none = replace(QUESTION, id="never_counted")

    assert worth_asking(release(small, POLICY), (QUESTION, none)) == ()
