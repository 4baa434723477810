"""What the parts of a cohort's section share: places on the page, rates of the cohort, tables of bars."""

import re
from collections.abc import Sequence
from dataclasses import replace

from cohorts.report.charts import Bar
from cohorts.report.page import Table
from governance.disclosure import SafeCell, SafeFrame, SafeRate, SafeSpan, Status, rate_per_1000

OTHERWISE = "If records were joined otherwise"
SPANS = "People, if records were joined otherwise"
"""Head of the column of spans: beside a column of weeks or rates they would be taken for theirs."""


def anchor(cohort: str, kind: str = "cohort") -> str:
    """A cohort's id as an HTML id: of its section, or of its ``definition``."""
    return f"{kind}-" + re.sub(r"[^a-z0-9]+", "-", cohort.lower())


def overall_rate(frame: SafeFrame, cohort: str) -> SafeRate:
    """People who meet the definition, among those it is about."""
    return rate_per_1000(frame.cell(cohort, "met"), frame.cell(cohort, "population"))


def share(part: SafeCell, whole: SafeCell) -> SafeRate:
    """Part of a whole where the two go together, else not available: contacts of people outside it, say."""
    if part.people is not None and whole.people is not None and part.people > whole.people:
        return SafeRate(Status.NOT_AVAILABLE, None, None, None)
    return rate_per_1000(part, whole)


def bar_table(caption: str, first: str, bars: Sequence[Bar]) -> Table:
    """The table that goes with a chart of bars."""
    rows = [(bar.label, bar.cell.text, bar.share.percent_text if bar.share else "") for bar in bars]
    table = Table(caption=caption, head=(first, "People", "Share of the group"), rows=tuple(rows))
    return with_spans(table, [bar.span for bar in bars])


def with_spans(table: Table, spans: Sequence[SafeSpan | None]) -> Table:
    """The table with a further column: where each row's number lies if records are joined otherwise.

    Args:
        table: One row a span, in the same order.
        spans: None where nothing may be said; without any the table stays as it is.
    """
    if not any(spans):
        return table
    told = (span.text if span else "" for span in spans)
    rows = tuple((*row, text) for row, text in zip(table.rows, told, strict=True))
    return replace(table, head=(*table.head, SPANS), rows=rows)
