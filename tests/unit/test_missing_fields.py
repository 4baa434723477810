"""What filling a field would gain is counted inside the source, from which fields are filled."""

from datetime import date

from linkage.missing_fields import field_gains, rule_fields
from tests.lib.linkage import found_in, linkage_with, rule

RULES = linkage_with(
    rule("phonetic_pair", "birth_year", id_="names_year"),
    rule("postcode", "initials", id_="place_initials"),
    rule("nhs_number", id_="number"),
    rule("date_of_birth_unordered", "forename_phonetic", id_="birth_forename"),
)
FULL = {"forename": "Ann", "surname": "Smith", "date_of_birth": date(1980, 2, 3), "postcode": "AB1 2CD"}


def gains(*rows):
    """By field; every row lacks what it does not say."""
    numbered = [{**row, "record_id": number} for number, row in enumerate(rows)]
    _, found = found_in(numbered)
    return {gain.field: gain for gain in field_gains(found, RULES)}


def without(*names):
    """A full row that lacks some fields."""
    return {name: value for name, value in FULL.items() if name not in names}


def test_a_rule_needs_the_fields_its_components_are_made_of():
    """Pairs and initials need both names, parts of a birth date the date, sectors the postcode."""
    assert rule_fields(rule("initials", "postcode_sector", "birth_day")) == (
        "forename",
        "surname",
        "postcode",
        "date_of_birth",
    )


def test_a_missing_field_silences_the_rules_that_use_it():
    """Without a birth date two of four rules are silent; filling it brings them back."""
    found = gains(FULL, without("date_of_birth"))["date_of_birth"]

    assert (found.missing, found.rules) == (1, 4)
    assert (found.rules_now, found.rules_if_filled) == (1.0, 3.0)


def test_what_no_rule_can_find_is_counted():
    """Two fields are missing: filling one of them is not enough, filling the other is."""
    found = gains(FULL, without("surname", "date_of_birth"))

    assert (found["surname"].never_compared, found["surname"].never_if_filled) == (1, 0)
    assert (found["date_of_birth"].never_compared, found["date_of_birth"].never_if_filled) == (1, 0)
    assert found["postcode"].missing == 0


def test_only_the_one_field_is_taken_to_be_filled():
    """A record without any name stays unfound if only its first name came."""
    found = gains(FULL, without("surname", "forename", "postcode"))["forename"]

    assert found.never_compared == 1
    assert found.never_if_filled == 0  # the birth date and a first name are a rule
    alone = gains(FULL, {"surname": "Smith"})["postcode"]
    assert (alone.never_compared, alone.never_if_filled) == (1, 1)


def test_several_names_of_a_person_are_one_record():
    """Variants of a record are not counted beside it."""
    found = gains({**FULL, "previous_surname": "Jones"}, without("postcode"))

    assert found["nhs_number"].missing == 2
