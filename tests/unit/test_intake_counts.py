"""Counts, reasons, periods and wording."""

import re
from datetime import date
from importlib import resources

import pyarrow as pa
import pytest

from governance.errors import BadInput, InternalError, PolicyRefusal
from governance.intake.deliver import inside, path_of
from governance.intake.guard import no_library_words
from governance.intake.period import as_of_date
from governance.intake.reasons import MEANINGS, Reason
from governance.intake.reconcile import FileCounts, check_reconciles, summarise
from governance.intake.rows import REJECT_SCHEMA
from governance.intake.wording import few, most_of, told


def test_the_equation_must_balance():
    """A file whose rows are not all accounted for stops the run; the message names it and no count."""
    good = FileCounts(rows_in=10, rows_out=5, rejected=2, opted_out=1, duplicate=2)
    check_reconciles({"people": good})

    with pytest.raises(InternalError, match=r"^Rows of cases are not all accounted for\."):
        check_reconciles({"people": good, "cases": FileCounts(rows_in=10, rows_out=9, rejected=0)})


def test_counts_go_into_a_receipt_as_they_are():
    """Exact: the audit page is their only reader."""
    assert FileCounts(rows_in=3, rows_out=1, rejected=1, duplicate=1).as_dict() == {
        "rows_in": 3,
        "rows_out": 1,
        "rejected": 1,
        "opted_out": 0,
        "protected": 0,
        "restricted": 0,
        "duplicate": 1,
    }


def test_every_reason_has_a_meaning():
    """And each sentence and fix ends as a sentence."""
    assert set(MEANINGS) == set(Reason)
    assert all(text.endswith(".") for meaning in MEANINGS.values() for text in (meaning.sentence, meaning.fix))


def test_what_a_source_is_asked_is_said_to_the_source():
    """Its people neither have our config nor know the names of its settings."""
    for meaning in MEANINGS.values():
        assert meaning.ask.startswith("Please ")
        assert meaning.ask.endswith(".")
        assert "`" not in meaning.sentence + meaning.ask
        assert "the source" not in meaning.ask


def test_sql_knows_the_same_reasons():
    """A code in SQL that is not in the closed list would be shown without a meaning."""
    folder = resources.files("governance.intake").joinpath("sql")
    text = "".join(folder.joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in ("checks", "left_out"))
    used = set(re.findall(r"THEN '([a-z0-9_]+)'", text)) - {"duplicate"}

    assert used
    assert used <= set(Reason)


def test_a_summary_has_no_row_numbers():
    """By file, column and code."""
    rows = [("a", 1, "x", "pattern"), ("a", 5, "x", "pattern"), ("a", 1, "", "ragged_row")]
    rejects = pa.table([list(column) for column in zip(*rows, strict=True)], schema=REJECT_SCHEMA)

    assert summarise(rejects) == [
        {"file": "a", "column": "", "code": "ragged_row", "rows": 1},
        {"file": "a", "column": "x", "code": "pattern", "rows": 2},
    ]


@pytest.mark.parametrize(
    ("period", "day"), [("2025-09", date(2025, 10, 1)), ("2025-12", date(2026, 1, 1)), ("2024-02", date(2024, 3, 1))]
)
def test_a_period_ends_before_the_first_of_the_next_month(period, day):
    """Half-open."""
    assert as_of_date(period) == day


@pytest.mark.parametrize("period", ["2025-13", "2025-9", "2025", "25-09", "2025-09-01", "2025-00", "../09"])
def test_what_is_no_month_is_refused(period):
    """The text itself is not repeated: it may be a slip of the hand with something else in it."""
    with pytest.raises(BadInput) as refused:
        as_of_date(period)

    assert refused.value.code == "E-PERIOD"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (1, "fewer than 8"), (7, "fewer than 8"), (8, "8"), (12345, "12,345")]
)
def test_small_counts_are_not_told(count, text):
    """Messages count as published."""
    assert few(count) == text


def test_most_of_few_is_not_told_either():
    """Neither the part nor the whole."""
    assert most_of(5, 6, "dates") == "most of the dates"
    assert most_of(1204, 1300, "dates") == "1,204 of 1,300 dates"


@pytest.mark.parametrize("path", ["/etc/passwd", "../other/people.csv", "extracts/../../x.csv"])
def test_paths_stay_below_the_project_folder(path):
    """Wherever a source file points."""
    with pytest.raises(PolicyRefusal) as refused:
        path_of(path, "2025-09")

    assert refused.value.code == "E-PATH"


def test_a_link_does_not_lead_out_either(tmp_path):
    """A file below the folder by name only is somebody else's."""
    root, elsewhere = tmp_path / "project", tmp_path / "elsewhere.csv"
    root.mkdir()
    elsewhere.write_text("x", encoding="utf-8")
    (root / "own.csv").write_text("x", encoding="utf-8")
    (root / "linked.csv").symlink_to(elsewhere)
    (root / "alias.csv").symlink_to(root / "own.csv")

    assert inside(root, "alias.csv").read_text("utf-8") == "x"
    with pytest.raises(PolicyRefusal) as refused:
        inside(root, "linked.csv")
    assert refused.value.code == "E-PATH"


def test_a_receipt_tells_no_small_count():
    """Orchestrators store receipts and terminals show them."""
    assert [told(count) for count in (0, 1, 7, 8, 1204)] == [0, "fewer than 8", "fewer than 8", 8, 1204]


def test_the_words_of_libraries_are_not_passed_on():
    """They quote what they choke on; neither text nor cause remains."""
    with pytest.raises(InternalError) as shown, no_library_words("reading x"):
        raise ValueError("cannot read 'Quizzaciously'")

    assert "Quizzaciously" not in str(shown.value)
    assert shown.value.what == "Something unforeseen (ValueError) happened while reading x."
    assert shown.value.__suppress_context__


def test_running_out_of_memory_says_so():
    """A machine can be changed; a bug report would not help."""
    with pytest.raises(BadInput) as shown, no_library_words("reading x"):
        raise MemoryError

    assert shown.value.code == "E-MEMORY"
