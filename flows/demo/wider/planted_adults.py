"""Adults' shared needs as they stood at a day: what services knew of them, and what did not follow.

Written from what is published of each group (``docs/how-to/write_a_cohort.md`` names the sources), in the words of the
synthetic world. It has never seen a cohort definition.
"""

import numpy as np

from flows.demo import service_health as health
from flows.demo import service_public as public
from flows.demo import service_support as support
from flows.demo.draws import Mask
from flows.demo.events import Events, together
from flows.demo.records import without_address
from flows.demo.timeline import Days
from flows.demo.wider import ask, specs
from flows.demo.wider.seen import Seen
from flows.demo.world import (
    ADVICE,
    DRUG_ALCOHOL,
    EMERGENCY,
    GP,
    HOUSING,
    MENTAL_HEALTH,
    POLICE,
    PROBATION,
    SOCIAL_CARE,
    World,
)

DOMAINS = ("homelessness", "substance_use", "mental_ill_health", "offending", "domestic_abuse")


def kept(world: World, source: str, *kinds: int) -> Events:
    """Contacts of a service that the person turned up to."""
    found = world.events[source].of_kind(*kinds)
    return found.take(found.outcome == 0)


def social_care(world: World, *kinds: int) -> Events:
    """What adult social care did, as its returns tell it: some entries are about a carer, and are left out."""
    return world.events[SOCIAL_CARE].of_kind(*kinds)


def supported(world: World, day: Days, *, within: int, contacts: int) -> Mask:
    """Whether care was given, or somebody kept in touch, in time after each person's day."""
    person = np.arange(world.people.size, dtype=np.int32)
    care = ask.came(person, day, social_care(world, public.ASC_SERVICE), within=within, ongoing=True) > 0
    touch = together(
        kept(world, MENTAL_HEALTH, health.MH_CONTACT),
        _turned_up(world, DRUG_ALCOHOL, support.TREATMENT_CONTACT),
        _turned_up(world, ADVICE, support.ADVICE_CONTACT),
    )
    return care | (ask.came(person, day, touch, within=within) >= contacts)


def _turned_up(world: World, source: str, kind: int) -> Events:
    return kept(world, source, kind)


def without_home_on_record(world: World, end: int) -> Mask:
    """Whose newest entry at the GP, the hospital, mental health or treatment gives no address to write to."""
    people = np.arange(world.people.size, dtype=np.int32)
    found = without_address(world, people, np.full(len(people), end - 1, np.int32))
    for source in (EMERGENCY, MENTAL_HEALTH, DRUG_ALCOHOL):
        events = world.events[source]
        last = ask.last_day(world, events.take(events.day < end))
        known = last >= world.timeline.start
        found |= known & without_address(world, people, np.maximum(last, world.timeline.start))
    return found


def severe_multiple_disadvantage(world: World, seen: Seen, end: int) -> Mask:
    """Three of five troubles known in two years, and neither care nor three kept contacts in the half year after."""
    since, n = ask.months_before(end, 24), world.people.size
    first = np.column_stack([seen.first(n, domain, since=since) for domain in DOMAINS])
    first[:, 0] = np.where(without_home_on_record(world, end), since, first[:, 0])
    third = np.sort(first, axis=1)[:, 2]
    known = third < end - 182 + 1
    unanswered = ~supported(world, np.where(known, third, 0).astype(np.int32), within=182, contacts=3)
    return known & unanswered & (ask.age_reached(world, end) >= 18)


def justice_to_treatment_gap(world: World, seen: Seen, end: int) -> Mask:
    """Ordered to treatment, or released and known to use, in the last year, with no start in three weeks."""
    since = ask.months_before(end, 12)
    recent = ask.between(world.events[PROBATION], since, end - 20)
    orders = recent.of_kind(public.PROBATION_ORDER)
    orders = orders.take(orders.flags > 0)
    freed = recent.of_kind(public.PROBATION_RELEASE)
    users = seen.has(world.people.size, "substance_use", since=ask.months_before(end, 24))
    moments = together(orders, freed.take(users[freed.person]))
    starts = world.events[DRUG_ALCOHOL].of_kind(support.TREATMENT_START)
    untreated = ask.came(moments.person, moments.day, starts, within=21) == 0
    return ask.any_of(world, moments.take(untreated)) & (ask.age_reached(world, end) >= 18)


def high_intensity_urgent_care(world: World, seen: Seen, end: int) -> Mask:
    """A fifth attendance in a year by somebody with a social need, and nobody takes it up in ninety days."""
    since = ask.months_before(end, 12)
    fifth = ask.nth_day(world, ask.between(world.events[EMERGENCY], since, end), 5)
    social = ("homelessness", "domestic_abuse", "social_isolation", "care_need", "vulnerability")
    often = fifth <= end - 90
    person, day = np.arange(world.people.size, dtype=np.int32), np.where(often, fifth, 0).astype(np.int32)
    helped = ask.came(person, day, social_care(world, public.ASC_ASSESSMENT), within=90) > 0
    helped |= ask.came(person, day, social_care(world, public.ASC_SERVICE), within=90, ongoing=True) > 0
    helped |= ask.came(person, day, _turned_up(world, ADVICE, support.ADVICE_CONTACT), within=90) > 0
    need = seen.has(world.people.size, *social, since=since)
    return often & need & ~helped & (ask.age_reached(world, end) >= 18)


def homeless_at_the_front_door(world: World, seen: Seen, end: int) -> Mask:
    """Known by the NHS to be without a home, seen in an emergency, and the housing office hears nothing in 56 days."""
    since, n = ask.months_before(end, 12), world.people.size
    homeless = seen.first(n, "homelessness", since=since, sectors=("nhs",))
    homeless = np.where(without_home_on_record(world, end), since, homeless)
    emergencies = together(
        ask.between(world.events[EMERGENCY], since, end),
        ask.between(world.events[MENTAL_HEALTH].of_kind(health.MH_CRISIS), since, end),
    )
    both = np.maximum(homeless, ask.nth_day(world, emergencies, 1))
    due = both <= end - 56
    told = world.events[HOUSING]
    person, day = np.arange(n, dtype=np.int32), np.where(due, both, 0).astype(np.int32)
    cases = told.of_kind(public.HOUSING_APPLICATION, public.HOUSING_RELIEF, public.HOUSING_ACCOMMODATION)
    heard = ask.came(person, day, told.of_kind(public.HOUSING_DUTY_TO_REFER), within=56) > 0
    heard |= ask.came(person, day, cases, within=56, ongoing=True) > 0
    return due & ~heard & (ask.age_reached(world, end) >= 18)


def repeat_police_vulnerability(world: World, seen: Seen, end: int) -> Mask:
    """A second notice in a year, and in twelve weeks nobody assesses, cares or is in touch."""
    del seen
    notices = ask.between(world.events[POLICE].of_kind(public.POLICE_NOTICE), ask.months_before(end, 12), end)
    second = ask.nth_day(world, notices, 2)
    repeat = second <= end - 84
    person, day = np.arange(world.people.size, dtype=np.int32), np.where(repeat, second, 0).astype(np.int32)
    heard = ask.came(person, day, social_care(world, public.ASC_ASSESSMENT), within=84) > 0
    heard |= ask.came(person, day, social_care(world, public.ASC_SERVICE), within=84, ongoing=True) > 0
    touch = together(kept(world, MENTAL_HEALTH, health.MH_CONTACT), _turned_up(world, ADVICE, support.ADVICE_CONTACT))
    heard |= ask.came(person, day, touch, within=84) > 0
    return repeat & ~heard & (ask.age_reached(world, end) >= 18)


def repeat_domestic_abuse(world: World, seen: Seen, end: int) -> Mask:
    """Harmed again within a year of a conference, in the last year, and no advocate met them in four weeks."""
    del seen
    service, police = world.events[specs.SAFETY], world.events[POLICE]
    suspect = (police.kind == public.POLICE_INCIDENT) & ((police.flags & public.FLAG_SUSPECT) > 0)
    told = police.take(~suspect & ((police.flags & public.FLAG_ABUSE) > 0))
    hurt = world.events[EMERGENCY]
    incidents = together(
        service.of_kind(specs.FURTHER_INCIDENT), told, hurt.take((hurt.flags & health.CODED_ABUSE) > 0)
    )
    incidents = ask.between(incidents, ask.months_before(end, 12), end - 27)
    conferences = service.of_kind(specs.CONFERENCE)
    mirrored = _turned_round(conferences)
    before = ask.came(incidents.person, -incidents.day, mirrored, within=365, later_only=True) > 0
    contacts = service.of_kind(specs.ADVOCATE)
    met = ask.came(incidents.person, incidents.day, contacts.take(contacts.outcome == 0), within=28) > 0
    return ask.any_of(world, incidents.take(before & ~met)) & (ask.age_reached(world, end) >= 16)


def _turned_round(events: Events) -> Events:
    """The same in a time that runs backwards, so that what came before comes after."""
    columns = {name: getattr(events, name) for name in Events.__slots__}
    return Events(**{**columns, "day": (-events.day).astype(np.int32), "end": (-events.day).astype(np.int32)})


def cold_home(world: World, seen: Seen, end: int) -> Mask:
    """Heart or lungs ill, home cold, money short, in hospital in winter; nobody told the warm-home scheme or came."""
    n, since = world.people.size, ask.months_before(end, 12)
    stays = ask.between(world.events[EMERGENCY], since, end)
    stays = stays.take((stays.flags & health.ADMITTED) > 0)
    month = stays.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    winter = ask.any_of(world, stays.take((month >= 11) | (month <= 3)))
    help_given = together(
        world.events[specs.WARMTH].of_kind(specs.WARM_REFERRAL, specs.WARM_VISIT),
        world.events[specs.FIRE].of_kind(specs.SAFE_AND_WELL),
    )
    helped = ask.any_of(world, ask.between(help_given, since, end))
    ill = seen.has(n, "cold_sensitive_condition")
    return ill & seen.has(n, "cold_home") & seen.has(n, "low_income") & winter & ~helped


def frail_alone_unknown(world: World, seen: Seen, end: int) -> Mask:
    """Frail, truly the only adult at home, warned of in half a year, and known to no care and no charity in it."""
    since, reached = ask.months_before(end, 6), ask.age_reached(world, end)
    home = ask.lived_with(world, end)
    alone = (home >= 0) & ~ask.somebody_else(home, reached >= 18)
    warnings = together(world.events[EMERGENCY], world.events[specs.FIRE].of_kind(specs.RISK))
    warned = ask.any_of(world, ask.between(warnings, since, end))
    knew = together(
        social_care(world, public.ASC_REQUEST, public.ASC_ASSESSMENT),
        world.events[ADVICE].of_kind(support.ADVICE_REFERRAL, support.ADVICE_CONTACT),
    )
    known = ask.any_of(world, ask.between(knew, since, end))
    known |= ask.open_at(world, social_care(world, public.ASC_SERVICE), end)
    return seen.has(world.people.size, "frailty") & alone & warned & ~known & (reached >= 65)


def crisis_without_a_check(world: World, seen: Seen, end: int) -> Mask:
    """On a register, two crises in a year, and neither a yearly check nor a review in it."""
    n, since = world.people.size, ask.months_before(end, 12)
    crises = together(
        world.events[MENTAL_HEALTH].of_kind(health.MH_CRISIS), world.events[POLICE].of_kind(public.POLICE_S136)
    )
    often = ask.times(world, ask.between(crises, since, end)) >= 2
    checks = together(world.events[GP].of_kind(health.GP_CHECK), social_care(world, public.ASC_REVIEW))
    checked = ask.any_of(world, ask.between(checks, since, end))
    listed = seen.has(n, "severe_mental_illness", "learning_disability")
    return listed & often & ~checked & (ask.age_reached(world, end) >= 14)


def missed_appointments(world: World, seen: Seen, end: int) -> Mask:
    """Ill in body and mind, three appointments missed in a year, and nobody met in ninety days after the last."""
    n, since = world.people.size, ask.months_before(end, 12)
    missed = ask.between(world.events[GP].of_kind(health.GP_MISSED), since, end)
    last = ask.last_day(world, missed)
    due = (ask.times(world, missed) >= 3) & (last <= end - 90)
    met = together(
        world.events[GP].of_kind(health.GP_CONSULTATION, health.GP_CHECK),
        kept(world, MENTAL_HEALTH, health.MH_CONTACT),
        _turned_up(world, ADVICE, support.ADVICE_CONTACT),
        kept(world, specs.TALKING, specs.SESSION),
    )
    seen_again = ask.came(np.arange(n, dtype=np.int32), last, met, within=90) > 0
    ill = seen.has(n, "long_term_condition")
    low = seen.has(n, "mental_ill_health", since=ask.months_before(end, 36))
    return ill & low & due & ~seen_again & (ask.age_reached(world, end) >= 18)


def shut_out_of_place(world: World, seen: Seen, end: int) -> Mask:
    """Banned from the whole town, where all who treat, house or advise are; a ban from the centre leaves some."""
    n, since = world.people.size, ask.months_before(end, 24)
    bans = world.events[specs.ORDERS]
    banned = ask.open_at(world, bans.take(bans.code == specs.WHOLE_TOWN), end)
    return banned & seen.has(n, "substance_use", "homelessness", since=since) & (ask.age_reached(world, end) >= 18)
