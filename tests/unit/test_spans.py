"""What may be said of doubt about links beside a released count: wide enough to be true, and silent about the count."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from governance.contracts import COHORT_COUNT, COHORT_INTERVAL
from governance.disclosure import CellKey, release, rule_of
from governance.disclosure.spans import release_spans
from governance.settings import Policy

KEY = CellKey("c", "met")
POLICY = Policy()
PROFILES = ("hide7_round5", "midpoint6", "cell_key")


def spans(people, low, high, *, profile="hide7_round5", cell_key=0, per_point=0.0):
    """The span of one count, and the cell it stands beside."""
    named = {"cohort": "c", "measure": "met", "dimension": "all", "group": "all"}
    count = {**named, "version": "1", "people": people, "cell_key": cell_key}
    counts = pa.Table.from_pylist([count], schema=COHORT_COUNT.schema)
    limits = {**named, "expected": float(people), "low": low, "high": high, "per_point": per_point}
    intervals = pa.Table.from_pylist([limits], schema=COHORT_INTERVAL.schema)
    frame = release(counts, POLICY, profile)
    return release_spans(frame.cells, counts, intervals, base=POLICY.round_to_people).get(KEY), frame.cells[KEY]


def test_limits_are_rounded_outwards():
    """103 people, 98 to 111 if joined otherwise, shown as 105: moved by 2 at most, so 98 to 115 and outwards."""
    found, cell = spans(103, 98, 111)

    assert cell.people == 105
    assert found.text == "95 to 115"


def test_hidden_counts_and_zeros_say_nothing_of_links():
    """How many a hidden group may have is itself a small number, and so is what might join nobody."""
    assert spans(5, 0, 40)[0] is None
    assert spans(0, 0, 3)[0] is None


@given(
    people=st.integers(8, 5_000),
    fewer=st.integers(0, 60),
    more=st.integers(0, 60),
    profile=st.sampled_from(PROFILES),
    cell_key=st.integers(0, 2**32 - 1),
)
def test_the_span_holds_the_exact_interval(people, fewer, more, profile, cell_key):
    """Whatever rule changed the count, the interval around the exact one lies inside the span."""
    low = max(0, people - fewer)
    found, cell = spans(people, low, people + more, profile=profile, cell_key=cell_key)

    assert (found is None) == (not cell.people)
    if found:
        assert found.low <= low
        assert people + more <= found.high


@given(
    people=st.integers(60, 5_000),
    fewer=st.integers(0, 50),
    more=st.integers(0, 50),
    profile=st.sampled_from(("hide7_round5", "midpoint6")),
)
def test_counts_that_are_released_alike_have_one_span(people, fewer, more, profile):
    """Of the exact counts behind one released count, in the same doubt, the span tells none apart."""
    cell = spans(people, people, people, profile=profile)[1]
    lowest, highest = rule_of(profile, POLICY).bounds(cell)

    told = {spans(exact, exact - fewer, exact + more, profile=profile)[0].text for exact in range(lowest, highest + 1)}

    assert len(told) == 1
