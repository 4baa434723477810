"""Spec: which days count. Windows are half-open and end with the period, 1 October 2025 not included."""

import pytest

from cohorts.query import Concurrent, Members
from tests.lib.cohorts import agreed, answers, counted, length, need, query, response, rung, seen, warehouse, world

KINDS = ("need.h", "need.s", "ed.attendance", "asc.assessment")


@pytest.fixture(scope="module")
def con():
    """One connection for the module; every test loads its own world."""
    with warehouse() as connection:
        yield connection


def test_evidence_counts_from_the_first_day_of_the_window_to_the_last_of_the_period(con):
    """The day before the window is out, its first day is in, the last of the period is in, the next is out."""
    told = world(
        needs="""
        person_id    | need | valid_from
        day before   | h    | 2024-09-30
        first day    | h    | 2024-10-01
        last day     | h    | 2025-09-30
        next period  | h    | 2025-10-01
        """,
        covered=KINDS,
    )

    found = agreed(con, query(need("h", seen("h", within="12m"))), told)

    assert answers(found, "met") == {"day before": "no", "first day": "yes", "last day": "yes", "next period": "no"}


def test_evidence_that_lasts_into_the_window_counts(con):
    """A need that ended on the window's first day was there on it; one not yet ended still is."""
    told = world(
        needs="""
        person_id    | need | valid_from | valid_to
        ended before | h    | 2020-01-01 | 2024-09-30
        ended on it  | h    | 2020-01-01 | 2024-10-01
        not ended    | h    | 2020-01-01 | -
        """,
        covered=KINDS,
    )

    found = agreed(con, query(need("h", seen("h", within="12m"))), told)

    assert answers(found, "met") == {"ended before": "no", "ended on it": "yes", "not ended": "yes"}
    assert str(found["not ended"].first) == "2024-10-01"


def test_ever_recorded_counts_however_long_ago(con):
    """``ever`` has no first day."""
    told = world(needs="person_id|need|valid_from\nlong ago|h|1990-05-01", covered=KINDS)

    found = agreed(con, query(need("h", seen("h", within=None))), told)

    assert answers(found, "met") == {"long ago": "yes"}


def test_a_month_is_a_calendar_month(con):
    """One month before 1 October is 1 September, though that is 30 days and the month before has 31."""
    told = world(
        needs="""
        person_id | need | valid_from
        out       | h    | 2025-08-31
        in        | h    | 2025-09-01
        """,
        covered=KINDS,
    )

    found = agreed(con, query(need("h", seen("h", within="1m"))), told)

    assert answers(found, "met") == {"in": "yes", "out": "no"}


@pytest.mark.parametrize(
    ("second", "met"),
    [("2025-06-07", "yes"), ("2025-06-08", "no")],
    ids=["seventh day is inside 7 days", "eighth is not"],
)
def test_a_span_counts_its_first_and_last_day(con, second, met):
    """Two events inside 7 days: from Sunday the 1st to Saturday the 7th."""
    told = world(
        events=f"""
        person_id | kind          | start
        one       | ed.attendance | 2025-06-01
        one       | ed.attendance | {second}
        """,
        covered=KINDS,
    )

    found = agreed(con, query(need("often", counted("ed.attendance", 2, span="7d"))), told)

    assert answers(found, "met") == {"one": met}


def test_a_span_may_lie_anywhere_in_the_window(con):
    """Three close together count even when others stand far from them; the third is when it was crossed."""
    told = world(
        events="""
        person_id | kind          | start
        one       | ed.attendance | 2025-01-01
        one       | ed.attendance | 2025-06-01
        one       | ed.attendance | 2025-06-02
        one       | ed.attendance | 2025-06-03
        """,
        covered=KINDS,
    )

    found = agreed(con, query(need("often", counted("ed.attendance", 3, span="7d"))), told)

    assert answers(found, "met") == {"one": "yes"}
    assert [str(day) for day in (found["one"].first, found["one"].crossed, found["one"].last)] == [
        "2025-01-01",
        "2025-06-03",
        "2025-06-03",
    ]


@pytest.mark.parametrize(
    ("second", "met"),
    [("2025-03-29", "yes"), ("2025-03-30", "no")],
    ids=["28th day is inside 28 days", "29th is not"],
)
def test_concurrent_needs_lie_inside_one_span(con, second, met):
    """Two needs seen on 2 March and 27 or 28 days later, in one span of 28 days."""
    told = world(
        needs=f"""
        person_id | need | valid_from
        one       | h    | 2025-03-02
        one       | s    | {second}
        """,
        covered=KINDS,
    )
    together = Members(at_least=2, of=("h", "s"), concurrent=Concurrent(at_least=2, span=length("28d")))

    found = agreed(con, query(need("h", seen("h")), need("s", seen("s")), members=together), told)

    assert answers(found, "met") == {"one": met}


@pytest.mark.parametrize(
    ("came", "reached"),
    [("2025-03-01", "no"), ("2025-03-02", "yes"), ("2025-03-29", "yes"), ("2025-03-30", "no")],
    ids=["day before the clock starts", "that day counts", "28th day counts", "29th does not"],
)
def test_a_response_window_is_half_open(con, came, reached):
    """Within 28 days of 2 March: from that day up to and including 29 March."""
    told = world(
        needs="person_id|need|valid_from\none|h|2025-03-02",
        events=f"person_id|kind|start\none|asc.assessment|{came}",
        covered=KINDS,
    )
    ladder = (rung("assessed", response("asc.assessment"), within="28d"),)

    found = agreed(con, query(need("h", seen("h")), ladder=ladder), told)

    assert answers(found, "unmet") == {"one": "no" if reached == "yes" else "yes"}
