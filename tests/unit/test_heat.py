"""The sheet in the shape of HEAT: its stages, what is filled in from the page, and what is left to people."""

import io
from dataclasses import replace
from datetime import date
from itertools import groupby

import openpyxl
import pytest

from cohorts.report import build_page
from cohorts.report.heat import NOT_HERE, STAGES, heat_table
from cohorts.report.spreadsheet import make_spreadsheet
from governance.disclosure import release
from tests.lib.report import BOARD, COHORTS, POLICY, invented_counts, invented_facts, invented_frame, with_people
from tests.unit.test_report_page import CANARIES, forms


@pytest.fixture(scope="module")
def page():
    """A whole report."""
    return build_page(invented_frame(), invented_facts())


def rows_of(table, group):
    """What is said of one group, by question."""
    return {row[2]: row[3] for row in table.rows if row[1] == group}


def test_every_group_goes_through_the_four_published_stages(page):
    """In their order; what they ask is marked as our own words, and not confirmed."""
    table = heat_table(page)

    for cohort in page.cohorts:
        stages = [stage for stage, _ in groupby(row[0] for row in table.rows if row[1] == cohort.title)]
        assert tuple(stages) == STAGES
    assert "not confirmed" in table.rows[0][2]
    assert "our words" in table.head[2]


def test_what_it_says_is_what_the_page_says(page):
    """Each filled-in sentence stands on the page of the group, or on that of what the board decided."""
    found = rows_of(heat_table(page), COHORTS[0].title)

    assert found["Where is need not met?"] == page.cohorts[0].ladder.finding
    assert found["Who is worse off, by deprivation?"] == page.cohorts[0].equity[0].finding
    assert "Assessed: agrees and differs." in found["What do people who live this say?"]
    assert "Director of adult social care" in found["What will be done, and who sees to it?"]
    assert found["When will it be looked at again, six to twelve months from now?"] == "30 September 2025."
    assert found["What changed since the last report?"].startswith("210 people then, 430 now.")


def test_numbers_are_told_as_a_sentence(page):
    """A number, a comma and "people, rounded" is none."""
    found = rows_of(heat_table(page), COHORTS[0].title)
    unknown = next(number for label, number, _ in page.cohorts[0].summary if label == "We cannot tell for")

    assert found["What do the data leave out?"].startswith(f"We cannot tell for: {unknown} people, rounded. ")
    assert found["How many people is it about?"].startswith("People in this group: 430, rounded. ")


def test_what_no_source_can_tell_is_asked_and_left_to_fill_in(page):
    """Causes, income and work, and the duty of public bodies: HEAT asks for them, and numbers do not answer."""
    found = rows_of(heat_table(page), COHORTS[0].title)

    asked = [question for question, says in found.items() if says == NOT_HERE]
    assert len([one for one in asked if "behind it?" in one or "harder for some" in one]) == 4
    assert {"Does it differ by income or work?", "Which senior leader stands behind this?"} <= set(asked)


def test_what_is_not_broken_down_is_named(page):
    """So that silence is not read as equality."""
    missing = rows_of(heat_table(page), COHORTS[0].title)["Which protected characteristics are not in the data?"]

    assert missing.startswith("Disability, gender reassignment")
    assert not {"age", "race", "sex"} & set(missing.lower().rstrip(".").split(", "))


def test_what_nobody_decided_is_not_available_and_left_to_fill_in():
    """No owner is made up."""
    facts = replace(invented_facts(), board_file=replace(BOARD, decisions=()), since=None)
    table = heat_table(build_page(invented_frame(), facts))
    found = rows_of(table, COHORTS[1].title)

    assert found["What will be done, and who sees to it?"] == NOT_HERE
    assert found["What changed since the last report?"] == NOT_HERE
    assert {row[4] for row in table.rows} == {""}


def test_the_sheet_is_in_the_spreadsheet_and_holds_no_exact_number():
    """Last of the tables, named, on the cover; planted counts are nowhere in it, their rounded forms are."""
    page = build_page(release(with_people(invented_counts(), CANARIES), POLICY), invented_facts())
    book = openpyxl.load_workbook(io.BytesIO(make_spreadsheet(page, as_of=date(2025, 10, 1))))
    text = " ".join(str(cell.value) for row in book["HEAT"].iter_rows() for cell in row).encode()

    assert book.sheetnames[-1] == "HEAT"
    assert any("HEAT" in str(cell.value) for cell in book["Cover"]["A"])
    assert not any(form in text for people in CANARIES.values() for form in forms(people))
    assert b"4,320" in text
