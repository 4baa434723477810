"""How often each service gets an identifier wrong or not at all, and for whom more often.

Rates are for the average white person in an average place with a settled address. They are raised for the groups
for whom linkage studies find more missed links: ethnic minorities, people in deprived areas, young adults, people
born abroad, people without a fixed address (Hagger-Johnson 2015 and 2017; Libuy 2021; ONS Census 2021 to PDS).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.demo.population import Population

Share = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """One service's habits; every number is a share of its records."""

    nhs_missing: float
    nhs_wrong: float = 0.002
    """Another person's number."""
    nhs_slip: float = 0.002
    """A number that fails its check digit."""
    short_name: float = 0.02
    spelling: float = 0.02
    """Another spelling of the same name, where there is one."""
    slip: float = 0.015
    misread: float = 0.0
    swapped: float = 0.004
    """Forename and surname in each other's place."""
    rejoined: float = 0.15
    """Names of several parts written otherwise, of those who have one."""
    baby: float = 0.0
    """"Baby" for a forename, of those first seen in their first two months."""
    old_surname: float = 0.15
    """Of those who married in the window, and a tenth of that of those who married before."""
    plain_letters: float = 1.0
    """Marks on letters lost."""
    birth_missing: float = 0.002
    birth_swapped: float = 0.004
    """Day and month in each other's place, where that is a date."""
    birth_slip: float = 0.006
    birth_january: float = 0.002
    """1 January put for 'not known'."""
    birth_broken: float = 0.001
    """No real date."""
    postcode_missing: float = 0.01
    postcode_slip: float = 0.006
    postcode_broken: float = 0.002
    address_lag_days: float = 120.0
    """Mean wait until a move is known."""
    sex_missing: float = 0.003
    ethnic_missing: float = 0.1
    ethnic_wrong: float = 0.02
    phone: float = 0.0
    """Share of records with a phone number."""
    email: float = 0.0


def hardship(people: Population, ever_homeless: NDArray[np.bool_]) -> Share:
    """How many times likelier than average each person's record is to be wrong or incomplete."""
    by_group = np.array([1.6, 1.6, 1.3, 1.0, 1.8])[people.group]
    age = people.age_at(20_500)
    young = np.where((age > 18) & (age < 30), 1.3, 1.0)
    factor: Share = by_group * np.exp(0.22 * people.poverty) * np.where(people.born_abroad, 1.25, 1.0) * young
    return factor * np.where(ever_homeless, 2.0, 1.0)


def raised(share: float, factor: Share) -> Share:
    """A share raised on the odds scale, so that it stays below 1."""
    if share in (0.0, 1.0):
        return np.full(len(factor), share)
    odds = share / (1 - share) * factor
    return odds / (1 + odds)
