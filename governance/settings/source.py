"""A source file: one organisation's feed, on what legal footing it comes, and what it can speak for."""

from contextlib import suppress
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from governance.sector import Sector
from governance.settings.base import Share, Slug, Strict, Text
from governance.settings.extract import ExtractFile
from governance.settings.fault import is_left
from governance.settings.slip import Slip


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
    """The first day on which it holds. Until somebody says it the agreement has not begun, and nothing runs."""
    end: date
    review: date
    data_items: list[str]
    """Every column the agreement lets this project receive."""

    @field_validator("start", mode="before")
    @classmethod
    def _not_begun_while_nobody_says_so(cls, value: object) -> object:
        """What a draft leaves open is told with all else that it leaves open, not as a day that is written wrongly."""
        if is_left(value):
            return date.max
        with suppress(ValueError):  # what is no day is refused as that
            return date.fromisoformat(value) if isinstance(value, str) else value
        return value


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
                raise Slip(
                    f"applying opt-outs needs {', '.join(absent)}",
                    f"Add {', '.join(absent)}.",
                    "Which list is applied, how old it may be and what becomes of the others has no safe guess.",
                )
        elif self.exemption is None:
            raise Slip(
                "an exempt source needs an exemption reason code",
                "Add exemption: with the reason code, or set national_data_opt_out: apply.",
                "People who opted out have to be told under which exemption their data are used.",
            )
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
            raise Slip(
                "needs list and max_age_days, or left_out_by, attested_on and reference; not both",
                "Keep one of the two ways, with all of its entries.",
                "People who must not be found are left out here or before: of half of each nobody could say.",
            )
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
    short_title: Annotated[Text, Field(max_length=24)] | None = None
    """A word or two for where several services stand side by side, such as in a chart of combinations."""
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
    """Above this share of rejected rows the whole extract is refused; one row of a small file is not, save at 0."""
    min_usual_size: Share = 0.6
    """An extract is refused if a file has less than this share of the rows it usually has; 0 takes any."""
    each_month: Literal["required", "carry_forward", "optional"] = "required"
    """What a month does whose extract has not come: wait for it, read an earlier one again, or go on without it."""
    carry_forward_months: Annotated[int, Field(ge=1, le=12)] | None = None
    """How many months old an extract may be that is carried forward."""

    @model_validator(mode="after")
    def _carried_forward_up_to_an_age(self) -> Self:
        if (self.each_month == "carry_forward") != (self.carry_forward_months is not None):
            raise Slip(
                "carry_forward needs carry_forward_months, and nothing else has it",
                "Give both, or neither.",
                "An extract that is carried forward for ever would be read as if nothing happened since.",
            )
        return self

    @property
    def people_file(self) -> ExtractFile:
        """The file that says who the people are."""
        return next(file for file in self.files if file.grain != "events")

    @model_validator(mode="after")
    def _one_file_identifies_people(self) -> Self:
        ids = [file.id for file in self.files]
        if len(set(ids)) != len(ids):
            raise Slip(
                "two files have the same id",
                "Give each file an id of its own.",
                "Counts, faults and receipts name a file by its id.",
            )
        if sum(file.grain != "events" for file in self.files) != 1:
            raise Slip(
                "exactly one file must have grain people or both",
                "Set grain: events for the others; people in several files are sources of their own.",
                "One file says who the people are, and the others what happened to them.",
            )
        return self
