"""The response ladder of a cohort: how far people got, and how many with the needs were not met."""

from collections.abc import Sequence

from markupsafe import Markup

from cohorts.report.charts import Bar, bar_chart
from cohorts.report.facts import DefinitionFacts
from cohorts.report.findings import ladder_finding
from cohorts.report.labels import in_order
from cohorts.report.page import Figure
from cohorts.report.tables import anchor, bar_table, share
from governance.disclosure import SafeFrame, SafeRate, Status

RUNG, STEP, SHARED = "rung:", "attrition:", "shared"
"""Prefixes of measures: people who reached a rung, and people left after a step."""


def rung_names(frame: SafeFrame, definition: DefinitionFacts) -> list[str]:
    """Ids of the rungs that are counted, in the order of the definition."""
    found = [measure.removeprefix(RUNG) for measure in frame.measures(definition.id) if measure.startswith(RUNG)]
    return in_order(found, dict(definition.rungs))


def ladder_rungs(frame: SafeFrame, definition: DefinitionFacts) -> list[Bar]:
    """Everyone in the group, then each rung in the order of the definition."""
    names = rung_names(frame, definition)
    if not names:
        return []
    met, labels = frame.cell(definition.id, "met"), dict(definition.rungs)
    rungs = [(labels.get(name, name.replace("_", " ")), RUNG + name) for name in names]
    cells = [(text, frame.cell(definition.id, measure), frame.span(definition.id, measure)) for text, measure in rungs]
    whole = Bar("In this group", met, span=frame.span(definition.id, "met"))
    return [whole, *(Bar(text, cell, share(cell, met), span) for text, cell, span in cells)]


def ladder_figure(frame: SafeFrame, definition: DefinitionFacts, rungs: Sequence[Bar]) -> Figure | None:
    """How far people got as bars; none for a definition without a ladder."""
    if not rungs:
        return None
    chart_id = f"{anchor(definition.id)}-ladder"
    title = f"{definition.title}: how far people got"
    met = frame.cell(definition.id, "met")
    return Figure(
        id=chart_id,
        heading="Where need goes unmet",
        finding=ladder_finding(rungs, dict(definition.rungs).get(definition.unmet_rung, "")),
        chart=Markup() if met.people is None else bar_chart(chart_id, title, rungs, most=met),
        table=bar_table(title, "Step", rungs),
        note="A person who is not counted at a step may have reached it where no source could tell us.",
    )


def unmet_rate(frame: SafeFrame, definition: DefinitionFacts) -> SafeRate:
    """People whose need is unmet, among those with the needs whose response can be judged.

    The last two steps of a definition with a ladder are those people and, among them, the group itself.
    """
    if not definition.rungs or len(definition.steps) < 2:
        return SafeRate(Status.NOT_APPLICABLE, None, None, None)
    judged = STEP + definition.steps[-2][0]
    return share(
        frame.cell(definition.id, "met"),
        frame.cell(definition.id, judged),
        part_span=frame.span(definition.id, "met"),
        whole_span=frame.span(definition.id, judged),
    )
