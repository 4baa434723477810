"""How much of a gap between two groups is who they are, and how much is what befalls them: Kitagawa's decomposition.

    gap         = sum(C1 R1) - sum(C2 R2)
    composition = sum((C1 - C2) (R1 + R2) / 2)
    rates       = sum((R1 - R2) (C1 + C2) / 2)

C is the share of a group in each band (of age, say), R its rate there. The two add up to the gap exactly.

Source: Kitagawa 1955, J Am Stat Assoc 50:1168; Das Gupta 1993, US Census P23-186.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap and its two parts, in the unit of the rates."""

    gap: float
    composition: float
    rates: float


def decompose_gap(people: ArrayLike, rate: ArrayLike, other_people: ArrayLike, other_rate: ArrayLike) -> Gap | None:
    """The gap of a group's overall rate to another's.

    Args:
        people: Shape (k,): people of the group by band.
        rate: Shape (k,): its rate in each band.
        other_people: Shape (k,): people of the other group.
        other_rate: Shape (k,): its rates.

    Returns:
        None where one of the groups is nobody. A band in which a group is nobody has no rate: give any number for it
        that should stand in, such as the other group's.
    """
    sizes = [np.asarray(column, np.float64) for column in (people, other_people)]
    rates = [np.asarray(column, np.float64) for column in (rate, other_rate)]
    if any(size.sum() <= 0 for size in sizes):
        return None
    one, two = (size / size.sum() for size in sizes)
    composition = float(((one - two) * (rates[0] + rates[1]) / 2).sum())
    by_rate = float(((rates[0] - rates[1]) * (one + two) / 2).sum())
    return Gap(composition + by_rate, composition, by_rate)
