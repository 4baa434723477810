"""Identifiers made comparable: one spelling of a name, parts of a date, one shape of everything else."""

from datetime import date

import pytest

from governance.warehouse import connect, fetch_table
from linkage.known_as import short_forms, spellings
from linkage.standardise import standardise
from tests.lib.linkage import encoded, linkage_with, load_people, rule, standardised

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
    "withheld": ("Withheld", None),
    "crosses": ("XXX", None),
    "one spelling of a name": ("Muhammad", "mohammed"),
    "a shortened spelling": ("Md. Rafiq", "mohammed"),
    "transliterated": ("Yousef", "yusuf"),
    "a servant's name is one": ("Abdul Karim", "abdulkarim"),
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
    "Mac": ("MacDonald", "mcdonald"),
    "Mac apart": ("Mac Donald", "mcdonald"),
    "Mc apart": ("Mc Donald", "mcdonald"),
    "no Mac": ("Mace", "mace"),
    "no Mac either": ("Machin", "machin"),
    "Saint": ("Saint John", "stjohn"),
    "St with a stop": ("St. John", "stjohn"),
    "the article": ("Al-Hassan", "alhassan"),
    "the article typed on": ("alHassan", "alhassan"),
    "one spelling of a surname": ("Choudhury", "chowdhury"),
    "junior": ("Smith Jr.", "smith"),
    "an honour": ("Smith OBE", "smith"),
    "a surname that is a suffix's word": ("Senior", "senior"),
    "declined": ("Declined", None),
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
    "capitals mark the surname": ("OKAFOR Chidi", "chidi", "okafor"),
    "capitals of two words": ("VAN BERG Anneke", "anneke", "vanberg"),
    "capitals throughout say nothing": ("CHIDI OKAFOR", "chidi", "okafor"),
    "a title in capitals": ("MRS Chidi Okafor", "chidi", "okafor"),
    "particles go with the surname": ("Anneke Maria van der Berg", "anneke", "vanderberg"),
    "an article goes with the surname": ("Omar al Hassan", "umar", "alhassan"),
    "a particle that is a surname": ("Thi Le", "thi", "le"),
    "a suffix is no surname": ("John Smith Jnr", "john", "smith"),
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
    "two previous surnames": (
        {"surname": "Smith", "previous_surname": "Jones; Brown"},
        {0: "smith", 1: "jones", 5: "brown"},
    ),
    "born Jones": ({"surname": "Smith (née Jones)"}, {0: "smith", 1: "jones"}),
    "Kaur and the family": ({"surname": "Kaur Gill"}, {0: "kaurgill", 2: "kaur", 3: "gill"}),
    "O apart": ({"surname": "O Neill"}, {0: "oneill", 3: "neill"}),
    "the article": ({"surname": "El-Sayed"}, {0: "elsayed", 3: "syed"}),
}

FORENAME_VARIANTS = {
    "one name": ({"forename": "Grace"}, {0: "grace"}),
    "called by the second": ({"forename": "Mohammed Amir"}, {0: "mohammed", 6: "amir"}),
    "called by the third": ({"forename": "Anne Marie Louise"}, {0: "anne", 6: "marie", 7: "louise"}),
    "known as": ({"forename": "Elizabeth (Lizanne)"}, {0: "elizabeth", 6: "lizanne"}),
    "a second initial is no name": ({"forename": "Grace B."}, {0: "grace"}),
    "an initial and a name": ({"forename": "J. Robert"}, {0: "j", 6: "robert"}),
    "hyphened": ({"forename": "Mary-Jane"}, {0: "mary", 6: "maryjane", 7: "jane"}),
    "a servant's name": ({"forename": "Abdul Karim"}, {0: "abdulkarim", 6: "abdul", 7: "karim"}),
    "short form": ({"forename": "Bill"}, {0: "bill", 11: "william"}),
    "middle names of a full name": ({"full_name": "Chidi Emeka Okafor"}, {0: "chidi", 6: "emeka"}),
    "the surname again": ({"forename": "Ada Archer", "surname": "Archer"}, {0: "ada"}),
    "a placeholder's words": ({"forename": "Baby Girl Two"}, {0: None}),
    "a name of faith is no second forename": ({"forename": "Harpreet Kaur", "surname": "Kaur"}, {0: "harpreet"}),
}

BIRTHS = {
    "a real date": (date(1987, 4, 23), BORN),
    "1 January keeps its year only": (date(1987, 1, 1), {"birth_year": 1987}),
    "1 January 1900 is nothing": (date(1900, 1, 1), {}),
    "spreadsheets' first day": (date(1899, 12, 30), {}),
    "computers' first day": (date(1970, 1, 1), {}),
    "all ones": (date(1911, 11, 11), {}),
    "a year nobody is born in": (date(2999, 12, 31), {}),
    "another 1 January keeps its year": (date(1971, 1, 1), {"birth_year": 1971}),
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
    "sex: 1": ("sex", "1", "m"),
    "sex: 2": ("sex", "2", "f"),
    "sex: 0": ("sex", "0", None),
    "sex: 9": ("sex", "9", None),
    "sex: woman": ("sex", "Woman", "f"),
    "NHS number: one digit": ("nhs_number", "000 000 0000", None),
    "phone: one digit": ("phone", "07777 777777", None),
    "phone: the first of two": ("phone", "07700 900123 / 0191 496 0000", "7700900123"),
    "email: a placeholder": ("email", "noemail@example.org", None),
    "email: the first of two": ("email", "ada@example.org; b@example.org", "ada@example.org"),
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
    *(fields for fields, _ in FORENAME_VARIANTS.values()),
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


@pytest.mark.parametrize(("fields", "expected"), FORENAME_VARIANTS.values(), ids=FORENAME_VARIANTS)
def test_forename_variants(variants, fields, expected):
    """Every further forename, and the whole of a short one, are further ways to be found."""
    assert {row["variant"]: row.get("forename") for row in variants(**fields)} == expected


def test_a_name_of_faith_may_be_the_surname_elsewhere():
    """Harpreet Kaur Gill is Harpreet Kaur in a source that takes it for the surname."""
    first, other = standardised({"forename": "Harpreet Kaur", "surname": "Gill"})

    assert (first["forename"], first["surname"]) == ("harpreet", "gill")
    assert (other["variant"], other["forename"], other["surname"]) == (10, "harpreet", "kaur")


def test_a_full_name_of_one_word_may_be_either():
    """Of a single word nobody knows whether it is forename or surname: it is found as both."""
    first, other = standardised({"full_name": "Okafor"})

    assert (first.get("forename"), first.get("surname")) == ("okafor", None)
    assert (other["variant"], other.get("forename"), other.get("surname")) == (13, None, "okafor")


def test_a_second_nhs_number_is_a_variant():
    """Where a number was superseded a source may hold both: the record is found by either."""
    con = connect(threads=1)
    people = [{"nhs_number": "9990000018", "phone": "9990000026"}, {"nhs_number": None, "phone": "9990000034"}]
    file = load_people(con, people)
    columns = file.columns | {"phone": file.columns["nhs_number"]}

    standardise(con, file.model_copy(update={"columns": columns}))

    found = con.sql("SELECT record_id, variant, nhs_number FROM identity ORDER BY record_id, variant").fetchall()
    assert found == [(1, 0, "9990000018"), (1, 12, "9990000026"), (2, 0, "9990000034")]


def test_blanks_and_placeholders_match_nothing():
    """Two records of nothing but placeholders share no component: missing is missing."""
    nobody = {"forename": "Unknown", "surname": "not known", "sex": "9", "postcode": "ZZ99 3VZ", "email": "none@x.org"}
    nobody |= {"date_of_birth": date(1900, 1, 1), "nhs_number": "0000000000", "phone": "00000 000000", "uprn": "0"}

    package = encoded([{"record_id": 1, **nobody}, {"record_id": 2, **nobody}])

    assert package.views.num_rows == 0
    assert package.records["present"].to_pylist() == [0, 0]


SAME_PERSON = {
    "second forename": ({"forename": "Mohammed Amir"}, {"forename": "Amir"}),
    "short form": ({"forename": "Bill"}, {"forename": "William"}),
    "two short forms": ({"forename": "Liz"}, {"forename": "Betty"}),
    "transliteration": ({"forename": "Muhammad"}, {"forename": "Mohamed"}),
    "hyphen or not": ({"forename": "Mary-Jane"}, {"forename": "Maryjane"}),
    "Abdul or not": ({"forename": "Abdul Karim"}, {"forename": "Karim"}),
    "Mac or Mc": ({"surname": "MacLeod"}, {"surname": "McLeod"}),
    "the article or not": ({"surname": "Al-Hassan"}, {"surname": "Hassan"}),
    "Kaur or the family": ({"forename": "Ada Kaur", "surname": "Gill"}, {"surname": "Kaur"}),
    "Begum or not": ({"surname": "Begum Chowdhury"}, {"surname": "Choudhury"}),
    "before marriage": ({"surname": "Archer (née Bell)"}, {"surname": "Bell"}),
    "half a double name": ({"surname": "Archer-Bell"}, {"surname": "Bell"}),
    "one word": ({"forename": None, "surname": None, "full_name": "Okafor"}, {"surname": "Okafor", "forename": None}),
}


@pytest.mark.parametrize(("one", "other"), SAME_PERSON.values(), ids=SAME_PERSON)
def test_one_person_written_in_two_ways_meets(one, other):
    """Under a rule of birth date, forename and surname, of which most lack nothing, both records share a block."""
    ada = {"forename": "Ada", "surname": "Archer", "date_of_birth": date(1987, 4, 3)}
    parts = ("date_of_birth", *(name for name in ("forename", "surname") if (ada | other)[name]))

    views = encoded([{"record_id": 1} | ada | one, {"record_id": 2} | ada | other], linkage_with(rule(*parts))).views

    blocks = {1: set(), 2: set()}
    for row in views.to_pylist():
        blocks[row["record_id"]].add(row["block"])
    assert blocks[1] & blocks[2]


def test_no_spelling_stands_for_two_names():
    """Each listed form has one meaning, and what stands for others is replaced by none."""
    for table in (spellings(), short_forms()):
        forms, stands = table.columns
        assert len(set(forms.to_pylist())) == table.num_rows
        assert not set(forms.to_pylist()) & set(stands.to_pylist())


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
