"""What a kind of event is to the measures: a referral, a contact, an assessment, a service, or none of these.

The word after the dot says it, so that a source of any sector that uses the common words is measured like the others.
A kind with another word is left out of the measures and told (``unknown_kinds``); cohort definitions still see it.
"""

from collections.abc import Iterable

import pyarrow as pa

ROLES = {
    "referral": ("referral", "request", "application", "duty_to_refer"),
    "contact": (
        "consultation", "contact", "attendance", "admission", "crisis", "callout", "review", "annual_check",
        "home_visit", "start", "s136", "incident", "safeguarding_notice", "relief_duty", "appointment", "session",
        "dental_check", "visit", "advocate_contact", "leaving_care_contact",
    ),
    "assessment": ("assessment", "health_assessment"),
    "service": ("service", "accommodation", "early_help", "in_need_plan", "looked_after", "health_plan", "episode"),
    "none": (
        "registration", "missed", "exit", "case_closed", "order", "release", "not_brought", "persistent_absence",
        "treatment_order", "domestic_abuse", "conference", "exclusion", "risk_flag",
    ),
}  # fmt: skip
"""Role by the word after the dot. ``none`` is known to be no contact: a state, an end, one that did not happen,
or one that another kind tells of already."""

_ROLE_OF = {word: role for role, words in ROLES.items() for word in words}
KIND_ROLE = pa.schema([("kind", pa.string()), ("role", pa.string())])


def role_of(kind: str) -> str | None:
    """The role of an event kind such as ``mh.referral``; None if its word is not listed."""
    return _ROLE_OF.get(kind.partition(".")[2])


def kind_roles(kinds: Iterable[str]) -> pa.Table:
    """Columns kind and role, of the kinds that have one."""
    rows = [{"kind": kind, "role": role} for kind in sorted(kinds) if (role := role_of(kind))]
    return pa.Table.from_pylist(rows, schema=KIND_ROLE)


def unknown_kinds(kinds: Iterable[str]) -> list[str]:
    """Kinds that no measure counts because their word is not listed."""
    return sorted(kind for kind in kinds if role_of(kind) is None)
