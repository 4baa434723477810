"""Medians of waits from counts in bands: against the exact estimate, by hand, and with what noise adds."""

from math import inf, isfinite

import numpy as np
import pytest

from cohorts.measures.waits import survival
from governance.disclosure.banded import Banded, Bounded, gap, median_wait
from governance.disclosure.waits import BANDS, band_name, referred, waited, whole_of

ENDS = [end for _, end in BANDS]
SIX_MP = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0),
          (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]  # fmt: skip
"""Weeks until relapse of the patients who were given 6-MP, and whether it was observed (Freireich 1963)."""


def banded(seen, unseen, variance=0.0):
    """Counts that are known exactly, or each with the same variance."""
    spread = np.full(len(seen), variance)
    return Banded(np.array(seen, float), np.array(unseen, float), spread, spread)


def in_bands(days, is_seen):
    """Exact waits in days as counts by band."""
    starts = np.array([7 * start for start, _ in BANDS])
    band = np.searchsorted(starts, days, side="right") - 1
    seen, unseen = (np.bincount(band[is_seen == flag], minlength=len(BANDS)) for flag in (True, False))
    return banded(seen, unseen)


def test_everybody_seen_by_hand():
    """Of 40, 10 in the first week and 20 in the second: half are seen when half of the second week is over."""
    found = median_wait(banded([10, 20, 10, 0, 0, 0, 0], [0] * 7), ENDS)

    assert found.value == pytest.approx(1.5)


def test_those_not_seen_are_not_left_out():
    """Of 20 seen half came in the first week; of 40 referred a quarter did."""
    seen = [10, 4, 3, 3, 0, 0, 0]

    assert median_wait(banded(seen, [0] * 7), ENDS).value == pytest.approx(1.0)
    assert median_wait(banded(seen, [0, 0, 0, 0, 0, 0, 20]), ENDS).value == pytest.approx(6)
    assert median_wait(banded(seen, [0, 0, 0, 0, 0, 0, 21]), ENDS).value == inf


def test_the_life_table_of_a_published_trial():
    """In bands of a week: half within week 23, as by Kaplan and Meier, whose limits are from week 13 to beyond."""
    weeks, observed = np.array(SIX_MP).T
    seen, unseen = (np.bincount(weeks[observed == flag], minlength=40) for flag in (1, 0))
    found = median_wait(banded(seen, unseen), np.arange(1, 41))

    assert 23 < found.value < 24  # the 24th week is that after 23 weeks are over
    assert found.low == pytest.approx(13, abs=2.5)  # a curve that is straight inside bands meets a half sooner
    assert found.high == inf


@pytest.mark.parametrize("scale", [8, 25, 60, 110])
def test_the_median_lies_by_the_exact_one(scale):
    """Waits spread as waits are: within a third of the band that holds the exact median."""
    rng = np.random.default_rng(scale)
    wait, watched = rng.gamma(1.6, scale / 1.4, 4000), rng.uniform(30, 366, 4000)
    days, is_seen = np.minimum(wait, watched).astype(int), wait <= watched
    exact = (survival(days, is_seen).median + 0.5) / 7
    found = median_wait(in_bands(days, is_seen), ENDS)
    width = next(end - start for start, end in BANDS if start <= exact < end)

    assert abs(found.value - exact) < width / 3
    assert found.low < found.value < found.high


def test_limits_hold_the_truth():
    """Of 400 samples of 120 people, with counts rounded to 5 and noise of two people: 93% or more."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        # Inside each band waits are spread evenly, so that the true median is known: half way through weeks 2 to 4.
        band = rng.choice(7, 120, p=[0.15, 0.2, 0.3, 0.15, 0.1, 0.05, 0.05])
        noisy = np.maximum(np.bincount(band, minlength=7) + np.rint(rng.normal(0, 2, 7)), 0)
        counts = banded(5 * np.rint(noisy / 5), [0] * 7, variance=4 + 2)
        found = median_wait(counts, ENDS)
        held += found.low <= 3.0 <= found.high

    assert held >= 372


def test_not_knowing_the_counts_widens_the_limits():
    """And moves nothing."""
    seen = [10, 20, 30, 20, 10, 5, 5]
    sure, unsure = (median_wait(banded(seen, [0] * 7, variance), ENDS) for variance in (0.0, 20.0))

    assert sure.value == unsure.value
    assert unsure.low < sure.low
    assert unsure.high > sure.high


def test_nobody_referred_has_no_wait():
    """Nothing to say; and where nobody was seen, it is longer than can be told."""
    assert median_wait(banded([0] * 7, [0] * 7), ENDS) is None
    assert median_wait(banded([0] * 7, [0, 0, 0, 0, 0, 0, 30]), ENDS) == Bounded(inf, inf, inf)


def test_a_gap_by_hand():
    """3 (2 to 5) against 2 (1.5 to 2.4): one week, by square and add."""
    found = gap(Bounded(3, 2, 5), Bounded(2, 1.5, 2.4))

    assert (found.value, found.low) == pytest.approx((1, 1 - np.hypot(1, 0.4)))
    assert found.high == pytest.approx(1 + np.hypot(2, 0.5))


def test_limits_apart_leave_out_zero():
    """Whoever sees two intervals apart must not read that there is no difference."""
    assert gap(Bounded(4, 3.1, 5), Bounded(2, 1.5, 3)).low > 0


def test_a_gap_beyond_the_bands_is_not_known():
    """Nor is one side of one whose median is known to no upper limit."""
    assert gap(Bounded(inf, 3, inf), Bounded(2, 1, 3)) is None
    one_sided = gap(Bounded(5, 3, inf), Bounded(2, 1, 3))
    assert isfinite(one_sided.low)
    assert one_sided.high == inf


def test_names_tell_what_adds_up():
    """Parts of a service's waits name their whole, and nothing else is such a part."""
    assert whole_of(waited("housing", "seen", BANDS[2])) == referred("housing")
    assert [whole_of(name) for name in (referred("housing"), "met", "appointments:missed", "rung:seen")] == [None] * 4
    assert [band_name(band) for band in BANDS] == sorted(band_name(band) for band in BANDS)
