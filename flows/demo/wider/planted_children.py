"""Children's and young people's shared needs as they stood at a day. It has never seen a cohort definition."""

import numpy as np
from numpy.typing import NDArray

from flows.demo import service_health as health
from flows.demo import service_support as support
from flows.demo.draws import Mask
from flows.demo.events import together
from flows.demo.wider import ask, specs
from flows.demo.wider.planted_adults import kept
from flows.demo.wider.seen import Seen
from flows.demo.world import ADVICE, EMERGENCY, GP, MENTAL_HEALTH, World


def _at_home(world: World, seen: Seen, home: NDArray[np.int64], need: str, since: int, end: int, oldest: int) -> Mask:
    """Whether somebody else at home, of this age or more, had the need on record."""
    who = seen.has(world.people.size, need, since=since) & (ask.age_reached(world, end) >= oldest)
    return ask.somebody_else(home, who)


def _in_the_lead(world: World, home: NDArray[np.int64], end: int, *, teams: bool) -> Mask:
    """Whether an episode of help, for the child or somebody else at home, was open."""
    helped = ask.open_at(world, world.events[specs.CHILDREN].of_kind(specs.EARLY_HELP, specs.IN_NEED), end)
    others = helped | ask.open_at(world, world.events[specs.TEAM], end) if teams else helped
    return helped | ask.somebody_else(home, others)


def family_without_a_lead(world: World, seen: Seen, end: int) -> Mask:
    """Three of seven needs of a child or at its home in a year, and nobody leads."""
    n, since, home = world.people.size, ask.months_before(end, 12), ask.lived_with(world, end)
    own = [seen.has(n, need, since=since) for need in ("poor_attendance", "special_needs")]
    either = [
        seen.has(n, need, since=since) | _at_home(world, seen, home, need, since, end, 16)
        for need in ("mental_ill_health", "homelessness")
    ]
    others = [
        _at_home(world, seen, home, need, since, end, 16) for need in ("domestic_abuse", "substance_use", "offending")
    ]
    needs = np.sum([*own, *either, *others], axis=0)
    in_care = ask.open_at(world, world.events[specs.CHILDREN].of_kind(specs.LOOKED_AFTER), end)
    led = _in_the_lead(world, home, end, teams=False) | in_care
    members: Mask = (needs >= 3) & ~led & (home >= 0) & (ask.age_reached(world, end) <= 17)
    return members


def complex_household(world: World, seen: Seen, end: int) -> Mask:
    """A child in need with a body ill, a mind ill and a trouble at home, or three services of its own; nobody leads."""
    n, since, home = world.people.size, ask.months_before(end, 12), ask.lived_with(world, end)
    body = _at_home(world, seen, home, "long_term_condition", -100_000, end, 18)
    mind = _at_home(world, seen, home, "mental_ill_health", since, end, 18)
    child = seen.has(n, "poor_attendance", "special_needs", "child_in_need", "mental_ill_health", since=since)
    troubles = ("homelessness", "domestic_abuse", "substance_use", "offending")
    trouble = np.any([_at_home(world, seen, home, need, since, end, 18) for need in troubles], axis=0)
    services = np.sum(
        [
            ask.any_of(world, ask.between(found, since, end))
            for found in (
                world.events[GP].of_kind(health.GP_CONSULTATION),
                world.events[EMERGENCY],
                kept(world, specs.COMMUNITY, specs.APPOINTMENT),
                world.events[specs.CAMHS],
            )
        ],
        axis=0,
    )
    led = _in_the_lead(world, home, end, teams=True)
    grown = ask.age_reached(world, end) > 17
    members: Mask = body & mind & child & (trouble | (services >= 3)) & ~led & ~grown & (home >= 0)
    return members


def child_was_not_brought(world: World, seen: Seen, end: int) -> Mask:
    """Not brought twice in a year, a worry known, and neither seen nor helped in ninety days after the last."""
    n, since, home = world.people.size, ask.months_before(end, 12), ask.lived_with(world, end)
    visits = world.events[specs.COMMUNITY].of_kind(specs.APPOINTMENT)
    missed = ask.between(visits.take(visits.outcome == specs.MISSED), since, end)
    last = ask.last_day(world, missed)
    due = (ask.times(world, missed) >= 2) & (last <= end - 90)
    worry = seen.has(n, "child_in_need", "special_needs", "poor_attendance", since=since)
    worry |= _at_home(world, seen, home, "domestic_abuse", since, end, 16)
    child = np.arange(n, dtype=np.int32)
    seen_again = together(
        visits.take(visits.outcome == specs.ATTENDED), world.events[specs.COMMUNITY].of_kind(specs.HEALTH_CHECK)
    )
    followed = ask.came(child, last, seen_again, within=90) > 0
    help_given = world.events[specs.CHILDREN].of_kind(specs.EARLY_HELP, specs.IN_NEED)
    followed |= ask.came(child, last, help_given, within=90, ongoing=True) > 0
    return due & worry & ~followed & (ask.age_reached(world, end) <= 17)


def care_and_leaving_care_gap(world: World, seen: Seen, end: int) -> Mask:
    """In care for a year and still, or a care leaver, and in that year neither health seen to nor anybody in touch."""
    since = ask.months_before(end, 12)
    in_care = world.events[specs.CHILDREN].of_kind(specs.LOOKED_AFTER)
    long = ask.open_at(world, in_care.take(in_care.day <= since), end)
    care = long | seen.has(world.people.size, "care_leaver", since=since)
    contacts = together(
        world.events[specs.COMMUNITY].of_kind(specs.HEALTH_CHECK, specs.DENTAL),
        world.events[specs.CHILDREN].of_kind(specs.IN_TOUCH),
    )
    return care & ~ask.any_of(world, ask.between(contacts, since, end)) & (ask.age_reached(world, end) <= 25)


def camhs_cliff_edge(world: World, seen: Seen, end: int) -> Mask:
    """Three contacts as a child inside a year, and in the year after the last nobody whom they turned up to."""
    del seen
    n, since = world.people.size, ask.months_before(end, 36)
    contacts = ask.between(world.events[specs.CAMHS], since, end)
    close = contacts.take(ask.came(contacts.person, contacts.day, contacts, within=365) >= 3)
    last = ask.last_day(world, contacts)
    due = ask.any_of(world, close) & (last < ask.months_before(end, 12) + 1)
    met = together(
        kept(world, MENTAL_HEALTH, health.MH_CONTACT),
        kept(world, ADVICE, support.ADVICE_CONTACT),
        kept(world, specs.TALKING, specs.SESSION),
    )
    followed = ask.came(np.arange(n, dtype=np.int32), last, met, within=365) > 0
    age = ask.age_reached(world, end)
    return due & ~followed & (age >= 18) & (age <= 20)
