"""The truth beside the extracts: whose record each is, who people are, and which shared needs they have.

Nothing in the pipeline reads it. Shared needs come from what truly happened, not from cohort definitions, so a
definition can be held against them.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from flows.demo import ethnicity
from flows.demo import service_health as health
from flows.demo import service_public as public
from flows.demo.columns import chosen, dates, flagged, numbered
from flows.demo.delivery import Delivery
from flows.demo.draws import Codes, Mask
from flows.demo.events import Events, state_at
from flows.demo.lifecourse import ever
from flows.demo.places import DISTRICTS, area_code
from flows.demo.timeline import Days
from flows.demo.wider.ask import lived_with
from flows.demo.wider.planted import planted
from flows.demo.world import EMERGENCY, HOUSING, MENTAL_HEALTH, POLICE, SOCIAL_CARE, World

_YEAR = 365


def write_truth(
    world: World, delivered: dict[tuple[str, str], Delivery], folder: Path, *, whole: bool = False
) -> dict[str, int]:
    """Write three files and return their row counts."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "record_person.csv": _record_person(delivered),
        "person.csv": _person(world),
        "person_cohort.csv": _person_cohort(world, mechanisms),
    }
    if whole:
        tables["person_planted.csv"] = _person_cohort(world, planted)
        tables["person_home.csv"] = _person_home(world)
    options = pa_csv.WriteOptions(quoting_style="needed", quoting_header="none")
    for name, table in tables.items():
        pa_csv.write_csv(table, folder / name, options)
    return {name: table.num_rows for name, table in tables.items()}


def person_text(person: Codes) -> pa.Array:
    """The truth's own person ids."""
    return numbered(person + 1_000_000, "T")


def _record_person(delivered: dict[tuple[str, str], Delivery]) -> pa.Table:
    parts = []
    for (period, source), delivery in sorted(delivered.items()):
        n = len(delivery.person)
        columns = [pa.array([period] * n, pa.string()), pa.array([source] * n, pa.string())]
        parts.append(pa.table([*columns, delivery.record_id, person_text(delivery.person)], _RECORD_PERSON))
    return pa.concat_tables(parts)


_RECORD_PERSON = ["period", "source", "record_id", "person"]


def _person(world: World) -> pa.Table:
    people = world.people
    everyone = np.arange(people.size, dtype=np.int32)
    area = world.places.dwelling_area[
        np.where(people.moved < world.timeline.stop, people.dwellings[:, 2], people.dwellings[:, 1])
    ]
    return pa.table(
        {
            "person": person_text(everyone),
            "birth_date": dates(people.birth, "%Y-%m-%d"),
            "sex": chosen(["male", "female"], people.female.astype(np.int8)),
            "ethnic_group": chosen(ethnicity.GROUPS, people.group),
            "born_abroad": flagged(people.born_abroad, "yes", "no"),
            "small_area": pa.array(area_code(area)),
            "district": chosen(DISTRICTS, world.places.area_district[area]),
            "deprivation_decile": numbered(people.decile.astype(np.int64)),
            "ever_homeless": flagged(ever(world.needs.homeless), "yes", "no"),
            "death_date": dates(world.needs.dies, "%Y-%m-%d"),
        }
    )


def _person_cohort(world: World, found: Callable[[World, int], dict[str, Mask]]) -> pa.Table:
    parts = []
    for period, end in zip(world.timeline.periods, world.timeline.period_end, strict=True):
        for name, members in found(world, end).items():
            person = np.flatnonzero(members).astype(np.int32)
            columns = [
                pa.array([period] * len(person), pa.string()),
                person_text(person),
                pa.array([name] * len(person), pa.string()),
            ]
            parts.append(pa.table(columns, ["period", "person", "cohort"]))
    return pa.concat_tables(parts)


def _person_home(world: World) -> pa.Table:
    """Who truly shares a private home; the number of the home means nothing else."""
    parts = []
    for period, end in zip(world.timeline.periods, world.timeline.period_end, strict=True):
        home = lived_with(world, end)
        person = np.flatnonzero(home >= 0).astype(np.int32)
        columns = [pa.array([period] * len(person), pa.string()), person_text(person), numbered(home[person], "H")]
        parts.append(pa.table(columns, ["period", "person", "home"]))
    return pa.concat_tables(parts)


def mechanisms(world: World, end: int) -> dict[str, Mask]:
    """Shared needs that hold at ``end`` for living residents, by name."""
    people, needs = world.people, world.needs
    here = (people.arrives < end) & (people.leaves >= end) & (needs.dies >= end)
    adult = people.birth < end - 18 * 365.25
    found = {
        "severe_multiple_disadvantage_3_of_5": _severe_multiple_disadvantage(world, end) & adult,
        "high_intensity_ed_with_social_need": _high_intensity(world, end) & adult,
        "homeless_at_health_front_door": _homeless_unanswered(world, end),
        "repeat_police_notice_no_response": _repeat_notice(world, end) & adult,
    }
    return {name: members & here for name, members in found.items()}


def _months(world: World, end: int, count: int) -> slice:
    last = int(np.searchsorted(world.timeline.month_start, end))
    return slice(max(0, last - count), last)


def _severe_multiple_disadvantage(world: World, end: int) -> Mask:
    """Three of homelessness, substance use, offending, abuse and mental ill-health truly there within 24 months."""
    needs, months = world.needs, _months(world, end, 24)
    states = [needs.homeless, needs.substance, needs.offending, needs.victim, needs.distress]
    present = [ever(state[months]) for state in states]
    present[4] = present[4] | needs.severe_mental
    members: Mask = np.sum(present, axis=0) >= 3
    return members


def _high_intensity(world: World, end: int) -> Mask:
    """Five attendances in a year, and a need that no hospital can meet."""
    needs, months = world.needs, _months(world, end, 12)
    often = _count(world, world.events[EMERGENCY], end - _YEAR, end) >= 5
    states = (needs.homeless, needs.substance, needs.victim)
    social = np.any([ever(state[months]) for state in states], axis=0)
    members: Mask = often & (social | needs.isolated | (needs.care_from < end))
    return members


def _homeless_unanswered(world: World, end: int) -> Mask:
    """At a hospital or in a mental health crisis while homeless, and no housing contact in the eight weeks after."""
    hospital = world.events[EMERGENCY]
    crisis = world.events[MENTAL_HEALTH].of_kind(health.MH_CRISIS)
    person, day = np.r_[hospital.person, crisis.person], np.r_[hospital.day, crisis.day]
    due = (day >= end - _YEAR) & (day < end - 56) & state_at(world.timeline, world.needs.homeless, person, day)
    person, day = person[due], day[due]
    answered = _answered(person, day, world.events[HOUSING], within=56)
    members = np.zeros(world.people.size, bool)
    members[person[~answered]] = True
    return members


def _repeat_notice(world: World, end: int) -> Mask:
    """Two police notices in a year, and no assessment or service within twelve weeks of the last that is old enough."""
    notices = world.events[POLICE].of_kind(public.POLICE_NOTICE)
    notices = notices.take((notices.day >= end - _YEAR) & (notices.day < end))
    counts = np.bincount(notices.person, minlength=world.people.size)
    old = notices.take(notices.day < end - 84)
    last = np.full(world.people.size, -1, np.int32)
    np.maximum.at(last, old.person, old.day)
    repeat = np.flatnonzero((counts >= 2) & (last >= 0)).astype(np.int32)
    responses = world.events[SOCIAL_CARE].of_kind(public.ASC_ASSESSMENT, public.ASC_SERVICE)
    answered = _answered(repeat, last[repeat], responses, within=84)
    members = np.zeros(world.people.size, bool)
    members[repeat[~answered]] = True
    return members


def _count(world: World, events: Events, start: int, stop: int) -> NDArray[np.int64]:
    inside = (events.day >= start) & (events.day < stop)
    return np.bincount(events.person[inside], minlength=world.people.size)


def _answered(person: Codes, day: Days, responses: Events, *, within: int) -> Mask:
    """Whether a response to the same person begins within so many days after."""
    scale = 100_000
    key = np.sort(responses.person.astype(np.int64) * scale + responses.day)
    start = person.astype(np.int64) * scale + day
    return np.searchsorted(key, start + within, side="left") > np.searchsorted(key, start, side="left")
