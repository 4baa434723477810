"""Promises of disclosure control that hold for any counts and any policy that is allowed."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from governance.disclosure import RoundingRule, SafeCell, SafeSpan, Status, rate_per_1000, release, safe_counts
from governance.disclosure.gate.likely import conditional
from governance.disclosure.protect import ALL, PARTS, WHOLE, CellKey, cells_to_hide
from governance.settings import Policy
from tests.lib.report import count_table

RULES = st.builds(RoundingRule, st.integers(7, 50), st.integers(5, 50))
PEOPLE = st.one_of(st.integers(0, 120), st.integers(0, 3_000_000))
SMALL = st.one_of(st.integers(0, 16), st.integers(0, 60))


@given(RULES, PEOPLE)
def test_a_shown_count_is_near_the_truth_and_never_small(rule, people):
    """Within half the base; never 1 up to the limit; zero exactly for nobody."""
    cell = rule.release(people)

    if cell.people is None:
        assert 1 <= people <= rule.largest_hidden
    else:
        assert abs(cell.people - people) * 2 <= rule.round_to_people
        assert cell.people == 0 or cell.people > rule.hide_up_to_people
        assert cell.people % rule.round_to_people == 0
    assert (cell.people == 0) == (people == 0)
    assert (people <= rule.hide_up_to_people) <= (cell.people in (None, 0))


@given(RULES, st.lists(PEOPLE, min_size=2, max_size=20))
def test_release_keeps_order(rule, counts):
    """More people never show as fewer; hidden counts lie below all shown ones but zero."""
    shown = [rule.release(people).people for people in sorted(counts) if people]

    ranks = [0 if people is None else people for people in shown]
    assert all(before <= after for before, after in pairwise(ranks))


@given(RULES, PEOPLE)
def test_bounds_hold_the_truth_and_every_count_that_looks_the_same(rule, people):
    """What a reader must consider is exactly what rounds to the same cell."""
    cell = rule.release(people)
    low, high = rule.bounds(cell)

    assert low <= people <= high
    assert rule.release(low) == rule.release(high) == cell
    assert rule.release(high + 1) != cell
    assert low == 0 or rule.release(low - 1) != cell


@given(RULES, PEOPLE, PEOPLE)
def test_rates_never_exceed_everybody_and_lie_in_their_interval(rule, one, other):
    """Rounding keeps a part inside its whole, so a rate is a share whatever the counts."""
    part, whole = sorted((one, other))

    rate = rate_per_1000(rule.release(part), rule.release(whole))

    if rate.per_1000 is not None:
        assert 0 <= rate.low <= rate.per_1000 <= rate.high <= 1000.0000001


@st.composite
def doubted(draw):
    """A released count above none, and where it lies if records are joined otherwise."""
    cell = RoundingRule(7, 5).release(draw(st.integers(8, 3_000)))
    below, above = draw(st.integers(0, 4_000)), draw(st.integers(0, 4_000))
    return cell, SafeSpan(max(0, cell.people - below) // 5 * 5, -(-(cell.people + above) // 5) * 5)


@given(doubted(), doubted())
def test_one_interval_holds_chance_and_doubt_about_links(one, other):
    """Wilson's interval and every count of the span lie inside it; it never leaves 0 to 1,000."""
    (part, part_span), (whole, whole_span) = sorted((one, other), key=lambda each: each[0].people)

    alone = rate_per_1000(part, whole)
    both = rate_per_1000(part, whole, part_span=part_span, whole_span=whole_span)

    assert (both.per_1000, both.by_chance_alone, alone.by_chance_alone) == (alone.per_1000, False, True)
    assert 0 <= both.low <= alone.low + 1e-6
    assert alone.high - 1e-6 <= both.high <= 1000
    assert both.low <= 1000 * part_span.low / whole.people + 1e-6
    assert both.high >= min(1000, 1000 * part_span.high / whole.people) - 1e-6


@given(doubted(), doubted(), st.integers(0, 400), st.integers(0, 400))
def test_more_doubt_never_narrows_an_interval(one, other, below, above):
    """Of either count, in either direction."""
    (part, part_span), (whole, whole_span) = sorted((one, other), key=lambda each: each[0].people)
    wider = [SafeSpan(max(0, each.low - below), each.high + above) for each in (part_span, whole_span)]

    before = rate_per_1000(part, whole, part_span=part_span, whole_span=whole_span)
    after = rate_per_1000(part, whole, part_span=wider[0], whole_span=wider[1])

    assert after.low <= before.low + 1e-6
    assert after.high >= before.high - 1e-6


@given(st.integers(1, 7), st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_a_hidden_count_has_no_interval_whatever_its_span(people, low, high, is_part):
    """Nor has a rate whose whole is hidden; nobody has one of chance alone."""
    rule, span = RoundingRule(7, 5), SafeSpan(low, low + high)
    hidden, shown = rule.release(people), rule.release(1_000)
    pair = (hidden, shown) if is_part else (shown, hidden)

    rate = rate_per_1000(*pair, part_span=span, whole_span=span)

    assert (rate.status, rate.per_1000, rate.low, rate.high) == (Status.HIDDEN, None, None, None)
    nobody = SafeCell(Status.SHOWN, 0, "0")
    assert rate_per_1000(nobody, shown, part_span=span, whole_span=span) == rate_per_1000(nobody, shown)


@st.composite
def two_way_tables(draw):
    """The three answers of one definition, by the groups of one dimension, with all totals."""
    groups = [f"g{number}" for number in range(draw(st.integers(2, 5)))]
    inner = {CellKey("c", part, "sex", group): draw(SMALL) for part in PARTS for group in groups}
    whole = {CellKey("c", WHOLE, "sex", g): sum(inner[CellKey("c", part, "sex", g)] for part in PARTS) for g in groups}
    totals = {
        CellKey("c", name): sum(n for key, n in {**inner, **whole}.items() if key.measure == name)
        for name in (*PARTS, WHOLE)
    }
    return {**inner, **whole, **totals}


@settings(deadline=None)
@given(two_way_tables())
def test_every_small_count_is_hidden_whatever_the_sums(exact):
    """Protection only ever hides more, and hides no whole table without need."""
    rule = RoundingRule(7, 5)
    hidden = cells_to_hide(exact, rule)

    assert hidden >= {key for key, people in exact.items() if rule.release(people).status is Status.HIDDEN}
    if not any(rule.release(people).status is Status.HIDDEN for people in exact.values()):
        assert not hidden


@settings(deadline=None)
@given(two_way_tables())
def test_a_frame_says_the_same_whatever_the_order_of_rows(exact):
    """Same counts, same release: no row order, no clock, no chance."""
    table = count_table({tuple(key): people for key, people in exact.items()})
    upside_down = table.take(list(range(table.num_rows))[::-1])

    one, other = release(table, Policy()), release(upside_down, Policy())

    assert dict(one.cells) == dict(other.cells)
    assert sorted(safe_counts(one).to_pylist(), key=str) == sorted(safe_counts(other).to_pylist(), key=str)
    assert one.cell("c", WHOLE, ALL, ALL) == one.cell("c", WHOLE)


@given(
    variances=st.lists(st.sampled_from([1e-9, 4.0, 5.5, 12.0]), min_size=2, max_size=9),
    rows=st.lists(st.lists(st.integers(-1, 1), min_size=9, max_size=9), min_size=1, max_size=6),
    again=st.lists(st.integers(0, 5), max_size=6),
)
@example(
    variances=[1e-09, 1e-09, 4.0, 1e-09, 4.0, 1e-09, 4.0, 4.0, 12.0],
    rows=[
        [0, 0, 0, 0, 0, 0, -1, 0, -1],
        [0, 0, 0, 0, -1, 0, -1, -1, -1],
        [0, 0, 1, 0, 1, 0, 0, 0, 0],
        [0, 0, 1, 0, -1, 0, 1, 1, -1],
        [0, 0, 1, 0, -1, 0, 1, -1, 0],
    ],
    again=[],
)
def test_what_sums_leave_of_a_count_is_what_projection_says(variances, rows, again):
    """Also where sums follow from others, are told twice, or hold only what is known.

    But for a trifle by which each sum is taken as unsure, and so a count that follows from several: here a millionth.
    A variance of a ten-thousandth is a hundredth of a person, and a count still as good as known.
    """
    variance = np.array(variances)
    kept = np.array([*rows, *(rows[n % len(rows)] for n in again)], dtype=float)[:, : len(variance)]
    kept = np.vstack([kept, kept.sum(axis=0)])
    if not kept.any():
        kept[0, 0] = 1.0
    scaled = kept * np.sqrt(variance)
    through = np.eye(len(variance)) - np.linalg.pinv(scaled, rcond=1e-9) @ scaled

    left = conditional(variance, kept, range(len(variance)))

    assert left == pytest.approx(variance * through.diagonal(), abs=1e-4)
