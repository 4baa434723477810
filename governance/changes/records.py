"""Words for the records that make a project accountable: assessment, notice, recipients, retention, custody."""

from governance.changes.change import (
    always_more,
    given_is_less,
    given_is_more,
    higher_is_more,
    longer_is_more,
    unclear,
)
from governance.changes.fields import RECIPIENT, Field

_WAY_BACK = "a reversible scheme"

RECORDS: dict[str, Field] = {
    "direct_care_approval": Field(label="The approval for direct care", weight=60),
    "dpia": Field(label="The impact assessment", judge=given_is_less, weight=60),
    "dpia.id": Field(label="The impact assessment's id", weight=30),
    "dpia.version": Field(label="The version of the impact assessment", weight=30),
    "dpia.signed_off": Field(label="The day the impact assessment was signed off", weight=30),
    "dpia.signed_off_by": Field(label="Who signed the impact assessment off", weight=30),
    "dpia.covers.*": Field(label="What the impact assessment looked at", weight=32),
    "dpia.covers": Field(label="What the impact assessment looked at", weight=32),
    "dpia.covers.*.sha256": Field(label="What the impact assessment looked at", weight=32),
    "ropa": Field(label="The entry in the record of processing", judge=given_is_less, weight=55),
    "ropa.id": Field(label="The id of the entry in the record of processing", weight=25),
    "ropa.recipients": Field(
        label="Who may receive anything, by the record of processing",
        judge=longer_is_more,
        weight=82,
        two_people=RECIPIENT,
    ),
    "recipients.*": Field(label="The recipient {key}", judge=given_is_more, weight=87, two_people=RECIPIENT),
    "recipients.*.id": Field(label="A recipient's id", judge=given_is_more, weight=82, two_people=RECIPIENT),
    "recipients.*.title": Field(label="A recipient's name", judge=given_is_more, weight=82, two_people=RECIPIENT),
    "recipients.*.receives": Field(
        label="What a recipient receives", judge=longer_is_more, weight=86, two_people=RECIPIENT
    ),
    "privacy_notice": Field(label="The privacy notice", judge=given_is_less, weight=54),
    "privacy_notice.where": Field(label="Where the privacy notice stands", weight=20),
    "privacy_notice.published": Field(label="The day the privacy notice was published", weight=20),
    "privacy_notice.purposes": Field(label="Purposes that the privacy notice names", weight=25),
    "privacy_notice.sources": Field(label="Sources that the privacy notice names", weight=25),
    "retention": Field(label="Retention by dataset and key", judge=given_is_less, weight=68),
    "retention.datasets.*": Field(
        label="How many months are kept: {key}",
        judge=higher_is_more,
        weight=69,
        more="Records of people stay longer than was approved.",
        less="They are destroyed sooner.",
    ),
    "retention.datasets": Field(label="Retention by dataset", judge=given_is_less, weight=68),
    "retention.keys.*": Field(
        label="Months after its last day by which a key is destroyed: {key}", judge=higher_is_more, weight=44
    ),
    "retention.keys": Field(label="Retention of keys", judge=given_is_less, weight=44),
    "retention.proof_kept_by": Field(label="Who keeps proof of deletion", weight=20),
    "intruder_test": Field(label="The test by a motivated intruder", judge=given_is_less, weight=50),
    "intruder_test.tested": Field(label="The day of the intruder test", weight=15),
    "intruder_test.by": Field(label="Who made the intruder test", weight=15),
    "intruder_test.data": Field(label="What the intruder was given", weight=15),
    "intruder_test.result": Field(label="What the intruder found", weight=40),
    "intruder_test.review": Field(label="When the intruder test is due again", judge=higher_is_more, weight=24),
    "custody": Field(label="Who keeps the keys", judge=given_is_less, weight=52),
    "custody.custodians": Field(label="Custodians of the root key", weight=48),
    "custody.recovery_tested": Field(label="The day recovery was tested", weight=15),
    "custody.backups": Field(label="Where copies of keys and packages lie", weight=40),
    "reidentification": Field(
        label="Approval of pseudonyms that can be turned back", judge=given_is_more, weight=97, two_people=_WAY_BACK
    ),
    "reidentification.approval": Field(
        label="The approval of re-identification", judge=given_is_more, weight=93, two_people=_WAY_BACK
    ),
    "reidentification.role": Field(
        label="The role that may re-identify people", judge=given_is_more, weight=93, two_people=_WAY_BACK
    ),
    "reidentification.expires": Field(
        label="The last day on which people may be re-identified",
        judge=higher_is_more,
        weight=89,
        two_people=_WAY_BACK,
    ),
    "exact_dates": Field(label="Why events are kept by day", judge=given_is_more, weight=53),
    "storage.*": Field(label="How the disk under a folder is encrypted: {key}", judge=given_is_less, weight=63),
    "storage": Field(label="How disks are encrypted", judge=given_is_less, weight=63),
    "outputs": Field(label="Files that may be released", judge=longer_is_more, weight=67),
}
"""Below ``project.governance``."""

OTHERS: dict[str, Field] = {
    "direct_care": Field(
        label="Whether the project is for the care of the people in it", judge=given_is_more, weight=91
    ),
    "risk_stratification": Field(label="Whether people are sorted by predicted need", judge=given_is_more, weight=90),
    "restricted_codes": Field(
        label="The list of legally restricted codes",
        judge=given_is_less,
        weight=83,
        more="Codes that the law restricts could reach the analysis zone.",
    ),
    "restricted_codes.path": Field(label="The file of legally restricted codes"),
    "restricted_codes.edition": Field(label="The edition of the list of legally restricted codes", weight=30),
    "restricted_codes.sha256": Field(label="The exact list of legally restricted codes", judge=unclear, weight=50),
    "report.leave_out": Field(label="Breakdowns that are not published", judge=given_is_less, weight=66),
    "report.leave_out.*": Field(label="A breakdown that is not published: {key}", judge=given_is_less, weight=66),
    "report.leave_out.*.cohort": Field(label="The cohort of a breakdown that is not published", judge=unclear),
    "report.leave_out.*.dimension": Field(label="The kind of a breakdown that is not published", judge=unclear),
    "report.leave_out.*.where": Field(label="Where a breakdown is not published", judge=unclear),
    "report.boards": Field(
        label="Boards with a report of their own",
        judge=longer_is_more,
        weight=80,
        more="Counts of smaller areas are published.",
        two_people=RECIPIENT,
    ),
    "report.boards.*": Field(
        label="A board with a report of its own: {key}",
        judge=given_is_more,
        weight=80,
        more="Counts of a smaller area are published.",
        two_people=RECIPIENT,
    ),
    "report.boards.*.id": Field(label="The id of a board with a report of its own"),
    "report.boards.*.board": Field(
        label="Whom the report of one area is for", judge=always_more, weight=80, two_people=RECIPIENT
    ),
    "report.boards.*.area": Field(label="What the area of a board is called"),
    "report.boards.*.districts": Field(
        label="The districts that a board's report is about", judge=always_more, weight=75
    ),
    "report.questions": Field(
        label="How many proposals of the finder are published as questions", judge=higher_is_more, weight=66
    ),
    "households": Field(
        label="Whether the analysis zone is told who shares a home",
        judge=given_is_more,
        weight=76,
        more="Who lives with whom can single a family out.",
    ),
}
"""Directly in the project file."""

FLOWS: dict[str, Field] = {
    "sensitive_records": Field(
        label="how records of people who must not be found are kept out",
        judge=given_is_less,
        weight=95,
        more="People in hiding, adopted or of a changed gender are encoded with everybody else.",
    ),
    "sensitive_records.list": Field(label="the list of people who must not be found", judge=given_is_less, weight=40),
    "sensitive_records.max_age_days": Field(
        label="how many days old the list of people who must not be found may be", judge=higher_is_more, weight=82
    ),
    "sensitive_records.left_out_by": Field(label="who leaves people out who must not be found", weight=60),
    "sensitive_records.attested_on": Field(label="the day on which that was attested", weight=20),
    "sensitive_records.reference": Field(label="where that is filed", weight=20),
    "legal.common_law.flows": Field(label="the flows that section 251 support names", judge=longer_is_more, weight=51),
    "legal.common_law.flows.*": Field(label="a flow that section 251 support names", judge=given_is_more, weight=51),
    "legal.common_law.flows.*.from": Field(label="who sends, by section 251 support", weight=45),
    "legal.common_law.flows.*.to": Field(
        label="who receives, by section 251 support", judge=given_is_more, weight=80, two_people=RECIPIENT
    ),
    "legal.common_law.flows.*.purpose": Field(label="the purpose of a flow under section 251 support", weight=45),
    "providers": Field(label="the places and teams that meet needs"),
    "providers.*": Field(label="the place or team {key}"),
    "providers.*.id": Field(label="the id of a place or team"),
    "providers.*.responds_to": Field(label="the needs that a place or team is there to meet"),
    "providers.*.small_area": Field(label="the small area of a place or team"),
    "providers.*.ward": Field(label="the ward of a place or team"),
    "providers.*.district": Field(label="the district of a place or team"),
    "providers.*.zones": Field(label="exclusion zones that a place or team lies in"),
}
"""Below a source."""
