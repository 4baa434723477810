"""How sure an attacker can be of a hidden count where noise, not arithmetic, stands in the way.

Shown counts are exact counts plus noise of known variance, and relations between exact counts are known. The best
linear estimate of a hidden count has a variance; a whole number that is normally distributed with it takes its
likeliest value with probability erf(1 / (2·√2·sd)). Months in which a hidden group did not change, but its neighbours
did, are further independent estimates of the same number: their precisions add up.

Source: Gauss-Markov; conditional variance of a normal vector under linear constraints.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from governance.disclosure.gate.published import Published
from governance.disclosure.gate.relations import Relation
from governance.disclosure.protect import CellKey
from governance.disclosure.rounding import CountRule

_TINY = 1e-9
_TRIFLE = 1e-10
"""Of the largest variance of a sum."""


def hidden_variance(rule: CountRule) -> float:
    """Variance of a hidden count of which nothing else is known: any of its possible values alike. Unit: people²."""
    return (rule.largest_hidden**2 - 1) / 12


def gained(
    published: Published, relations: Sequence[Relation], twin: Mapping[CellKey, CellKey]
) -> dict[CellKey, float]:
    """What one release tells about each hidden count beyond that it is hidden, as a precision. Unit: 1/people²."""
    found: dict[CellKey, float] = {}
    for cells, sums in _components([each for each in relations if each.is_sum], twin):
        hidden = [n for n, key in enumerate(cells) if key in published.cells and published.cells[key].people is None]
        if hidden:  # of most that are tied together nothing is hidden
            variance = np.array([variance_alone(published, key) for key in cells])
            left = conditional(variance, _as_rows(cells, sums), hidden)
            more = np.maximum(1 / np.maximum(left, _TINY) - 1 / variance[hidden], 0.0)
            found |= dict(zip((cells[n] for n in hidden), more.tolist(), strict=True))
    return found


def same_people(published: Published, relations: Sequence[Relation]) -> dict[CellKey, CellKey]:
    """Cells that a release tells to hold the same people: a total and its one group that is not shown as nobody.

    The same people are released alike, so that the group is no second view of the total, in however many breakdowns.

    Returns:
        For each such cell, the first of those that are the same.
    """
    twin: dict[CellKey, CellKey] = {}
    for relation in relations:
        left = [(key, c) for key, c in relation.terms if published.rule.bounds(published.cells[key]) != (0, 0)]
        if relation.low == relation.high == 0 and sorted(c for _, c in left) == [-1, 1]:
            first, second = sorted(_first(twin, key) for key, _ in left)
            if first != second:
                twin[second] = first
    return {key: _first(twin, key) for key in twin}


def _first(twin: Mapping[CellKey, CellKey], key: CellKey) -> CellKey:
    while key in twin:
        key = twin[key]
    return key


def certainty(precision: float) -> float:
    """The probability of the likeliest value of a count known with this precision, as if it were normal."""
    return erf(sqrt(precision) / (2 * sqrt(2)))


def variance_alone(published: Published, key: CellKey) -> float:
    """Variance of a count that its own cell leaves. Unit: people²."""
    cell = published.cells[key]
    if cell.people is None:
        return hidden_variance(published.rule)
    return published.rule.variance if cell.people else _TINY


def conditional(variance: NDArray[np.float64], rows: NDArray[np.float64], wanted: Sequence[int]) -> NDArray[np.float64]:
    """Variances of some of a normal vector with independent entries, given that ``rows @ x`` is known.

    Args:
        variance: Of each entry, n of them, none nought.
        rows: m by n; some may follow from others, as sums of sums do.
        wanted: Places of the entries that are asked for.

    Returns:
        One variance for each of ``wanted``.
    """
    spread = rows * variance
    inner = spread @ rows.T
    # Rows that follow from others leave this singular: that each is known but for a trifle makes it one with a factor.
    inner[np.diag_indices_from(inner)] += _TRIFLE * inner.diagonal().max()
    seen = solve_triangular(cholesky(inner, lower=True), spread[:, wanted], lower=True)
    left: NDArray[np.float64] = variance[wanted] - (seen**2).sum(axis=0)
    return left


def _components(
    sums: Sequence[Relation], twin: Mapping[CellKey, CellKey]
) -> Iterator[tuple[list[CellKey], list[Mapping[CellKey, int]]]]:
    """Cells that equations tie together, with the equations; cells of the same people are one."""
    touching: dict[CellKey, list[int]] = defaultdict(list)
    terms = [_merged(each, twin) for each in sums]
    for n, row in enumerate(terms):
        for key in row:
            touching[key].append(n)
    done: set[CellKey] = set()
    for start in sorted(touching):
        if start in done:
            continue
        cells = _reached(start, touching, terms)
        done |= cells
        order = sorted(cells)
        yield order, [terms[n] for n in sorted({n for key in order for n in touching[key]})]


def _as_rows(cells: Sequence[CellKey], sums: Sequence[Mapping[CellKey, int]]) -> NDArray[np.float64]:
    """Equations as a matrix: a row for each, a column for each cell."""
    place = {key: n for n, key in enumerate(cells)}
    rows = np.zeros((len(sums), len(cells)))
    for at, terms in enumerate(sums):
        for key, c in terms.items():
            rows[at, place[key]] = c
    return rows


def _merged(relation: Relation, twin: Mapping[CellKey, CellKey]) -> dict[CellKey, int]:
    row: dict[CellKey, int] = defaultdict(int)
    for key, c in relation.terms:
        row[twin.get(key, key)] += c
    return {key: c for key, c in row.items() if c}


def _reached(
    start: CellKey, touching: Mapping[CellKey, list[int]], terms: Sequence[Collection[CellKey]]
) -> set[CellKey]:
    found, waiting = {start}, [start]
    while waiting:
        for n in touching[waiting.pop()]:
            fresh = set(terms[n]) - found
            found |= fresh
            waiting += sorted(fresh)
    return found
