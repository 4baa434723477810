"""Services that end at an age: told from whom they ended for, and from nothing that is known beforehand."""

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from cohorts.compile import compile_query
from cohorts.finder.answers import Gap, responders_for
from cohorts.finder.candidates import Candidate, find_candidates
from cohorts.finder.compatible import may_stand
from cohorts.finder.endings import LEAST_TREATED, at_an_age, treated_and_left
from cohorts.finder.proposal import make_proposal
from cohorts.finder.sets import NONE, Counted
from cohorts.finder.signs import _asked
from cohorts.finder.vocabulary import Responder, Sign, _ended
from cohorts.reference_rows import CoverageRow, EventRow, NeedRow, PersonRow, World
from governance.warehouse import connect, load_table
from tests.lib.cohorts import load_world

AS_OF = date(2025, 10, 1)
CAMHS = Responder(source="camhs", needs=frozenset({"mental_ill_health"}), events={"camhs.contact": False})
ADULTS = Responder(source="talking", needs=frozenset({"mental_ill_health"}), events={"talking.session": True})
CHARITY = Responder(source="food", needs=frozenset({"low_income"}), events={"food.parcel": False})
ENDED = _ended(CAMHS, "mental_ill_health", 2.5)


def treated(children=(200, 60), adults=(80, 78)):
    """People treated, and those of them it ended for."""
    return {("camhs", "child"): children, ("camhs", "adult"): adults}


def test_a_service_that_leaves_those_who_grow_up_ends_at_an_age():
    """Of 200 children it has not seen 60 for a year; of 80 who have grown up, 78."""
    found = at_an_age(treated(), services=10)

    assert found == {"camhs": pytest.approx(78 / (61 / 201 * 80))}


@pytest.mark.parametrize(
    "of",
    [
        treated(adults=(80, 30)),
        treated(adults=(LEAST_TREATED - 1, LEAST_TREATED - 1)),
        treated(children=(LEAST_TREATED - 1, 0)),
        {("camhs", "adult"): (80, 80)},
    ],
    ids=["as often for both", "few adults", "few children", "no children"],
)
def test_else_nothing_is_said(of):
    """A service for adults ends for adults, and of a handful nothing can be known."""
    assert at_an_age(of, services=10) == {}


def test_where_endings_fall_at_any_age_hardly_any_service_ends_at_one():
    """200 systems of ten services that leave people of all ages alike: no more than one in twenty says anything."""
    rng = np.random.default_rng(4)
    false = 0
    for _ in range(200):
        of = {}
        for service in range(10):
            share, sizes = rng.uniform(0.05, 0.6), rng.integers(60, 600, 2)
            for stage, people in zip(("child", "adult"), sizes, strict=True):
                of[f"s{service}", stage] = (int(people), int(rng.binomial(people, share)))
        false += bool(at_an_age(of, services=10))

    assert false <= 10


def world():
    """Somebody treated until two years ago, somebody still, somebody seen twice only, and somebody long gone."""
    last = {"left": 500, "stays": 30, "hardly": 500, "long_gone": 1500}
    times = {"hardly": 2}
    events = [
        EventRow(person_id=who, kind="camhs.contact", start=AS_OF - timedelta(days=days + 20 * number), end=None)
        for who, days in last.items()
        for number in range(times.get(who, 3))
    ]
    known = CoverageRow(source="s", kind="camhs.contact", start=date(2020, 1, 1), stop=AS_OF)
    people = tuple(PersonRow(person_id=who) for who in last)
    needs = tuple(
        NeedRow(person_id=who, need="mental_ill_health", valid_from=AS_OF - timedelta(days=600), valid_to=None)
        for who in last
    )
    return World(people=people, events=tuple(events), needs=needs, coverage=(known,))


def test_who_was_treated_and_left_is_counted_as_the_sign_says():
    """The sign's own statement and the question that decides whether there is one agree on whom it ended for."""
    with connect() as con:
        load_world(con, world())
        statement = compile_query(_asked(ENDED), AS_OF)
        shown = con.execute(f"SELECT person_id FROM ({statement.sql}) WHERE needs", statement.params).fetchall()
        people = [
            {"person_id": one.person_id, "person_no": n, "stage": "adult"} for n, one in enumerate(world().people)
        ]
        load_table(con, "person_stratum", pa.Table.from_pylist(people))
        con.execute("UPDATE event SET source = 'camhs'")
        found = treated_and_left(con, [CAMHS], AS_OF)

    assert shown == [("left",)]
    assert found == {("camhs", "adult"): (2, 1)}


def test_it_stands_alone_and_is_never_asked_of_the_service_that_ended():
    """Nor of services that are there for something else."""
    need = Sign(name="low_income", kind="need", evidence=(), needs=frozenset({"low_income"}))
    candidate = Candidate(stage="adult", signs=(0,), at_least=1, people=80, expected=30.0, p_value=0.0)

    assert not may_stand(ENDED, need)
    assert responders_for(candidate, [ENDED], [CAMHS, ADULTS, CHARITY]) == [ADULTS]


def test_it_is_a_candidate_among_adults_only():
    """What ended for a child ended for some other reason."""
    counted = [
        Counted(
            stage=stage, sets=np.array([[0, NONE, NONE]]), people=np.array([[90.0]]), everyone=np.array([900.0]),
            strata=np.array([0]), is_closed=np.array([True]), signs=1,
        )
        for stage in ("adult", "child")
    ]  # fmt: skip

    found = find_candidates(duckdb.connect(), counted, [ENDED], {}, least_people=50, tests=10)

    assert [(one.stage, one.people, round(one.lift, 3)) for one in found] == [("adult", 90, 2.5)]
    assert not find_candidates(
        duckdb.connect(), counted, [replace(ENDED, lift={"adult": 1.4})], {}, least_people=50, tests=10
    )


def test_its_proposal_says_what_ended():
    """In plain words, and with a question for those who were left; ``test_finder.py`` counts one as a definition."""
    candidate = Candidate(stage="adult", signs=(0,), at_least=1, people=80, expected=32.0, p_value=0.0)
    gap = Gap(candidate=candidate, sources=("talking",), members=np.arange(70, dtype=np.int32))

    proposal = make_proposal(gap, [ENDED], [CAMHS, ADULTS], purpose="population_health_planning", period="2025-09")

    assert "ended when they grew up" in proposal.title
    assert "more than twice as often for those who have grown up as for children" in proposal.reason
    assert any("what comes after" in question for question in proposal.questions)
