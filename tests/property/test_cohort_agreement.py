"""Property: on generated worlds the compiled SQL and the plain-Python reference say the same of everyone.

Each primitive has its own definitions; worlds are crowded around window edges, so that off-by-one days show.
"""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.durations import Duration
from cohorts.query import (
    ALL_NEEDS,
    AgeBetween,
    Alive,
    Anchor,
    Concurrent,
    EventsCounted,
    LivesIn,
    Members,
    Need,
    NeedSeen,
    NoFixedAddress,
    OnSpine,
    Query,
    Response,
    Rung,
    Strength,
)
from tests.lib.cohort_worlds import (
    KINDS,
    NEEDS,
    SECTORS,
    event_worlds,
    full_worlds,
    lengths,
    need_worlds,
    people_worlds,
    quick,
    worlds,
)
from tests.lib.cohorts import agreed, need, query, warehouse


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection for the module; every example loads its own world."""
    with warehouse() as connection:
        yield connection


# --- definitions ------------------------------------------------------------------------------------------

need_seen = st.builds(
    NeedSeen,
    need=st.sampled_from(NEEDS),
    at_least=st.sampled_from(Strength),
    sectors=st.sampled_from([(), ("nhs",), SECTORS]),
    within=st.one_of(st.none(), lengths),
)
some_kinds = st.sampled_from([("a.one",), ("b.one",), KINDS])
events_counted = st.builds(
    EventsCounted,
    kinds=some_kinds,
    at_least=st.integers(1, 3),
    within=st.one_of(lengths, st.just(Duration(1, "month"))),
    span=st.one_of(st.none(), lengths),
)
any_evidence = st.one_of(need_seen, events_counted, st.just(NoFixedAddress()))
responses = st.builds(
    Response,
    kinds=some_kinds,
    at_least=st.integers(1, 2),
    attended=st.booleans(),
    planned=st.booleans(),
    ongoing=st.booleans(),
)
gates = st.lists(
    st.one_of(
        st.just(OnSpine()),
        st.just(Alive()),
        st.builds(AgeBetween, st.integers(17, 19), st.sampled_from([None, 19, 65])),
        st.builds(LivesIn, st.just("district"), st.sampled_from([("d1",), ("d1", "d2")])),
        st.builds(LivesIn, st.just("ward"), st.just(("w1",))),
    ),
    max_size=4,
).map(tuple)
always = need("always", NeedSeen(need="h", within=None), EventsCounted(kinds=("a.one",), within=Duration(1, "month")))
"""A need that many have, for definitions that are about something else."""


def some_needs(
    most: int, evidence: st.SearchStrategy[object] = any_evidence, fewest: int = 1
) -> st.SearchStrategy[tuple[Need, ...]]:
    """Needs with ids n0, n1 and so on."""
    shapes = st.tuples(st.sampled_from(["any", "all"]), st.lists(evidence, min_size=1, max_size=2))
    return st.lists(shapes, min_size=fewest, max_size=most).map(
        lambda found: tuple(need(f"n{n}", *items, how=how) for n, (how, items) in enumerate(found))
    )


def ladders(
    ids: tuple[str, ...], most: int = 1, *, responses: st.SearchStrategy[Response] = responses
) -> st.SearchStrategy[tuple[Rung, ...]]:
    """Ladders whose clocks start at any of the needs' days."""
    anchors = st.builds(Anchor, st.sampled_from([ALL_NEEDS, *ids]), st.sampled_from(["first", "last", "crossed"]))
    rungs = st.lists(
        st.tuples(st.lists(responses, min_size=1, max_size=2).map(tuple), lengths, anchors), min_size=1, max_size=most
    )
    return rungs.map(
        lambda found: tuple(
            Rung(name=f"r{n}", responses=items, within=within, after=after)
            for n, (items, within, after) in enumerate(found)
        )
    )


@st.composite
def whole_definitions(draw: st.DrawFn) -> Query:
    """Anything the language can say."""
    needs = draw(some_needs(3))
    ids = tuple(one.id for one in needs)
    together = st.builds(Concurrent, at_least=st.integers(2, 2), span=lengths) if len(ids) > 1 else st.none()
    members = Members(at_least=draw(st.integers(1, len(ids))), of=ids, concurrent=draw(st.one_of(st.none(), together)))
    ladder = draw(st.one_of(st.just(()), ladders(ids, 3)))
    return query(
        *needs,
        population=draw(gates),
        lookback=draw(lengths),
        members=members,
        ladder=ladder,
        unmet=draw(st.sampled_from([rung.name for rung in ladder])) if ladder else None,
        min_share=draw(st.sampled_from([0.0, 0.5])),
    )


# --- one test a primitive ---------------------------------------------------------------------------------


@quick
@given(people_worlds, gates)
def test_populations_agree(con, world, population):
    """Who the definition is about, with ages and places that may be missing."""
    agreed(con, query(always, population=population), world)


@quick
@given(need_worlds, need_seen, lengths, st.sampled_from([0.0, 0.5]))
def test_recorded_needs_agree(con, world, seen, lookback, min_share):
    """Needs recorded at a strength, by sectors, in a window or ever; and their absence."""
    agreed(con, query(need("n", seen), lookback=lookback, min_share=min_share), world)


@settings(quick, max_examples=50)
@given(event_worlds, events_counted, st.sampled_from([0.0, 0.5]))
def test_counts_of_events_agree(con, world, counted, min_share):
    """So many events in a window, all inside a span or not; and too few of them."""
    agreed(con, query(need("n", counted), min_share=min_share), world)


@quick
@given(full_worlds, lengths)
def test_no_fixed_address_agrees(con, world, lookback):
    """An undated attribute that may be missing, and the window a response to it has."""
    ladder = (Rung(name="r", responses=(Response(kinds=KINDS),), within=lookback, after=Anchor("n", "first")),)
    agreed(con, query(need("n", NoFixedAddress()), lookback=lookback, ladder=ladder), world)


@quick
@given(full_worlds, some_needs(1))
def test_any_and_all_agree(con, world, needs):
    """Evidence joined by any or by all."""
    agreed(con, query(*needs), world)


@quick
@given(worlds, some_needs(3), st.integers(1, 3))
def test_k_of_n_agrees(con, world, needs, k):
    """At least k of n needs."""
    members = Members(at_least=min(k, len(needs)), of=tuple(one.id for one in needs))
    agreed(con, query(*needs, members=members), world)


anywhere = st.one_of(
    st.builds(NeedSeen, need=st.sampled_from(NEEDS), within=st.none()),
    st.builds(EventsCounted, kinds=some_kinds, at_least=st.integers(1, 2), within=st.just(Duration(2, "month"))),
)
"""Evidence whose window cuts nothing off, for what happens inside it."""


@quick
@given(worlds, some_needs(3, anywhere, fewest=2), st.integers(2, 3), lengths)
def test_concurrent_needs_agree(con, world, needs, together, span):
    """Needs inside one span of time."""
    ids = tuple(one.id for one in needs)
    concurrent = Concurrent(at_least=min(together, len(ids)), span=span)
    agreed(con, query(*needs, members=Members(at_least=1, of=ids, concurrent=concurrent)), world)


@quick
@given(worlds, responses, lengths, st.sampled_from([0.0, 0.5]))
def test_responses_agree(con, world, response, within, min_share):
    """A response in time, with outcomes that may be missing, coverage that may end and time that may not be up."""
    ladder = (Rung(name="r", responses=(response,), within=within, after=Anchor(ALL_NEEDS, "crossed")),)
    agreed(con, query(always, ladder=ladder, min_share=min_share), world)


@quick
@given(worlds, some_needs(2, anywhere), st.data())
def test_anchors_agree(con, world, needs, data):
    """Clocks that start at the first, last or crossing day of one need or of all."""
    ids = tuple(one.id for one in needs)
    simple = st.builds(Response, kinds=some_kinds)
    members = Members(at_least=data.draw(st.integers(1, len(ids))), of=ids)
    agreed(con, query(*needs, members=members, ladder=data.draw(ladders(ids, responses=simple))), world)


@quick
@given(worlds, ladders(("always",), 3), st.data())
def test_ladders_agree(con, world, ladder, data):
    """Which rungs were reached, which was the furthest, and whether the one that counts was not."""
    unmet = data.draw(st.sampled_from([rung.name for rung in ladder]))
    agreed(con, query(always, ladder=ladder, unmet=unmet), world)


@quick
@given(full_worlds, whole_definitions())
def test_whole_definitions_agree(con, world, definition):
    """Everything at once."""
    agreed(con, definition, world)
