"""What a column may hold, by its name and the shape of its values: never more than is certain, and never a value."""

import pytest

from governance.identifier_names import is_code_name, is_free_text_name, is_identifier_name
from governance.intake.suggest import Shape, rows_are_people, suggest
from governance.settings import ColumnClass


def _shape(name: str, **more) -> Shape:
    """A column of a few short codes."""
    nothing = dict.fromkeys(("nhs_number", "postcode", "email", "phone"), 0.0)
    facts = {"filled": 1.0, "distinct": 3, "rows": 300, "longest": 8, "unique": False, "shapes": nothing}
    return Shape(name=name, **(facts | more))


@pytest.mark.parametrize(
    "name",
    [
        *("Middle Name", "middlenames", "PreviousNames", "Home address since", "Passport"),
        *("Procedure code", "ProcedureDate", "Primary diagnosis", "SNOMED concept", "Gender identity"),
    ],
)
@pytest.mark.parametrize("format", ["", "%Y-%m-%d"])
def test_what_policy_refuses_is_never_suggested(name, format):
    """A middle name in few spellings, or a date of an address, is no attribute: ID-01 would stop the check.

    Nor are clinical codes without their system (SENS-02), and what tells who was recognised in another gender.
    """
    [one] = suggest([_shape(name, format=format)])

    assert is_identifier_name(name) or is_code_name(name) or "gender" in name.lower()
    assert (one.column_class, one.role) == (ColumnClass.DIRECT_IDENTIFIER, one.role or "other_identifier")


@pytest.mark.parametrize("format", ["", "%Y-%m-%d"])
@pytest.mark.parametrize(
    "name",
    [
        *(
            "Date of notes",
            "CaseNotes",
            "casenotes",
            "CASENOTES",
            "Comments (other)",
            "Comment1",
            "notes2",
            "FREETEXT1",
        ),
        *("Risk_Notes_Text", "free text", "NARRATIVES", "Triage note", "Remarks"),
    ],
)
def test_what_is_named_like_free_text_is_never_loaded(name, format):
    """Few codes or days in it are no reason: ID-04 would stop the check."""
    [one] = suggest([_shape(name, format=format)])

    assert is_free_text_name(name)
    assert one.column_class is ColumnClass.FREE_TEXT


@pytest.mark.parametrize("name", ["Noted on", "Commentary type", "Notebook", "Remarkable", "Notice type", "Annotation"])
def test_what_only_begins_like_free_text_is_what_it_holds(name):
    """A notice is no note."""
    assert not is_free_text_name(name)
    assert suggest([_shape(name)])[0].column_class is ColumnClass.ATTRIBUTE


def test_what_is_called_a_description_is_what_it_holds():
    """A few short labels of a code, or long texts; what is neither is dropped as anything else in doubt."""
    shapes = [_shape("Outcome description"), _shape("Description", longest=61), _shape("Description", distinct=200)]

    assert [one.column_class.value for one in suggest(shapes)] == ["attribute", "free_text", "direct_identifier"]


def test_a_few_long_numbers_may_be_clinical_codes():
    """SNOMED CT codes under a name that does not say so; a few short codes are an attribute."""
    long, short = suggest([_shape("Indication", long_numbers=1.0, longest=11), _shape("Outcome")])

    assert (long.column_class, long.role) == (ColumnClass.DIRECT_IDENTIFIER, "other_identifier")
    assert "code_system" in long.why
    assert short.column_class is ColumnClass.ATTRIBUTE


@pytest.mark.parametrize(("numbers", "people"), [(300, True), (150, False)])
def test_rows_in_which_people_stand_again_are_not_people(numbers, people):
    """Each has an id of its own, of an attendance: the NHS numbers say that it is not one of a person."""
    nhs = dict.fromkeys(("postcode", "email", "phone"), 0.0) | {"nhs_number": 1.0}
    shapes = [_shape("Unique ID", unique=True, distinct=300), _shape("NHS No", distinct=numbers, shapes=nhs)]

    assert rows_are_people(shapes, suggest(shapes)) is people


def test_a_postcode_column_without_postcodes_is_no_postcode():
    """Codes of another country would all be set aside; read as a postcode they link nobody."""
    other, ours = suggest([_shape("Postal code"), _shape("Postcode", shapes=_shape("").shapes | {"postcode": 0.5})])

    assert (other.role, ours.role) == ("other_identifier", "postcode")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("PtSurname", "surname"),
        ("Client's Surname", "surname"),
        ("Patient Details's Given Name", "forename"),
        ("CHILD_DOB", "date_of_birth"),
        ("Pt. Name (Surname, Forename)", "full_name"),
        ("Postcode (previous)", "previous_postcode"),
        ("Contact1 Last Name", "surname"),
        ("Applicant 1 First Name", "forename"),
    ],
)
def test_a_word_before_a_name_says_whose_it_is(name, role):
    """Exports put one before each column; without the name's own role nobody would be linked by it."""
    shapes = dict.fromkeys(("nhs_number", "email", "phone"), 0.0) | {"postcode": 1.0 if "code" in name else 0.0}
    shape = Shape(name=name, filled=1, distinct=60, rows=60, longest=9, unique=False, shapes=shapes, format="%d/%m/%Y")

    assert suggest([shape])[0].role == role


def test_what_no_name_tells_is_told_by_its_values():
    """Words for the sexes are no attribute; an unknown id is left in doubt, and the remark says what it may be."""
    gender, number = suggest(
        [_shape("Gndr", sex_codes="words", distinct=2), _shape("Sys No.", distinct=300, unique=True)]
    )

    assert (gender.column_class, gender.role) == (ColumnClass.QUASI_IDENTIFIER, "sex")
    assert (number.role, "`record_id`" in number.why) == ("other_identifier", True)
    assert suggest([_shape("Status", sex_codes="words", distinct=1)])[0].column_class is ColumnClass.ATTRIBUTE


def test_one_column_holds_where_a_person_lives():
    """An incident's postcode comes first in the file and is not the patient's; the draft asks whose it is."""
    codes = {"nhs_number": 0.0, "email": 0.0, "phone": 0.0, "postcode": 1.0}
    names = ("IncidentPostcode", "PtHomePostcode", "TA Postcode")
    shapes = [Shape(name=n, filled=1, distinct=9, rows=60, longest=8, unique=False, shapes=codes) for n in names]

    assert [one.role for one in suggest(shapes)] == ["other_identifier", "postcode", "other_identifier"]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Known As", "other_identifier"),
        ("Preferred forename", "other_identifier"),
        ("Alias", "other_identifier"),
        ("Prev. Surname", "previous_surname"),
        ("First Lang.", "first_language"),
        ("Ref No.", "record_id"),
    ],
)
def test_short_spellings_of_usual_columns_are_known(name, role):
    """A nickname of few spellings is a name, not a code; an id that is abbreviated is the id."""
    [one] = suggest([_shape(name, unique=role == "record_id")])
    assert one.role == role


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(
            ("Contact2 First Name", ""),
            ("Contact2 Mobile Phone", "phone"),
            ("Applicant 2 DOB", ""),
            ("Tenant2 Sex", ""),
        ),
        *(
            ("Next of kin phone", "phone"),
            ("Carer's Email", "email"),
            ("GP Postcode", "postcode"),
            ("Staff e-mail", "email"),
        ),
        *(
            ("Patient GP Postcode", "postcode"),
            ("Client's Next of Kin Phone", "phone"),
            ("Phone (emergency contact)", "phone"),
            ("Tenant Landlord Email", "email"),
        ),
    ],
)
def test_what_is_somebody_elses_links_nobody(name, kind):
    """A partner's telephone or a practice's postcode would make one person of two."""
    shapes = dict.fromkeys(("nhs_number", "postcode", "email", "phone"), 0.0) | ({kind: 1.0} if kind else {})
    [one] = suggest([_shape(name, shapes=shapes, distinct=200, format="%Y-%m-%d" if "DOB" in name else "")])

    assert (one.column_class, one.role) == (ColumnClass.DIRECT_IDENTIFIER, "other_identifier")


@pytest.mark.parametrize("name", ["Partner agency", "GP practice code", "Referred", "Work phone type"])
def test_what_only_begins_like_somebody_elses_is_what_it_holds(name):
    """An agency is no partner of anybody."""
    assert suggest([_shape(name)])[0].column_class is ColumnClass.ATTRIBUTE


@pytest.mark.parametrize("name", ["Case Officer", "Allocated worker", "CREATED_BY", "Assigned To", "Lead practitioner"])
def test_who_works_there_is_no_attribute(name):
    """A dozen officers are a few short values, as codes are; their names would stand among what may be sent."""
    [one] = suggest([_shape(name)])

    assert (one.column_class, one.role) == (ColumnClass.DIRECT_IDENTIFIER, "other_identifier")


def test_what_people_say_themselves_is_their_ethnic_group():
    """As police forces call the column; an officer's view of it is not the person's."""
    found = suggest(
        [_shape("SELF_DEF_ETHNICITY"), _shape("Self-defined ethnicity"), _shape("Officer defined ethnicity")]
    )

    assert [one.role for one in found] == ["ethnic_group", "ethnic_group", "other_identifier"]
