"""What a column may hold, by its name and the shape of its values; a direct identifier when in doubt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from governance.identifier_names import is_code_name, is_free_text_name, is_identifier_name
from governance.intake.header import plain
from governance.settings import ColumnClass
from governance.settings.standard import SERIAL_FORMATS

_LIKELY = 0.8
"""Above this share of values of one shape the column is taken to hold such values."""
_SOME = 0.2
"""Below this share of values of its shape a column does not hold what its name says."""
_OF_ONE_PERSON = 0.95
"""Below this many NHS numbers for each that is filled in, people stand in several rows."""
_FEW_CODES = 25
_CODED_ROWS = 50
_LONG_TEXT = 60
_CODE = 24
_NAMES = {
    "nhs_number": r"nhs(no|num|number)|nhsnumber.*",
    "previous_surname": r"(prev|previous|former|maiden|birth)(sur|last|family)?name",
    "forename": r"(first|given|fore|christian)names?|forename.*",
    "surname": r"(sur|last|family)names?",
    "full_name": r"(full|client|patient|person|customer)?name((sur|last)name(fore|first)names?)?",
    "other_identifier": r"knownas|aka|alias(es)?|nicknames?|(preferred|chosen)(fore|first|given)?names?|middlenames?",
    "date_of_birth": r"dob|dateofbirth|birthdate|born|personbirthdate",
    "previous_postcode": r"(prev|previous|former|old)post(al)?code|postcode(previous|former|old)",
    "postcode": r"post(al)?code.*|postcodefake|.*postcode",
    "uprn": r"uprn.*",
    "phone": r"(mobile|home|work)?(tele)?(phone|mobile|tel)(no|number|num)?",
    "email": r"e?mail(address)?",
    "address": r".*address.*|street.*|suburb|city|town|house(no|number|name)",
    "birth_place": r"birthplace|placeofbirth",
    "occupation": r"occupation|job(title)?",
    "sex": r"(stated|current)?(sex|gender)(atbirth)?(code)?",
    "ethnic_group": r".*ethnicity(code)?|ethnic(group|category|origin)?(code)?",
    "first_language": r"(first|main|preferred|spoken|home)lang(uage)?(code)?|languagecodepreferred|language",
    "birth_year": r"(birthyear|yearofbirth|yob)",
}
_WHO = r"(pt|patient|client|child|person|customer|applicant|tenant|resident|pupil|learner|victim|serviceuser)"
_WHOSE = re.compile(rf"({_WHO}1?|contact1)")
_OF_A_SECOND = re.compile(rf"({_WHO}|contact|member)[2-9]")
_OF_OTHERS = re.compile(
    r"nextofkin|nok|emergencycontact|carer|partner|spouse|mother|father|parent|guardian|landlord|gp|doctor|referr(er|edby)"
    r"|keyworker|caseworker|worker|staff|officer|professional"
)
"""Begins of names of columns that hold something of somebody else: by it two people would be taken for one."""
_OF_OTHERS_ANYWHERE = re.compile(r"nextofkin|emergencycontact|landlord|guardian|keyworker|caseworker|practitioner")
"""Words of such names that stand in no other, wherever they are: *Phone (next of kin)*."""
_OF_STAFF = re.compile(
    r".*(officer|worker|practitioner|clinician|assessor|coordinator|advis[eo]r|caseholder|handler|manager)(name|initials)?"
    r"|.*(created|entered|updated|recorded|completed|assessed|amended|logged|allocated|assigned)(by|to)(name|user)?"
)
"""Names of columns that say who of a service dealt with somebody: few of them, and short, as codes are."""
_ONE_EACH = ("forename", "surname", "full_name", "date_of_birth", "postcode")
_OWN = re.compile(rf"({_WHOSE.pattern}(s|details|detailss)?)?(home|current|usual|main)?(post(al)?code)(home|current)?")
"""Names of a column that holds where somebody lives, not where something happened."""
_WHOSE_ENDS = ("s", "details", "detailss")
"""Whose field it is, as exports say before each name: PtSurname, Client's Surname, Patient Details's Given Name."""
_RECORD_ID = re.compile(
    r"(unique|local|source|internal|national)?(person|personal|individual|patient|client|case|record|rec|customer|member|tenant|applicant|serviceuser|user)?"
    r"(u?id|(ref|reference)(no|num|number)?|identifier|key)"
)
_PERSON_ID = re.compile(
    rf".*({_WHOSE.pattern}|individual|member|user|record|case)(u?id|ref|reference|identifier|key|number|no|num)"
)
"""Names of an id of a person that may stand in several rows."""
_DATE = re.compile(rf".*date.*|{_NAMES['date_of_birth']}")
_NEVER_AS_IT_STANDS = re.compile(r".*(genderidentity|genderreassignment|sameasbirth|transgender).*")
"""Tells of some who it is about that they live in another gender than at birth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What can be said of a column without a value of it."""

    name: str
    filled: float
    """Share of rows."""
    distinct: int
    rows: int
    longest: int
    unique: bool
    """Every row has a value of its own."""
    shapes: dict[str, float]
    """Share of the filled values that look like an NHS number, a postcode, an e-mail address or a telephone number."""
    long_numbers: float = 0.0
    """Share of the filled values that are numbers of 6 to 18 digits, as SNOMED CT codes are."""
    format: str = ""
    """A date format that reads nearly all of it."""
    also: str = ""
    """Another that does, too: then the day and the month cannot be told apart."""
    sex_codes: str = ""
    """Which of the usual lists of codes holds every value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A class, a role and why."""

    column_class: ColumnClass
    role: str = ""
    why: str


def is_known(name: str) -> bool:
    """Whether a name is one that columns usually have."""
    return bool(_RECORD_ID.fullmatch(plain(name)) or _role(name))


def _role(name: str) -> str:
    """The role that columns of such a name have, with or without a word before it that says whose; empty if none."""
    spellings = _spellings(name)
    return next((role for one in spellings for role, text in _NAMES.items() if re.fullmatch(text, one)), "")


def _spellings(name: str) -> list[str]:
    """A name as it is, and without a word before it that says whose it is."""
    short = plain(name)
    if whose := _WHOSE.match(short):
        own = short[whose.end() :]
        return [short, own, *(own.removeprefix(word) for word in _WHOSE_ENDS)]
    return [short]


def names_a_date(name: str) -> bool:
    """Whether numbers in a column of this name can be taken for days that a spreadsheet left."""
    return bool(_DATE.fullmatch(plain(name)))


def suggest(shapes: Sequence[Shape]) -> list[Suggestion]:
    """One suggestion a column; exactly one is the record id if any can be."""
    record_id = _record_id(shapes)
    found = [
        Suggestion(column_class=ColumnClass.DIRECT_IDENTIFIER, role="record_id", why="a value of its own in every row")
        if place == record_id
        else _suggest(shape)
        for place, shape in enumerate(shapes)
    ]
    return [_second(role) if (role := _taken(shapes, found, place)) else one for place, one in enumerate(found)]


def _taken(shapes: Sequence[Shape], found: Sequence[Suggestion], place: int) -> str:
    """The role of a column, if another column is more likely the one that holds it of the person; else empty.

    Of several columns of one role the first that is filled counts, in the order of the file: the postcode of an
    incident before that of the patient's home would make neighbours of all who were met in one place.
    """
    role = found[place].role
    same = [n for n, one in enumerate(found) if one.role == role and shapes[n].filled]
    if role not in _ONE_EACH or not same:
        return ""
    own = [n for n in same if _OWN.fullmatch(plain(shapes[n].name))]
    return "" if place == (own or same)[0] else role


def _second(role: str) -> Suggestion:
    words = role.replace("_", " ")
    return _direct("other_identifier", f"another {words}: give it the role `{role}` if it is the person's own")


def rows_are_people(shapes: Sequence[Shape], suggestions: Sequence[Suggestion]) -> bool:
    """Whether a row may be a person: something is its own in every row, and no NHS number stands in several."""
    held = {one.role: shape for shape, one in zip(shapes, suggestions, strict=True)}
    number = held.get("nhs_number")
    repeated = number is not None and number.distinct < _OF_ONE_PERSON * number.filled * number.rows
    return "record_id" in held and not repeated


def _record_id(shapes: Sequence[Shape]) -> int | None:
    """The first column with such a name whose values are all there and all different."""
    found = (n for n, shape in enumerate(shapes) if shape.unique and _RECORD_ID.fullmatch(plain(shape.name)))
    return next(found, None)


def _suggest(shape: Shape) -> Suggestion:
    by_shape = next((role for role, share in shape.shapes.items() if share >= _LIKELY), "")
    by_name = _role(shape.name)
    if _is_somebody_elses(shape.name, by_shape or by_name):
        return _direct("other_identifier", "somebody else's, by its name: never encoded, never sent")
    if by_shape == "postcode" and by_name == "previous_postcode":
        return _direct(by_name, "by its name, and its values have that shape")
    if by_shape:
        return _direct(by_shape, "its values have that shape")
    if by_name in ("sex", "ethnic_group", "first_language"):
        return Suggestion(column_class=ColumnClass.QUASI_IDENTIFIER, role=by_name, why="by its name")
    if by_name == "date_of_birth" and not shape.format:
        return _direct("other_identifier", "called a date of birth, and not read as dates")
    if by_name in ("postcode", "previous_postcode") and shape.filled and shape.shapes["postcode"] < _SOME:
        return _direct("other_identifier", "called a postcode, and not of its shape: give it a `pattern` to link by it")
    if by_name and by_name != "birth_year":
        return _direct(by_name, "by its name")
    if is_identifier_name(shape.name):
        return _direct("other_identifier", "named like an identifier: never encoded, never sent")
    return _by_content(shape)


def _is_somebody_elses(name: str, role: str) -> bool:
    """Whether a column is of a second person of the row, or tells how to find a relative or a professional."""
    if _OF_A_SECOND.match(plain(name)):
        return True
    spellings = _spellings(name) if role else []
    return any(_OF_OTHERS.match(one) or _OF_OTHERS_ANYWHERE.search(one) for one in spellings)


def _by_content(shape: Shape) -> Suggestion:
    if is_free_text_name(shape.name) or (not shape.format and shape.longest > _LONG_TEXT):
        return Suggestion(column_class=ColumnClass.FREE_TEXT, why="long texts: never loaded")
    if is_code_name(shape.name):
        return _direct("other_identifier", "named like clinical codes, which need their `code_system` to be sent")
    if _NEVER_AS_IT_STANDS.fullmatch(plain(shape.name)):
        return _direct("other_identifier", "in doubt: may tell who was recognised in another gender")
    if shape.format:
        days = "numbers of days, as spreadsheets keep dates" if shape.format in SERIAL_FORMATS else "dates"
        return Suggestion(column_class=ColumnClass.EVENT_FIELD, why=days)
    if shape.sex_codes == "words" and shape.distinct > 1:
        return Suggestion(column_class=ColumnClass.QUASI_IDENTIFIER, role="sex", why="its values are those of sex")
    if shape.long_numbers >= _LIKELY:
        return _direct("other_identifier", "in doubt, long numbers: clinical codes need their `code_system` to be sent")
    if _OF_STAFF.fullmatch(plain(shape.name)):
        return _direct("other_identifier", "in doubt, may name who works there: never encoded, never sent")
    coded = shape.distinct <= _FEW_CODES and shape.rows >= _CODED_ROWS and 0 < shape.longest <= _CODE
    if coded and not _RECORD_ID.fullmatch(plain(shape.name)):
        return Suggestion(column_class=ColumnClass.ATTRIBUTE, why="a few short codes")
    if _PERSON_ID.fullmatch(plain(shape.name)) and shape.filled:
        return _direct(
            "other_identifier", "in doubt: give it the role `record_id` if it is the source's id of a person"
        )
    if shape.unique and shape.filled:
        why = "its own in every row: give it the role `record_id` if it is the source's id of a person"
        return _direct("other_identifier", f"in doubt, a value of {why}")
    return _direct("other_identifier", "in doubt: never encoded, never sent")


def _direct(role: str, why: str) -> Suggestion:
    return Suggestion(column_class=ColumnClass.DIRECT_IDENTIFIER, role=role, why=why)
