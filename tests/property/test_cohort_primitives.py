"""Property: every piece of evidence the language knows means the same in SQL and in plain Python, and is well tried.

One test a primitive. It counts the verdicts it compared, and fails if any of the three answers hardly came up: an
agreement on cases that are all *no* would show nothing.
"""

from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.durations import Duration
from cohorts.evidence import Evidence
from cohorts.query import (
    Anchor,
    Barred,
    Concurrent,
    DistinctCounted,
    Escalating,
    EventsCounted,
    Followed,
    Follower,
    Gap,
    Household,
    InCohort,
    LoneAdult,
    Members,
    Near,
    NeedSeen,
    NoFixedAddress,
    OpenEpisode,
    Overlapping,
    Response,
    Rung,
    Shared,
    Strength,
)
from tests.lib.cohort_worlds import KINDS, NEEDS, SECTORS, full_worlds, lengths, quick
from tests.lib.cohorts import agreed, need, query, warehouse

EXAMPLES = 25
"""Worlds a primitive; each has four people, so four verdicts are compared in each."""

FEWEST = 1
"""Of each answer, over all worlds."""

some_kinds = st.sampled_from([("a.one",), ("b.one",), KINDS])
month = st.just(Duration(1, "month"))
windows = st.one_of(lengths, month, month)
need_seen = st.builds(
    NeedSeen,
    need=st.sampled_from(NEEDS),
    at_least=st.sampled_from(Strength),
    sectors=st.sampled_from([(), ("nhs",), SECTORS]),
    within=st.one_of(st.none(), lengths),
)
events_counted = st.builds(
    EventsCounted,
    kinds=some_kinds,
    at_least=st.integers(1, 3),
    within=windows,
    span=st.one_of(st.none(), lengths),
    months=st.sampled_from([(), (), (9,), (8, 10)]),
)
distinct_counted = st.builds(
    DistinctCounted,
    of=st.sampled_from(["sector", "service", "provider"]),
    kinds=some_kinds,
    at_least=st.integers(2, 3),
    within=windows,
    span=st.one_of(st.none(), lengths),
)
followers = st.builds(Follower, kinds=some_kinds, within=lengths, attended=st.booleans())
followed = st.builds(
    Followed,
    kinds=some_kinds,
    clock=st.sampled_from(["start", "end"]),
    by=followers,
    negated=st.booleans(),
    preceded=st.one_of(st.none(), st.builds(Follower, kinds=some_kinds, within=windows)),
    at_least=st.integers(1, 2),
    within=windows,
)
open_episode = st.builds(OpenEpisode, kinds=some_kinds, lasting=st.one_of(st.none(), lengths))
PRIMITIVES: dict[type, st.SearchStrategy[Evidence]] = {
    NeedSeen: need_seen,
    EventsCounted: events_counted,
    NoFixedAddress: st.just(NoFixedAddress()),
    DistinctCounted: distinct_counted,
    Followed: followed,
    Gap: st.builds(Gap, kinds=some_kinds, length=lengths, within=windows),
    Escalating: st.builds(
        Escalating, kinds=some_kinds, at_least=st.integers(1, 2), times=st.sampled_from([1.0, 2.0]), within=lengths
    ),
    OpenEpisode: open_episode,
    Overlapping: st.builds(
        Overlapping, kinds=some_kinds, others=st.sampled_from([("a.one",), ("b.one",)]), within=windows
    ),
    Household: st.builds(
        Household,
        how=st.sampled_from(["count", "count", "all"]),
        of=st.one_of(need_seen, events_counted, open_episode),
        at_least=st.integers(1, 2),
        low=st.sampled_from([0, 0, 18]),
        high=st.sampled_from([None, None, 18]),
    ),
    LoneAdult: st.just(LoneAdult()),
    Near: st.builds(Near, st.sampled_from(NEEDS), st.sampled_from(["small_area", "ward", "district"])),
    Barred: st.builds(Barred, some_kinds, st.sampled_from(NEEDS)),
    InCohort: st.builds(
        lambda evidence, how: InCohort(id="other", version="1.0.0", query=query(need("n", evidence, how=how))),
        st.one_of(need_seen, events_counted, followed),
        st.sampled_from(["any", "none"]),
    ),
    Shared: st.builds(
        Shared,
        sectors=st.integers(1, 2),
        services=st.integers(1, 2),
        contacts=some_kinds,
        coordinated_by=st.sampled_from([("a.one",), ("b.one",)]),
        within=windows,
    ),
}


mostly_any = st.sampled_from(["any", "any", "none"])


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection for the module; every example loads its own world."""
    with warehouse() as connection:
        yield connection


def test_every_primitive_is_here():
    """A new node must be added above."""
    assert set(PRIMITIVES) == set(Evidence.__args__)


def compared(con: duckdb.DuckDBPyConnection, primitive: type, examples: int) -> Counter[bool | None]:
    """Compare one primitive over so many worlds: alone, and as an absence, with a clock that starts on its days.

    Returns:
        How often each answer came up; a test fails inside if the two implementations ever differ.
    """
    said: Counter[bool | None] = Counter()

    @settings(quick, max_examples=examples)
    @given(full_worlds, PRIMITIVES[primitive], mostly_any, lengths, st.sampled_from([0.0, 0.5]))
    def agree(world, evidence, how, lookback, min_share):
        ladder = (Rung(name="r", responses=(Response(kinds=KINDS),), within=lookback, after=Anchor("n", "crossed")),)
        asked = query(need("n", evidence, how=how), lookback=lookback, min_share=min_share, ladder=ladder)
        said.update(verdict.needs for verdict in agreed(con, asked, world).values())

    agree()
    return said


@pytest.mark.parametrize("primitive", PRIMITIVES, ids=lambda node: node.__name__)
def test_a_primitive_agrees(con, primitive, record_property):
    """Shown, ruled out or not to be told; each answer must come up, and how often is in the test report."""
    said = compared(con, primitive, EXAMPLES)
    for _ in range(3):  # chance may leave one answer out; four times, it is no chance
        if min(said[True], said[False], said[None]) < FEWEST:
            said += compared(con, primitive, EXAMPLES)

    for word, answer in (("yes", True), ("no", False), ("cannot tell", None)):
        record_property(word, said[answer])
    assert said.total() >= 4 * EXAMPLES
    assert min(said[True], said[False], said[None]) >= FEWEST, dict(said)


@settings(quick, max_examples=EXAMPLES)
@given(
    full_worlds,
    st.lists(
        st.tuples(
            st.sampled_from(["any", "all", "none"]), st.lists(st.one_of(*PRIMITIVES.values()), min_size=1, max_size=2)
        ),
        min_size=2,
        max_size=3,
    ),
    lengths,
    st.data(),
)
def test_primitives_join(con, world, shapes, span, data):
    """Any two or three of them together: any, all or none of their evidence, k of n, inside a span."""
    needs = tuple(need(f"n{n}", *items, how=how) for n, (how, items) in enumerate(shapes))
    ids = tuple(one.id for one in needs)
    concurrent = data.draw(st.sampled_from([None, Concurrent(at_least=2, span=span)]))
    also = data.draw(st.sampled_from([(), ids[2:]]))
    of = tuple(one for one in ids if one not in also)
    members = Members(at_least=data.draw(st.integers(1, len(of))), of=of, also=also, concurrent=concurrent)
    agreed(con, query(*needs, members=members), world)
