"""Whatever a source delivers: no crash, the equation balances, no value in any message or summary."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.errors import InternalError, ProjectError
from governance.intake import Reason, check_reconciles, deliver, summarise
from governance.intake.parse import parse_file
from governance.optout import numbers_to_check
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


@settings(deadline=None, max_examples=80)
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


@settings(deadline=None, max_examples=30)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_without_a_crash(content):
    """Broken files are told apart from bugs of ours."""
    for settings_of_file in ({}, {"format": "parquet"}, {"encoding": "utf-16"}, {"encoding": "cp1252", "quote": ""}):
        with tempfile.TemporaryDirectory() as folder:
            root = put(Path(folder), {"people.csv": content})
            try:
                read(root, make_source(people_file(**settings_of_file)))
            except InternalError:
                raise
            except ProjectError:
                continue
