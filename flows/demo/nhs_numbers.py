"""NHS numbers from the 999 range, which is kept for tests, and the check digit that guards them."""

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Rng

_WEIGHTS = np.arange(10, 1, -1)
MOST_PEOPLE = 900_000
"""How many people the 999 range can number."""


def check_digits(stems: NDArray[np.int64]) -> NDArray[np.int64]:
    """Modulus-11 check digit of nine-digit stems; 10 where there is none."""
    digits = stems[:, None] // 10 ** np.arange(8, -1, -1) % 10
    checks: NDArray[np.int64] = (11 - (digits * _WEIGHTS).sum(axis=1) % 11) % 11
    return checks


def is_valid(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Ten digits whose check digit is right."""
    ten_digits = (numbers >= 10**9) & (numbers < 10**10)
    valid: NDArray[np.bool_] = ten_digits & (check_digits(numbers // 10) == numbers % 10)
    return valid


def draw_numbers(rng: Rng, *, count: int) -> NDArray[np.int64]:
    """Different valid numbers, at most ``MOST_PEOPLE``."""
    # One stem in eleven has no check digit, so a fifth more than wanted is always enough.
    stems = 999_000_000 + rng.permutation(1_000_000)[: count * 6 // 5 + 100].astype(np.int64)
    checks = check_digits(stems)
    numbers: NDArray[np.int64] = (stems * 10 + checks)[checks < 10][:count]
    return numbers


def with_slip(rng: Rng, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """One digit mistyped: never valid."""
    place = 10 ** rng.integers(0, 6, len(numbers))
    digit = numbers // place % 10
    return (numbers + np.where(digit == 9, -1, 1) * place).astype(np.int64)
