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
class Piece:
    """Some draws of some components."""

    doubt: Doubt
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


def differences(piece: Piece, threshold: float) -> Differences:
    """Who is there in the draws and not as linked, and the other way round.

    Args:
        piece: What is drawn.
        threshold: Pairs at or above it are joined.
    """
    start = piece.doubt.start
    known = settled(piece.doubt, exact(np.log2(piece.chance / (1 - piece.chance))), threshold)
    record, first = np.argsort(known.of_record, kind="stable"), starts(known.groups.size)
    words = np.add.reduceat(_words(start, len(record))[record], first)
    otherwise = _joined_otherwise(known)
    nodes = _nodes(known, otherwise)
    linked, drawn = _gathered(known.person, words), _gathered(_joined(nodes, known), words[nodes.group])
    draw, is_new = nodes.draw[drawn.node[drawn.first]], ~np.isin(drawn.word, linked.word)
    untouched = ~otherwise[:, known.component[linked.node[linked.first]]]
    missing_draw, missing = _missing(linked, drawn.word[~is_new], draw[~is_new], untouched)
    word, group = _each_once(drawn, is_new, nodes)
    place, of_place = ranges(first[group], known.groups.size[group])
    return Differences(
        start=start,
        new=(draw[is_new] + piece.first, drawn.word[is_new]),
        missing=(missing_draw + piece.first, record[first[missing]] + start),
        members=(word[of_place], record[place] + start),
    )


def _each_once(drawn: _People, is_new: Flags, nodes: _Nodes) -> tuple[Words, Ints]:
    """Of every new person once: the person's word, and each group."""
    of_node = drawn.of_node
    wanted = (_once(drawn.word) & is_new)[of_node]
    return drawn.word[of_node[wanted]], nodes.group[drawn.node[wanted]]


def _joined_otherwise(known: Settled) -> Flags:
    """By draw and component, whether its people could be others than those linked.

    Where as many pairs are joined as were linked, and no pair in doubt lies in what is joined again on average, people
    are the same.
    """
    ties = known.ties
    linked = ties.linked > 0
    cluster = grouped(len(known.component), np.stack([ties.left[linked], ties.right[linked]]))
    doubtful = _is_doubtful(cluster, known.groups, known.inside, ties.left, ties.linked)
    component, count = known.component[ties.left], int(known.component[-1]) + 1
    averaged = np.zeros(count, np.bool_)
    averaged[component[ties.unsure & doubtful[ties.left] & (cluster[ties.left] == cluster[ties.right])]] = True
    first = np.searchsorted(component[ties.unsure], np.arange(count))
    flipped = ties.joined[:, ties.unsure] != ties.linked[ties.unsure]
    found: Flags = np.logical_or.reduceat(flipped, first, axis=1) | averaged
    return found


def _nodes(known: Settled, wanted: Flags) -> _Nodes:
    """Groups and ties of the components that are wanted, shape (draws, components), draw by draw."""
    draw, component = np.nonzero(wanted)
    ties = known.ties
    groups = np.bincount(known.component)
    tied = np.bincount(known.component[ties.left], minlength=len(groups))
    start, here = starts(groups)[component], groups[component]
    group, of_group = ranges(start, here)
    tie, of_tie = ranges(starts(tied)[component], tied[component])
    shift, drawn = (starts(here) - start)[of_tie], draw[of_tie]
    between = Ties(
        a=ties.left[tie] + shift,
        b=ties.right[tie] + shift,
        bits=ties.bits[drawn, tie],
        pairs=ties.pairs[tie],
        unsettled=np.zeros(len(tie), np.int64),
    )
    return _Nodes(group, draw[of_group], between, ties.joined[drawn, tie])


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
