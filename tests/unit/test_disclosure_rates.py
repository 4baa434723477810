"""Rates come from released counts only, with honest intervals and plain words."""

import pytest

from governance.disclosure import (
    CellKey,
    RoundingRule,
    SafeCell,
    SafeFrame,
    SafeRate,
    SafeSpan,
    Status,
    clearly_higher,
    common_base,
    in_every,
    interval_in_every,
    rate_per_1000,
    release_linkage,
)
from governance.disclosure.rounding import NOT_APPLICABLE, NOT_AVAILABLE
from governance.errors import InternalError
from governance.settings import Policy

RULE = RoundingRule(hide_up_to_people=7, round_to_people=5)


def rate(people, among):
    """The rate of two exact counts, after release."""
    return rate_per_1000(RULE.release(people), RULE.release(among))


def test_rates_are_reproducible_from_the_published_counts():
    """43 of 1,003 is published as 45 of 1,005, and so is its rate."""
    assert rate(43, 1003).per_1000 == pytest.approx(1000 * 45 / 1005)


def test_the_interval_is_wilsons():
    """Worked by hand for 10 of 100 (Newcombe 1998, method 3): 5.52% to 17.44%."""
    found = rate(10, 100)

    assert found.low == pytest.approx(55.2, abs=0.1)
    assert found.high == pytest.approx(174.4, abs=0.1)


def test_nobody_and_everybody_have_one_sided_intervals():
    """The limits end exactly at 0 and at 1,000."""
    assert (rate(0, 100).low, rate(100, 100).high) == (0.0, 1000.0)
    assert rate(0, 100).high > 0


def test_distances_of_chance_and_of_links_are_added_in_squares():
    """By hand: of 100 of 1,000 Wilson has 82.9 to 120.2; links may make them 60 or 150: 56.5 to 153.9."""
    part, whole = (SafeCell(Status.SHOWN, people, str(people)) for people in (100, 1_000))

    found = rate_per_1000(part, whole, part_span=SafeSpan(60, 150), whole_span=SafeSpan(1_000, 1_000))

    assert (found.low, found.high) == (pytest.approx(56.5, abs=0.1), pytest.approx(153.9, abs=0.1))


def test_doubt_about_whom_they_are_among_counts_as_well():
    """By hand: the 1,000 of the same rate may be 800 or 1,250, the 100 are certain: 73.7 to 132.1."""
    part, whole = (SafeCell(Status.SHOWN, people, str(people)) for people in (100, 1_000))

    found = rate_per_1000(part, whole, part_span=SafeSpan(100, 100), whole_span=SafeSpan(800, 1_250))

    assert (found.low, found.high) == (pytest.approx(73.7, abs=0.1), pytest.approx(132.1, abs=0.1))


def test_a_frame_gives_a_rate_the_doubt_about_both_its_counts():
    """The spans of the part and of the whole are those of their own cells, of the whole and of a group."""
    sizes = {"met": (100, SafeSpan(60, 150)), "judged": (1_000, SafeSpan(800, 1_250))}
    for at in (("all", "all"), ("sex", "female")):
        cells = {CellKey("c", name, *at): SafeCell(Status.SHOWN, size, str(size)) for name, (size, _) in sizes.items()}
        spans = {CellKey("c", name, *at): span for name, (_, span) in sizes.items()}
        frame = SafeFrame(rule=RULE, cells=cells, versions={"c": "1"}, spans=spans)
        by_hand = rate_per_1000(*cells.values(), part_span=sizes["met"][1], whole_span=sizes["judged"][1])
        assert frame.rate("c", "met", "judged", *at) == by_hand


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (RULE.release(3), RULE.release(900), "[c]"),
        (RULE.release(30), RULE.release(3), "[c]"),
        (RULE.release(3), NOT_AVAILABLE, "[c]"),
        (NOT_AVAILABLE, RULE.release(900), "[x]"),
        (RULE.release(10), NOT_APPLICABLE, "[z]"),
        (RULE.release(0), RULE.release(0), "[z]"),
        (RULE.release(10), RULE.release(1_000_000), "[low]"),
        (RULE.release(0), RULE.release(100), "0.0"),
    ],
)
def test_a_rate_is_shown_only_where_both_counts_are(part, whole, text):
    """Hidden beats not available beats not applicable; low is not zero."""
    assert rate_per_1000(part, whole).text == text


def test_a_part_larger_than_its_whole_is_a_bug():
    """The two counts are of different people."""
    with pytest.raises(InternalError, match="larger than its population"):
        rate_per_1000(RULE.release(50), RULE.release(20))


def test_a_difference_is_clear_only_without_overlap():
    """100 of 1,000 against 200 of 1,000 is clear; against 120 of 1,000 it is not; hidden rates never are."""
    hidden = rate(3, 1000)

    assert clearly_higher(rate(200, 1000), rate(100, 1000))
    assert not clearly_higher(rate(100, 1000), rate(200, 1000))
    assert not clearly_higher(rate(120, 1000), rate(100, 1000))
    assert not clearly_higher(hidden, rate(100, 1000))
    assert not clearly_higher(rate(100, 1000), hidden)


@pytest.mark.parametrize(
    ("people", "among", "text"),
    [
        (40, 1000, "about 40 in every 1,000 residents"),
        (20, 5000, "about 40 in every 10,000 residents"),
        (0, 1000, "none in every 1,000 residents"),
        (1000, 1000, "all 1,000 in every 1,000 residents"),
        (3, 1000, "[c]"),
    ],
)
def test_natural_frequencies(people, among, text):
    """The denominator grows until the number is one that people can picture."""
    assert in_every(rate(people, among), "residents") == text


def test_frequencies_side_by_side_share_a_denominator():
    """The lowest of them decides; rates of nobody, or hidden, do not."""
    rates = [rate(400, 1000), rate(20, 5000), rate(0, 1000), rate(3, 1000)]

    assert common_base(rates) == 10_000
    assert in_every(rates[0], "people", base=10_000) == "about 4,000 in every 10,000 people"
    assert interval_in_every(rates[1], base=10_000) == "26 to 62"


def test_a_very_low_rate_is_not_rounded_to_none():
    """One in a thousand people among thousands, told in hundreds."""
    assert in_every(SafeRate(Status.SHOWN, 1.0, 0.5, 2.0), base=100) == "fewer than 1 in every 100"


def test_shares_in_percent():
    """Whole percentages; more than none never reads 0%."""
    assert rate(330, 430).percent_text == "77%"
    assert rate(0, 430).percent_text == "0%"
    assert rate(10, 50_000).percent_text == "[low]"
    assert rate(3, 430).percent_text == "[c]"


def test_linkage_shares_obey_the_rule_for_counts():
    """A manifest's exact numbers become released counts; what it does not say is not available."""
    index = {"records": {"police": 1834, "vcse": 5}, "no_view": {"police": 3}, "linked_records": {"police": 1431}}

    police, vcse, fire = release_linkage(index, Policy(), sources=["police", "vcse", "fire"])

    assert police.records == SafeCell(Status.SHOWN, 1835, "1,835", give=2)
    assert police.no_view_share.text == "[c]"
    assert police.linked_share.per_1000 == pytest.approx(1000 * 1430 / 1835)
    assert vcse.records.text == "[c]"
    assert fire.records.text == "[x]"
