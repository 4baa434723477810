"""Spec: how answers combine. Yes, no and *cannot tell* follow Kleene's rules everywhere."""

from datetime import date
from itertools import product

import pytest

from cohorts.query import AgeBetween, Alive, Concurrent, LivesIn, Members, NoFixedAddress, OnSpine, Strength
from cohorts.reference import at_least, both, either, opposite
from tests.lib.cohorts import agreed, answers, counted, length, need, query, response, rung, seen, warehouse, world


@pytest.fixture(scope="module")
def con():
    """One connection for the module; every test loads its own world."""
    with warehouse() as connection:
        yield connection


def test_truth_tables():
    """The reference's own logic, written out."""
    assert [both(pair) for pair in product([True, None, False], repeat=2)] == [
        *(True, None, False),
        *(None, None, False),
        *(False, False, False),
    ]
    assert [either(pair) for pair in product([True, None, False], repeat=2)] == [
        *(True, True, True),
        *(True, None, None),
        *(True, None, False),
    ]
    assert [opposite(answer) for answer in (True, None, False)] == [False, None, True]
    assert [at_least(2, [True, None, None]), at_least(2, [True, False, None]), at_least(2, [True, False, False])] == [
        None,
        None,
        False,
    ]


COMBINATIONS = """
    person_id | first | second | any | all
    1         | yes   | yes    | yes | yes
    2         | yes   | no     | yes | no
    3         | yes   | ?      | yes | ?
    4         | no    | no     | no  | no
    5         | no    | ?      | ?   | no
    6         | ?     | ?      | ?   | ?
    """


def two_clauses(how: str):
    """Persons of the table above, each clause a kind of event of its own, dark where nobody can tell."""
    lines = [[cell.strip() for cell in line.split("|")] for line in COMBINATIONS.strip().splitlines()[1:]]
    for person, first, second, either_way, both_ways in lines:
        events = [f"{person}|a.{n}|2025-05-01" for n, answer in ((1, first), (2, second)) if answer == "yes"]
        covered = [f"a.{n}" for n, answer in ((1, first), (2, second)) if answer == "no"]
        told = world(
            people=f"person_id\n{person}", events="\n".join(["person_id|kind|start", *events]), covered=covered
        )
        yield told, person, either_way if how == "any" else both_ways


@pytest.mark.parametrize("how", ["any", "all"])
def test_evidence_joined_by_any_and_by_all(con, how):
    """Every combination of yes, no and cannot tell of two pieces of evidence."""
    definition = query(need("n", counted("a.1"), counted("a.2"), how=how))

    for told, person, expected in two_clauses(how):
        assert answers(agreed(con, definition, told), "needs") == {person: expected}


@pytest.mark.parametrize(
    ("k", "states", "expected"),
    [
        (2, "yes yes ?", "yes"),
        (2, "yes ? ?", "?"),
        (2, "yes no ?", "?"),
        (2, "yes no no", "no"),
        (3, "yes yes ?", "?"),
        (3, "yes ? no", "no"),
        (1, "? no no", "?"),
    ],
)
def test_at_least_k_of_n_needs(con, k, states, expected):
    """A no takes so many noes that k can no longer be reached."""
    named = dict(enumerate(states.split()))
    told = world(
        people="person_id\none",
        needs="\n".join(
            ["person_id|need|valid_from", *(f"one|n{n}|2025-05-01" for n, state in named.items() if state == "yes")]
        ),
        covered=[f"need.n{n}" for n, state in named.items() if state == "no"],
    )
    needs = [need(f"n{n}", seen(f"n{n}")) for n in named]
    members = Members(at_least=k, of=tuple(one.id for one in needs))

    assert answers(agreed(con, query(*needs, members=members), told), "needs") == {"one": expected}


def test_needs_far_apart_are_not_concurrent_unless_more_may_be_hidden(con):
    """January and September: no, if all evidence is known; cannot tell, if some may be missing."""
    evidence = "person_id|need|valid_from\none|h|2025-01-01\none|s|2025-09-01"
    together = Members(at_least=2, of=("h", "s"), concurrent=Concurrent(at_least=2, span=length("28d")))
    definition = query(need("h", seen("h")), need("s", seen("s")), members=together)

    known = agreed(con, definition, world(needs=evidence, covered=["need.h", "need.s"]))
    hidden = agreed(con, definition, world(needs=evidence, covered=["need.h"]))

    assert answers(known, "needs") == {"one": "no"}
    assert answers(hidden, "needs") == {"one": "?"}


def test_one_dark_piece_of_evidence_hides_what_might_have_been_concurrent(con):
    """A need seen in January that another, dark, source might have seen in September as well."""
    evidence = "person_id|need|valid_from\none|h|2025-01-01\none|s|2025-09-01"
    together = Members(at_least=2, of=("h", "s"), concurrent=Concurrent(at_least=2, span=length("28d")))
    needs = (need("h", seen("h"), counted("a.dark")), need("s", seen("s")))

    found = agreed(con, query(*needs, members=together), world(needs=evidence, covered=["need.h", "need.s"]))

    assert answers(found, "needs") == {"one": "?"}


def test_days_of_all_needs_together(con):
    """First sign of any need, the day by which two of three had been shown, the latest sign."""
    told = world(
        needs="""
        person_id | need | valid_from
        one       | a    | 2025-06-01
        one       | a    | 2025-08-01
        one       | b    | 2025-03-01
        one       | c    | 2025-07-01
        """
    )
    needs = [need(name, seen(name)) for name in "abc"]

    found = agreed(con, query(*needs, members=Members(at_least=2, of=("a", "b", "c"))), told)

    assert [str(day) for day in (found["one"].first, found["one"].crossed, found["one"].last)] == [
        "2025-03-01",
        "2025-06-01",
        "2025-08-01",
    ]


def test_strength_is_a_floor(con):
    """Assessed counts where indicated is asked for; reported does not."""
    told = world(
        needs="""
        person_id | need | valid_from | strength
        weaker    | h    | 2025-05-01 | reported
        as asked  | h    | 2025-05-01 | indicated
        stronger  | h    | 2025-05-01 | diagnosed
        """,
        covered=["need.h"],
    )

    found = agreed(con, query(need("h", seen("h", at_least=Strength.INDICATED))), told)

    assert answers(found, "needs") == {"weaker": "no", "as asked": "yes", "stronger": "yes"}


def test_a_missing_address_is_not_a_fixed_one(con):
    """No fixed address: yes, no, and cannot tell where no postcode was recorded."""
    told = world(people="person_id|no_fixed_address\nnone|yes\nsome|no\nunknown|-")

    found = agreed(con, query(need("h", NoFixedAddress())), told)

    assert answers(found, "needs") == {"none": "yes", "some": "no", "unknown": "?"}


def test_who_the_population_is(con):
    """Each condition can shut a person out; a missing birth year or district shuts nobody out for sure."""
    told = world(
        people="""
        person_id   | on_spine | birth_year | death_month | district
        in          | yes      | 2007       | -           | north
        elsewhere   | yes      | 1980       | -           | south
        visitor     | no       | 1980       | -           | north
        child       | yes      | 2008       | -           | north
        died before | yes      | 1980       | 2025-09-01  | north
        died after  | yes      | 1980       | 2025-10-01  | north
        no age      | yes      | -          | -           | north
        no district | yes      | 1980       | -           | -
        """
    )
    gates = (OnSpine(), Alive(), AgeBetween(18, None), LivesIn("district", ("north",)))

    found = agreed(con, query(need("h", seen("h")), population=gates), told)

    assert answers(found, "population") == {
        "in": "yes",
        "elsewhere": "no",
        "visitor": "no",
        "child": "no",
        "died before": "no",
        "died after": "yes",
        "no age": "?",
        "no district": "?",
    }


def test_age_is_the_one_reached_in_the_year_of_the_last_day(con):
    """For data up to 31 December 2025 the year is 2025, though the day after is in 2026."""
    told = world(people="person_id|birth_year\nturned 18|2007\nturns 18|2008")
    definition = query(need("h", seen("h")), population=(AgeBetween(18, None),))

    found = agreed(con, definition, told, date(2026, 1, 1))

    assert answers(found, "population") == {"turned 18": "yes", "turns 18": "no"}


def test_someone_who_may_not_be_in_the_population_is_never_met(con):
    """Needs and no response, but no birth year: cannot tell. Without the needs the answer is no at any age."""
    told = world(
        people="person_id|birth_year\nin need|-\nnot in need|-",
        needs="person_id|need|valid_from\nin need|h|2025-05-01",
        covered=["need.h", "asc.assessment"],
    )
    definition = query(
        need("h", seen("h")), population=(AgeBetween(18, None),), ladder=(rung("assessed", response("asc.assessment")),)
    )

    assert answers(agreed(con, definition, told), "met") == {"in need": "?", "not in need": "no"}
