"""Extracts of layouts that nobody here made: the names of their columns were published, every value is made up here.

The values are drawn for the test alone: names from syllables, NHS numbers of the 999 range, e-mail addresses of
example.org, telephone numbers that Ofcom keeps for drama.
"""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.lib.toy import nhs_number

ROWS = 120
_DAY = "%Y-%m-%d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """One published layout."""

    file: str
    published: str
    """Where the names of its columns stand."""
    sector: str
    delimiter: str
    columns: dict[str, str]
    """Each column, and what kind of value is made up for it."""

    def extract(self) -> bytes:
        """A file of that layout; the same each time."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator="\r\n")
        writer.writerow(self.columns)
        made = [_column(kind, random.Random(f"{self.file} {name}")) for name, kind in self.columns.items()]
        writer.writerows(zip(*made, strict=True))
        return out.getvalue().encode()


def _word(draw: random.Random) -> str:
    return "".join(draw.choice("bdfgklmnprstv") + draw.choice("aeiou") for _ in range(3))


def _day(draw: random.Random, first: int, last: int, format_: str) -> str:
    start = date(first, 1, 1)
    return (start + timedelta(days=draw.randrange((date(last, 1, 1) - start).days))).strftime(format_)


_MADE: dict[str, Callable[[random.Random, int], str]] = {
    "nothing": lambda draw, n: "",
    "number": lambda draw, n: str(40_000 + n),
    "key": lambda draw, n: f"{draw.getrandbits(48):012x}",
    "nhs": lambda draw, n: nhs_number(n // 2) if n % 9 else "",
    "name": lambda draw, n: _word(draw).capitalize(),
    "whole name": lambda draw, n: f"{_word(draw)} {_word(draw)}".title(),
    "seldom a name": lambda draw, n: _word(draw).capitalize() if n % 4 == 0 else "",
    "born": lambda draw, n: _day(draw, 1940, 2005, _DAY),
    "born packed": lambda draw, n: _day(draw, 1940, 2005, "%Y%m%d"),
    "born american": lambda draw, n: _day(draw, 1940, 2005, "%m/%d/%Y"),
    "day": lambda draw, n: _day(draw, 2018, 2020, _DAY),
    "seldom a day": lambda draw, n: _day(draw, 2018, 2020, _DAY) if n % 4 == 0 else "",
    "day packed": lambda draw, n: _day(draw, 2018, 2020, "%Y%m%d"),
    "day american": lambda draw, n: _day(draw, 2018, 2020, "%m/%d/%Y"),
    "time packed": lambda draw, n: _day(draw, 2018, 2020, "%Y%m%dT09301500"),
    "time american": lambda draw, n: _day(draw, 2018, 2020, "%m/%d/%Y 09:30:00 AM"),
    "postcode": lambda draw, n: f"ZZ1 {n % 10}AA",
    "telephone": lambda draw, n: f"01632 960{n:03}",
    "mobile": lambda draw, n: f"07700 900{n:03}",
    "e-mail": lambda draw, n: f"{_word(draw)}{n}@example.org",
    "street": lambda draw, n: f"{n} {_word(draw).capitalize()} Road",
    "town": lambda draw, n: f"{_word(draw).capitalize()}ton",
    "link": lambda draw, n: "https://example.org/ids/of-whoever-sent-it",
    "snomed": lambda draw, n: str(10_000_000_000 + n % 4),
    "long term": lambda draw, n: f"Administration of vaccine number {n % 4} against an illness that was made up here",
    "told": lambda draw, n: f"Said that {_word(draw)} would come along next week, and left a number nobody answers",
    "amount": lambda draw, n: f"0.{n % 5 + 1}",
    "M or F": lambda draw, n: "MF"[n % 2],
    "1 or 2": lambda draw, n: "12"[n % 2],
    "Male or Female": lambda draw, n: ("Male", "Female")[n % 2],
    "yes or no": lambda draw, n: ("Yes", "No")[draw.randrange(2)],
    "code": lambda draw, n: f"C{draw.randrange(6)}",
}


def _column(kind: str, draw: random.Random) -> list[str]:
    return [_MADE[kind](draw, n) for n in range(ROWS)]


VACCINATIONS = Stranger(
    file="vaccinations.csv",
    published="NHS England, immunisation-fhir-api: header of its batch files (34 columns)",
    sector="nhs",
    delimiter="|",
    columns={
        "NHS_NUMBER": "nhs",
        "PERSON_FORENAME": "name",
        "PERSON_SURNAME": "name",
        "PERSON_DOB": "born packed",
        "PERSON_GENDER_CODE": "1 or 2",
        "PERSON_POSTCODE": "postcode",
        "DATE_AND_TIME": "time packed",
        "SITE_CODE": "code",
        "SITE_CODE_TYPE_URI": "link",
        "UNIQUE_ID": "key",
        "UNIQUE_ID_URI": "link",
        "ACTION_FLAG": "code",
        "PERFORMING_PROFESSIONAL_FORENAME": "name",
        "PERFORMING_PROFESSIONAL_SURNAME": "name",
        "RECORDED_DATE": "day packed",
        "PRIMARY_SOURCE": "yes or no",
        "VACCINATION_PROCEDURE_CODE": "snomed",
        "VACCINATION_PROCEDURE_TERM": "long term",
        "DOSE_SEQUENCE": "code",
        "VACCINE_PRODUCT_CODE": "snomed",
        "VACCINE_PRODUCT_TERM": "long term",
        "VACCINE_MANUFACTURER": "code",
        "BATCH_NUMBER": "key",
        "EXPIRY_DATE": "day packed",
        "SITE_OF_VACCINATION_CODE": "snomed",
        "SITE_OF_VACCINATION_TERM": "code",
        "ROUTE_OF_VACCINATION_CODE": "snomed",
        "ROUTE_OF_VACCINATION_TERM": "code",
        "DOSE_AMOUNT": "amount",
        "DOSE_UNIT_CODE": "snomed",
        "DOSE_UNIT_TERM": "code",
        "INDICATION_CODE": "snomed",
        "LOCATION_CODE": "code",
        "LOCATION_CODE_TYPE_URI": "link",
    },
)

REFERRALS = Stranger(
    file="referrals.csv",
    published="HM Prison and Probation Service, hmpps-approved-premises-api:"
    " TransitionalAccommodationReferralReportRow (37 columns)",
    sector="justice",
    delimiter=",",
    columns={
        "referralId": "key",
        "referralDate": "day",
        "personName": "whole name",
        "pncNumber": "key",
        "crn": "key",
        "sex": "Male or Female",
        "genderIdentity": "code",
        "ethnicity": "code",
        "dateOfBirth": "born",
        "registeredSexOffender": "yes or no",
        "historyOfSexualOffence": "yes or no",
        "concerningSexualBehaviour": "yes or no",
        "needForAccessibleProperty": "yes or no",
        "riskOfSeriousHarm": "code",
        "historyOfArsonOffence": "yes or no",
        "concerningArsonBehaviour": "yes or no",
        "dutyToReferMade": "yes or no",
        "dateDutyToReferMade": "seldom a day",
        "dutyToReferLocalAuthorityAreaName": "town",
        "dutyToReferOutcome": "code",
        "town": "town",
        "postCode": "postcode",
        "probationRegion": "code",
        "pdu": "code",
        "referralSubmittedDate": "day",
        "referralRejected": "yes or no",
        "rejectionReason": "code",
        "rejectionReasonExplained": "told",
        "rejectionDate": "seldom a day",
        "sourceOfReferral": "code",
        "prisonReleaseType": "code",
        "prisonAtReferral": "code",
        "releaseDate": "day",
        "updatedReleaseDate": "seldom a day",
        "accommodationRequiredDate": "day",
        "updatedAccommodationRequiredFromDate": "seldom a day",
        "bookingOffered": "yes or no",
    },
)

MEMBERS = Stranger(
    file="members.csv",
    published="Spark Development Network, Rock (for charities and churches): CSVHeaders of Slingshot (35 columns)",
    sector="vcse",
    delimiter=",",
    columns={
        "Family Id": "key",
        "Family Role": "code",
        "First Name": "name",
        "Id": "number",
        "Last Name": "name",
        "Anniversary Date": "day american",
        "Birthdate": "born american",
        "Campus Id": "code",
        "Campus Name": "code",
        "Connection Status": "code",
        "Created Date Time": "time american",
        "Email": "e-mail",
        "Email Preference": "code",
        "Gender": "Male or Female",
        "Give Individually": "yes or no",
        "Grade": "code",
        "Home Address City": "town",
        "Home Address Country": "code",
        "Home Address Postal Code": "postcode",
        "Home Address State": "nothing",
        "Home Address Street 1": "street",
        "Home Address Street 2": "nothing",
        "Home Phone": "telephone",
        "Inactive Reason": "code",
        "Is Deceased": "yes or no",
        "Is SMS Enabled": "yes or no",
        "Marital Status": "code",
        "Middle Name": "seldom a name",
        "Mobile Phone": "mobile",
        "Modified Date Time": "time american",
        "Nick Name": "seldom a name",
        "Note": "told",
        "Record Status": "code",
        "Suffix": "nothing",
        "Salutation": "code",
    },
)


def _contact(number: int) -> dict[str, str]:
    """One of the two people of a row."""
    kinds = {
        "Salutation": "code",
        "First Name": "name",
        "Middle Name": "seldom a name",
        "Last Name": "name",
        "Birthdate": "born american",
        "Title": "code",
        "Personal Email": "e-mail",
        "Work Email": "e-mail",
        "Alternate Email": "nothing",
        "Preferred Email": "code",
        "Home Phone": "telephone",
        "Work Phone": "telephone",
        "Mobile Phone": "mobile",
        "Other Phone": "nothing",
        "Preferred Phone": "code",
        "RE ID": "key",
        "Solicit Codes": "code",
        "Constituent Codes": "code",
        "Gender": "M or F",
        "Suffix": "nothing",
    }
    return {f"Contact{number} {name}": kind for name, kind in kinds.items()}


HOUSEHOLDS = Stranger(
    file="households.csv",
    published="Salesforce Nonprofit Success Pack: data import, as far as the household (46 columns, two people a row)",
    sector="vcse",
    delimiter=",",
    columns=_contact(1)
    | {
        "Household Phone": "telephone",
        "Home Street": "street",
        "Home City": "town",
        "Home State/Province": "nothing",
        "Home Zip/Postal Code": "postcode",
        "Home Country": "code",
    }
    | _contact(2),
)

STRANGERS = (VACCINATIONS, REFERRALS, MEMBERS, HOUSEHOLDS)
