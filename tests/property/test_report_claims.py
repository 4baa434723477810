"""Property: the report claims a difference only where two intervals lie apart, and says so the same way everywhere."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cohorts.report.across import CLEAR, UNCLEAR, verdict
from cohorts.report.charts import Dot
from cohorts.report.findings import equity_finding
from governance.disclosure import SafeRate, Status

LIMITS = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)


def dots(limits):
    """Groups whose rates have these intervals, the last one of people whose group is not recorded."""
    rates = [SafeRate(Status.SHOWN, (low + high) / 2, float(low), float(high)) for low, high in limits]
    names = [*(f"group {number}" for number in range(len(rates) - 1)), "Not recorded"]
    return [Dot(name, rate) for name, rate in zip(names, rates, strict=True)]


@settings(max_examples=300)
@given(st.lists(LIMITS, min_size=3, max_size=6))
@example([[0, 10], [10, 20], [50, 60]])
def test_a_difference_is_claimed_only_where_two_intervals_lie_apart(limits):
    """Not where they touch, and not against people whose group nobody recorded."""
    recorded = limits[:-1]
    apart = max(low for low, _ in recorded) > min(high for _, high in recorded)

    told = equity_finding(dots(limits))

    assert told.startswith("Clear difference:") is apart
    assert told.startswith("No clear difference") is not apart
    assert verdict(dots(limits)) == (CLEAR if apart else UNCLEAR)
