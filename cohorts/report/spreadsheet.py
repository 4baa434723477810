"""The report's tables as a spreadsheet that works with a screen reader: a cover, one table a sheet, a key of symbols.

Source: Government Analysis Function, guidance on releasing statistics in spreadsheets: no merged cells, no blank rows
in tables, tables marked up and named, a cover sheet, a table of contents, symbols in square brackets.
"""

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import xlsxwriter

from cohorts.report.heat import SHEET, heat_table
from cohorts.report.page import BoardPage, CohortSection, DecidedPage, Table, Waits

SPREADSHEET_FILE = "board_tables.xlsx"

_WIDTH_CHARACTERS = 18
_FIRST_WIDTH_CHARACTERS = 44
_LONG_WIDTH_CHARACTERS = 60
_LONG = 50
"""Characters of a text from which its column is a wide one."""
_TOP = 2
"""Rows above a table: its title, and where to go back."""


def make_spreadsheet(page: BoardPage, *, as_of: date) -> bytes:
    """The report's tables as an Excel file.

    Args:
        page: What the report says; all numbers in it are safe.
        as_of: Stands as the day it was made, so that the same page gives the same bytes.
    """
    held = io.BytesIO()
    # Text that looks like a formula, a link or a number stays text: what is a number is written as one.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(held, options) as book:
        book.set_properties(
            {
                "title": f"{page.title}, {page.period}: tables",
                "author": page.organisation,
                "created": datetime(as_of.year, as_of.month, as_of.day),  # noqa: DTZ001 - a day, in no zone
            }
        )
        tables = list(_tables(page))
        _cover(book, page, tables)
        _symbols(book, page)
        for name, table in tables:
            _sheet(book, name, table)
    return held.getvalue()


def _tables(page: BoardPage) -> Iterator[tuple[str, Table]]:
    """Every table of the report with the name of its sheet."""
    for number, table in enumerate(_in_order(page), 1):
        yield f"Table_{number}", table
    yield SHEET, heat_table(page)


def _in_order(page: BoardPage) -> Iterator[Table]:
    yield page.glance
    if page.decided:
        yield _decided(page.decided)
    if page.boards:
        yield from (page.boards.people, page.boards.rates)
    for cohort in page.cohorts:
        yield from _of_cohort(cohort)
    yield from (table for table in (page.across.differences, *page.across.equity, page.across.services) if table)
    if page.waits:
        yield from _of_waits(page.waits)
    if page.place:
        for barrier in page.place.barriers:
            yield from (table for table in (barrier.missed and barrier.missed.table, barrier.groups) if table)
    if page.weighed:
        yield from (table for table in (page.weighed.criteria, page.weighed.marks, page.weighed.places) if table)
    yield from (page.unknowns.cannot_tell, page.unknowns.coverage, page.unknowns.linkage)
    yield from (page.making.definitions, page.making.sources)


def _of_cohort(cohort: CohortSection) -> Iterator[Table]:
    if cohort.ladder:
        yield cohort.ladder.table
    yield from (figure.table for figure in cohort.equity)
    if cohort.gap and cohort.gap.table:
        yield cohort.gap.table
    yield from (figure.table for figure in cohort.overlap)
    if told := _told(cohort):
        yield told
    if cohort.trend and cohort.trend.figure:
        yield cohort.trend.figure.table
    if cohort.variants:
        yield cohort.variants
    if cohort.attrition:
        yield cohort.attrition


def _decided(page: DecidedPage) -> Table:
    """A row a decision, a column a fact that any of them has."""
    names = list(dict.fromkeys(name for each in page.decisions for name, _ in each.facts))
    rows = tuple(
        (each.finding, each.group or "[z]", each.state, *(dict(each.facts).get(name, "[z]") for name in names))
        for each in page.decisions
    )
    head = ("Finding", "Group", "State", *names)
    return Table(
        caption="What you decided last time", head=head, rows=rows, text_columns=frozenset(range(1, len(head)))
    )


def _told(cohort: CohortSection) -> Table | None:
    """What people told us of each step: a row a card, and one where no one was heard."""
    rows = [
        (step.label, step.number, stance, says, source)
        for step in cohort.voices
        for stance, says, source in (
            [(one.stance, one.says, one.source) for one in step.quotes] or [(step.verdict, "", "")]
        )
    ]
    head = ("Step", "Number", "Compared with the number", "What people told us", "Where it comes from")
    text = frozenset({1, 2, 3, 4})
    return (
        Table(caption=f"{cohort.title}: what people told us", head=head, rows=tuple(rows), text_columns=text)
        if rows
        else None
    )


def _of_waits(waits: Waits) -> Iterator[Table]:
    by_place = waits.by_place.table if waits.by_place else None
    yield from (table for table in (waits.half, by_place, waits.gaps, waits.over_time) if table)
    yield from (each.figure.table for _, each in waits.trends if each.figure)
    yield from (figure.table for figure in waits.missed)


def _cover(book: Any, page: BoardPage, tables: list[tuple[str, Table]]) -> None:
    sheet = book.add_worksheet("Cover")
    sheet.set_column(0, 0, 100)
    bold, wrap = book.add_format({"bold": True, "font_size": 16}), book.add_format({"text_wrap": True})
    lines = [
        f"Shared cohorts in {page.area}. For {page.board}. {page.period}.",
        page.organisation,
        *(["Made-up data. The people, places and numbers do not exist."] if page.synthetic else []),
        *(f"Not up to date. {sentence}" for sentence in page.late),
        page.hidden_rule,
        page.intervals,
        f"Questions: {page.contact}",
        "Symbols such as [c] are explained in the sheet Symbols. Each further sheet has one table:",
    ]
    sheet.write_string(0, 0, page.title, bold)
    for row, line in enumerate(lines, 1):
        sheet.write_string(row, 0, line, wrap)
    for row, (name, table) in enumerate(tables, 1 + len(lines)):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", string=f"{name.replace('_', ' ')}: {table.caption}")


def _symbols(book: Any, page: BoardPage) -> None:
    meanings = Table(
        caption="Symbols in the tables", head=("Symbol", "Meaning"), rows=page.symbols, text_columns=frozenset({1})
    )
    _sheet(book, "Symbols", meanings)


def _sheet(book: Any, name: str, table: Table) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, _FIRST_WIDTH_CHARACTERS)
    sheet.set_column(1, max(len(table.head) - 1, 1), _WIDTH_CHARACTERS)
    for column in _long_columns(table):
        sheet.set_column(column, column, _LONG_WIDTH_CHARACTERS)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    number = book.add_format({"num_format": "#,##0.#", "valign": "top"})
    sheet.write_string(0, 0, table.caption, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_url(1, 0, "internal:'Cover'!A1", string="Back to the cover")
    last = _TOP + max(len(table.rows), 1)
    columns = [{"header": head, "header_format": wrap} for head in _distinct(table.head)]
    sheet.add_table(
        _TOP, 0, last, len(table.head) - 1, {"name": f"{name}_data", "columns": columns, "autofilter": False}
    )
    for row, cells in enumerate(table.rows, _TOP + 1):
        for column, cell in enumerate(cells):
            if column and column not in table.text_columns and (value := _number(cell)) is not None:
                sheet.write_number(row, column, value, number)
            else:
                sheet.write_string(row, column, cell, wrap)


def _long_columns(table: Table) -> list[int]:
    """Columns of sentences, and the one that is left to be filled in."""
    texts = {column: max((len(row[column]) for row in table.rows), default=0) for column in table.text_columns}
    return sorted(column for column, length in texts.items() if length > _LONG or (table.rows and not length))


def _distinct(heads: tuple[str, ...]) -> list[str]:
    """Names of columns, which a spreadsheet wants to differ."""
    return [head or f"Column {number}" for number, head in enumerate(heads, 1)]


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
