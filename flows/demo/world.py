"""One synthetic ICS: places, people, needs and everything that services saw and did."""

from dataclasses import dataclass

from flows.demo import service_health, service_public, service_support
from flows.demo.draws import Streams
from flows.demo.events import Events
from flows.demo.lifecourse import Needs, live, present
from flows.demo.names import Names, make_names
from flows.demo.places import Places, make_places
from flows.demo.population import Population, make_population
from flows.demo.timeline import Timeline
from flows.demo.wider import homes
from flows.demo.wider.services import wider_events

GP, EMERGENCY, MENTAL_HEALTH, SOCIAL_CARE, HOUSING, POLICE, DRUG_ALCOHOL, ADVICE, PROBATION = (
    "gp_register",
    "emergency_care",
    "mental_health",
    "adult_social_care",
    "housing",
    "police",
    "drug_alcohol",
    "advice_service",
    "probation",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is true, before anybody writes it down."""

    streams: Streams
    timeline: Timeline
    names: Names
    places: Places
    people: Population
    needs: Needs
    events: dict[str, Events]
    """By source id."""


def make_world(streams: Streams, timeline: Timeline, *, people: int, whole: bool = False) -> World:
    """Draw a world of ``people`` people; a whole one has ten more services and one household a home."""
    names = make_names(streams.rng("names"))
    places = make_places(streams.rng("places"), people=people)
    population = make_population(streams, places, names, timeline, people=people)
    needs = live(streams, population, timeline)
    events = _all_events(streams, population, needs, timeline)
    if whole:
        population = homes.settle(streams, population, places)
        events = wider_events(streams, population, needs, timeline, events)
    return World(
        streams=streams,
        timeline=timeline,
        names=names,
        places=places,
        people=population,
        needs=needs,
        events={source: _while_present(found, population, needs, timeline) for source, found in events.items()},
    )


def _all_events(streams: Streams, people: Population, needs: Needs, timeline: Timeline) -> dict[str, Events]:
    """Services in the order in which one's acts bring about another's."""
    attendances = service_health.emergency(streams, people, needs, timeline)
    police = service_public.police(streams, needs, timeline)
    probation = service_public.probation(streams, needs, timeline)
    orders = probation.of_kind(service_public.PROBATION_ORDER)
    released = probation.of_kind(service_public.PROBATION_RELEASE)
    detained = police.of_kind(service_public.POLICE_S136)
    notices = police.of_kind(service_public.POLICE_NOTICE)
    return {
        GP: service_health.general_practice(streams, people, needs, timeline),
        EMERGENCY: attendances,
        MENTAL_HEALTH: service_health.mental_health(streams, people, needs, timeline, attendances, detained),
        SOCIAL_CARE: service_public.adult_social_care(streams, people, needs, timeline, notices),
        HOUSING: service_public.housing(streams, people, needs, timeline, attendances, released),
        POLICE: police,
        DRUG_ALCOHOL: service_support.treatment(streams, needs, timeline, orders),
        ADVICE: service_support.advice(streams, people, needs, timeline),
        PROBATION: probation,
    }


def _while_present(events: Events, people: Population, needs: Needs, timeline: Timeline) -> Events:
    """Nothing happens to people before they come, after they leave or die, or after the window; the past is kept."""
    here = present(people, needs, events.person, events.day) & (events.day < timeline.stop)
    return events.take(here)
