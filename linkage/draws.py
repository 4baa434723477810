"""Linkage draws: who else the people could be, if every pair in doubt were decided anew.

A pair with a match probability of 0.7 is joined in seven draws of ten. Each draw adds logistic noise to the weight of
every pair in doubt, which joins it as often as its probability says, and then makes people as linkage itself does:
connected components, doubtful ones joined again on average. Only components with a pair in doubt are drawn at all, and
of each draw only what differs from the person index is kept (design, section 4).
"""

import copy
import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from governance.contracts import DRAWN_PERSON, LINKAGE_DRAW, check_table
from governance.warehouse import fetch_table, load_sql, load_table
from linkage.doubt import Doubt, parts_of
from linkage.groups import Floats
from linkage.redraw import Differences, Part, Piece, differences, part_of
from linkage.side_by_side import side_by_side
from linkage.ties import grouped

DRAWS = 200
"""How often the pairs in doubt are decided; 95% limits rest on five draws at each end."""

IN_DOUBT = (0.01, 0.99)
"""Match probabilities between which a pair is decided anew in every draw."""

_SEED = 4_046
_AT_ONCE = 300_000
"""Records times draws that are worked on together: arrays of this size stay in memory that the process has already."""

_SIDES = ("record_l", "record_r")


@dataclass(frozen=True, slots=True)
class Draws:
    """What the draws make of people."""

    drawn_person: pa.Table
    """Contract ``drawn_person``: the records of everyone who is nobody in the person index but is in some draw."""
    linkage_draw: pa.Table
    """Contract ``linkage_draw``: who is there instead of whom, draw by draw."""
    records_in_doubt: int
    """Records of components with a pair in doubt."""


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
    parts = side_by_side(lambda part: _prepared(*part, draws, threshold), _each_with_its_noise(doubt, draws))
    pieces = (piece for part, noise in parts for piece in _some_draws_at_a_time(part, noise, draws))
    found = side_by_side(lambda piece: differences(piece, threshold), pieces)
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
    person = records["person_id"].combine_chunks().dictionary_encode().indices
    return Doubt(
        component=np.unique(records["component"].to_numpy(), return_inverse=True)[1],
        person=person.to_numpy().astype(np.int64),
        single_source=records["single_source"].to_numpy(),
        left=np.minimum(left, right),
        right=np.maximum(left, right),
        weight=pairs["weight"].to_numpy(),
        unsure=(probability > low) & (probability < high),
    )


def _each_with_its_noise(doubt: Doubt, draws: int) -> Iterator[tuple[Doubt, np.random.Generator]]:
    """Whole components at a time, each with where its chances begin among those of all."""
    noise = np.random.PCG64(_SEED)
    for part in parts_of(doubt, max(1, _AT_ONCE // draws)):
        yield part, np.random.Generator(copy.deepcopy(noise))
        noise.advance(draws * int(part.unsure.sum()))


def _prepared(
    doubt: Doubt, noise: np.random.Generator, draws: int, threshold: float
) -> tuple[Part, np.random.Generator]:
    """What is the same in all draws, which are made twice: all of them may be too many to be held."""
    chances = _chances(copy.deepcopy(noise), len(doubt.component), int(doubt.unsure.sum()), draws)
    most = functools.reduce(np.maximum, (chance.max(axis=0) for chance in chances))
    return part_of(doubt, most, threshold), noise


def _chances(noise: np.random.Generator, wide: int, unsure: int, draws: int) -> Iterator[Floats]:
    """The chances of some draws at a time."""
    at_once = max(1, _AT_ONCE // wide)
    yield from (noise.random((min(at_once, draws - first), unsure)) for first in range(0, draws, at_once))


def _some_draws_at_a_time(part: Part, noise: np.random.Generator, draws: int) -> Iterator[Piece]:
    """The draws of a part; a component so large that all draws of it are too much is drawn a few times at once.

    Of millions of records many hang together by pairs in doubt, in one component.
    """
    first = 0
    for chance in _chances(noise, len(part.cluster), len(part.known.unsure.order), draws):
        yield Piece(part, first, chance)
        first += len(chance)


def _each_person_once(pieces: Iterable[Differences]) -> Iterator[Differences]:
    """The same, where draws of a part that are worked on apart have a new person in common."""
    known, part = np.zeros(0, np.uint64), -1
    for piece in pieces:
        if piece.start != part:
            known, part = np.zeros(0, np.uint64), piece.start
        word, member = piece.members
        fresh = ~np.isin(word, known)
        known = np.union1d(known, word)
        yield replace(piece, members=(word[fresh], member[fresh]))


def _named(records: pa.Table, parts: Sequence[Differences]) -> Draws:
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
