"""Hypothesis strategies for small worlds, crowded around window edges, so that off-by-one days show."""

from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cohorts.durations import Duration
from cohorts.query import Strength
from cohorts.reference import CoverageRow, EventRow, NeedRow, PersonRow, ProviderRow, World
from tests.lib.cohorts import AS_OF

quick = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])

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
            small_area=st.sampled_from([None, "a1", "a2"]),
            ward=st.sampled_from([None, "w1", "w2"]),
            district=st.sampled_from([None, "d1", "d2"]),
            no_fixed_address=maybe,
            death_month=st.sampled_from([None, None, date(2025, 9, 1), AS_OF]),
            on_spine=st.booleans(),
            household=st.sampled_from([None, 1, 1, 1, 2]),
            address_kind=st.sampled_from(["home", "home", "home", "communal", None]),
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
        source=st.sampled_from(["s1", "s2"]),
        sector=st.sampled_from(SECTORS),
        provider=st.sampled_from([None, "x", "y", "z"]),
        code=st.sampled_from([None, "centre", "centre", "park"]),
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
zones = st.sampled_from([(), ("centre",), ("centre", "park"), ("park",)])
providers = st.lists(
    st.builds(
        ProviderRow,
        provider=st.sampled_from(["x", "y", "z"]),
        source=st.sampled_from(["s1", "s2"]),
        need=st.sampled_from(NEEDS),
        small_area=st.sampled_from([None, "a1"]),
        ward=st.sampled_from([None, "w1", "w2"]),
        district=st.sampled_from([None, "d1"]),
        zones=zones,
    ),
    max_size=4,
    unique_by=lambda row: (row.provider, row.need),
).map(tuple)
full_worlds = st.builds(World, people=people, events=events, needs=evidence, coverage=coverages, providers=providers)
