"""Marked identifiers go in, and an exception quotes them: nothing of them comes out anywhere."""

import base64
import pickle

import pytest

from tests.lib.canary import MARKS, found_in, marks_in


@pytest.mark.parametrize("name", sorted(MARKS))
def test_the_search_finds_what_it_looks_for(name):
    """In text, in upper case, in UTF-16, in a pickle and in a pickle in base64 in JSON, at any offset."""
    value = MARKS[name]
    pickled = pickle.dumps(ValueError(f"about {value}"))

    assert name in marks_in(f"…{value}…".encode())
    assert name in marks_in(value.upper().encode())
    assert name in marks_in(value.encode("utf-16-le"))
    assert name in marks_in(pickled)
    assert all(name in marks_in(base64.b64encode(b"x" * offset + pickled)) for offset in range(3))


def test_nothing_in_the_project_but_the_extracts(prefect_runs):
    """Packages, receipts, reports, ledger, diagnostics; Prefect's database, its journal, storage and logs."""
    assert found_in(prefect_runs.project / "extracts") != []
    assert found_in(prefect_runs.project, leave_out=["extracts"]) == []
    assert found_in(prefect_runs.plain, leave_out=["extracts"]) == []


def test_nothing_in_temp_folder_or_home(prefect_runs):
    """Both were the run's own."""
    assert found_in(prefect_runs.temp) == []


@pytest.mark.parametrize("run", ["good", "good_plain", "failed"])
def test_nothing_in_what_was_printed(prefect_runs, run):
    """On either stream."""
    done = getattr(prefect_runs, run)

    assert marks_in((done.out + done.err).encode()) == []


def test_the_failure_did_quote_them(prefect_runs):
    """The control: the sealed details, opened with the audit key, hold every mark."""
    from flows.guard import diagnostics, read_diagnostics

    text = read_diagnostics(prefect_runs.project, diagnostics(prefect_runs.project)[-1])

    assert sorted(marks_in(text.encode())) == sorted(MARKS)
