"""One cohort of the report: numbers, ladder, equity, overlap, attrition, questions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cohorts.report.charts import Bar, Dot, bar_chart, dot_chart
from cohorts.report.facts import DefinitionFacts, DimensionFacts, ReportFacts
from cohorts.report.findings import (
    cannot_tell_outweighs,
    clear_difference,
    equity_finding,
    ladder_finding,
    overlap_finding,
    quoted,
    widest_drop,
)
from cohorts.report.labels import breakdowns, in_order, label
from cohorts.report.page import CohortSection, Figure, Table
from governance.disclosure import ALL, SafeCell, SafeFrame, SafeRate, Status, rate_per_1000

_RUNG, _STEP = "rung:", "attrition:"
_MOST_PAIRS = 10
"""Of more pairs of services than this, the rest are in the file of safe counts only."""


def cohort_section(frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts) -> CohortSection:
    """Everything the page says about one cohort."""
    rungs = _rungs(frame, definition)
    equity = {each: _dots(frame, facts, definition.id, each) for each in breakdowns(frame, facts, definition.id)}
    return CohortSection(
        id=anchor(definition.id),
        title=definition.title,
        why=definition.why,
        population=definition.population_english,
        english=_without(definition.english, definition.population_english, definition.unmet_english),
        unmet=definition.unmet_english,
        evidence=definition.evidence,
        published_sources=definition.published_sources,
        summary=_summary(frame, definition),
        ladder=_ladder(frame, definition, rungs),
        equity=tuple(_equity(frame, facts, definition, each, dots) for each, dots in equity.items()),
        overlap=_overlaps(frame, facts, definition),
        attrition=_attrition(frame, definition),
        questions=_questions(frame, definition, rungs, equity),
        caveats=definition.caveats,
    )


def anchor(cohort: str) -> str:
    """A cohort's id as an HTML id."""
    return "cohort-" + re.sub(r"[^a-z0-9]+", "-", cohort.lower())


def overall_rate(frame: SafeFrame, cohort: str) -> SafeRate:
    """People who meet the definition, among those it is about."""
    return rate_per_1000(frame.cell(cohort, "met"), frame.cell(cohort, "population"))


def unmet_rate(frame: SafeFrame, definition: DefinitionFacts) -> SafeRate:
    """People whose need is unmet, among those with the needs whose response can be judged.

    The last two steps of a definition with a ladder are those people and, among them, the group itself.
    """
    if not definition.rungs or len(definition.steps) < 2:
        return SafeRate(Status.NOT_APPLICABLE, None, None, None)
    judged = frame.cell(definition.id, _STEP + definition.steps[-2][0])
    return share(frame.cell(definition.id, "met"), judged)


def share(part: SafeCell, whole: SafeCell) -> SafeRate:
    """Part of a whole where the two go together, else not available: contacts of people outside it, say."""
    if part.people is not None and whole.people is not None and part.people > whole.people:
        return SafeRate(Status.NOT_AVAILABLE, None, None, None)
    return rate_per_1000(part, whole)


def _summary(frame: SafeFrame, definition: DefinitionFacts) -> tuple[tuple[str, str, str], ...]:
    rate = overall_rate(frame, definition.id)
    return (
        ("People in this group", frame.cell(definition.id, "met").text, "rounded"),
        ("In every 1,000", rate.text, f"likely {rate.interval_text}" if rate.low is not None else "too few to say"),
        ("We cannot tell for", frame.cell(definition.id, "cannot_tell").text, "people, rounded"),
        ("People looked at", frame.cell(definition.id, "population").text, "rounded"),
    )


def _without(lines: Sequence[str], *told: str) -> tuple[str, ...]:
    """Lines of the definition that are not told elsewhere in the section."""
    return tuple(line for line in lines if line not in told)


# --- the response ladder ----------------------------------------------------------------------------------


def _rungs(frame: SafeFrame, definition: DefinitionFacts) -> list[Bar]:
    """Everyone in the group, then each rung in the order of the definition."""
    found = [measure.removeprefix(_RUNG) for measure in frame.measures(definition.id) if measure.startswith(_RUNG)]
    if not found:
        return []
    met, labels = frame.cell(definition.id, "met"), dict(definition.rungs)
    names = in_order(found, labels)
    cells = [(labels.get(name, name.replace("_", " ").capitalize()), _rung(frame, definition, name)) for name in names]
    return [Bar("In this group", met), *(Bar(text, cell, share(cell, met)) for text, cell in cells)]


def _rung(frame: SafeFrame, definition: DefinitionFacts, name: str) -> SafeCell:
    return frame.cell(definition.id, _RUNG + name)


def _ladder(frame: SafeFrame, definition: DefinitionFacts, rungs: Sequence[Bar]) -> Figure | None:
    if not rungs:
        return None
    chart_id = f"{anchor(definition.id)}-ladder"
    title = f"{definition.title}: how far people got"
    return Figure(
        id=chart_id,
        heading="Where need goes unmet",
        finding=ladder_finding(rungs),
        chart=bar_chart(chart_id, title, rungs, most=frame.cell(definition.id, "met")),
        table=_bar_table(title, "Step", rungs),
        note="A person who is not counted at a step may have reached it where no source could tell us.",
    )


# --- who ----------------------------------------------------------------------------------------------


def _dots(frame: SafeFrame, facts: ReportFacts, cohort: str, dimension: DimensionFacts) -> list[Dot]:
    groups = _people_in(frame, cohort, dimension)
    return [Dot(label(dimension.id, group, facts), _group_rate(frame, cohort, dimension.id, group)) for group in groups]


def _people_in(frame: SafeFrame, cohort: str, dimension: DimensionFacts) -> list[str]:
    """Groups in order, without those in which there is nobody to look at, such as children in a cohort of adults."""
    groups = in_order(frame.groups(cohort, "met", dimension.id), dimension.order)
    return [group for group in groups if frame.cell(cohort, "population", dimension.id, group).people != 0]


def _group_rate(frame: SafeFrame, cohort: str, dimension: str, group: str) -> SafeRate:
    return rate_per_1000(
        frame.cell(cohort, "met", dimension, group), frame.cell(cohort, "population", dimension, group)
    )


def _equity(
    frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts, dimension: DimensionFacts, dots: Sequence[Dot]
) -> Figure:
    chart_id = f"{anchor(definition.id)}-{dimension.id.replace('_', '-')}"
    by = _by(dimension)
    return Figure(
        id=chart_id,
        heading=f"By {by}",
        finding=equity_finding(dots),
        chart=dot_chart(
            chart_id, f"{definition.title}: rate by {by}", dots, everyone=overall_rate(frame, definition.id)
        ),
        table=_equity_table(frame, facts, definition, dimension, by),
    )


def _by(dimension: DimensionFacts) -> str:
    """A dimension's title inside a sentence, without what stands in brackets."""
    short = dimension.title.split(" (")[0]
    return short[:1].lower() + short[1:]


def _equity_table(
    frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts, dimension: DimensionFacts, by: str
) -> Table:
    cohort = definition.id
    groups = _people_in(frame, cohort, dimension)
    rows = [(label(dimension.id, group, facts), *_equity_row(frame, cohort, dimension.id, group)) for group in groups]
    rows.append(("Everyone", *_equity_row(frame, cohort, ALL, ALL)))
    head = ("Group", "In this group", "People looked at", "In every 1,000", "95% interval", "Cannot tell")
    return Table(caption=f"{definition.title}, by {by}", head=head, rows=tuple(rows))


def _equity_row(frame: SafeFrame, cohort: str, dimension: str, group: str) -> tuple[str, ...]:
    rate = _group_rate(frame, cohort, dimension, group)
    met, population, cannot_tell = (
        frame.cell(cohort, measure, dimension, group).text for measure in ("met", "population", "cannot_tell")
    )
    return met, population, rate.text, rate.interval_text, cannot_tell


# --- which services --------------------------------------------------------------------------------------


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


def _overlaps(frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts) -> tuple[Figure, ...]:
    figures = (_overlap(frame, facts, definition, words) for words in _OVERLAPS)
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
        finding=overlap_finding(bars, words.lead),
        note=_pairs_note(facts, len(bars) - len(shown)) if pairs else "",
        chart=bar_chart(chart_id, title, shown, most=met),
        table=_bar_table(title, words.first, shown),
    )


def _overlap_bars(frame: SafeFrame, facts: ReportFacts, cohort: str, dimension: str) -> list[Bar]:
    """Members by service or number of services in their own order; pairs with the largest first."""
    met, order = frame.cell(cohort, "met"), [source.id for source in facts.sources]
    groups = in_order(frame.groups(cohort, "met", dimension), order)
    if dimension == "service_pair":
        groups = [group for group in groups if facts.spine not in group.split(" & ")]
    cells = [(label(dimension, group, facts), frame.cell(cohort, "met", dimension, group)) for group in groups]
    if dimension == "service_pair":
        cells.sort(key=lambda each: (-(each[1].people or 0), each[1].text, each[0]))
    return [Bar(text, cell, share(cell, met)) for text, cell in cells]


def _pairs_note(facts: ReportFacts, others: int) -> str:
    """What the chart of pairs leaves out, and where it is."""
    left_out = f"Pairs with {facts.source_title(facts.spine)} are left out here, as it lists nearly everyone."
    more = f" So are {others} smaller pairs." if others else ""
    return f"{left_out}{more} All pairs are in the file of safe counts."


def _bar_table(caption: str, first: str, bars: Sequence[Bar]) -> Table:
    rows = [(bar.label, bar.cell.text, bar.share.percent_text if bar.share else "") for bar in bars]
    return Table(caption=caption, head=(first, "People", "Share of the group"), rows=tuple(rows))


# --- how the group was arrived at, and what to ask ------------------------------------------------------------


def _attrition(frame: SafeFrame, definition: DefinitionFacts) -> Table | None:
    numbers = sorted(m.removeprefix(_STEP) for m in frame.measures(definition.id) if m.startswith(_STEP))
    if not numbers:
        return None
    labels = dict(definition.steps)
    rows = [
        (labels.get(number, f"Step {number}"), frame.cell(definition.id, _STEP + number).text) for number in numbers
    ]
    return Table(
        caption=f"{definition.title}: from everyone to this group", head=("Step", "People left"), rows=tuple(rows)
    )


def _questions(
    frame: SafeFrame, definition: DefinitionFacts, rungs: Sequence[Bar], equity: dict[DimensionFacts, list[Dot]]
) -> tuple[str, ...]:
    """Questions that the numbers raise; one is always asked, of people who have been there."""
    found: list[str] = []
    if drop := widest_drop(rungs):
        found.append(f"What stops people from reaching {quoted(drop[1].label)}?")
    for dimension, dots in equity.items():
        if apart := clear_difference(dots):
            groups = f"{quoted(apart[0].label)} and {quoted(apart[1].label)}"
            found.append(f"By {_by(dimension)}: what lies behind the gap between {groups}?")
    if cannot_tell_outweighs(frame.cell(definition.id, "met"), frame.cell(definition.id, "cannot_tell")):
        found.append("We cannot tell for more people than we found. Which records would tell us?")
    return (*found, "What do people in this group say they need?")
