"""'Since last time' in the board report: then and now from released numbers, and why in words."""

from dataclasses import replace

from cohorts.report.build import build_page
from cohorts.report.facts import SinceFacts
from cohorts.report.paper import make_pdf
from cohorts.report.since import since_last
from cohorts.report.write import render_pages
from governance.disclosure import CellKeyRule, SafeCause, SafeCell, Status, Way, Weight
from tests.lib.report import POLICY, invented_facts, invented_frame

FRAME = invented_frame()
FACTS = invented_facts()
FIRST, *OTHERS = [each.id for each in FACTS.definitions]
LATE = (
    SafeCause("definition", Weight.LITTLE, Way.NONE),
    SafeCause("linkage", Weight.SOME, Way.MORE),
    SafeCause("late_data", Weight.MOST, Way.MORE),
    SafeCause("people", Weight.LITTLE, Way.BOTH),
)


def shown(people):
    """A count as it was published."""
    return SafeCell(Status.SHOWN, people, f"{people:,}", 2)


def told(then, causes=LATE, **more):
    """The row of the first group: (then, now, words)."""
    since = SinceFacts(period="2025-06", met={FIRST: then}, causes={FIRST: causes}, **more)
    found = since_last(FRAME, replace(FACTS, since=since))
    return found.table.rows[0][1:], found


def test_then_now_and_the_causes_that_have_weight():
    """Twice as many as last time: most is late data, some is linkage, and people came and went."""
    now = FRAME.cell(FIRST, "met").people

    (then, today, words), found = told(shown(now // 2))

    assert (then, today) == (f"{now // 2:,}", f"{now:,}")
    assert words == (
        "More people. Most of the change is late or corrected data (more people). Some of it is a change in how"
        " records were joined (more people). People who joined, left, or whose needs changed: about as many came"
        " as went."
    )
    assert found.period == "June 2025"
    assert {row[3] for row in found.table.rows[1:]} == {"New in this report."}


def test_a_difference_that_rounding_may_have_made_is_none():
    """Under the rule with noise one step of rounding is no difference."""
    now = FRAME.cell(FIRST, "met").people

    since = SinceFacts(period="2025-06", met={FIRST: shown(now - 5)}, causes={FIRST: LATE[:1]})
    noisy = replace(FRAME, rule=CellKeyRule.of(POLICY))

    words = since_last(noisy, replace(FACTS, since=since)).table.rows[0][3]

    assert words == "No clear difference. No cause moved enough people to tell."


def test_a_hidden_number_is_not_compared():
    """And what is hidden stays so."""
    (then, _, words), _ = told(SafeCell(Status.HIDDEN, None, "[c]"), causes=LATE[:1])

    assert (then, words.split(".")[0]) == ("[c]", "Cannot be compared: a number is hidden")
    assert told(SafeCell(Status.HIDDEN, None, "[c]"), causes=())[0][2] == "Cannot be compared: a number is hidden."


def test_where_causes_were_not_told_apart_the_page_says_so():
    """Last time's records are gone: the difference stands alone."""
    now = FRAME.cell(FIRST, "met").people

    (_, _, words), found = told(shown(now * 2), why_not_split="records of that period were destroyed")

    assert words == "Fewer people."
    assert "cannot say this time" in found.note


def test_page_and_paper_have_the_section_and_a_first_report_has_none():
    """Both are made of the same."""
    since = SinceFacts(period="2025-06", met={FIRST: shown(100)}, causes={FIRST: LATE})
    page = build_page(FRAME, replace(FACTS, since=since))

    assert "late or corrected data (more people)" in next(iter(render_pages(page).values()))
    assert make_pdf(page) != make_pdf(build_page(FRAME, FACTS))
    assert 'id="since"' not in "".join(render_pages(build_page(FRAME, replace(FACTS, since=None))).values())


def test_the_page_says_that_breakdowns_are_not_split():
    """What made a number change in one age or area is worked out nowhere, and a board that wonders is told so."""
    _, found = told(shown(100))

    assert "one age, sex, area or ethnic group only, we cannot say why" in found.note
