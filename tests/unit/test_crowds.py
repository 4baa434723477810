"""A source sends no view of a block in which it knows several people."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from governance.settings import BlockingRule, Linkage
from governance.settings.linkage import STRICT_RULES
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
    """A source that may hold a person twice counts people: one person's records stay together."""
    assert sent([person(1), person(2), person(3, born=None)], single=False) == [1, 2, 3]


@pytest.mark.parametrize("written", ["1980-03-02", "1980-02-13", "1981-02-03", "1980-12-03"])
def test_a_birth_date_written_wrongly_in_one_part_makes_no_second_person(written):
    """Day and month swapped, or one of day, month and year wrong."""
    assert sent([person(1), person(2, born=written)], single=False) == [1, 2]


def test_two_strangers_of_a_block_are_not_sent():
    """Birth dates that differ in two parts are two people, in a source that may hold a person twice as well."""
    assert sent([person(1), person(2, born="1950-05-06"), person(3, born=None)], single=False) == []


def test_a_looser_limit_sends_two_people():
    """Two but not three."""
    loose = Linkage(preset="loose")
    rows = [person(1), person(2, born="1950-05-06"), person(3, born="1966-07-08")]
    assert sent(rows[:2], single=False, linkage=loose) == [1, 2]
    assert sent(rows, single=False, linkage=loose) == []


def test_a_common_number_makes_one_person_of_two_birth_dates():
    """An NHS number says so whatever the birth dates are; people are told through others of their records, too."""
    told = [person(1) | {"nhs_number": "9434765919"}, person(2, born="1950-05-06") | {"nhs_number": "9434765919"}]
    assert sent(told, single=False) == [1, 2]
    assert sent([*told, person(3, born="1950-05-07")], single=False) == [1, 2, 3]


def test_a_birth_date_that_the_block_says_is_no_evidence():
    """Strangers with one birth date and one pair of initials are two people until a name says otherwise."""
    rule = BlockingRule(id="dob_initials", components=["date_of_birth_unordered", "initials"])
    strangers = [person(1), person(2, forename="Alice", surname="Sutherland")]
    assert sent(strangers, single=False, rule=rule) == []
    assert sent([person(1), person(2, forename="Anne")], single=False, rule=rule) == [1, 2]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["1980-02-03", "1980-02-04", "1950-05-06", None]), st.integers(0, 2))))
def test_people_are_counted_as_in_plain_python(drawn):
    """A block is sent if those with a birth date come to one group, whatever the order of records."""
    numbers = [None, "9434765919", "9434765870"]
    rows = [person(n, born=born) | {"nhs_number": numbers[which]} for n, (born, which) in enumerate(drawn)]
    groups = [{n} for n in range(len(drawn))]
    for one, (born, which) in enumerate(drawn):
        for other, (born_too, which_too) in enumerate(drawn):
            close = born and born_too and born[:7] == born_too[:7]
            if close or (which and which == which_too):
                group = next(g for g in groups if one in g) | next(g for g in groups if other in g)
                groups = [g for g in groups if not g & group] + [group]
    people = sum(any(drawn[n][0] for n in group) for group in groups)
    assert sent(rows, single=False) == (list(range(len(drawn))) if people <= 1 else [])


def test_what_ties_nobody_is_sent_whole():
    """A rule on a personal number has no limit."""
    _, found = found_in([person(1)])
    assert rows_sent(NHS, found, LINKAGE, one_record_per_person=True) is None


def test_without_limits_everything_is_sent():
    """None switches the limits off."""
    open_to_all = Linkage(rules=[NHS], max_source_records=None, max_source_people=None)
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


def test_a_preset_sets_rules_and_limits_in_one_word():
    """What the file says itself goes first; without a word the standard holds."""
    assert Linkage(preset="strict").rules == STRICT_RULES
    assert Linkage(preset="strict", rules=[NHS]).rules == [NHS]
    assert Linkage(preset="loose", max_source_people=3).max_source_people == 3
    assert Linkage(preset="standard") == Linkage()
    written = Linkage.model_validate_json('{"preset": "strict"}')
    assert (written.rules, written.max_source_people) == (STRICT_RULES, 1)
    with pytest.raises(ValidationError, match="preset"):
        Linkage.model_validate({"preset": "lax"})
    with pytest.raises(ValidationError):
        Linkage.model_validate({"preset": ["strict"]})
