"""The page of measures: restricted, every number with what it is out of, silent about a handful of people."""

import pyarrow as pa
import pytest

from cohorts.measures.page import write_measures_page
from governance.contracts import COHORT_MEASURE, MEASURE_COUNT
from governance.settings import load_bundle

ROWS = [
    # measure, dimension, group, part, whole, unit, value, low, high
    ("told_three_times", "all", "all", 4, 30, "people", 4 / 30, 0.05, 0.3),
    ("prevalence", "all", "all", 30, 400, "people", 0.075, 0.053, 0.105),
    ("prevalence", "ethnic_group", "not recorded", 2, 11, "people", 2 / 11, 0.05, 0.48),
    ("prevalence", "ethnic_group", "black", 3, 9, "people", 1 / 3, 0.12, 0.65),
    ("prevalence", "ethnic_group", "asian", 4, 40, "people", 0.1, 0.04, 0.23),
    ("cascade:referred", "sex", "female", 12, 20, "percentage points", -4.25, None, None),
    ("days_to_contact:mental_health", "all", "all", 11, 20, "days", 23.0, 13.0, None),
    ("days_to_contact:mental_health", "sex", "male", 11, 12, "days", 47.0, 41.0, None),
    ("crisis_share", "sex", "male", 0, 0, "days of contact", None, None, None),
    ("age_standardised", "all", "all", 30, 400, "people", 81.5, 60.0, 110.0),
    ("mostly_in_crisis", "all", "all", 2, 3, "people", 2 / 3, 0.2, 0.9),
    ("crisis_share", "all", "all", 44, 90, "days of contact", 44 / 90, None, None),
    ("crisis_share", "sex", "female", 23, 60, "days of contact", 23 / 60, None, None),
]
PEOPLE = {
    ("crisis_share", "all", "all"): 3,
    ("crisis_share", "sex", "female"): 30,
    ("crisis_share", "sex", "male"): 0,
}
"""Behind days: 90 days of three people are a handful of people."""


def table():
    """These measures as the table of one cohort."""
    names = ("measure", "dimension", "group", "part", "whole", "unit", "value", "low", "high")
    always = {"cohort": "c01", "version": "1.0.0", "denominator": "people it is about"}
    rows = [{**always, **dict(zip(names, row, strict=True))} for row in ROWS]
    for row in rows:
        row["whole_people"] = {("days", "male"): 3, ("days", "all"): 20}.get((row["unit"], row["group"]))
    return pa.Table.from_pylist(rows, schema=COHORT_MEASURE.schema)


def counts():
    """How many people are behind each count that is not of people."""
    rows = [
        {name: 0 for name in MEASURE_COUNT.columns}
        | {"cohort": "c01", "measure": measure, "dimension": dimension, "group": group, "whole_people": people}
        for (measure, dimension, group), people in PEOPLE.items()
    ]
    return pa.Table.from_pylist(rows, schema=MEASURE_COUNT.schema)


@pytest.fixture
def page(toy, tmp_path):
    """The page of these measures."""
    titles = {"c01": "Some cohort"}
    return write_measures_page(tmp_path, load_bundle(toy), "2026-10", table(), counts(), titles).read_text("utf-8")


def test_it_is_restricted_and_needs_nothing_else(page):
    """First of all; no script, no address, one h1, a caption a table."""
    assert page.index("Restricted.") < page.index("<h1>")
    assert page.count("<h1>") == 1
    assert page.count("<caption>") == page.count("<table>") == page.count("<details>") == 7
    assert "<script" not in page
    assert "http" not in page


def test_every_measure_says_what_it_is_out_of(page):
    """A number without its denominator says nothing."""
    assert page.count("Out of: people it is about.") == 7


def test_measures_come_in_the_order_in_which_they_are_explained(page):
    """How many there are first, wherever the table has them."""
    assert page.index("People who meet the definition") < page.index("Assessed or first seen by three")


def test_a_handful_of_people_is_not_shown(page):
    """Nine people in a group: neither how many have it nor the share."""
    row = page[page.index(">black<") : page.index(">not recorded<")]

    assert "fewer than 10" in row
    assert "33.3%" not in row


def test_a_handful_of_people_is_not_shown_beside_the_title_either(page):
    """Two of three members, before the table is opened."""
    assert "Seen in a crisis on half of their days or more</summary>" in page
    assert "66.7%" not in page


def test_days_of_a_handful_of_people_are_not_shown(page):
    """Ninety days are many, and they are of three people."""
    days = page[page.index("<summary>Days of contact in a crisis") :]

    assert days.startswith("<summary>Days of contact in a crisis</summary>")
    assert "48.9%" not in page
    assert "38.3%" in days


def test_referrals_of_a_handful_of_people_are_not_shown(page):
    """Twelve referrals of three people; those of twenty are shown."""
    waits = page[page.index("<summary>Median days from referral to first contact") :]
    row = waits[waits.index(">male<") :]

    assert "fewer than 10" in row[: row.index("</tr>")]
    assert "41 to longer" not in page
    assert "13 to longer" in page


def test_nobody_is_not_a_handful(page):
    """A group in which there is nobody has a true zero."""
    days = page[page.index("<summary>Days of contact in a crisis") :]
    row = days[days.index(">male<") :]

    assert "fewer than" not in row[: row.index("</tr>")]
    assert ">0<" in row[: row.index("</tr>")]


def test_values_stand_in_their_unit(page):
    """Shares as percentages, points, days, rates; an interval without an end says so."""
    for text in ("7.5%", "5.3% to 10.5%", "-4.2 points", "13 to longer than was watched", "81.50"):
        assert text in page


def test_not_recorded_comes_last(page):
    """And is not left out."""
    assert page.index(">asian<") < page.index(">not recorded<")
