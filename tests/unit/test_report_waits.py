"""The page on waits: medians from released counts only, and no difference claimed that its interval does not bear."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.report import build_page, render_pages
from cohorts.report.facts import EarlierReport
from cohorts.report.findings import quoted
from cohorts.report.waits import gap_finding, moved
from cohorts.report.weeks import Gap, ServiceWait, Weeks, service_wait, services_waited_for
from governance.disclosure import ALL, CellKey, SafeSpan, release
from governance.disclosure.banded import Bounded
from governance.disclosure.rounding import HIDDEN, SafeCell, Status
from governance.disclosure.waits import BANDS, MOST_DEPRIVED, PLACE, referred, waited
from tests.lib.report import POLICY, invented_counts, invented_facts, invented_frame

LIMITS = st.tuples(*[st.floats(-20, 20)] * 3).map(sorted)


@pytest.fixture(scope="module")
def frame():
    """Every number of the made-up release."""
    return invented_frame()


def number(people):
    """A shown count."""
    return SafeCell(Status.SHOWN, people, f"{people:,}", 2)


def with_cells(frame, changed):
    """The same release with some cells of everyone replaced."""
    cells = {CellKey("_everyone", measure, *where): cell for (measure, *where), cell in changed.items()}
    return replace(frame, cells={**frame.cells, **cells})


def service(median=(2, 1, 3), gap=(0, -1, 1)):
    """A service's wait and gap."""
    weeks = Weeks(Bounded(*median) if median else None)
    return ServiceWait(
        source="s", people=number(100), median=weeks, deprived=weeks, others=weeks,
        gap=Gap(Bounded(*gap) if gap else None),
    )  # fmt: skip


def test_waits_beyond_the_bands_are_long_not_few(frame):
    """Two hundred people whose wait is over 18 weeks everywhere: nothing is missing but a longer scale."""
    longest = {}
    for group, where in (("all", "all"), (PLACE, MOST_DEPRIVED), (PLACE, "all other areas")):
        longest |= {
            (waited("housing", how, band), group, where): number(0) for how in ("seen", "unseen") for band in BANDS
        }
        longest |= {(waited("housing", "unseen", BANDS[-1]), group, where): number(400)}
        longest |= {(referred("housing"), group, where): number(400)}
    beyond = with_cells(frame, longest)
    found, page = service_wait(beyond, "housing"), build_page(beyond, invented_facts()).waits
    row = next(row for row in page.gaps.rows if row[0] == "Housing and homelessness")

    assert (found.median.text, found.median.interval_text) == ("over 18", "over 18")
    assert (found.gap.estimate, found.gap.is_beyond) == (None, True)
    assert row[-1] == "Longer than we can tell"
    assert f"Waits are longer than we can tell for {quoted('Housing and homelessness')}." in page.by_place.finding
    assert "Too few" not in page.by_place.finding
    alone = replace(
        beyond, cells={key: cell for key, cell in beyond.cells.items() if ":mental_health" not in key.measure}
    )
    by_place = build_page(alone, invented_facts()).waits.by_place
    assert (by_place.chart, by_place.note) == ("", "")


def test_a_wait_that_is_not_between_those_of_its_parts_is_explained(frame):
    """Each is worked out from its own released counts; where they fall as expected nothing is said."""
    between, half = service(median=(2, 1, 3)), Weeks(Bounded(5, 4, 6))
    page = build_page(frame, invented_facts()).waits

    assert between.is_between
    assert not replace(between, median=half).is_between
    assert replace(between, median=half, others=Weeks(None)).is_between
    assert [each for each in ("housing", "mental_health") if not service_wait(frame, each).is_between] == [
        "mental_health"
    ]
    assert quoted("Housing and homelessness") not in page.by_place.note
    moved_up = {
        (referred("housing"), ALL, ALL): number(1200),
        (waited("housing", "seen", BANDS[-1]), ALL, ALL): number(900),
    }
    told = build_page(with_cells(frame, moved_up), invented_facts()).waits.by_place.note
    both = f"{quoted('Housing and homelessness')} and {quoted('Mental health services')}"
    assert f"For {both} the wait of everyone does not lie between these two" in told


def test_the_planted_gap_is_found_and_the_other_is_not_claimed(frame):
    """Housing takes twice as long where it is poor; mental health takes as long everywhere."""
    housing, mental = (service_wait(frame, source) for source in ("housing", "mental_health"))

    assert services_waited_for(frame) == ["housing", "mental_health"]
    assert (housing.gap.clear, mental.gap.clear) == (1, 0)
    assert housing.median.low < housing.median.value < housing.median.high
    said = build_page(frame, invented_facts()).waits.by_place.finding
    assert f"longer in the most deprived fifth of areas for {quoted('Housing and homelessness')}" in said
    assert f"No clear difference for {quoted('Mental health services')}" in said


@given(st.lists(LIMITS, min_size=1, max_size=4))
def test_a_gap_is_claimed_only_where_its_interval_leaves_out_none(limits):
    """Above or below, and each service by its name."""
    gaps = [(f"service {n}", Gap(Bounded(middle, low, high))) for n, (low, middle, high) in enumerate(limits)]

    told = gap_finding(gaps)

    for (title, _), (low, _, high) in zip(gaps, limits, strict=True):
        unclear = told.partition("No clear difference for ")[2]
        assert (quoted(title) in unclear) is (low <= 0 <= high)


@given(LIMITS, LIMITS, LIMITS, LIMITS)
def test_a_change_is_claimed_only_where_two_intervals_lie_apart(wait, now_wait, gap, now_gap):
    """Of the wait and of the gap, each for itself."""
    order = lambda limits: (limits[1], limits[0], limits[2])  # noqa: E731 - value, low, high
    said = moved(service(order(wait), order(gap)), service(order(now_wait), order(now_gap)))
    shorter, wider = now_wait[2] < wait[0], now_gap[0] > gap[2]
    apart = shorter or wider or now_wait[0] > wait[2] or now_gap[2] < gap[0]

    assert (said == "No clear change") is not apart
    assert (said == "Shorter waits went with a wider gap") is (shorter and wider)


def test_what_cannot_be_known_is_not_told():
    """A first report, and one in which a gap is not known."""
    assert moved(None, service()) == "[z]"
    assert moved(service(median=None, gap=None), service()) == "Cannot be compared"
    assert moved(service(gap=None), service()) == "Wait: no clear change. Gap: cannot be compared"
    assert moved(service((9, 8, 10), gap=None), service()) == "Wait: shorter. Gap: cannot be compared"
    assert f"Too few people to compare for {quoted('A')}" in gap_finding([("A", Gap(None))])


def test_a_service_whose_wait_was_never_known_has_no_rows_over_time(frame):
    """Thirteen rows of symbols tell nothing; those of the other stand alone, and groups of nobody are left out."""
    few = {(referred("housing"), ALL, ALL): number(10), ("appointments", "sex", "not recorded"): number(0)}
    now = with_cells(frame, few)
    facts = replace(invented_facts(), earlier=(EarlierReport("2025-08", now),))
    page = build_page(now, facts).waits

    assert {row[0].split(",")[0] for row in page.over_time.rows} == {"Mental health services"}
    assert page.short_of.count("There ") == 0, "one of them has two reports, the other none"
    [by_sex] = [each for each in page.missed if each.heading == "By sex"]
    assert "Not recorded" not in [row[0] for row in by_sex.table.rows]


def test_few_people_have_no_median(frame):
    """Nor have those of whom most stand in hidden bands; of a hidden number not even that is told."""
    place = (PLACE, MOST_DEPRIVED)
    few = with_cells(frame, {(referred("housing"), *place): number(15)})
    hidden = with_cells(frame, {(referred("housing"), *place): HIDDEN})
    most = with_cells(frame, {(waited("housing", "seen", band), *place): HIDDEN for band in BANDS})

    assert service_wait(few, "housing").deprived.text == "[x]"
    assert service_wait(hidden, "housing").deprived.text == "[c]"
    assert service_wait(most, "housing").deprived.text == "[x]"


def test_a_hidden_band_widens_the_interval(frame):
    """It may hold anything its rule allows."""
    band = waited("housing", "seen", BANDS[3])
    cells = {(referred("housing"), ALL, ALL): number(100)}
    for each, people in zip(BANDS, (20, 20, 20, 5, 20, 15, 0), strict=True):
        cells[waited("housing", "seen", each), ALL, ALL] = number(people)
        cells[waited("housing", "unseen", each), ALL, ALL] = SafeCell(Status.SHOWN, 0, "0", 0)
    shown = service_wait(with_cells(frame, cells), "housing").median
    hidden = service_wait(with_cells(frame, {**cells, (band, ALL, ALL): HIDDEN}), "housing").median

    assert hidden.value == pytest.approx(shown.value, abs=0.05)
    assert hidden.high - hidden.low > shown.high - shown.low


def test_links_in_doubt_widen_the_interval(frame):
    """Of a wait whose records may be other people's, more may be said to be in any band."""
    sure = replace(frame, spans={})
    keys = [key for key in frame.cells if key.measure.startswith("wait:housing:")]
    unsure = replace(frame, spans=dict.fromkeys(keys, SafeSpan(0, 100, doubt=60)))

    narrow, wide = (service_wait(each, "housing").median for each in (sure, unsure))

    assert wide.value == narrow.value
    assert wide.high - wide.low > narrow.high - narrow.low


def test_waits_beyond_the_bands_say_so():
    """Longer than 18 weeks is as much as is known."""
    assert Weeks(Bounded(inf, 12.04, inf)).text == "over 18"
    assert Weeks(Bounded(inf, 12.04, inf)).interval_text == "12.0 to over 18"
    assert Gap(Bounded(1.0, 0.5, inf)).interval_text == "0.5 to not known"


def test_reports_follow_each_other(frame):
    """Each report is a row, in order; a first report has no such table, nor one after reports without waits."""

    def of(*earlier):
        facts = replace(invented_facts(), earlier=tuple(EarlierReport(*each) for each in earlier))
        return build_page(frame, facts).waits.over_time

    exact = invented_counts()
    without = release(exact.filter([not name.startswith("wait:") for name in exact["measure"].to_pylist()]), POLICY)
    table = of(("2025-03", without), ("2025-06", frame))

    assert of() is None
    assert of(("2025-03", without)) is None
    assert [(row[0].rpartition(", ")[2], row[-1]) for row in table.rows] == [
        ("June 2025", "[z]"),
        ("September 2025", "No clear change"),
    ] * 2


def test_without_waits_and_appointments_there_is_no_page(frame):
    """A project whose services record neither."""
    cells = {key: cell for key, cell in frame.cells.items() if not key.measure.startswith(("wait:", "appointments"))}

    page = build_page(replace(frame, cells=cells), invented_facts())

    assert page.waits is None
    assert "board_report/waits.html" not in render_pages(page)
