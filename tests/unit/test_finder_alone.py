"""Needs that go together of people who live alone; needs as others than one service know them."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from cohorts.finder.answers import Gap
from cohorts.finder.candidates import ALONE_SHARE, Candidate, narrowed
from cohorts.finder.choosing import theme_of, worth_of
from cohorts.finder.compatible import may_stand
from cohorts.finder.resampling import Populations
from cohorts.finder.signs import mark_people
from cohorts.finder.vocabulary import LONE_ADULT, Sign, signs_of
from cohorts.finder.words import reason_of
from cohorts.reference_rows import CoverageRow, NeedRow, PersonRow, World
from flows.demo.generate import make_ics
from governance.settings import load_bundle
from governance.warehouse import connect, load_table
from tests.lib.cohorts import load_world
from tests.lib.finder import load_patterns

AS_OF = date(2025, 10, 1)
FRAILTY = Sign(
    name="frailty", kind="need", evidence=({"need": "frailty", "within": "ever"},), needs=frozenset({"frailty"})
)
OTHERS = replace(FRAILTY, name="frailty_but_for_ed", kind="wide", told_by=frozenset({"gp"}), but_for="ed")
SEEN = Sign(name="seen_ed_attendance", kind="seen", evidence=(), event="ed.attendance", times=1)
ALONE = Sign(name=LONE_ADULT, kind="home", evidence=())
SIGNS = [FRAILTY, SEEN, ALONE, OTHERS]
PAIR = Candidate(stage="adult", signs=(0, 1), at_least=2, people=200, expected=100.0, p_value=1e-9, tested=(1, 3))


def _narrowed(candidate, alone, whole=200):
    with connect() as con:
        load_patterns(con, (alone, [0, 1, 2, 3]), (whole - alone, [0, 1, 3]), (5000, [2]))
        return narrowed(con, [candidate], SIGNS, least_people=50)


def test_where_many_live_alone_they_are_told_of_with_the_lift_that_was_tested():
    """Living alone adds nothing to how much more common it is than by chance, and takes nothing away."""
    [found] = _narrowed(PAIR, alone=120)

    assert (found.signs, found.tested, found.people, found.at_least) == ((0, 1, 2), (1, 3), 120, 3)
    assert found.lift == pytest.approx(PAIR.lift)
    assert found.is_narrowed
    assert found.is_widened
    assert theme_of(Gap(candidate=found, sources=(), members=np.arange(80, dtype=np.int32)), SIGNS, {}) == (
        "adult",
        "alone",
        "frailty",
    )


@pytest.mark.parametrize(
    ("candidate", "alone"),
    [
        (replace(PAIR, people=400), int(ALONE_SHARE * 400) - 1),
        (PAIR, 2 * 50 - 1),
        (replace(PAIR, stage="child"), 120),
        (replace(PAIR, signs=(0,), at_least=1, tested=()), 120),
    ],
    ids=["few live alone", "too few people", "children", "nobody saw them"],
)
def test_else_nobody_is_told_of_apart(candidate, alone):
    """A combination of which hardly anybody lives alone says all there is to say."""
    assert _narrowed(candidate, alone=alone) == []


def test_what_is_narrowed_is_found_again_as_often_as_what_it_narrows():
    """Its stability is that of what was held against chance."""
    patterns = pa.table({"stratum": [0, 0, 0], "signs": [[0, 1, 2, 3], [0, 1, 3], [2]]})
    parts = [np.array([[90.0, 10.0], [110.0, 10.0]]), np.array([[5000.0, 9000.0]])]
    drawn = Populations(patterns, lambda: parts)
    [found] = _narrowed(PAIR, alone=120)

    kept = [one.tolist() for one in drawn.kept([PAIR, found], 50, 1e-6)]

    assert kept == [[True, False], [True, False]]


def test_it_says_what_was_held_against_chance_and_what_was_not():
    """Nobody reads that frail people live alone more often than others."""
    [found] = _narrowed(PAIR, alone=120)
    told = reason_of(Gap(candidate=found, sources=("adult_social_care",), members=np.arange(80, dtype=np.int32)), SIGNS)

    assert told.startswith("Among all adults, frailty and an emergency department attendance go together more than")
    assert "Told of here are those with no other adult at home" in told


def test_chance_decides_what_is_found_and_people_what_comes_first():
    """Of two that are beyond chance the larger is the worthier, however much rarer chance would have the other."""
    large, rare = (
        Gap(
            candidate=replace(PAIR, people=people, expected=expected),
            sources=(),
            members=np.arange(people, dtype=np.int32),
        )
        for people, expected in ((230, 110.0), (190, 12.0))
    )

    assert large.candidate.lift < rare.candidate.lift
    assert worth_of(large) > worth_of(rare)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Every sign of nineteen sources, by name."""
    made = make_ics(tmp_path_factory.mktemp("whole"), people=300, seed=1, periods=["2026-09"], whole=True)
    bundle = load_bundle(made.project)
    found = signs_of(bundle.sources, spine=bundle.project.spine, households=True, reached={}, ended={})
    return {one.name: one for one in found}


def test_a_need_of_one_sector_is_held_against_what_a_service_of_it_saw_as_its_others_know_it(whole):
    """Frailty is told by GPs and by emergency departments: as GPs know it, it may stand with an attendance."""
    others, seen = whole["frailty_but_for_emergency_care"], whole["seen_ed_attendance"]

    assert others.told_by == {"gp_register"}
    assert may_stand(others, seen)
    assert not may_stand(whole["frailty"], seen)
    assert not any(one.but_for and "_outside_" in one.name for one in whole.values())
    assert "homelessness_but_for_emergency_care" not in whole  # other sectors tell of it as well


def test_two_needs_that_one_service_alone_tells_of_are_not_a_combination(whole):
    """They may stand on one form: that they go together says how the service asks."""
    assert not may_stand(whole["cold_home"], whole["low_income"])
    assert not may_stand(whole["home_cold_home"], whole["home_low_income"])
    assert may_stand(whole["cold_home"], whole["long_term_condition"])
    assert may_stand(whole["mental_ill_health"], whole["vulnerability"])
    assert may_stand(whole["family_special_needs"], whole["family_poor_attendance"])


def test_what_one_service_alone_told_is_left_out_of_what_others_know():
    """One told by the emergency department, one by the GP, one by both."""
    day = AS_OF - timedelta(days=40)
    told = {"ed_only": ["ed"], "gp_only": ["gp"], "both": ["ed", "gp"]}
    needs = tuple(
        NeedRow(person_id=who, need="frailty", valid_from=day, valid_to=None, source=source)
        for who, by in told.items()
        for source in by
    )
    people = tuple(PersonRow(person_id=who, birth_year=1940) for who in told)
    coverage = (CoverageRow(source="gp", kind="frailty", start=date(2020, 1, 1), stop=AS_OF),)
    with connect() as con:
        load_world(con, World(people=people, needs=needs, coverage=coverage))
        rows = [{"person_id": who, "person_no": number, "stage": "adult"} for number, who in enumerate(told)]
        schema = pa.schema([("person_id", pa.string()), ("person_no", pa.int32()), ("stage", pa.string())])
        load_table(con, "person_stratum", pa.Table.from_pylist(rows, schema))
        mark_people(con, [FRAILTY, OTHERS], AS_OF)
        found = con.execute(
            "SELECT sign_no, list(person_no ORDER BY person_no) FROM person_sign GROUP BY ALL"
        ).fetchall()

    assert dict(found) == {0: [0, 1, 2], 1: [1, 2]}
