"""Every measure in words: what is counted, out of what, in which unit."""

from dataclasses import dataclass

from governance.disclosure import EVERYONE

PEOPLE, REFERRALS, APPOINTMENTS = "people", "referrals", "appointments"
CONTACT_DAYS, POINTS = "days of contact", "percentage points"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one measure says."""

    title: str
    unit: str
    denominator: str
    """Out of what; ``{whom}`` stands for a cohort's members or, of everyone, people on the register."""
    independent: bool = True
    """Whether units stand alone, so that an interval holds; several referrals of one person go together."""


_MEMBERS, _ABOUT = "{whom}", "people the definition is about"
_OPEN = "referrals open at the end of the period"
MEANINGS = {
    "prevalence": Meaning("People who meet the definition", PEOPLE, _ABOUT + "; the register is {spine_id}"),
    "out_of_estimate": Meaning(
        "People who meet the definition for every 1,000 of an outside estimate", PEOPLE, "people of {detail}"
    ),
    "not_recorded": Meaning("People for whom it is not recorded", PEOPLE, _ABOUT),
    "seen_by_three_sectors": Meaning("Seen by three sectors or more in 12 months", PEOPLE, _MEMBERS),
    "three_sectors_in_90_days": Meaning("Seen by three sectors or more in some 90 days", PEOPLE, _MEMBERS),
    "contacts_scattered": Meaning(
        "Contacts scattered over sectors (1 - COC of 0.5 or more)",
        PEOPLE,
        "{whom} with 4 days of contact or more in 12 months",
    ),
    "mostly_in_crisis": Meaning("Seen in a crisis on half of their days or more", PEOPLE, "{whom} with any contact"),
    "crisis_share": Meaning("Days of contact in a crisis", CONTACT_DAYS, "days of contact of {whom}", False),
    "crisis_rate": Meaning(
        "Days of contact in a crisis for every 1,000 person-years",
        CONTACT_DAYS,
        "person-years of 12 months of people on the register ({spine_id}); the dead leave from the month of death",
        False,
    ),
    "bounce_rate": Meaning(
        "Referrals closed without contact", REFERRALS, "referrals of {whom} that closed 90 days ago or earlier", False
    ),
    "told_three_times": Meaning("Assessed or first seen by three organisations or more", PEOPLE, _MEMBERS),
    "missed_appointments": Meaning(
        "Appointments missed", APPOINTMENTS, "planned contacts that were kept or missed in 12 months", False
    ),
    "on_the_list_but_seen_already": Meaning("Open referrals of people already seen", REFERRALS, _OPEN, False),
    "on_the_list_but_not_on_the_register": Meaning(
        "Open referrals of people no longer on the register", REFERRALS, _OPEN, False
    ),
    "on_the_list_but_dead": Meaning("Open referrals of people who have died", REFERRALS, _OPEN, False),
    "seen_off_the_register": Meaning("People seen who are not on the register", PEOPLE, "people seen by any source"),
    "child_without_known_adult": Meaning(
        "Children whose home, as sources tell it, holds nobody known to be an adult",
        PEOPLE,
        "people under 18 on the register ({spine_id}) whose home is told",
        False,
    ),
    "age_standardised": Meaning(
        "People who meet the definition in 1,000, at the ages of everyone on the register",
        PEOPLE,
        _ABOUT + ", weighted to the ages of {spine}",
    ),
    "against_expected": Meaning(
        "Members for each one expected at everyone's rates by age", PEOPLE, "members expected at rates of all by age"
    ),
    "slope_index": Meaning("Most against least deprived, points (SII)", POINTS, _ABOUT),
    "relative_index": Meaning("Most against least deprived, times (RII)", "times", _ABOUT),
    "against_the_rest": Meaning("Times as often as among all others", "times", _ABOUT),
    "gap_by_age": Meaning("Part of the gap to all others that is ages", POINTS, _ABOUT),
    "gap_at_same_age": Meaning("Part of the gap that remains at the same age", POINTS, _ABOUT),
    "funnel": Meaning("Place within funnel limits (2 SD)", PEOPLE, _ABOUT),
    "inequality_score": Meaning(
        "Weighted sum of log rates against the average, all cohorts at equal weight", "log", "people each is about"
    ),
    "inequality_rank": Meaning("Where the place's rank lies in 95% of draws", "rank", "places"),
    "days_to_sustained_contact": Meaning(
        "Median days from first need to sustained contact", "days", "{whom} whose first need was recorded in 12 months"
    ),
    "days_to_contact": Meaning("Median days from referral to first contact", "days", "referrals of 12 months"),
    "cascade": Meaning(
        "Part of the gap to all others, in reaching the last rung, that arises at this rung",
        POINTS,
        "people in need whose response can be judged",
    ),
}


def meaning_of(measure: str) -> Meaning:
    """Of a measure such as ``cascade:assessed``: what stands before the colon says it."""
    return MEANINGS[measure.partition(":")[0]]


def denominator(measure: str, cohort: str, spine: str) -> str:
    """Out of what, in words."""
    whom = f"people on the register ({spine}) who are alive" if cohort == EVERYONE else "members of the cohort"
    meaning, detail = meaning_of(measure), measure.partition(":")[2]
    return meaning.denominator.format(whom=whom, spine_id=spine, spine=f"the register ({spine})", detail=detail)
