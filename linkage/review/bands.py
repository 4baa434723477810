"""Weight bands: pairs of about the same evidence, never on both sides of the threshold."""

import math
from collections.abc import Sequence
from itertools import pairwise

_EDGES = (-8.0, -4.0, 0.0, 8.0, 16.0)
_APART = 0.5
"""An edge nearer to the threshold than this gives way to it."""


def band_edges(threshold_probability: float) -> tuple[float, ...]:
    """Edges between bands in bits, ascending; the threshold is one of them."""
    threshold = math.log2(threshold_probability / (1 - threshold_probability))
    return tuple(sorted([threshold, *(edge for edge in _EDGES if abs(edge - threshold) >= _APART)]))


def band_words(edges: Sequence[float]) -> list[str]:
    """Each band in words, from the least weight to the most: one more than there are edges."""
    told = [f"{edge:.1f}".removesuffix(".0") for edge in edges]
    between = [f"{low} to {high} bits" for low, high in pairwise(told)]
    return [f"below {told[0]} bits", *between, f"{told[-1]} bits and more"]
