"""Records left alone, each joined on trial to people whose record it may be.

What a missed record would change depends on what it says and on whose it is. What it says is there to be read. Whose
it is, is drawn: it is joined to some of those who are likely (:mod:`cohorts.uncertainty.partners`), and each such
person is put through the definitions once, however many draws they are in. In a draw in which the record is a missed
one, one of these is counted in place of two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array

from cohorts.counts import NOT_RECORDED
from cohorts.uncertainty.missed_links import Donors, stand_for
from cohorts.uncertainty.missed_records import EMPTINESS, Floats, Ints, missed_share
from cohorts.uncertainty.partners import SIZES, People
from governance.contracts import DRAWN_PERSON, check_table
from governance.warehouse import fetch_table, load_sql, load_table, materialise

MOST_LONE = 200
"""Records left alone of one source and group that are tried, by turns from every emptiness."""

TRIALS, LEAST_TRIALS, MOST_TRIALS = 40, 4, 20_000
"""How often a record is tried that is surely missed, how often one that hardly ever is, and about how often all are."""


@dataclass(frozen=True, slots=True)
class Trials:
    """People who would be there if a lone record were somebody's: the record, and whose it may be."""

    person_id: pa.ChunkedArray
    """The lone record as it is counted now."""
    with_id: pa.ChunkedArray
    people: pa.Table
    """Contract ``drawn_person``: trial 7's person is ``tried:7``."""
    trial: Ints
    """The chances of all lone records, one record after the other: likely people have several, and all are alike."""
    chances: Ints
    """How many of these each lone record has."""
    stands_for: Ints
    """How many records alike, itself among them, each lone record stands for."""
    share: Floats
    """How likely it is that each was missed, draw by draw: shape (draws, lone records)."""


def try_lone(
    con: duckdb.DuckDBPyConnection,
    donors: Donors,
    single: Mapping[str, bool],
    draws: int,
    chance: np.random.Generator,
) -> Trials:
    """Choose the lone records, and whose each may be.

    Args:
        con: What :func:`cohorts.uncertainty.missed_links.find_donors` left in it.
        donors: Found there.
        single: Whether a source has one record of each person.
        draws: How many.
        chance: Where they come from.
    """
    materialise(con, "lone", load_sql("cohorts.uncertainty", "lone"), {"most": MOST_LONE})
    lone = fetch_table(con, "SELECT * FROM lone ORDER BY lone")
    source, group, emptier = donors.strata.places(lone)
    share = missed_share(donors.strata, draws, chance)[:, source, group, emptier]
    people = People.of(con, donors.strata.sources, single)
    sizes = _sizes(donors)[group, source * EMPTINESS + emptier]
    row, person = _whose(people, lone, source, sizes, _times(share.mean(axis=0)), chance)
    pairs, trial = np.unique(np.stack([row, person]), axis=1, return_inverse=True)
    own, other = (of["person_id"].take(pa.array(at)) for of, at in zip((lone, people.table), pairs, strict=True))
    numbers = pa.array(np.arange(pairs.shape[1]))
    load_table(con, "trial", pa.table([numbers, own, other], ["number", "person_id", "with_id"]))
    made = check_table(fetch_table(con, load_sql("cohorts.uncertainty", "tried")), DRAWN_PERSON)
    chances = np.bincount(row, minlength=lone.num_rows)
    stands_for = lone["stands_for"].to_numpy().astype(np.int64)
    return Trials(own, other, made, trial.ravel(), chances, stands_for, share)


def times_tried(trials: Trials, chance: np.random.Generator) -> csr_array:
    """How often each trial is what is true, draw by draw: shape (draws, trials)."""
    missed = chance.binomial(trials.stands_for, trials.share) * (trials.chances > 0)
    draw, lone = np.nonzero(missed)
    draw, lone = (np.repeat(each, missed[draw, lone]) for each in (draw, lone))
    first = np.cumsum(trials.chances) - trials.chances
    taken = trials.trial[first[lone] + chance.integers(trials.chances[lone])]
    shape = (len(trials.share), len(trials.person_id))
    return csr_array((np.ones(len(draw), np.int32), (draw, taken)), shape=shape)


def _times(share: Floats) -> Ints:
    """How often each record is tried: the more often it is missed, the more can be told apart."""
    wanted = TRIALS * share
    many = wanted.sum() > MOST_TRIALS
    wanted *= MOST_TRIALS / wanted.sum() if many else 1
    return np.maximum(np.ceil(wanted), 1 if many else LEAST_TRIALS).astype(np.int64)


def _sizes(donors: Donors) -> Floats:
    """Of what size people are to whom records alike were joined: shape (groups, sources * EMPTINESS, sizes)."""
    size = np.eye(len(SIZES))[np.searchsorted(SIZES, donors.others, side="right") - 1]
    told = [None if name == NOT_RECORDED else number for number, name in enumerate(donors.strata.groups)]
    return np.stack([stand_for(donors, number) @ size for number in told])


def _whose(
    people: People, lone: pa.Table, source: Ints, sizes: Floats, times: Ints, chance: np.random.Generator
) -> tuple[Ints, Ints]:
    """Lone records and people to try, in the order of the records. Weights of one service are held at a time."""
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for number in np.unique(source):
        own = np.flatnonzero(source == number)
        weights = people.weights(int(number), lone.take(pa.array(own)), sizes[own])
        row, person = _picked(weights, times[own], chance)
        found.append((own[row], person))
    row, person = map(np.concatenate, zip(*found, strict=True))
    order = np.argsort(row, kind="stable")
    return row[order], person[order]


def _picked(weights: Floats, times: Ints, chance: np.random.Generator) -> tuple[Ints, Ints]:
    """Rows and columns, each row so many times, columns as often as weights say: by systematic sampling."""
    times = np.where(weights.sum(axis=1) > 0, times, 0)
    row = np.repeat(np.arange(len(times)), times)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    at = (turn + chance.random(len(times))[row]) / times[row]
    ends = np.cumsum(weights, axis=1) / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    # A row's ends lie between its own number and the next: one search finds all.
    found = np.searchsorted((ends + np.arange(len(ends))[:, None]).ravel(), row + at, side="right")
    last = len(weights[0]) - 1 - np.argmax(weights[:, ::-1] > 0, axis=1) if len(weights) else times
    return row, np.minimum(found - row * weights.shape[1], last[row])
