"""The board's own file: what it decided, and by what it weighs groups."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cohorts.board import boards_digest, read_boards
from cohorts.board.facts import board_facts
from cohorts.report import build_page
from cohorts.report.board_facts import DecisionFacts
from cohorts.report.decided import DONE, DUE, OVERDUE, state
from cohorts.report.weighing import _in_a_hundred, weigh, weigh_page
from governance.disclosure import CellKey, release
from governance.disclosure.rounding import HIDDEN
from governance.errors import ConfigError
from tests.lib.report import BOARD, COHORTS, POLICY, invented_counts, invented_facts, invented_frame, whole, with_people

GOOD = """\
decisions:
  - id: named_worker
    cohort: alone
    finding: Few people get support that lasts.
    next_step: Name one worker for each person.
    owner: Director of adult social care
    decided_on: 2026-06-20
    review_on: 2026-09-30
criteria:
  - {id: size, title: How many, why: More lives can change., weight: 2, measure: people}
  - {id: ours, title: Ours to change, why: We can., weight: 1.5, marks: {alone: 4, between: 2}}
vary: 0.25
"""


def read(tmp_path, text, areas=()):
    """What is read of the file of the whole, with those of areas."""
    (tmp_path / "board.yaml").write_text(text, "utf-8")
    return read_boards(tmp_path, ["alone", "between"], areas)


def test_a_good_file_is_read_and_named_by_its_bytes(tmp_path):
    """Without one, nothing was decided and nothing is weighed."""
    none, found = read_boards(tmp_path, ["alone"]), read(tmp_path, GOOD)
    facts = board_facts(found.whole)

    assert (none.sha256, none.whole.decisions, none.whole.criteria) == ("", (), ())
    assert len(found.sha256) == 64
    assert (facts.decisions[0].cohort, facts.criteria[1].marks, facts.vary) == (
        "alone",
        {"alone": 4, "between": 2},
        0.25,
    )


def test_each_board_of_an_area_has_a_file_of_its_own(tmp_path):
    """What the whole decided no area did; and a file that is no board's is a fault, not silence."""
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "north.yaml").write_text(GOOD.replace("named_worker", "own"), "utf-8")
    alone = read_boards(tmp_path, ["alone", "between"], ["north", "carrow"])
    both = read(tmp_path, GOOD, ["north", "carrow"])

    assert (alone.whole.decisions, alone.areas["carrow"].decisions) == ((), ())
    assert [both.whole.decisions[0].id, both.areas["north"].decisions[0].id] == ["named_worker", "own"]
    assert boards_digest(tmp_path, ["north", "carrow"]) == both.sha256
    assert len({alone.sha256, both.sha256, read_boards(tmp_path / "none", ["alone"]).sha256}) == 3
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, GOOD, ["carrow"])
    assert [fault.file for fault in caught.value.faults] == ["boards/north.yaml"]
    assert "boards/carrow.yaml" in str(caught.value.faults[0].fix)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("cohort: alone", "cohort: aloen", "is no group of this project"),
        ("between: 2}", "betwen: 2}", "one mark for each group"),
        ("between: 2}", "between: 9}", "5 or less"),
        ("weight: 2", "weight: 0", "weight"),
        ("measure: people", "measure: cost", "measure"),
        ("review_on: 2026-09-30", "review_on: 2026-01-30", "review_on is before decided_on"),
        ("review_on: 2026-09-30", "review_on: 2026-09-30\n    done_on: 2026-09-01", "what came of it"),
        ("owner: Director", "owner: Ring 07700 900123,", "looks like an identifier"),
        ("owner: Director", "owner: <b>Director</b>", "markup"),
        ("measure: people}", "measure: people, marks: {alone: 1, between: 1}}", "either a measure or marks"),
        ("id: ours", "id: size", "the same id"),
        ("vary: 0.25", "vary: 1", "vary"),
        ("decisions:", "decision:", "is not a setting here"),
    ],
)
def test_faults_are_told_with_their_line_and_no_value(tmp_path, old, new, says):
    """Of any kind; the file is read as strictly as the config."""
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, GOOD.replace(old, new))

    text = str(caught.value)
    assert caught.value.code == "E-CONFIG"
    assert all(fault.file == "board.yaml" and fault.line for fault in caught.value.faults)
    assert says in text
    assert "900123" not in text


# --- what you decided ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("review", "done", "wanted"),
    [
        (date(2026, 9, 30), None, OVERDUE),
        (date(2026, 10, 1), None, DUE),
        (date(2026, 9, 1), date(2026, 11, 2), DONE),
    ],
)
def test_a_decision_is_done_due_or_overdue_at_the_end_of_the_period(review, done, wanted):
    """By the first day that is not in the data: the same report says the same on any day."""
    decision = replace(BOARD.decisions[0], review_on=review, done_on=done)

    assert state(decision, date(2026, 10, 1)) == wanted


def test_the_next_report_carries_a_finding_with_what_came_back():
    """And the group's released number then and now, with no more said than rounding allows."""
    page = build_page(invented_frame(), invented_facts()).decided
    first, second, third = page.decisions

    assert page.summary == "Of 3 decisions, 1 is overdue, 1 is not yet due and 1 is done, as of 30 September 2025."
    assert [each.state for each in page.decisions] == [DONE, OVERDUE, DUE]
    assert dict(first.facts)["What came back"].startswith("Two districts")
    assert dict(first.facts)["The number since the last report"].startswith(
        "210 people in June 2025, 430 in September 2025."
    )
    assert dict(second.facts)["The number since the last report"].startswith("[c] people")
    assert "The number since the last report" not in dict(third.facts)
    assert (third.group, third.link) == ("", "")


def test_decisions_newer_than_the_records_are_told_as_that():
    """A past month's report that is made again holds the board's file of today, and cannot show what came of it."""
    ends = date(2025, 7, 1)  # the board decided on 20 June, and one was done in September
    older = build_page(invented_frame(), replace(invented_facts(), as_of=ends)).decided.summary
    oldest = build_page(invented_frame(), replace(invented_facts(), as_of=date(2025, 6, 20))).decided.summary

    assert older == (
        "Of 3 decisions, 2 are not yet due and 1 is done. The records of this report end on 30 June 2025: 1 was done"
        " later, so no number here can show what came of that."
    )
    assert "3 were decided and 1 was done later" in oldest


def test_one_decision_is_told_in_the_singular():
    """Not "of 1 decision, 1 is overdue"."""
    one = replace(invented_facts(), board_file=replace(BOARD, decisions=BOARD.decisions[1:2]))

    summary = build_page(invented_frame(), one).decided.summary
    assert summary == "The one decision is overdue, as of 30 September 2025."
    assert "Read it</a>" in whole(build_page(invented_frame(), one))
    assert "Read each of them</a>" in whole(build_page(invented_frame(), invented_facts()))


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, "The front page says what made the difference."),
        ({"told_in": "Northmoor"}, "The report on all of Northmoor has more on that."),
        ({"why_not_split": "records of that period were destroyed"}, "nothing to do with a decision."),
    ],
)
def test_a_reader_is_sent_only_where_a_difference_is_told(changes, wanted):
    """Nowhere by a first report, in which no number stands beside an earlier one."""
    facts = invented_facts()
    page = build_page(invented_frame(), replace(facts, since=replace(facts.since, **changes))).decided
    first = build_page(invented_frame(), replace(facts, since=None))

    assert page.note.endswith(wanted)
    assert first.decided.note == ""
    assert "made the difference" not in whole(first)


def test_nothing_decided_is_no_page():
    """A first report has none."""
    facts = replace(invented_facts(), board_file=replace(BOARD, decisions=(), criteria=()))
    page = build_page(invented_frame(), facts)

    assert (page.decided, page.weighed) == (None, None)


def test_a_decision_about_a_group_that_is_gone_stays():
    """It is told without a link."""
    decision = DecisionFacts(
        cohort="", finding="x", next_step="y", owner="z", decided_on=date(2025, 1, 1), review_on=date(2025, 2, 1)
    )
    facts = replace(invented_facts(), board_file=replace(BOARD, decisions=(decision,)))

    assert build_page(invented_frame(), facts).decided.decisions[0].link == ""


# --- weighing -----------------------------------------------------------------------------------------

NUMBERS = st.floats(0, 1_000, width=32)
VALUES = st.tuples(st.integers(2, 5), st.integers(2, 4)).flatmap(
    lambda shape: arrays(float, (*shape, 3), elements=NUMBERS).map(lambda found: np.sort(found)[:, :, [1, 0, 2]])
)


def of(values, weights=None, vary=0.5):
    """Weighed, all criteria taken from numbers."""
    criteria = values.shape[1]
    return weigh(values, np.zeros(criteria, bool), np.ones(criteria) if weights is None else weights, vary)


@settings(max_examples=40)
@given(VALUES)
def test_weights_count_by_their_share(values):
    """Twice every weight is the same weights."""
    weights = np.arange(1.0, values.shape[1] + 1)
    one, twice = of(values, weights), of(values, 2 * weights)

    assert np.allclose(one.totals, twice.totals)
    assert (one.places == twice.places).all()
    assert np.allclose(one.stays, twice.stays)


@settings(max_examples=40)
@given(VALUES)
def test_a_group_that_is_first_by_every_criterion_is_first_in_every_setting(values):
    """Nothing about weights can change that; and no place is told that no setting gives."""
    best = values.copy()
    best[0, :, :] = best.max() + 1
    found = of(best)

    assert (found.places[0], found.stays[0], found.stays_in_draws[0]) == (1, 1.0, 1.0)
    assert (found.lowest <= found.places).all()
    assert (found.places <= found.highest).all()
    assert ((found.marks >= 0) & (found.marks <= 5.0000001)).all()


@settings(max_examples=40)
@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_groups_decides_nothing(values, random):
    """Groups in another order have the same totals and places."""
    order = list(range(len(values)))
    random.shuffle(order)
    one, other = of(values), of(values[order])

    assert np.allclose(one.totals[order], other.totals)
    assert (one.places[order] == other.places).all()
    assert np.allclose(one.stays[order], other.stays)


def test_places_and_sensitivity_by_hand():
    """Two groups, two criteria: the first leads by one, the second by the other; equal weights leave a hair between."""
    values = np.repeat(np.array([[10.0, 4.0], [5.0, 10.0]])[:, :, None], 3, axis=2)
    found = of(values, vary=0.5)
    steps = np.linspace(0.5, 1.5, 5)
    second = [2.5 * a - 3 * b for a in steps for b in steps]
    leads, leads_or_ties = np.mean(np.array(second) < 0), np.mean(np.array(second) <= 0)

    assert found.marks.tolist() == [[5.0, 2.0], [2.5, 5.0]]
    assert found.totals.tolist() == [3.5, 3.75]
    assert found.places.tolist() == [2, 1]
    assert found.stays.tolist() == pytest.approx([leads, leads_or_ties])
    assert (found.lowest.tolist(), found.highest.tolist(), found.settings) == ([1, 1], [2, 2], 25)


def test_eight_criteria_are_weighed_in_thousands_of_settings_not_in_millions():
    """Three steps of each weight are left where five would be too many."""
    assert of(np.ones((4, 8, 3))).settings == 3**8


def test_groups_stand_in_their_own_order_and_hidden_numbers_are_not_weighed():
    """A group whose number is withheld has no mark and no place, and moves nobody else."""
    first = COHORTS[0].id
    rows = invented_counts().to_pylist()
    small = {
        (row["cohort"], row["measure"], row["dimension"], row["group"]): 3
        for row in rows
        if row["cohort"] == first and row["measure"] == "met"
    }
    page = weigh_page(release(with_people(invented_counts(), small), POLICY), invented_facts())

    assert [row[0] for row in page.marks.rows] == [each.title for each in COHORTS]
    assert set(page.marks.rows[0][1:]) == set(page.places.rows[0][1:]) == {"[x]"}
    assert {row[1] for row in page.places.rows[1:]} == {"1", "2", "3"}


def test_where_every_number_is_withheld_nothing_is_weighed():
    """The page says so, and shows no order."""
    counts = invented_counts(300)
    keys = [(row["cohort"], row["measure"], row["dimension"], row["group"]) for row in counts.to_pylist()]
    frame = release(with_people(counts, {key: 3 for key in keys if key[0] != "_everyone"}), POLICY)
    page = build_page(frame, invented_facts())

    assert page.weighed.places is None
    assert "too small" in page.weighed.says
    assert "Does the order hold?" not in whole(page)


def test_a_group_that_is_weighed_alone_comes_first_of_nothing():
    """Where the numbers of all others are withheld there is no order; where some are, it is said how many."""
    frame = invented_frame()
    last = {CellKey(each.id, "met"): HIDDEN for each in COHORTS}
    one, two = ({key: cell for key, cell in list(last.items())[kept:]} for kept in (1, 2))
    alone, pair = (
        weigh_page(replace(frame, cells={**frame.cells, **withheld}, spans={}), invented_facts())
        for withheld in (one, two)
    )

    assert alone.says.startswith(f"Only \N{LEFT SINGLE QUOTATION MARK}{COHORTS[0].title}")
    assert "first, and stays first" not in alone.says
    assert alone.places is None
    assert pair.says.endswith("2 of 4 groups could not be weighed.")


def test_the_same_numbers_give_the_same_page():
    """Draws are the same each time."""
    assert weigh_page(invented_frame(), invented_facts()) == weigh_page(invented_frame(), invented_facts())


@pytest.mark.parametrize(
    ("share", "says"), [(0.8996, "about 89 of 100"), (0.5, "about 50 of 100"), (0.0, "hardly ever")]
)
def test_a_share_below_the_limit_is_never_told_as_the_limit(share, says):
    """A group that stays first in 89.96 of 100 tries does not hold; '90' would say that it does."""
    assert says in _in_a_hundred(share)


def test_an_order_that_hangs_on_the_weights_is_said_to():
    """Not presented as a finding."""
    page = weigh_page(invented_frame(), invented_facts())
    alone = replace(
        BOARD,
        criteria=(replace(BOARD.criteria[0], weight=1), replace(BOARD.criteria[3], marks={e.id: 3 for e in COHORTS})),
    )
    clear = weigh_page(invented_frame(), replace(invented_facts(), board_file=alone))

    assert re.search(r"stays first in only about [1-8]?\d of 100 tries", page.says)
    assert "The order is open" in page.says
    assert "stays first" in clear.says
