"""Some components in some draws: who is there who is nobody as linked, and who as linked is missing."""

from dataclasses import dataclass

import numpy as np

from linkage.doubt import Doubt, Flags
from linkage.groups import Floats, Groups, Ties, Words, exact
from linkage.joining import join_groups
from linkage.runs import Ints, first_of_each, ranges, starts
from linkage.settled import Settled, settled
from linkage.ties import grouped

_PAIR = 2


@dataclass(frozen=True, slots=True)
class _People:
    """Nodes or groups gathered into people."""

    node: Ints
    """Ordered by person."""
    first: Ints
    """By person: where they start among ``node``."""
    word: Words
    """By person: equal for equal sets of records."""

    @property
    def of_node(self) -> Ints:
        """The person of each of ``node``."""
        return np.repeat(np.arange(len(self.first)), np.diff(np.append(self.first, len(self.node))))


@dataclass(frozen=True, slots=True)
class Part:
    """Some components, and what is the same in all draws of them."""

    start: int
    """Position of their first record among all records in doubt."""
    known: Settled
    cluster: Ints
    """By group: a number, from 0, of those whom pairs that are joined as linked hold together."""
    averaged: Flags
    """By cluster, whether a pair in doubt lies inside of what is joined on average: any draw may join it otherwise."""
    linked: _People
    """Groups gathered into people as linked."""
    records: tuple[Ints, Ints]
    """Records ordered by group, and where each group starts among them."""
    words: Words
    """By group: equal for equal sets of records."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some draws of a part."""

    part: Part
    first: int
    """The first of the draws."""
    chance: Floats
    """Shape (draws, pairs in doubt): evenly between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What some components look like in some draws, where that is not as linked."""

    start: int
    """Position of their first record among all records in doubt."""
    new: tuple[Ints, Words]
    """Draw, and word of a person of that draw who is nobody as linked."""
    missing: tuple[Ints, Ints]
    """Draw, and position of a record of a person as linked who is nobody in that draw."""
    members: tuple[Words, Ints]
    """Every new person once: the person's word, and the position of each record."""


@dataclass(frozen=True, slots=True)
class _Nodes:
    """A node is a group of records in a draw; draw by draw, and in each in the order of groups."""

    group: Ints
    """By node."""
    draw: Ints
    """By node."""
    ties: Ties
    """Between nodes of a draw."""
    joined: Ints
    """By tie: how many of its pairs are joined."""


def part_of(doubt: Doubt, most: Floats, threshold: float) -> Part:
    """What is the same in all draws.

    Args:
        doubt: Some components.
        most: By pair in doubt: the largest chance of any draw.
        threshold: Pairs at or above it are joined.
    """
    known = settled(doubt, _as_noise(most), threshold)
    cluster, averaged = _as_linked(known)
    record, first = np.argsort(known.of_record, kind="stable"), starts(known.groups.size)
    words = np.add.reduceat(_words(doubt.start, len(record))[record], first)
    linked = _gathered(known.person, words)
    return Part(doubt.start, known, cluster, averaged, linked, (record, first), words)


def _as_noise(chance: Floats) -> Floats:
    """Bits that a draw adds to a weight: so that a pair is joined as often as its probability says."""
    return exact(np.log2(chance / (1 - chance)))


def differences(piece: Piece, threshold: float) -> Differences:
    """Who is there in the draws and not as linked, and the other way round.

    Args:
        piece: What is drawn.
        threshold: Pairs at or above it are joined.
    """
    part, (record, first) = piece.part, piece.part.records
    groups, linked = part.known.groups, part.linked
    bits, joined = part.known.unsure.drawn(_as_noise(piece.chance), threshold)
    otherwise = _joined_otherwise(part, joined)
    nodes = _nodes(part, otherwise, bits, joined)
    drawn = _gathered(_joined(nodes, part.known), part.words[nodes.group])
    draw, is_new = nodes.draw[drawn.node[drawn.first]], ~np.isin(drawn.word, linked.word)
    untouched = ~otherwise[:, part.cluster[linked.node[linked.first]]]
    missing_draw, missing = _missing(linked, drawn.word[~is_new], draw[~is_new], untouched)
    word, group = _each_once(drawn, is_new, nodes)
    place, of_place = ranges(first[group], groups.size[group])
    return Differences(
        start=part.start,
        new=(draw[is_new] + piece.first, drawn.word[is_new]),
        missing=(missing_draw + piece.first, record[first[missing]] + part.start),
        members=(word[of_place], record[place] + part.start),
    )


def _each_once(drawn: _People, is_new: Flags, nodes: _Nodes) -> tuple[Words, Ints]:
    """Of every new person once: the person's word, and each group."""
    of_node = drawn.of_node
    wanted = (_once(drawn.word) & is_new)[of_node]
    return drawn.word[of_node[wanted]], nodes.group[drawn.node[wanted]]


def _as_linked(known: Settled) -> tuple[Ints, Flags]:
    """Clusters by group, and by cluster whether a pair in doubt lies inside of what is joined on average."""
    between = known.between
    joins = between.linked > 0
    held = grouped(len(known.person), np.stack([between.left[joins], between.right[joins]]))
    doubtful = _is_doubtful(held, known.groups, known.inside, between.left, between.linked)
    numbers, cluster = np.unique(held, return_inverse=True)
    left, right = (side[known.unsure.between] for side in (between.left, between.right))
    averaged = np.zeros(len(numbers), np.bool_)
    averaged[cluster[left[doubtful[left] & (cluster[left] == cluster[right])]]] = True
    return cluster, averaged


def _joined_otherwise(part: Part, joined: Ints) -> Flags:
    """By draw and cluster, whether its people could be others than those linked.

    Where as many pairs are joined as were linked, inside of a cluster and between it and others, and no pair in doubt
    lies in what is joined again on average, people are the same.

    Args:
        part: What is drawn.
        joined: Shape (draws, pairs of groups with a pair in doubt): pairs joined more or fewer than as linked.
    """
    found = np.tile(part.averaged, (len(joined), 1))
    draw, place = np.nonzero(joined)
    between = part.known.unsure.between[place]
    for side in (part.known.between.left, part.known.between.right):
        found[draw, part.cluster[side[between]]] = True
    return found


def _nodes(part: Part, wanted: Flags, bits: Floats, joined: Ints) -> _Nodes:
    """Groups and ties of the clusters that are wanted, draw by draw.

    Args:
        part: What is drawn.
        wanted: Shape (draws, clusters).
        bits: Shape (draws, pairs of groups with a pair in doubt): more bits than as linked.
        joined: The same shape: more pairs joined than as linked.
    """
    between, unsure = part.known.between, part.known.unsure.between
    there = wanted[:, part.cluster]
    node = (np.cumsum(there) - 1).reshape(there.shape)
    draw, tie = np.nonzero(there[:, between.left] & there[:, between.right])
    place = np.full(len(between.left), -1)
    place[unsure] = np.arange(len(unsure))
    moved = np.flatnonzero(place[tie] >= 0)
    at = draw[moved], place[tie[moved]]
    weight, joins = between.bits[tie], between.linked[tie]
    weight[moved] += bits[at]
    joins[moved] += joined[at]
    a, b = node[draw, between.left[tie]], node[draw, between.right[tie]]
    drawn, group = np.nonzero(there)
    return _Nodes(group, drawn, Ties(a, b, weight, between.pairs[tie], np.zeros(len(tie), np.int64)), joins)


def _joined(nodes: _Nodes, known: Settled) -> Ints:
    """By node the smallest node of its person, joined as :mod:`linkage.cluster` joins."""
    ties, groups = nodes.ties, known.groups.of(nodes.group)
    joins = nodes.joined > 0
    cluster = grouped(len(nodes.group), np.stack([ties.a[joins], ties.b[joins]]))
    doubtful = _is_doubtful(cluster, groups, known.inside[nodes.group], ties.a, nodes.joined)
    rows, place = np.flatnonzero(doubtful), np.cumsum(doubtful) - 1
    if len(rows):
        inside = ties.of(doubtful[ties.a] & (cluster[ties.a] == cluster[ties.b])).placed(place)
        cluster[rows] = rows[join_groups(inside, groups.of(rows), place[cluster[rows]])]
    return cluster


def _is_doubtful(cluster: Ints, groups: Groups, inside: Ints, left: Ints, joined: Ints) -> Flags:
    """By group, whether its cluster lacks a pair or holds two records of a source that keeps one a person.

    A cluster of one group never is: it is settled.

    Args:
        cluster: By group the smallest group of its cluster.
        groups: They.
        inside: By group: joined pairs of its records.
        left: By tie: its first group.
        joined: By tie: joined pairs.
    """
    _, number = np.unique(cluster, return_inverse=True)
    whole, count = groups.gathered(number), int(number.max(initial=-1)) + 1
    conflict = np.bincount(number, _sources(groups), count) > _sources(whole)
    pairs = np.bincount(number, inside, count) + np.bincount(number[left], joined, count)
    lacks = pairs < whole.size * (whole.size - 1) // 2
    found: Flags = ((np.bincount(number) > 1) & (whole.size > _PAIR) & (conflict | lacks))[number]
    return found


def _sources(groups: Groups) -> Ints:
    """By group: how many sources that keep one record a person have one in it."""
    found: Ints = np.bitwise_count(groups.single).sum(axis=1, dtype=np.int64)
    return found


def _missing(linked: _People, word: Words, draw: Ints, there: Flags) -> tuple[Ints, Ints]:
    """People as linked who are not there, by draw, as a group of theirs; given are those who are.

    Args:
        linked: People as linked.
        word: Of people as linked who were found.
        draw: In which draw.
        there: Shape (draws, people as linked): who is there in any case; filled in further.
    """
    order = np.argsort(linked.word)
    there[draw, order[np.searchsorted(linked.word, word, sorter=order)]] = True
    without, person = np.nonzero(~there)
    return without, linked.node[linked.first[person]]


def _words(start: int, count: int) -> Words:
    """By record a word of 64 bits, so well mixed that sums of words differ where sets of records do (splitmix64)."""
    word = (np.arange(start, start + count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Words = word ^ (word >> np.uint64(31))
    return found


def _gathered(person: Ints, words: Words) -> _People:
    """Nodes gathered by person; both given by node."""
    node = np.argsort(person)  # in whatever order inside a person: a sum of words is the same in any
    first = first_of_each(person[node])
    return _People(node, first, np.add.reduceat(words[node], first))


def _once(word: Words) -> Flags:
    """Of equal words one."""
    order, found = np.argsort(word), np.zeros(len(word), np.bool_)
    found[order[first_of_each(word[order])]] = True
    return found
