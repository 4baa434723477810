"""Needs as they come and go: month by month, each trouble makes the next more likely.

Adversity (a person's own history) and the deprivation of the place raise every hazard. On top of that, losing a home
raises substance use, substance use raises offending, violence at home leads to homelessness, and all of them
to distress. Nobody's needs are drawn from a cohort definition: definitions find what these mechanisms leave behind.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.demo import ethnicity
from flows.demo.draws import Mask, Rng, Streams, happens
from flows.demo.population import Population
from flows.demo.timeline import NEVER, Days, Timeline

_BURN_IN_MONTHS = 24
Risk = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What each person truly needed, whoever knew of it. Monthly states have shape (months, people)."""

    homeless: Mask
    substance: Mask
    offending: Mask
    victim: Mask
    """Lives with domestic abuse."""
    distress: Mask
    """Common mental ill-health."""
    severe_mental: Mask
    """Psychosis or bipolar disorder; one entry a person."""
    opioids: Mask
    """The substance, when there is one, is an opioid; one entry a person."""
    conditions: NDArray[np.int8]
    """How many long-term conditions."""
    frail_from: Days
    care_from: Days
    """Needs help with daily life from this day, or ``NEVER``."""
    isolated: Mask
    adversity: Risk
    crisis_prone: Risk
    """A person's own factor on emergency use, 1 on average."""
    access: Risk
    """How likely a service's response is to reach this person, 1 at best: lower for groups that services reach less."""
    dies: Days


def live(streams: Streams, people: Population, timeline: Timeline) -> Needs:
    """Run the months of the window over everybody, after two years that are not kept."""
    rng = streams.rng("lifecourse")
    age = people.age_at(timeline.start + 540)
    adversity = rng.normal(0, 1, people.size).astype(np.float32)
    risk = np.exp(0.95 * adversity + 0.75 * people.poverty).astype(np.float32) / 1.9
    severe = happens(rng, np.clip(0.0052 * risk**0.7 * np.where(people.group == ethnicity.BLACK, 1.7, 1.0), 0, 0.2))
    severe &= age > 17
    states: dict[str, Any] = _months(rng, people, age, risk, severe, timeline)
    health = _health(rng, people, age, timeline)
    return Needs(
        **states,
        **health,
        severe_mental=severe,
        opioids=happens(rng, 0.5, people.size),
        isolated=(people.alone & happens(rng, np.where(age > 65, 0.35, 0.12))) | happens(rng, 0.01, people.size),
        adversity=adversity,
        crisis_prone=rng.lognormal(-0.78, 1.25, people.size).astype(np.float32),
        access=_access(people),
        dies=_deaths(rng, people, states, age, timeline),
    )


def _months(
    rng: Rng, people: Population, age: NDArray[np.float64], risk: Risk, severe: Mask, timeline: Timeline
) -> dict[str, Mask]:
    """Monthly onset and end of five states over adults."""
    adult = np.flatnonzero((age > 16) & ~people.in_care_home)
    base = _base_hazards(people, age, risk, adult)
    smi = severe[adult].astype(np.float32)
    now = {name: np.zeros(len(adult), bool) for name in base}
    kept = {name: np.zeros((timeline.months, people.size), bool) for name in base}
    for month in range(-_BURN_IN_MONTHS, timeline.months):
        onset = _onset_chances(base, now, smi)
        end = _end_chances(now)
        throw = rng.random((len(base), len(adult)), dtype=np.float32)
        for row, name in enumerate(base):
            now[name] = np.where(now[name], throw[row] >= end[name], throw[row] < onset[name])
            if month >= 0:
                kept[name][month, adult] = now[name]
    return kept


def _base_hazards(people: Population, age: NDArray[np.float64], risk: Risk, adult: NDArray[np.intp]) -> dict[str, Risk]:
    """Monthly chances of onset with no other trouble."""
    years, r, woman = age[adult], risk[adult], people.female[adult]
    young = np.select([years < 26, years < 45, years < 65], [1.4, 1.2, 0.6], 0.1)
    fall = np.select([years < 30, years < 45, years < 60], [2.2, 1.0, 0.4], 0.05)
    hazards = {
        "homeless": 0.00042 * r * young,
        "substance": 0.00016 * r**1.2 * np.where(woman, 0.6, 1.4) * np.where(years < 65, 1.0, 0.3),
        "offending": 0.00026 * r**1.2 * fall * np.where(woman, 0.3, 1.7),
        "victim": 0.00055 * r * young * np.where(woman, 1.7, 0.3),
        "distress": 0.0045 * r**0.5 * np.where(woman, 1.25, 0.8),
    }
    return {name: hazard.astype(np.float32) for name, hazard in hazards.items()}


def _onset_chances(base: dict[str, Risk], now: dict[str, Mask], severe: Risk) -> dict[str, Risk]:
    """This month's chances of onset: how one trouble opens the door to the next."""
    home, drug, crime, abuse, low = (now[name].astype(np.float32) for name in base)
    return {
        "homeless": base["homeless"] * (1 + 9 * drug + 7 * abuse + 7 * crime + 1.0 * low + 5 * severe),
        "substance": base["substance"] * (1 + 22 * home + 14 * crime + 6 * abuse + 4 * low + 5 * severe),
        "offending": base["offending"] * (1 + 26 * drug + 10 * home + 1.0 * low + 3 * severe),
        "victim": base["victim"] * (1 + 9 * home + 7 * drug + 1.5 * low),
        "distress": base["distress"] * (1 + 9 * home + 9 * drug + 9 * abuse + 4 * crime + 4 * severe),
    }


def _end_chances(now: dict[str, Mask]) -> dict[str, Risk]:
    """This month's chances that a state ends: slower where another holds it up."""
    home, drug = now["homeless"], now["substance"]
    return {
        "homeless": np.where(drug, 0.06, 0.12).astype(np.float32),
        "substance": np.where(home, 0.008, 0.018).astype(np.float32),
        "offending": np.where(drug, 0.03, 0.08).astype(np.float32),
        "victim": np.where(home, 0.04, 0.07).astype(np.float32),
        "distress": np.where(home | drug, 0.02, 0.055).astype(np.float32),
    }


def _health(rng: Rng, people: Population, age: NDArray[np.float64], timeline: Timeline) -> dict[str, NDArray[Any]]:
    """Long-term conditions come earlier in poorer places; frailty follows, and help with daily life after it."""
    n = people.size
    lived = age + 7.0 * people.poverty
    conditions = rng.poisson(np.exp(np.clip((lived - 62) / 19.0, -6, 1.1))).clip(0, 9)
    odds = np.exp((lived - 92) / 6.5) * (1 + 0.35 * conditions) * np.where(people.in_care_home, 12, 1)
    frail = (age > 60) & happens(rng, odds / (1 + odds))
    frail_from = (timeline.start - 700 + rng.random(n) * 1700).astype(np.int32)
    help_needed = (frail & happens(rng, 0.6, n)) | ((age > 18) & happens(rng, 0.009, n)) | people.in_care_home
    wait = rng.exponential(250, n).astype(np.int32)
    care_from = np.where(frail, frail_from + wait, timeline.start - 800 + (rng.random(n) * 1800).astype(np.int32))
    return {
        "conditions": conditions.astype(np.int8),
        "frail_from": np.where(frail, frail_from, NEVER).astype(np.int32),
        "care_from": np.where(help_needed, care_from, NEVER).astype(np.int32),
    }


def _access(people: Population) -> Risk:
    """Responses reach some groups less, as equity audits find again and again."""
    by_group = np.array([0.72, 0.66, 0.82, 1.0, 0.62])[people.group]
    access: Risk = (by_group * np.exp(-0.14 * (people.poverty + 1)) * np.where(people.born_abroad, 0.9, 1.0)).astype(
        np.float32
    )
    return access


def _deaths(
    rng: Rng, people: Population, states: dict[str, Mask], age: NDArray[np.float64], timeline: Timeline
) -> Days:
    """Mortality rises with age (Gompertz) and with poverty; homelessness with another trouble multiplies it."""
    yearly = 0.00004 * np.exp(0.092 * np.clip(age, 20, 105)) * np.exp(0.35 * people.poverty)
    homeless, substance, offending = (ever(states[name]) for name in ("homeless", "substance", "offending"))
    factor = 1 + 1.2 * homeless + 2.5 * substance + 0.8 * offending
    factor = factor * np.where(homeless & (substance | offending), 1.7, 1.0)
    days = timeline.start + rng.exponential(1.0, people.size) / (yearly * factor) * 365.25
    return np.where(days < timeline.stop, days, NEVER).astype(np.int32)


def ever(state: Mask) -> Mask:
    """Per person, whether a monthly state was ever on."""
    return np.asarray(state.any(axis=0))


def present(people: Population, needs: Needs, person: NDArray[np.integer], day: Days) -> Mask:
    """Whether a person lives, and lives here, on a day."""
    here = (people.arrives[person] <= day) & (day < people.leaves[person])
    alive: Mask = here & (day < needs.dies[person]) & (people.birth[person] <= day)
    return alive
