"""The groups side by side: for whom each is more common, and which services see each.

Groups stand in the order of the project, never sorted by a number: they are compared, not ranked.
"""

from collections.abc import Iterator

from cohorts.report.charts import Dot
from cohorts.report.equity import by_words, equity_dots
from cohorts.report.facts import DefinitionFacts, DimensionFacts, ReportFacts
from cohorts.report.findings import clear_difference, is_not_known
from cohorts.report.labels import NOT_RECORDED, breakdowns, in_order
from cohorts.report.page import Across, Table
from cohorts.report.tables import share
from governance.disclosure import SafeFrame, Status
from governance.disclosure.rounding import SYMBOLS

CLEAR, UNCLEAR, FEW = "Clear difference", "No clear difference", "Too few to compare"
UNKNOWN = "Not recorded"
_SERVICE = "service"
_NONE = SYMBOLS[Status.NOT_APPLICABLE]


def across(frame: SafeFrame, facts: ReportFacts) -> Across:
    """The tables that put the groups side by side."""
    dimensions = list(dict.fromkeys(one for each in facts.definitions for one in breakdowns(frame, facts, each.id)))
    dots = {
        (each.id, one.id): equity_dots(frame, facts, each.id, one)
        for each in facts.definitions
        for one in breakdowns(frame, facts, each.id)
    }
    return Across(
        differences=_differences(frame, facts, dimensions, dots),
        equity=tuple(_rates(frame, facts, one, dots) for one in dimensions),
        services=_services(frame, facts),
    )


Dots = dict[tuple[str, str], list[Dot]]


def verdict(dots: list[Dot]) -> str:
    """Whether a breakdown shows a difference that chance does not explain."""
    if is_not_known(dots):
        return UNKNOWN
    shown = [dot for dot in dots if dot.rate.low is not None and dot.label.lower() != NOT_RECORDED]
    if len(shown) < 2:
        return FEW
    return CLEAR if clear_difference(dots) else UNCLEAR


def _differences(frame: SafeFrame, facts: ReportFacts, dimensions: list[DimensionFacts], dots: Dots) -> Table | None:
    """Each group's verdict by each breakdown."""
    if not dimensions:
        return None
    rows = tuple((each.title, *_verdicts(frame, facts, each, dimensions, dots)) for each in facts.definitions)
    head = ("Group", *(f"By {by_words(one)}" for one in dimensions))
    return Table(
        caption="Where there is a clear difference",
        head=head,
        rows=rows,
        text_columns=frozenset(range(1, len(head))),
    )


def _verdicts(
    frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts, dimensions: list[DimensionFacts], dots: Dots
) -> Iterator[str]:
    for one in dimensions:
        found = dots.get((definition.id, one.id))
        yield verdict(found) if found else _missing(frame, facts, definition.id, one.id)


def _missing(frame: SafeFrame, facts: ReportFacts, cohort: str, dimension: str) -> str:
    """Why a group of the report has not what others have: it is hidden to protect people, or was not asked for."""
    is_area = bool(facts.part_of)
    is_hidden = frame.cell(cohort, "met").status is Status.HIDDEN or any(
        (each.cohort, each.measure, each.dimension) == (cohort, "", dimension) and (is_area or not each.in_areas)
        for each in facts.suppressed
    )
    return SYMBOLS[Status.HIDDEN if is_hidden else Status.NOT_AVAILABLE]


def _rates(frame: SafeFrame, facts: ReportFacts, dimension: DimensionFacts, dots: Dots) -> Table:
    """The rate of each part of the people, for every group."""
    labels = _labels(dimension, dots)
    rows = []
    for each in facts.definitions:
        rates = {dot.label: dot.rate.text for dot in dots.get((each.id, dimension.id), [])}
        none = _NONE if rates else _missing(frame, facts, each.id, dimension.id)
        rows.append((each.title, *(rates.get(name, none) for name in labels)))
    return Table(caption=f"In every 1,000 people, by {by_words(dimension)}", head=("Group", *labels), rows=tuple(rows))


def _labels(dimension: DimensionFacts, dots: Dots) -> list[str]:
    """Every part of the people that any group has; where one lacks it the others still keep their order."""
    longest = sorted((found for (_, name), found in dots.items() if name == dimension.id), key=len, reverse=True)
    return list(dict.fromkeys(dot.label for found in longest for dot in found))


def _services(frame: SafeFrame, facts: ReportFacts) -> Table | None:
    """The share of each group that each service saw: a row a service, as paper holds only so many columns."""
    order = [source.id for source in facts.sources]
    seen = {each.id: frame.groups(each.id, "met", _SERVICE) for each in facts.definitions}
    services = in_order({name for names in seen.values() for name in names}, order)
    if not services:
        return None
    none = {each.id: _missing(frame, facts, each.id, _SERVICE) for each in facts.definitions}
    rows = tuple(
        (
            facts.source_short(name),
            *(_share(frame, each, name) if name in seen[each] else none[each] for each in seen),
        )
        for name in services
    )
    head = ("Service", *(each.title for each in facts.definitions))
    return Table(caption="Share of each group that each service saw", head=head, rows=rows)


def _share(frame: SafeFrame, cohort: str, service: str) -> str:
    part = frame.cell(cohort, "met", _SERVICE, service)
    found = share(part, frame.cell(cohort, "met"))
    return found.percent_text if found.low is not None else found.text
