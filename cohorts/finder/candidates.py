"""Sets that are large enough and more common than chance has it: pairs and triples, repeats, and groups of needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

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
from cohorts.finder.groups import LEAST_LIFT, MOST_GROUPS, NESTED_SHARE, groups_of, several
from cohorts.finder.sets import NONE, Counted
from cohorts.finder.vocabulary import ALONE, LONE_ADULT, Sign
from governance.warehouse import fetch_table, load_sql, load_table

Bits = NDArray[np.bool_]

ALONE_SHARE = 0.4
"""Of those who show some signs, if so many live alone, they are told of by themselves."""
LEAST_TIMES = 2
"""So many times as many people as a combination takes: a small part of one has no place beside the others."""


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
    tested: tuple[int, ...] = ()
    """The signs that were held against chance, where they are not those that are proposed."""

    @property
    def is_narrowed(self) -> bool:
        """Whether it tells of some of those of whom it was tested."""
        return 0 < len(self.tested) < len(self.signs)

    @property
    def is_widened(self) -> bool:
        """Whether it was tested of a need as others know it, and tells of the need as anybody does."""
        return not set(self.tested) <= set(self.signs)

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
        *(each for one in counted for each in _standing_alone(one, signs, least_people)),
    ]
    kept = significant(found, tests)
    for one in counted:
        groups = _groups(con, one, signs, least_people, tests)
        kept += significant([each for each in groups if each.people >= least_people], tests)
    large = [each for each in kept if each.lift >= LEAST_LIFT and not _is_part_of_family(each, signs)]
    said = [each for each in widened(con, large, signs) if not any(signs[one].but_for for one in each.signs)]
    alone = narrowed(con, said, signs, least_people=least_people)
    return sorted(said + alone, key=lambda each: (each.stage, each.signs, each.tested))


def _is_part_of_family(one: Candidate, signs: Sequence[Sign]) -> bool:
    """Two or three needs of a family say which go together; a proposal is of several of them."""
    return one.at_least == len(one.signs) and all(signs[each].kind == "family" for each in one.signs)


def sets_in_question(signs: Sequence[Sign], stages: int) -> int:
    """How many sets are asked in all: pairs and triples, repeats and groups, in each stage of life."""
    repeats = sum(sign.kind == "again" or sign.kind in ALONE for sign in signs)
    return stages * (sets_asked(pairs(signs), len(signs)) + repeats + MOST_GROUPS)


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


def _standing_alone(counted: Counted, signs: Sequence[Sign], least_people: int) -> Iterator[Candidate]:
    """Services that ended at an age, and what came again: held against chance before they became signs."""
    for number, sign in enumerate(signs):
        row = np.flatnonzero((counted.sets[:, 0] == number) & (counted.sets[:, 1] == NONE))
        if counted.stage not in sign.lift or not len(row):
            continue
        people = counted.people[row[0]].sum()
        chance = people / sign.lift[counted.stage]
        if people >= least_people:
            yield Candidate(
                stage=counted.stage,
                signs=(number,),
                at_least=1,
                people=int(people),
                expected=chance,
                p_value=float(upper_tail(np.array([people]), np.array([chance]))[0]),
            )


# --- needs as anybody knows them --------------------------------------------------------------------------


def widened(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate], signs: Sequence[Sign]) -> list[Candidate]:
    """The same candidates with a need as anybody knows it, where it was tested as others than one sector know it.

    That a need goes with what a service did is shown by what others than it know; who is meant is everybody with the
    need, also those of whom only that service knows. Where nearly all whom it saw have the need, as those to whom a
    relief duty is owed are homeless, the two would say one thing, and the need stays as others know it.
    """
    whole = {next(iter(sign.needs)): number for number, sign in enumerate(signs) if sign.kind == "need"}
    wide = [_with_whole_needs(one, signs, whole) for one in found]
    if not any(one.tested for one in wide):
        return list(found)
    people = _people_of(con, [(one.stage, one.signs, len(one.signs)) for one in wide])
    says_little = _nested_in(con, wide)
    taken = {(one.stage, one.signs) for one in wide if not one.tested}
    kept = []
    for number, (one, other) in enumerate(zip(found, wide, strict=True)):
        if not other.tested or (other.stage, other.signs) in taken or number in says_little:
            kept.append(one)
            continue
        taken.add((other.stage, other.signs))
        shown = people.get(number, 0)
        kept.append(replace(other, people=shown, expected=shown / one.lift))
    return kept


def _nested_in(con: duckdb.DuckDBPyConnection, wide: Sequence[Candidate]) -> set[int]:
    """Places of widened candidates two of whose signs are nearly one."""
    named = [(at, one.stage, two) for at, one in enumerate(wide) if one.tested for two in combinations(one.signs, 2)]
    both = _people_of(con, [(stage, two, 2) for _, stage, two in named])
    single = sorted({(stage, sign) for _, stage, two in named for sign in two})
    alone = _people_of(con, [(stage, (sign,), 1) for stage, sign in single])
    size = {key: alone.get(at, 0) for at, key in enumerate(single)}
    return {
        at
        for place, (at, stage, two) in enumerate(named)
        if both.get(place, 0) >= NESTED_SHARE * min(size[stage, sign] for sign in two)
    }


def _with_whole_needs(one: Candidate, signs: Sequence[Sign], whole: Mapping[str, int]) -> Candidate:
    def known_to_all(number: int) -> int:
        sign = signs[number]
        if sign.kind != "wide" or len(sign.needs) > 1:
            return number
        return whole.get(next(iter(sign.needs)), number)

    every = tuple(sorted(known_to_all(number) for number in one.signs))
    return one if every == one.signs else replace(one, signs=every, tested=one.signs)


# --- those of them who live alone -------------------------------------------------------------------------


def narrowed(
    con: duckdb.DuckDBPyConnection, found: Sequence[Candidate], signs: Sequence[Sign], *, least_people: int
) -> list[Candidate]:
    """Of adults who show a candidate's signs, those who are the only adult at home, if that is how many of them live.

    Living alone is no need, and hardly any need is more common for it: what it changes is who else would notice. So it
    is not held against chance. What is, is what it is added to; of how many that holds is said of those who live alone.
    """
    alone = next((number for number, sign in enumerate(signs) if sign.name == LONE_ADULT), None)
    if alone is None:
        return []
    whole = [each for each in found if _may_live_alone(each, signs, alone)]
    shown = [tuple(sorted((*each.signs, alone))) for each in whole]
    people = _people_of(con, [(each.stage, named, len(named)) for each, named in zip(whole, shown, strict=True)])
    return [
        replace(
            each,
            signs=named,
            at_least=len(named),
            people=people[number],
            expected=people[number] / each.lift,
            tested=each.tested or each.signs,
        )
        for number, (each, named) in enumerate(zip(whole, shown, strict=True))
        if people.get(number, 0) >= max(LEAST_TIMES * least_people, ALONE_SHARE * each.people)
    ]


def _may_live_alone(one: Candidate, signs: Sequence[Sign], alone: int) -> bool:
    """Needs of one's own that go with what was seen; of several needs at once, and of homes, others tell."""
    kinds = {signs[each].kind for each in one.signs}
    return one.stage == "adult" and alone not in one.signs and one.at_least == len(one.signs) and "seen" in kinds


# --- groups of needs that go together ---------------------------------------------------------------------


def _groups(
    con: duckdb.DuckDBPyConnection, counted: Counted, signs: Sequence[Sign], least_people: int, tests: int
) -> list[Candidate]:
    """Groups of needs of which every two go together, and how many people have several of them at once."""
    groups = groups_of(con, counted, signs, least_people=least_people, tests=tests)
    if not groups:
        return []
    people = _people_of(con, [(counted.stage, group, several(group)) for group in groups])
    return [_group(counted, group, people.get(number, 0)) for number, group in enumerate(groups)]


def _people_of(con: duckdb.DuckDBPyConnection, groups: Sequence[tuple[str, tuple[int, ...], int]]) -> dict[int, int]:
    """People of each stage who show so many of some signs, by place."""
    load_groups(con, groups)
    rows = fetch_table(con, load_sql("cohorts.finder", "group_count")).to_pylist()
    return {row["group_no"]: int(row["people"]) for row in rows}


def _group(counted: Counted, group: tuple[int, ...], people: int) -> Candidate:
    single = np.full((len(group), 3), NONE, np.int64)
    single[:, 0] = group
    chance = expected_of_several(counted.everyone, counted.people[counted.rows_of(single)], several(group))
    p_value = float(upper_tail(np.array([float(people)]), np.array([chance]))[0])
    return Candidate(
        stage=counted.stage, signs=group, at_least=several(group), people=people, expected=chance, p_value=p_value
    )


def load_groups(con: duckdb.DuckDBPyConnection, groups: Sequence[tuple[str, tuple[int, ...], int]]) -> None:
    """Make ``sign_group``: stage of life, signs, and how many of them it takes, by place."""
    rows = [
        {"group_no": number, "stage": stage, "sign_no": sign, "at_least": at_least}
        for number, (stage, group, at_least) in enumerate(groups)
        for sign in group
    ]
    schema = pa.schema(
        [("group_no", pa.int32()), ("stage", pa.string()), ("sign_no", pa.int16()), ("at_least", pa.int16())]
    )
    load_table(con, "sign_group", pa.Table.from_pylist(rows, schema))
