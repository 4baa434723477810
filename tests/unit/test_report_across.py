"""The groups side by side: what one has and another lacks is told with its reason."""

from dataclasses import replace

import pytest

from cohorts.report.across import across
from cohorts.report.equity import equity_dots, equity_figure
from cohorts.report.facts import SuppressedFacts
from governance.disclosure import CellKey
from governance.disclosure.rounding import HIDDEN
from tests.lib.report import COHORTS, invented_facts, invented_frame

FIRST, SECOND = COHORTS[0].id, COHORTS[1].id
FACTS = invented_facts()


def lacking(*dimensions):
    """The invented frame, of which the first group has not these breakdowns."""
    frame = invented_frame()
    gone = [key for key in frame.cells if key.cohort == FIRST and key.dimension in dimensions]
    return replace(frame, cells={key: cell for key, cell in frame.cells.items() if key not in gone})


def test_a_breakdown_that_was_suppressed_is_hidden_and_one_that_nobody_asked_for_is_not_available():
    """Neither is a group in which there is nobody to count, which [z] would say."""
    by_sex = next(each for each in FACTS.dimensions if each.id == "sex")
    gone = SuppressedFacts(cohort=FIRST, title="", measure="", by=by_sex.title, dimension="sex")

    found = across(lacking("sex", "age_band"), replace(FACTS, suppressed=(gone,)))
    place = {name: column for column, name in enumerate(found.differences.head)}
    rates = {each.caption: each.rows[0][1:] for each in found.equity}

    assert found.differences.rows[0][place["By sex"]] == "[c]"
    assert found.differences.rows[0][place["By age"]] == "[x]"
    assert set(rates["In every 1,000 people, by sex"]) == {"[c]"}
    assert set(rates["In every 1,000 people, by age"]) == {"[x]"}


@pytest.mark.parametrize(
    ("area", "cell"), [("Northmoor", "[c]"), ("", "[x]")], ids=["in the report on an area", "in that on the whole"]
)
def test_what_was_suppressed_in_areas_is_hidden_there(area, cell):
    """It is said in other words than the breakdown's title; the whole has it, or was not asked for it."""
    gone = SuppressedFacts(cohort=FIRST, title="", measure="", by="Sex", dimension="sex", in_areas=True)

    found = across(lacking("sex"), replace(FACTS, suppressed=(gone,), part_of=area)).differences

    assert found.rows[0][found.head.index("By sex")] == cell


def test_services_of_a_group_that_were_suppressed_are_hidden():
    """As any other breakdown; without that, nobody asked for them."""
    gone = SuppressedFacts(cohort=FIRST, title="", measure="", by="Service", dimension="service")

    found = [across(lacking("service"), replace(FACTS, suppressed=each)).services for each in ((gone,), ())]

    assert [{row[1] for row in each.rows} for each in found] == [{"[c]"}, {"[x]"}]


def test_services_of_a_group_that_is_too_small_are_hidden():
    """Its total is hidden, so nothing of it is broken down; services stand under their short names."""
    frame = lacking("service")
    cells = {**frame.cells, CellKey(FIRST, "met"): HIDDEN}

    found = across(replace(frame, cells=cells), FACTS).services

    assert {row[1] for row in found.rows} == {"[c]"}
    assert [row[0] for row in found.rows] == [FACTS.source_short(each.id) for each in FACTS.sources]
    assert found.head == ("Service", *(each.title for each in FACTS.definitions))


def test_a_breakdown_of_which_every_rate_is_hidden_has_no_chart():
    """An empty frame tells nobody anything; the table stays, with its symbols."""
    frame = invented_frame()
    hidden = {key: HIDDEN for key in frame.cells if key.cohort == SECOND and key.dimension == "sex"}
    definition, by_sex = FACTS.definitions[1], next(each for each in FACTS.dimensions if each.id == "sex")

    def figure(shown):
        return equity_figure(shown, FACTS, definition, by_sex, equity_dots(shown, FACTS, SECOND, by_sex))

    assert figure(frame).chart
    assert not figure(replace(frame, cells={**frame.cells, **hidden})).chart
    assert figure(replace(frame, cells={**frame.cells, **hidden})).table.rows[0][1] == "[c]"
