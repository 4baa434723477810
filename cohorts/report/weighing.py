"""Which group to look at first: groups held against criteria that the board set, and whether their places hold.

Groups and needs are weighed, never people. Every mark comes from a released number or from the board, so that a reader
can work each of them out again; and how far places hang on the weights is shown beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import floor

import numpy as np
from numpy.typing import NDArray

from cohorts.report.board_facts import CriterionFacts
from cohorts.report.facts import DefinitionFacts, ReportFacts
from cohorts.report.findings import quoted
from cohorts.report.ladder import unmet_rate
from cohorts.report.page import Table, WeighPage
from cohorts.report.tables import overall_rate
from governance.disclosure import SafeFrame, SafeRate

MOST_MARKS = 5.0
"""Of the group with the largest number; the others have marks in proportion. The board's own go as far."""
HOLDS = 0.9
"""In so many settings a place has to stay for the page to say that it holds."""
_DRAWS = 2_000
_SEED = 7
_FINE = 6
"""Up to so many criteria each weight takes five steps, with more three: about 15,000 settings at most."""
_ROUNDING = 1e-9
"""So that a share of 29 in a hundred is 29% though its hundredfold is a hair less."""
_DEPRIVATION = "deprivation_quintile"

MEASURES = {
    "people": "People in the group",
    "in_every_1000": "In every 1,000 people looked at",
    "unmet_share": "Of every 1,000 with these needs, no help in time",
    "deprivation_gap": "In every 1,000: more in the most deprived fifth than in the least",
}

Floats = NDArray[np.float64]
Value = tuple[float, float, float]
"""A number, and where it probably lies: middle, low, high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """How groups stand against criteria. Groups are rows, criteria columns; all in their own order."""

    marks: Floats
    """Groups by criteria, 0 to 5."""
    totals: Floats
    """0 to 5 a group: marks averaged by weight."""
    places: NDArray[np.int64]
    """From 1; groups with the same total share a place."""
    stays: Floats
    """Share of settings of the weights in which a group keeps its place."""
    stays_in_draws: Floats
    """The same where numbers move inside their intervals, too."""
    lowest: NDArray[np.int64]
    highest: NDArray[np.int64]
    """The first and the last place that a group takes in any setting of the weights."""
    settings: int


def weigh(values: Floats, is_mark: NDArray[np.bool_], weights: Floats, vary: float) -> Weighed:
    """Weigh groups against criteria.

    Args:
        values: Groups by criteria by (middle, low, high); the board's marks are all three the same.
        is_mark: By criterion: whether the board gave marks, which are not scaled.
        weights: By criterion, above 0.
        vary: Share by which each weight is moved up and down.
    """
    marks = _marks(values[None, :, :, 0], is_mark)
    settings = _settings(weights, vary)
    totals, moved = _totals(marks, weights[None, :]), _totals(marks, settings)
    places, moved_places = _places(totals)[0], _places(moved)
    drawn = _places(_drawn(values, is_mark, settings))
    return Weighed(
        marks=marks[0],
        totals=totals[0],
        places=places,
        stays=(moved_places == places).mean(axis=0),
        stays_in_draws=(drawn == places).mean(axis=0),
        lowest=moved_places.min(axis=0),
        highest=moved_places.max(axis=0),
        settings=len(settings),
    )


def _marks(values: Floats, is_mark: NDArray[np.bool_]) -> Floats:
    """Numbers as marks: settings by groups by criteria."""
    largest = values.max(axis=1, keepdims=True)
    scaled = np.divide(MOST_MARKS * values, largest, out=np.zeros_like(values), where=largest > 0)
    return np.where(is_mark, values, scaled)


def _settings(weights: Floats, vary: float) -> Floats:
    """Every combination of each weight moved down, left and moved up."""
    steps = 5 if len(weights) <= _FINE else 3
    factors = np.array(list(product(np.linspace(1 - vary, 1 + vary, steps), repeat=len(weights))))
    return factors * weights


def _totals(marks: Floats, weights: Floats) -> Floats:
    """Settings by groups."""
    each = np.broadcast_to(marks, (len(weights), *marks.shape[1:]))
    totals: Floats = np.einsum("sgc,sc->sg", each, weights) / weights.sum(axis=1, keepdims=True)
    return totals


def _places(totals: Floats) -> NDArray[np.int64]:
    """One more than how many groups have a higher total; what cannot be told apart in six digits is equal."""
    rounded = np.round(totals, 6)
    places: NDArray[np.int64] = 1 + (rounded[:, None, :] > rounded[:, :, None]).sum(axis=2)
    return places


def _drawn(values: Floats, is_mark: NDArray[np.bool_], settings: Floats) -> Floats:
    """Totals with numbers drawn inside their intervals and settings drawn from all; the same draws each time."""
    rng = np.random.default_rng(_SEED)
    low, high = values[:, :, 1], values[:, :, 2]
    numbers = low + rng.random((_DRAWS, *low.shape)) * (high - low)
    return _totals(_marks(numbers, is_mark), settings[rng.integers(len(settings), size=_DRAWS)])


# --- from the safe frame ------------------------------------------------------------------------------


def weigh_page(frame: SafeFrame, facts: ReportFacts) -> WeighPage | None:
    """The page; none if the board has set no criteria."""
    criteria = facts.board_file.criteria
    if not criteria:
        return None
    found = {each.id: [_value(frame, each, one) for one in criteria] for each in facts.definitions}
    whole = [each for each in facts.definitions if None not in found[each.id]]
    values = np.array([[one for one in found[each.id] if one] for each in whole], float).reshape(-1, len(criteria), 3)
    is_mark = np.array([not one.measure for one in criteria])
    weights = np.array([one.weight for one in criteria])
    weighed = weigh(values, is_mark, weights, facts.board_file.vary) if whole else None
    return WeighPage(
        says=_says(whole, weighed, len(facts.definitions) - len(whole)),
        vary=f"{round(100 * facts.board_file.vary)}%",
        settings=f"{weighed.settings:,}" if weighed else "0",
        criteria=_criteria(criteria),
        marks=_marks_table(facts, criteria, whole, weighed),
        places=_places_table(facts, whole, weighed) if weighed and len(whole) > 1 else None,
    )


def _value(frame: SafeFrame, definition: DefinitionFacts, criterion: CriterionFacts) -> Value | None:
    """A group's number for a criterion; None if it is hidden or cannot be told."""
    if not criterion.measure:
        mark = float(criterion.marks[definition.id])
        return mark, mark, mark
    if criterion.measure == "deprivation_gap":
        return _gap(frame, definition.id)
    if criterion.measure == "unmet_share":
        return _of(unmet_rate(frame, definition))
    rate, whole = _of(overall_rate(frame, definition.id)), frame.cell(definition.id, "population").people
    if rate is None or criterion.measure == "in_every_1000":
        return rate
    middle, low, high = (part * (whole or 0) / 1000 for part in rate)
    return middle, low, high


def _of(rate: SafeRate) -> Value | None:
    if rate.per_1000 is None or rate.low is None or rate.high is None:
        return None
    return rate.per_1000, rate.low, rate.high


def _gap(frame: SafeFrame, cohort: str) -> Value | None:
    """How much higher the rate is in the most deprived fifth than in the least; 0 where it is not."""
    parts = [_of(frame.rate(cohort, "met", "population", _DEPRIVATION, fifth)) for fifth in ("1", "5")]
    if parts[0] is None or parts[1] is None:
        return None
    (most, most_low, most_high), (least, least_low, least_high) = parts[0], parts[1]
    return max(0.0, most - least), max(0.0, most_low - least_high), max(0.0, most_high - least_low)


def _criteria(criteria: Sequence[CriterionFacts]) -> Table:
    whole = sum(one.weight for one in criteria)
    rows = tuple(
        (one.title, f"{100 * one.weight / whole:.0f}%", MEASURES.get(one.measure, "Marks that the board gave"), one.why)
        for one in criteria
    )
    head = ("Criterion", "Share of the weight", "What it is taken from", "Why")
    return Table(caption="What the board weighs by", head=head, rows=rows, text_columns=frozenset({2, 3}))


def _marks_table(
    facts: ReportFacts, criteria: Sequence[CriterionFacts], whole: Sequence[DefinitionFacts], weighed: Weighed | None
) -> Table:
    """Marks in the order of the project, never sorted."""
    ids = [each.id for each in whole]
    rows = []
    for each in facts.definitions:
        if weighed is not None and each.id in ids:
            row = ids.index(each.id)
            told = (*(f"{mark:.1f}" for mark in weighed.marks[row]), f"{weighed.totals[row]:.1f}")
        else:
            told = ("[x]",) * (len(criteria) + 1)
        rows.append((each.title, *told))
    head = ("Group", *(one.title for one in criteria), "Together")
    return Table(caption="Marks of each group, 0 to 5", head=head, rows=tuple(rows))


def _places_table(facts: ReportFacts, whole: Sequence[DefinitionFacts], weighed: Weighed) -> Table:
    ids = [each.id for each in whole]
    rows = []
    for each in facts.definitions:
        if each.id not in ids:
            rows.append((each.title, "[x]", "[x]", "[x]", "[x]"))
            continue
        row = ids.index(each.id)
        first, last = weighed.lowest[row], weighed.highest[row]
        taken = f"{first}" if first == last else f"{first} to {last}"
        told = (_percent(weighed.stays[row]), _percent(weighed.stays_in_draws[row]), taken)
        rows.append((each.title, str(weighed.places[row]), *told))
    head = ("Group", "Place", "Same place: other weights", "Same place: other numbers, too", "Places: other weights")
    return Table(caption="Does the order hold?", head=head, rows=tuple(rows))


def _says(whole: Sequence[DefinitionFacts], weighed: Weighed | None, others: int) -> str:
    """Whether a board may rely on the order, and how many groups are not in it."""
    if weighed is None:
        return "The numbers are too small to weigh any group."
    if len(whole) == 1 and others:
        return (
            f"Only {quoted(whole[0].title)} has a number for all that you weigh by. So there is no order to tell: that"
            " it stands alone does not make it the first."
        )
    left_out = f" {others} of {others + len(whole)} groups could not be weighed." if others else ""
    return _order(whole, weighed) + left_out


def _order(whole: Sequence[DefinitionFacts], weighed: Weighed) -> str:
    """What comes first. What hangs on the weights is said to hang on them."""
    first = [place for place, found in enumerate(weighed.places) if found == 1]
    if len(first) > 1:
        return "Two or more groups come first together. Your own judgement decides."
    name, share = quoted(whole[first[0]].title), weighed.stays_in_draws[first[0]]
    if share >= HOLDS:
        return f"{name} comes first, and stays first when weights and numbers move."
    return (
        f"{name} comes first by your weights, but {_in_a_hundred(share)}. The order is open: your own judgement"
        " decides."
    )


def _in_a_hundred(share: float) -> str:
    """How often a first place stays, below the share from which on it is said to hold: never rounded up to that."""
    least = floor(100 * share + _ROUNDING)
    if least < 1:
        return "hardly ever stays first when weights and numbers move"
    return f"stays first in only about {least} of 100 tries when weights and numbers move"


def _percent(share: float) -> str:
    """A share as a whole percent, rounded down: it never says all or none where it is not, nor that an order holds."""
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{floor(100 * share + _ROUNDING)}%"
