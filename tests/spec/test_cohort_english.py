"""Spec: the English is made from the nodes, so two definitions that differ never read the same."""

from dataclasses import replace
from datetime import date

import pytest

from cohorts.durations import Duration
from cohorts.english import definition_english
from cohorts.query import (
    AgeBetween,
    Alive,
    Anchor,
    Concurrent,
    Household,
    LivesIn,
    Members,
    NoFixedAddress,
    OnSpine,
    Parameter,
    Query,
    Strength,
)
from cohorts.words import event_words
from tests.lib.cohorts import AS_OF, counted, definition, length, need, query, response, rung, seen

BASE = query(
    need("homeless", seen("homelessness"), counted("ed.attendance", 3)),
    need("drinking", seen("substance_use")),
    population=(OnSpine(), Alive(), AgeBetween(18, None)),
    ladder=(
        rung("referred", response("asc.request")),
        rung("helped", response("asc.service"), response("mh.contact", 3), within="84d"),
    ),
)
FIRST, SECOND = BASE.needs
LAST = BASE.ladder[-1]


def english(meaning: Query) -> str:
    """The whole text of a definition with this meaning."""
    return "\n".join(definition_english(definition(meaning)))


def with_evidence(*evidence) -> Query:
    """The base with other evidence of its first need."""
    return replace(BASE, needs=(replace(FIRST, evidence=evidence), SECOND))


def with_rung(**settings) -> Query:
    """The base with another last rung."""
    return replace(BASE, ladder=(*BASE.ladder[:-1], replace(LAST, **settings)))


def with_response(**settings) -> Query:
    """The base with another response on its last rung."""
    return with_rung(responses=(replace(LAST.responses[0], **settings),))


VARIANTS = {
    "base": BASE,
    "anyone": replace(BASE, population=()),
    "not only residents": replace(BASE, population=BASE.population[1:]),
    "also the dead": replace(BASE, population=(BASE.population[0], BASE.population[2])),
    "younger": replace(BASE, population=(*BASE.population[:2], AgeBetween(16, None))),
    "up to an age": replace(BASE, population=(*BASE.population[:2], AgeBetween(18, 64))),
    "one place": replace(BASE, population=(*BASE.population, LivesIn("ward", ("Eastgate",)))),
    "one place, a district": replace(BASE, population=(*BASE.population, LivesIn("district", ("Eastgate",)))),
    "all of the evidence": replace(BASE, needs=(replace(FIRST, how="all"), SECOND)),
    "another need": with_evidence(seen("frailty")),
    "stronger evidence": with_evidence(seen("homelessness", at_least=Strength.ASSESSED)),
    "one sector": with_evidence(seen("homelessness", sectors=("nhs",))),
    "longer ago": with_evidence(seen("homelessness", within="24m")),
    "ever": with_evidence(seen("homelessness", within=None)),
    "no fixed abode": with_evidence(NoFixedAddress()),
    "other events": with_evidence(counted("apc.admission", 3)),
    "fewer events": with_evidence(counted("ed.attendance", 2)),
    "close events": with_evidence(counted("ed.attendance", 2, span="1m")),
    "recent events": with_evidence(counted("ed.attendance", 2, within="6m")),
    "one of two needs": replace(BASE, members=Members(at_least=1, of=BASE.members.of)),
    "both at once": replace(BASE, members=replace(BASE.members, concurrent=Concurrent(at_least=2, span=length("12m")))),
    "sooner": with_rung(within=length("56d")),
    "from the first sign": with_rung(after=Anchor("needs", "first")),
    "from one need": with_rung(after=Anchor("homeless", "crossed")),
    "another rung counts": replace(BASE, unmet="referred"),
    "no response asked for": replace(BASE, ladder=(), unmet=None),
    "another response": with_response(kinds=("vcse.contact",)),
    "more of it": with_response(at_least=2),
    "attended": with_response(attended=True),
    "planned": with_response(planned=True),
    "ongoing": with_response(ongoing=True),
    "a share asked for": replace(BASE, min_share=0.5),
}


def test_definitions_that_differ_read_differently():
    """Every setting of the language is in the text."""
    texts = {name: english(meaning) for name, meaning in VARIANTS.items()}

    assert len(set(texts.values())) == len(VARIANTS), [
        (one, other) for one in texts for other in texts if one < other and texts[one] == texts[other]
    ]


def test_what_is_never_said_of_a_home_is_told_where_homes_are_asked_about():
    """A reader of "no" has to know of which homes it is said."""
    alone = "a child does not live alone, so elsewhere somebody is missing and we cannot tell."
    told = with_evidence(Household(how="count", of=seen("substance_use"), at_least=1, low=0, high=None))

    assert alone in english(told)
    assert alone not in english(BASE)


def test_a_definition_in_full():
    """How it reads."""
    assert english(BASE).splitlines() == [
        "People on the population register, not recorded as having died, aged 18 or over (the age they reach in the"
        " year the period ends).",
        "Needs: both homeless and drinking.",
        "“Homeless” means homelessness recorded by any source in the last 12 months; or 3 or more emergency"
        " department attendances in the last 12 months.",
        "“Drinking” means substance use recorded by any source in the last 12 months.",
        "Response 1, referred: within 28 days of the day by which all the needs had been shown, a request for adult"
        " social care.",
        "Response 2, helped: within 84 days of that day, an adult social care service; or 3 or more mental health"
        " contacts.",
        "Unmet: none of these is recorded within 84 days of the day by which all the needs had been shown: an adult"
        " social care service; 3 or more mental health contacts.",
        "Absence counts only where every source that could hold the record covers the whole of the time in question and"
        " that time is over; otherwise we cannot tell.",
    ]


def test_a_parameter_reads_with_its_range_and_reason():
    """What a board may set, and why it might."""
    parameter = Parameter(name="response_time", value="12w", low="28d", high="6m", why="Long enough.")

    assert definition_english(definition(BASE, parameters=(parameter,)))[-1] == (
        "A board may change “response time”: now 84 days, from 28 days to 6 months. Long enough."
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "told"),
    [
        (0.5, 0, 1, "now 50%, from 0% to 100%"),
        (0.005, 0.0, 0.125, "now 0.5%, from 0% to 12.5%"),
        (1, 0, 1, "now 1, from 0 to 1"),
        (1.5, 0.5, 3, "now 1.5, from 0.5 to 3"),
    ],
)
def test_a_range_reads_in_one_unit(value, low, high, told):
    """Shares of a whole as percentages to their last digit, also an end written as 0 or 1; other numbers plainly."""
    parameter = Parameter(name="least", value=value, low=low, high=high, why="Enough.")

    assert definition_english(definition(BASE, parameters=(parameter,)))[-1] == (
        f"A board may change “least”: {told}. Enough."
    )


@pytest.mark.parametrize(
    ("kind", "one", "many"),
    [
        ("ed.attendance", "an emergency department attendance", "emergency department attendances"),
        ("asc.request", "a request for adult social care", "requests for adult social care"),
        ("housing.relief_duty", "a homelessness relief duty", "homelessness relief duties"),
        ("police.s136", "a detention under section 136", "detentions under section 136"),
        ("library.night_visit", "a library night visit", "library night visits"),
    ],
)
def test_events_in_words(kind, one, many):
    """Kinds that nobody has put into words are spelt out."""
    assert (event_words(kind), event_words(kind, plural=True)) == (one, many)


@pytest.mark.parametrize(
    ("text", "words", "day"),
    [("84d", "84 days", "2025-07-09"), ("1w", "7 days", "2025-09-24"), ("1m", "1 month", "2025-09-01")],
)
def test_lengths_of_time(text, words, day):
    """Days, weeks and calendar months."""
    found = Duration.parse(text)

    assert (str(found), found.before(AS_OF).isoformat()) == (words, day)


def test_a_month_after_a_long_month_is_its_last_day():
    """31 January and one month is 28 February; one month before 31 March as well."""
    month = Duration(1, "month")

    assert month.after(date(2025, 1, 31)) == month.before(date(2025, 3, 31)) == date(2025, 2, 28)
    assert month.after(date(2025, 12, 15)) == date(2026, 1, 15)
