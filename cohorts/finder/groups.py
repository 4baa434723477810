"""Groups of needs of which every two go together: of them several at once are asked for.

Whether two needs go together is seen in fewer people than a proposal takes: half as many are enough for an edge, as
they are for the members of a gap. How many have several of the needs at once is counted of the group as a whole.
"""

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import numpy as np

from cohorts.finder.chance import FALSE_SHARE, adjusted, upper_tail
from cohorts.finder.sets import NONE, Counted
from cohorts.finder.vocabulary import Sign
from governance.warehouse import fetch_table, load_sql

LEAST_LIFT = 1.5
"""Sets that are less than this many times as common as their best explanation say little that it does not."""

NESTED_SHARE = 0.9
"""Of two signs, if so many of those who show one show the other as well, the two say one thing."""

MOST_GROUPS = 12
_SMALLEST_GROUP, _LARGEST_GROUP = 3, 7


def several(group: Sequence[int]) -> int:
    """Of a group of needs that go together, how many at once are asked for: two of three, three of more."""
    return 2 if len(group) == _SMALLEST_GROUP else 3


def groups_of(
    con: duckdb.DuckDBPyConnection, counted: Counted, signs: Sequence[Sign], *, least_people: int, tests: int
) -> list[tuple[int, ...]]:
    """The groups of one stage of life, as numbers of signs.

    Args:
        con: Holds ``pattern`` and ``may_stand``.
        counted: Counts of the stage, for those who show each sign alone.
        signs: The vocabulary.
        least_people: Of a proposal; half as many join two needs.
        tests: How many sets are asked in all.
    """
    kinds = grouped(counted.stage, signs)
    if sum(sign.kind in kinds for sign in signs) < _SMALLEST_GROUP:
        return []
    pairs = [
        (one["a"], one["b"], float(one["people"]))
        for one in fetch_table(con, load_sql("cohorts.finder", "joined_pair"), {"stage": counted.stage}).to_pylist()
        if {signs[one["a"]].kind, signs[one["b"]].kind} <= kinds and _is_own(counted.stage, signs, one["a"], one["b"])
    ]
    if not pairs:
        return []
    a, b = (np.array([pair[place] for pair in pairs], np.int64) for place in (0, 1))
    people = np.array([pair[2] for pair in pairs])
    single = np.zeros((len(signs), len(counted.everyone)))
    alone = counted.sets[:, 1] == NONE
    single[counted.sets[alone, 0]] = counted.people[alone]
    expected = np.maximum((single[a] * single[b] / counted.everyone).sum(axis=1), 1e-9)
    size = single.sum(axis=1)
    holds = (
        (adjusted(upper_tail(people, expected), tests) <= FALSE_SHARE)
        & (people >= least_people // 2)
        & (people >= LEAST_LIFT * expected)
        & (people < NESTED_SHARE * np.minimum(size[a], size[b]))
    )
    return _chosen_groups({frozenset((int(one), int(other))) for one, other in zip(a[holds], b[holds], strict=True)})


def grouped(stage: str, signs: Sequence[Sign]) -> set[str]:
    """Kinds of signs that make groups: of a child the family's needs, if homes are told and somebody may lead."""
    has_families = any(sign.kind == "family" for sign in signs)
    return {"family"} if stage == "child" and has_families else {"need", "home"}


def _is_own(stage: str, signs: Sequence[Sign], one: int, other: int) -> bool:
    """A child is in need of what those at home need; an adult has to have a need of their own."""
    return stage == "child" or bool(signs[one].own_needs or signs[other].own_needs)


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
    return [tuple(sorted(group)[:_LARGEST_GROUP]) for group in chosen[:MOST_GROUPS]]


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
