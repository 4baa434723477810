"""Identifiers made comparable: one spelling of a name, parts of a date, one shape of everything else."""

from datetime import date

import pytest

from governance.warehouse import connect, fetch_table
from linkage.standardise import standardise
from tests.lib.linkage import load_people, standardised

BORN = {"birth_year": 1987, "birth_month": 4, "birth_day": 23}

FORENAMES = {
    "lower case": ("ANNE", "anne"),
    "accents": ("Zoë", "zoe"),
    "a letter that is no accented letter": ("Łukasz", "lukasz"),
    "Turkish dotless i": ("Is\u0131l", "isil"),
    "dotted capital I": ("İlker", "ilker"),
    "hyphen: the first of several": ("Mary-Jane", "mary"),
    "several forenames": ("  Anne   Marie Louise ", "anne"),
    "apostrophe closes up": ("D'Angelo", "dangelo"),
    "typographic apostrophe": ("D\u2019Angelo", "dangelo"),
    "title": ("Mr John", "john"),
    "title with a stop": ("Dr. Aisha", "aisha"),
    "two titles": ("Rev. Dr Grace", "grace"),
    "an initial is kept": ("J.", "j"),
    "a name that begins like a title": ("Missy", "missy"),
    "digits are no name": ("123", None),
    "title alone": ("Mrs", None),
    "baby": ("Baby", None),
    "baby of a hospital": ("BABY GIRL", None),
    "twin": ("Twin 1", None),
    "unknown": ("Unknown", None),
    "not known": ("not known", None),
    "test record": ("TEST", None),
}

SURNAMES = {
    "accents": ("Núñez", "nunez"),
    "sharp s": ("Weiß", "weiss"),
    "Danish": ("Sørensen", "sorensen"),
    "Icelandic": ("Þórðardóttir", "thordardottir"),
    "ligature": ("Æbelø", "aebelo"),
    "apostrophe": ("O'Neill", "oneill"),
    "backtick for apostrophe": ("O`Neill", "oneill"),
    "space for apostrophe": ("O Neill", "oneill"),
    "particles": ("van der Berg", "vanderberg"),
    "hyphen": ("Smith-Jones", "smithjones"),
    "title before it": ("Mrs Khan", "khan"),
    "a surname that is a title's word": ("Master", "master"),
    "unknown": ("UNKNOWN", None),
    "not known": ("Not Known", None),
    "empty after cleaning": ("--", None),
}

FULL_NAMES = {
    "surname first": ("Okafor, Chidi", "chidi", "okafor"),
    "surname first, no space": ("OKAFOR,CHIDI", "chidi", "okafor"),
    "surname first, title after the comma": ("Okafor, Mr Chidi", "chidi", "okafor"),
    "surname first, title before it": ("Mr Okafor, Chidi", "chidi", "okafor"),
    "surname of several words first": ("van der Berg, Anneke Maria", "anneke", "vanderberg"),
    "forename first": ("Chidi Okafor", "chidi", "okafor"),
    "forename first, with title": ("Dr Chidi Okafor", "chidi", "okafor"),
    "middle names": ("Chidi Emeka Paul Okafor", "chidi", "okafor"),
    "accents": ("Łukasz Wójcik", "lukasz", "wojcik"),
    "one word is a forename": ("Chidi", "chidi", None),
    "nothing before the comma": (", Chidi", "chidi", None),
    "nothing after the comma": ("Okafor,", None, "okafor"),
}

VARIANTS = {
    "one name": ({"surname": "Smith"}, {0: "smith"}),
    "parts of a double name": ({"surname": "Smith-Jones"}, {0: "smithjones", 2: "smith", 3: "jones"}),
    "parts written apart": ({"surname": "Garcia Lopez"}, {0: "garcialopez", 2: "garcia", 3: "lopez"}),
    "short particles do not stand alone": ({"surname": "van der Berg"}, {0: "vanderberg", 4: "berg"}),
    "four parts are left whole": ({"surname": "Almeida Costa Sousa Pinto"}, {0: "almeidacostasousapinto"}),
    "previous surname": ({"surname": "Smith", "previous_surname": "Jones"}, {0: "smith", 1: "jones"}),
    "previous surname with a title": ({"surname": "Smith", "previous_surname": "Miss Jones"}, {0: "smith", 1: "jones"}),
    "previous surname the same": ({"surname": "Smith", "previous_surname": "SMITH"}, {0: "smith"}),
    "previous surname unknown": ({"surname": "Smith", "previous_surname": "not known"}, {0: "smith"}),
    "only a previous surname": ({"previous_surname": "Jones"}, {0: None, 1: "jones"}),
    "a placeholder has no parts": ({"surname": "Not Known"}, {0: None}),
}

BIRTHS = {
    "a real date": (date(1987, 4, 23), BORN),
    "1 January keeps its year only": (date(1987, 1, 1), {"birth_year": 1987}),
    "1 January 1900 is nothing": (date(1900, 1, 1), {}),
    "another day of 1900 is a date": (date(1900, 5, 6), {"birth_year": 1900, "birth_month": 5, "birth_day": 6}),
    "missing": (None, {}),
}

OTHERS = {
    "postcode: case and spaces": ("postcode", "nm1  2ab", "NM12AB"),
    "postcode: no fixed address": ("postcode", "ZZ99 3VZ", None),
    "postcode: no fixed address, other ending": ("postcode", "zz993cz", None),
    "postcode: a fragment": ("postcode", "NM1", None),
    "postcode: an address is none": ("postcode", "12 High Street", None),
    "sex: word": ("sex", "Female", "f"),
    "sex: capital letter": ("sex", "M", "m"),
    "sex: other words are missing": ("sex", "not recorded", None),
    "NHS number: spaces": ("nhs_number", "999 000 0018", "9990000018"),
    "NHS number: too short": ("nhs_number", "999000001", None),
    "phone: national": ("phone", "07700 900123", "7700900123"),
    "phone: international": ("phone", "+44 7700 900123", "7700900123"),
    "phone: both": ("phone", "+44 (0)7700 900-123", "7700900123"),
    "phone: double nought": ("phone", "0044 7700 900123", "7700900123"),
    "phone: too short": ("phone", "900123", None),
    "email: case and spaces": ("email", " Ada@Example.ORG ", "ada@example.org"),
    "email: none": ("email", "no email", None),
    "UPRN: leading noughts": ("uprn", "000100023336956", "100023336956"),
    "UPRN: noughts only": ("uprn", "000", None),
    "birth place": ("birth_place", "Newcastle-upon-Tyne", "newcastle upon tyne"),
    "occupation": ("occupation", "  Painter & Décorator ", "painter decorator"),
    "occupation: nothing left": ("occupation", "??", None),
}


def fields_of(case):
    """Names and values, to look a case up by."""
    return tuple(sorted(case.items()))


CASES = [
    *({"forename": written} for written, _ in FORENAMES.values()),
    *({"surname": written} for written, _ in SURNAMES.values()),
    *({"full_name": written} for written, *_ in FULL_NAMES.values()),
    *(fields for fields, _ in VARIANTS.values()),
    *({"date_of_birth": born} for born, _ in BIRTHS.values()),
    *({field: written} for field, written, _ in OTHERS.values()),
]


@pytest.fixture(scope="module")
def variants():
    """Variants of a case; all cases are standardised at once, as a source is."""
    rows = [{"record_id": number, **case} for number, case in enumerate(CASES)]
    found = {fields_of(case): [] for case in CASES}
    for row in standardised(*rows):
        found[fields_of(CASES[row.pop("record_id")])].append(row)
    return lambda **case: found[fields_of(case)]


@pytest.fixture(scope="module")
def now(variants):
    """What the source holds now: variant 0 of a case, without its number."""
    return lambda **case: {name: value for name, value in variants(**case)[0].items() if name != "variant"}


@pytest.mark.parametrize(("written", "expected"), FORENAMES.values(), ids=FORENAMES)
def test_forename(now, written, expected):
    """A forename has one spelling, and what is no name is missing."""
    assert now(forename=written).get("forename") == expected


@pytest.mark.parametrize(("written", "expected"), SURNAMES.values(), ids=SURNAMES)
def test_surname(now, written, expected):
    """A surname has one spelling however its parts are joined."""
    assert now(surname=written).get("surname") == expected


@pytest.mark.parametrize(("written", "forename", "surname"), FULL_NAMES.values(), ids=FULL_NAMES)
def test_full_name_is_split(now, written, forename, surname):
    """One field with the whole name gives both parts, whichever comes first."""
    found = now(full_name=written)

    assert (found.get("forename"), found.get("surname")) == (forename, surname)


def test_own_fields_win_over_the_full_name():
    """A forename and a surname of their own count before the full name, each where it is there."""
    (found,) = standardised({"full_name": "Chidi Okafor", "surname": "Eze"})

    assert (found["forename"], found["surname"]) == ("chidi", "eze")


@pytest.mark.parametrize(("fields", "expected"), VARIANTS.values(), ids=VARIANTS)
def test_surname_variants(variants, fields, expected):
    """A previous surname and each long part of a double one are further ways to be found."""
    assert {row["variant"]: row.get("surname") for row in variants(**fields)} == expected


def test_previous_postcode_is_a_variant_of_its_own():
    """Variant 9 has the present name at the previous address; everything else is as now."""
    fields = {"forename": "Ada", "surname": "Archer", "postcode": "NM1 2AB", "sex": "female"}

    first, moved = standardised(fields | {"previous_postcode": "nm3 4cd"})

    assert (first["postcode"], moved["postcode"], moved["variant"]) == ("NM12AB", "NM34CD", 9)
    assert {k: v for k, v in first.items() if k not in ("postcode", "variant")} == {
        k: v for k, v in moved.items() if k not in ("postcode", "variant")
    }


@pytest.mark.parametrize("previous", ["NM1 2AB", "ZZ99 3VZ", None], ids=["same", "no fixed address", "missing"])
def test_previous_postcode_that_says_nothing_is_no_variant(previous):
    """A previous postcode that is the present one, or none, adds no row."""
    assert len(standardised({"postcode": "NM1 2AB", "previous_postcode": previous})) == 1


@pytest.mark.parametrize(("born", "expected"), BIRTHS.values(), ids=BIRTHS)
def test_date_of_birth(now, born, expected):
    """Default birthdays are no evidence; the year of a 1 January birthday is."""
    assert now(date_of_birth=born) == expected


@pytest.mark.parametrize(("field", "written", "expected"), OTHERS.values(), ids=OTHERS)
def test_other_fields_have_one_shape(now, field, written, expected):
    """Postcode, sex, numbers and the rest come in one shape, or are missing."""
    assert now(**{field: written}).get(field) == expected


def test_a_record_without_identifiers_still_stands():
    """Nothing known is a row with nothing known: the record is counted, not lost."""
    assert standardised({"record_id": 7, "forename": None}) == [{"record_id": 7, "variant": 0}]


def test_latest_value_of_a_record_in_several_rows_counts():
    """In a file of events the last row that has a value speaks for the record, field by field."""
    rows = [
        {"record_id": 5, "forename": "Ada", "postcode": "NM1 2AB"},
        {"record_id": 5, "forename": None, "postcode": "NM3 4CD"},
    ]

    assert standardised(*rows) == [{"record_id": 5, "variant": 0, "forename": "ada", "postcode": "NM34CD"}]


def test_source_column_names_are_free():
    """Roles, not names, say what a column holds: quotes and spaces in a name are no matter."""
    con = connect(threads=1)
    file = load_people(con, [{"surname": "Archer"}])
    con.execute('ALTER TABLE file_people RENAME COLUMN surname TO "Família ""x"" (now)"')
    columns = {('Família "x" (now)' if name == "surname" else name): c for name, c in file.columns.items()}

    standardise(con, file.model_copy(update={"columns": columns}))

    assert fetch_table(con, "SELECT surname FROM identity")["surname"].to_pylist() == ["archer"]
