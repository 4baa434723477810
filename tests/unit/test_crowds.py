"""A source sends no view of a block in which it knows several people."""

from datetime import date

import pytest
from pydantic import ValidationError

from governance.settings import BlockingRule, Linkage
from linkage.comparisons import touched_by
from linkage.crowds import rows_sent
from tests.lib.linkage import found_in

RULE = BlockingRule(id="first3_sex", components=["first3_pair", "sex"])
NHS = BlockingRule(id="nhs", components=["nhs_number"])
LINKAGE = Linkage()


def person(number, forename="Ann", surname="Smith", born="1980-02-03"):
    """A row of a made-up source."""
    return {
        "record_id": number,
        "forename": forename,
        "surname": surname,
        "sex": "F",
        "date_of_birth": date.fromisoformat(born) if born else None,
    }


def sent(rows, *, single, rule=RULE, linkage=LINKAGE):
    """Record ids of which a view is sent."""
    _, found = found_in(rows)
    rows_kept = rows_sent(rule, found, linkage, one_record_per_person=single)
    return sorted(found.record_id.tolist() if rows_kept is None else found.record_id[rows_kept].tolist())


def test_namesakes_in_one_source_send_no_view():
    """Two records of a source with one record a person are two people: neither is sent, the rare name is."""
    rows = [person(1), person(2, born="1950-05-06"), person(3, forename="Zelda", surname="Quirk")]
    assert sent(rows, single=True) == [3]


def test_a_person_entered_twice_is_still_sent():
    """A source that may hold a person twice counts birth dates: one person's records stay together."""
    assert sent([person(1), person(2), person(3, born=None)], single=False) == [1, 2, 3]


def test_many_birth_dates_are_many_people():
    """More dates than the limit allows are a crowd."""
    rows = [person(number, born=f"19{50 + number}-05-06") for number in range(6)]
    assert sent(rows, single=False) == []
    assert sent(rows[:5], single=False) == [0, 1, 2, 3, 4]


def test_what_ties_nobody_is_sent_whole():
    """A rule on a personal number has no limit."""
    _, found = found_in([person(1)])
    assert rows_sent(NHS, found, LINKAGE, one_record_per_person=True) is None


def test_without_limits_everything_is_sent():
    """None switches the limits off."""
    open_to_all = Linkage(rules=[NHS], max_source_records=None, max_source_birth_dates=None)
    assert sent([person(1), person(2)], single=True, linkage=open_to_all) == [1, 2]


@pytest.mark.parametrize(
    "components",
    [
        ["date_of_birth"],
        ["forename"],
        ["surname"],
        ["phonetic_pair"],
        ["birth_year"],
        ["postcode"],
        ["date_of_birth", "sex"],
        ["birth_year", "birth_day_month"],
        ["birth_year", "birth_month", "birth_day", "sex"],
        ["date_of_birth_unordered", "sex"],
    ],
)
def test_rules_that_tie_strangers_are_refused(components):
    """A birth date, a name, a year or a postcode alone is no rule, nor what comes to the same."""
    with pytest.raises(ValidationError, match="ties strangers together"):
        BlockingRule(id="loose", components=components)


@pytest.mark.parametrize("name", ["phonetic_pair", "initials", "surname", "postcode", "first3_pair"])
def test_one_component_and_sex_needs_the_limits(name):
    """A name with sex is as loose as a name alone: only where crowds are not sent."""
    rule = BlockingRule(id="loose", components=[name, "sex"])
    assert Linkage(rules=[rule]).rules == [rule]
    with pytest.raises(ValidationError, match="ties strangers together"):
        Linkage(rules=[rule], max_source_records=None)


def test_every_component_of_the_default_rules_is_known_to_the_comparisons():
    """Linkage knows of each component which evidence it fixes."""
    assert all(touched_by(component) for rule in LINKAGE.rules for component in rule.components)
