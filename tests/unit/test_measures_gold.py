"""Every formula gives the numbers that were published for it; each test quotes where."""

import numpy as np
import pytest

from cohorts.measures.against_rest import against_rest
from cohorts.measures.cascade import rung_parts, step_shares
from cohorts.measures.funnel import funnel_limits
from cohorts.measures.inequality_score import score_places
from cohorts.measures.kitagawa import decompose_gap
from cohorts.measures.proportion import proportion
from cohorts.measures.rate import count_limits, rate
from cohorts.measures.slope import relative_rank, slope_index
from cohorts.measures.standardise import directly_standardised, indirectly_standardised
from cohorts.measures.waits import survival

DOWNS_CASES = [0, 8, 63, 112, 262, 295]
DOWNS_BIRTHS = [327, 30666, 123419, 149919, 104088, 34392]
DOWNS_STANDARD = [319933, 931318, 786511, 488235, 237863, 61313]

SIZE_1985 = [3041, 11577, 27450, 32711, 35480, 27411, 19555, 19795, 15254, 8022, 2472,
             707, 2692, 6473, 6841, 6547, 4352, 3034, 2540, 1749, 804, 236]  # fmt: skip
RATE_1985 = [9.163, 0.462, 0.248, 0.929, 1.084, 1.810, 4.715, 12.187, 27.728, 64.068, 157.570,
             17.208, 0.738, 0.328, 1.103, 2.045, 3.724, 8.052, 17.812, 34.128, 68.276, 125.161]  # fmt: skip
SIZE_1970 = [2968, 11484, 34614, 30992, 21983, 20314, 20928, 16897, 11339, 5720, 1315,
             535, 2162, 6120, 4781, 3096, 2718, 2363, 1767, 1149, 448, 117]  # fmt: skip
RATE_1970 = [18.469, 0.751, 0.391, 1.146, 1.287, 2.672, 6.636, 15.691, 34.723, 79.763, 176.837,
             36.993, 1.352, 0.541, 2.040, 3.523, 6.746, 12.967, 24.471, 45.091, 74.902, 123.205]  # fmt: skip

SIX_MP = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
"""Weeks in remission: relapsed, and censored."""
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson(part, whole, low, high):
    """Newcombe 1998, Stat Med 17:857, Table I, method 3 (score without continuity correction)."""
    found = proportion(part, whole)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_byar_in_the_published_program():
    """RubyGem byar 0.1, documentation: 100 observed, 90 expected: 0.9040199 to 1.3514261, with z = 1.96."""
    found = indirectly_standardised([100], [90], [1.0])

    assert found.low == pytest.approx(0.9040199067337297, abs=1e-5)
    assert found.high == pytest.approx(1.3514260807978444, abs=1e-5)


@pytest.mark.parametrize(("events", "low", "high"), [(10, 4.795, 18.39), (100, 81.36, 121.63), (50, 37.11, 65.92)])
def test_byar_is_near_the_exact_limits(events, low, high):
    """Exact Poisson limits (Garwood 1936, as tabled by Daly 1992); Byar's lie within 0.2% from 10 events on."""
    found = count_limits(events)

    assert found.low == pytest.approx(low, rel=0.002)
    assert found.high == pytest.approx(high, rel=0.002)


def test_directly_standardised_rate():
    """Fleiss 1981, Table 14.4, fifth and later births: 75.52901 in 100,000 (R package dsrTest 1.0.0, vignette)."""
    found = directly_standardised(DOWNS_CASES, DOWNS_BIRTHS, DOWNS_STANDARD, per=1e5)

    assert found.value == pytest.approx(75.52901, abs=5e-6)
    assert found.low < found.value < found.high


def test_dobson_where_the_standard_is_the_population():
    """Then the DSR is the crude rate and Dobson's limits those of the count (Fay and Feuer 1997, abstract)."""
    found = directly_standardised(DOWNS_CASES, DOWNS_BIRTHS, DOWNS_BIRTHS, per=1e5)
    crude = rate(sum(DOWNS_CASES), sum(DOWNS_BIRTHS), per=1e5)

    assert (found.value, found.low, found.high) == pytest.approx((crude.value, crude.low, crude.high))


def test_no_standardised_rate_below_ten_events():
    """Public Health technical guide on confidence intervals, appendix 4."""
    assert directly_standardised([4, 5], [100, 100], [1, 1]) is None
    assert directly_standardised([5, 5], [100, 100], [1, 1]) is not None


def test_a_band_that_holds_nobody_has_no_rate():
    """What its rate would have been is not known, and it has a weight in the standard."""
    assert directly_standardised([20, 0], [100, 0], [1, 1]) is None
    assert directly_standardised([20, 0], [100, 0], [1, 0]).value == pytest.approx(200)


def test_ranks_of_the_slope_index():
    """Public Health technical guide on the SII: the first 12% of people stand at 0.06, the next 10% at 0.17."""
    assert relative_rank([12, 10, 78])[:2] == pytest.approx([0.06, 0.17])


def test_slope_of_a_straight_line():
    """Closed form: values on a line give its two ends, whatever the sizes of groups."""
    people = [5, 30, 20, 25, 20]
    value = 100 - 40 * relative_rank(people)

    found = slope_index(value, people, [1e-9] * 5)

    assert found.sii.value == pytest.approx(40)
    assert found.rii.value == pytest.approx(100 / 60)


def test_slope_is_weighted_least_squares():
    """The same line as NumPy's least squares with the guide's root weights, through values on no line."""
    people, value = np.array([12.0, 30, 22, 16, 20]), np.array([9.0, 4.0, 6.0, 5.0, 1.0])
    slope, at_zero = np.polyfit(relative_rank(people), value, 1, w=np.sqrt(people / people.sum()))

    found = slope_index(value, people, [0.5] * 5)

    assert found.sii.value == pytest.approx(-slope)
    assert found.rii.value == pytest.approx(at_zero / (at_zero + slope))


def test_slope_is_nothing_where_all_are_alike():
    """SII 0 and RII 1; the limits lie on both sides."""
    found = slope_index([0.2] * 5, [10] * 5, [0.1] * 5, scale="logit")

    assert found.sii.value == pytest.approx(0)
    assert found.rii.value == pytest.approx(1)
    assert found.sii.low < 0 < found.sii.high


def test_slope_needs_five_groups_with_people():
    """Public Health technical guide: between 5 and 100 quantiles."""
    assert slope_index([1, 2, 3, 4], [1] * 4, [1] * 4) is None
    assert slope_index([1, 2, 3, 4, 5], [1, 0, 1, 1, 1], [1] * 5) is None
    assert slope_index([0, 2, 3, 4, 5], [1] * 5, [1] * 5, scale="log") is None


def test_ratio_of_two_shares():
    """Agresti 1996, section 2.2: 189 of 11,034 on placebo, 104 of 11,037 on aspirin: 1.82 (1.43 to 2.30)."""
    found = against_rest(189, 11034, 189 + 104, 11034 + 11037)

    assert (found.value, found.low, found.high) == pytest.approx((1.82, 1.43, 2.30), abs=0.01)


def test_kitagawa():
    """Das Gupta 1993, example 5.3 (deaths in the US, 1970 and 1985, by age and race): crude rates 9.42 and 8.74."""
    found = decompose_gap(SIZE_1985, RATE_1985, SIZE_1970, RATE_1970)

    assert np.average(RATE_1970, weights=SIZE_1970) == pytest.approx(9.421833, abs=1e-6)
    assert found.gap == pytest.approx(8.735618 - 9.421833, abs=1e-5)
    assert found.composition + found.rates == pytest.approx(found.gap)
    assert found.composition > 0 > found.rates  # an older population that dies later at every age


def test_cascade_of_two_rungs_by_hand():
    """Shapley for products of two: each part is the change in one rung at the average of the other (Das Gupta 1993)."""
    parts = rung_parts([0.8, 0.5], [0.9, 0.7])

    assert parts == pytest.approx([(0.8 - 0.9) * (0.5 + 0.7) / 2, (0.5 - 0.7) * (0.8 + 0.9) / 2])


def test_a_rung_that_differs_alone_makes_the_whole_gap():
    """The other rungs have no part, also where nobody gets on."""
    assert rung_parts([0.9, 0.0, 0.6], [0.9, 0.5, 0.6]) == pytest.approx([0, -0.9 * 0.5 * 0.6, 0])


def test_step_shares():
    """Of those at a stage, who reaches the next; nobody reaches a stage alone."""
    assert step_shares([200, 100, 25, 0, 0]) == [0.5, 0.25, 0.0, 0.0]
    with pytest.raises(ValueError, match="without the one before"):
        step_shares([10, 11])


def test_kaplan_meier_with_greenwood():
    """6-MP arm of Freireich et al. 1963, as in Kalbfleisch and Prentice 2002: S(t) and standard errors."""
    relapsed, censored = SIX_MP
    found = survival(relapsed + censored, [True] * 9 + [False] * 12)

    assert found.day.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert found.waiting.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert found.error.round(4).tolist() == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert found.low[0] == pytest.approx(0.620, abs=5e-4)  # log-log limits, SAS PROC LIFETEST's default
    assert found.high[0] == pytest.approx(0.952, abs=5e-4)


def test_median_waits():
    """The same trial: medians of 23 and 8 weeks; 95% limits 13 to beyond the trial, and 4 to 11 (SAS, log-log)."""
    relapsed, censored = SIX_MP
    treated = survival(relapsed + censored, [True] * 9 + [False] * 12)
    placebo = survival(PLACEBO, [True] * 21)

    assert (treated.median, treated.median_limits) == (23, (13, None))
    assert (placebo.median, placebo.median_limits) == (8, (4, 11))


def test_the_median_of_those_seen_is_too_short():
    """Why censored waits are counted: those who were seen waited 10 weeks in the middle, all of them 23."""
    relapsed, censored = SIX_MP

    assert float(np.median(relapsed)) < survival(relapsed + censored, [True] * 9 + [False] * 12).median


@pytest.mark.parametrize(
    ("size", "inner", "outer"),
    [
        (102, (72.974925, 88.309971), (68.553233, 92.731663)),
        (10, (56.154344, 100), (42.03259, 100)),
        (9998, (79.867989, 81.416907), (79.421375, 81.863521)),
    ],
)
def test_funnel_limits(size, inner, outer):
    """PHEindicatormethods, testdata_funnel_prop_outputs.csv: average 80.642448%."""
    found = funnel_limits(0.80642448, size)

    assert [100 * limit for limit in found.inner] == pytest.approx(inner, abs=1e-4)
    assert [100 * limit for limit in found.outer] == pytest.approx(outer, abs=1e-4)


def test_where_a_place_lies_in_the_funnel():
    """Beyond the outer limits is said first."""
    found = funnel_limits(0.5, 100)

    assert [found.says(share) for share in (0.5, 0.62, 0.9)] == ["within", "beyond 2 SD", "beyond 3 SD"]


def test_places_alike_have_every_rank():
    """Three places with one rate: each may be first or last."""
    for found in score_places([[20], [20], [20]], [[400], [400], [400]], [1]):
        assert found.score == pytest.approx(0, abs=0.03)
        assert (found.rank_low, found.rank_high) == (1, 3)


def test_places_far_apart_have_one_rank():
    """And the score is the weighted log of how many times the average each has."""
    found = score_places([[400, 40], [100, 10]], [[10_000, 10_000], [10_000, 10_000]], [3, 1])

    assert [(one.rank_low, one.rank_high) for one in found] == [(1, 1), (2, 2)]
    assert found[0].score == pytest.approx(np.log(400 / 250), abs=0.01)
