"""Which services saw the same people: exact combinations as an UpSet picture, its sentence and its table."""

from cohorts.report.charts import Bar
from cohorts.report.facts import DefinitionFacts, ReportFacts
from cohorts.report.findings import most_common, quoted
from cohorts.report.labels import label
from cohorts.report.page import Figure
from cohorts.report.tables import anchor, bar_table, share
from cohorts.report.upset import SetRow, upset_chart
from governance.disclosure import SafeCell, SafeFrame, rate_per_1000
from governance.disclosure.combinations import SERVICE_SET, are_others, services_of
from governance.disclosure.words import in_every
from governance.english import joined

HEADING = "Which services see the same people"


def combinations_figure(frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts) -> Figure | None:
    """Members by exactly which services saw them; none where the release has no combinations of this group."""
    groups = frame.groups(definition.id, "met", SERVICE_SET)
    if not groups:
        return None
    met, rows = frame.cell(definition.id, "met"), _rows(frame, facts, definition.id, groups)
    chart_id, title = f"{anchor(definition.id)}-service-set", f"{definition.title}: {HEADING.lower()}"
    apart = frozenset().union(*map(services_of, groups))
    columns = [(each.id, facts.source_short(each.id)) for each in facts.sources if each.id in apart]
    return Figure(
        id=chart_id,
        heading=HEADING,
        finding=_finding(rows, met, facts),
        note=_note(facts, apart),
        chart=upset_chart(chart_id, title, columns, rows, most=met),
        table=bar_table(title, "Combination of services", [row.bar for row in rows]),
    )


def _rows(frame: SafeFrame, facts: ReportFacts, cohort: str, groups: tuple[str, ...]) -> list[SetRow]:
    """The largest first, and what was put together last."""
    met, found = frame.cell(cohort, "met"), []
    for group in groups:
        cell = frame.cell(cohort, "met", SERVICE_SET, group)
        services = frozenset[str]() if are_others(group) else services_of(group)
        bar = Bar(label(SERVICE_SET, group, facts), cell, share(cell, met))
        found.append((are_others(group), -(cell.people or 0), bar.label, SetRow(services, bar)))
    return [row for *_, row in sorted(found, key=lambda each: each[:3])]


def _finding(rows: list[SetRow], met: SafeCell, facts: ReportFacts) -> str:
    """The most common combination, what all have in common, and how many people have one that is not shown."""
    *alone, others = rows
    top = most_common([row.bar for row in alone])
    first = next((row for row in alone if top and row.bar.label == top.label), None)
    told = [_most(first) if first else "No one combination stands out.", _in_all(alone, facts)]
    rest = rate_per_1000(others.bar.cell, met)
    if others.bar.cell.people and rest.per_1000 is not None and others.bar.cell.people <= (met.people or 0):
        told.append(f"{in_every(rest, base=100).capitalize()} have a rarer combination.")
    return " ".join(filter(None, told))


def _most(row: SetRow) -> str:
    if not row.services:
        return f"Most often none of these services sees them: {row.bar.text}."
    return f"Most often they are seen by {quoted(row.bar.label)} and no other service in the picture: {row.bar.text}."


def _in_all(alone: list[SetRow], facts: ReportFacts) -> str:
    """Services that every combination with a row of its own has."""
    common = frozenset.intersection(*(row.services for row in alone))
    names = [quoted(facts.source_short(each.id)) for each in facts.sources if each.id in common]
    return f"{joined(names)} {'is' if len(names) == 1 else 'are'} in each of the common ones." if names else ""


def _note(facts: ReportFacts, apart: frozenset[str]) -> str:
    """How to read the picture, in words."""
    told = (
        "Each row is one combination of services, and each person is in one row. A large dot is a service that saw "
        "these people; a small dot is one that did not. Rarer combinations are put together in the last row."
    )
    names = {each.id: quoted(facts.source_short(each.id)) for each in facts.sources}
    left_out = [name for source, name in names.items() if source not in apart]
    if len(left_out) > len(apart):
        looked_at = [name for source, name in names.items() if source in apart]
        return f"{told} This picture looks at {joined(looked_at)} and at no other service."
    return f"{told} This picture does not look at {joined(left_out, 'or')}." if left_out else told
