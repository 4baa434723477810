"""Property: on generated worlds the compiled SQL and the plain-Python reference say the same of everyone.

Each primitive has its own definitions; worlds are crowded around window edges, so that off-by-one days show.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
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
from cohorts.reference import CoverageRow, EventRow, NeedRow, PersonRow, World
from tests.lib.cohorts import AS_OF, agreed, need, query, warehouse

quick = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])

PEOPLE = ("p1", "p2", "p3", "p4")
KINDS = ("a.one", "b.one")
NEEDS = ("h", "s", "m")
SECTORS = ("nhs", "council")
NEXT_YEAR = date(2026, 1, 1)
"""Coverage that reaches past the period: whether the time to respond is over must not hang on it."""
ALL_KINDS = (*KINDS, *(f"need.{name}" for name in NEEDS))

near = st.integers(-9, 1).map(lambda n: AS_OF + timedelta(days=n))
"""Ten days: with lengths of a few days, every other date lies on an edge of some window."""
month_edge = st.integers(-32, -28).map(lambda n: AS_OF + timedelta(days=n))
days = st.one_of(near, near, near, month_edge)
short = st.builds(Duration, st.integers(1, 6), st.just("day"))
lengths = st.one_of(short, short, short, st.just(Duration(1, "month")))
maybe = st.sampled_from([True, False, None])


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection for the module; every example loads its own world."""
    with warehouse() as connection:
        yield connection


# --- worlds -----------------------------------------------------------------------------------------------


def spans(start: str, end: str) -> st.SearchStrategy[dict[str, date | None]]:
    """A first day and a last one: the same day, later, or not yet."""
    lasting = st.one_of(st.just(0), st.just(0), st.integers(0, 5), st.none())
    return st.tuples(days, lasting).map(
        lambda pair: {start: pair[0], end: None if pair[1] is None else pair[0] + timedelta(days=pair[1])}
    )


people = st.tuples(
    *(
        st.builds(
            PersonRow,
            person_id=st.just(person),
            birth_year=st.sampled_from([None, 2006, 2007, 2008, 1960]),
            ward=st.sampled_from([None, "w1", "w2"]),
            district=st.sampled_from([None, "d1", "d2"]),
            no_fixed_address=maybe,
            death_month=st.sampled_from([None, None, date(2025, 9, 1), AS_OF]),
            on_spine=st.booleans(),
        )
        for person in PEOPLE
    )
)
events = st.lists(
    st.builds(
        lambda span, **fields: EventRow(**span, **fields),
        span=spans("start", "end"),
        person_id=st.sampled_from(PEOPLE),
        kind=st.sampled_from(KINDS),
        outcome=st.sampled_from([None, "attended", "completed", "dna"]),
        planned=st.booleans(),
    ),
    min_size=8,
    max_size=20,
).map(tuple)
evidence = st.lists(
    st.builds(
        lambda span, **fields: NeedRow(**span, **fields),
        span=spans("valid_from", "valid_to"),
        person_id=st.sampled_from(PEOPLE),
        need=st.sampled_from(NEEDS),
        strength=st.sampled_from([strength.value for strength in Strength]),
        sector=st.sampled_from(SECTORS),
    ),
    min_size=6,
    max_size=14,
).map(tuple)


def spoken_for(source: str, kind: str) -> st.SearchStrategy[tuple[CoverageRow, ...]]:
    """What one source covers of one kind: mostly all of it, else up to some edge, or nothing."""
    whole = CoverageRow(source=source, sector="nhs", kind=kind, start=date(2020, 1, 1), stop=NEXT_YEAR)
    some = st.builds(
        CoverageRow,
        source=st.just(source),
        sector=st.sampled_from(SECTORS),
        kind=st.just(kind),
        start=st.one_of(st.just(date(2020, 1, 1)), near, lengths.map(lambda length: length.before(AS_OF))),
        stop=st.one_of(st.sampled_from([AS_OF, NEXT_YEAR]), near),
        share=st.sampled_from([0.4, 1.0, 1.0]),
    )
    rows = st.one_of(st.just((whole,)), some.map(lambda row: (row,)), st.just(()))
    return st.one_of(st.just((whole,)), rows) if source == "s1" else rows


coverage = st.tuples(*(spoken_for(source, kind) for source in ("s1", "s2") for kind in ALL_KINDS)).map(
    lambda found: tuple(row for rows in found for row in rows)
)
full_coverage = st.just(
    tuple(CoverageRow(source="s1", kind=kind, start=date(2020, 1, 1), stop=AS_OF) for kind in ALL_KINDS)
)
coverages = st.one_of(coverage, full_coverage)
plain_people = st.just(tuple(PersonRow(person_id=person) for person in PEOPLE))
worlds = st.builds(World, people=plain_people, events=events, needs=evidence, coverage=coverages)
need_worlds = st.builds(World, people=plain_people, needs=evidence, coverage=coverages)
event_worlds = st.builds(World, people=plain_people, events=events, coverage=coverages)
people_worlds = st.builds(World, people=people, needs=evidence, coverage=full_coverage)
full_worlds = st.builds(World, people=people, events=events, needs=evidence, coverage=coverages)

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


@settings(quick, max_examples=120)
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
