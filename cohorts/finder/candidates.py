"""Sets that are large enough and more common than chance has it: pairs and triples, repeats, and groups of needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.finder.chance import (
    FALSE_SHARE,
    adjusted,
    expected_of_several,
    expected_often,
    expected_people,
    sets_asked,
    upper_tail,
)
from cohorts.finder.compatible import pairs
from cohorts.finder.sets import NONE, Counted
from cohorts.finder.vocabulary import Sign
from governance.warehouse import fetch_table, load_sql, load_table

LEAST_LIFT = 1.5
"""Sets that are less than this many times as common as their best explanation say little that it does not."""

NESTED_SHARE = 0.9
"""Of two signs, if so many of those who show one show the other as well, the two say one thing."""

_SMALLEST_GROUP, _LARGEST_GROUP, _MOST_GROUPS = 3, 7, 12


def several(group: Sequence[int]) -> int:
    """Of a group of needs that go together, how many at once are asked for: two of three, three of more."""
    return 2 if len(group) == _SMALLEST_GROUP else 3


Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One set of signs, and how much more common it is than chance has it."""

    stage: str
    signs: tuple[int, ...]
    at_least: int
    """So many of the signs; all of them, but for a group of needs."""
    people: int
    expected: float
    p_value: float
    q_value: float = 1.0

    @property
    def lift(self) -> float:
        """How many times as many people as by chance."""
        return self.people / max(self.expected, 1e-9)


def find_candidates(
    con: duckdb.DuckDBPyConnection,
    counted: Sequence[Counted],
    signs: Sequence[Sign],
    events: Mapping[str, Mapping[int, int]],
    *,
    least_people: int,
    tests: int,
) -> list[Candidate]:
    """Every candidate that is not there by chance, of both stages of life.

    Args:
        con: Holds ``pattern``.
        counted: From ``sets.count_sets``.
        signs: The vocabulary.
        events: Events of each kind in the last year, by stratum.
        least_people: Smaller sets are left out.
        tests: How many sets are asked in all, see ``sets_in_question``.

    Returns:
        In the order of stage and signs. All have ``q_value`` up to ``FALSE_SHARE``.
    """
    found = [
        *(each for one in counted for each in _sets(one, signs, least_people)),
        *(each for one in counted for each in _repeats(one, signs, events, least_people)),
        *(each for one in counted for each in _endings(one, signs, least_people)),
    ]
    kept = significant(found, tests)
    for one in counted:
        groups = _groups(con, one, signs, [each for each in kept if each.stage == one.stage])
        kept += significant([each for each in groups if each.people >= least_people], tests)
    return sorted((each for each in kept if each.lift >= LEAST_LIFT), key=lambda each: (each.stage, each.signs))


def sets_in_question(signs: Sequence[Sign], stages: int) -> int:
    """How many sets are asked in all: pairs and triples, repeats and groups, in each stage of life."""
    repeats = sum(sign.kind in ("again", "ended") for sign in signs)
    return stages * (sets_asked(pairs(signs), len(signs)) + repeats + _MOST_GROUPS)


def significant(found: Sequence[Candidate], tests: int) -> list[Candidate]:
    """Those of one batch that are not there by chance.

    Several batches are held against one number of tests. Each then keeps its share of false finds to its share of the
    tests, and all together keep to ``FALSE_SHARE``.
    """
    values = adjusted(np.array([each.p_value for each in found], np.float64), tests)
    return [replace(each, q_value=float(q)) for each, q in zip(found, values, strict=True) if q <= FALSE_SHARE]


def _sets(counted: Counted, signs: Sequence[Sign], least_people: int) -> Iterator[Candidate]:
    people = counted.people.sum(axis=1)
    # A child is in need of what those at home need; an adult has to have a need of their own.
    counts = [sign.needs if counted.stage == "child" else sign.own_needs for sign in signs]
    has_need = np.array([bool(needs) for needs in counts])
    sets = counted.sets
    needs = (has_need[sets] & (sets != NONE)).any(axis=1)
    apart = ~_holds_nested(counted)
    rows = np.flatnonzero((sets[:, 1] != NONE) & (people >= least_people) & needs & counted.is_closed & apart)
    expected = expected_people(counted, rows)
    values = upper_tail(people[rows], expected)
    for row, chance, p_value in zip(rows, expected, values, strict=True):
        named = tuple(int(one) for one in sets[row] if one != NONE)
        yield Candidate(
            stage=counted.stage,
            signs=named,
            at_least=len(named),
            people=int(people[row]),
            expected=float(chance),
            p_value=float(p_value),
        )


def _holds_nested(counted: Counted) -> Bits:
    """Sets two of whose signs are nearly one: almost all who show the rarer show the other as well."""
    sets, people = counted.sets, counted.people.sum(axis=1)
    single = dict(zip(sets[sets[:, 1] == NONE, 0].tolist(), people[sets[:, 1] == NONE].tolist(), strict=True))
    is_pair = (sets[:, 1] != NONE) & (sets[:, 2] == NONE)
    size = np.array([single.get(number, 0.0) for number in range(counted.signs)])
    nested = np.zeros((counted.signs + 1, counted.signs + 1), bool)
    a, b = sets[is_pair, 0], sets[is_pair, 1]
    nested[a, b] = people[is_pair] >= NESTED_SHARE * np.minimum(size[a], size[b])
    found: Bits = nested[sets[:, 0], sets[:, 1]] | nested[sets[:, 0], sets[:, 2]] | nested[sets[:, 1], sets[:, 2]]
    return found


def _repeats(
    counted: Counted, signs: Sequence[Sign], events: Mapping[str, Mapping[int, int]], least_people: int
) -> Iterator[Candidate]:
    """Signs that carry their own need and come again: more often on the same people than events by themselves would."""
    for number, sign in enumerate(signs):
        row = np.flatnonzero((counted.sets[:, 0] == number) & (counted.sets[:, 1] == NONE))
        if sign.kind != "again" or not sign.needs or sign.times < SMALLEST_REPEAT or not len(row):
            continue
        people = counted.people[row[0]].sum()
        if people < least_people:
            continue
        fell = np.array([events.get(sign.event, {}).get(int(one), 0) for one in counted.strata], np.float64)
        chance = expected_often(counted.everyone, fell, sign.times)
        p_value = float(upper_tail(np.array([people]), np.array([chance]))[0])
        yield Candidate(
            stage=counted.stage, signs=(number,), at_least=1, people=int(people), expected=chance, p_value=p_value
        )


SMALLEST_REPEAT = 2


def _endings(counted: Counted, signs: Sequence[Sign], least_people: int) -> Iterator[Candidate]:
    """Services that ended at an age, for those who have grown up: beyond what ends for children alike."""
    for number, sign in enumerate(signs):
        row = np.flatnonzero((counted.sets[:, 0] == number) & (counted.sets[:, 1] == NONE))
        if sign.kind != "ended" or counted.stage != "adult" or not len(row):
            continue
        people = counted.people[row[0]].sum()
        chance = people / sign.lift
        if people >= least_people:
            yield Candidate(
                stage=counted.stage,
                signs=(number,),
                at_least=1,
                people=int(people),
                expected=chance,
                p_value=float(upper_tail(np.array([people]), np.array([chance]))[0]),
            )


# --- groups of needs that go together ---------------------------------------------------------------------


def _groups(
    con: duckdb.DuckDBPyConnection, counted: Counted, signs: Sequence[Sign], kept: Sequence[Candidate]
) -> list[Candidate]:
    """Groups of needs of which every two go together, and how many people have several of them at once."""
    joined = {
        frozenset(each.signs)
        for each in kept
        if len(each.signs) == 2
        and each.lift >= LEAST_LIFT
        and {signs[one].kind for one in each.signs} <= {"need", "home"}
    }
    groups = _chosen_groups(joined)
    if not groups:
        return []
    load_table(con, "sign_group", _as_table(counted.stage, groups))
    rows = fetch_table(con, load_sql("cohorts.finder", "group_count")).to_pylist()
    people = {row["group_no"]: row["people"] for row in rows}
    return [_group(counted, group, int(people.get(number, 0))) for number, group in enumerate(groups)]


def _group(counted: Counted, group: tuple[int, ...], people: int) -> Candidate:
    single = np.full((len(group), 3), NONE, np.int64)
    single[:, 0] = group
    chance = expected_of_several(counted.everyone, counted.people[counted.rows_of(single)], several(group))
    p_value = float(upper_tail(np.array([float(people)]), np.array([chance]))[0])
    return Candidate(
        stage=counted.stage, signs=group, at_least=several(group), people=people, expected=chance, p_value=p_value
    )


def _chosen_groups(joined: set[frozenset[int]]) -> list[tuple[int, ...]]:
    """The largest groups in which every two are joined; of those that share most of their needs the first."""
    neighbours: dict[int, set[int]] = {}
    for one in joined:
        a, b = sorted(one)
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    whole = sorted(_cliques(set(), set(neighbours), set(), neighbours), key=lambda group: (-len(group), sorted(group)))
    chosen: list[frozenset[int]] = []
    for group in whole:
        if len(group) >= _SMALLEST_GROUP and all(len(group & other) <= len(group) / 2 for other in chosen):
            chosen.append(group)
    return [tuple(sorted(group)[:_LARGEST_GROUP]) for group in chosen[:_MOST_GROUPS]]


def _cliques(
    held: set[int], open_: set[int], done: set[int], neighbours: Mapping[int, set[int]]
) -> Iterator[frozenset[int]]:
    """Maximal cliques, by Bron and Kerbosch 1973 with a pivot."""
    if not open_ and not done:
        yield frozenset(held)
        return
    pivot = max(open_ | done, key=lambda one: len(neighbours[one] & open_))
    for one in sorted(open_ - neighbours[pivot]):
        yield from _cliques(held | {one}, open_ & neighbours[one], done & neighbours[one], neighbours)
        open_, done = open_ - {one}, done | {one}


def _as_table(stage: str, groups: Sequence[tuple[int, ...]]) -> pa.Table:
    rows = [
        {"group_no": number, "stage": stage, "sign_no": sign, "at_least": several(group)}
        for number, group in enumerate(groups)
        for sign in group
    ]
    schema = pa.schema(
        [("group_no", pa.int16()), ("stage", pa.string()), ("sign_no", pa.int16()), ("at_least", pa.int16())]
    )
    return pa.Table.from_pylist(rows, schema)
