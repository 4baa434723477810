"""How wide a gap by deprivation is from end to end, and what is left of it at the same ages.

All of it is worked out from released counts and spans. Errors hold chance and what noise and rounding do to the counts;
those of the line through the fifths hold doubt about links too. A number for which some count is hidden is not given.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cohorts.measures.estimate import Estimate
from cohorts.measures.slope import Slope, slope_index
from cohorts.measures.standardise import directly_standardised
from cohorts.report.page import Gap, Table
from governance.disclosure import EVERYONE, SafeFrame
from governance.disclosure.banded import Z95
from governance.disclosure.pairs import AGE_BY_CORE20, BETWEEN, NOT_RECORDED, SLICES, margins
from governance.disclosure.waits import MOST_DEPRIVED, OTHERS

_FIFTHS = ("1", "2", "3", "4", "5")
_DEPRIVATION, _AGE = "deprivation_quintile", SLICES[AGE_BY_CORE20][0]
_PER = 1000
_TOO_FEW = "[x]"
_CANNOT_TELL = "Too few people to say"
Floats = NDArray[np.float64]


def deprivation_gap(frame: SafeFrame, cohort: str, title: str) -> Gap | None:
    """What the page says of the gap; nothing where a cohort is not broken down by deprivation."""
    if not frame.groups(cohort, "met", _DEPRIVATION):
        return None
    slope = slope_of(frame, cohort)
    deprived, others = (at_the_same_ages(frame, cohort, place) for place in (MOST_DEPRIVED, OTHERS))
    if not (slope or deprived or others):
        return Gap(finding="There are too few people to say how wide the gap is.", table=None)
    return Gap(
        finding=f"{_slope_finding(slope)} {_ages_finding(deprived, others)}",
        table=Table(
            caption=f"{title}: how wide is the gap by deprivation?",
            head=("What we worked out", "Number", "95% interval", "What it says"),
            rows=tuple(_rows(slope, deprived, others)),
            text_columns=frozenset({3}),
        ),
    )


def slope_of(frame: SafeFrame, cohort: str) -> Slope | None:
    """SII as a share and RII, over fifths of deprivation on the logit scale.

    Returns:
        None where a fifth is hidden, or nobody or everybody of a fifth is in the cohort.
    """
    cells = [[frame.cell(cohort, name, _DEPRIVATION, fifth).people for fifth in _FIFTHS] for name in _COUNTS]
    if any(people is None for row in cells for people in row):
        return None
    part, whole = (np.array(row, np.float64) for row in cells)
    if not ((part > 0) & (part < whole)).all():
        return None
    errors = _logit_error(part, whole, *(_variances(frame, cohort, name) for name in _COUNTS))
    return slope_index(part / whole, whole, errors, scale="logit")


def _variances(frame: SafeFrame, cohort: str, measure: str) -> Floats:
    """Of each fifth's count: noise and rounding, and what doubt about links makes its span wider (decision 89)."""
    spans = (frame.span(cohort, measure, _DEPRIVATION, fifth) for fifth in _FIFTHS)
    doubts = np.array([span.doubt if span else 0 for span in spans], np.float64)
    return np.asarray(frame.rule.variance + (doubts / (2 * Z95)) ** 2, np.float64)


_COUNTS = ("met", "population")


def _logit_error(part: Floats, whole: Floats, of_part: Floats, of_whole: Floats) -> Floats:
    """Of the logit of a share: chance, and not knowing either count better than to its variance."""
    rest = whole - part
    chance = 1 / part + 1 / rest
    return np.asarray(np.sqrt(chance + of_part * chance**2 + of_whole / rest**2), np.float64)


def at_the_same_ages(frame: SafeFrame, cohort: str, place: str) -> Estimate | None:
    """People in every 1,000 who would be in the cohort if the place had the ages of everyone on the register.

    Args:
        frame: Holds age by deprivation as far as it is released.
        cohort: Whose.
        place: ``MOST_DEPRIVED`` or ``OTHERS``.

    Returns:
        None where ages by place are not released, below 10 people, or where the ages of everyone are hidden.
    """
    groups = [group for group in frame.pair_groups(cohort, "met", AGE_BY_CORE20) if group != NOT_RECORDED]
    ages = list(dict.fromkeys(group.split(BETWEEN)[0] for group in groups))
    standard = _standard(frame, groups, ages)
    if standard is None:
        return None
    met, population = (
        np.array([frame.pair(cohort, name, AGE_BY_CORE20, f"{age}{BETWEEN}{place}").people or 0 for age in ages])
        for name in _COUNTS
    )
    return directly_standardised(met, population, standard, per=_PER, count_variance=frame.rule.variance)


def _standard(frame: SafeFrame, groups: list[str], ages: list[str]) -> Floats | None:
    """How many people on the register are of each age; None where one of the numbers is hidden."""
    own = {_AGE: frame.groups(EVERYONE, "population", _AGE)}
    bands = {
        margin.cells[0].split(BETWEEN)[0]: margin.groups
        for margin in margins(AGE_BY_CORE20, groups, own)
        if margin.dimension == _AGE
    }
    cells = [[frame.cell(EVERYONE, "population", _AGE, band).people for band in bands.get(age, ())] for age in ages]
    if not cells or not all(cells) or any(people is None for band in cells for people in band):
        return None
    return np.array([sum(people or 0 for people in band) for band in cells], np.float64)


def _rows(slope: Slope | None, deprived: Estimate | None, others: Estimate | None) -> Iterator[tuple[str, ...]]:
    sii = _times(slope.sii, _PER) if slope else None
    says = _CANNOT_TELL if slope is None else _WORDS[_clear(slope.sii, 0)]
    yield ("More in every 1,000 at the most deprived end than at the least", *_shown(sii), says)
    yield ("Times as common at the most deprived end", *_shown(slope.rii if slope else None, 2), says)
    says = _CANNOT_TELL if not (deprived and others) else _WORDS[_apart(deprived, others)]
    yield ("Most deprived fifth: in every 1,000, at the ages of everyone", *_shown(deprived), says)
    yield ("All other areas: in every 1,000, at the ages of everyone", *_shown(others), says)


_WORDS = {
    1: "More common where areas are more deprived",
    -1: "Less common where areas are more deprived",
    0: "No clear difference",
}


def _slope_finding(slope: Slope | None) -> str:
    if slope is None:
        return "Some numbers are hidden or too small, so we cannot say how wide the gap is from end to end."
    sii = _times(slope.sii, _PER)
    if not (way := _clear(sii, 0)):
        return "From the least to the most deprived areas there is no clear difference."
    number, more = f"{abs(sii.value):.1f}", "more" if way > 0 else "fewer"
    return f"Clear difference: at the most deprived end there are {number} {more} in every 1,000 people."


def _ages_finding(deprived: Estimate | None, others: Estimate | None) -> str:
    if not (deprived and others):
        return "There are too few people to say what part age plays."
    way = _apart(deprived, others)
    if not way:
        return "At the same ages, there is no clear difference between the most deprived fifth and all other areas."
    rate = "higher" if way > 0 else "lower"
    return f"Age alone does not explain it: at the same ages the rate is {rate} in the most deprived fifth."


def _clear(found: Estimate, none: float) -> int:
    """1 if surely above, -1 if surely below, 0 if the interval holds ``none``."""
    return int(found.low > none) - int(found.high < none)


def _apart(one: Estimate, other: Estimate) -> int:
    """1 if one interval lies above the other, -1 if below, 0 if they meet."""
    return int(one.low > other.high) - int(one.high < other.low)


def _times(found: Estimate, by: float) -> Estimate:
    return Estimate(by * found.value, by * found.low, by * found.high)


def _shown(found: Estimate | None, decimals: int = 1) -> tuple[str, str]:
    if found is None:
        return _TOO_FEW, _TOO_FEW
    value, low, high = (_plain(number, decimals) for number in (found.value, found.low, found.high))
    return value, f"{low} to {high}"


def _plain(number: float, decimals: int) -> str:
    text = f"{number:,.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text
