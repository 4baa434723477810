"""Spec: what may show a need besides a record of it: how things are written, what they mean, how they read."""

from pathlib import Path

import pytest

from cohorts.catalogue import Catalogue
from cohorts.definition import read_definition
from cohorts.english_evidence import evidence_english
from cohorts.query import Evidence, InCohort, Query, content_hash
from governance.settings import read_yaml
from tests.lib.cohorts import agreed, answers, need, query, seen, warehouse, world

CATALOGUE = Catalogue(
    {
        **{kind: ("hospital",) for kind in ("ed.attendance", "apc.admission", "mh.contact", "police.notice")},
        **{kind: ("council",) for kind in ("asc.service", "team.episode", "court.order", "need.rough", "need.drink")},
    },
    frozenset({"drink", "rough"}),
)
BEFORE_LENGTHS = "ae74732400000fbdea38cd381f6f16cf19cbdb7a83951c2ab04319ae98317a6c"
"""Digest of an open episode by the last version whose language had no length of one."""
KINDS = tuple(CATALOGUE.sources_of)
OTHER = query(need("rough", seen("rough")))
FILE = """\
id: some
version: 1.0.0
title: Some
why: Because.
purpose: population_health_planning
lookback: 12m
population: {{registered: false, alive: false}}
needs:
  - id: asked
    {how}:
      - {evidence}
  - id: rough
    any: [{{need: rough, within: ever}}]
evidence: [Some.]
sources: [Somewhere.]
review: {{status: not yet reviewed}}
lived_experience: {{status: not yet reviewed}}
"""


@pytest.fixture(scope="module")
def con():
    """One connection for the module; every test loads its own world."""
    with warehouse() as connection:
        yield connection


def faults_and_query(folder: Path, evidence: str, how: str = "any") -> tuple[list[str], Query | None]:
    """What a file says that asks for one piece of evidence, and what is wrong with it."""
    path = folder / "some.yaml"
    path.write_text(FILE.format(evidence=evidence, how=how), encoding="utf-8")
    faults = []
    known = {("other", "1.0.0"): OTHER}
    found = read_definition(
        read_yaml(path, name="cohorts/some.yaml"), "population_health_planning", CATALOGUE, faults, known
    )
    return [str(fault) for fault in faults], found.query if found else None


def asked(folder: Path, evidence: str, how: str = "any") -> Query:
    """The definition without its second need, so that the evidence alone decides."""
    faults, found = faults_and_query(folder, evidence, how)
    assert faults == []
    assert found
    return query(found.needs[0], lookback=found.lookback)


def node(folder: Path, evidence: str) -> Evidence:
    """The node that the text becomes."""
    return asked(folder, evidence).needs[0].evidence[0]


FOLLOWED = "{event: [apc.admission], clock: end, not_followed_by: {event: [mh.contact], within: 28d}}"
VISITS = "{event: [ed.attendance], escalating: 2.0, count: 2, within: 3m}"
NOTICES = "{event: [police.notice, ed.attendance], distinct: sector, count: 2, span: 90d}"


@pytest.mark.parametrize(
    ("evidence", "english"),
    [
        (
            "{event: [apc.admission], months: [12, 1, 2]}",
            "a hospital admission in January, February or December in the last 12 months",
        ),
        (
            NOTICES,
            "contact with 2 or more different sectors, all inside 90 days, in the last 12 months"
            " (police notices or emergency department attendances)",
        ),
        (
            FOLLOWED,
            "a hospital admission in the last 12 months not followed within 28 days of its last day by a mental health"
            " contact",
        ),
        (
            "{event: [ed.attendance], count: 2, clock: start, within: 6m,"
            " followed_by: {event: [mh.contact], within: 7d, attended: true}}",
            "2 or more emergency department attendances in the last 6 months, each followed within 7 days of its first"
            " day by a mental health contact that was attended",
        ),
        (
            "{event: [ed.attendance], clock: start, not_followed_by: {event: [mh.contact], within: 28d},"
            " preceded_by: {event: [police.notice], within: 6m}}",
            "an emergency department attendance in the last 12 months, preceded by a police notice less than 6 months"
            " earlier, not followed within 28 days of its first day by a mental health contact",
        ),
        (
            "{event: [mh.contact], gap: 6m}",
            "a mental health contact in the last 12 months with no other on a later day for 6 months",
        ),
        (
            VISITS,
            "2 or more emergency department attendances in the last 3 months, at least 2 times as many as in the"
            " 3 months before",
        ),
        (
            "{event: [asc.service], open_episode_at: period_end}",
            "an adult social care service that had not ended on the last day of the period",
        ),
        (
            "{event: [asc.service], open_episode_at: period_end, lasting: 12m}",
            "an adult social care service that had not ended on the last day of the period and had lasted 12 months or"
            " more by then",
        ),
        (
            "{event: [asc.service], overlaps: [apc.admission], within: 6m}",
            "an adult social care service and a hospital admission under way on the same day in the last 6 months",
        ),
        (
            "{household: {any: {need: drink}, age: 18+}}",
            "someone else aged 18 or over at the same private home with drink recorded by any"
            " source in the last"
            " 12 months",
        ),
        (
            "{household: {of: {event: [ed.attendance], count: 2}, count: 2, age: 0-17}}",
            "2 or more others aged 0 to 17 at the same private home with 2 or more emergency department attendances in"
            " the last 12 months",
        ),
        (
            "{household: {all: {need: drink}}}",
            "everyone else, and there being someone, at the same private home with drink recorded by any"
            " source in the last"
            " 12 months",
        ),
        ("{household: {lone_adult: true}}", "being the only person aged 18 or over at a private home"),
        ("{near: {need: rough, level: ward}}", "a provider for rough in the same ward"),
        (
            "{barred: {orders: [court.order], need: rough}}",
            "a court order in force whose zones hold every provider for rough",
        ),
        ("{cohort: other@1.0.0}", "being met by the definition other, version 1.0.0"),
        (
            "{shared: {contacts: [ed.attendance], coordinated_by: [team.episode]}}",
            "needs recorded by 2 or more sectors and contact (an emergency department attendance) with 2 or more"
            " services in the last 12 months, where no one service is there to meet all of the needs and a team"
            " around the adult that coordinates them was not open on the last day of the period",
        ),
    ],
)
def test_how_it_is_written_and_how_it_reads(tmp_path, evidence, english):
    """From the file to a node to a board's English."""
    assert evidence_english(node(tmp_path, evidence)) == english


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ("{event: [apc.admission], followed_by: {event: [mh.contact], within: 7d}}", "clock: start, or clock: end"),
        ("{event: [apc.admission], gap: 6m, count: 2}", "count does not go with gap"),
        ("{household: {any: {need: rough}, all: {need: drink}}}", "give exactly one of any, all, of (with count)"),
        ("{household: {any: {event: [ed.attendance], gap: 6m}}}", "of others, ask for a need"),
        ("{event: [ed.attendance], distinct: sector}", "one event is always of one"),
        ("{barred: {orders: [court.order], need: money}}", "no source responds to the need `money`"),
        ("{event: [apc.admission], overlaps: [asc.servise]}", "Did you mean asc.service?"),
        ("{cohort: other@1.1.0}", "`other@1.1.0` is at version 1.0.0. Read what changed, then write other@1.0.0."),
        ("{cohort: another@1.0.0}", "Did you mean other?"),
        (
            "{event: [ed.attendance], open_episode_at: period_end, within: 6m}",
            "within does not go with open_episode_at",
        ),
        ("{event: [ed.attendance], lasting: 12m}", "lasting does not go with event"),
    ],
)
def test_what_is_refused(tmp_path, evidence, message):
    """With the line, what is wrong and what to do."""
    faults, _ = faults_and_query(tmp_path, evidence)

    assert len(faults) == 1
    assert faults[0].startswith("cohorts/some.yaml:1")
    assert message in faults[0]


def test_an_absence_alone_makes_no_need(tmp_path):
    """Nobody needs something because nothing was recorded."""
    text = FILE.format(evidence="{need: drink}", how="none")
    text = text.replace("    any: [{need: rough, within: ever}]", "    none: [{need: rough}]")
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    faults = []
    read_definition(read_yaml(path, name="some.yaml"), "population_health_planning", CATALOGUE, faults)

    assert "demand alone makes someone a member (asked, rough)" in str(faults[0])


def test_not_followed_by_waits_until_time_is_up_and_nothing_is_hidden(con, tmp_path):
    """Twenty-eight days from discharge: the last of them must be over, and covered, before nothing means nothing."""
    told = world(
        events="""
        person_id      | kind          | start      | end
        time is up     | apc.admission | 2025-08-01 | 2025-09-03
        one day more   | apc.admission | 2025-08-01 | 2025-09-04
        seen in time   | apc.admission | 2025-08-01 | 2025-08-05
        seen in time   | mh.contact    | 2025-09-01 | 2025-09-01
        seen too late  | apc.admission | 2025-08-01 | 2025-08-05
        seen too late  | mh.contact    | 2025-09-02 | 2025-09-02
        seen before it | apc.admission | 2025-08-01 | 2025-08-05
        seen before it | mh.contact    | 2025-08-04 | 2025-08-04
        still inside   | apc.admission | 2025-08-01 | -
        """,
        covered=KINDS,
    )

    found = answers(agreed(con, asked(tmp_path, FOLLOWED), told), "met")

    assert found == {
        "time is up": "yes",
        "one day more": "?",
        "seen in time": "no",
        "seen too late": "yes",
        "seen before it": "yes",
        "still inside": "?",
    }


def test_an_open_episode_may_have_to_have_lasted(con, tmp_path):
    """Twelve months to the day, half-open; whoever's has not is surely not, where the last day is covered."""
    told = world(
        events="""
        person_id       | kind        | start      | end
        to the day      | asc.service | 2024-10-01 | -
        a day short     | asc.service | 2024-10-02 | -
        ends that day   | asc.service | 2024-09-01 | 2025-09-30
        ended before it | asc.service | 2024-09-01 | 2025-09-29
        two short ones  | asc.service | 2024-09-01 | 2025-03-01
        two short ones  | asc.service | 2025-03-01 | -
        """,
        covered=KINDS,
    )
    long = "{event: [asc.service], open_episode_at: period_end, lasting: 12m}"

    assert answers(agreed(con, asked(tmp_path, long), told), "met") == {
        "to the day": "yes",
        "a day short": "no",
        "ends that day": "yes",
        "ended before it": "no",
        "two short ones": "no",
    }


def test_a_length_that_is_not_asked_for_leaves_the_digest_alone(tmp_path):
    """Definitions of before the language knew lengths keep their digest; with a length it is another definition."""
    plain = asked(tmp_path, "{event: [asc.service], open_episode_at: period_end}")
    long = asked(tmp_path, "{event: [asc.service], open_episode_at: period_end, lasting: 12m}")
    longer = asked(tmp_path, "{event: [asc.service], open_episode_at: period_end, lasting: 13m}")

    assert content_hash(plain, ()) == BEFORE_LENGTHS
    assert len({content_hash(one, ()) for one in (plain, long, longer)}) == 3


def test_silence_of_one_source_that_could_have_answered_leaves_it_open(con, tmp_path):
    """The other service may have seen the person."""
    told = world(
        events="person_id | kind | start\none | apc.admission | 2025-06-01",
        coverage="""
        source | kind          | start      | stop
        a      | apc.admission | 2020-01-01 | 2025-10-01
        a      | mh.contact    | 2020-01-01 | 2025-10-01
        b      | mh.contact    | 2025-06-02 | 2025-10-01
        """,
    )

    assert answers(agreed(con, asked(tmp_path, FOLLOWED), told), "met") == {"one": "?"}


def test_different_sectors_inside_a_span(con, tmp_path):
    """Ninety days: the day that is exactly ninety before is out."""
    told = world(
        events="""
        person_id  | kind          | start      | sector
        close      | ed.attendance | 2025-03-01 | nhs
        close      | police.notice | 2025-05-29 | police
        too far    | ed.attendance | 2025-03-01 | nhs
        too far    | police.notice | 2025-05-30 | police
        same again | ed.attendance | 2025-03-01 | nhs
        same again | ed.attendance | 2025-03-02 | nhs
        """,
        covered=KINDS,
    )

    found = answers(agreed(con, asked(tmp_path, NOTICES), told), "met")

    assert found == {"close": "yes", "too far": "no", "same again": "no"}


def test_a_rise_needs_the_time_before_to_be_covered(con, tmp_path):
    """Twice as many as before means nothing if nobody looked before."""
    events = "\n".join(["person_id | kind | start", *(f"one | ed.attendance | 2025-08-0{day}" for day in (1, 2))])
    since = "source | kind | start | stop\na | ed.attendance | {} | 2025-10-01"

    rising = asked(tmp_path, VISITS)

    assert (
        answers(agreed(con, rising, world(events=events, coverage=since.format("2025-04-01"))), "met")["one"] == "yes"
    )
    assert answers(agreed(con, rising, world(events=events, coverage=since.format("2025-04-02"))), "met")["one"] == "?"


HOMES = """
person_id | household | address_kind | birth_year
parent    | 1         | home         | 1985
child     | 1         | home         | 2015
alone     | 2         | home         | 1950
resident  | -         | care_home    | 1940
roofless  | -         | no_fixed_address | 1990
perhaps   | 3         | home         | 1990
somebody  | 3         | home         | -
"""


def test_a_household_is_one_of_a_known_private_home(con, tmp_path):
    """People in a care home or of no fixed address are not alone, and not with anybody: nobody can tell."""
    told = world(people=HOMES, needs="person_id | need | valid_from\nparent | drink | 2025-03-01", covered=KINDS)

    anyone = answers(agreed(con, asked(tmp_path, "{household: {any: {need: drink}}}"), told), "met")
    adult = answers(agreed(con, asked(tmp_path, "{household: {any: {need: drink}, age: 18+}}"), told), "met")

    assert anyone == {
        **{"parent": "no", "child": "yes", "alone": "no", "perhaps": "no", "somebody": "no"},
        **{"resident": "?", "roofless": "?"},
    }
    assert (adult["child"], adult["perhaps"], adult["somebody"]) == ("yes", "?", "no")


CHILDREN_ALONE = """
person_id | household | address_kind | birth_year
child     | 1         | home         | 2015
brother   | 2         | home         | 2012
sister    | 2         | home         | 2014
cousin    | 3         | home         | 2013
unknown   | 3         | home         | -
son       | 4         | home         | 2011
mother    | 4         | home         | 1985
grown     | 5         | home         | 2007
"""
SISTERS_NEED = "person_id | need | valid_from\nsister | drink | 2025-03-01\nmother | drink | 2025-03-01"


@pytest.mark.parametrize(
    ("evidence", "answered"),
    [
        ("any: {need: drink}", {"child": "?", "brother": "yes", "sister": "?", "cousin": "?", "unknown": "?"}),
        ("any: {need: drink}, age: 18+", {"child": "?", "brother": "?", "sister": "?", "cousin": "?"}),
        ("all: {need: drink}", {"child": "?", "brother": "?", "sister": "?", "cousin": "?", "unknown": "?"}),
        ("lone_adult: true", {"child": "no", "brother": "no", "sister": "no", "cousin": "no", "unknown": "?"}),
    ],
    ids=["anybody", "an adult", "everybody", "alone"],
)
def test_of_a_home_in_which_no_adult_is_known_neither_no_nor_everybody_is_said(con, tmp_path, evidence, answered):
    """A child does not live alone: somebody is missing, or of an age that nobody told. What was seen stands."""
    told = world(people=CHILDREN_ALONE, needs=SISTERS_NEED, covered=KINDS)

    found = answers(agreed(con, asked(tmp_path, f"{{household: {{{evidence}}}}}"), told), "met")

    assert found | answered == found
    assert (found["son"], found["mother"], found["grown"]) == {
        "lone_adult: true": ("no", "yes", "yes"),
    }.get(evidence, ("yes", "no", "no"))


def test_a_lone_adult_has_no_other_adult_at_home_nor_anybody_who_may_be_one(con, tmp_path):
    """A lone parent is one; a child is not; someone of unknown age may be an adult."""
    found = answers(agreed(con, asked(tmp_path, "{household: {lone_adult: true}}"), world(people=HOMES)), "met")

    assert found == {
        **{"parent": "yes", "child": "no", "alone": "yes", "resident": "?", "roofless": "?"},
        **{"perhaps": "?", "somebody": "no"},
    }


PROVIDERS = """
provider | source | need | zones
centre   | a      | rough | town
outside  | b      | rough | {}
"""


@pytest.mark.parametrize(
    ("zones", "order_ends", "answer"),
    [("town", "-", "yes"), ("", "-", "no"), ("town", "2025-09-29", "no"), ("town", "2025-09-30", "yes")],
    ids=["all inside", "one outside", "order over", "order to the last day"],
)
def test_barred_from_every_provider(con, tmp_path, zones, order_ends, answer):
    """Only while the order is in force, and only if nobody is left outside."""
    told = world(
        events=f"person_id | kind | start | end | code\none | court.order | 2025-05-01 | {order_ends} | town",
        providers=PROVIDERS.format(zones),
        covered=KINDS,
    )

    found = agreed(con, asked(tmp_path, "{barred: {orders: [court.order], need: rough}}"), told)

    assert answers(found, "met") == {"one": answer}


SHARED = "{shared: {contacts: [ed.attendance, mh.contact], coordinated_by: [team.episode]}}"


@pytest.mark.parametrize(
    ("providers", "episode", "answer"),
    [
        ("p | a | rough\nq | b | drink", "", "yes"),
        ("p | a | rough\nq | a | drink", "", "no"),
        ("p | a | rough\nq | b | drink", "one | team.episode | 2025-01-01 | - | b", "no"),
        ("p | a | rough\nq | b | drink", "one | team.episode | 2025-01-01 | 2025-03-01 | b", "yes"),
    ],
    ids=["each has a part", "one service could meet both", "somebody coordinates", "nobody does any more"],
)
def test_shared_by_construction(con, tmp_path, providers, episode, answer):
    """Two needs known to two sectors, seen by two services: whose is it?"""
    told = world(
        needs="""
        person_id | need | valid_from | sector
        one       | rough | 2025-03-01 | nhs
        one       | drink | 2025-04-01 | council
        """,
        events=f"""
        person_id | kind          | start      | end        | source
        one       | ed.attendance | 2025-03-01 | 2025-03-01 | a
        one       | mh.contact    | 2025-04-01 | 2025-04-01 | b
        {episode}
        """,
        providers="provider | source | need\n" + providers,
        covered=KINDS,
    )

    assert answers(agreed(con, asked(tmp_path, SHARED), told), "met") == {"one": answer}


def test_another_definition_is_asked_as_of_the_same_day(con, tmp_path):
    """In, out and not to be told, as it says; and the other way round with none."""
    told = world(
        needs="person_id | need | valid_from\nin | rough | 2025-03-01\nout | drink | 2025-03-01", covered=KINDS
    )

    assert answers(agreed(con, asked(tmp_path, "{cohort: other@1.0.0}"), told), "met") == {"in": "yes", "out": "no"}
    turned = asked(tmp_path, "{cohort: other@1.0.0}", how="none")
    assert answers(agreed(con, turned, told), "met") == {"in": "no", "out": "yes"}
    assert isinstance(turned.needs[0].evidence[0], InCohort)


def test_an_absence_is_dated_from_the_first_day_it_was_looked_for(con, tmp_path):
    """The longest window of what is absent; a clock of responses would start there."""
    told = world(people="person_id\none", covered=KINDS)

    found = agreed(con, asked(tmp_path, "{event: [asc.service], within: 6m}", how="none"), told)

    assert found["one"].crossed.isoformat() == "2025-04-01"
