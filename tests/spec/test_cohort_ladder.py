"""Spec: the response ladder: what counts as a response, when the clock starts, which rung was the furthest."""

import pytest

from tests.lib.cohorts import agreed, answers, counted, need, query, response, rung, seen, warehouse, world

COVERED = ("need.h", "need.s", "ed.attendance", "asc.request", "asc.assessment", "asc.service", "mh.contact")
IN_MARCH = "person_id|need|valid_from\none|h|2025-03-01"


@pytest.fixture(scope="module")
def con():
    """One connection for the module; every test loads its own world."""
    with warehouse() as connection:
        yield connection


def reached(con, events: str, *responses, within: str = "28d") -> str:
    """Whether someone with a need since 1 March got one of the responses."""
    told = world(needs=IN_MARCH, events=events, covered=COVERED)
    found = agreed(con, query(need("h", seen("h")), ladder=(rung("helped", *responses, within=within),)), told)
    return {"yes": "no", "no": "yes", "?": "?"}[answers(found, "unmet")["one"]]


def test_each_rung_stands_alone_and_the_furthest_is_the_last_reached(con):
    """Someone assessed without a recorded request has still been assessed; a later rung beats an earlier one."""
    told = world(
        needs="""
        person_id | need | valid_from
        nothing   | h    | 2025-03-01
        asked     | h    | 2025-03-01
        skipped   | h    | 2025-03-01
        all       | h    | 2025-03-01
        """,
        events="""
        person_id | kind           | start
        asked     | asc.request    | 2025-03-05
        skipped   | asc.assessment | 2025-03-10
        all       | asc.assessment | 2025-03-10
        all       | asc.request    | 2025-03-05
        all       | asc.service    | 2025-04-20
        """,
        covered=COVERED,
    )
    ladder = (
        rung("referred", response("asc.request"), within="28d"),
        rung("assessed", response("asc.assessment"), within="56d"),
        rung("supported", response("asc.service"), within="84d"),
    )

    found = agreed(con, query(need("h", seen("h")), ladder=ladder, unmet="assessed"), told)

    assert {person: verdict.furthest for person, verdict in found.items()} == {
        "nothing": None,
        "asked": "referred",
        "skipped": "assessed",
        "all": "supported",
    }
    assert answers(found, "met") == {"nothing": "yes", "asked": "yes", "skipped": "no", "all": "no"}
    assert found["skipped"].rungs == (False, True, False)


def test_any_of_several_responses_reaches_the_rung(con):
    """An assessment or three contacts."""
    either = (response("asc.assessment"), response("mh.contact", 3))
    two = "person_id|kind|start\none|mh.contact|2025-03-02\none|mh.contact|2025-03-03"

    assert reached(con, two, *either) == "no"
    assert reached(con, f"{two}\none|mh.contact|2025-03-04", *either) == "yes"
    assert reached(con, "person_id|kind|start\none|asc.assessment|2025-03-04", *either) == "yes"


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [("attended", "yes"), ("completed", "yes"), ("dna", "no"), ("cancelled_by_provider", "no"), ("-", "?")],
)
def test_a_contact_must_have_been_attended_and_a_missing_outcome_is_open(con, outcome, answer):
    """Nobody can tell whether a contact without an outcome took place."""
    events = f"person_id|kind|start|outcome\none|mh.contact|2025-03-05|{outcome}"

    assert reached(con, events, response("mh.contact", attended=True)) == answer


def test_missing_outcomes_matter_only_if_they_could_make_enough(con):
    """One attended and one open contact cannot be three."""
    events = """
        person_id | kind       | start      | outcome
        one       | mh.contact | 2025-03-05 | attended
        one       | mh.contact | 2025-03-06 | -
        """

    assert reached(con, events, response("mh.contact", 3, attended=True)) == "no"
    assert reached(con, events, response("mh.contact", 2, attended=True)) == "?"
    assert reached(con, events, response("mh.contact", 1, attended=True)) == "yes"


@pytest.mark.parametrize(("planned", "answer"), [("yes", "yes"), ("no", "no")])
def test_a_crisis_is_not_a_planned_contact(con, planned, answer):
    """Only what was arranged."""
    events = f"person_id|kind|start|planned\none|mh.contact|2025-03-05|{planned}"

    assert reached(con, events, response("mh.contact", planned=True)) == answer


@pytest.mark.parametrize(
    ("end", "answer"),
    [("2025-02-28", "no"), ("2025-03-01", "yes"), ("-", "yes")],
    ids=["ended the day before", "ended that day", "not ended"],
)
def test_a_service_already_under_way_is_a_response_if_asked_for(con, end, answer):
    """A care package since January, the need evidenced on 1 March."""
    events = f"person_id|kind|start|end\none|asc.service|2025-01-10|{end}"

    assert reached(con, events, response("asc.service", ongoing=True)) == answer
    assert reached(con, events, response("asc.service")) == "no"


@pytest.mark.parametrize(
    ("after", "answer"),
    [("often.first", "no"), ("often.crossed", "yes"), ("often.last", "?")],
    ids=["from the first attendance", "from the third", "from the last, too late to tell"],
)
def test_when_the_clock_starts(con, after, answer):
    """Attendances in January, February, March and September; an assessment in April; 60 days to respond."""
    told = world(
        events="""
        person_id | kind           | start
        one       | ed.attendance  | 2025-01-10
        one       | ed.attendance  | 2025-02-10
        one       | ed.attendance  | 2025-03-10
        one       | ed.attendance  | 2025-09-10
        one       | asc.assessment | 2025-04-10
        """,
        covered=COVERED,
    )
    ladder = (rung("assessed", response("asc.assessment"), within="60d", after=after),)

    found = agreed(con, query(need("often", counted("ed.attendance", 3)), ladder=ladder), told)

    assert answers(found, "unmet") == {"one": {"yes": "no", "no": "yes", "?": "?"}[answer]}


def test_people_without_the_needs_are_on_no_rung(con):
    """Responses are asked about only where there is something to respond to."""
    told = world(people="person_id\none", events="person_id|kind|start\none|asc.request|2025-03-05", covered=COVERED)

    found = agreed(con, query(need("h", seen("h")), ladder=(rung("asked", response("asc.request")),)), told)

    assert found["one"].rungs == (None,)
    assert (found["one"].furthest, found["one"].met) == (None, False)


def test_a_definition_may_ask_for_no_response(con):
    """Needs alone can be counted: what is unmet is then all that is needed."""
    told = world(needs=IN_MARCH, covered=COVERED)

    assert answers(agreed(con, query(need("h", seen("h"))), told), "met") == {"one": "yes"}
