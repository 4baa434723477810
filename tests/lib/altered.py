"""A synthetic system made by other mechanisms: other rates, another mix of needs, other answers of services.

Nothing was tried on it: what was chosen while looking at the usual world can be held against this one, once.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import numpy as np

from flows.demo import lifecourse, service_health, service_public, service_support

RATES = {"homeless": 1.7, "substance": 0.6, "offending": 1.5, "victim": 0.5, "distress": 1.3}
"""Of each trouble beginning by itself, in place of 1."""

ANSWERED, COMES_AGAIN = 0.8, 1.4
"""How much less likely a service answers, and how much more often emergencies come back."""


def _hazards(as_it_was):
    def hazards(*given):
        return {name: (rate * RATES[name]).astype(np.float32) for name, rate in as_it_was(*given).items()}

    return hazards


def _onsets(base, now, severe):
    """How one trouble opens the door to the next, otherwise: losing a home leads to abuse, abuse to substances."""
    home, drug, crime, abuse, low = (now[name].astype(np.float32) for name in base)
    factor = {
        "homeless": 1 + 4 * drug + 12 * abuse + 3 * crime + 2.5 * low + 8 * severe,
        "substance": 1 + 10 * home + 6 * crime + 18 * abuse + 6 * low + 3 * severe,
        "offending": 1 + 12 * drug + 18 * home + 2.0 * low + 5 * severe,
        "victim": 1 + 18 * home + 3 * drug + 3.0 * low,
        "distress": 1 + 5 * home + 6 * drug + 12 * abuse + 6 * crime + 6 * severe,
    }
    return {name: (base[name] * times).astype(np.float32) for name, times in factor.items()}


def _less_often(as_it_was):
    def follow(rng, person, day, *, chance, days):
        return as_it_was(rng, person, day, chance=np.asarray(chance) * ANSWERED, days=days * 1.3)

    return follow


def _more_often(as_it_was):
    def in_state(rng, timeline, state, per_month):
        return as_it_was(rng, timeline, state, np.asarray(per_month) * COMES_AGAIN)

    return in_state


def _access(people):
    """Another unfairness: services reach men and movers less, whatever their group."""
    return (np.where(people.female, 0.95, 0.65) * np.where(people.born_abroad, 0.7, 1.0)).astype(np.float32)


@contextmanager
def other_mechanisms() -> Iterator[None]:
    """While it lasts, `make_ics` makes another kind of world; its truth is told of that world."""
    changes = [
        (lifecourse, "_base_hazards", _hazards(lifecourse._base_hazards)),
        (lifecourse, "_onset_chances", _onsets),
        (lifecourse, "_access", _access),
        (service_health, "in_state", _more_often(service_health.in_state)),
        (service_public, "follow", _less_often(service_public.follow)),
        (service_support, "follow", _less_often(service_support.follow)),
    ]
    with ExitStack() as open_things:
        for module, name, other in changes:
            open_things.enter_context(patch.object(module, name, other))
        yield
