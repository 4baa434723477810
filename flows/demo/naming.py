"""Who is called what: families share surnames, some sons are named after fathers, twins are named alike."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Codes, Mask, Rng, happens
from flows.demo.households import CARE_HOME, SHARE, Seats
from flows.demo.name_lists import COMMUNITIES
from flows.demo.names import Names
from flows.demo.timeline import NEVER, Days, Timeline

_KEEP_OWN_NAME = {
    "pakistani": 0.6,
    "bangladeshi": 0.7,
    "vietnamese": 0.9,
    "arab": 0.6,
    "indian": 0.4,
    "east_african": 0.5,
}
_NO_MIDDLE_NAME = {"polish", "romanian", "lithuanian", "vietnamese", "turkish", "arab"}


def name_people(
    rng: Rng,
    names: Names,
    seats: Seats,
    kind: Codes,
    female: Mask,
    birth: Days,
    community: Codes,
    timeline: Timeline,
) -> dict[str, NDArray[Any]]:
    """Forename, middle name, surname, surname before marriage, and the day it changed."""
    sex = female.astype(np.int8)
    year = (1970 + birth / 365.25).astype(np.int32)
    own = names.draw_surnames(rng, community, sex)
    forename = _forenames(rng, names, seats, female, community, sex, year)
    surname, taken = _family_surnames(rng, names, seats, kind, female, community, own)
    without = np.isin(community, [COMMUNITIES.index(name) for name in _NO_MIDDLE_NAME])
    middle = names.draw_forenames(rng, community, sex, year)
    middle = np.where(happens(rng, np.where(without, 0.1, 0.62)), middle, -1).astype(np.int32)
    return {
        "forename": forename,
        "middle": middle,
        "surname": surname,
        "birth_surname": np.where(taken, own, surname).astype(np.int32),
        "married": _wedding_days(rng, taken, birth, timeline),
    }


def _forenames(
    rng: Rng, names: Names, seats: Seats, female: Mask, community: Codes, sex: NDArray[np.int8], year: Codes
) -> Codes:
    forename = names.draw_forenames(rng, community, sex, year)
    head = _heads(seats)
    after_parent = seats.is_child & happens(rng, 0.035, len(forename)) & (female == female[head])
    forename[after_parent] = forename[head[after_parent]]
    # Twins: never the same name, but often one that sounds alike.
    twins = np.flatnonzero(seats.twin_of_previous)
    alike = names.spelling[forename[twins - 1]]
    use = (alike != forename[twins - 1]) & (female[twins] == female[twins - 1]) & happens(rng, 0.15, len(twins))
    forename[twins[use]] = alike[use]
    return forename


def _family_surnames(
    rng: Rng, names: Names, seats: Seats, kind: Codes, female: Mask, community: Codes, own: Codes
) -> tuple[Codes, Mask]:
    """Surnames as borne now, and who took a partner's."""
    couple = np.flatnonzero((seats.slot == 1) & ~seats.is_child & (kind != SHARE) & (kind != CARE_HOME))
    surname, taken = own.copy(), np.zeros(len(own), bool)
    keeps = np.array([_KEEP_OWN_NAME.get(name, 0.2) for name in COMMUNITIES])[community[couple]]
    mixed_sex = female[couple] != female[couple - 1]
    sharing = couple[mixed_sex & ~happens(rng, keeps)]
    # The woman of a couple takes the man's name, whoever was drawn first.
    wife = np.where(female[sharing], sharing, sharing - 1)
    husband = np.where(female[sharing], sharing - 1, sharing)
    surname[wife] = names.female[own[husband]]
    taken[wife] = True
    _name_children(rng, names, seats, female, community, couple, surname)
    return surname, taken


def _name_children(
    rng: Rng, names: Names, seats: Seats, female: Mask, community: Codes, couple: NDArray[np.intp], surname: Codes
) -> None:
    """Mostly the father's name; with one parent often that of one who lives elsewhere; a few have both."""
    n = len(surname)
    head = _heads(seats)
    partner = np.full(n, -1)
    partner[couple - 1] = couple
    named_after = np.where((partner[head] >= 0) & female[head], partner[head], head)
    elsewhere = happens(rng, np.where(partner >= 0, 0.04, 0.4))[head]
    other = names.draw_surnames(rng, community, np.zeros(n, np.int8))[head]
    family = np.where(elsewhere, other, surname[named_after])
    both = happens(rng, 0.03, n)[head] & (community == 0)
    family = np.where(both, names.double.draw(rng, n)[head], family)
    borne = np.where(female, names.female[family], names.male[family])
    surname[seats.is_child] = borne[seats.is_child]


def _heads(seats: Seats) -> NDArray[np.intp]:
    """Per person, the row of the first person of the household."""
    first = np.flatnonzero(np.r_[True, seats.household[1:] != seats.household[:-1]])
    return np.repeat(first, np.diff(np.r_[first, len(seats.household)]))


def _wedding_days(rng: Rng, taken: Mask, birth: Days, timeline: Timeline) -> Days:
    """Most married long ago; a few in the window, so that services disagree about the name."""
    n = len(birth)
    age = rng.gamma(9.0, 3.3, n) + 8
    day = (birth + age * 365.25).astype(np.int64)
    day = np.where(day < timeline.stop, day, timeline.start + rng.integers(0, timeline.stop - timeline.start, n))
    return np.where(taken, day, NEVER).astype(np.int32)
