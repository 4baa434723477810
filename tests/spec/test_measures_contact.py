"""Spec: how contacts are counted, over sectors and time."""

from collections import Counter
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.measures.contact import WINDOW, continuity, measure_contacts
from cohorts.measures.roles import role_of, unknown_kinds
from cohorts.measures.waits_by_group import wait_rows
from cohorts.words import _EVENTS
from governance.contracts import EVENT, NEED_EVIDENCE, PERSON
from governance.warehouse import load_table
from tests.lib.cohorts import AS_OF, warehouse
from tests.lib.measures import measured, row, rows


@pytest.fixture(scope="module")
def con():
    """One connection; each test loads its own world."""
    with warehouse() as connection:
        yield connection


@pytest.mark.parametrize(
    ("contacts", "index"), [([5], 1.0), ([1, 1, 1, 1], 0.0), ([4, 2], 14 / 30), ([3], None), ([2, 1], None)]
)
def test_continuity_by_hand(contacts, index):
    """Bice and Boxerman: (sum n^2 - N) / N (N - 1); too few contacts give no index."""
    assert continuity(contacts) == index


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6).filter(lambda n: sum(n) >= 4))
def test_continuity_is_whole_with_one_provider_only(contacts):
    """COC is 1 if and only if there is one provider."""
    assert (continuity(contacts) == 1) == (len(contacts) == 1)


def test_contacts_of_one_person(con):
    """Three sectors, one contact a provider and day; missed ones and those before the window do not count."""
    measured(
        con,
        events="""
        person_id | kind               | start      | source | sector  | provider | outcome  | crisis | planned
        p         | gp.consultation    | 2025-01-10 | gp     | nhs     | a        | attended | no     | yes
        p         | gp.consultation    | 2025-01-10 | gp     | nhs     | a        | attended | no     | yes
        p         | mh.contact         | 2025-01-20 | mh     | nhs     | b        | dna      | no     | yes
        p         | mh.contact         | 2025-02-20 | mh     | nhs     | b        | attended | no     | yes
        p         | asc.assessment     | 2025-04-20 | asc    | council | c        | -        | no     | yes
        p         | police.s136        | 2025-05-01 | police | police  | d        | -        | yes    | no
        p         | ed.attendance      | 2024-09-30 | ed     | nhs     | e        | -        | yes    | no
        """,
    )
    found = row(con, "person_contact")

    assert (found["sectors"], found["contact_days"], found["crisis_days"]) == (3, 4, 1)
    assert found["most_sectors_90d"] == 3
    assert found["coc"] == pytest.approx(continuity([2, 1, 1]))


@pytest.mark.parametrize(("second", "sectors"), [("2025-04-10", 2), ("2025-04-11", 1)])
def test_ninety_days_are_half_open(con, second, sectors):
    """From 11 January the ninetieth day is 10 April; the day after is another stretch."""
    measured(
        con,
        events=f"""
        person_id | kind            | start      | sector  | crisis
        p         | gp.consultation | 2025-01-11 | nhs     | no
        p         | asc.review      | {second}   | council | no
        """,
    )

    assert row(con, "person_contact")["most_sectors_90d"] == sectors


def test_who_left_before_treatment_was_in_a_crisis_all_the_same(con):
    """A crisis contact counts whatever became of it."""
    measured(
        con,
        events="""
        person_id | kind          | start      | sector | outcome             | crisis
        p         | ed.attendance | 2025-01-11 | nhs    | cancelled_by_person | yes
        """,
    )

    assert row(con, "person_contact")["crisis_days"] == 1


REFERRAL = """
    person_id | kind        | start      | end        | source | outcome   | crisis | planned
    p         | mh.referral | 2025-01-10 | {end}      | mh     | {outcome} | no     | no
"""


@pytest.mark.parametrize(
    ("end", "outcome", "later", "bounced"),
    [
        ("2025-02-10", "completed", None, True),
        ("2025-02-10", "completed", "2025-01-30", False),
        ("2025-02-10", "completed", "2025-05-10", False),
        ("2025-02-10", "completed", "2025-05-11", True),
        ("2025-01-10", "rejected", None, True),
        ("-", "completed", None, None),
        ("2025-07-04", "completed", None, None),
        ("2025-07-03", "completed", None, True),
    ],
    ids=["closed", "seen", "seen soon after", "seen too late", "rejected", "open", "too soon to say", "90 days over"],
)
def test_a_referral_bounces_if_it_closes_without_contact(con, end, outcome, later, bounced):
    """Up to 90 days after its closure; until then nobody can tell."""
    contact = f"p | mh.contact | {later} | {later} | mh | attended | no | yes" if later else ""
    measured(con, events=REFERRAL.format(end=end, outcome=outcome) + contact)

    assert row(con, "episode")["is_bounced"] is bounced
    assert row(con, "person_contact")["closed_referrals"] == (bounced is not None)


def test_a_contact_elsewhere_does_not_answer_a_referral(con):
    """The source that was asked has to answer."""
    other = "p | asc.review | 2025-01-20 | 2025-01-20 | asc | attended | no | yes"
    measured(con, events=REFERRAL.format(end="2025-02-10", outcome="completed") + other)

    assert row(con, "episode")["first_contact"] is None


def test_one_referral_in_two_records_is_one_episode(con):
    """Of a person's two records at one source, the one that knows the end; the contract's key holds."""
    measured(
        con,
        events="""
        person_id | kind        | start      | end        | source
        p         | mh.referral | 2025-01-10 | -          | mh
        p         | mh.referral | 2025-01-10 | 2025-02-10 | mh
        """,
    )

    assert row(con, "episode")["closed"] == date(2025, 2, 10)


def test_stories_are_told_where_people_are_assessed_or_first_seen(con):
    """An assessment and a referral that was answered at one source are one telling; an unanswered one is none."""
    measured(
        con,
        events="""
        person_id | kind               | start      | source  | outcome  | crisis | planned
        p         | asc.request        | 2025-01-10 | asc     | -        | no     | no
        p         | asc.assessment     | 2025-01-20 | asc     | -        | no     | yes
        p         | mh.referral        | 2025-01-10 | mh      | -        | no     | no
        p         | mh.contact         | 2025-02-10 | mh      | attended | no     | yes
        p         | treatment.referral | 2025-02-10 | drugs   | -        | no     | no
        """,
    )

    assert row(con, "person_contact")["retellings"] == 2


def test_days_to_sustained_contact(con):
    """The third planned contact with one source; contacts with others, or before the need, do not count."""
    measured(
        con,
        needs="""
        person_id | need | valid_from
        p         | h    | 2025-01-10
        q         | h    | 2025-09-01
        dead      | h    | 2025-01-10
        known     | h    | 2024-01-10
        """,
        people="""
        person_id | death_month
        dead      | 2025-03-01
        """,
        events="""
        person_id | kind       | start      | source | outcome  | crisis | planned
        p         | mh.contact | 2025-01-09 | mh     | attended | no     | yes
        p         | mh.contact | 2025-01-12 | mh     | attended | no     | yes
        p         | asc.review | 2025-01-13 | asc    | -        | no     | yes
        p         | mh.contact | 2025-02-12 | mh     | attended | no     | yes
        p         | mh.contact | 2025-03-12 | mh     | attended | no     | yes
        """,
    )

    assert rows(con, "SELECT * FROM need_wait ORDER BY 1") == [("dead", 50, False), ("p", 61, True), ("q", 30, False)]


def test_three_contacts_must_lie_within_180_days(con):
    """Contact that is not kept up is not sustained."""
    measured(
        con,
        needs="person_id | need | valid_from\n p | h | 2025-01-01",
        events="""
        person_id | kind       | start      | source | outcome  | crisis | planned
        p         | mh.contact | 2025-01-01 | mh     | attended | no     | yes
        p         | mh.contact | 2025-02-01 | mh     | attended | no     | yes
        p         | mh.contact | 2025-06-30 | mh     | attended | no     | yes
        """,
    )

    assert row(con, "need_wait")["is_seen"] is False


def test_waits_end_with_contact_or_are_cut_off(con):
    """A closure, a death or the end of the data ends the watch: the person waited at least so long."""
    measured(
        con,
        people="""
        person_id | on_spine | death_month
        seen      | yes      | -
        closed    | yes      | -
        dead      | yes      | 2025-03-01
        waits     | yes      | -
        left      | no       | -
        """,
        events="""
        person_id | kind        | start      | end        | source | outcome  | crisis | planned
        seen      | mh.referral | 2025-01-01 | -          | mh     | -        | no     | no
        seen      | mh.contact  | 2025-01-31 | 2025-01-31 | mh     | attended | no     | yes
        closed    | mh.referral | 2025-01-01 | 2025-01-11 | mh     | -        | no     | no
        dead      | mh.referral | 2025-01-01 | -          | mh     | -        | no     | no
        waits     | mh.referral | 2025-09-01 | -          | mh     | -        | no     | no
        left      | mh.referral | 2025-09-01 | -          | mh     | -        | no     | no
        """,
    )

    assert rows(con, "SELECT person_id, days, is_seen FROM referral_wait ORDER BY 1") == [
        ("closed", 10, False),
        ("dead", 59, False),
        ("left", 30, False),
        ("seen", 30, True),
        ("waits", 30, False),
    ]
    assert rows(con, "SELECT person_id, state FROM waiting_list ORDER BY 1") == [
        ("dead", "dead"),
        ("left", "not on the register"),
        ("seen", "seen already"),
        ("waits", "waiting"),
    ]


def test_missed_appointments_know_the_year_before(con):
    """Cancelled ones are neither kept nor missed; what was missed on the same day is not before."""
    measured(
        con,
        events="""
        person_id | kind       | start      | outcome               | crisis | planned
        p         | mh.contact | 2024-09-01 | dna                   | no     | yes
        p         | mh.contact | 2025-02-01 | attended              | no     | yes
        p         | mh.contact | 2025-03-01 | dna                   | no     | yes
        p         | mh.contact | 2025-04-01 | cancelled_by_provider | no     | yes
        p         | mh.contact | 2025-05-01 | attended              | no     | yes
        p         | mh.contact | 2025-09-02 | attended              | no     | yes
        """,
    )

    assert rows(con, "SELECT is_missed, history FROM appointment") == [
        (False, "1 missed"),
        (True, "1 missed"),
        (False, "2 or more missed"),
        (False, "1 missed"),
    ]


def test_every_kind_that_we_can_name_has_a_role():
    """A kind without one is told, never guessed."""
    assert unknown_kinds(_EVENTS) == []
    assert role_of("mh.reiki") is None


START = WINDOW.before(AS_OF)
CONTACTS = st.lists(
    st.tuples(
        st.sampled_from(["nhs", "council", "police"]),
        st.sampled_from(["a", "b"]),
        st.integers(-5, 369),
        st.sampled_from([None, "attended", "dna"]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(CONTACTS)
def test_sql_agrees_with_the_measures_in_plain_python(con, contacts):
    """The same numbers from a walk over one person's contacts."""
    events = [
        {"person_id": "p", "source": "s", "record_id": 1, "event_no": n, "kind": "gp.consultation", "sector": sector,
         "provider": provider, "start": START + timedelta(days=offset), "outcome": outcome, "crisis": crisis,
         "planned": False}
        for n, (sector, provider, offset, outcome, crisis) in enumerate(contacts)
    ]  # fmt: skip
    load_table(con, "event", pa.Table.from_pylist([{n: e.get(n) for n in EVENT.columns} for e in events], EVENT.schema))
    person = {name: None for name in PERSON.columns} | {"person_id": "p", "on_spine": True}
    load_table(con, "person", pa.Table.from_pylist([person], PERSON.schema))
    load_table(con, "need_evidence", NEED_EVIDENCE.schema.empty_table())
    measure_contacts(con, AS_OF)
    found = row(con, "person_contact")

    assert {name: found[name] for name in ("sectors", "contact_days", "crisis_days", "most_sectors_90d", "coc")} == (
        pytest.approx(_by_hand(events))
    )


def _by_hand(events: list[dict[str, object]]) -> dict[str, float | None]:
    counted = [e for e in events if START <= e["start"] < AS_OF and (e["crisis"] or e["outcome"] != "dna")]
    days = {(e["sector"], e["provider"], e["start"]) for e in counted}
    crisis = {(e["sector"], e["provider"], e["start"]) for e in counted if e["crisis"]}
    in_stretch = [
        len({sector for sector, _, other in days if day <= other < day + timedelta(days=90)}) for _, _, day in days
    ]
    return {
        "sectors": len({sector for sector, _, _ in days}),
        "contact_days": len(days),
        "crisis_days": len(crisis),
        "most_sectors_90d": max(in_stretch, default=0),
        "coc": continuity(list(Counter(sector for sector, _, _ in days).values())),
    }


def test_the_window_is_a_year():
    """Twelve months to the end of the period."""
    assert date(2024, 10, 1) == START


def test_waits_say_how_many_people_they_are_of():
    """Twelve referrals of three people are told as both: a page shows nothing of a handful of people."""
    with warehouse() as con:
        con.execute("CREATE TABLE person_measure (cohort TEXT, measure TEXT, person_id TEXT)")
        con.execute("CREATE TABLE need_wait (person_id TEXT, days INTEGER, is_seen BOOLEAN)")
        con.execute("""
            CREATE TABLE referral_wait AS
            SELECT 'p' || (n % 3) AS person_id, 'mh' AS source, n AS days, true AS is_seen FROM range(12) AS r(n)
        """)
        con.execute("""
            CREATE TABLE person_slice AS
            SELECT DISTINCT person_id, 'all' AS dimension, 'all' AS "group" FROM referral_wait
        """)
        [row] = wait_rows(con)

    assert (row.measure, row.whole, row.whole_people) == ("days_to_contact:mh", 12, 3)
    assert row.value is not None
