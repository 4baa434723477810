"""Spec: when the absence of a record means anything, and when nobody can tell."""

import pytest

from tests.lib.cohorts import agreed, answers, counted, need, query, response, rung, seen, warehouse, world

SEEN_IN_MARCH = "person_id|need|valid_from\none|h|2025-03-01"
ASSESSED = (rung("assessed", response("asc.assessment"), within="28d"),)


@pytest.fixture(scope="module")
def con():
    """One connection for the module; every test loads its own world."""
    with warehouse() as connection:
        yield connection


def unmet(con, coverage: str, needs: str = SEEN_IN_MARCH, **settings: object) -> str:
    """Whether the one person's need is unmet, given what the sources cover."""
    told = world(needs=needs, coverage=coverage)
    return answers(agreed(con, query(need("h", seen("h")), ladder=ASSESSED, **settings), told), "unmet")["one"]


@pytest.mark.parametrize(
    ("start", "stop", "answer"),
    [
        ("2025-03-01", "2025-03-29", "yes"),
        ("2025-03-02", "2025-03-29", "?"),
        ("2025-03-01", "2025-03-28", "?"),
        ("2025-10-01", "2025-10-01", "?"),
    ],
    ids=["exactly the window", "first day missing", "last day missing", "nothing covered"],
)
def test_absence_counts_only_where_the_whole_window_is_covered(con, start, stop, answer):
    """1 to 28 March must all be covered before no assessment means none."""
    coverage = f"source|kind|start|stop\ncare|asc.assessment|{start}|{stop}"

    assert unmet(con, coverage) == answer


def test_every_source_that_could_hold_the_record_must_cover_the_window(con):
    """A second source with a gap could be where the assessment is."""
    coverage = """
        source   | kind           | start      | stop
        care     | asc.assessment | 2024-01-01 | 2025-10-01
        hospital | asc.assessment | 2025-03-15 | 2025-10-01
        """

    assert unmet(con, coverage) == "?"


def test_a_source_that_holds_too_few_people_rules_nothing_out(con):
    """Its silence counts at a share of 0.6 if half is enough, not if three quarters are asked for."""
    coverage = "source|kind|start|stop|share\ncare|asc.assessment|2024-01-01|2025-10-01|0.6"

    assert unmet(con, coverage, min_share=0.5) == "yes"
    assert unmet(con, coverage, min_share=0.75) == "?"


def test_a_kind_that_no_source_speaks_for_is_never_absent(con):
    """No row of coverage at all."""
    assert unmet(con, "source|kind|start|stop\ncare|asc.service|2024-01-01|2025-10-01") == "?"


@pytest.mark.parametrize(
    ("evidenced", "answer"),
    [("2025-09-03", "yes"), ("2025-09-04", "?")],
    ids=["28 days are over on the last day of the period", "one day is still to come"],
)
def test_nobody_can_tell_until_the_time_to_respond_is_over(con, evidenced, answer):
    """28 days from 3 September end with 30 September."""
    coverage = "source|kind|start|stop\ncare|asc.assessment|2024-01-01|2025-10-01"

    assert unmet(con, coverage, f"person_id|need|valid_from\none|h|{evidenced}") == answer


def test_a_response_that_came_counts_before_the_time_is_over_and_without_coverage(con):
    """What was seen was seen."""
    told = world(
        needs="person_id|need|valid_from\none|h|2025-09-20",
        events="person_id|kind|start\none|asc.assessment|2025-09-25",
    )

    found = agreed(con, query(need("h", seen("h")), ladder=ASSESSED), told)

    assert answers(found, "unmet") == {"one": "no"}


def test_what_happened_after_the_period_is_not_known_yet(con):
    """An extract that runs ahead of its period changes nothing."""
    told = world(
        needs="person_id|need|valid_from\none|h|2025-09-20",
        events="person_id|kind|start\none|asc.assessment|2025-10-01",
    )

    found = agreed(con, query(need("h", seen("h")), ladder=ASSESSED), told)

    assert answers(found, "unmet") == {"one": "?"}


@pytest.mark.parametrize(
    ("start", "answer"),
    [("2024-10-01", "no"), ("2024-10-02", "?")],
    ids=["whole lookback covered", "first day missing"],
)
def test_too_few_events_mean_something_only_where_all_would_be_known(con, start, answer):
    """One attendance is fewer than two if every attendance of the year would be in the extract."""
    told = world(
        events="person_id|kind|start\none|ed.attendance|2025-05-01",
        coverage=f"source|kind|start|stop\nhospital|ed.attendance|{start}|2025-10-01",
    )

    found = agreed(con, query(need("often", counted("ed.attendance", 2))), told)

    assert answers(found, "needs") == {"one": answer}


def test_only_the_sectors_asked_for_must_be_covered(con):
    """Homelessness as the NHS records it: a gap in the council's extract does not matter."""
    told = world(
        people="person_id\none",
        coverage="""
        source  | sector  | kind   | start      | stop
        ed      | nhs     | need.h | 2024-01-01 | 2025-10-01
        housing | council | need.h | 2025-06-01 | 2025-10-01
        """,
    )

    assert answers(agreed(con, query(need("h", seen("h"))), told), "needs") == {"one": "?"}
    assert answers(agreed(con, query(need("h", seen("h", sectors=("nhs",)))), told), "needs") == {"one": "no"}
