"""How many records are met by none of their person's others: not known, but drawn, and wide where little is known.

A record that was left alone is one of two things: its person's others were missed, or nobody else knows the person. The
odds between the two are those of being missed over those of being somebody whom only this source knows. The latter do
not depend on how much is written in the record, so they are told by each source's fullest records, hardly any of which
is missed. Of the emptiest records that are alone nearly all are missed, of the fullest hardly any (decision 88).

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
import pyarrow.compute as pc
from numpy.typing import NDArray

EMPTINESS = 5
"""From the fullest records (0) to those with four or more fields fewer (4)."""

USUAL_ODDS, EMPTIER = 0.005, 4.0
"""Of the fullest records, and how many times larger for each field that is empty: a guess before numbers have spoken,
from synthetic systems that are used for nothing else (docs/benchmarks.md)."""

SHAPE_SYSTEM, SHAPE_LEVEL, SHAPE_GROUP, SHAPE_CELL = 2.0, 3.0, 3.0, 2.0
"""How many stranded records the guess is worth, by factor."""

GROUP_WORSE, CELL_WORSE = 2.0, 1.5
"""How much worse than usual a group, and a part of it, is guessed to be until numbers say otherwise. Judgements."""

USUAL_ALONE, SHAPE_ALONE = 0.03, 2.0
"""People whom only one source knows, for every joined record of it, and how many lone records that guess is worth: from
the same synthetic systems."""

MOST_ODDS = 4.0
"""Four of five missed: beyond that what was found no longer stands for what was not."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Strata:
    """Records by source, ethnic group and how much emptier than the fullest they are.

    All numbers have shape (sources, groups, EMPTINESS).
    """

    sources: tuple[str, ...]
    groups: tuple[str, ...]
    """What the numbers of sources and groups stand for."""
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
        place = (source, group, table["emptier"].to_numpy().astype(np.int64))
        counts = []
        for name in ("known", "stranded", "joined", "alone"):
            found = np.zeros((len(sources), len(groups), EMPTINESS))
            found[place] = table[name].to_numpy()
            counts.append(found)
        return cls(sources, groups, *counts)

    def places(self, records: pa.Table) -> tuple[Ints, Ints, Ints]:
        """Source, group and emptiness of some records, numbered as here."""
        source, group = places_among(records["source"], self.sources), places_among(records["group"], self.groups)
        return source, group, records["emptier"].to_numpy().astype(np.int64)


def places_among(values: pa.Array | pa.ChunkedArray, names: pa.Array | tuple[str, ...]) -> Ints:
    """Where each is among the names; -1 for nothing."""
    among = pa.array(names, pa.string()) if isinstance(names, tuple) else names
    found: Ints = pc.fill_null(pc.index_in(values, value_set=among), -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _numbered(names: pa.ChunkedArray) -> tuple[tuple[str, ...], Ints]:
    told, code = np.unique(np.array(names.to_pylist(), str), return_inverse=True)
    return tuple(told.tolist()), code.astype(np.int64)


def missed_share(strata: Strata, draws: int, chance: np.random.Generator) -> Floats:
    """What share of the records without a number that were left alone is missed: so many draws of what is not known.

    If a share q is missed, then for every record that was found there are q / (1 - q) that were not: the odds. If
    there are s people whom nobody else knows for every record that was found, then odds / (odds + s) of the records
    left alone are missed ones.

    Args:
        strata: What the numbers tell.
        draws: How many.
        chance: Where they come from.

    Returns:
        Shape (draws, sources, groups, EMPTINESS).
    """
    odds = missed_odds(strata, draws, chance)
    share: Floats = odds / (odds + _known_to_nobody_else(strata, draws, chance))
    return share


def missed_odds(strata: Strata, draws: int, chance: np.random.Generator) -> Floats:
    """Missed for every found record of each stratum: shape (draws, sources, groups, EMPTINESS)."""
    usual = np.minimum(USUAL_ODDS * EMPTIER ** np.arange(EMPTINESS), MOST_ODDS)
    odds = np.tile(usual, (draws, *strata.known.shape[:2], 1))
    factors: tuple[tuple[tuple[int, ...], float, float], ...] = (
        ((1, 2, 3), SHAPE_SYSTEM, 1.0),
        ((1, 2), SHAPE_LEVEL, 1.0),
        ((1, 3), SHAPE_GROUP, GROUP_WORSE),
        ((), SHAPE_CELL, CELL_WORSE),
    )
    for over, shape, guess in factors:
        odds = np.minimum(odds * _factor(strata, odds, over, chance, shape=shape, guess=guess), MOST_ODDS)
    return odds


def _factor(
    strata: Strata, odds: Floats, over: tuple[int, ...], chance: np.random.Generator, *, shape: float, guess: float
) -> Floats:
    """How much worse than expected each part is, draw by draw; a part is what lies together over some axes."""
    stranded = np.broadcast_to(strata.stranded, odds.shape).sum(axis=over, keepdims=True)
    expected = (odds / (1 + odds) * strata.known).sum(axis=over, keepdims=True)
    drawn: Floats = chance.gamma(shape * guess + stranded, 1 / (shape + expected))
    return drawn


def _known_to_nobody_else(strata: Strata, draws: int, chance: np.random.Generator) -> Floats:
    """People whom only this source knows, for every joined record: shape (draws, sources, 1, 1)."""
    alone, joined = (of[:, :, 0].sum(axis=1) for of in (strata.alone, strata.joined))
    shape, rate = SHAPE_ALONE + alone, SHAPE_ALONE / USUAL_ALONE + joined
    return chance.gamma(shape, 1 / rate, (draws, len(shape)))[:, :, None, None]
