"""Does a delivered file have the columns its source file lists? All faults of a file at once.

Names of columns may be shown, values may not: a file without a header has values where names should be. So
delivered names appear in a message only when the first row is recognisably a header.
"""

import re
from difflib import get_close_matches

from governance.errors import Fault
from governance.intake.table import RawTable
from governance.settings import Column, ColumnClass, ExtractFile

_CLOSE_ENOUGH = 0.6
_LONGEST_SHOWN = 40
_OTHER_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "~": "tilde", "^": "caret"}

OWN_COLUMNS = ("row_no", "record_id")
"""Columns of ours in every table ``file_<id>``."""

HIDDEN = (ColumnClass.FREE_TEXT, ColumnClass.DROP)
"""Classes whose columns are never loaded; their absence harms nothing."""


def loaded_columns(file: ExtractFile) -> dict[str, Column]:
    """The columns of a file that are read: neither free text nor dropped."""
    return {name: column for name, column in file.columns.items() if column.column_class not in HIDDEN}


def header_faults(raw: RawTable, file: ExtractFile, source_id: str) -> list[Fault]:
    """What is wrong with the header, in plain words.

    Args:
        raw: The file as delivered.
        file: Its description.
        source_id: Names the source file in fixes.

    Returns:
        One fault a missing, renamed, extra or repeated column; empty if the header is as described.
    """
    if not _is_header(raw.header, file):
        return [_not_a_header(raw.header, file)]
    absent = [name for name in loaded_columns(file) if name not in raw.header]
    extra = [(at, name) for at, name in enumerate(raw.header, 1) if name not in file.columns]
    renamed = _pair_up(absent, [name for _, name in extra if name])
    for name, new in _same_place(file, [one for one in absent if one not in renamed], raw.header).items():
        if new not in renamed.values():
            renamed[name] = new
    where = f"sources/{source_id}.yaml"
    faults = [_renamed(old, new, where) for old, new in renamed.items()]
    faults += [_missing(name) for name in absent if name not in renamed]
    faults += [_extra(at, name, where) for at, name in extra if name not in renamed.values()]
    faults += [_repeated(name) for name in sorted({name for name in raw.header if raw.header.count(name) > 1})]
    faults += _clashes(file, where)
    if raw.rows_in == 0 and not file.may_be_empty:
        faults.append(_no_rows(where))
    return faults


def _no_rows(where: str) -> Fault:
    return Fault(
        what="has a header and no rows, as one that was cut on its way has.",
        fix="Ask the source. If it saw nobody, have `may_be_empty: true` put beside this file's `grain` in"
        f" {where} and approved; else ask for the file again.",
    )


def _clashes(file: ExtractFile, where: str) -> list[Fault]:
    """Names that cannot stand beside each other, or beside our own, in a table that knows no case."""
    taken = {name.casefold(): name for name in OWN_COLUMNS}
    faults: list[Fault] = []
    for name, column in loaded_columns(file).items():
        if column.role != "record_id" and name.casefold() in taken:
            what = f"column `{name}` has the same name as `{taken[name.casefold()]}`, but for case."
            faults.append(Fault(what=what, fix=f"Give it the class drop in {where}, or ask for another name."))
        taken.setdefault(name.casefold(), name)
    return faults


def plain(name: str) -> str:
    """A name without case, spaces and punctuation: `Date of Birth` is `date_of_birth`."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _shown(name: str) -> str:
    return "".join(char for char in name if char.isprintable())[:_LONGEST_SHOWN]


def _is_header(header: list[str], file: ExtractFile) -> bool:
    listed = {plain(name) for name in file.columns}
    return any(plain(name) in listed for name in header)


def _not_a_header(header: list[str], file: ExtractFile) -> Fault:
    what = f"has a first row that is not a header: none of the {len(file.columns)} listed columns is in it."
    listed = {plain(name) for name in file.columns}
    for mark, name in _OTHER_DELIMITERS.items():
        if any(plain(part) in listed for cell in header for part in cell.split(mark) if mark in cell):
            return Fault(what=what, fix=f"Its cells are parted by a {name}: set `delimiter`.")
    return Fault(what=what, fix="Ask the source for a header row, or set `header_row` if titles stand above it.")


def _pair_up(absent: list[str], extra: list[str]) -> dict[str, str]:
    """Missing columns and the unlisted ones that look like their new names, each used once."""
    left = {plain(name): name for name in extra}
    pairs: dict[str, str] = {}
    for name in absent:
        if close := get_close_matches(plain(name), list(left), n=1, cutoff=_CLOSE_ENOUGH):
            pairs[name] = left.pop(close[0])
    return pairs


def _same_place(file: ExtractFile, absent: list[str], header: list[str]) -> dict[str, str]:
    """Missing columns in whose place an unlisted one stands: `Tenant DOB` where `Birth date` stood."""
    places = list(file.columns)
    there = {name: header[places.index(name)] for name in absent if places.index(name) < len(header)}
    return {name: new for name, new in there.items() if new and new not in file.columns and header.count(new) == 1}


def _renamed(old: str, new: str, where: str) -> Fault:
    return Fault(
        what=f"column `{old}` is missing; `{_shown(new)}`, which is not listed, may be its new name.",
        fix=f"Ask the source; if so, rename it in {where}.",
    )


def _missing(name: str) -> Fault:
    return Fault(what=f"column `{name}` is missing.", fix="Ask the source to deliver it again with this column.")


def _extra(at: int, name: str, where: str) -> Fault:
    named = f"column {at} (`{_shown(name)}`)" if name else f"column {at}, which has no name,"
    return Fault(
        what=f"{named} is not listed.",
        fix=f"Ask the source to leave it out, or list it in {where} with the class drop.",
    )


def _repeated(name: str) -> Fault:
    shown = f"`{_shown(name)}`" if name else "an empty name"
    return Fault(what=f"more than one column is called {shown}.", fix="Ask the source for one column a name.")
