"""One file of a source: how it is written, a class for every column, and which rows are events and needs."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from governance.placeholder import is_placeholder
from governance.settings.base import Kind, Slug, Strict, Text
from governance.settings.fault import is_half_left, is_left
from governance.settings.slip import Slip
from governance.settings.standard import bad_date_format, misspelt

_NO_ROLE = "Without it nobody knows what the column says of a person, and nothing could be made of it."
_SPELT = (
    "Write the standard value; one of your own needs a name that is not nearly one of these.",
    "It would part one group in two without anyone seeing it.",
)


class ColumnClass(StrEnum):
    """How identifying a column is, which decides where it may go."""

    DIRECT_IDENTIFIER = "direct_identifier"
    QUASI_IDENTIFIER = "quasi_identifier"
    ATTRIBUTE = "attribute"
    EVENT_FIELD = "event_field"
    FREE_TEXT = "free_text"
    DROP = "drop"


DirectRole = Literal[
    "record_id",
    "nhs_number",
    "full_name",
    "forename",
    "surname",
    "previous_surname",
    "date_of_birth",
    "postcode",
    "previous_postcode",
    "uprn",
    "phone",
    "email",
    "address",
    "birth_place",
    "occupation",
    "other_identifier",
]
QuasiRole = Literal["sex", "ethnic_group", "birth_year", "small_area", "death_month", "address_kind", "first_language"]
Role = Literal[DirectRole, QuasiRole]

DIRECT_ROLES = frozenset(get_args(DirectRole))
"""What a direct identifier can be. ``address`` and ``other_identifier`` are never encoded: read to be dropped."""

QUASI_ROLES = frozenset(get_args(QuasiRole))
"""What a quasi-identifier can be; these describe a person in the analysis zone. Sex also helps to link."""


class Column(Strict):
    """One column of an extract."""

    column_class: Annotated[ColumnClass, Field(alias="class", strict=False)]
    """How identifying it is."""
    role: Role | None = None
    """What it holds, for direct and quasi-identifiers."""
    format: Text | None = None
    """Date format such as `%d/%m/%Y`; several are separated by ` | ` and tried in that order. `excel-1900` and
    `excel-1904` are numbers of days, as spreadsheets keep dates: 45231 is 1 November 2023 in the first, the usual."""
    earliest: date | None = None
    """Dates of birth before this day are placeholders; 1 January 1900 if nothing is said."""
    values: dict[str, str] = {}
    """Source code to standard value, for example `{"1": male, "2": female}`. Codes not listed become missing
    and are counted."""
    pattern: Text | None = None
    """Regular expression that a whole value must match, for a postcode in place of the UK shape; for example
    `[0-9]{4}`. Other values become missing and are counted."""
    missing: list[str] = []
    """Texts that mean 'not recorded' in this column."""
    code_system: Literal["icd10", "opcs4", "snomed_ct", "other"] | None = None
    """Whose codes the column holds. Rows with a legally restricted code are left out at the source; `other` says that
    no such code can stand in it."""

    confirm: bool = False
    """`joinedup source add` suggested this line: nothing runs until somebody has signed for it under `confirmed`, or
    has taken this mark away."""

    @model_validator(mode="after")
    def _role_fits_class(self) -> Self:
        if self.column_class is ColumnClass.DIRECT_IDENTIFIER and self.role not in DIRECT_ROLES:
            raise Slip(
                f"a direct_identifier needs a role, one of: {', '.join(sorted(DIRECT_ROLES))}",
                "Add the role; or give the column another class, such as drop.",
                _NO_ROLE,
            )
        if self.column_class is ColumnClass.QUASI_IDENTIFIER and self.role not in QUASI_ROLES:
            raise Slip(
                f"a quasi_identifier needs a role, one of: {', '.join(sorted(QUASI_ROLES))}",
                "Add the role; or give the column another class, such as attribute.",
                _NO_ROLE,
            )
        if self.role and self.column_class not in (ColumnClass.DIRECT_IDENTIFIER, ColumnClass.QUASI_IDENTIFIER):
            raise Slip(
                "only direct_identifier and quasi_identifier columns have a role",
                "Take the role away, or give the column one of the two classes.",
                "The class decides where a column may go, and the role would say something else.",
            )
        return self

    @model_validator(mode="after")
    def _codes_are_as_delivered(self) -> Self:
        loaded = self.column_class in (ColumnClass.ATTRIBUTE, ColumnClass.EVENT_FIELD)
        if self.code_system and (self.values or not loaded):
            raise Slip(
                "code_system is for attributes and event fields without values: codes as delivered",
                "Take code_system or values away, or class the column attribute or event_field.",
                "Restricted codes are looked for as they were delivered; mapped, nobody could tell.",
            )
        return self

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if slips := misspelt(self.role or "", self.values.values()):
            raise Slip(slips, *_SPELT)
        if self.format and (wrong := bad_date_format(self.format)):
            raise Slip(
                f"format {wrong}",
                "Write it as the source writes its days, such as %d/%m/%Y or %Y-%m-%d.",
                "Every day would be set aside as unreadable, or read as another day.",
            )
        return self


class Coded(Strict):
    """A value read from a column through a map of codes; rows with other codes are left out and counted."""

    column: Text
    values: dict[str, str]


class EventMapping(Strict):
    """Which rows are events, of what kind, and when."""

    kind: Kind | Coded
    """The event kind, or the column and codes that say which."""
    start: Text
    """Column with the start date."""
    end: Text | None = None
    """Column with the end date; without it the event is one day and its end is unknown."""
    where: dict[str, list[str]] = {}
    """Only rows in which each named column holds one of the listed codes."""
    code: Text | None = None
    """Column whose code is kept with the event."""
    provider: Text | None = None
    """Column that names the provider; without it the source is the provider."""
    outcome: Coded | None = None
    """`attended`, `dna`, `cancelled_by_person`, `cancelled_by_provider`, `refused`, `completed`, `rejected`, …"""
    crisis: bool = False
    """An unplanned contact in a crisis: ED, ambulance, s136, police, relief duty."""
    planned: bool = False
    """A planned contact of a responding service."""

    @model_validator(mode="after")
    def _outcomes_are_spelt(self) -> Self:
        if self.outcome and (slips := misspelt("outcome", self.outcome.values.values())):
            raise Slip(slips, *_SPELT)
        return self


class NeedMapping(Strict):
    """Which rows are evidence of a need, and how strong."""

    need: Slug | Coded
    start: Annotated[Text, Field(alias="from")]
    """Column with the date from which the need is evidenced."""
    end: Annotated[Text | None, Field(alias="to")] = None
    strength: Literal["reported", "indicated", "assessed", "diagnosed"]
    where: dict[str, list[str]] = {}


ListedClass = Annotated[ColumnClass, Field(strict=False)]


class Signature(Strict):
    """Who looked at columns that `joinedup source add` classed, and at which."""

    by: Text
    """Name and role, such as `J. Okoro, information analyst`."""
    columns: Annotated[dict[ListedClass, Annotated[list[Text], Field(min_length=1)]], Field(min_length=1)]
    """What was looked at, by class. A column that is not listed under the class it has by now, or goes elsewhere, is
    not confirmed by it."""

    def holds(self, name: str, column_class: ColumnClass) -> bool:
        """Whether a column was signed for with this class."""
        return name in self.columns.get(column_class, [])

    @field_validator("columns", mode="before")
    @classmethod
    def _by_class(cls, value: object) -> object:
        if isinstance(value, list):
            raise Slip(
                "columns are listed by their class",
                "Write `attribute: [NAME, NAME]` below columns, one such line for each class.",
                "A name alone would stand for whatever class its column is given later.",
            )
        return value

    @model_validator(mode="after")
    def _by_a_person(self) -> Self:
        name, _, role = self.by.partition(",")
        says_nothing = is_placeholder(name) or is_placeholder(role) or is_half_left(self.by)
        if says_nothing and not is_left(self.by):
            raise Slip(
                "by needs a name and a role",
                "Write them with a comma between, such as J. Okoro, information analyst.",
                "Whoever asks later why a column went where it went has to know whom to ask.",
            )
        return self


class Signatures(Strict):
    """Signatures under columns that go the same way; each signs for that way and for the columns it lists."""

    left_out: Signature | None = None
    """Never loaded, or read to be dropped: nothing of them leaves the source."""
    linked: Signature | None = None
    """They leave the source as codes, which tell who is the same person or shares a home; a date of birth as its year,
    too, and a postcode as the area it lies in."""
    sent: Signature | None = None
    """They may leave the source as they stand."""


class AddressDates(Strict):
    """Since when, and until when, a row's address was the person's, as far as the source knows."""

    start: Annotated[Text, Field(alias="from")]
    """Column with the first day, such as that of the source's own address record or of the event it was given at."""
    end: Annotated[Text | None, Field(alias="to")] = None
    """Column with the first day on which it no longer was; without it an address ends where the next begins."""


class ExtractFile(Strict):
    """One file a source delivers each period."""

    id: Slug
    path: Text
    """Below the project folder; `{period}` stands for the period, such as `2025-09`. A `*` in the last part stands for
    several files of one kind, which are read as one."""
    format: Literal["csv", "parquet", "xlsx"] = "csv"
    """Of the file, or of the members of a zip archive: archives are recognised."""
    members: Text = "*"
    """Which members of a zip archive are meant, such as `*.csv`; all of them, if nothing is said."""
    sheet: Text | None = None
    """Name of the sheet of a workbook that has several."""
    header_row: Annotated[int, Field(ge=1, le=50)] | None = None
    """Row of the header under titles. Without it the first row that names every column is the header."""
    encoding: Text = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(max_length=1)] = '"'
    may_be_empty: bool = False
    """Whether a header without a row may be taken at its word: nobody, or nothing, this month. Otherwise such a file is
    refused, because one that was cut on its way looks the same."""
    grain: Literal["people", "events", "both"]
    """`people`: a row is a person. `events`: a row is an event of a person in the people file.
    `both`: a row is an event and carries the person's identifiers."""
    confirmed: Signatures = Signatures()
    """Who looked at the columns that are marked `confirm: true`."""
    columns: Annotated[dict[str, Column], Field(min_length=1)]
    events: list[EventMapping] = []
    needs: list[NeedMapping] = []
    addresses: AddressDates | None = None
    """For files whose rows hold addresses that somebody dated. Without it an address is where the person lives now."""

    def columns_with_role(self, role: str) -> list[str]:
        """Names of the columns that hold ``role``, in file order."""
        return [name for name, column in self.columns.items() if column.role == role]

    @model_validator(mode="after")
    def _signatures_are_of_this_file(self) -> Self:
        signed = [name for way in Signatures.model_fields for name in _names(getattr(self.confirmed, way))]
        if twice := sorted({name for name in signed if signed.count(name) > 1}):
            raise Slip(
                f"confirmed lists columns more than once: {', '.join(twice)}",
                "Keep each name in the list of the way that its column goes, and of its class.",
                "Signed for twice, it could be turned from one into the other unseen.",
            )
        if unknown := sorted(set(signed) - set(self.columns)):
            raise Slip(
                f"confirmed lists columns that are not in this file: {', '.join(unknown)}",
                "Take them out of confirmed, or correct their spelling.",
                "A column that comes later would be confirmed by somebody who never saw it.",
            )
        return self

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, value: str) -> str:
        try:
            "".encode(value)  # refuses codecs that are not text, such as base64
        except (LookupError, ValueError):
            raise Slip(
                "is not a known encoding; use utf-8, cp1252 or utf-16",
                "Ask the source how it saves the file; from Windows it is mostly cp1252.",
                "Names read with the wrong letters would not be found again.",
            ) from None
        return value

    @model_validator(mode="after")
    def _format_has_its_settings(self) -> Self:
        if self.sheet and self.format != "xlsx":
            raise Slip(
                "sheet is for files of format xlsx",
                "Take sheet away, or set format: xlsx.",
                "Other files have one table, and a sheet that is named and not read would be missed.",
            )
        if self.header_row and self.format == "parquet":
            raise Slip(
                "header_row is for files of format csv or xlsx: Parquet names its columns itself",
                "Take header_row away.",
                "It would be read as if rows were passed over.",
            )
        return self

    @model_validator(mode="after")
    def _mappings_use_known_columns(self) -> Self:
        mappings: list[EventMapping | NeedMapping] = [*self.events, *self.needs]
        used = {name for mapping in mappings for name in _columns_of(mapping)} | _dates_of(self.addresses)
        if unknown := sorted(used - set(self.columns)):
            raise Slip(
                f"events, needs and addresses use columns that are not listed: {', '.join(unknown)}",
                "List them under columns, each with its class, or correct their spelling.",
                "A column without a class may go nowhere, so nothing could be read from it.",
            )
        hidden = (ColumnClass.FREE_TEXT, ColumnClass.DROP, ColumnClass.DIRECT_IDENTIFIER)
        if bad := sorted(name for name in used if self.columns[name].column_class in hidden):
            raise Slip(
                f"events, needs and addresses may not read identifiers, free text or dropped columns: {', '.join(bad)}",
                "Class the column event_field or attribute if it holds codes or days, or read another.",
                "What says who somebody is does not go where needs are known.",
            )
        if self.addresses and self.grain == "events":
            raise Slip(
                "addresses are dated in the file that holds them, of grain people or both",
                "Move addresses: to that file.",
                "The day of an address would be looked for in rows that hold none.",
            )
        if self.grain == "people" and any(column.code_system for column in self.columns.values()):
            raise Slip(
                "code_system belongs to files of events: a person is never left out for a code",
                "Take code_system away here, or deliver the codes in a file of grain events.",
                "Rows with a restricted code are left out, and here a row is a person.",
            )
        if self.grain != "both" and len(self.columns_with_role("record_id")) != 1:
            raise Slip(
                "a people or events file needs exactly one column with role record_id",
                "Give role: record_id to the column that holds the source's own number of a person, and to no other.",
                "Without it nobody knows which rows of the two files are of one person.",
            )
        return self


def _names(signature: Signature | None) -> list[str]:
    return [name for names in signature.columns.values() for name in names] if signature else []


def _dates_of(addresses: AddressDates | None) -> set[str]:
    return {name for name in (addresses.start, addresses.end) if name} if addresses else set()


def _columns_of(mapping: EventMapping | NeedMapping) -> set[str]:
    """Every column a mapping reads."""
    names = {mapping.start, *mapping.where}
    if mapping.end:
        names.add(mapping.end)
    coded = mapping.kind if isinstance(mapping, EventMapping) else mapping.need
    if isinstance(coded, Coded):
        names.add(coded.column)
    if isinstance(mapping, EventMapping):
        names |= {name for name in (mapping.code, mapping.provider) if name}
        if mapping.outcome:
            names.add(mapping.outcome.column)
    return names
