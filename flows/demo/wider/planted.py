"""The truth of a whole system: who, at a day, has which of the shared needs that the world plants, by name."""

import numpy as np

from flows.demo import service_health as health
from flows.demo import service_public as public
from flows.demo import service_support as support
from flows.demo.draws import Mask
from flows.demo.events import Events, together
from flows.demo.wider import ask, planted_adults, planted_children, specs
from flows.demo.wider.seen import Seen, written_down
from flows.demo.world import (
    ADVICE,
    DRUG_ALCOHOL,
    EMERGENCY,
    GP,
    HOUSING,
    MENTAL_HEALTH,
    PROBATION,
    SOCIAL_CARE,
    World,
)

_MEETS = (
    {"care_need", "frailty", "vulnerability"},
    {"homelessness", "domestic_abuse", "social_isolation", "vulnerability"},
    {"substance_use"},
    {"long_term_condition", "mental_ill_health", "frailty"},
    {"homelessness"},
    {"mental_ill_health"},
    {"offending"},
    {"child_in_need", "poor_attendance"},
    {"special_needs"},
    {"domestic_abuse"},
    {"cold_home"},
)
"""Which needs each of the services is there to meet, as the services say of themselves."""


def planted(world: World, end: int) -> dict[str, Mask]:
    """Shared needs that hold at ``end`` for living residents, by name."""
    people, needs = world.people, world.needs
    here = (people.arrives < end) & (people.leaves >= end) & (needs.dies >= end) & (people.birth < end)
    seen = written_down(world, end)
    stories = {
        "shared_by_construction": shared_by_construction,
        "severe_multiple_disadvantage": planted_adults.severe_multiple_disadvantage,
        "justice_to_treatment_gap": planted_adults.justice_to_treatment_gap,
        "high_intensity_urgent_care": planted_adults.high_intensity_urgent_care,
        "homeless_at_the_front_door": planted_adults.homeless_at_the_front_door,
        "repeat_police_vulnerability": planted_adults.repeat_police_vulnerability,
        "repeat_domestic_abuse": planted_adults.repeat_domestic_abuse,
        "family_without_a_lead": planted_children.family_without_a_lead,
        "complex_household": planted_children.complex_household,
        "child_was_not_brought": planted_children.child_was_not_brought,
        "care_and_leaving_care_gap": planted_children.care_and_leaving_care_gap,
        "camhs_cliff_edge": planted_children.camhs_cliff_edge,
        "cold_home": planted_adults.cold_home,
        "frail_alone_unknown": planted_adults.frail_alone_unknown,
        "crisis_without_a_check": planted_adults.crisis_without_a_check,
        "missed_appointments": planted_adults.missed_appointments,
        "shut_out_of_place": planted_adults.shut_out_of_place,
    }
    return {name: story(world, seen, end) & here for name, story in stories.items()}


def shared_by_construction(world: World, seen: Seen, end: int) -> Mask:
    """Needs that two sectors know of, two services in touch, nobody there for all of it, and no team around them."""
    n, since = world.people.size, ask.months_before(end, 24)
    sectors = np.sum([seen.has(n, *_names(seen), since=since, sectors=(one,)) for one in _sectors(seen)], axis=0)
    services = np.sum([ask.any_of(world, ask.between(found, since, end)) for found in _contacts(world)], axis=0)
    wanted = {need: seen.has(n, need, since=since) for need in _names(seen)}
    whole = np.any(
        [~np.any([has for need, has in wanted.items() if need not in meets], axis=0) for meets in _MEETS], axis=0
    )
    led = ask.open_at(world, world.events[specs.TEAM], end)
    members: Mask = (sectors >= 2) & (services >= 2) & ~whole & ~led & (ask.age_reached(world, end) >= 18)
    return members


def _names(seen: Seen) -> tuple[str, ...]:
    return tuple(np.unique(seen.need).tolist())


def _sectors(seen: Seen) -> tuple[str, ...]:
    return tuple(np.unique(seen.sector).tolist())


def _contacts(world: World) -> list[Events]:
    """Contacts by service, without those that are known not to have come about."""
    emergencies, sessions = world.events[EMERGENCY], world.events[specs.TALKING]
    mental = world.events[MENTAL_HEALTH]
    treatment = world.events[DRUG_ALCOHOL].of_kind(support.TREATMENT_CONTACT)
    advocate = world.events[specs.SAFETY].of_kind(specs.ADVOCATE)
    stayed = (emergencies.flags & health.LEFT_EARLY == 0) | (emergencies.flags & health.ADMITTED > 0)
    care = world.events[SOCIAL_CARE]
    return [
        world.events[GP].of_kind(health.GP_CONSULTATION),
        emergencies.take(stayed),
        mental.take((mental.kind == health.MH_CRISIS) | ((mental.kind == health.MH_CONTACT) & (mental.outcome == 0))),
        care.take(
            (care.kind == public.ASC_SERVICE)
            | ((care.kind == public.ASC_ASSESSMENT) & (care.outcome == public.TAKEN_UP))
        ),
        world.events[HOUSING].of_kind(public.HOUSING_APPLICATION),
        together(world.events[DRUG_ALCOHOL].of_kind(support.TREATMENT_START), treatment.take(treatment.outcome == 0)),
        planted_adults.kept(world, ADVICE, support.ADVICE_CONTACT),
        sessions.take(sessions.outcome == 0),
        world.events[PROBATION].of_kind(public.PROBATION_ORDER),
        advocate.take(advocate.outcome == 0),
    ]
