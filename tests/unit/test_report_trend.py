"""Change over time: what stands out of a run of reports, and what is said while there are too few."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.report import build_page, render_pages
from cohorts.report.charts import Axis
from cohorts.report.facts import EarlierReport
from cohorts.report.spc import Signals, signals
from cohorts.report.tables import overall_rate
from cohorts.report.trend import NEEDED, change_finding, cohort_trend, trend, unbroken
from governance.disclosure import CellKey, SafeRate, SafeSpan, Status
from governance.disclosure.rounding import SafeCell
from tests.lib.report import COHORTS, invented_facts, invented_frame

COHORT = COHORTS[0].id
QUIET = [40, 42, 41, 43, 42, 41, 42, 40, 41, 43, 42, 41, 42]


def rates(levels):
    """A run of months that ends with September 2025."""
    months = [f"{year}-{number:02}" for year in (2023, 2024, 2025) for number in range(1, 13)]
    months = months[: months.index("2025-09") + 1][-len(levels) :]
    return [(m, SafeRate(Status.SHOWN, float(x), x * 0.9, x * 1.1)) for m, x in zip(months, levels, strict=True)]


def rolling(rng, mean, reports):
    """Reports that look back 12 months, released to the nearest 5 with noise: nothing happens in them."""
    level = np.convolve(rng.poisson(mean, reports + 11), np.ones(12), "valid")
    return 5 * np.rint((level + np.rint(rng.normal(0, 2, reports))) / 5)


def on_levels(level):
    """The two rules as they are mostly used, on levels."""
    away = level - level.mean()
    beyond = np.abs(away) > 2.66 * np.abs(np.diff(level)).mean()
    side = np.convolve(np.sign(away), np.ones(7), "valid")
    return bool(beyond.any() or (np.abs(side) == 7).any())


def test_twelve_changes_are_needed():
    """Thirteen reports; with twelve nothing is told."""
    assert signals(QUIET[:12]) is None
    assert signals(QUIET) == Signals((), (), ())


def test_a_jump_and_runs_by_hand():
    """One change of twelve is 20; seven rises in a row, and seven falls."""
    jump = [*QUIET[:8], *(level + 20 for level in QUIET[8:])]

    assert signals(jump).jumps == (8,)
    assert signals([1, 2, 3, 4, 5, 6, 7, 8, 7, 8, 7, 8, 7]).rises == (7,)
    assert signals([9, 8, 7, 6, 5, 4, 3, 2, 3, 2, 3, 2, 3]).falls == (7,)


def test_what_rounding_does_is_no_jump():
    """A number that stands still and then shows as the next multiple of five."""
    still = [40.0] * 9 + [45.0] * 5

    assert signals(still).jumps == (9,)
    assert not signals(still, noise=2.5)


def test_limits_are_those_of_an_xmr_chart():
    """Mean change and mean moving range, worked out by hand for changes of 1 and -1 in turn."""
    level = np.cumsum([50, *[1, -1] * 6])  # moving range 2, limits at 5.32 on either side of nothing
    inside, outside = (np.concatenate([level, [level[-1] + step]]) for step in (4.5, 8.0))

    assert not signals(inside).jumps
    assert signals(outside).jumps == (13,)


def test_reports_that_share_their_people_are_not_taken_for_change():
    """Of 300 runs of 24 reports in which nothing happened: hardly any by changes, nearly all by levels."""
    rng = np.random.default_rng(3)
    runs = [rolling(rng, 20, 24) for _ in range(300)]

    assert sum(bool(signals(run)) for run in runs) <= 30
    assert sum(on_levels(run) for run in runs) >= 200


@given(st.lists(st.integers(0, 200), min_size=13, max_size=25), st.integers(1, 9))
def test_what_stands_out_does_not_depend_on_the_unit(levels, scale):
    """Nor on where zero is."""
    moved = signals([scale * level + 1000 for level in levels])

    assert moved.rises == signals(levels).rises
    assert moved.falls == signals(levels).falls


def test_too_few_reports_say_how_many_there_are():
    """And show no chart."""
    told = trend("t", "A group", rates(QUIET[:2]), axis=Axis())

    assert told.figure is None
    assert f"{NEEDED} monthly reports in a row" in told.note
    assert "There are 2 such reports so far" in told.note
    assert trend("t", "A group", [], axis=Axis()).note.endswith("none so far: in this one the number cannot be told.")


def test_the_chart_marks_what_the_finding_says():
    """One square, one row, one sentence; and the words for those who do not see it."""
    levels = [*QUIET[:8], *(level + 20 for level in QUIET[8:])]
    figure = trend("t", "A group", rates(levels), axis=Axis()).figure

    assert figure.finding == "In May 2025 the change stood out from the usual ups and downs."
    assert str(figure.chart).count("<rect") == 1
    assert "May 2025: 61.0 (54.9 to 67.1), marked" in str(figure.chart)
    assert [row[0] for row in figure.table.rows if row[3] == "Larger change"] == ["May 2025"]
    assert change_finding([], Signals((), (), ())).startswith("No clear change")


@pytest.fixture(scope="module")
def year():
    """A frame, and the same released in each of twelve months before under other numbers of members."""
    frame = invented_frame()

    def of(people):
        cell = SafeCell(Status.SHOWN, people, f"{people:,}", 2)
        return replace(frame, cells={**frame.cells, CellKey(COHORT, "met"): cell})

    months = [f"2024-{n:02}" for n in range(9, 13)] + [f"2025-{n:02}" for n in range(1, 9)]
    return frame, [EarlierReport(month, of(400 + 5 * (n % 3))) for n, month in enumerate(months)]


def test_a_year_of_reports_makes_a_chart_on_every_page(year):
    """Of each group and of each service."""
    frame, earlier = year
    page = build_page(frame, replace(invented_facts(), earlier=tuple(earlier)))

    assert all(each.trend.figure for each in page.cohorts)
    assert [title for title, each in page.waits.trends if each.figure] == [
        "Housing and homelessness",
        "Mental health services",
    ]
    assert "Change over time" in render_pages(page)["board_report/waits.html"]


def test_intervals_over_time_are_of_chance_alone_in_every_month(year):
    """Earlier reports have no spans: this month's, which has, is not set beside them with another kind of interval."""
    frame, earlier = year
    facts = replace(invented_facts(), earlier=tuple(earlier))
    spans = {key: SafeSpan(cell.people // 2, 2 * cell.people) for key, cell in frame.cells.items() if cell.people}
    doubted = cohort_trend(replace(frame, spans=spans), facts, facts.definitions[0]).figure

    assert doubted.table == cohort_trend(frame, facts, facts.definitions[0]).figure.table
    assert "intervals in this table show chance only" in doubted.note


@pytest.mark.parametrize("missing", ["a month", "another definition", "a hidden number"])
def test_a_run_ends_where_reports_cannot_be_compared(year, missing):
    """A month without a report, another version of the definition, or a number that was not shown."""
    frame, earlier = year
    at = 4
    if missing == "a month":
        reports = [each for number, each in enumerate(earlier) if number != at]
    else:
        old = earlier[at].frame
        other = replace(old, versions={**old.versions, COHORT: "0.9.0"})
        hidden = replace(old, cells={**old.cells, CellKey(COHORT, "met"): SafeCell(Status.HIDDEN, None, "[c]")})
        changed = EarlierReport(earlier[at].period, other if missing == "another definition" else hidden)
        reports = [*earlier[:at], changed, *earlier[at + 1 :]]
    facts = replace(invented_facts(), earlier=tuple(reports))

    assert "There are 8 such reports" in cohort_trend(frame, facts, facts.definitions[0]).note
    assert len(unbroken(frame, replace(facts, earlier=()), lambda one: overall_rate(one, COHORT))) == 1
