"""Who lives with whom: households of nine types, and the ages that go with each place in them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.demo import ethnicity
from flows.demo.draws import Codes, Rng, happens, pick, pick_by_row, position_in_group
from flows.demo.places import Places

TYPES = (
    "single",
    "single_old",
    "couple",
    "couple_old",
    "family",
    "lone_parent",
    "share",
    "three_generations",
    "care_home",
)
SINGLE, SINGLE_OLD, COUPLE, COUPLE_OLD, FAMILY, LONE_PARENT, SHARE, THREE_GENERATIONS, CARE_HOME = range(9)
_SHARES = np.array([0.175, 0.145, 0.20, 0.145, 0.205, 0.062, 0.026, 0.018, 0.0])
_POVERTY = np.array([0.25, 0.0, -0.15, -0.25, -0.1, 0.6, 0.3, 0.3, 0.0])
_CARE_HOME_RESIDENTS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Households:
    """One entry a household."""

    kind: Codes
    group: Codes
    community: Codes
    dwelling: Codes
    size: Codes
    adult_age: NDArray[np.float64]
    """Age of the first adult at the end of the window."""
    youngest: NDArray[np.float64]
    """Age of the youngest child, where there are children."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """One entry a person: the household and the place in it."""

    household: Codes
    slot: Codes
    is_child: NDArray[np.bool_]
    age: NDArray[np.float64]
    twin_of_previous: NDArray[np.bool_]


def make_households(rng: Rng, places: Places, *, people: int) -> Households:
    """Enough households for ``people`` people, each in its own dwelling."""
    count = int(people * 0.49) + 20
    dwelling = rng.permutation(places.dwellings)[:count].astype(np.int32)
    area = places.dwelling_area[dwelling]
    decile = places.area_decile[area]
    group = ethnicity.draw_household_groups(rng, decile, places.area_ward[area])
    poverty = (5.5 - decile) / 4.5
    weights = _SHARES * np.exp(_POVERTY * poverty[:, None])
    weights[:, THREE_GENERATIONS] *= np.where(group == ethnicity.ASIAN, 5.0, 1.0)
    weights[:, SINGLE_OLD] *= np.where(group == ethnicity.WHITE, 1.0, 0.4)
    weights[:, COUPLE_OLD] *= np.where(group == ethnicity.WHITE, 1.0, 0.4)
    kind = pick_by_row(rng, weights)
    kind[: max(1, people // 4500)] = CARE_HOME
    adult_age = _adult_ages(rng, kind)
    return Households(
        kind=kind,
        group=group,
        community=ethnicity.draw_communities(rng, group),
        dwelling=dwelling,
        size=_sizes(rng, kind, group),
        adult_age=adult_age,
        youngest=rng.uniform(0, 1, count) * np.clip(adult_age - 22, 1, 20),
    )


def _adult_ages(rng: Rng, kind: Codes) -> NDArray[np.float64]:
    low = np.array([20, 65, 21, 64, 22, 20, 19, 38, 75])[kind]
    high = np.array([64, 96, 63, 90, 56, 50, 34, 58, 99])[kind]
    skew = np.array([0.8, 1.35, 0.7, 1.5, 1.0, 1.0, 1.3, 1.0, 0.8])[kind]
    ages: NDArray[np.float64] = low + (high - low) * rng.random(len(kind)) ** skew
    return ages


def _sizes(rng: Rng, kind: Codes, group: Codes) -> Codes:
    adults = np.array([1, 1, 2, 2, 2, 1, 3, 3, _CARE_HOME_RESIDENTS])[kind]
    larger = np.where((group == ethnicity.ASIAN) | (group == ethnicity.BLACK), 1, 0)
    children = 1 + pick(rng, [0.44, 0.38, 0.13, 0.05], len(kind)) + (happens(rng, 0.3, len(kind)) & (larger > 0))
    sharers = pick(rng, [0.5, 0.3, 0.2], len(kind))
    has_children = np.isin(kind, (FAMILY, LONE_PARENT, THREE_GENERATIONS))
    return (adults + np.where(has_children, children, 0) + np.where(kind == SHARE, sharers, 0)).astype(np.int32)


def seat_people(rng: Rng, households: Households, *, people: int) -> Seats:
    """Fill households until there are exactly ``people`` people."""
    household = np.repeat(np.arange(len(households.size), dtype=np.int32), households.size)[:people]
    slot = position_in_group(household)
    kind = households.kind[household]
    adults = np.array([1, 1, 2, 2, 2, 1, 99, 3, 99])[kind]
    is_child = slot >= adults
    twin = is_child & (slot > adults) & happens(rng, 0.016, people)
    return Seats(
        household=household,
        slot=slot,
        is_child=is_child,
        age=_ages(rng, households, household, slot, is_child, twin, adults),
        twin_of_previous=twin,
    )


def _ages(
    rng: Rng,
    households: Households,
    household: Codes,
    slot: Codes,
    is_child: NDArray[np.bool_],
    twin: NDArray[np.bool_],
    adults: NDArray[np.int_],
) -> NDArray[np.float64]:
    kind, first = households.kind[household], households.adult_age[household]
    n = len(household)
    partner = np.clip(first + rng.normal(-1.0, 4.0, n), 18, 100)
    grandparent = np.clip(first + rng.uniform(22, 34, n), 60, 98)
    together = np.clip(first + rng.normal(0, 3.5, n), 18, 100)
    age = np.where(slot == 0, first, partner)
    age = np.where((kind == THREE_GENERATIONS) & (slot == 2), grandparent, age)
    age = np.where(
        (kind == SHARE) | (kind == CARE_HOME),
        np.where(kind == CARE_HOME, 72 + 27 * rng.random(n) ** 0.8, together),
        age,
    )
    return np.where(is_child, _child_ages(rng, households, household, slot - adults, twin), age)


def _child_ages(
    rng: Rng, households: Households, household: Codes, order: NDArray[np.int_], twin: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """The youngest first, then a gap to each older one; twins share the day."""
    gap = np.where(order > 0, np.where(twin, 0.0, 1.2 + rng.gamma(2.0, 1.0, len(order))), 0.0)
    order_starts = np.flatnonzero(np.r_[True, household[1:] != household[:-1]])
    total = np.cumsum(gap)
    before = np.repeat(total[order_starts] - gap[order_starts], np.diff(np.r_[order_starts, len(household)]))
    ages: NDArray[np.float64] = households.youngest[household] + total - before
    oldest = np.maximum(households.adult_age[household] - 17.0, 0.1)
    return np.minimum(ages, oldest)
