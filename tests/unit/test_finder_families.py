"""Families with several needs and nobody in the lead, and needs as anybody knows them."""

from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
import yaml

from cohorts.finder.answers import Gap, find_families, responders_for
from cohorts.finder.candidates import Candidate, widened
from cohorts.finder.choosing import is_part
from cohorts.finder.compatible import may_stand
from cohorts.finder.counting import definitions_of
from cohorts.finder.leading import people_nobody_leads
from cohorts.finder.proposal import make_proposal
from cohorts.finder.vocabulary import Sign, lead_kinds, responders_of, short_name, signs_of
from cohorts.reference_rows import CoverageRow, EventRow, PersonRow, World
from flows.demo.generate import make_ics
from governance.settings import load_bundle
from governance.warehouse import connect, load_table
from tests.lib.cohorts import load_world
from tests.lib.finder import load_patterns

AS_OF = date(2025, 10, 1)
LEADS = ("csc.early_help", "csc.in_need_plan", "csc.looked_after", "team.episode")
NEEDS = ("domestic_abuse", "homelessness", "mental_ill_health", "substance_use")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The settings of nineteen sources."""
    made = make_ics(tmp_path_factory.mktemp("whole"), people=300, seed=1, periods=["2026-09"], whole=True)
    return load_bundle(made.project)


@pytest.fixture(scope="module")
def signs(whole):
    """Signs of a family, of those of the whole system."""
    found = signs_of(whole.sources, spine=whole.project.spine, households=True, reached={}, ended={})
    return [one for one in found if one.name in {f"family_{need}" for need in NEEDS}]


def _gap(signs, members=()):
    every = tuple(range(len(signs)))
    candidate = Candidate(stage="child", signs=every, at_least=3, people=4, expected=1.0, p_value=0.0)
    return Gap(candidate=candidate, sources=(), members=np.array(members, np.int32), leads=LEADS)


def test_who_leads_is_told_by_planned_services_that_begin_and_end(whole):
    """From sources' settings: no contact, no crisis, nothing that a need happened to be noted at."""
    found = lead_kinds(whole.sources)

    assert set(LEADS) <= set(found)
    assert not set(found) & {"csc.leaving_care_contact", "school.persistent_absence", "housing.relief_duty"}


def world():
    """Two to a home: nobody has help; the child has; the adult has; it ended. And one whose home nobody knows."""
    homes = {"none": 1, "own": 2, "other": 3, "ended": 4}
    people = [
        PersonRow(person_id=f"{who}_child", household=n, address_kind="home", birth_year=2015)
        for who, n in homes.items()
    ]
    people += [
        PersonRow(person_id=f"{who}_adult", household=n, address_kind="home", birth_year=1985)
        for who, n in homes.items()
    ]
    people.append(PersonRow(person_id="nowhere_child", birth_year=2015))
    began = AS_OF - timedelta(days=100)
    events = (
        EventRow(person_id="own_child", kind="csc.early_help", start=began, end=None),
        EventRow(person_id="other_adult", kind="team.episode", start=began, end=None),
        EventRow(person_id="ended_child", kind="csc.in_need_plan", start=began, end=AS_OF - timedelta(days=20)),
    )
    coverage = tuple(CoverageRow(source="s", kind=kind, start=date(2020, 1, 1), stop=AS_OF) for kind in LEADS)
    return World(people=tuple(people), events=events, coverage=coverage)


def test_nobody_leads_where_no_planned_help_is_open_for_anybody_at_home():
    """Whose home nobody knows cannot be told, and is left out."""
    with connect() as con:
        load_world(con, world())
        numbers = {one.person_id: n for n, one in enumerate(world().people)}
        rows = [{"person_id": who, "person_no": n} for who, n in numbers.items()]
        schema = pa.schema([("person_id", pa.string()), ("person_no", pa.int32())])
        load_table(con, "person_stratum", pa.Table.from_pylist(rows, schema))
        found = people_nobody_leads(con, LEADS, AS_OF).tolist()

    assert found == sorted(numbers[who] for who in ("none_child", "none_adult", "ended_child", "ended_adult"))


def test_needs_of_a_family_stand_with_one_another_only(signs):
    """They make groups; a pair with a need of the child's own would tell the need twice."""
    own = Sign(name="special_needs", kind="need", evidence=(), needs=frozenset({"special_needs"}))

    assert len(signs) == len(NEEDS)
    assert all(may_stand(one, other) for one, other in combinations(signs, 2))
    assert not any(may_stand(one, own) for one in signs)


def test_no_single_service_is_asked_about_a_family(whole, signs):
    """None is there for all of it; it is asked whether anybody leads."""
    assert responders_for(_gap(signs).candidate, signs, responders_of(whole.sources)) == []


def test_the_proposal_of_a_family_is_a_definition_of_whom_the_finder_meant(whole, signs):
    """Three of the needs, and no planned help open; accepted as it is, and run."""
    gap = _gap(signs, range(60))
    proposal = make_proposal(gap, signs, responders_of(whole.sources), purpose=whole.project.purpose, period="2026-09")
    told = yaml.safe_load(proposal.text)

    [definition] = definitions_of([proposal], whole.sources, whole.project)

    assert told["members"] == {"at_least": 3, "also": ["nobody_leads"]}
    assert "responses" not in told
    assert definition.query.members.at_least == 3
    assert "nobody in the lead" in proposal.title
    assert "no planned help is open" in proposal.reason
    assert any("take the lead" in question for question in proposal.questions)


# --- what a group explains, and whom a need that was tested without a sector is proposed for ---------------

OWN = [Sign(name=need, kind="need", evidence=(), needs=frozenset({need})) for need in NEEDS]
SEEN = Sign(name="seen_ed_attendance", kind="seen", evidence=(), event="ed.attendance", times=1)
OUTSIDE = Sign(
    name="homelessness_outside_nhs", kind="wide", evidence=(), needs=frozenset({"homelessness"}), sector="nhs"
)
EVERY = [*OWN, SEEN, OUTSIDE]


def _pair(*signs, stage="adult", at_least=None, people=60):
    candidate = Candidate(
        stage=stage, signs=signs, at_least=at_least or len(signs), people=people, expected=people / 4, p_value=0.001
    )
    return Gap(candidate=candidate, sources=("a",), members=np.arange(people, dtype=np.int32))


def test_a_group_explains_the_needs_it_is_made_of():
    """Two of them, of the same stage of life; not what a service saw, nor another stage, nor a group by a pair."""
    group = _pair(0, 1, 2, at_least=2)

    assert is_part(_pair(0, 2), group, EVERY)
    assert not is_part(_pair(0, 3), group, EVERY)
    assert not is_part(_pair(0, 4), group, EVERY)
    assert not is_part(_pair(0, 1, stage="child"), group, EVERY)
    assert not is_part(group, _pair(0, 1), EVERY)


def test_a_group_of_peoples_own_needs_explains_nothing_of_who_they_live_with():
    """The need of an adult at home is not their own, and living alone with children is no need; a family's is both."""
    home = Sign(name="home_homelessness", kind="home", evidence=(), needs=frozenset({NEEDS[1]}))
    lone = Sign(name="lone_adult", kind="home", evidence=())
    families = [Sign(name=f"family_{one}", kind="family", evidence=(), needs=frozenset({one})) for one in NEEDS]
    signs = [*OWN, home, lone, *families]
    own, at_home, alone, family = 0, len(OWN), len(OWN) + 1, len(OWN) + 2

    assert not is_part(_pair(own, at_home), _pair(0, 1, 2, at_least=2), signs)
    assert not is_part(_pair(own, alone), _pair(0, 1, 2, at_least=2), signs)
    assert is_part(_pair(own, at_home), _pair(family, family + 1, family + 2, at_least=2), signs)


def test_long_names_stay_apart():
    """Two needs of one service with a long name are two signs, and two proposals."""
    long = [short_name(f"back_child_and_adolescent_mental_health_{need}") for need in ("self_harm", "substance_use")]

    assert len(set(long)) == 2
    assert max(map(len, long)) <= 40
    assert short_name("home_homelessness") == "home_homelessness"


@pytest.mark.parametrize("others", [400, 0], ids=["many others were seen", "all who were seen have the need"])
def test_a_need_tested_as_others_know_it_is_proposed_as_anybody_does(others):
    """The people are those of the whole need; how it goes with the rest stays as tested.

    Where nobody was seen who has not the need, the need stays as others know it.
    """
    homeless = OWN.index(next(one for one in OWN if one.name == "homelessness"))
    tested = _pair(EVERY.index(SEEN), EVERY.index(OUTSIDE)).candidate
    with connect() as con:
        load_patterns(con, (60, [homeless, 4, 5]), (30, [homeless, 4]), (20, [homeless]), (others, [4]))
        [found] = widened(con, [tested], EVERY)

    if not others:
        assert found == tested
        return
    assert (found.signs, found.tested, found.people) == ((homeless, 4), (4, 5), 90)
    assert found.lift == pytest.approx(tested.lift)


def test_without_a_family_nothing_is_asked_of_who_leads():
    """No statement is run for it."""
    adult = _pair(0, 1).candidate

    assert find_families(None, [adult], EVERY, [], AS_OF) == []
