"""Which services saw a cohort's members: each, how many a person, in which combinations, and in pairs."""

from dataclasses import dataclass

from markupsafe import Markup

from cohorts.report.certainty import lead_in_doubt
from cohorts.report.charts import Bar, bar_chart
from cohorts.report.combined import combinations_figure
from cohorts.report.facts import DefinitionFacts, ReportFacts
from cohorts.report.findings import overlap_finding, quoted
from cohorts.report.labels import in_order, label
from cohorts.report.page import Figure
from cohorts.report.tables import anchor, bar_table, share
from governance.disclosure import SafeFrame
from governance.disclosure.combinations import BETWEEN

_MOST_PAIRS = 10
"""Of more pairs of services than this, the rest are in the file of safe counts only."""


@dataclass(frozen=True, slots=True)
class _Overlap:
    """Words of one breakdown of members by who saw them."""

    dimension: str
    heading: str
    first: str
    lead: str


_OVERLAPS = (
    _Overlap("service", "Services that saw them", "Service", "The service that saw most people"),
    _Overlap("service_count", "How many services saw each person", "Services", "The most common number of services"),
    _Overlap("service_pair", "Pairs of services that saw the same people", "Pair", "The pair that shares most people"),
)


def overlap_figures(frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts) -> tuple[Figure, ...]:
    """The breakdowns by service that the release has."""
    services, numbers, pairs = (_overlap(frame, facts, definition, words) for words in _OVERLAPS)
    figures = (services, numbers, combinations_figure(frame, facts, definition), pairs)
    return tuple(figure for figure in figures if figure)


def _overlap(frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts, words: _Overlap) -> Figure | None:
    bars = _overlap_bars(frame, facts, definition.id, words.dimension)
    if not bars:
        return None
    pairs = words.dimension == "service_pair"
    shown = bars[:_MOST_PAIRS] if pairs else bars
    chart_id = f"{anchor(definition.id)}-{words.dimension.replace('_', '-')}"
    title, met = f"{definition.title}: {words.heading.lower()}", frame.cell(definition.id, "met")
    return Figure(
        id=chart_id,
        heading=words.heading,
        finding=f"{overlap_finding(bars, words.lead)} {lead_in_doubt(bars)}".rstrip(),
        note=_pairs_note(facts, len(bars) - len(shown)) if pairs else "",
        # A picture of noughts and symbols tells nobody anything.
        chart=bar_chart(chart_id, title, shown, most=met) if any(bar.cell.people for bar in shown) else Markup(),
        table=bar_table(title, words.first, shown),
    )


def _overlap_bars(frame: SafeFrame, facts: ReportFacts, cohort: str, dimension: str) -> list[Bar]:
    """Members by service or number of services in their own order; pairs with the largest first."""
    met, order = frame.cell(cohort, "met"), [source.id for source in facts.sources]
    groups = in_order(frame.groups(cohort, "met", dimension), order)
    if dimension == "service_pair":
        groups = [group for group in groups if facts.spine not in group.split(BETWEEN)]
    keys = [("met", dimension, group) for group in groups]
    cells = [(label(*key[1:], facts), frame.cell(cohort, *key), frame.span(cohort, *key)) for key in keys]
    if dimension == "service_pair":
        cells.sort(key=lambda each: (-(each[1].people or 0), each[1].text, each[0]))
    return [Bar(text, cell, share(cell, met), span) for text, cell, span in cells]


def _pairs_note(facts: ReportFacts, others: int) -> str:
    """What the chart of pairs leaves out, and where it is."""
    left_out = f"Pairs with {quoted(facts.source_short(facts.spine))} are left out here, as it lists nearly everyone."
    more = f" So are {others} smaller pairs." if others else ""
    return f"{left_out}{more} All pairs are in the file of safe counts."
