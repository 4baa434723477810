"""The form as an Excel file: guidance, a sheet for evidence, the report's questions, and the lists to choose from.

It works with a screen reader as the report's tables do: one table a sheet, named, with a title above; no merged cell,
no colour that means anything, no formula. What a cell takes is told when it is entered.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

from cohorts.voices.columns import (
    EVIDENCE,
    EVIDENCE_COLUMNS,
    GUIDANCE,
    HEADER_ROW,
    LISTS,
    QUESTION_COLUMNS,
    QUESTIONS,
    ROWS,
    Column,
    Group,
)

_FIRST = date(2000, 1, 1)
_LAST = date(2099, 12, 31)
_TOLD = (
    "This form has two sheets to fill in. Evidence is for what people told us about a group or one of its steps.",
    "Questions holds the questions of the report. Comment on those you wish, and leave the others empty.",
    "Write in the rows under the column names. Many cells have a list to choose from: all of it is on the sheet Lists.",
    "Write nothing that could lead to a person: no name, date, address, postcode, number or exact age.",
    "A card may say what people agreed to, for as long as they agreed. People may change their mind: note the"
    " reference, and ask for the card to be withdrawn.",
    "A card agrees with a number, or differs from it. Both are welcome. A step with no card is printed as silent.",
    "A named person reads every card before it is taken in.",
)


def make_form(*, title: str, period: str, groups: Sequence[Group], made_on: date, mark: str = "") -> bytes:
    """The form of one report.

    Args:
        title: Of the report.
        period: ``YYYY-MM``.
        groups: Of the report, in its order.
        mark: A letter of its own for each report of a month, so that no two forms have a reference in common.
        made_on: Stands as the day it was made: the same report gives the same bytes.
    """
    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(held, options) as book:
        made = datetime(made_on.year, made_on.month, made_on.day)  # noqa: DTZ001 - a day, in no zone
        book.set_properties({"title": f"{title}, {period}: evidence and questions", "created": made})
        maker = _Maker(book, groups)
        maker.guidance(title, period)
        maker.evidence()
        maker.questions(f"{_letters(period)}{mark}")
        maker.lists()
    return held.getvalue()


@dataclass(frozen=True, slots=True)
class _Maker:
    """Writes one sheet after the other."""

    book: Any
    groups: Sequence[Group]

    def guidance(self, title: str, period: str) -> None:
        """How to fill it in, and what each column is for."""
        rows = [(EVIDENCE, each) for each in EVIDENCE_COLUMNS] + [(QUESTIONS, each) for each in QUESTION_COLUMNS]
        sheet = self.book.add_worksheet(GUIDANCE)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 30)
        sheet.set_column(2, 2, 90)
        sheet.write_string(0, 0, f"{title}, {period}: what people told us", self._large())
        for row, line in enumerate(_TOLD, 1):
            sheet.write_string(row, 0, line)
        top = len(_TOLD) + 2
        table = [[name, column.head, column.help] for name, column in rows]
        self._table(sheet, "Columns", top, ["Sheet", "Column", "What to write"], table)

    def evidence(self) -> None:
        """Empty rows, with lists to choose from."""
        self._to_fill(EVIDENCE, "What people told us", EVIDENCE_COLUMNS, [], ROWS)

    def questions(self, letters: str) -> None:
        """One row a question; the reference says which report it is from."""
        asked = [(group, question) for group in self.groups for question in group.questions]
        rows = [[f"{letters}-{number}", group.title, question] for number, (group, question) in enumerate(asked, 1)]
        self._to_fill(QUESTIONS, "Questions of the report", QUESTION_COLUMNS, rows, max(len(rows), 1))

    def lists(self) -> None:
        """Everything that can be chosen, a column a list."""
        sheet = self.book.add_worksheet(LISTS)
        sheet.write_string(0, 0, "Lists to choose from", self._large())
        sheet.write_string(1, 0, "Nothing has to be filled in here.")
        chosen = self._chosen()
        longest = max(len(values) for values in chosen.values())
        rows = [[values[row] if row < len(values) else "" for values in chosen.values()] for row in range(longest)]
        sheet.set_column(0, len(chosen), 40)
        self._table(sheet, "Choices", HEADER_ROW - 1, list(chosen), rows)

    def _chosen(self) -> dict[str, list[str]]:
        lists = {
            each.head: list(each.choices.values()) for each in (*EVIDENCE_COLUMNS, *QUESTION_COLUMNS) if each.choices
        }
        return {"What it is about": [text for each in self.groups for text in each.abouts.values()], **lists}

    def _to_fill(self, name: str, title: str, columns: Sequence[Column], rows: list[list[str]], most: int) -> None:
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self._large())
        sheet.write_url(1, 0, f"internal:'{GUIDANCE}'!A1", string="How to fill in this sheet")
        sheet.freeze_panes(HEADER_ROW, 1)
        whole = [[*row, *[""] * (len(columns) - len(row))] for row in rows]
        whole += [[""] * len(columns)] * (most - len(whole))
        formats = [self.book.add_format({"text_wrap": True, "valign": "top"}), self._day()]
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width_characters, formats[column.is_date])
            sheet.data_validation(HEADER_ROW, place, HEADER_ROW + most - 1, place, self._rule(name, column))
        self._table(sheet, name, HEADER_ROW - 1, [each.head for each in columns], whole)

    def _rule(self, sheet: str, column: Column) -> dict[str, Any]:
        told = {"input_title": column.head[:32], "input_message": column.help[:255], "ignore_blank": True}
        chosen = list(self._chosen())
        if column.head in chosen and not (sheet == QUESTIONS and column.field == "about"):
            place, values = chosen.index(column.head), self._chosen()[column.head]
            letter = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
            source = f"={LISTS}!{letter}${HEADER_ROW + 1}:{letter}${HEADER_ROW + len(values)}"
            return told | {"validate": "list", "source": source, "error_message": "Choose one from the list."}
        if column.is_date:
            days = {"validate": "date", "criteria": "between", "minimum": _FIRST, "maximum": _LAST}
            return told | days | {"error_message": "Write a day, such as 31/12/2027."}
        return told | {"validate": "any"}

    def _table(self, sheet: Any, name: str, top: int, heads: list[str], rows: list[list[str]]) -> None:
        wrap = self.book.add_format({"text_wrap": True, "valign": "top"})
        columns = [{"header": head, "header_format": wrap} for head in heads]
        last = top + max(len(rows), 1)
        sheet.add_table(
            top, 0, last, len(heads) - 1, {"name": f"{name}_table", "columns": columns, "autofilter": False}
        )
        for row, cells in enumerate(rows, top + 1):
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, place, cell, wrap)

    def _large(self) -> Any:
        return self.book.add_format({"bold": True, "font_size": 16})

    def _day(self) -> Any:
        return self.book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"})


def _letters(period: str) -> str:
    """Three letters for a month, so that references of one report are not those of another: ``QGJ`` for 2026-10."""
    year, month = (int(part) for part in period.split("-"))
    return f"Q{chr(ord('A') + (year - 2020) % 26)}{chr(ord('A') + month - 1)}"
