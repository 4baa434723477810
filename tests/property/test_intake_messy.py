"""Whatever a source delivers: no crash, the equation balances, no value in any message or summary."""

import io
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.errors import InternalError, ProjectError
from governance.intake import deliver
from governance.intake.parse import parse_file
from governance.intake.reasons import Reason
from governance.intake.reconcile import check_reconciles, summarise
from governance.optout import numbers_to_check
from tests.lib.canary_workbook import make_workbook
from tests.lib.intake import EVENTS_HEADER, PEOPLE_HEADER, events_file, make_source, people_file, read
from tests.lib.intake import deliver as put

MARK = "Quizzaciously"
"""Stands in many cells, alone and inside other text, and must be heard of nowhere."""


@pytest.fixture(autouse=True, scope="module")
def _in_this_process():
    """A process for each of so many files would only take time; ``test_intake_child.py`` has those."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliver, "parse_apart", parse_file)
        yield


def often(usual: list[str], odd: list[str]) -> st.SearchStrategy[str]:
    """Mostly usual texts: a file of nothing but mess is refused at once and tests little."""
    return st.sampled_from(usual * 4 + odd)


IDS = often(["p1", "p2", "p3"], [" p1 ", "", f"{MARK}1", "p\x00"])
DATES = often(
    ["2025-01-01", "2024-02-03", ""], ["01/02/1980", "31/02/1980", "infinity", "1890-01-01", "2030-01-01", f"1 {MARK}"]
)
NUMBERS = often(["9990000018", "999 000 0026", ""], ["9990000019", "1111111111", "12", MARK])
TEXTS = st.one_of(
    often([MARK, "NM1 2AB", "1", ""], [f'"{MARK}, {MARK}"', f"{MARK}\u00a0", f'"{MARK}\n{MARK}"', f'"{MARK}']),
    st.text(st.characters(exclude_characters='"\r\n', exclude_categories=["Cs"]), max_size=6),
)
PEOPLE_ROWS = st.tuples(IDS, NUMBERS, TEXTS, DATES, TEXTS, TEXTS, TEXTS).map(list)
EVENT_ROWS = st.tuples(IDS, DATES, DATES, TEXTS, TEXTS).map(list)


def files(header: str, rows: st.SearchStrategy[list[str]]) -> st.SearchStrategy[bytes]:
    """A file of such rows: some cut short, some too long, some delivered twice, perhaps in another encoding."""
    messy = st.tuples(rows, st.sampled_from([0, 0, 0, 0, -1, 1]), st.sampled_from([1, 1, 1, 2])).map(_mangle)
    body = st.lists(messy, min_size=1, max_size=8).map(
        lambda lines: "\n".join([header, *(line for two in lines for line in two)])
    )
    encoding = st.sampled_from(["utf-8"] * 10 + ["utf-8-sig", "utf-16", "cp1252"])
    return st.builds(lambda text, codec: text.encode(codec, "replace"), body, encoding)


def _mangle(made: tuple[list[str], int, int]) -> list[str]:
    cells, extra, copies = made
    cells = cells[:-1] if extra < 0 else [*cells, MARK] if extra else cells
    return [",".join(cells)] * copies


@settings(deadline=None, max_examples=40)
@given(people=files(PEOPLE_HEADER, PEOPLE_ROWS), cases=files(EVENTS_HEADER, EVENT_ROWS), both=st.booleans())
def test_no_crash_no_value_and_every_row_accounted_for(people, cases, both):
    """Either an error of ours, or tables whose rows add up."""
    grain = {"grain": "both"} if both else {}
    source = make_source(people_file(**grain), events_file())
    with tempfile.TemporaryDirectory() as folder:
        root = put(Path(folder), {"people.csv": people, "cases.csv": cases})
        try:
            intake = read(root, source)
        except InternalError:
            raise
        except ProjectError as error:
            assert MARK not in f"{error}{error.as_dict()}{error!r}"  # noqa: PT017 - either outcome is right
            return

    check_reconciles(intake.counts)
    held = {file: _count(intake, file) for file in ("people", "cases")}
    assert held == {file: counts.rows_out for file, counts in intake.counts.items()}
    assert MARK not in f"{summarise(intake.rejects)}{intake.rejects.to_pylist()}{intake.counts}"
    assert set(intake.rejects["code"].to_pylist()) <= set(Reason)
    assert intake.reject_rows.num_rows == sum(counts.rejected for counts in intake.counts.values())
    assert set(numbers_to_check(intake)) <= {"9990000018", "9990000026"}


def _count(intake, file):
    return intake.con.execute(f"SELECT count(*) FROM file_{file}").fetchall()[0][0]


SETTINGS = [{}, {"format": "xlsx"}, {"format": "parquet"}, {"encoding": "utf-16"}, {"encoding": "cp1252", "quote": ""}]


@settings(deadline=None, max_examples=30)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_without_a_crash(content):
    """Broken files are told apart from bugs of ours."""
    for settings_of_file in SETTINGS:
        with tempfile.TemporaryDirectory() as folder:
            root = put(Path(folder), {"people.csv": content})
            try:
                read(root, make_source(people_file(**settings_of_file)))
            except InternalError:
                raise
            except ProjectError:
                continue


CELLS = st.one_of(
    st.sampled_from(["p1", "p2", "9990000018", 9990000018, 9990000018.0, "9.99E+09", "00123", 123, 29252, 1980, MARK]),
    st.sampled_from([None, True, "=1+1", "#N/A", 1e300, -0.0, 10**17, datetime(1980, 2, 1, 10), date(1980, 2, 1)]),  # noqa: DTZ001
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
)
SHEET_ROWS = st.lists(st.lists(CELLS, max_size=9), min_size=1, max_size=6)


def balanced(source, delivered):
    """Read what was delivered: an error of ours without the marked value, or counts that add up."""
    with tempfile.TemporaryDirectory() as folder:
        root = put(Path(folder), delivered)
        try:
            intake = read(root, source)
        except InternalError:
            raise
        except ProjectError as error:
            assert MARK not in f"{error}{error.as_dict()}{error!r}"  # noqa: PT017 - either outcome is right
            return None
    check_reconciles(intake.counts)
    assert MARK not in f"{summarise(intake.rejects)}{intake.rejects.to_pylist()}{intake.counts}"
    return intake.counts["people"]


@settings(deadline=None, max_examples=20)
@given(rows=SHEET_ROWS, titles=st.integers(0, 2))
def test_whatever_stands_in_a_workbook_every_row_is_accounted_for(rows, titles):
    """Every row with a cell in it is read, and kept or set aside."""
    content = make_workbook([*([[MARK]] * titles), PEOPLE_HEADER.split(","), *rows])
    source = make_source(people_file(path="extracts/{period}/people.xlsx", format="xlsx"))

    counts = balanced(source, {"people.xlsx": content})

    assert counts is None or counts.rows_in == sum(any(cell is not None for cell in row) for row in rows)


@settings(deadline=None, max_examples=25)
@given(
    parts=st.lists(files(PEOPLE_HEADER, PEOPLE_ROWS), min_size=1, max_size=3),
    at=st.none() | st.integers(0, 400),
    byte=st.integers(0, 255),
)
def test_an_archive_with_a_changed_byte_is_refused_or_read_whole(parts, at, byte):
    """Rows of all parts are accounted for."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, part in enumerate(parts):
            archive.writestr(f"{number}.csv", part)
    content = bytearray(packed.getvalue())
    if at is not None:
        content[at % len(content)] = byte

    balanced(make_source(people_file()), {"people.csv": bytes(content)})
