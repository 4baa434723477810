"""Needs that came again after a service had been there: told by others than it, in order, and beyond chance."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from cohorts.compile import compile_query
from cohorts.finder.answers import Gap, responders_for
from cohorts.finder.candidates import Candidate
from cohorts.finder.compatible import may_stand
from cohorts.finder.proposal import make_proposal
from cohorts.finder.returning import LEAST_RETURNED, Return, _sign, known_and_told, oftener, returns_of
from cohorts.finder.signs import _asked
from cohorts.finder.vocabulary import Responder, Sign
from cohorts.reference_rows import CoverageRow, EventRow, NeedRow, PersonRow, World
from flows.demo.generate import make_ics
from governance.settings import load_bundle
from governance.warehouse import connect, load_table
from tests.lib.cohorts import load_world

AS_OF = date(2025, 10, 1)
SHELTER = Return(
    source="shelter",
    need="domestic_abuse",
    told=(("police", "police.domestic_abuse"), ("shelter", "da.incident")),
    knew=("da.advocate_contact", "da.conference"),
    helps={"da.advocate_contact": True},
)
AGAIN = _sign(SHELTER, {"adult": 4.0})
RESPONDERS = [
    Responder(source="shelter", needs=frozenset({"domestic_abuse"}), events={"da.advocate_contact": True}),
    Responder(source="advice", needs=frozenset({"domestic_abuse"}), events={"vcse.contact": True}),
]


def counted(returned, chance):
    """What was counted of one service and need in two strata, so that chance has so many."""
    row = {"source": "shelter", "need": "domestic_abuse", "stage": "adult", "people": 1000}
    whole = [
        {**row, "stratum": 0, "known": chance, "told": 500, "returned": returned - 10},
        {**row, "stratum": 1, "known": 500, "told": chance, "returned": 10},
    ]
    return pa.Table.from_pylist(whole)


def test_what_comes_again_far_more_often_than_by_chance_is_told():
    """Of 80 people where chance has 20, four times as often."""
    assert oftener(counted(80, 20), asked=10) == {("shelter", "domestic_abuse"): {"adult": pytest.approx(4.0)}}


@pytest.mark.parametrize(
    ("returned", "chance", "asked"),
    [(LEAST_RETURNED - 1, 1, 1), (80, 60, 1), (60, 40, 30)],
    ids=["few people", "little more than chance", "nothing where so many are asked"],
)
def test_else_nothing_is_said(returned, chance, asked):
    """Each of the three limits alone."""
    assert oftener(counted(returned, chance), asked=asked) == {}


def test_where_telling_and_knowing_are_apart_hardly_any_population_says_anything():
    """200 systems of ten services, whose people are told of whether known or not: no more than one in twenty."""
    rng = np.random.default_rng(8)
    false = 0
    for _ in range(200):
        parts = []
        for service in range(10):
            everyone, known, told = rng.integers(400, 4000, 8), rng.uniform(0.05, 0.5), rng.uniform(0.05, 0.4)
            who, whom = (np.round(everyone * share).astype(int) for share in (known, told))
            both = rng.hypergeometric(who, everyone - who, whom)
            of_stratum = zip(who.tolist(), whom.tolist(), both.tolist(), everyone.tolist(), strict=True)
            parts += [
                {
                    "source": f"s{service}",
                    "need": "n",
                    "stage": "adult",
                    "known": a,
                    "told": b,
                    "returned": c,
                    "people": n,
                }
                for a, b, c, n in of_stratum
            ]
        false += bool(oftener(pa.Table.from_pylist(parts), asked=10))

    assert false <= 10


def world():
    """Who was told of after the service had known them; before; by itself only; and long after."""
    known = {"again": 200, "before": 20, "by_itself": 200, "long_after": 420, "helped": 200}
    told = {"again": 100, "before": 100, "long_after": 20, "helped": 100}
    events = [_event(who, "da.conference", "shelter", days) for who, days in known.items()]
    events += [_event(who, "police.domestic_abuse", "police", days) for who, days in told.items()]
    events += [
        _event("by_itself", "da.incident", "shelter", 100),
        _event("helped", "da.advocate_contact", "shelter", 80, "attended"),
    ]
    kinds = ("da.conference", "da.incident", "da.advocate_contact", "police.domestic_abuse")
    coverage = tuple(CoverageRow(source="s", kind=kind, start=date(2020, 1, 1), stop=AS_OF) for kind in kinds)
    needs = tuple(
        NeedRow(person_id=who, need="domestic_abuse", valid_from=AS_OF - timedelta(days=300), valid_to=None)
        for who in known
    )
    people = tuple(PersonRow(person_id=who) for who in known)
    return World(people=people, events=tuple(events), needs=needs, coverage=coverage)


def _event(who, kind, source, days, outcome=None):
    return EventRow(
        person_id=who, kind=kind, start=AS_OF - timedelta(days=days), end=None, source=source, outcome=outcome
    )


def test_only_others_tell_and_only_afterwards():
    """The conference came first, within a year, and somebody else than the service told: two of five people."""
    with connect() as con:
        load_world(con, world())
        people = [
            {"person_id": one.person_id, "person_no": n, "stage": "adult", "stratum": 0}
            for n, one in enumerate(world().people)
        ]
        load_table(con, "person_stratum", pa.Table.from_pylist(people))
        found = known_and_told(con, [SHELTER], AS_OF).to_pylist()

    meant = {"source": "shelter", "need": "domestic_abuse", "stage": "adult", "stratum": 0}
    assert found == [{**meant, "known": 5, "told": 4, "returned": 2, "people": 5}]


def test_the_sign_is_shown_where_it_came_again_and_the_service_did_not():
    """Once it is known that it comes again, what the service tells counts too; whoever it met again does not."""
    with connect() as con:
        load_world(con, world())
        statement = compile_query(_asked(AGAIN), AS_OF)
        shown = con.execute(f"SELECT person_id FROM ({statement.sql}) WHERE needs ORDER BY 1", statement.params)

        assert [person for (person,) in shown.fetchall()] == ["again", "by_itself"]


def test_it_is_asked_of_needs_that_others_tell_of(whole):
    """In the synthetic system with nineteen sources; nothing names a service or a need."""
    found = {(one.source, one.need): one for one in returns_of(whole.sources, whole.project.spine)}
    abuse = found["domestic_abuse_service", "domestic_abuse"]

    assert "da.conference" in abuse.knew
    assert ("police", "police.domestic_abuse") in abuse.told
    assert ("domestic_abuse_service", "da.incident") in abuse.told
    assert whole.project.spine not in {source for source, _ in found}
    for one in found.values():
        assert {source for source, _ in one.told} - {one.source}
        assert not {kind for _, kind in one.told} & set(one.helps)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The settings of nineteen sources."""
    made = make_ics(tmp_path_factory.mktemp("whole"), people=300, seed=1, periods=["2026-09"], whole=True)
    return load_bundle(made.project)


def test_it_stands_alone_and_is_asked_of_other_services_only():
    """That the service did not come is what the sign says; it is no finding once more."""
    need = Sign(name="vulnerability", kind="need", evidence=(), needs=frozenset({"vulnerability"}))
    candidate = Candidate(stage="adult", signs=(0,), at_least=1, people=80, expected=20.0, p_value=0.0)

    assert not may_stand(AGAIN, need)
    assert responders_for(candidate, [AGAIN], RESPONDERS) == RESPONDERS[1:]


def test_its_proposal_says_what_came_again_and_after_what():
    """In plain words, with a question for those who were left alone again."""
    candidate = Candidate(stage="adult", signs=(0,), at_least=1, people=80, expected=20.0, p_value=0.0)
    gap = Gap(candidate=candidate, sources=("advice",), members=np.arange(70, dtype=np.int32))

    proposal = make_proposal(gap, [AGAIN], RESPONDERS, purpose="population_health_planning", period="2025-09")

    assert "told of again after contact with “shelter”, which then did not come" in proposal.title
    assert "more than twice as often as it is told of anybody of the same age and sex" in proposal.reason
    assert any("helped the first time" in question for question in proposal.questions)
