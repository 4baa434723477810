"""Grades, and what missed links do to numbers and gaps, in the words a board reads."""

import dataclasses

import pytest

from cohorts.report.certainty import direction, grade, lead_in_doubt, tipping_point
from cohorts.report.charts import Bar, Dot
from cohorts.report.tables import SPANS, bar_table
from governance.disclosure import CellKey, SafeCell, SafeFrame, SafeSpan, Status, rate_per_1000, rule_of
from governance.settings import Policy


def shown(people):
    """A released count."""
    return SafeCell(Status.SHOWN, people, f"{people:,}", 2)


def frame(met=100, unknown=0, population=1_000, span=(90, 110), lost=1.0, groups=None):
    """A release of one cohort ``c``; ``groups``: met and people by ethnic group; their spans pull nothing."""
    cells = {CellKey("c", "met"): shown(met), CellKey("c", "cannot_tell"): shown(unknown)}
    cells[CellKey("c", "population")] = shown(population)
    spans = {CellKey("c", "met"): SafeSpan(*span, lost)} if span else {}
    for name, (found, people) in (groups or {}).items():
        cells[CellKey("c", "met", "ethnic_group", name)] = shown(found)
        cells[CellKey("c", "population", "ethnic_group", name)] = shown(people)
        spans[CellKey("c", "met", "ethnic_group", name)] = SafeSpan(found - 10, found + 10)
    return SafeFrame(rule=rule_of("hide7_round5", Policy()), cells=cells, versions={"c": "1"}, spans=spans)


@pytest.mark.parametrize(
    ("changes", "letter"),
    [
        ({}, "A"),
        ({"span": (85, 110)}, "A"),
        ({"span": (80, 110)}, "B"),
        ({"span": (60, 125)}, "C"),
        ({"unknown": 100}, "A"),
        ({"unknown": 105}, "B"),
        ({"unknown": 305}, "C"),
    ],
)
def test_the_grade_is_the_worse_of_width_and_what_nobody_can_tell(changes, letter):
    """A range of up to a quarter of the number and a tenth unknown is enough to act on; and so on."""
    assert grade(frame(**changes), "c").letter == letter


def test_a_grade_says_why():
    """The range, and the share of people of whom nobody can tell, where that matters."""
    assert grade(frame(), "c").text == (
        "Grade A, enough to act on: if records were joined otherwise, we would find 90 to 110 people."
    )
    assert grade(frame(unknown=200), "c").text.endswith("and for 20 in every 100 people we cannot tell.")


def test_nobody_found_has_no_grade():
    """Nor has a number that is hidden, or one without an interval."""
    assert grade(frame(met=0), "c") is None
    assert grade(frame(span=None), "c") is None


def test_the_direction_of_error_is_said():
    """Intersections lose people to missed links, absences gain them, and some numbers do not move."""
    assert "too low" in direction(frame(lost=0.5), "c")
    assert "too high" in direction(frame(lost=-0.5), "c")
    assert direction(frame(lost=0.0), "c") == ""


def tipped(groups, lost):
    """The tipping point between the groups of a release."""
    found = frame(groups=groups, lost=lost)
    cells = {
        name: (found.cell("c", "met", "ethnic_group", name), found.cell("c", "population", "ethnic_group", name))
        for name in groups
    }
    dots = [Dot(name.title(), rate_per_1000(*pair)) for name, pair in cells.items()]
    return tipping_point(found, "c", "ethnic_group", {name.title(): name for name in groups}, dots)


APART = {"white": (150, 1_000), "asian": (90, 1_000)}


def test_a_gap_disappears_once_enough_links_are_missed_among_those_with_the_lower_rate():
    """The intervals lie some 19 in 1,000 apart: 19 people of 1,000, at up to 4 of every 100 found, here of 90."""
    assert tipped(APART, 4.0) == (
        "This allows for links that we missed. The difference could be gone if we missed 6 more in every 100 in the"
        " group \N{LEFT SINGLE QUOTATION MARK}Asian\N{RIGHT SINGLE QUOTATION MARK}; it may take twice as many."
    )


def test_links_missed_among_those_with_the_higher_rate_may_have_made_it():
    """Where an absence is counted, missed links invent members: then it is the higher rate that is doubtful."""
    assert "White" in tipped(APART, -4.0)


def test_gaps_that_links_cannot_explain_say_so():
    """Too many links would have to be missing, or they hardly matter; no gap says nothing."""
    assert "unlikely" in tipped({"white": (300, 1_000), "asian": (50, 1_000)}, 0.125)
    assert tipped(APART, 0.0) == "Missed links hardly move these numbers."
    assert tipped({"white": (100, 1_000), "asian": (95, 1_000)}, 4.0) == ""


def test_a_lower_rate_of_nobody_cannot_be_explained_by_a_share_of_the_found():
    """Links missed among nobody hide nobody that could be reckoned: the sentence does not divide by zero."""
    assert "unlikely" in tipped({"white": (150, 1_000), "asian": (0, 1_000)}, 16.0)


def test_a_release_without_intervals_says_nothing_of_links():
    """Frames made before there were draws, or of counts alone, are reported as before."""
    bare = dataclasses.replace(frame(), spans={})

    assert grade(bare, "c") is None
    assert direction(bare, "c") == ""
    assert tipping_point(bare, "c", "ethnic_group", {}, [Dot("A", rate_per_1000(shown(300), shown(1_000)))]) == ""


def rows(*counts):
    """Bars of so many people, each with its span."""
    return [
        Bar(f"row {n}", SafeCell(Status.SHOWN, people, str(people)), span=SafeSpan(*span) if span else None)
        for n, (people, span) in enumerate(counts)
    ]


def test_a_lead_that_links_could_overturn_is_told_so():
    """The largest row is named by its count; whether it would stay the largest is said beside it."""
    near, apart = rows((100, (80, 110)), (70, (60, 80))), rows((100, (85, 110)), (70, (60, 80)))

    assert lead_in_doubt(near) == (
        "If records were joined otherwise, it would be 80 to 110 people, and another could be the largest."
    )
    assert lead_in_doubt(apart) == "If records were joined otherwise, it would be 85 to 110 people."
    assert lead_in_doubt(rows((100, (90, 110)), (100, (90, 110)))) == ""
    assert lead_in_doubt(rows((100, None), (70, (60, 80)))) == ""


def test_a_table_has_spans_where_any_may_be_said():
    """A row without one says why in a symbol, never in an empty cell; a table without any stays as it is."""
    told = bar_table("caption", "Row", rows((100, (90, 110)), (3, None)))
    bare = bar_table("caption", "Row", rows((100, None), (3, None)))

    assert (told.head[-1], [row[-1] for row in told.rows]) == (SPANS, ["90 to 110", "[x]"])
    assert bare.head == ("Row", "People", "Share of the group")
