"""A threshold from labels: a suggestion. The config is signed, so only a person changes it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_LABELS = 30
"""Of matches and of others, each, among compared pairs: with fewer the best threshold is a matter of luck."""

_MIN_BITS, _MAX_BITS = 0.0, 19.9
"""Match weights of the probabilities that ``project.yaml`` takes: above 0.5, and with six decimals below 1."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The threshold of best F1 on the labels, and the F1 of the one in use."""

    threshold: float
    f1: float
    f1_now: float


def suggest_threshold(
    weights: NDArray[np.float64],
    is_match: NDArray[np.bool_],
    stands_for: NDArray[np.float64],
    *,
    missed: float,
    now: float,
) -> Suggestion | None:
    """The threshold at which the labelled pairs have their best F1.

    Args:
        weights: Shape (n,): match weight in bits of each labelled pair that was compared.
        is_match: Shape (n,).
        stands_for: Shape (n,): pairs that each label stands for.
        missed: True pairs (in the same measure) that were never compared; no threshold finds them.
        now: The probability in use.

    Returns:
        Half way between the lowest pair it takes and the highest it leaves; None with too few labels.
    """
    if min(int(is_match.sum()), int((~is_match).sum())) < MIN_LABELS:
        return None
    order = np.argsort(-weights, kind="stable")
    bits, match, stands = weights[order], is_match[order], stands_for[order]
    true = float(stands[match].sum()) + missed
    f1 = 2 * np.cumsum(stands * match) / (np.cumsum(stands) + true)
    next_bits = np.append(bits[1:], _MIN_BITS)
    low, high = np.maximum(next_bits, _MIN_BITS), np.minimum(bits, _MAX_BITS)
    usable = low < high  # also parts ties: pairs of one weight stay together
    if not usable.any():
        return None
    best = int(np.argmax(np.where(usable, f1, -1)))
    taken = bits >= np.log2(now / (1 - now))
    found = float(stands[taken].sum())
    f1_now = 2 * float(stands[taken & match].sum()) / (found + true)
    threshold = float(1 / (1 + np.exp2(-(low[best] + high[best]) / 2)))
    return Suggestion(round(threshold, 6), round(float(f1[best]), 5), round(f1_now, 5))
