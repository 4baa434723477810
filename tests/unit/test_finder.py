"""Unit: the finder on a small synthetic system it has no definitions of, and where nothing goes together."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import yaml

from cohorts.analysis import build_analysis
from cohorts.definition import load_definitions
from cohorts.finder.answers import Gap
from cohorts.finder.candidates import Candidate
from cohorts.finder.chance import adjusted, expected_of_several, upper_tail
from cohorts.finder.counting import definitions_of
from cohorts.finder.find import Search, find
from cohorts.finder.proposal import make_proposal
from cohorts.finder.sets import count_sets
from cohorts.finder.signs import mark_people
from cohorts.finder.vocabulary import _ended, responders_of, signs_of
from cohorts.run import run_cohorts
from flows.demo.draws import Streams
from flows.demo.generate import make_ics
from flows.demo.lifecourse import ever
from flows.demo.timeline import make_timeline
from flows.demo.world import make_world
from governance.errors import ConfigError
from governance.intake.period import as_of_date
from governance.settings import load_bundle
from governance.warehouse import connect
from tests.lib.altered import other_mechanisms
from tests.lib.finder import false_populations, false_repeats
from tests.lib.recovery import payloads_of, true_index

PEOPLE, SEED, PERIOD = 16000, 21, "2026-09"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A project without its definitions, its analysis tables, and what the finder proposes."""
    made = make_ics(tmp_path_factory.mktemp("finder"), people=PEOPLE, seed=SEED, periods=[PERIOD])
    for path in (made.project / "cohorts").glob("*.yaml"):
        path.unlink()
    bundle = load_bundle(made.project)
    payloads = payloads_of(bundle, PERIOD)
    index = true_index(made.truth, PERIOD, {one: each.record_person["record_id"] for one, each in payloads.items()})
    con = connect()
    build_analysis(con, bundle.sources, index, payloads, as_of_date(PERIOD), bundle.project)
    return made, bundle, con, find(con, bundle.sources, bundle.project, as_of_date(PERIOD), Search(period=PERIOD))


def test_every_proposal_is_accepted_and_counts_whom_the_finder_counted(world):
    """A definition means what the finder looked for: the very same number of people show its signs, or lack a lead."""
    made, _, con, finds = world
    for one in finds.found:
        (made.project / "cohorts" / one.proposal.file_name).write_text(one.proposal.text, "utf-8")
    definitions = load_definitions(load_bundle(made.project))
    run_cohorts(con, definitions, as_of_date(PERIOD))
    query = "SELECT cohort, count(*) FILTER (population AND needs) FROM cohort_member GROUP BY ALL"
    counted = dict(con.execute(query).fetchall())

    assert 10 <= len(finds.found) <= 25
    meant = {
        one.proposal.id: len(one.gap.members) if one.gap.leads else one.gap.candidate.people for one in finds.found
    }
    assert counted == meant


def test_patterns_taken_some_at_a_time_give_the_same_sets(world, monkeypatch):
    """Where nearly everybody is a pattern of their own they do not fit into memory at once."""
    _, _, con, finds = world
    whole = count_sets(con, finds.signs, least_people=50)
    monkeypatch.setattr("cohorts.finder.sets.parts_for", lambda _: 3)
    parted = count_sets(con, finds.signs, least_people=50)

    assert sum(len(one.sets) for one in whole) > 150
    for one, other in zip(whole, parted, strict=True):
        assert one.stage == other.stage
        for name in ("sets", "people", "everyone", "is_closed"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_it_finds_needs_that_go_together_and_notices_nobody_answers(world):
    """Both are made by the world's mechanisms, and no definition told the finder of them."""
    _, _, _, finds = world
    named = [{finds.signs[sign].name for sign in one.gap.candidate.signs} for one in finds.found]

    assert any({"homelessness", "substance_use", "mental_ill_health"} <= signs for signs in named)
    assert any("again_police_safeguarding_notice" in signs for signs in named)


def test_where_signs_fell_by_chance_hardly_any_population_gives_a_combination(world):
    """The same signs on as many people of every age and sex, dealt out anew: about one population in twenty."""
    _, _, con, finds = world

    false = false_populations(con, finds, as_of_date(PERIOD), 20, seed=3)

    assert false <= 3


def test_where_events_fell_by_chance_hardly_any_population_gives_a_repeat(world):
    """As many events on the people of every age and sex, each on anybody."""
    _, _, con, finds = world

    assert false_repeats(con, finds, as_of_date(PERIOD), 20, seed=3) <= 3


def test_other_mechanisms_make_another_world():
    """What the altered benchmark looks at: other needs of other people; afterwards the usual world is back."""

    def troubles():
        needs = make_world(Streams(SEED), make_timeline([PERIOD]), people=1500).needs
        return {name: ever(getattr(needs, name)).sum() for name in ("homeless", "substance", "offending", "victim")}

    with other_mechanisms():
        other = troubles()
    usual = troubles()

    assert usual == troubles()
    assert other["homeless"] > usual["homeless"]
    assert other["substance"] < usual["substance"]


def test_no_sign_is_planned_contact_and_every_proposal_holds_a_need(world):
    """Turning up is no sign of anything, and nobody is proposed for how often they came."""
    _, bundle, _, finds = world

    assert not any(sign.event.endswith((".consultation", ".contact", ".review")) for sign in finds.signs)
    assert all(any(finds.signs[sign].needs for sign in one.gap.candidate.signs) for one in finds.found)
    assert signs_of(bundle.sources, spine=bundle.project.spine, households=False, reached={}, ended={})


def test_a_proposal_is_for_this_purpose_and_no_other(world):
    """It carries the project's purpose, so a project with another one cannot take its file."""
    _, bundle, _, finds = world
    proposals = [one.proposal for one in finds.found]
    elsewhere = bundle.project.model_copy(update={"purpose": "service_evaluation"})

    own = definitions_of(proposals, bundle.sources, bundle.project)

    assert {one.query.purpose for one in own} == {bundle.project.purpose}
    with pytest.raises(ConfigError) as refused:
        definitions_of(proposals, bundle.sources, elsewhere)
    assert len(refused.value.faults) == len(proposals)
    assert all("made for `population_health_planning`" in str(fault) for fault in refused.value.faults)


def test_no_proposal_rests_on_cost_or_on_demand_alone(world):
    """Signs are needs, events and homes, never money; without its needs a proposal of contacts is refused."""
    _, bundle, _, finds = world
    asked = {name for sign in finds.signs for each in sign.evidence for name in each}
    again = [one.proposal for one in finds.found if any(finds.signs[sign].event for sign in one.gap.candidate.signs)]

    assert asked <= {
        *("need", "sectors", "within", "event", "count", "gap", "household", "no_fixed_address"),
        *("clock", "preceded_by", "not_followed_by"),
    }
    assert again
    for one in again:
        told = yaml.safe_load(one.text)
        for need in told["needs"]:
            how = "all" if "all" in need else "any"
            need[how] = [{"event": ["police.safeguarding_notice"], "count": 3, "within": "12m"}]
        without = replace(one, text=yaml.safe_dump(told))
        with pytest.raises(ConfigError) as refused:
            definitions_of([without], bundle.sources, bundle.project)
        assert any("demand alone makes someone a member" in str(fault) for fault in refused.value.faults)


def test_no_word_of_a_proposal_calls_people_a_burden(world):
    """Of titles, reasons and questions, whatever was found."""
    _, _, _, finds = world
    told = " ".join(f"{one.title} {one.reason} {' '.join(one.questions)}" for one in (f.proposal for f in finds.found))

    assert not re.search(r"burden|cost|expens|flyer|high.intensity|demand|abus(er|ing)|addict|refus", told, re.I)


def test_the_chance_of_several_is_the_poisson_binomials():
    """By hand: of 100 people, signs of half, a fifth and a tenth; at least two of them."""
    found = expected_of_several(np.array([100.0]), np.array([[50.0], [20.0], [10.0]]), 2)
    by_hand = 100 * (0.5 * 0.2 * 0.9 + 0.5 * 0.8 * 0.1 + 0.5 * 0.2 * 0.1 + 0.5 * 0.2 * 0.1)

    assert math.isclose(found, by_hand)


def test_the_tail_and_its_adjustment_are_the_textbooks():
    """P(X >= 2) of a Poisson mean of 1; Benjamini and Hochberg over more tests than are listed."""
    assert math.isclose(upper_tail(np.array([2.0]), np.array([1.0]))[0], 1 - 2 * math.exp(-1))
    assert upper_tail(np.array([1.0]), np.array([2.0]))[0] == 1.0
    assert np.allclose(adjusted(np.array([0.02, 0.001]), 4), [0.04, 0.004])


def test_what_ended_at_an_age_counts_whom_the_finder_counted(world):
    """As a definition too; last of all, for it marks people anew."""
    _, bundle, con, _ = world
    service = next(one for one in responders_of(bundle.sources) if one.source == "mental_health")
    sign = _ended(service, "mental_ill_health", 2.0)
    mark_people(con, [sign], as_of_date(PERIOD))
    query = "SELECT count(*) FROM person_sign JOIN person_stratum USING (person_no) WHERE stage = 'adult'"
    ((people,),) = con.execute(query).fetchall()
    candidate = Candidate(stage="adult", signs=(0,), at_least=1, people=people, expected=1.0, p_value=0.0)
    gap = Gap(candidate=candidate, sources=("gp_register",), members=np.arange(people, dtype=np.int32))
    proposal = make_proposal(gap, [sign], responders_of(bundle.sources), purpose=bundle.project.purpose, period=PERIOD)

    run_cohorts(con, definitions_of([proposal], bundle.sources, bundle.project), as_of_date(PERIOD))

    counted = con.execute("SELECT count(*) FROM cohort_member WHERE population AND needs").fetchall()
    assert counted == [(people,)]
    assert people > 20
