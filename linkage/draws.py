"""Linkage draws: who else the people could be, if every pair in doubt were decided anew.

A pair with a match probability of 0.7 is joined in seven draws of ten. Each draw adds logistic noise to the weight of
every pair in doubt, which joins it as often as its probability says, and then makes people as linkage itself does:
connected components, doubtful ones joined again on average. Only components with a pair in doubt are drawn at all, and
of each draw only what differs from the person index is kept (design, section 4).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from governance.contracts import DRAWN_PERSON, LINKAGE_DRAW, check_table
from governance.warehouse import fetch_table, load_sql, load_table
from linkage.doubt import Doubt, nodes_of, parts_of
from linkage.joining import join_on_average
from linkage.side_by_side import side_by_side
from linkage.ties import grouped

DRAWS = 200
"""How often the pairs in doubt are decided; 95% limits rest on five draws at each end."""

IN_DOUBT = (0.01, 0.99)
"""Match probabilities between which a pair is decided anew in every draw."""

_SEED = 4_046
_AT_ONCE = 300_000
"""Records times draws that are worked on together: arrays of this size stay in memory that the process has already."""

_PAIR = 2
_SIDES = ("record_l", "record_r")

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Draws:
    """What the draws make of people."""

    drawn_person: pa.Table
    """Contract ``drawn_person``: the records of everyone who is nobody in the person index but is in some draw."""
    linkage_draw: pa.Table
    """Contract ``linkage_draw``: who is there instead of whom, draw by draw."""
    records_in_doubt: int
    """Records of components with a pair in doubt."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some draws of some components."""

    doubt: Doubt
    first: int
    """The first of the draws."""
    chance: Floats
    """Shape (draws, pairs in doubt): evenly between 0 and 1."""


@dataclass(frozen=True, slots=True)
class _Groups:
    """Nodes gathered into people."""

    node: Ints
    """Ordered by group."""
    first: Ints
    """By group: where it starts among ``node``."""
    word: Words
    """By group: equal for equal sets of records."""

    @property
    def of_node(self) -> Ints:
        """The group of each of ``node``."""
        return np.repeat(np.arange(len(self.first)), np.diff(np.append(self.first, len(self.node))))


@dataclass(frozen=True, slots=True)
class _Differences:
    """What some components look like in some draws, where that is not as linked."""

    start: int
    """Position of their first record among all records in doubt."""
    new: tuple[Ints, Words]
    """Draw, and word of a person of that draw who is nobody as linked."""
    missing: tuple[Ints, Ints]
    """Draw, and position of a record of a person as linked who is nobody in that draw."""
    members: tuple[Words, Ints]
    """Every new person once: the person's word, and the position of each record."""


def draw_links(con: duckdb.DuckDBPyConnection, threshold_probability: float, *, draws: int = DRAWS) -> Draws:
    """Decide the pairs in doubt again and again.

    Args:
        con: Holds what :func:`linkage.link.link` and :func:`linkage.person_index.build_person_index` made.
        threshold_probability: Pairs at or above it are joined.
        draws: How often.

    Returns:
        The same for the same pairs, in whatever order they were found.
    """
    records = _records_in_doubt(con)
    if not records.num_rows:
        return Draws(DRAWN_PERSON.schema.empty_table(), LINKAGE_DRAW.schema.empty_table(), 0)
    doubt = _doubt(records, fetch_table(con, load_sql("linkage", "drawn_pair")))
    threshold = float(np.log2(threshold_probability / (1 - threshold_probability)))
    noise = np.random.default_rng(_SEED)
    parts = parts_of(doubt, max(1, _AT_ONCE // draws))
    pieces = (piece for part in parts for piece in _some_draws_at_a_time(part, draws, noise))
    found = side_by_side(lambda piece: _differences(piece, threshold), pieces)
    return _named(records, list(_each_person_once(found)))


def _records_in_doubt(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Records of components that hold a pair in doubt, ordered by component, and whom they were joined to."""
    low, high = IN_DOUBT
    pairs = fetch_table(con, load_sql("linkage", "possible_pair"), {"low": low, "high": high})
    both_sides = np.concatenate([pairs[side].to_numpy() for side in _SIDES])
    numbers, places = np.unique(both_sides, return_inverse=True)
    tied = places.reshape(2, -1)
    component = grouped(len(numbers), tied)
    unsure = np.zeros(len(numbers), np.bool_)
    unsure[component[tied[0, pairs["unsure"].to_numpy()]]] = True
    wanted = unsure[component]
    found = pa.table({"record": numbers[wanted].astype(np.int64), "component": component[wanted]})
    load_table(con, "record_in_doubt", found)
    return fetch_table(con, load_sql("linkage", "drawn_record"))


def _doubt(records: pa.Table, pairs: pa.Table) -> Doubt:
    low, high = IN_DOUBT
    numbers = records["record"].to_numpy()
    order = np.argsort(numbers)
    left, right = (order[np.searchsorted(numbers, pairs[side].to_numpy(), sorter=order)] for side in _SIDES)
    probability = pairs["probability"].to_numpy()
    person = records["person_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    return Doubt(
        component=np.unique(records["component"].to_numpy(), return_inverse=True)[1],
        person=_smallest(person.astype(np.int64)),
        single_source=records["single_source"].to_numpy(),
        left=np.minimum(left, right),
        right=np.maximum(left, right),
        weight=pairs["weight"].to_numpy(),
        unsure=(probability > low) & (probability < high),
    )


def _smallest(labels: Ints) -> Ints:
    """By position, the smallest position with the same label."""
    _, first, place = np.unique(labels, return_index=True, return_inverse=True)
    found: Ints = first[place]
    return found


def _some_draws_at_a_time(doubt: Doubt, draws: int, noise: np.random.Generator) -> Iterator[_Piece]:
    """The draws of a part; a component so large that all draws of it are too much is drawn a few times at once.

    Of millions of records many hang together by pairs in doubt, in one component.
    """
    at_once, unsure = max(1, _AT_ONCE // len(doubt.component)), int(doubt.unsure.sum())
    for first in range(0, draws, at_once):
        yield _Piece(doubt, first, noise.random((min(at_once, draws - first), unsure)))


def _each_person_once(pieces: Iterable[_Differences]) -> Iterator[_Differences]:
    """The same, where draws of a part that are worked on apart have a new person in common."""
    known, part = np.zeros(0, np.uint64), -1
    for piece in pieces:
        if piece.start != part:
            known, part = np.zeros(0, np.uint64), piece.start
        word, member = piece.members
        fresh = ~np.isin(word, known)
        known = np.union1d(known, word)
        yield replace(piece, members=(word[fresh], member[fresh]))


def _differences(piece: _Piece, threshold: float) -> _Differences:
    """Who is there in the draws and not as linked, and the other way round."""
    doubt, draws = piece.doubt, len(piece.chance)
    weight = np.tile(doubt.weight, (draws, 1))
    weight[:, doubt.unsure] += np.log2(piece.chance / (1 - piece.chance))
    otherwise = _joined_otherwise(doubt, weight, threshold)
    nodes = nodes_of(doubt, otherwise)
    bits = weight[nodes.pair_draw, nodes.pair]
    person = _people(nodes.left, nodes.right, bits, doubt.single_source[nodes.record], threshold)
    words = _words(doubt.start, len(doubt.component))
    linked, drawn = _gathered(doubt.person, words), _gathered(person, words[nodes.record])
    known, draw = np.sort(linked.word), nodes.draw[drawn.node[drawn.first]]
    is_new = known[np.searchsorted(known[:-1], drawn.word)] != drawn.word
    by_word, once = np.argsort(drawn.word), np.zeros(len(is_new), np.bool_)
    once[by_word[_first_of_each(drawn.word[by_word])]] = True
    of_node = drawn.of_node
    wanted = (once & is_new)[of_node]
    there = ~otherwise[:, doubt.component[linked.node[linked.first]]]
    missing_draw, missing = _missing(linked, drawn.word[~is_new], draw[~is_new], there)
    return _Differences(
        start=doubt.start,
        new=(draw[is_new] + piece.first, drawn.word[is_new]),
        missing=(missing_draw + piece.first, missing + doubt.start),
        members=(drawn.word[of_node[wanted]], nodes.record[drawn.node[wanted]] + doubt.start),
    )


def _joined_otherwise(doubt: Doubt, weight: Floats, threshold: float) -> Flags:
    """By draw and component, whether its people could be others than those linked.

    Where the same pairs are joined as were linked, and no component of theirs is joined again on average, people are
    the same.

    Args:
        doubt: Some components.
        weight: Shape (draws, pairs).
        threshold: Pairs at or above it are joined.
    """
    joins = doubt.weight >= threshold
    cluster = grouped(len(doubt.component), np.stack([doubt.left[joins], doubt.right[joins]]))
    averaged = np.zeros(int(doubt.component[-1]) + 1, np.bool_)
    averaged[doubt.component[_is_doubtful(cluster, doubt.left[joins], doubt.single_source)]] = True
    component = doubt.component[doubt.left[doubt.unsure]]
    order = np.argsort(component, kind="stable")
    first = np.searchsorted(component[order], np.arange(len(averaged)))
    flipped = (weight[:, doubt.unsure] >= threshold) != joins[doubt.unsure]
    found: Flags = np.logical_or.reduceat(flipped[:, order], first, axis=1) | averaged
    return found


def _missing(linked: _Groups, word: Words, draw: Ints, there: Flags) -> tuple[Ints, Ints]:
    """People as linked who are not there, by draw, as the position of a record; given are those who are.

    Args:
        linked: People as linked.
        word: Of people as linked who were found.
        draw: In which draw.
        there: Shape (draws, people as linked): who is there in any case; filled in further.
    """
    order = np.argsort(linked.word)
    there[draw, order[np.searchsorted(linked.word, word, sorter=order)]] = True
    without, group = np.nonzero(~there)
    return without, linked.node[linked.first[group]]


def _people(left: Ints, right: Ints, weight: Floats, single: Ints, threshold: float) -> Ints:
    """By node the smallest node of its person, joined as :mod:`linkage.cluster` joins."""
    joins = weight >= threshold
    cluster = grouped(len(single), np.stack([left[joins], right[joins]]))
    doubtful = _is_doubtful(cluster, left[joins], single)
    rows, place = np.flatnonzero(doubtful), np.cumsum(doubtful) - 1
    inside = doubtful[left] & (cluster[left] == cluster[right])
    if len(rows):
        tied = place[left[inside]], place[right[inside]]
        parted = join_on_average(*tied, weight[inside], single[rows], component=place[cluster[rows]])
        cluster[rows] = rows[parted]
    return cluster


def _is_doubtful(cluster: Ints, joined: Ints, single: Ints) -> Flags:
    """By node, whether its component lacks a pair or holds two records of a source that keeps one a person."""
    count = len(cluster)
    size, pairs = np.bincount(cluster, minlength=count), np.bincount(cluster[joined], minlength=count)
    rows = np.flatnonzero(single >= 0)
    sources = int(single.max(initial=0)) + 1
    held = np.unique(cluster[rows] * sources + single[rows]) // sources
    conflict = np.bincount(cluster[rows], minlength=count) > np.bincount(held, minlength=count)
    found: Flags = ((size > _PAIR) & (conflict | (pairs < size * (size - 1) // 2)))[cluster]
    return found


def _words(start: int, count: int) -> Words:
    """By record a word of 64 bits, so well mixed that sums of words differ where sets of records do (splitmix64)."""
    word = (np.arange(start, start + count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Words = word ^ (word >> np.uint64(31))
    return found


def _gathered(person: Ints, words: Words) -> _Groups:
    """Nodes gathered by person; both given by node."""
    node = np.argsort(person)  # in whatever order inside a group: a sum of words is the same in any
    first = _first_of_each(person[node])
    return _Groups(node, first, np.add.reduceat(words[node], first))


def _first_of_each(ordered: NDArray[Any]) -> Ints:
    """Where another value begins."""
    found: Ints = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    return found


def _named(records: pa.Table, parts: Sequence[_Differences]) -> Draws:
    """The two tables; new people are numbered in the order of their words."""
    word, member = (np.concatenate(columns) for columns in zip(*(part.members for part in parts), strict=True))
    new_draw, new_word = (np.concatenate(columns) for columns in zip(*(part.new for part in parts), strict=True))
    draw, missing = (np.concatenate(columns) for columns in zip(*(part.missing for part in parts), strict=True))
    distinct, number = np.unique(word, return_inverse=True)
    numbers = pa.array(np.arange(len(distinct))).cast(pa.string())
    names = pc.binary_join_element_wise("drawn", numbers, ":")
    people = pa.table(
        {
            "person_id": names.take(pa.array(number)),
            "source": records["source"].take(pa.array(member)),
            "record_id": records["record_id"].take(pa.array(member)),
        }
    )
    there = names.take(pa.array(np.searchsorted(distinct, new_word)))
    changes = pa.table(
        {
            "draw": pa.array(np.concatenate([new_draw, draw]), pa.int16()),
            "person_id": pa.chunked_array([there, *records["person_id"].take(pa.array(missing)).chunks]),
            "is_there": pa.array(np.arange(len(new_draw) + len(draw)) < len(new_draw)),
        }
    )
    return Draws(
        check_table(
            people.sort_by([("person_id", "ascending"), ("source", "ascending"), ("record_id", "ascending")]),
            DRAWN_PERSON,
        ),
        check_table(changes.sort_by([("draw", "ascending"), ("person_id", "ascending")]), LINKAGE_DRAW),
        records.num_rows,
    )
