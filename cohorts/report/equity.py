"""A cohort's rates by deprivation, ethnic group, age, sex and place."""

from collections.abc import Sequence

from markupsafe import Markup

from cohorts.report.certainty import tipping_point
from cohorts.report.charts import Dot, dot_chart
from cohorts.report.facts import DefinitionFacts, DimensionFacts, ReportFacts
from cohorts.report.findings import beside_its_groups, equity_finding
from cohorts.report.labels import NOT_RECORDED, in_order, label
from cohorts.report.page import Figure, Table
from cohorts.report.tables import anchor, overall_rate
from governance.disclosure import ALL, SafeFrame, SafeRate


def equity_dots(frame: SafeFrame, facts: ReportFacts, cohort: str, dimension: DimensionFacts) -> list[Dot]:
    """The rate of each group, in the order of the manifest."""
    groups = _people_in(frame, cohort, dimension)
    return [Dot(label(dimension.id, group, facts), _group_rate(frame, cohort, dimension.id, group)) for group in groups]


def _people_in(frame: SafeFrame, cohort: str, dimension: DimensionFacts) -> list[str]:
    """Groups in order, without those in which there is nobody to look at, such as children in a cohort of adults."""
    groups = in_order(frame.groups(cohort, "met", dimension.id), dimension.order)
    return [group for group in groups if frame.cell(cohort, "population", dimension.id, group).people != 0]


def _group_rate(frame: SafeFrame, cohort: str, dimension: str, group: str) -> SafeRate:
    return frame.rate(cohort, "met", "population", dimension, group)


def equity_figure(
    frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts, dimension: DimensionFacts, dots: Sequence[Dot]
) -> Figure:
    """One breakdown: what it shows, its chart and its table."""
    chart_id = f"{anchor(definition.id)}-{dimension.id.replace('_', '-')}"
    by = by_words(dimension)
    return Figure(
        id=chart_id,
        heading=f"By {by}",
        finding=_finding(frame, facts, definition.id, dimension, dots),
        chart=_chart(chart_id, f"{definition.title}: rate by {by}", dots, overall_rate(frame, definition.id)),
        table=_equity_table(frame, facts, definition, dimension, by),
        note=beside_its_groups(overall_rate(frame, definition.id), dots),
    )


def _chart(chart_id: str, title: str, dots: Sequence[Dot], everyone: SafeRate) -> Markup:
    """None where the rate of every group is hidden: an empty frame tells nobody anything."""
    if all(dot.rate.low is None for dot in dots if dot.label.lower() != NOT_RECORDED):
        return Markup()
    return dot_chart(chart_id, title, dots, everyone=everyone)


def _finding(frame: SafeFrame, facts: ReportFacts, cohort: str, dimension: DimensionFacts, dots: Sequence[Dot]) -> str:
    """What the breakdown shows, and how many missed links would undo it."""
    groups = {label(dimension.id, group, facts): group for group in _people_in(frame, cohort, dimension)}
    tipping = tipping_point(frame, cohort, dimension.id, groups, list(dots)) if frame.spans else ""
    return f"{equity_finding(dots)} {tipping}".rstrip()


def by_words(dimension: DimensionFacts) -> str:
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
