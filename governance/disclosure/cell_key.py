"""Cell key perturbation: each count gets noise that depends on exactly which people it counts, and on nothing else.

The same people have the same noise in every table and every month, so it cannot be averaged away by asking again; one
person more or less gives other noise, so two counts that differ by somebody known do not tell the rest. A rounded count
does: of deterministic rounding to 5, two releases with one known joiner give the exact count in 19% of cases.

Source: Fraser and Wooton 2005 and Thompson, Broadfoot and Elazar 2013 (Australian Bureau of Statistics); Office for
National Statistics, Census 2021. Departures: noise is a truncated discrete normal, the same for every count; small
counts are withheld as well, whether they are small before or after noise; what is shown is rounded too.
"""

from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from governance.disclosure.rounding import HIDDEN, RoundingRule, SafeCell, Status
from governance.settings import Policy

_CUT = 4
_KEYS = 1 << 32
"""Cell keys are whole numbers below this, evenly spread."""


@dataclass(frozen=True, slots=True)
class CellKeyRule:
    """Withhold 1 to ``hide_up_to_people``; add keyed noise to others, withhold again, and round."""

    hide_up_to_people: int
    round_to_people: int
    noise_people: float
    """Standard deviation of the noise before it is cut off, in people."""

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """The rule a policy asks for."""
        return cls(policy.hide_up_to_people, policy.round_to_people, policy.noise_people)

    @property
    def id(self) -> str:
        """The name printed with every output, such as ``cell_key2_hide7_round5``."""
        return f"cell_key{self.noise_people:g}_{self._rounding.id}"

    @property
    def largest_noise(self) -> int:
        """Noise never exceeds this: four standard deviations, upwards, so that hardly any count meets the edge.

        Were noise cut off earlier, a count with the largest noise would tell that it has it.
        """
        return int(np.ceil(_CUT * self.noise_people))

    @property
    def largest_hidden(self) -> int:
        """The largest count that may be withheld."""
        return self._rounding.largest_hidden + self.largest_noise

    @property
    def give(self) -> int:
        """How far a shown count may lie from the exact one. Unit: people."""
        return self._rounding.give + self.largest_noise

    @property
    def variance(self) -> float:
        """Variance of shown minus exact count: noise, and rounding as if it were spread evenly. Unit: people²."""
        return _noise_variance(self.noise_people, self.largest_noise) + self._rounding.variance

    @property
    def sentence(self) -> str:
        """The rule as the public is told."""
        return (
            f"Numbers of people from 1 to {self.hide_up_to_people} are hidden, and some a little larger. All other"
            f" numbers are changed by a small random amount, never more than {self.largest_noise}, and rounded to the"
            f" nearest {self.round_to_people}. The same people always get the same change. Totals are changed on their"
            " own, so rows may not add up."
        )

    def release(self, people: int, cell_key: int) -> SafeCell:
        """The count as it may be published.

        Args:
            people: The exact count.
            cell_key: The sum of its people's keyed numbers, below 2³².

        Returns:
            Hidden if the count is small before or after noise; else the noisy count rounded. Zero stays zero.
        """
        exact = self._rounding.release(people, cell_key)
        if exact.status is Status.HIDDEN or not people:
            return exact
        noisy = self._rounding.release(max(people + self.noise(cell_key), 1), cell_key)
        return HIDDEN if noisy.people is None else SafeCell(noisy.status, noisy.people, noisy.text, self.give)

    def noise(self, cell_key: int) -> int:
        """The noise of a cell key: the same every time, and of mean zero over all keys."""
        steps = _steps(self.noise_people, self.largest_noise)
        return int(np.searchsorted(steps, cell_key, side="right")) - self.largest_noise

    def bounds(self, cell: SafeCell) -> tuple[int, int]:
        """The smallest and largest exact count that a reader who knows the rule must consider for a cell."""
        if cell.status is Status.HIDDEN:
            return 1, self.largest_hidden
        low, high = self._rounding.bounds(cell)
        if high == 0:
            return low, high
        return max(low - self.largest_noise, self.hide_up_to_people + 1), high + self.largest_noise

    @property
    def _rounding(self) -> RoundingRule:
        return RoundingRule(self.hide_up_to_people, self.round_to_people)


@cache
def _shares(deviation: float, largest: int) -> NDArray[np.float64]:
    """Share of keys for each noise from ``-largest`` to ``largest``."""
    noise = np.arange(-largest, largest + 1)
    weight = np.exp(-(noise**2) / (2 * deviation**2))
    shares: NDArray[np.float64] = weight / weight.sum()
    return shares


@cache
def _noise_variance(deviation: float, largest: int) -> float:
    """Of the noise alone; asked of every count of every release. Unit: people²."""
    noise = np.arange(-largest, largest + 1)
    return float((noise**2) @ _shares(deviation, largest))


@cache
def _steps(deviation: float, largest: int) -> NDArray[np.int64]:
    """Keys at which the noise grows by one; symmetrical, so that the mean over all keys is zero to one key in 2³²."""
    steps: NDArray[np.int64] = np.rint(np.cumsum(_shares(deviation, largest))[:-1] * _KEYS).astype(np.int64)
    return steps
