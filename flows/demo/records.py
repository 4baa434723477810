"""What a service wrote down about each person it knows: one record a person, with the service's own mistakes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Codes, Mask, Rng, happens, pick
from flows.demo.events import Events, state_at
from flows.demo.lifecourse import ever
from flows.demo.nhs_numbers import with_slip
from flows.demo.noise import Noise, Share, hardship, raised
from flows.demo.timeline import NEVER, Days
from flows.demo.world import World

UNKNOWN_DAY = -100_000
"""A birth date that was not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """One entry a record of one service. Names are positions in ``Names.text``; -1 is 'not recorded'."""

    person: Codes
    number: NDArray[np.int64]
    """The service's own number for the record; says nothing about the person."""
    first_day: Days
    forename: Codes
    surname: Codes
    previous_surname: Codes
    birth: Days
    birth_broken: Mask
    sex: NDArray[np.int8]
    """0 male, 1 female, -1 not recorded."""
    detail: Codes
    """Position in ``ethnicity.DETAIL``."""
    nhs_number: NDArray[np.int64]
    """0 where there is none."""
    phone: NDArray[np.int64]
    has_email: Mask
    postcode_fault: NDArray[np.int8]
    """0 as it is, 1 missing, 2 a slip, 3 out of shape."""
    lag: Days
    """Days until this service hears of a move."""

    def __len__(self) -> int:
        return len(self.person)


def group_events(rng: Rng, events: Events, *, split: float) -> tuple[Codes, Days, NDArray[np.intp]]:
    """Records behind events: one a person, and two for the share of people whom the service entered twice.

    Returns:
        Person of each record, day of its first event, and each event's record.
    """
    people = int(events.person.max(initial=0)) + 1
    twice = happens(rng, split, people)
    turn = (
        rng.permutation(events.day)[rng.integers(0, max(1, len(events)), people)] if len(events) else np.zeros(people)
    )
    key = events.person.astype(np.int64) * 2 + (twice[events.person] & (events.day >= turn[events.person]))
    keys, record = np.unique(key, return_inverse=True)
    first = np.full(len(keys), NEVER, np.int32)
    np.minimum.at(first, record, events.day)
    return (keys // 2).astype(np.int32), first, record


def write_down(rng: Rng, world: World, person: Codes, first_day: Days, noise: Noise, *, first_number: int) -> Records:
    """Identifiers as one service has them."""
    people = world.people
    hard = hardship(people, ever(world.needs.homeless))[person]
    forename, surname, previous = _written_names(rng, world, person, first_day, noise, hard)
    birth, broken = _written_birth(rng, people.birth[person], noise, hard)
    detail = people.detail[person].copy()
    wrong = happens(rng, raised(noise.ethnic_wrong, np.where(people.group[person] == 3, 0.2, 1.5)))
    detail[wrong] = rng.integers(0, 16, int(wrong.sum()))
    detail[happens(rng, raised(noise.ethnic_missing, hard**0.7))] = -1
    sex = people.female[person].astype(np.int8)
    sex[happens(rng, noise.sex_missing, len(person))] = -1
    phone = np.where(happens(rng, np.clip(noise.phone / hard**0.3, 0, 1)), people.phone[person], 0)
    return Records(
        person=person,
        number=first_number + rng.permutation(len(person) * 4)[: len(person)].astype(np.int64),
        first_day=first_day,
        forename=forename,
        surname=surname,
        previous_surname=previous,
        birth=birth,
        birth_broken=broken,
        sex=sex,
        detail=detail,
        nhs_number=_written_numbers(rng, people.nhs_number, person, noise, hard),
        phone=phone,
        has_email=happens(rng, np.clip(noise.email / hard**0.3, 0, 1)),
        postcode_fault=_postcode_faults(rng, noise, hard),
        lag=rng.exponential(noise.address_lag_days, len(person)).astype(np.int32),
    )


def _written_names(
    rng: Rng, world: World, person: Codes, day: Days, noise: Noise, hard: Share
) -> tuple[Codes, Codes, Codes]:
    people, names, n = world.people, world.names, len(person)
    forename, surname = people.forename[person], people.surname[person]
    lately = people.married[person] >= world.timeline.start
    lasting = np.where(lately & (people.married[person] > day), 0.5, noise.old_surname)
    old = happens(rng, np.where(lately, lasting, noise.old_surname * 0.1))
    surname = np.where(old, people.birth_surname[person], surname)
    previous = np.where(~old & (people.birth_surname[person] != surname), people.birth_surname[person], -1)
    forename = np.where(happens(rng, noise.short_name, n), names.short[forename], forename)
    for maps, share in (
        (names.spelling, noise.spelling),
        (names.misread, noise.misread),
        (names.rejoined, noise.rejoined),
    ):
        chance = raised(share, hard)
        forename = np.where(happens(rng, chance), maps[forename], forename)
        surname = np.where(happens(rng, chance), maps[surname], surname)
    chance = raised(noise.slip, hard)
    forename = np.where(happens(rng, chance * 0.5), names.slips[forename, rng.integers(0, 4, n)], forename)
    surname = np.where(happens(rng, chance * 0.5), names.slips[surname, rng.integers(0, 4, n)], surname)
    plain = happens(rng, noise.plain_letters, n)
    forename = np.where(plain, names.plain[forename], forename)
    surname = np.where(plain, names.plain[surname], surname)
    newborn = (day - people.birth[person] < 60) & happens(rng, noise.baby, n)
    forename = np.where(newborn, names.baby, forename)
    # Name order differs between the world's naming customs, so these swaps fall on some groups far more.
    swap = happens(rng, raised(noise.swapped, hard**2 * np.where(people.born_abroad[person], 2.0, 1.0)))
    return np.where(swap, surname, forename), np.where(swap, forename, surname), previous.astype(np.int32)


def _written_birth(rng: Rng, truth: Days, noise: Noise, hard: Share) -> tuple[Days, Mask]:
    dates = truth.astype("datetime64[D]")
    year, month_date = dates.astype("datetime64[Y]"), dates.astype("datetime64[M]")
    month = (month_date - year.astype("datetime64[M]")).astype(np.int64)
    day = (dates - month_date.astype("datetime64[D]")).astype(np.int64)
    turned = ((year.astype("datetime64[M]") + day % 12).astype("datetime64[D]") + month).astype(np.int32)
    birth = np.where((day < 12) & happens(rng, raised(noise.birth_swapped, hard)), turned, truth)
    step = np.array([-10, -1, 1, 10, -365, 365, -3652, 3653])[pick(rng, [1, 2, 2, 1, 1.5, 1.5, 0.5, 0.5], len(truth))]
    birth = np.where(happens(rng, raised(noise.birth_slip, hard)), truth + step, birth)
    january = year.astype("datetime64[D]").astype(np.int32)
    birth = np.where(happens(rng, raised(noise.birth_january, hard)), january, birth)
    birth = np.where(happens(rng, raised(noise.birth_missing, hard)), UNKNOWN_DAY, birth)
    return birth.astype(np.int32), happens(rng, noise.birth_broken, len(truth)) & (birth > UNKNOWN_DAY)


def _written_numbers(
    rng: Rng, numbers: NDArray[np.int64], person: Codes, noise: Noise, hard: Share
) -> NDArray[np.int64]:
    found = numbers[person]
    # A wrong number is mostly that of the person before or after: a relative, or the next in the queue.
    other = numbers[np.clip(person + rng.choice([-1, 1], len(person)), 0, len(numbers) - 1)]
    found = np.where(happens(rng, raised(noise.nhs_wrong, hard)), other, found)
    found = np.where(happens(rng, noise.nhs_slip, len(person)), with_slip(rng, found), found)
    return np.where(happens(rng, raised(noise.nhs_missing, hard)), 0, found)


def _postcode_faults(rng: Rng, noise: Noise, hard: Share) -> NDArray[np.int8]:
    fault = np.zeros(len(hard), np.int8)
    fault[happens(rng, raised(noise.postcode_slip, hard))] = 2
    fault[happens(rng, noise.postcode_broken, len(hard))] = 3
    fault[happens(rng, raised(noise.postcode_missing, hard))] = 1
    return fault


def dwelling_at(world: World, person: Codes, day: Days) -> Codes:
    """Where each person has lived, as far as is known on a day."""
    people = world.people
    turn = np.where(day >= people.moved[person], 2, np.where(day >= people.moved_before[person], 1, 0))
    return people.dwellings[person, turn]


def there_since(world: World, records: Records, rows: NDArray[np.intp], day: Days) -> Days:
    """Day from which each record has the address it has on ``day``: when the service heard of the move.

    Args:
        world: What is true.
        records: Of one service.
        rows: Of ``records``.
        day: One a row.

    Returns:
        ``UNKNOWN_DAY`` where the person has not moved since long before the service knew them.
    """
    people, person, lag = world.people, records.person[rows], records.lag[rows]
    heard = day - lag
    came = np.where(heard >= people.moved[person], people.moved[person], people.moved_before[person])
    known = (heard >= people.moved_before[person]) & (came + lag >= records.first_day[rows])
    return np.where(known, came + lag, UNKNOWN_DAY).astype(np.int32)


def without_address(world: World, person: Codes, day: Days) -> Mask:
    """Homeless on that day with no address to give: on the street or on other people's sofas."""
    no_address = (person.astype(np.int64) * 2_654_435_761 % 100) < 60
    return state_at(world.timeline, world.needs.homeless, person, day) & no_address
