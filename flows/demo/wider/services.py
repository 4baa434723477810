"""All that the further services see and do, and what more of it shows at the services that were there before."""

from collections.abc import Mapping

from flows.demo.draws import Streams
from flows.demo.events import Events, together
from flows.demo.lifecourse import Needs
from flows.demo.population import Population
from flows.demo.timeline import Timeline
from flows.demo.wider import children, homes, minds, safety
from flows.demo.wider.specs import (
    CAMHS,
    CHILDREN,
    COMMUNITY,
    FIRE,
    LOOKED_AFTER,
    ORDERS,
    SAFETY,
    SCHOOLS,
    TALKING,
    TEAM,
    WARMTH,
)


def wider_events(
    streams: Streams, people: Population, needs: Needs, timeline: Timeline, events: Mapping[str, Events]
) -> dict[str, Events]:
    """Events by source, those of the first nine among them."""
    in_care = children.childrens_services(streams, people, needs, timeline)
    seen_until_18 = minds.camhs(streams, people, needs, timeline)
    more = {
        "gp_register": minds.missed_appointments(streams, people, needs, timeline),
        "emergency_care": homes.winter_admissions(streams, people, needs, timeline),
        "mental_health": minds.more_crises(streams, people, needs, timeline),
    }
    return {
        **{source: together(found, more[source]) if source in more else found for source, found in events.items()},
        CHILDREN: in_care,
        SCHOOLS: children.schools(streams, people, needs, timeline),
        COMMUNITY: children.community_health(streams, people, needs, timeline, in_care.of_kind(LOOKED_AFTER)),
        CAMHS: seen_until_18,
        TALKING: minds.talking_therapies(streams, people, needs, timeline, seen_until_18),
        SAFETY: safety.domestic_abuse_service(streams, needs, timeline),
        WARMTH: homes.warm_homes(streams, people, needs, timeline),
        FIRE: homes.fire_service(streams, people, needs, timeline),
        ORDERS: safety.town_orders(streams, needs, timeline),
        TEAM: minds.team_around(streams, people, needs, timeline),
    }
