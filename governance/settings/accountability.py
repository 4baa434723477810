"""What an information governance lead writes down once: the records that make a project accountable.

Every part may be left out of the file, and then a policy rule says which record is missing, why it matters and what
to write. A part that is there is whole.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from governance.settings.base import Slug, Strict, Text

Dataset = Literal["extracts", "opt_out_lists", "source_zone", "linkage_zone", "analysis_zone", "released"]
"""What a project keeps by period: everything that has a retention of its own."""

KeyKind = Literal["root", "person", "release", "zone", "signing", "custodian", "issued"]

StoredAt = Literal["extracts", "opt_out_lists", "keys", "zones"]
"""Places whose disk has to be encrypted."""

AtRest = Literal["bitlocker_xts_aes_256", "luks2_aes_256", "filevault", "azure_disk_aes_256", "aws_ebs_aes_256"]
"""Approved ways to encrypt the disk under a folder; SATRE 2.8.04 asks for accepted algorithms."""

Months = Annotated[int, Field(ge=1, le=120)]


class Assessed(Strict):
    """One version of the processing that the assessment looked at."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """What `joinedup check` prints under DPIA-01."""


class Dpia(Strict):
    """The data protection impact assessment."""

    id: Text
    version: Text
    signed_off: date
    signed_off_by: Text
    """A role, such as `Data protection officer`."""
    covers: list[Assessed] = []
    """Digests of what was assessed: sources, columns, legal bases, recipients, linkage. A changed column makes
    another digest, so that nothing is processed which nobody assessed."""


class Ropa(Strict):
    """The entry in the record of processing activities (UK GDPR Article 30)."""

    id: Text
    recipients: list[Slug]
    """Who may receive anything, by recipient id."""


class Recipient(Strict):
    """Somebody who receives something this project makes."""

    id: Slug
    title: Text
    receives: Annotated[
        list[Literal["board_report", "safe_counts", "restricted_pages", "pseudonymised_records"]], Field(min_length=1)
    ]


class PrivacyNotice(Strict):
    """The notice in which people can read of this use."""

    where: Text
    """Its address, or where it hangs."""
    published: date
    purposes: list[Slug]
    sources: list[Slug]
    """Ids of the sources that the notice names."""


class Retention(Strict):
    """How long what is kept, and who keeps the proof that it is gone."""

    datasets: dict[Dataset, Months]
    """Months after the end of the period."""
    keys: dict[KeyKind, Months]
    """Months after the key's last day of validity."""
    proof_kept_by: Text
    """A role: who files certificates of destruction, of copies outside this folder too."""


class IntruderTest(Strict):
    """A motivated intruder's attempt on what is released."""

    tested: date
    by: Text
    """A role or firm, never a person's name."""
    data: Text
    """What the intruder was given and what they could look up."""
    result: Text
    review: date
    """When it is due again."""


class Custody(Strict):
    """Who keeps the shares of the root key, and whether it could be brought back."""

    custodians: list[Text]
    """Roles, at least two."""
    recovery_tested: date
    backups: Text
    """Where copies of keys and packages lie, for deletion has to reach them."""


class Reidentification(Strict):
    """Approval of pseudonyms that somebody may turn back."""

    approval: Text
    role: Text
    """The one role that may do it."""
    expires: date


class Governance(Strict):
    """The project's accountability records."""

    direct_care_approval: Text | None = None
    """Id of the approval, where the project is for the care of the people in it."""
    dpia: Dpia | None = None
    ropa: Ropa | None = None
    recipients: list[Recipient] = []
    privacy_notice: PrivacyNotice | None = None
    retention: Retention | None = None
    intruder_test: IntruderTest | None = None
    custody: Custody | None = None
    reidentification: Reidentification | None = None
    exact_dates: Text | None = None
    """Why the analysis zone holds events by day and not by week or month."""
    storage: dict[StoredAt, AtRest] = {}
    """How the disk under each folder is encrypted."""
    outputs: list[Text] = []
    """Names of every file that may be released; anything else stops the release."""
