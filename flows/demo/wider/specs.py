"""What each of the ten further services writes in its two files: one of few happenings, a result, a detail."""

from dataclasses import dataclass

from flows.demo.noise import Noise

_NHS = Noise(
    nhs_missing=0.03, short_name=0.02, spelling=0.02, slip=0.01, ethnic_missing=0.1, postcode_missing=0.01,
    address_lag_days=90.0, phone=0.5, email=0.2,
)  # fmt: skip
_COUNCIL = Noise(
    nhs_missing=0.45, short_name=0.04, spelling=0.03, slip=0.02, ethnic_missing=0.1, postcode_missing=0.02,
    address_lag_days=40.0, phone=0.6, email=0.3,
)  # fmt: skip
_CHARITY = Noise(
    nhs_missing=1.0, short_name=0.15, spelling=0.05, slip=0.03, ethnic_missing=0.2, birth_missing=0.05,
    postcode_missing=0.08, address_lag_days=30.0, phone=0.7, email=0.3,
)  # fmt: skip

CHILDREN, SCHOOLS, COMMUNITY, CAMHS, TALKING, SAFETY, WARMTH, FIRE, ORDERS, TEAM = (
    "childrens_services",
    "schools",
    "community_health",
    "camhs",
    "talking_therapies",
    "domestic_abuse_service",
    "warm_homes",
    "fire_service",
    "town_orders",
    "team_around_adult",
)

EARLY_HELP, IN_NEED, LOOKED_AFTER, CARE_LEAVER, IN_TOUCH = range(5)
ABSENT, HEALTH_PLAN = range(2)
APPOINTMENT, DENTAL, HEALTH_CHECK, LEARNING_DISABILITY = range(4)
SESSION = 0
CONFERENCE, FURTHER_INCIDENT, ADVOCATE = range(3)
COLD, LOW_INCOME, WARM_REFERRAL, WARM_VISIT = range(4)
RISK, SAFE_AND_WELL = range(2)
BAN = 0
COORDINATED = 0

ATTENDED, MISSED, CANCELLED = range(3)
TOWN_CENTRE, WHOLE_TOWN = range(2)
"""Zones of a ban, in ``code``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """How one service lays out what it delivers."""

    source: str
    noise: Noise
    whats: tuple[str, ...]
    """In the order of the kinds above."""
    first_number: int
    results: tuple[str, ...] = ()
    """Of attended, missed, cancelled; empty where the service notes none."""
    with_results: tuple[int, ...] = ()
    """Kinds that have a result."""
    details: tuple[str, ...] = ()
    cleaned_list: bool = False
    split: float = 0.0
    """Share of people whom the service entered twice."""


SPECS = (
    Spec(
        source=CHILDREN,
        noise=_COUNCIL,
        whats=("Early help episode", "Child in need plan", "Looked after", "Care leaver", "Leaving care contact"),
        first_number=2_000_000,
    ),
    Spec(source=SCHOOLS, noise=_COUNCIL, whats=("Persistent absence", "EHC plan"), first_number=2_500_000),
    Spec(
        source=COMMUNITY,
        noise=_NHS,
        whats=("Appointment", "Dental check", "Health assessment", "Learning disability register"),
        results=("Attended", "Was not brought", "Cancelled"),
        with_results=(APPOINTMENT,),
        first_number=3_000_000,
        cleaned_list=True,
    ),
    Spec(
        source=CAMHS,
        noise=_NHS,
        whats=("Contact",),
        results=("Attended", "Did not attend", "Cancelled"),
        with_results=(SESSION,),
        first_number=3_500_000,
        cleaned_list=True,
    ),
    Spec(
        source=TALKING,
        noise=_NHS,
        whats=("Session",),
        results=("Attended", "Did not attend", "Cancelled"),
        with_results=(SESSION,),
        first_number=4_000_000,
        cleaned_list=True,
    ),
    Spec(
        source=SAFETY,
        noise=_CHARITY,
        whats=("MARAC", "Further incident", "Advocate contact"),
        results=("Seen", "Did not come", "Cancelled"),
        with_results=(ADVOCATE,),
        first_number=4_500_000,
        split=0.03,
    ),
    Spec(
        source=WARMTH,
        noise=_COUNCIL,
        whats=("Cold home", "Low income", "Referral", "Home visit"),
        first_number=5_000_000,
    ),
    Spec(
        source=FIRE,
        noise=_COUNCIL,
        whats=("Risk flag", "Safe and well visit"),
        first_number=5_500_000,
    ),
    Spec(
        source=ORDERS,
        noise=_COUNCIL,
        whats=("Exclusion order",),
        details=("town_centre", "whole_town"),
        first_number=6_000_000,
    ),
    Spec(source=TEAM, noise=_CHARITY, whats=("Team around the adult",), first_number=6_500_000, split=0.02),
)
