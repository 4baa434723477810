"""A source file: one organisation's feed, its extracts, and a class for every column."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from governance.settings.base import Kind, Share, Slug, Strict, Text
from governance.settings.standard import bad_date_format, misspelt


class Sector(StrEnum):
    """Which part of public life a source belongs to."""

    NHS = "nhs"
    COUNCIL = "council"
    POLICE = "police"
    FIRE = "fire"
    JUSTICE = "justice"
    VCSE = "vcse"


class ColumnClass(StrEnum):
    """How identifying a column is, which decides where it may go."""

    DIRECT_IDENTIFIER = "direct_identifier"
    QUASI_IDENTIFIER = "quasi_identifier"
    ATTRIBUTE = "attribute"
    EVENT_FIELD = "event_field"
    FREE_TEXT = "free_text"
    DROP = "drop"


DIRECT_ROLES = frozenset(
    {
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
    }
)
"""What a direct identifier can be. ``address`` is never encoded: it is read to be dropped."""

QUASI_ROLES = frozenset({"sex", "ethnic_group", "birth_year", "small_area", "death_month", "address_kind"})
"""What a quasi-identifier can be; these describe a person in the analysis zone. Sex also helps to link."""

Role = Literal[
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
    "sex",
    "ethnic_group",
    "birth_year",
    "small_area",
    "death_month",
    "address_kind",
]


class Column(Strict):
    """One column of an extract."""

    column_class: Annotated[ColumnClass, Field(alias="class", strict=False)]
    """How identifying it is."""
    role: Role | None = None
    """What it holds, for direct and quasi-identifiers."""
    format: Text | None = None
    """Date format such as `%d/%m/%Y`; several are separated by ` | ` and tried in that order."""
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

    @model_validator(mode="after")
    def _role_fits_class(self) -> Self:
        if self.column_class is ColumnClass.DIRECT_IDENTIFIER and self.role not in DIRECT_ROLES:
            raise ValueError(f"a direct_identifier needs a role, one of: {', '.join(sorted(DIRECT_ROLES))}")
        if self.column_class is ColumnClass.QUASI_IDENTIFIER and self.role not in QUASI_ROLES:
            raise ValueError(f"a quasi_identifier needs a role, one of: {', '.join(sorted(QUASI_ROLES))}")
        if self.role and self.column_class not in (ColumnClass.DIRECT_IDENTIFIER, ColumnClass.QUASI_IDENTIFIER):
            raise ValueError("only direct_identifier and quasi_identifier columns have a role")
        return self

    @model_validator(mode="after")
    def _codes_are_as_delivered(self) -> Self:
        loaded = self.column_class in (ColumnClass.ATTRIBUTE, ColumnClass.EVENT_FIELD)
        if self.code_system and (self.values or not loaded):
            raise ValueError("code_system is for attributes and event fields without values: codes as delivered")
        return self

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if slips := misspelt(self.role or "", self.values.values()):
            raise ValueError(slips)
        if self.format and bad_date_format(self.format):
            raise ValueError("format is not a date format; write %d/%m/%Y, and part several by ` | `")
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
            raise ValueError(slips)
        return self


class NeedMapping(Strict):
    """Which rows are evidence of a need, and how strong."""

    need: Slug | Coded
    start: Annotated[Text, Field(alias="from")]
    """Column with the date from which the need is evidenced."""
    end: Annotated[Text | None, Field(alias="to")] = None
    strength: Literal["reported", "indicated", "assessed", "diagnosed"]
    where: dict[str, list[str]] = {}


class ExtractFile(Strict):
    """One file a source delivers each period."""

    id: Slug
    path: Text
    """Below the project folder; `{period}` stands for the period, such as `2025-09`."""
    format: Literal["csv", "parquet"] = "csv"
    encoding: Text = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(max_length=1)] = '"'
    grain: Literal["people", "events", "both"]
    """`people`: a row is a person. `events`: a row is an event of a person in the people file.
    `both`: a row is an event and carries the person's identifiers."""
    columns: Annotated[dict[str, Column], Field(min_length=1)]
    events: list[EventMapping] = []
    needs: list[NeedMapping] = []

    def columns_with_role(self, role: str) -> list[str]:
        """Names of the columns that hold ``role``, in file order."""
        return [name for name, column in self.columns.items() if column.role == role]

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, value: str) -> str:
        try:
            "".encode(value)  # refuses codecs that are not text, such as base64
        except (LookupError, ValueError):
            raise ValueError("is not a known encoding; use utf-8, cp1252 or utf-16") from None
        return value

    @model_validator(mode="after")
    def _mappings_use_known_columns(self) -> Self:
        mappings: list[EventMapping | NeedMapping] = [*self.events, *self.needs]
        used = {name for mapping in mappings for name in _columns_of(mapping)}
        if unknown := sorted(used - set(self.columns)):
            raise ValueError(f"events and needs use columns that are not listed: {', '.join(unknown)}")
        hidden = (ColumnClass.FREE_TEXT, ColumnClass.DROP, ColumnClass.DIRECT_IDENTIFIER)
        if bad := sorted(name for name in used if self.columns[name].column_class in hidden):
            raise ValueError(
                f"events and needs may not read identifiers, free text or dropped columns: {', '.join(bad)}"
            )
        if self.grain == "people" and any(column.code_system for column in self.columns.values()):
            raise ValueError("code_system belongs to files of events: a person is never left out for a code")
        if self.grain != "both" and len(self.columns_with_role("record_id")) != 1:
            raise ValueError("a people or events file needs exactly one column with role record_id")
        return self


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


class Flow(Strict):
    """One flow of confidential information, as the section 251 register names it."""

    start: Annotated[Text, Field(alias="from")]
    """The organisation that sends, as `organisation` in its source file."""
    to: Text
    """The organisation that receives, as `organisation` in project.yaml."""
    purpose: Slug


class CommonLaw(Strict):
    """Why the common-law duty of confidentiality is met."""

    basis: Literal["consent", "statute", "s251", "not_confidential"]
    reference: Text
    """The consent wording, the Act and section, the CAG reference, or the reason it is not confidential."""
    expires: date | None = None
    """Last day of section 251 support."""
    flows: list[Flow] = []
    """Section 251: the flows that the support names."""


class Legal(Strict):
    """The legal bases of one source."""

    article_6: Text | None = None
    """Such as `6(1)(e)`; left out only where Part 3 of the DPA 2018 applies in place of the UK GDPR."""
    statutory_function: Text | None = None
    """For 6(1)(e): the controller's own function, such as `Care Act 2014 s6`."""
    article_9: Text | None = None
    schedule_1: Text | None = None
    """DPA 2018 Schedule 1 condition, such as `DPA 2018 Sch 1 para 2`: for health and care data and for crime data."""
    law_enforcement_part: Literal[2, 3] | None = None
    """Police and fire: DPA 2018 Part 2 (general) or Part 3 (law enforcement)."""
    common_law: CommonLaw


class Agreement(Strict):
    """The data sharing agreement of one source."""

    id: Text
    start: date
    end: date
    review: date
    data_items: list[str]
    """Every column the agreement lets this project receive."""


class TypeOne(Strict):
    """The practices' word that Type 1 opt-outs were honoured before the records left them."""

    attested_by: Text
    """A role, such as `Practice managers, through the system supplier`."""
    attested_on: date
    reference: Text
    """Where the attestation is filed."""


class OptOuts(Strict):
    """How National Data Opt-Outs bear on this source."""

    confidential_patient_information: bool
    national_data_opt_out: Literal["apply", "exempt"]
    exemption: Literal["consent", "legal_requirement", "overriding_public_interest", "anonymised", "not_cpi"] | None = (
        None
    )
    cleaned_list: Text | None = None
    """Path of the list that came back over MESH, with `{period}`."""
    max_age_days: int | None = None
    """How old a cleaned list may be on the day of the run."""
    unverifiable_records: Literal["keep", "drop"] | None = None
    """Records without an NHS number cannot be checked; there is no default."""
    type_1: TypeOne | None = None
    """For records of general practices: Type 1 opt-outs are applied there, before anything is sent."""

    @model_validator(mode="after")
    def _apply_needs_its_fields(self) -> Self:
        if self.national_data_opt_out == "apply":
            wanted = ("cleaned_list", "max_age_days", "unverifiable_records")
            if absent := [name for name in wanted if getattr(self, name) is None]:
                raise ValueError(f"applying opt-outs needs {', '.join(absent)}")
        elif self.exemption is None:
            raise ValueError("an exempt source needs an exemption reason code")
        return self


class SensitiveRecords(Strict):
    """How records of people who must not be found are kept out: a list here, or left out before anything is sent."""

    path: Annotated[Text | None, Field(alias="list")] = None
    """Path of the local list, with `{period}` where there is one a month. See `joinedup explain SENS-01`."""
    max_age_days: Annotated[int, Field(ge=1, le=92)] | None = None
    """How old the list may be on the day of the run."""
    left_out_by: Text | None = None
    """In place of a list: the role that leaves the records out before the extract is made."""
    attested_on: date | None = None
    reference: Text | None = None
    """Where the attestation is filed."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_list = self.path is not None and self.max_age_days is not None
        attested = self.left_out_by is not None and self.attested_on is not None and self.reference is not None
        if by_list == attested or (self.path is None) == (self.left_out_by is None):
            raise ValueError("needs list and max_age_days, or left_out_by, attested_on and reference; not both")
        return self


class Coverage(Strict):
    """What a source can speak for: outside it, absence means nothing."""

    kinds: list[str] = []
    """Event kinds (`housing.application`) or families (`housing.*`); empty means all kinds of this source."""
    start: Annotated[date, Field(alias="from")]
    end: Annotated[date | None, Field(alias="to")] = None
    """First day no longer covered; empty means up to the extract's period end."""
    share: Share = 1.0
    """Share of the people served whose records are in the extract."""
    known_gaps: str = ""


class Provider(Strict):
    """A place or team through which a source's organisation meets needs."""

    id: Slug
    responds_to: Annotated[list[Slug], Field(min_length=1)]
    """Needs that it is there to meet."""
    small_area: Text | None = None
    ward: Text | None = None
    district: Text | None = None
    zones: list[Text] = []
    """Names of exclusion zones that it lies in."""


class Source(Strict):
    """One organisation's feed."""

    id: Slug
    title: Text
    organisation: Text
    sector: Annotated[Sector, Field(strict=False)]
    one_record_per_person: bool
    """The source itself keeps one record a person, so two of its records are two people."""
    legal: Legal
    agreement: Agreement
    opt_outs: OptOuts
    sensitive_records: SensitiveRecords | None = None
    files: Annotated[list[ExtractFile], Field(min_length=1)]
    coverage: list[Coverage] = []
    responds_to: list[Slug] = []
    """Needs that this source's organisation is there to meet."""
    providers: list[Provider] = []
    """Where it meets them, if its places matter to a definition; without it the source is its only provider."""
    max_rejected_share: Share = 0.05
    """Above this share of rejected rows the whole extract is refused."""

    @model_validator(mode="after")
    def _one_file_identifies_people(self) -> Self:
        ids = [file.id for file in self.files]
        if len(set(ids)) != len(ids):
            raise ValueError("two files have the same id")
        if sum(file.grain != "events" for file in self.files) != 1:
            raise ValueError("exactly one file must have grain people or both")
        return self
