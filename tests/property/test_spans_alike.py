"""Two truths that are released alike, and that links move alike, have the same intervals, whatever is exact in them."""

from dataclasses import replace

import pyarrow as pa
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from governance.contracts import COHORT_COUNT, COHORT_INTERVAL
from governance.disclosure import CellKey, release
from governance.disclosure.spans import release_spans
from governance.settings import Policy

POLICY = Policy()
MET = CellKey("c", "met")
ASKED = CellKey("c", "population")
SHOWN = 10
"""From here a number stands for itself and two more and fewer."""
KEYS = (
    MET,
    ASKED,
    *(CellKey("c", "met", "sex", group) for group in ("female", "male", "other")),
    *(CellKey("c", "met", "service", name) for name in ("gp", "police")),
    CellKey("c", "met", "service_pair", "gp & police"),
    *(CellKey("c", "met", "service_count", number) for number in ("0", "1", "2")),
    *(CellKey("c", f"variant:times={times}") for times in (3, 9)),
    *(CellKey("c", f"attrition:0{step}") for step in (1, 2)),
)
"""Breakdowns, counts inside others, counts of which nobody knows which is larger, and steps."""


def released(exact, moves, profile):
    """A frame with its spans; ``moves``: how many people draws take off and add, and how missed links pull."""
    named = [dict(zip(COHORT_COUNT.key, key[:-1], strict=True)) for key in KEYS]
    counts = [
        {**one, "version": "1", "people": exact[key], "cell_key": 1 << 31} for key, one in zip(KEYS, named, strict=True)
    ]
    limits = [
        {**one, "expected": 0.0, "low": exact[key] - moves[key][0], "high": exact[key] + moves[key][1]}
        | {"per_point": moves[key][2]}
        for key, one in zip(KEYS, named, strict=True)
    ]
    table = pa.Table.from_pylist(counts, schema=COHORT_COUNT.schema)
    frame = release(table, POLICY, profile)
    intervals = pa.Table.from_pylist(limits, schema=COHORT_INTERVAL.schema)
    spans = release_spans(frame.cells, table, intervals, rule=frame.rule, base=POLICY.round_to_people)
    return replace(frame, spans=spans)


def per_count(values):
    """One of these for every count."""
    return st.fixed_dictionaries(dict.fromkeys(KEYS, values))


@st.composite
def two_truths(draw):
    """Two sets of exact counts that round alike, of people who add up by sex or nearly so."""
    shown = draw(per_count(st.sampled_from((0, 5, *range(10, 45, 5))))) | {ASKED: 500}
    if draw(st.booleans()):
        shown[MET] = sum(shown[key] for key in KEYS if key.dimension == "sex")
    off = [draw(per_count(st.integers(-2, 2))) for _ in range(2)]
    return [{key: n + one[key] if n >= SHOWN else n for key, n in shown.items()} for one in off]


@settings(deadline=None, max_examples=60)
@given(
    two_truths(),
    per_count(st.tuples(st.integers(0, 30), st.integers(0, 30), st.floats(-2, 2))),
    st.sampled_from(("hide7_round5", "cell_key")),
)
def test_intervals_of_two_truths_that_are_released_alike_are_the_same(truths, moves, profile):
    """Spans, so also rates, medians and whatever else is made of the frame.

    Which of two counts is larger, whether parts add up and how many there are is told by released counts alone.
    """
    one, other = (released(exact, moves, profile) for exact in truths)
    assume(one.cells == other.cells)

    assert one.spans == other.spans
    assert one.rate("c", "met", "population") == other.rate("c", "met", "population")
