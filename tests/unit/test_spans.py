"""What may be said of doubt about links beside a released count: wide enough to be true, and silent about the count."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from governance.contracts import COHORT_COUNT, COHORT_INTERVAL
from governance.disclosure import CellKey, release, rule_of
from governance.disclosure.spans import LOST_PER_100, release_spans
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
    found = release_spans(frame.cells, counts, intervals, rule=frame.rule, base=POLICY.round_to_people)
    return found.get(KEY), frame.cells[KEY]


def test_limits_are_rounded_outwards():
    """103 people, 98 to 111 if joined otherwise, shown as 105: moved by 2 at most, so 98 to 115 and outwards."""
    found, cell = spans(103, 98, 111)

    assert cell.people == 105
    assert found.text == "95 to 115"


def test_doubt_is_what_links_add_to_the_width():
    """None where no draw counts otherwise; else how much wider the span is for it."""
    assert spans(103, 103, 103)[0].doubt == 0
    assert spans(103, 98, 111)[0].doubt == (115 - 95) - (110 - 100)


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
    pull=st.floats(-0.2, 0.2),
)
def test_counts_that_are_released_alike_have_one_span(people, fewer, more, profile, pull):
    """Of the exact counts behind one released count, that links move and pull alike, the span tells none apart."""
    cell = spans(people, people, people, profile=profile)[1]
    lowest, highest = rule_of(profile, POLICY).bounds(cell)

    told = {
        spans(exact, exact - fewer, exact + more, profile=profile, per_point=pull * people)[0]
        for exact in range(lowest, highest + 1)
    }

    assert len(told) == 1


@given(people=st.integers(8, 5_000), per_point=st.floats(-100, 100), profile=st.sampled_from(PROFILES))
def test_of_the_pull_of_missed_links_a_step_of_a_ladder_is_told(people, per_point, profile):
    """Never an exact sum: a power of two in every hundred people counted, at least the true pull while one is left."""
    found, cell = spans(people, people, people, profile=profile, per_point=per_point)
    if not cell.people:
        return

    true = abs(per_point) / cell.people * 100  # of the released count, which is all that a reader knows
    assert abs(found.lost_per_100) in (0.0, *LOST_PER_100)
    assert found.lost_per_100 * per_point >= 0
    if LOST_PER_100[0] / 2 <= true <= LOST_PER_100[-1]:
        assert true <= abs(found.lost_per_100) <= max(2 * true, LOST_PER_100[0])


def test_groups_have_the_pull_of_their_cohort():
    """What a group's own links pull is not told: it would be a sum over few people."""
    rows = [("all", "all", 200, 4.0), ("sex", "female", 100, 0.0), ("sex", "male", 100, 4.0)]
    counts = pa.Table.from_pylist(
        [
            {"cohort": "c", "measure": "met", "dimension": dimension, "group": group, "version": "1"}
            | {"people": people, "cell_key": 0}
            for dimension, group, people, _ in rows
        ],
        schema=COHORT_COUNT.schema,
    )
    intervals = pa.Table.from_pylist(
        [
            {"cohort": "c", "measure": "met", "dimension": dimension, "group": group, "expected": float(people)}
            | {"low": people, "high": people, "per_point": pull}
            for dimension, group, people, pull in rows
        ],
        schema=COHORT_INTERVAL.schema,
    )
    frame = release(counts, POLICY)

    found = release_spans(frame.cells, counts, intervals, rule=frame.rule, base=POLICY.round_to_people)

    assert [span.lost_per_100 for span in found.values()] == [2.0, 2.0, 2.0]
