"""What services have written down of people's needs by a day: who, from when, until when, and which sector wrote it.

Told in the services' own words: what each contact, flag and stage means is a fact about the service that notes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.demo import service_health as health
from flows.demo import service_public as public
from flows.demo import service_support as support
from flows.demo.draws import Codes, Mask
from flows.demo.events import Events
from flows.demo.timeline import Days
from flows.demo.wider import specs
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

_COLD_SENSITIVE = (2, 3, 5)
"""Of the long-term conditions: asthma, COPD, coronary heart disease."""

_SECTORS = {
    **dict.fromkeys((GP, EMERGENCY, MENTAL_HEALTH, DRUG_ALCOHOL, specs.COMMUNITY, specs.CAMHS, specs.TALKING), "nhs"),
    **dict.fromkeys((SOCIAL_CARE, HOUSING, specs.CHILDREN, specs.SCHOOLS, specs.WARMTH), "council"),
    **dict.fromkeys((ADVICE, specs.SAFETY), "vcse"),
    POLICE: "police",
    PROBATION: "justice",
}

Noted = Iterator[tuple[str, Events, bool]]
"""Need, the events that note it, and whether it is noted to last until their end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One entry a note of a need, of those made before a day."""

    person: Codes
    need: NDArray[np.str_]
    sector: NDArray[np.str_]
    day: Days
    until: Days

    def has(self, people: int, *needs: str, since: int = -100_000, sectors: tuple[str, ...] = ()) -> Mask:
        """Per person, whether any of the needs was noted and still held on some day from ``since`` on."""
        return self.first(people, *needs, since=since, sectors=sectors) < np.iinfo(np.int32).max

    def first(self, people: int, *needs: str, since: int, sectors: tuple[str, ...] = ()) -> Days:
        """Per person, the first day from ``since`` on for which any of the needs was noted."""
        rows = np.isin(self.need, needs) & (self.until >= since)
        if sectors:
            rows &= np.isin(self.sector, sectors)
        first = np.full(people, np.iinfo(np.int32).max, np.int32)
        np.minimum.at(first, self.person[rows], np.maximum(self.day[rows], since))
        return first


def written_down(world: World, end: int) -> Seen:
    """Every note of a need that stood somewhere before ``end``."""
    tellers = {
        GP: _gp, EMERGENCY: _emergency, MENTAL_HEALTH: _mental_health, SOCIAL_CARE: _social_care, HOUSING: _housing,
        POLICE: _police, DRUG_ALCOHOL: _treatment, ADVICE: _advice, PROBATION: _probation, specs.CHILDREN: _children,
        specs.SCHOOLS: _schools, specs.COMMUNITY: _community, specs.CAMHS: _sessions, specs.TALKING: _sessions,
        specs.SAFETY: _safety, specs.WARMTH: _warmth,
    }  # fmt: skip
    person, need, sector, day, until = [], [], [], [], []
    for source, tell in tellers.items():
        events = world.events[source]
        for name, noted, lasting in tell(events.take(events.day < end)):
            person.append(noted.person)
            need.append(np.full(len(noted), name))
            sector.append(np.full(len(noted), _SECTORS[source]))
            day.append(noted.day)
            until.append(noted.end if lasting else noted.day)
    return Seen(
        person=np.concatenate(person),
        need=np.concatenate(need),
        sector=np.concatenate(sector),
        day=np.concatenate(day),
        until=np.concatenate(until),
    )


def _flagged(events: Events, flag: int) -> Events:
    return events.take((events.flags & flag) > 0)


def _coded(events: Events, *codes: int) -> Events:
    return events.take(np.isin(events.code, codes))


def _gp(events: Events) -> Noted:
    found = events.of_kind(health.GP_DIAGNOSIS)
    conditions = _coded(found, health.CONDITION)
    yield "long_term_condition", conditions, False
    yield "cold_sensitive_condition", conditions.take(np.isin(conditions.outcome, _COLD_SENSITIVE)), False
    yield "mental_ill_health", _coded(found, health.DISTRESS, health.SEVERE_MENTAL), False
    yield "severe_mental_illness", _coded(found, health.SEVERE_MENTAL), False
    yield "substance_use", _coded(found, health.ALCOHOL, health.OPIOID), False
    yield "homelessness", _coded(found, health.HOMELESS), False
    yield "domestic_abuse", _coded(found, health.ABUSE), False
    yield "frailty", _coded(found, health.FRAILTY), False
    yield "social_isolation", _coded(found, health.ISOLATION), False


def _emergency(events: Events) -> Noted:
    """One diagnosis an attendance: drink or drugs are noted before low mood."""
    drugs = (events.flags & health.CODED_SUBSTANCE) > 0
    yield "substance_use", events.take(drugs), False
    yield "mental_ill_health", _flagged(events.take(~drugs), health.CODED_MENTAL), False
    yield "homelessness", _flagged(events, health.CODED_HOMELESS), False
    yield "domestic_abuse", _flagged(events, health.CODED_ABUSE), False
    yield "frailty", _flagged(events, health.CODED_FRAIL), False


def _mental_health(events: Events) -> Noted:
    yield "mental_ill_health", events.of_kind(health.MH_REFERRAL, health.MH_CRISIS), False


def _social_care(events: Events) -> Noted:
    """A request is reported; assessments, services and reviews say what for, as long as they last."""
    asked, done = events.of_kind(public.ASC_REQUEST), events.take(events.kind != public.ASC_REQUEST)
    yield "care_need", _coded(asked, public.REASON_PHYSICAL, public.REASON_MEMORY), False
    yield "care_need", _coded(done, public.REASON_PHYSICAL, public.REASON_MEMORY), True
    yield "mental_ill_health", _coded(done, public.REASON_MENTAL), True
    yield "vulnerability", _coded(done, public.REASON_SOCIAL), True
    yield "vulnerability", _coded(asked, public.REASON_MENTAL, public.REASON_SOCIAL), False


def _housing(events: Events) -> Noted:
    cases = events.of_kind(public.HOUSING_APPLICATION, public.HOUSING_RELIEF)
    yield "homelessness", cases.take(cases.outcome > 0), True
    yield "homelessness", events.of_kind(public.HOUSING_DUTY_TO_REFER), False
    yield "domestic_abuse", _flagged(events, public.SUPPORT_ABUSE), False
    yield "mental_ill_health", _flagged(events, public.SUPPORT_MENTAL), False
    yield "substance_use", _flagged(events, public.SUPPORT_SUBSTANCE), False
    yield "offending", _flagged(events, public.SUPPORT_OFFENDING), False


def _police(events: Events) -> Noted:
    """The flags are of the person, but abuse is noted as that of a suspect's victim."""
    suspect = (events.kind == public.POLICE_INCIDENT) & ((events.flags & public.FLAG_SUSPECT) > 0)
    yield "vulnerability", events.of_kind(public.POLICE_NOTICE), False
    yield "mental_ill_health", events.of_kind(public.POLICE_S136), False
    yield "mental_ill_health", _flagged(events, public.FLAG_MENTAL), False
    yield "substance_use", _flagged(events, public.FLAG_SUBSTANCE), False
    yield "homelessness", _flagged(events, public.FLAG_HOMELESS), False
    yield "domestic_abuse", _flagged(events.take(~suspect), public.FLAG_ABUSE), False
    yield "offending", events.take(suspect), False


def _treatment(events: Events) -> Noted:
    yield "substance_use", events.take(events.kind != support.TREATMENT_EXIT), False


def _advice(events: Events) -> Noted:
    about = {
        support.HOUSING: "homelessness", support.ABUSE: "domestic_abuse", support.SUBSTANCE: "substance_use",
        support.MENTAL: "mental_ill_health", support.LONELY: "social_isolation",
    }  # fmt: skip
    referred = events.of_kind(support.ADVICE_REFERRAL)
    for code, need in about.items():
        yield need, _coded(referred, code), False


def _probation(events: Events) -> Noted:
    yield "offending", events.of_kind(public.PROBATION_ORDER, public.PROBATION_RELEASE), True
    ordered = events.of_kind(public.PROBATION_ORDER)
    yield "substance_use", ordered.take(ordered.flags > 0), True


def _children(events: Events) -> Noted:
    yield "child_in_need", events.of_kind(specs.IN_NEED), True
    yield "looked_after", events.of_kind(specs.LOOKED_AFTER), True
    yield "care_leaver", events.of_kind(specs.CARE_LEAVER), True


def _schools(events: Events) -> Noted:
    yield "poor_attendance", events.of_kind(specs.ABSENT), False
    yield "special_needs", events.of_kind(specs.HEALTH_PLAN), True


def _community(events: Events) -> Noted:
    yield "learning_disability", events.of_kind(specs.LEARNING_DISABILITY), True


def _sessions(events: Events) -> Noted:
    yield "mental_ill_health", events, False


def _safety(events: Events) -> Noted:
    yield "domestic_abuse", events.of_kind(specs.CONFERENCE, specs.FURTHER_INCIDENT), False


def _warmth(events: Events) -> Noted:
    yield "cold_home", events.of_kind(specs.COLD), True
    yield "low_income", events.of_kind(specs.LOW_INCOME), True
