"""Combinations of services in the board report: the picture, its words and its table say the same, and no more."""

import re
from dataclasses import replace

import pytest

from cohorts.report import build_page
from cohorts.report.charts import Bar
from cohorts.report.combined import combinations_figure
from cohorts.report.findings import quoted
from cohorts.report.upset import SetRow, upset_chart
from governance.disclosure import SafeCell, Status
from governance.disclosure.combinations import OTHERS, SERVICE_SET, are_others, services_of
from tests.lib.report import COHORTS, SOURCES, invented_facts, invented_frame

COHORT = COHORTS[2].id


@pytest.fixture(scope="module")
def facts():
    """With a short name for one service."""
    facts = invented_facts()
    short = tuple(replace(each, short_title="Homes") if each.id == "housing" else each for each in facts.sources)
    return replace(facts, sources=short)


@pytest.fixture(scope="module")
def figure(facts):
    """Of the group of whom combinations are told."""
    return combinations_figure(invented_frame(), facts, facts.definitions[2])


def test_each_row_stands_in_the_table_the_picture_and_its_words(figure):
    """Largest first, what was put together last, every number the released one."""
    frame = invented_frame()
    groups = frame.groups(COHORT, "met", SERVICE_SET)
    cells = {group: frame.cell(COHORT, "met", SERVICE_SET, group) for group in groups}
    people = [int(row[1]) for row in figure.table.rows]

    assert sorted(people) == sorted(cell.people for cell in cells.values())
    assert people[:-1] == sorted(people[:-1], reverse=True)
    assert figure.table.rows[-1][0] == "All other combinations"
    description = re.search(r"<desc[^>]*>(.*?)</desc>", figure.chart)[1]
    assert all(f"{name}: {number} ({part})" in description for name, number, part in figure.table.rows)


def test_dots_are_filled_for_the_services_of_a_combination(figure):
    """As many large dots as services in all rows with a row of their own, and small ones for the rest."""
    groups = invented_frame().groups(COHORT, "met", SERVICE_SET)
    alone, [others] = [each for each in groups if not are_others(each)], [each for each in groups if are_others(each)]
    filled = sum(len(services_of(each)) for each in alone)

    assert len(re.findall(r'<circle[^>]* r="8"', figure.chart)) == filled
    assert len(re.findall(r'<circle[^>]* r="4"', figure.chart)) == len(alone) * len(services_of(others)) - filled


def test_a_service_has_its_short_name_where_it_stands_beside_others(figure):
    """In the table and over its dots; a service without one has its title."""
    assert any("Homes" in row[0] for row in figure.table.rows)
    assert ">Homes</text>" in figure.chart
    assert not any("Housing and homelessness" in row[0] for row in figure.table.rows)


def test_a_service_has_one_name_in_all_charts_of_a_group(facts):
    """And the page on how the report was made says which source it is."""
    page = build_page(invented_frame(), facts)
    services = page.cohorts[2].overlap[0].table

    assert "Homes" in [row[0] for row in services.rows]
    assert ("Housing and homelessness", "Homes") in [row[:2] for row in page.making.sources.rows]


def test_the_sentence_says_what_is_common_and_what_is_not_told(figure):
    """All of this group were in emergency care; the register is not looked at."""
    assert f"{quoted('Emergency care')} is in each of the common ones." in figure.finding
    assert re.search(r"About \d+ in every 100 have a rarer combination\.$", figure.finding)
    assert figure.note.endswith(f"This picture does not look at {quoted('GP register')}.")


def test_words_claim_nothing_of_services_that_the_picture_does_not_look_at(figure):
    """Whoever hears them is told no more than whoever sees the dots: others may have seen these people, too."""
    description = re.search(r"<desc[^>]*>(.*?)</desc>", figure.chart)[1]

    assert description.startswith("Each row is the people seen by these services and by no other in the picture.")


def test_of_many_services_those_that_are_looked_at_are_named(facts):
    """The shorter list of the two is told: with nineteen sources the other is as long as the table."""
    more = [replace(facts.sources[0], id=f"more_{number}", short_title=f"More {number}") for number in range(9)]
    many = replace(facts, sources=(*facts.sources, *more))
    note = combinations_figure(invented_frame(), many, many.definitions[2]).note

    assert "More 3" not in note
    assert "GP register" not in note
    assert re.search(r"This picture looks at .*Homes.* and at no other service\.$", note)


def test_without_combinations_there_is_no_picture(facts):
    """As in the report on an area, or where they are too rare."""
    frame = invented_frame()
    cells = {key: cell for key, cell in frame.cells.items() if key.dimension != SERVICE_SET}

    assert combinations_figure(replace(frame, cells=cells), facts, facts.definitions[2]) is None


def test_a_hidden_number_has_no_bar():
    """Nothing to measure, and a symbol."""
    hidden = Bar("a", SafeCell(Status.HIDDEN, None, "[c]"))
    chart = upset_chart("x", "t", [("a", "A")], [SetRow(frozenset("a"), hidden)], most=hidden.cell)

    assert len(re.findall("<rect", chart)) == 1  # the stripe
    assert ">[c]</text>" in chart


def test_others_are_named_by_what_is_told_apart():
    """So that whoever reads the file of counts knows which services the rows are about."""
    [others] = [each for each in invented_frame().groups(COHORT, "met", SERVICE_SET) if are_others(each)]

    assert others.startswith(OTHERS)
    assert services_of(others) <= {source for source, *_ in SOURCES}
