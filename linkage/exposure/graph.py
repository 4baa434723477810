"""The record-block graph as arrays: what the linkage zone sees of records even if it reads nothing inside a block."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Rows = NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mixed(words: Words) -> Words:
    """Each word hashed (splitmix64): sums of hashed words tell one bag of words from another."""
    found = words + _GOLDEN
    found ^= found >> np.uint64(30)
    found *= _FIRST
    found ^= found >> np.uint64(27)
    found *= _SECOND
    found ^= found >> np.uint64(31)
    return found


@dataclass(frozen=True, slots=True)
class Membership:
    """Which records stand in which blocks of one kind (a rule, or an equality inside a rule's blocks)."""

    kind: int
    """Blocks of two kinds never look alike."""
    record: Rows
    """Shape (v,): dense record numbers."""
    block: Words
    """Shape (v,): equal where and only where the block is the same one."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges between records and the blocks that say something: two records or more, and no more than the cap."""

    records: int
    edge_record: Rows
    """Shape (e,): record of each edge; edges stand block by block."""
    block_start: Rows
    """Shape (b,): first edge of each block."""
    block_kind: Words
    """Shape (b,)."""
    alone: Words
    """Shape (records,): bag of the kinds of block in which the record stands alone, as one word."""
    dropped: dict[int, int]
    """Records in blocks over the cap, by kind."""


def build_graph(records: int, memberships: Iterable[Membership], *, max_block_records: int) -> Graph:
    """Sort memberships into blocks; single blocks become part of the record's own label.

    Args:
        records: How many there are; numbered from 0.
        memberships: One a kind.
        max_block_records: Blocks with more records are left out, as the linkage does.

    Returns:
        The graph.
    """
    alone = np.zeros(records, np.uint64)
    edges, starts, kinds, dropped, offset = [], [], [], {}, 0
    for membership in memberships:
        record, start, size = _blocks(membership)
        word = mixed(np.array([membership.kind], np.uint64))
        alone[record[start[size == 1]]] += word
        kept = (size > 1) & (size <= max_block_records)
        dropped[membership.kind] = int(size[size > max_block_records].sum())
        edges.append(record[np.repeat(kept, size)])
        starts.append(np.cumsum(np.r_[0, size[kept]])[:-1] + offset)
        kinds.append(np.full(int(kept.sum()), word[0], np.uint64))
        offset += len(edges[-1])
    return Graph(records, _joined(edges), _joined(starts), np.concatenate(kinds), alone, dropped)


def _joined(parts: list[Rows]) -> Rows:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _blocks(membership: Membership) -> tuple[Rows, Rows, Rows]:
    """Records block by block, the start of each block and its size; a record counts once a block."""
    order = np.argsort(membership.block, kind="stable")
    block, record = membership.block[order], membership.record[order]
    twice = np.flatnonzero(block[1:] == block[:-1])
    if len(twice):
        inside = np.lexsort((record, block))
        block, record = block[inside], record[inside]
        first = np.r_[True, (block[1:] != block[:-1]) | (record[1:] != record[:-1])]
        block, record = block[first], record[first]
    start = np.flatnonzero(np.r_[True, block[1:] != block[:-1]]) if len(block) else np.zeros(0, np.int64)
    return record, start, np.diff(np.r_[start, len(block)])
