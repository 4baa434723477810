"""Shares in words, for any share that somebody may have written into a file."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from cohorts.english import parameter_english
from cohorts.query import Parameter
from governance.english import percent

SHARES = st.floats(0, 1)


@given(SHARES)
@example(0.005)
@example(0.995)
@example(0.29)
@example(5e-324)
def test_a_share_reads_as_what_was_written(share):
    """To its last digit; so some is never 0%, nor is less than all 100%."""
    words = percent(share)

    assert words.endswith("%")
    assert "E" not in words
    assert float(Decimal(words.removesuffix("%")) / 100) == share
    assert (words == "0%") == (share == 0)
    assert (words == "100%") == (share == 1)


@given(st.lists(SHARES, min_size=3, max_size=3))
@example([0.005, 0.0, 1.0])
def test_a_range_of_shares_tells_its_ends_apart(shares):
    """A board that may move a share reads three numbers, and equal ones only where they are equal."""
    low, value, high = sorted(shares)
    told = parameter_english(Parameter(name="share", value=value, low=low, high=high, why="Because."))

    now, ends = told.removeprefix("A board may change: share, now ").removesuffix(". Because.").split(", from ")
    read = [Decimal(number.removesuffix("%")) for number in (*ends.split(" to "), now)]
    assert told.count("%") == 3
    assert [float(number / 100) for number in read] == [low, high, value]
