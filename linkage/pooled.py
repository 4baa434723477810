"""How often a source writes another forename than others do: told by all its pairs, where few would have to guess.

Two records of one birth date and address with two forenames are twins, or one person under two names. In two sources
with a hundred people in common a handful of such pairs says little of which. But there are about as many twins
whichever sources meet, and writing another forename is a source's own habit, in all its pairs. So both are estimated
from all source pairs together: one share of twins, and for each source a share of its records whose forename is
another. Each source pair then begins with the habits of its two sources as all *other* pairs show them, and learns from
its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from linkage.mixture import ROUNDS, WORTH, Counts, Floats, Patterns, Shares, as_bits, counted, revised

_TOLERANCE_BITS = 1e-3

_MOST_WORTH = 200.0
"""What others tell of forenames counts as no more true pairs than this: a second record inside a source is often there
because it bears another name."""

MOST_TOLD = 0.06
"""Nothing is told of two sources that seem to write another forename more often: where whole files do (no birth dates,
errors in every field), families pass for people of two names in all pairs alike."""


@dataclass(frozen=True, slots=True)
class SourcePair:
    """Two sources, or one with itself."""

    sources: tuple[int, int]
    """Places from 0."""
    patterns: Patterns
    possible: float
    """Pairs of records there could be."""
    start: Shares
    """From :func:`linkage.mixture.expected_shares`."""


@dataclass(frozen=True, slots=True)
class Told:
    """Where a source pair begins."""

    start: Shares
    renaming_worth: float
    """How many true pairs the share of other forenames counts as."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """By source pair: what there is to pool. The sources of a pair share what is renamed between them."""

    matches: Floats
    """Shape (pairs,)."""
    twins: Floats
    """Shape (pairs,)."""
    renamed: Floats
    """Shape (pairs, sources): true pairs in which this source's forename is another."""
    known: Floats
    """Shape (pairs, sources): records of true pairs that could show it."""

    def habits(self, start: Shares, without: int | None = None) -> Floats:
        """By source the share of its records whose forename is another; one source pair may be left out."""
        renamed, known = (
            whole.sum(axis=0) - (0 if without is None else whole[without]) for whole in (self.renamed, self.known)
        )
        found: Floats = (renamed + WORTH * start.slips[0] / 2) / (known + WORTH)
        return found

    def twins_everywhere(self, start: Shares) -> float:
        """Twins for each true pair."""
        return float((self.twins.sum() + WORTH * start.kin[0]) / (self.matches.sum() + WORTH))


def told_by_others(pairs: Sequence[SourcePair], usual: Floats, *, namesakes_counted: bool) -> list[Told]:
    """Where each source pair begins: renaming as the other pairs tell it, all else as its own start says.

    Args:
        pairs: All of one project; their starts expect the same twins and the same slips.
        usual: Slips that the weights were made with.
        namesakes_counted: As for :func:`linkage.mixture.fit`.
    """
    if not pairs:
        return []
    sources = 1 + max(max(pair.sources) for pair in pairs)
    shares, own = [pair.start for pair in pairs], np.full(sources, pairs[0].start.slips[0] / 2)
    for _ in range(ROUNDS):
        counts = [
            counted(pair.patterns, as_bits(now, pair.possible, usual)) for pair, now in zip(pairs, shares, strict=True)
        ]
        seen = _seen(pairs, counts, own)
        twins, own = seen.twins_everywhere(pairs[0].start), seen.habits(pairs[0].start)
        before = shares
        shares = [
            _with(revised(found, pair.start, usual, namesakes_counted=namesakes_counted), pair, own, twins)
            for pair, found in zip(pairs, counts, strict=True)
        ]
        if _moved(before, shares) < _TOLERANCE_BITS:
            break
    return [_told(seen, pair, place) for place, pair in enumerate(pairs)]


def _seen(pairs: Sequence[SourcePair], counts: Sequence[Counts], own: Floats) -> _Seen:
    renamed, known = np.zeros((2, len(pairs), len(own)))
    for place, (pair, found) in enumerate(zip(pairs, counts, strict=True)):  # source pairs, not records
        both = own[list(pair.sources)].sum()
        for source in pair.sources:
            renamed[place, source] += found.slipped[0] * own[source] / both
            known[place, source] += found.known[0]
    of_class = np.stack([found.of_class for found in counts])
    return _Seen(of_class[:, 0], of_class[:, 1], renamed, known)


def _with(shares: Shares, pair: SourcePair, own: Floats, twins: float | None = None) -> Shares:
    kin = shares.kin if twins is None else np.array([twins, *shares.kin[1:]])
    return replace(shares, kin=kin, slips=np.array([own[list(pair.sources)].sum(), *shares.slips[1:]]))


def _told(seen: _Seen, pair: SourcePair, place: int) -> Told:
    others = (seen.known.sum(axis=0) - seen.known[place])[list(pair.sources)].min()
    told = _with(pair.start, pair, seen.habits(pair.start, without=place))
    if told.slips[0] > MOST_TOLD:
        return Told(pair.start, WORTH)
    return Told(told, float(np.clip(others, WORTH, _MOST_WORTH)))


def _moved(before: Sequence[Shares], after: Sequence[Shares]) -> float:
    """The largest step of any share, in bits."""
    old, new = (np.array([[one.matches, *one.kin, *one.slips] for one in shares]) for shares in (before, after))
    return float(np.abs(np.log2(new / old)).max())
