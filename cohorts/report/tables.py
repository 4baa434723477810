"""What the parts of a cohort's section share: places on the page, rates of the cohort, tables of bars."""

import re
from collections.abc import Sequence
from dataclasses import replace

from cohorts.report.charts import Bar
from cohorts.report.page import Table
from governance.disclosure import SafeCell, SafeFrame, SafeRate, SafeSpan, Status, rate_per_1000
from governance.disclosure.rounding import SYMBOLS

OTHERWISE = "If records were joined otherwise"
SPANS = "People, if records were joined otherwise"
"""Head of the column of spans: beside a column of weeks or rates they would be taken for theirs."""


def anchor(cohort: str, kind: str = "cohort") -> str:
    """A cohort's id as an HTML id: of its section, or of its ``definition``."""
    return f"{kind}-" + re.sub(r"[^a-z0-9]+", "-", cohort.lower())


def overall_rate(frame: SafeFrame, cohort: str) -> SafeRate:
    """People who meet the definition, among those it is about."""
    return frame.rate(cohort, "met", "population")


def share(
    part: SafeCell, whole: SafeCell, *, part_span: SafeSpan | None = None, whole_span: SafeSpan | None = None
) -> SafeRate:
    """Part of a whole where the two go together, else not available: contacts of people outside it, say."""
    if part.people is not None and whole.people is not None and part.people > whole.people:
        return SafeRate(Status.NOT_AVAILABLE, None, None, None)
    return rate_per_1000(part, whole, part_span=part_span, whole_span=whole_span)


def bar_table(caption: str, first: str, bars: Sequence[Bar]) -> Table:
    """The table that goes with a chart of bars; a bar that is a share of none is the whole group."""
    rows = [(bar.label, bar.cell.text, (bar.share or rate_per_1000(bar.cell, bar.cell)).percent_text) for bar in bars]
    table = Table(caption=caption, head=(first, "People", "Share of the group"), rows=tuple(rows))
    return with_spans(table, [bar.span for bar in bars])


def with_spans(table: Table, spans: Sequence[SafeSpan | None]) -> Table:
    """The table with a further column: where each row's number lies if records are joined otherwise.

    Args:
        table: One row a span, in the same order; the count that it is of stands after the row's name.
        spans: None where nothing may be said; without any the table stays as it is.
    """
    if not any(spans):
        return table
    rows = tuple((*row, span.text if span else _no_span(row[1])) for row, span in zip(table.rows, spans, strict=True))
    return replace(table, head=(*table.head, SPANS), rows=rows)


def _no_span(count: str) -> str:
    """What stands where a row has no range, for an empty cell is read as a mistake: why it has none."""
    if count in SYMBOLS.values():
        return count
    return SYMBOLS[Status.NOT_APPLICABLE if count == "0" else Status.NOT_AVAILABLE]
