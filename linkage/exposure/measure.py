"""The exposure of a config: which share of people an intruder with a list of everybody could tell apart.

The intruder sees the linkage zone and holds no key. An upper bound: their list is taken to be exact and complete.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from governance.settings import Linkage
from linkage.exposure.colours import refine
from linkage.exposure.graph import Graph, Membership, Words, build_graph, mixed
from linkage.exposure.sent import Sent, Source
from linkage.sketch import LENGTH_BANDS, bigrams
from linkage.ties import grouped, ties
from linkage.values import PRESENT

STRUCTURE, LENGTHS, MISSING, EQUALITIES, RARITY = "structure", "lengths", "missing", "equalities", "rarity"
SEED_SHARES = (0.0, 0.02, 0.1)
"""Share of people whom the intruder knows from elsewhere to be a certain record."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the table."""

    sees: str
    """What the intruder uses: this and everything before it."""
    seeds: float
    unique: float
    """Share of the first source's people, seeds left out, whom nothing else looks like."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What was measured."""

    people: int
    cells: tuple[Cell, ...]
    chains: dict[str, int]
    """By field, the most records that equal codes tie to one another, from block to block."""

    def unique(self, sees: str, seeds: float = 0.0) -> float:
        """One cell's share."""
        return next(cell.unique for cell in self.cells if (cell.sees, cell.seeds) == (sees, seeds))


def measure(
    sources: Sequence[Source],
    linkage: Linkage,
    *,
    seed: int,
    seeds: Sequence[float] = SEED_SHARES,
    length_bands: Sequence[int] = LENGTH_BANDS,
) -> Exposure:
    """Measure a config on made-up people.

    Args:
        sources: The first holds everybody once; others are what else the zone holds.
        linkage: The config.
        seed: Draws who is known from elsewhere.
        seeds: Shares of people known from elsewhere.
        length_bands: Longest name of each band, in pairs of letters; those that sketches tell unless given.

    Returns:
        A cell for each step of what the intruder sees and each share of seeds.
    """
    sent = Sent.of(sources, linkage)
    source = sent.of_source()
    first = source == 0
    draw = np.where(first, np.random.default_rng(seed).random(sent.records), 1.0)
    label, cells = mixed(source.astype(np.uint64)), []
    graph = build_graph(sent.records, sent.blocks(), max_block_records=linkage.max_block_records)
    for sees, more in ((STRUCTURE, None), (LENGTHS, _lengths(sent, length_bands)), (MISSING, _missing(sent))):
        label = label if more is None else mixed(label ^ mixed(more))
        cells += [_cell(sees, graph, label, first, draw, share) for share in seeds]
    chains: dict[str, int] = {}
    graph = build_graph(sent.records, _with_chains(sent, chains), max_block_records=linkage.max_block_records)
    cells += [_cell(EQUALITIES, graph, label, first, draw, share) for share in seeds]
    label = mixed(label ^ mixed(_rarity(sent)))
    cells += [_cell(RARITY, graph, label, first, draw, share) for share in seeds]
    return Exposure(int(first.sum()), tuple(cells), chains)


def _cell(
    sees: str, graph: Graph, label: Words, first: NDArray[np.bool_], draw: NDArray[np.float64], share: float
) -> Cell:
    known = draw < share
    labels = np.where(known, mixed(np.arange(len(label), dtype=np.uint64) + np.uint64(1)), label)
    unique = refine(graph, labels).unique()
    return Cell(sees, share, float(unique[first & ~known].mean()))


def _with_chains(sent: Sent, chains: dict[str, int]) -> Iterator[Membership]:
    """Blocks, then equalities; on the way the largest chain of each field."""
    yield from sent.blocks()
    tied: dict[str, list[NDArray[np.int64]]] = {}
    for part, membership in sent.equalities():
        tied.setdefault(part, []).append(ties(membership.record, membership.block))
        yield membership
    chains.update({part: _longest(np.concatenate(pairs, axis=1)) for part, pairs in sorted(tied.items())})


def _longest(tied: NDArray[np.int64]) -> int:
    """Records of the largest group that the pairs tie together."""
    if not tied.shape[1]:
        return 0
    nodes, at = np.unique(tied, return_inverse=True)
    return int(np.bincount(grouped(len(nodes), at.reshape(tied.shape))).max())


def _by_record(sent: Sent, words: Sequence[Words]) -> Words:
    """A word for each record: the bag of its rows' words."""
    found = np.zeros(sent.records, np.uint64)
    for number, word in zip(sent.number, words, strict=True):
        np.add.at(found, number, mixed(word))
    return found


def _lengths(sent: Sent, bands: Sequence[int]) -> Words:
    """Length bands of both names."""
    return _by_record(sent, [_of_names(source, lambda name: _band(name, bands)) for source in sent.sources])


def _of_names(source: Source, told_of: Callable[[str], int]) -> Words:
    words = np.zeros(len(source.found.record_id), np.uint64)
    for field in ("forename", "surname"):
        coded = source.found.coded(field)
        bands = np.array([told_of(name) for name in coded.values] or [0], np.uint64)
        words = words * np.uint64(64) + np.where(coded.present, bands[coded.codes], np.uint64(63))
    return words


def _band(name: str, bands: Sequence[int]) -> int:
    return int(np.searchsorted(bands, len(bigrams(name))))


def _missing(sent: Sent) -> Words:
    """Which fields are filled."""
    words = []
    for source in sent.sources:
        flags = np.zeros(len(source.found.record_id), np.uint64)
        for place, field in enumerate((*PRESENT, "nhs_number", "phone", "email", "uprn")):
            flags |= source.found.ids(field)[1].astype(np.uint64) << np.uint64(place)
        words.append(flags)
    return _by_record(sent, words)


def _rarity(sent: Sent) -> Words:
    """A third of people in each band, by how many of the first source bear the name."""
    bands = {}
    for field in ("forename", "surname"):
        coded = sent.sources[0].found.coded(field)
        borne = np.bincount(coded.codes[coded.present], minlength=len(coded.values))
        order = np.argsort(-borne, kind="stable")
        before = np.cumsum(borne[order]) - borne[order]
        band = np.empty(len(order), np.int64)
        band[order] = np.minimum(3 * before // max(borne.sum(), 1), 2)
        bands[field] = dict(zip(coded.values, band.tolist(), strict=True))
    words = []
    for source in sent.sources:
        word = np.zeros(len(source.found.record_id), np.uint64)
        for field, of in bands.items():
            coded = source.found.coded(field)
            told = np.array([of.get(name, 1) for name in coded.values] or [0], np.uint64)
            word = word * np.uint64(4) + np.where(coded.present, told[coded.codes], np.uint64(3))
        words.append(word)
    return _by_record(sent, words)
