"""What each setting is called in a diff, and which way it points; one without an entry here is told as unclear."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from governance.changes.change import (
    Judge,
    always_less,
    always_more,
    finer_is_more,
    given_is_less,
    given_is_more,
    higher_is_more,
    kept_is_more,
    longer_is_more,
    looser_is_more,
    lower_is_more,
    other,
    unclear,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How a change of one setting is told."""

    label: str
    judge: Judge = other
    weight: int = 10
    more: str = ""
    """What follows if the change identifies more."""
    less: str = ""
    two_people: str = ""
    """Why a change that identifies more needs two approvers."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Codes of the config in plain English."""


_THRESHOLD = "a lowered threshold"
RECIPIENT = "a new recipient"

PROJECT: dict[str, Field] = {
    "id": Field(label="The project's id", weight=60, judge=always_more, more="Keys and packages are bound to it."),
    "title": Field(label="The project's title"),
    "organisation": Field(
        label="The organisation that runs the linkage", judge=always_more, weight=85, two_people=RECIPIENT
    ),
    "purpose": Field(
        label="The purpose", judge=always_more, weight=90, more="People's records are used for something else."
    ),
    "synthetic": Field(
        label="Whether the people are made up",
        judge=always_more,
        weight=95,
        more="Made-up people need no protection and real people do: everything that ran before must be made again.",
    ),
    "spine": Field(label="The source that defines the resident population", weight=40),
    "lookup.path": Field(label="The file of the postcode look-up"),
    "lookup.unit": Field(
        label="What a small area is",
        judge=finer_is_more,
        weight=74,
        more="Fewer people share a small area.",
        less="More people share a small area.",
    ),
    "lookup.edition": Field(label="The edition of the postcode look-up", weight=30),
    "lookup.sha256": Field(
        label="The exact file of the postcode look-up",
        weight=35,
        judge=unclear,
    ),
    "centroids": Field(label="The centres of small areas, for distances in bands", weight=30),
    "centroids.path": Field(label="The file of centres of small areas"),
    "centroids.edition": Field(label="The edition of the centres of small areas", weight=30),
    "centroids.sha256": Field(label="The exact file of centres of small areas", weight=30, judge=unclear),
    "linkage.preset": Field(
        label="The preset of blocking rules and limits",
        judge=looser_is_more,
        weight=62,
        more="The linkage zone sees more of who is like whom, and finds more people.",
        less="The linkage zone sees less of who is like whom, and misses more people.",
    ),
    "linkage.compare": Field(
        label="Fields that count as evidence",
        judge=longer_is_more,
        weight=55,
        more="Each field more is one more code the linkage zone sees of every record.",
    ),
    "linkage.swapped_names": Field(
        label="Whether forename and surname share an encoding key",
        judge=given_is_more,
        weight=35,
        more="The linkage zone can then see that one person's forename is another's surname.",
    ),
    "linkage.threshold_probability": Field(
        label="The match probability from which records are joined",
        judge=lower_is_more,
        weight=45,
        more="More records of different people will be taken for one person.",
        less="More people will be missed.",
        two_people=_THRESHOLD,
    ),
    "linkage.name_bands": Field(
        label="The file of name bands",
        judge=given_is_more,
        weight=60,
        more="The linkage zone is told how rare each name is, in three bands.",
    ),
    "linkage.name_bands.path": Field(label="The file of name bands"),
    "linkage.name_bands.edition": Field(label="What the name bands were counted on", weight=30),
    "linkage.name_bands.sha256": Field(label="The exact file of name bands", judge=unclear, weight=40),
    "linkage.model": Field(label="Whether weights are trained or used again"),
    "linkage.model_from": Field(label="The period whose model is used again"),
    "linkage.max_block_records": Field(
        label="The largest block that is compared, in records",
        judge=higher_is_more,
        weight=40,
        more="Large blocks tie many people together and give the block graph its shape.",
    ),
    "linkage.max_pairs_per_record": Field(label="The most pairs a rule may compare for each record"),
    "linkage.max_source_records": Field(
        label="How many records of a one-record-a-person source may share a block that is sent",
        judge=higher_is_more,
        weight=58,
        more="Views of blocks that several people share tell the linkage zone who is like whom.",
    ),
    "linkage.max_source_people": Field(
        label="How many people of one source that may hold a person twice may share a block that is sent",
        judge=higher_is_more,
        weight=57,
        more="Views of blocks that several people share tell the linkage zone who is like whom.",
    ),
    "linkage.max_u_pairs": Field(label="Random pairs from which chance agreement is counted"),
    "linkage.epoch": Field(
        label="The key epoch",
        weight=30,
        judge=always_less,
        less="New codes cannot be joined to those of the old epoch.",
    ),
    "report.board": Field(label="Whom the board report is for", judge=always_more, weight=80, two_people=RECIPIENT),
    "report.area": Field(label="The area the report is about"),
    "report.contact": Field(label="Whom readers of the report may write to"),
    "report.release": Field(
        label="Whether two people check a report before it is published",
        judge=unclear,
        weight=80,
        two_people=RECIPIENT,
    ),
    "disclosure": Field(
        label="The disclosure profile",
        judge=always_more,
        weight=80,
        more="It decides which counts are shown.",
        two_people=_THRESHOLD,
    ),
    "retention_months": Field(
        label="How many months results are kept",
        judge=higher_is_more,
        weight=70,
        more="Records of people stay longer than was approved.",
        less="Older periods are destroyed sooner.",
    ),
}

POLICY: dict[str, Field] = {
    "approved_purposes": Field(label="The purpose register", judge=longer_is_more, weight=75),
    "hide_up_to_people": Field(
        label="The largest count of people that is withheld",
        judge=lower_is_more,
        weight=88,
        more="Smaller groups of people are shown.",
        less="More small groups are withheld.",
        two_people=_THRESHOLD,
    ),
    "round_to_people": Field(
        label="The number of people that counts are rounded to",
        judge=lower_is_more,
        weight=86,
        more="Counts are shown more exactly.",
        less="Counts are shown less exactly.",
        two_people=_THRESHOLD,
    ),
    "max_small_probability": Field(
        label="How sure anybody may be of how many people a hidden number stands for",
        judge=higher_is_more,
        weight=85,
        two_people=_THRESHOLD,
    ),
    "noise_people": Field(
        label="How much is added to each count, in people",
        judge=lower_is_more,
        weight=86,
        more="Counts are shown more exactly.",
        two_people=_THRESHOLD,
    ),
    "review_warning_days": Field(label="How many days before a review date there is a warning"),
    "max_unique_structure": Field(
        label="The ceiling on people whom block structure alone makes unique",
        judge=higher_is_more,
        weight=72,
        two_people=_THRESHOLD,
    ),
    "max_unique_all": Field(
        label="The ceiling on people whom everything that codes show makes unique",
        judge=higher_is_more,
        weight=72,
        two_people=_THRESHOLD,
    ),
    "max_unique_people": Field(
        label="The ceiling on people in the analysis zone who are one of a kind",
        judge=higher_is_more,
        weight=73,
        two_people=_THRESHOLD,
    ),
    "max_under_5_people": Field(
        label="The ceiling on people in the analysis zone in groups under five",
        judge=higher_is_more,
        weight=73,
        two_people=_THRESHOLD,
    ),
    "max_new_records_ratio": Field(
        label="How many times its most new records a source may send without being marked",
        judge=higher_is_more,
        weight=45,
        more="More planted records can go unseen.",
        two_people=_THRESHOLD,
    ),
    "max_unmatched_rise": Field(
        label="How much more of a source's new records may be known to no other source without being marked",
        judge=higher_is_more,
        weight=45,
        more="More planted records can go unseen.",
        two_people=_THRESHOLD,
    ),
    "hold_unusual_arrivals": Field(
        label="Whether a month with unusual arrivals is held",
        judge=given_is_less,
        weight=45,
        more="Such a month is linked with a mark only.",
    ),
    "hold_bridging_records": Field(
        label="Whether a newcomer's record that alone would merge two established people is held",
        judge=given_is_less,
        weight=45,
        more="One planted record can merge two people, and a report shows that it did.",
    ),
    "max_approval_days": Field(
        label="How many days an approval may last",
        judge=higher_is_more,
        weight=65,
        more="A config runs longer before anybody has to look at it again.",
    ),
}

SOURCE: dict[str, Field] = {
    "title": Field(label="the title"),
    "short_title": Field(label="the short title"),
    "organisation": Field(
        label="the organisation that sends it", judge=always_more, weight=88, two_people="a new source"
    ),
    "sector": Field(label="the sector", weight=30),
    "one_record_per_person": Field(label="whether it keeps one record a person", weight=30),
    "legal.article_6": Field(label="the UK GDPR Article 6 basis", judge=always_more, weight=62),
    "legal.statutory_function": Field(label="the statutory function", judge=always_more, weight=61),
    "legal.article_9": Field(label="the Article 9 condition", judge=always_more, weight=62),
    "legal.schedule_1": Field(label="the condition of DPA 2018 Schedule 1", judge=always_more, weight=62),
    "legal.law_enforcement_part": Field(label="the part of the DPA 2018 it falls under", judge=always_more, weight=61),
    "legal.common_law.basis": Field(
        label="why the common-law duty of confidentiality is met", judge=always_more, weight=66
    ),
    "legal.common_law.reference": Field(
        label="the reference for the common-law duty of confidentiality", judge=always_more, weight=60
    ),
    "legal.common_law.expires": Field(label="the last day of its common-law basis", judge=higher_is_more, weight=50),
    "agreement.id": Field(label="the sharing agreement", judge=always_more, weight=55),
    "agreement.start": Field(label="the first day of the agreement", judge=lower_is_more, weight=40),
    "agreement.end": Field(label="the last day of the agreement", judge=higher_is_more, weight=50),
    "agreement.review": Field(label="the day the agreement is reviewed", judge=higher_is_more, weight=45),
    "agreement.data_items": Field(
        label="what the agreement lets this project receive",
        judge=longer_is_more,
        weight=59,
    ),
    "opt_outs.type_1": Field(
        label="the practices' word that Type 1 opt-outs were honoured",
        judge=given_is_less,
        weight=81,
        more="Nobody has said that people who opted out at their practice were left out.",
    ),
    "opt_outs.confidential_patient_information": Field(
        label="whether it is confidential patient information", judge=given_is_less, weight=92
    ),
    "opt_outs.exemption": Field(label="the reason why opt-outs are not applied", judge=given_is_more, weight=91),
    "opt_outs.cleaned_list": Field(label="the file of the cleaned list"),
    "opt_outs.max_age_days": Field(
        label="how many days old a cleaned list may be",
        judge=higher_is_more,
        weight=71,
        more="People who opted out since may still be encoded.",
    ),
    "opt_outs.unverifiable_records": Field(
        label="what becomes of records without an NHS number, which cannot be checked for opt-outs,",
        judge=kept_is_more,
        weight=83,
        words={"keep": "kept", "drop": "left out"},
    ),
    "responds_to": Field(label="the needs it is there to meet"),
    "max_rejected_share": Field(
        label="the share of rejected rows above which an extract is refused",
        weight=25,
    ),
    "min_usual_size": Field(label="the share of its usual rows below which an extract is refused", weight=25),
    "each_month": Field(
        label="what a month does whose extract has not come",
        weight=30,
        words={"required": "wait", "carry_forward": "read an earlier one again", "optional": "go on without it"},
    ),
    "carry_forward_months": Field(
        label="how many months old an extract may be that is carried forward", judge=higher_is_more, weight=30
    ),
    "files.*": Field(label="an extract file", judge=given_is_more, weight=50),
    "files.*.path": Field(label="the path of the extract file"),
    "files.*.format": Field(label="the format of the extract file"),
    "files.*.encoding": Field(label="the character encoding of the extract file"),
    "files.*.delimiter": Field(label="the delimiter of the extract file"),
    "files.*.quote": Field(label="the quote of the extract file"),
    "files.*.grain": Field(label="what a row of the extract file is", weight=30),
    "files.*.addresses": Field(
        label="whether addresses are dated",
        judge=given_is_more,
        weight=50,
        more="The analysis zone sees in which small areas people lived from when to when.",
        less="The analysis zone sees only where people live now.",
    ),
    "files.*.addresses.from": Field(label="the column with the first day of an address", weight=30),
    "files.*.addresses.to": Field(label="the column with the end of an address", weight=30),
    "files.*.confirmed": Field(label="who confirmed columns that were classed by suggestion"),
    "files.*.confirmed.*": Field(label="who confirmed columns that were classed by suggestion ({key})", weight=20),
    "files.*.confirmed.*.by": Field(label="who confirmed columns that were classed by suggestion", weight=20),
    "files.*.confirmed.*.columns": Field(label="which columns were confirmed together", weight=20),
    "files.*.confirmed.*.columns.*": Field(label="which columns of class {key} were confirmed together", weight=20),
    "files.*.columns.*.confirm": Field(label="whether a column was classed by suggestion", weight=20),
    "files.*.columns.*.format": Field(label="the date format of a column"),
    "files.*.columns.*.earliest": Field(label="the earliest birth date that is taken for real"),
    "files.*.columns.*.pattern": Field(label="the pattern of a column"),
    "files.*.columns.*.missing": Field(label="what means 'not recorded' in a column"),
}
