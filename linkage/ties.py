"""Ties between numbered things that agree in something, and the groups into which ties join them: whole arrays."""

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_ODD = np.uint64(0x9E3779B97F4A7C15)


def mixed(left: Words, right: Words) -> Words:
    """One word of two: equal where both are equal, hardly ever otherwise."""
    word = (left ^ (left >> np.uint64(31))) * _ODD + right
    found: Words = (word ^ (word >> np.uint64(29))) * _ODD
    return found


def ties(number: Numbers, word: Words) -> Numbers:
    """Each number with the next one of the same word, shape (2, ties): what holds equal words together, sparsely.

    Args:
        number: Shape (n,).
        word: Shape (n,).
    """
    order = np.argsort(word)
    word, number = word[order], number[order]
    same = word[1:] == word[:-1]
    return np.stack([number[:-1][same], number[1:][same]])


def grouped(numbers: int, tied: Numbers) -> Numbers:
    """The smallest number to which ties lead from each, shape (numbers,).

    Args:
        numbers: How many there are, from 0.
        tied: Pairs of them, shape (2, ties).
    """
    left, right = tied
    root = np.arange(numbers)
    while len(left):
        low = np.minimum(root[left], root[right])
        np.minimum.at(root, root[left], low)
        np.minimum.at(root, root[right], low)
        while (root[root] != root).any():
            root = root[root]
        apart = root[left] != root[right]  # what has one root keeps one, whatever that is tied to
        left, right = left[apart], right[apart]
    return root
