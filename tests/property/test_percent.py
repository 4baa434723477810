"""Shares in words, for any share that somebody may have written into a file."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from cohorts.english import parameter_english
from cohorts.query import Parameter
from governance.english import percent, rounded

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


@given(SHARES, st.integers(0, 3))
@example(0.0004, 1)
@example(0.9996, 1)
@example(0.005, 0)
def test_a_measured_share_is_rounded_and_never_to_none_or_all(share, decimals):
    """Within half of what is told; some is never 0%, and less than all is never 100%."""
    words, least = rounded(share, decimals), 0.01 * 10**-decimals
    number = float(words.split(" ")[-1].removesuffix("%")) / 100

    assert (number == 0) == (share == 0)
    assert (number == 1) == (share == 1)
    match words.split(" "):
        case ["under", _]:
            assert 0 < share < number
        case ["over", _]:
            assert number < share < 1
        case _:
            assert abs(number - share) <= least / 2 + 1e-12


@given(st.lists(SHARES, min_size=3, max_size=3))
@example([0.005, 0.0, 1.0])
def test_a_range_of_shares_tells_its_ends_apart(shares):
    """A board that may move a share reads three numbers, and equal ones only where they are equal."""
    low, value, high = sorted(shares)
    told = parameter_english(Parameter(name="share", value=value, low=low, high=high, why="Because."))

    now, ends = told.removeprefix("A board may change “share”: now ").removesuffix(". Because.").split(", from ")
    read = [Decimal(number.removesuffix("%")) for number in (*ends.split(" to "), now)]
    assert told.count("%") == 3
    assert [float(number / 100) for number in read] == [low, high, value]
