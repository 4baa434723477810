"""How many records are met by none of their person's others: not known, but drawn, and wide where little is known.

What strands a record is above all how little is written in it, and records without a number are the emptier ones. So
records are compared with their like. The odds of being missed are a product: what a record so empty usually has, times
how much worse than usual this system is, records so empty in it, this ethnic group, and this source and group at this
emptiness. Each factor is drawn from what the numbers have told of it (a gamma distribution: so many stranded where so
many were expected), beginning with a guess that is worth a few stranded records, and that is worse for groups.
Factors are shared: if a draw finds a group worse, then in all sources at once, so errors of one group add up instead
of levelling out. A group of which no number speaks never inherits another's certainty (design, section 4).

Source: Poisson-gamma smoothing of rates, Clayton and Kaldor, Biometrics 43 (1987) 671.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cohorts.counts import NOT_RECORDED

USUAL_ODDS, EMPTIER = 0.005, 4.0
"""Of the fullest records, and how many times larger for each field that is empty: a guess before numbers have spoken,
from synthetic systems that are used for nothing else (docs/benchmarks.md)."""

SHAPE_SYSTEM, SHAPE_LEVEL, SHAPE_GROUP, SHAPE_CELL = 2.0, 3.0, 3.0, 2.0
"""How many stranded records the guess is worth, by factor."""

GROUP_WORSE, CELL_WORSE = 2.0, 1.5
"""How much worse than usual a group, and a part of it, is guessed to be until numbers say otherwise. Judgements."""

ALIKE_WORTH = 10.0
"""What is usual in a source, beside joined records that are as empty: worth so many of them."""

MOST_ODDS = 4.0
"""Four of five missed: beyond that what was found no longer stands for what was not."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Strata:
    """Records of one source and ethnic group, with as many fields filled; all by stratum unless said otherwise."""

    sources: tuple[str, ...]
    groups: tuple[str, ...]
    """What the numbers of sources and groups stand for."""
    source: Ints
    group: Ints
    emptier: Ints
    """Fields filled fewer than in the fullest records."""
    known: Floats
    stranded: Floats
    """Records with a number and a partner, and how many of these no other rule compares with any."""
    joined: Floats
    alone: Floats
    """Records without a number."""

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """From ``sql/stratum.sql``."""
        sources, source = _numbered(table["source"])
        groups, group = _numbered(table["group"])
        counts = (table[name].to_numpy().astype(float) for name in ("known", "stranded", "joined", "alone"))
        return cls(sources, groups, source, group, table["emptier"].to_numpy().astype(np.int64), *counts)

    @property
    def level(self) -> Ints:
        """By stratum, its source and emptiness, numbered from 0."""
        return np.unique(np.column_stack([self.source, self.emptier]), axis=0, return_inverse=True)[1].astype(np.int64)

    def joined_of(self) -> Floats:
        """Joined records without a number: shape (sources, groups)."""
        found = np.zeros((len(self.sources), len(self.groups)))
        np.add.at(found, (self.source, self.group), self.joined)
        return found


def _numbered(names: pa.ChunkedArray) -> tuple[tuple[str, ...], Ints]:
    told, code = np.unique(names.to_pylist(), return_inverse=True)
    return tuple(told.tolist()), code.astype(np.int64)


def missed_records(strata: Strata, draws: int, chance: np.random.Generator) -> Floats:
    """How many records without a number are missed: so many draws of what is not known.

    If a share q is missed, then for every record that was found there are q / (1 - q) that were not: the odds.

    Args:
        strata: What the numbers tell.
        draws: How many.
        chance: Where they come from.

    Returns:
        Shape (draws, sources, groups). In each draw no source has more missed records of one emptiness than were left
        alone.
    """
    missed = missed_odds(strata, draws, chance) * _as_empty(strata)
    missed *= _left_alone(strata, missed)
    place = strata.source * len(strata.groups) + strata.group
    return _by_part(missed, place, len(strata.sources) * len(strata.groups)).reshape(
        draws, len(strata.sources), len(strata.groups)
    )


def missed_odds(strata: Strata, draws: int, chance: np.random.Generator) -> Floats:
    """Missed for every found record of each stratum: shape (draws, strata)."""
    odds = np.tile(np.minimum(USUAL_ODDS * EMPTIER**strata.emptier, MOST_ODDS), (draws, 1))
    cells = np.arange(len(strata.group))
    factors = (
        (np.zeros_like(cells), SHAPE_SYSTEM, 1.0),
        (strata.emptier, SHAPE_LEVEL, 1.0),
        (strata.group, SHAPE_GROUP, GROUP_WORSE),
        (cells, SHAPE_CELL, CELL_WORSE),
    )
    for part, shape, guess in factors:
        odds = np.minimum(odds * _factor(strata, odds, part, chance, shape=shape, guess=guess), MOST_ODDS)
    return odds


def _factor(
    strata: Strata, odds: Floats, part: Ints, chance: np.random.Generator, *, shape: float, guess: float
) -> Floats:
    """How much worse than expected each part is, draw by draw: shape (draws, strata)."""
    parts = int(part.max(initial=-1)) + 1
    stranded = np.bincount(part, strata.stranded, parts)
    expected = _by_part(odds / (1 + odds) * strata.known, part, parts)
    drawn: Floats = chance.gamma(shape * guess + stranded, 1 / (shape + expected))
    return drawn[:, part]


def _as_empty(strata: Strata) -> Floats:
    """Joined records of each stratum, as if groups were dealt out anew among those of one source and emptiness.

    Few records that are as empty were joined, so what is usual in the source helps to say whose they are. Where no
    group is recorded, the record that was missed often has it: what is usual says of whom.
    """
    level = strata.level
    usual = strata.joined_of()
    usual /= np.maximum(usual.sum(axis=1, keepdims=True), 1)
    told = np.array([name != NOT_RECORDED for name in strata.groups], np.bool_)[strata.group]
    alike = np.where(told, strata.joined, 0) + ALIKE_WORTH * usual[strata.source, strata.group]
    whole, among = (np.bincount(level, each)[level] for each in (strata.joined, alike))
    found: Floats = whole * alike / np.where(among > 0, among, 1)
    return found


def _left_alone(strata: Strata, missed: Floats) -> Floats:
    """By how much to take less, where more would be missed than were left alone: shape (draws, strata)."""
    level = strata.level
    parts = int(level.max(initial=-1)) + 1
    taken, alone = _by_part(missed, level, parts), np.bincount(level, strata.alone, parts)
    fits: Floats = np.where(taken > alone, alone / np.where(taken > 0, taken, 1), 1.0)
    return fits[:, level]


def _by_part(told: Floats, part: Ints, parts: int) -> Floats:
    """Sums by part, for every draw: shape (draws, parts)."""
    belongs = csr_array((np.ones(len(part)), (part, np.arange(len(part)))), shape=(parts, len(part)))
    found: Floats = (belongs @ told.T).T
    return found
