"""Why a value was set aside, or a row was left out: a closed list, each with a plain sentence and what mends it."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Codes as they stand in receipts, in the audit page and in SQL."""

    RAGGED_ROW = "ragged_row"
    NUL_BYTE = "nul_byte"
    CELL_TOO_LONG = "cell_too_long"
    NO_RECORD_ID = "no_record_id"
    NOTHING_BUT_ID = "nothing_but_id"
    CONFLICTING_RECORD = "conflicting_record"
    NOT_AMONG_PEOPLE = "not_among_people"
    NO_READABLE_DATE = "no_readable_date"
    START_DATE_SERIAL = "start_date_serial"
    DATE_UNREADABLE = "date_unreadable"
    DATE_SERIAL = "date_serial"
    BIRTH_DATE_FUTURE = "birth_date_future"
    BIRTH_DATE_BEFORE_1900 = "birth_date_before_1900"
    NHS_NUMBER_SHAPE = "nhs_number_shape"
    NHS_NUMBER_REPEATED = "nhs_number_repeated"
    NHS_NUMBER_CHECK_DIGIT = "nhs_number_check_digit"
    NHS_NUMBER_TEST_RANGE = "nhs_number_test_range"
    POSTCODE_SHAPE = "postcode_shape"
    FORMULA_CELL = "formula_cell"
    CELL_ERROR = "cell_error"
    NUMBER_ROUNDED = "number_rounded"
    LEADING_ZERO_LOST = "leading_zero_lost"
    PATTERN = "pattern"
    UNKNOWN_CODE = "unknown_code"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reason says to a person."""

    sentence: str
    fix: str
    """For analysts, who can mend the source's file in ``config/``."""
    ask: str
    """For the source itself, on the page that goes back to it."""
    rejects_row: bool
    """True: the whole row is left out. False: only the value becomes missing; the person stays."""


MEANINGS = {
    Reason.RAGGED_ROW: Meaning(
        "The row has more or fewer cells than the header.",
        "Ask the source to quote cells that contain the delimiter or a line break.",
        "Please quote cells that hold the delimiter or a line break.",
        rejects_row=True,
    ),
    Reason.NUL_BYTE: Meaning(
        "The row holds a NUL byte, so something between the source and here damaged or cut it.",
        "Ask the source how the file was made, and for it once more.",
        "Please look how the file is made and copied, and send it once more.",
        rejects_row=True,
    ),
    Reason.CELL_TOO_LONG: Meaning(
        "A cell of the row is longer than a megabyte: a document, or rows that an open quote made one.",
        "Ask the source to leave documents out and to write quotes inside cells twice.",
        "Please leave documents out, and write quotes inside cells twice.",
        rejects_row=True,
    ),
    Reason.NO_RECORD_ID: Meaning(
        "The row has no record id, so nothing ties it to a person.",
        "Ask the source to fill the record id in every row.",
        "Please fill the record id in every row.",
        rejects_row=True,
    ),
    Reason.NOTHING_BUT_ID: Meaning(
        "The row holds nothing but a record id, as a closing line (a total, “End of report”) does: it is nobody.",
        "Ask the source to leave closing lines out, or, if these are people, to fill what it knows of them.",
        "Please leave closing lines out; if these are people, send what you know of them.",
        rejects_row=True,
    ),
    Reason.CONFLICTING_RECORD: Meaning(
        "The same record id stands in several rows that say different things.",
        "Ask the source for one row a person, or give the file the grain `both` if several are meant.",
        "Please send one row a person, or tell us that several are meant.",
        rejects_row=True,
    ),
    Reason.NOT_AMONG_PEOPLE: Meaning(
        "The row's record id is not among the usable rows of the people file.",
        "Ask the source to extract both files at one moment, with the same filter.",
        "Please extract both files at one moment, with the same filter.",
        rejects_row=True,
    ),
    Reason.NO_READABLE_DATE: Meaning(
        "The row has no start date that could be read, so it is no event.",
        "Ask the source for real dates in one format, or add it to the column's `format`.",
        "Please send real dates, all written in one way.",
        rejects_row=True,
    ),
    Reason.START_DATE_SERIAL: Meaning(
        "The row's start date is a number of days, as spreadsheets keep dates, and it is not known from which"
        " day on, so it is no event.",
        "Ask the source for real dates, or if days count from 1900 or 1904: `excel-1900` or `excel-1904` in `format`.",
        "Please send real dates, or tell us whether days are counted from 1900 or 1904.",
        rejects_row=True,
    ),
    Reason.DATE_UNREADABLE: Meaning(
        "The date does not exist, or is not in the column's format.",
        "Ask the source for real dates in one format, or add it to the column's `format`.",
        "Please send real dates, all written in one way.",
        rejects_row=False,
    ),
    Reason.DATE_SERIAL: Meaning(
        "The date is a number of days, as spreadsheets keep dates, and it is not known from which day on.",
        "Ask the source for real dates, or if days count from 1900 or 1904: `excel-1900` or `excel-1904` in `format`.",
        "Please send real dates, or tell us whether days are counted from 1900 or 1904.",
        rejects_row=False,
    ),
    Reason.BIRTH_DATE_FUTURE: Meaning(
        "The date of birth lies after the end of the period.",
        "Ask the source to correct it.",
        "Please correct it.",
        rejects_row=False,
    ),
    Reason.BIRTH_DATE_BEFORE_1900: Meaning(
        "The date of birth lies before 1900: a placeholder, or two digits of the year were lost.",
        "Ask the source to correct it, or list the placeholder under `missing`.",
        "Please correct it, or tell us which date stands for “not known”.",
        rejects_row=False,
    ),
    Reason.NHS_NUMBER_SHAPE: Meaning(
        "The NHS number is not ten digits.",
        "Ask the source to send it as text; spreadsheets drop or round digits.",
        "Please send the column as text: spreadsheets drop or round digits.",
        rejects_row=False,
    ),
    Reason.NHS_NUMBER_REPEATED: Meaning(
        "The NHS number is one digit ten times: a placeholder.",
        "List the placeholder under `missing`.",
        "Please leave the cell empty where the number is not known.",
        rejects_row=False,
    ),
    Reason.NHS_NUMBER_CHECK_DIGIT: Meaning(
        "The NHS number fails its check digit (Modulus 11), so it is mistyped or invented.",
        "Ask the source to trace it again.",
        "Please trace the number again.",
        rejects_row=False,
    ),
    Reason.NHS_NUMBER_TEST_RANGE: Meaning(
        "The NHS number is from the test range (999), which belongs to nobody.",
        "Ask the source to remove test patients.",
        "Please leave test patients out.",
        rejects_row=False,
    ),
    Reason.POSTCODE_SHAPE: Meaning(
        "The postcode does not have the shape of a UK postcode.",
        "Ask the source to correct it, or give the column a `pattern` if its postcodes are of another kind.",
        "Please correct it, or tell us if your postcodes are of another kind.",
        rejects_row=False,
    ),
    Reason.FORMULA_CELL: Meaning(
        "The cell holds a formula, and what it last showed need not be what it would show now.",
        "Ask the source to paste the values over the formulas before sending.",
        "Please paste values over formulas before you send the file.",
        rejects_row=False,
    ),
    Reason.CELL_ERROR: Meaning(
        "The cell holds an error of the spreadsheet, such as #N/A.",
        "Ask the source to mend the spreadsheet.",
        "Please mend the spreadsheet.",
        rejects_row=False,
    ),
    Reason.NUMBER_ROUNDED: Meaning(
        "The number was rounded by a spreadsheet (9.43E+09, or more than 15 digits): its last digits are lost.",
        "Ask the source to send the column as text.",
        "Please send the column as text.",
        rejects_row=False,
    ),
    Reason.LEADING_ZERO_LOST: Meaning(
        "The value is a number among texts with leading zeros; how many zeros it had cannot be known.",
        "Ask the source to send the column as text.",
        "Please send the column as text.",
        rejects_row=False,
    ),
    Reason.PATTERN: Meaning(
        "The value does not look as values of this column do.",
        "Ask the source to correct it, or widen the column's `pattern`.",
        "Please correct it, or tell us how such values may look.",
        rejects_row=False,
    ),
    Reason.UNKNOWN_CODE: Meaning(
        "The code is none that is known for this column.",
        "Add the code to the column's `values`, or to `missing`.",
        "Please tell us what the code means.",
        rejects_row=False,
    ),
}
