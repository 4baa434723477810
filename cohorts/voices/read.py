"""A filled-in form back as cards: all faults at once, each with sheet and cell, and no word of what a cell holds."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from xlsxwriter.utility import xl_col_to_name

from cohorts.voices.card import LONGEST, REFERENCE, Card, Comment, Voice
from cohorts.voices.columns import EVIDENCE, EVIDENCE_COLUMNS, HEADER_ROW, QUESTION_COLUMNS, QUESTIONS, Column, Group
from cohorts.voices.screen import is_printable, looks_identifying
from governance.errors import BadInput, Fault
from governance.intake.child import memory_limit, parse_apart, time_limit
from governance.intake.decode import NotText
from governance.intake.parse import Job, Parsed
from governance.intake.table import RawTable

_ROW = "row of the sheet"
_MOST = 500
"""Cards in one form: people read each of them."""
_LONGEST_CONSENT = timedelta(days=3 * 366)
_OLDEST = timedelta(days=10 * 366)
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y")
_NO_CARD = "If this row is no card, clear all of it."


@dataclass(frozen=True, slots=True)
class FilledIn:
    """A form without faults."""

    voices: tuple[Voice, ...]
    sha256: str
    """Of the file."""


@dataclass(slots=True)
class _Sheet:
    """One sheet while it is read."""

    name: str
    columns: Sequence[Column]
    raw: RawTable
    today: date
    faults: list[Fault] = field(default_factory=list)
    references: list[tuple[str, int]] = field(default_factory=list)
    """With the row that each stands in."""

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Row number and cells by field, of rows in which anything is filled in."""
        there = [each for each in self.columns if each.head in self.raw.header]
        places = {each.field: self.raw.header.index(each.head) for each in there}
        cells = {name: self.raw.columns[place].to_pylist() for name, place in places.items()}
        for row, number in enumerate(self.raw.columns[self.raw.header.index(_ROW)].to_pylist()):
            found = {name: (cells[name][row] or "").strip() for name in places}
            self._lost(row, int(number))
            if any(found[each] for each in places if self.name == EVIDENCE or each in ("says", "speaker", "until")):
                yield int(number), found

    def _lost(self, row: int, number: int) -> None:
        """Cells that hold a formula, an error or a number that a spreadsheet has rounded."""
        for place, reasons in sorted(self.raw.spoilt.items()):
            if reasons[row].as_py():
                self.fault(number, self.raw.header[place], "holds no text or day.", "Type it in, without a formula.")

    def fault(self, row: int, head: str, what: str, fix: str) -> None:
        """One thing wrong with one cell."""
        cell = f"{xl_col_to_name(self.raw.header.index(head))}{row}"
        self.faults.append(Fault(what=f"sheet {self.name}, cell {cell} ({head}) {what}", fix=fix))


def read_form(path: Path, groups: Sequence[Group], today: date) -> FilledIn:
    """Every card and comment of a form.

    Args:
        path: The workbook.
        groups: Of the reports of the month that the form may have been made of.
        today: Consent has to reach at least to this day.

    Raises:
        BadInput: With every fault; names cells, never what they hold.
    """
    parsed = [_parsed(path, EVIDENCE, EVIDENCE_COLUMNS), _parsed(path, QUESTIONS, QUESTION_COLUMNS)]
    evidence = _Sheet(EVIDENCE, EVIDENCE_COLUMNS, parsed[0].raw, today)
    questions = _Sheet(QUESTIONS, QUESTION_COLUMNS, parsed[1].raw, today)
    abouts = {text: about for group in groups for about, text in group.abouts.items()}
    asked = {(group.title, question): (group.area, group.id) for group in groups for question in group.questions}
    voices: list[Voice] = [*_cards(evidence, abouts), *_comments(questions, asked)]
    _repeated(evidence, questions)
    faults = [*evidence.faults, *questions.faults]
    if faults:
        raise unusable("Some of its cells cannot be used.", faults)
    if not voices:
        raise _whole("nothing in it is filled in.", f"Fill in a row of {EVIDENCE}, or a comment of {QUESTIONS}.")
    if len(voices) > _MOST:
        raise _whole(f"it has more than {_MOST} rows.", "Split it into two forms.")
    return FilledIn(tuple(voices), parsed[0].sha256)


def _parsed(path: Path, name: str, columns: Sequence[Column]) -> Parsed:
    try:
        size = path.stat().st_size if path.is_file() else 0
        parsed = parse_apart(
            Job(
                paths=[str(path)],
                format="xlsx",
                sheet=name,
                header_row=HEADER_ROW,
                dates=[each.head for each in columns if each.is_date],
                row_column=_ROW,
                seconds=time_limit(size),
                memory_bytes=memory_limit(),
            )
        )
    except NotText as error:
        mend = f"Save the form as .xlsx again, with its sheets {EVIDENCE} and {QUESTIONS} called as they were."
        raise _whole(f"it {error.fault.what}", mend) from None
    missing = [each.head for each in columns if each.head not in parsed.raw.header and not each.is_optional]
    if missing:
        mend = (
            f"Let the names of the columns stand in row {HEADER_ROW} as they were: take out rows that were put above."
        )
        raise _whole(f"its sheet {name} has not the columns {', '.join(missing)}.", mend)
    if _ROW not in parsed.raw.header:
        mend = f"Delete every column after {columns[-1].head}, also where it seems empty."
        raise _whole(f"its sheet {name} has cells beside the columns of the form.", mend)
    return parsed


def _cards(sheet: _Sheet, abouts: Mapping[str, tuple[str, str, str]]) -> Iterator[Card]:
    for row, cells in sheet.rows():
        before = len(sheet.faults)
        values = _values(sheet, row, cells)
        if not cells["about"]:
            sheet.fault(row, "What it is about", "is empty.", f"Choose one from the list. {_NO_CARD}")
        elif cells["about"] not in abouts:
            sheet.fault(row, "What it is about", "is not one from the list.", "Choose one, or make the form anew.")
        if len(sheet.faults) > before:
            continue
        area, cohort, rung = abouts[cells["about"]]
        try:
            yield Card(**{**values, "area": area or None, "cohort": cohort, "rung": rung})
        except ValidationError:  # every cell is right by itself: what is left is how far the consent goes
            sheet.fault(row, "Whose words", "goes beyond the consent.", "Put it in other words, or ask the people.")


def _comments(sheet: _Sheet, asked: Mapping[tuple[str, str], tuple[str, str]]) -> Iterator[Comment]:
    for row, cells in sheet.rows():
        before = len(sheet.faults)
        values = _values(sheet, row, cells)
        found = asked.get((cells["about"], cells["question"]))
        if found is None:
            sheet.fault(
                row, "Question", "is not a question of this report.", "Put back what stood there, or clear the row."
            )
        elif len(sheet.faults) == before:
            yield Comment(**{**values, "area": found[0] or None, "cohort": found[1]})


def _values(sheet: _Sheet, row: int, cells: Mapping[str, str]) -> dict[str, Any]:
    """Typed values of one row by field; a fault for each cell that has none."""
    found = {
        each.field: _value(sheet, row, each, cells.get(each.field, ""))
        for each in sheet.columns
        if each.field != "about"
    }
    return {name: value for name, value in found.items() if value is not None}


def _value(sheet: _Sheet, row: int, column: Column, text: str) -> Any:
    if not text:
        if not column.is_optional:
            sheet.fault(row, column.head, "is empty.", _how_to_fill(column))
        return None
    if column.choices is not None:
        by_word = {word.casefold(): code for code, word in column.choices.items()}
        if text.casefold() not in by_word:
            sheet.fault(row, column.head, "is not one from the list.", "Choose one from the list.")
        return by_word.get(text.casefold())
    if column.is_date:
        return _day(sheet, row, column, text)
    return _text(sheet, row, column, text)


def _text(sheet: _Sheet, row: int, column: Column, text: str) -> str | None:
    if column.field == "question":
        return text
    if column.field == "reference":
        if not re.fullmatch(REFERENCE, text):
            sheet.fault(row, column.head, "is not a reference.", column.help)
            return None
        sheet.references.append((text, row))
        return text
    for kind in looks_identifying(text):
        sheet.fault(
            row, column.head, f"looks as if it holds {kind}.", "Say it without: nobody may be known from a card."
        )
    if len(text) > LONGEST or not is_printable(text):
        what = f"is longer than {LONGEST} characters, or holds markup or marks that cannot be printed."
        sheet.fault(row, column.head, what, "Shorten it, and type it in plain text.")
    return " ".join(text.split())


def _day(sheet: _Sheet, row: int, column: Column, text: str) -> date | None:
    day = next((found for form in _DAYS if (found := _as_day(text, form))), None)
    if day is None:
        any_day = " Any day of that month will do." if column.field == "gathered" else ""
        sheet.fault(row, column.head, "is not a day.", f"Write day, month and year, such as 31/12/2027.{any_day}")
    elif column.field == "until" and not sheet.today <= day <= sheet.today + _LONGEST_CONSENT:
        sheet.fault(row, column.head, "has passed, or is more than three years away.", column.help)
    elif column.field == "gathered" and not sheet.today - _OLDEST <= day <= sheet.today:
        sheet.fault(row, column.head, "is in the future, or more than ten years ago.", column.help)
    return day


def _as_day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, in no zone
    except ValueError:
        return None


def _how_to_fill(column: Column) -> str:
    """What to do about an empty cell."""
    if column.field == "consent":
        return "Choose what the people agreed to. If they were not asked, clear the whole row: it cannot be printed."
    if column.field == "reference":
        return f"{column.help} {_NO_CARD}"
    return "Choose one from the list." if column.choices else f"Fill it in. {column.help}"


def _repeated(*sheets: _Sheet) -> None:
    """A fault for every place of a reference that stands in more rows than one."""
    times = Counter(reference for sheet in sheets for reference, _ in sheet.references)
    for sheet in sheets:
        for row in [row for reference, row in sheet.references if times[reference] > 1]:
            sheet.fault(row, "Reference", "is that of another row, too.", "Give each row one of its own.")


def _whole(what: str, mend: str) -> BadInput:
    """The error where no single cell is wrong."""
    return unusable("None of it was taken in.", [Fault(what=what, fix=mend)])


def unusable(what: str, faults: Sequence[Fault]) -> BadInput:
    """The error for a form that cannot be taken in."""
    return BadInput(
        f"The form cannot be used. {what}",
        why="What people told us is printed for anybody to read: every cell has to be right, and nobody may be known"
        " from it.",
        fix="Mend what is named and import it again. Nothing was changed.",
        code="E-VOICES-FORM",
        faults=faults,
    )
