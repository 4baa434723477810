"""The people: households, names, birth dates, numbers, addresses and moves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.demo import ethnicity
from flows.demo.draws import Codes, Mask, Rng, Streams, happens
from flows.demo.households import (
    CARE_HOME,
    LONE_PARENT,
    SHARE,
    SINGLE,
    SINGLE_OLD,
    Households,
    Seats,
    make_households,
    seat_people,
)
from flows.demo.names import Names
from flows.demo.naming import name_people
from flows.demo.nhs_numbers import draw_numbers
from flows.demo.places import Places, choose_dwellings
from flows.demo.timeline import NEVER, Days, Timeline

_FIRST_PHONE = 7_110_000_000  # no network has numbers that begin with 071


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everybody who lives in the area at some time in the window; every array has one entry a person."""

    household: Codes
    female: Mask
    birth: Days
    group: Codes
    """Position in ``ethnicity.GROUPS``."""
    detail: Codes
    """Position in ``ethnicity.DETAIL``."""
    community: Codes
    born_abroad: Mask
    alone: Mask
    """Lives alone."""
    in_care_home: Mask
    forename: Codes
    middle: Codes
    surname: Codes
    birth_surname: Codes
    """The surname before marriage; the same as ``surname`` for most."""
    married: Days
    """Day the surname changed; long ago or ``NEVER`` for most."""
    nhs_number: NDArray[np.int64]
    phone: NDArray[np.int64]
    arrives: Days
    leaves: Days
    dwellings: NDArray[np.int32]
    """Shape (people, 3): an earlier address, the one at the window's start, the one after a move in the window."""
    moved: Days
    """Day of the move inside the window, or ``NEVER``."""
    moved_before: Days
    """Day of the move to the address at the window's start."""
    decile: NDArray[np.int8]
    """Deprivation decile of the latest address, 1 most deprived."""

    @property
    def size(self) -> int:
        """How many people."""
        return len(self.birth)

    @property
    def poverty(self) -> NDArray[np.float64]:
        """From -1 (least deprived) to 1 (most)."""
        score: NDArray[np.float64] = (5.5 - self.decile.astype(np.float64)) / 4.5
        return score

    def age_at(self, day: int) -> NDArray[np.float64]:
        """Age in years on a day."""
        years: NDArray[np.float64] = (day - self.birth) / 365.25
        return years


def make_population(streams: Streams, places: Places, names: Names, timeline: Timeline, *, people: int) -> Population:
    """Draw the people of an area."""
    rng = streams.rng("population")
    households = make_households(rng, places, people=people)
    seats = seat_people(rng, households, people=people)
    female = _sexes(rng, households, seats)
    group, community = _groups(rng, households, seats)
    abroad = happens(rng, ethnicity.born_abroad_share(community)) & (seats.age > rng.uniform(0, 30, people))
    birth = _birth_days(rng, seats, abroad, timeline.stop)
    arrives, leaves = _stays(rng, seats, abroad, timeline)
    kind = households.kind[seats.household]
    moves = _moves(rng, places, households, seats, timeline)
    return Population(
        household=seats.household,
        female=female,
        birth=birth,
        group=group,
        detail=ethnicity.draw_details(rng, group, community),
        community=community,
        born_abroad=abroad,
        alone=(kind == SINGLE) | (kind == SINGLE_OLD),
        in_care_home=kind == CARE_HOME,
        nhs_number=draw_numbers(rng, count=people),
        phone=_FIRST_PHONE + rng.permutation(10_000_000)[:people],
        arrives=arrives,
        leaves=leaves,
        **moves,
        **name_people(streams.rng("names of people"), names, seats, kind, female, birth, community, timeline),
    )


def _sexes(rng: Rng, households: Households, seats: Seats) -> Mask:
    """Partners are mostly of different sex; lone parents and the very old are mostly women."""
    kind = households.kind[seats.household]
    share = np.select(
        [kind == LONE_PARENT, kind == SINGLE_OLD, kind == CARE_HOME, kind == SINGLE], [0.87, 0.66, 0.7, 0.4], 0.5
    )
    female = happens(rng, np.where(seats.is_child, 0.488, share))
    paired = np.flatnonzero((seats.slot == 1) & ~seats.is_child & (kind != SHARE) & (kind != CARE_HOME))
    different = happens(rng, 0.975, len(paired))
    female[paired] = female[paired - 1] ^ different
    return female


def _groups(rng: Rng, households: Households, seats: Seats) -> tuple[Codes, Codes]:
    """A partner from another group in a few households, whose children are then of mixed group."""
    group = households.group[seats.household].copy()
    community = households.community[seats.household].copy()
    partner = (seats.slot == 1) & ~seats.is_child
    across = partner & happens(rng, 0.045, len(group))
    group[across] = np.where(group[across] == ethnicity.WHITE, rng.integers(0, 2, across.sum()), ethnicity.WHITE)
    community[across] = ethnicity.draw_communities(rng, group[across])
    mixed_households = np.unique(seats.household[across])
    children = seats.is_child & np.isin(seats.household, mixed_households)
    group[children] = ethnicity.MIXED
    return group, community


def _birth_days(rng: Rng, seats: Seats, abroad: Mask, stop: int) -> Days:
    """Exact days; some who were born abroad without papers have 1 January on all of theirs."""
    birth = (stop - seats.age * 365.25).astype(np.int32)
    undocumented = abroad & happens(rng, 0.07, len(birth))
    january = birth[undocumented].astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]")
    birth[undocumented] = january.astype(np.int32)
    return np.minimum(birth, stop - 1).astype(np.int32)


def _stays(rng: Rng, seats: Seats, abroad: Mask, timeline: Timeline) -> tuple[Days, Days]:
    """A few arrive in the window and a few leave it; young adults and newcomers more."""
    n = len(seats.age)
    mobile = np.where((seats.age > 17) & (seats.age < 35), 2.5, 1.0) * np.where(abroad, 2.0, 1.0)
    span = timeline.stop - timeline.start
    arrives = np.where(happens(rng, 0.022 * mobile), timeline.start + rng.random(n) * span, 0)
    leaves = np.where(happens(rng, 0.018 * mobile), timeline.start + rng.random(n) * span, NEVER)
    leaves = np.where(leaves > arrives + 60, leaves, NEVER)
    return arrives.astype(np.int32), leaves.astype(np.int32)


def _moves(
    rng: Rng, places: Places, households: Households, seats: Seats, timeline: Timeline
) -> dict[str, NDArray[Any]]:
    """Whole households move, and young adults by themselves; renters in poorer areas move more."""
    n_households, household = len(households.kind), seats.household
    decile = places.area_decile[places.dwelling_area[households.dwelling]]
    chance = np.clip(0.20 + 0.10 * (5.5 - decile) / 4.5 - 0.004 * (households.adult_age - 40), 0.03, 0.6)
    span = timeline.stop - timeline.start
    household_moves = happens(rng, chance)
    household_day = (timeline.start + rng.random(n_households) * span).astype(np.int32)
    alone = (seats.age > 18) & (seats.age < 34) & happens(rng, 0.10, len(household)) & ~household_moves[household]
    own_day = (timeline.start + rng.random(len(household)) * span).astype(np.int32)
    moved = np.where(alone, own_day, np.where(household_moves[household], household_day[household], NEVER))
    likely = np.linspace(1.5, 0.7, 10)
    new_household = choose_dwellings(rng, places, likely, n_households)
    new_alone = choose_dwellings(rng, places, likely, len(household))
    old = choose_dwellings(rng, places, likely, n_households)[household]
    now = households.dwelling[household]
    dwellings = np.column_stack([old, now, np.where(alone, new_alone, new_household[household])]).astype(np.int32)
    latest = np.where(moved < NEVER, dwellings[:, 2], now)
    before = timeline.start - (rng.exponential(1800, n_households)[household]).astype(np.int32)
    return {
        "dwellings": dwellings,
        "moved": moved.astype(np.int32),
        "moved_before": before.astype(np.int32),
        "decile": places.area_decile[places.dwelling_area[latest]],
    }
