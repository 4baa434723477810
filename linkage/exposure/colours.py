"""Colour refinement (Weisfeiler-Lehman): what an intruder with the same graph in clear can tell apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.exposure.graph import Graph, Words, mixed

_MOST_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Colours:
    """The fixed point: records of one colour cannot be told apart by the graph and their labels."""

    colour: Words
    """Shape (records,)."""
    rounds: int
    settled: bool
    """False if rounds ran out before the number of colours stopped growing."""

    def unique(self) -> NDArray[np.bool_]:
        """Which records have a colour that no other has."""
        _, where, counts = np.unique(self.colour, return_inverse=True, return_counts=True)
        lonely: NDArray[np.bool_] = counts[where] == 1
        return lonely


def refine(graph: Graph, labels: Words | None = None) -> Colours:
    """Colours of all records, refined until their number stops growing.

    A round gives each block the bag of its members' colours, and each record the bag of its blocks'. Bags are sums
    of hashed 64-bit words: with 10 million records two bags collide with a chance below one in 100,000.

    Args:
        graph: Records and blocks.
        labels: Shape (records,): what is known of each record from the start; None if nothing is.

    Returns:
        The colours.
    """
    colour = mixed(graph.alone) if labels is None else mixed(graph.alone + mixed(labels))
    if not len(graph.edge_record):
        return Colours(colour, 0, True)
    block = np.repeat(np.arange(len(graph.block_start)), np.diff(np.r_[graph.block_start, len(graph.edge_record)]))
    by_record = np.argsort(graph.edge_record, kind="stable")
    of_record = graph.edge_record[by_record]
    start = np.flatnonzero(np.r_[True, of_record[1:] != of_record[:-1]])
    tied, blocks_of_record = of_record[start], block[by_record]
    found = 0
    for number in range(1, _MOST_ROUNDS + 1):
        before, found = found, _distinct(colour[tied])
        if found == before:
            return Colours(colour, number - 1, True)
        shown = np.add.reduceat(mixed(colour)[graph.edge_record], graph.block_start)
        shown = mixed(mixed(shown) + graph.block_kind)
        colour[tied] = mixed(colour[tied] * np.uint64(3) + np.add.reduceat(shown[blocks_of_record], start))
    return Colours(colour, _MOST_ROUNDS, False)


def _distinct(words: Words) -> int:
    """How many different words."""
    ordered = np.sort(words)
    return int((ordered[1:] != ordered[:-1]).sum()) + 1 if len(words) else 0
