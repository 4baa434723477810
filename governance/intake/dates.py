"""A date column that is in another format than its description says, and which format would fit."""

import duckdb

from governance.errors import Fault
from governance.intake.checks import ColumnPlan, formats_of, read_date
from governance.intake.reasons import Reason
from governance.intake.wording import most_of
from governance.settings.standard import EXCEL_1900, EXCEL_1904

_STOP_SHARE = 0.5
"""Above this share of unreadable dates the description is wrong, not the dates."""
_STOP_DATES = 8
"""So many unreadable dates stop the run even if no known format fits; fewer may just be wrong."""
_FIT_SHARE = 0.9
KNOWN_FORMATS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d%m%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d/%m/%y",
    "%d-%b-%y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
)


def date_faults(
    con: duckdb.DuckDBPyConnection, file_id: str, plans: list[ColumnPlan], *, name: str, source_id: str
) -> list[Fault]:
    """One fault for each date column most of whose values cannot be read.

    Args:
        con: Holds ``text_<file id>`` and ``typed_<file id>``.
        file_id: The file.
        plans: Its columns.
        name: What the file is called in messages.
        source_id: Names the source file in fixes.
    """
    faults: list[Fault] = []
    for plan in (plan for plan in plans if plan.is_date):
        filled, unread = _filled_and_unread(con, file_id, plan)
        if unread <= _STOP_SHARE * filled:
            continue
        fitting = _fitting_format(con, file_id, plan, filled)
        if fitting or unread >= _STOP_DATES:
            faults.append(_fault(plan, filled, unread, fitting, name, source_id))
    return faults


def _filled_and_unread(con: duckdb.DuckDBPyConnection, file_id: str, plan: ColumnPlan) -> tuple[int, int]:
    unread = f"f{plan.number} IN ('{Reason.DATE_UNREADABLE}', '{Reason.DATE_SERIAL}')"
    query = f"SELECT count(c{plan.number}), count(*) FILTER ({unread})"
    [(filled, unread)] = con.execute(
        f"{query} FROM text_{file_id} INNER JOIN typed_{file_id} USING (row_no)"
    ).fetchall()
    return filled, unread


def _fitting_format(con: duckdb.DuckDBPyConnection, file_id: str, plan: ColumnPlan, filled: int) -> str:
    """The known format that reads most values, the first of equals; empty if none reads nearly all."""
    calls = ", ".join(
        f"count({read_date(f'c{plan.number}', f'known_{i}', text)})" for i, text in enumerate(KNOWN_FORMATS)
    )
    params = {f"known_{i}": text for i, text in enumerate(KNOWN_FORMATS)}
    serial = f"count({read_date(f'c{plan.number}', '', EXCEL_1900)})"
    [counts] = con.execute(f"SELECT {calls}, {serial} FROM text_{file_id}", params).fetchall()
    best = max(counts)
    return (*KNOWN_FORMATS, EXCEL_1900)[counts.index(best)] if best >= _FIT_SHARE * filled else ""


def _fault(plan: ColumnPlan, filled: int, unread: int, fitting: str, name: str, source_id: str) -> Fault:
    expected = " or ".join(f"`{text}`" for text in formats_of(plan.column))
    fix = "None of the usual formats fits: ask the source how it writes dates."
    if fitting:
        fix = f'`{fitting}` fits: set `format: "{fitting}"` in sources/{source_id}.yaml, or ask the source.'
    if fitting == EXCEL_1900:
        fix = (
            "They are numbers of days, as spreadsheets keep dates. Ask the source for real dates, or whether it counts"
            f" from 1900 or 1904, and set `format: {EXCEL_1900}` or `{EXCEL_1904}` in sources/{source_id}.yaml."
        )
    return Fault(
        file=name, what=f"column `{plan.name}`: {most_of(unread, filled, 'dates')} are not {expected}.", fix=fix
    )
