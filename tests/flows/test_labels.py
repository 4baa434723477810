"""`joinedup evaluate --labels`: a file of labelled pairs against a small project."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.lib.command import here
from tests.lib.toy import PERIOD

HEAD = "source_l,id_l,source_r,id_r,match"
GOOD = [f"gp_register,g{n},housing,h{n},yes" for n in range(0, 40, 2)]
BAD = [f"housing,h{n + 2},gp_register,g{n},no" for n in range(0, 38, 2)]


@pytest.fixture
def linked(toy_linked, tmp_path):
    """The toy project, linked, for this test alone."""
    return shutil.copytree(toy_linked, tmp_path / "toy")


def labelled(folder, *rows, head=HEAD):
    """A label file."""
    path = folder / "labels.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_labels_give_precision_recall_and_intervals(capsys, linked, tmp_path):
    """The toy's twenty shared people are all found, nobody else."""
    path = labelled(tmp_path, *GOOD, *BAD)
    found = here(capsys, "evaluate", linked, "--labels", path, "--json")
    told = here(capsys, "evaluate", linked, "--labels", path)

    assert (found.code, told.code) == (0, 0)
    scores = found.json["result"]
    assert (scores["labels"], scores["matches"], scores["not_in_run"]) == (39, 20, 0)
    assert scores["people"]["recall"]["value"] == 1.0
    assert scores["people"]["recall"]["low"] == pytest.approx(20 / (20 + 1.96**2), abs=1e-3)
    assert "No threshold is suggested" in told.out


def test_parquet_says_the_same(capsys, linked, tmp_path):
    """And a match of true or false is understood."""
    rows = [[*line.rsplit(",", 1)[0].split(","), line.endswith("yes")] for line in GOOD + BAD]
    columns = zip(HEAD.split(","), zip(*rows, strict=True), strict=True)
    pq.write_table(pa.table({name: list(cells) for name, cells in columns}), tmp_path / "labels.parquet")
    csv = here(capsys, "evaluate", linked, "--labels", labelled(tmp_path, *GOOD, *BAD), "--json")
    parquet = here(capsys, "evaluate", linked, "--labels", tmp_path / "labels.parquet", "--json")

    assert parquet.json["result"] == csv.json["result"]


def test_labels_of_records_that_left_end_with_a_warning(capsys, linked, tmp_path):
    """They are counted, and left out of every figure."""
    path = labelled(tmp_path, *GOOD, "gp_register,g999,housing,h0,yes")
    done = here(capsys, "evaluate", linked, "--labels", path)

    assert done.code == 1
    assert "1 more are of records that are not in this run" in done.out


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["gp_register,g1,police,h1,yes"], "1 rows name a source that this project does not have."),
        (["gp_register,,housing,h1,yes"], "1 rows lack an id."),
        (["gp_register,g1,housing,h1,perhaps"], "1 rows have a match that is neither yes nor no."),
        ([GOOD[0], GOOD[0]], "2 rows label a pair that is labelled before, the same way."),
        ([GOOD[0], "housing,h0,gp_register,g0,no"], "2 rows label pairs both as a match and as none."),
        ([], "It has no rows for this month."),
    ],
    ids=["unknown source", "no id", "no answer", "repeated", "contradictory", "empty"],
)
def test_rows_that_cannot_be_used_are_counted_not_shown(capsys, linked, tmp_path, rows, said):
    """Exit code 3; no id in any message."""
    done = here(capsys, "evaluate", linked, "--labels", labelled(tmp_path, *rows))

    assert done.code == 3
    assert said in done.err
    assert "g1" not in done.err


@pytest.mark.parametrize("stands_for", ["0", "-1", "many", ""])
def test_a_label_that_stands_for_nothing_is_refused(capsys, linked, tmp_path, stands_for):
    """A weight of 0 would drop it without a word."""
    path = labelled(tmp_path, f"{GOOD[0]},{stands_for}", head=f"{HEAD},stands_for")
    done = here(capsys, "evaluate", linked, "--labels", path)

    assert done.code == 3
    assert "1 rows have a stands_for that is not a number above 0." in done.err


def test_rows_of_other_months_do_not_count(capsys, linked, tmp_path):
    """A column period says which do."""
    rows = [f"{GOOD[0]},{PERIOD}", f"{GOOD[1]},2025-01"]
    done = here(capsys, "evaluate", linked, "--labels", labelled(tmp_path, *rows, head=f"{HEAD},period"), "--json")

    assert done.json["result"]["labels"] == 1


@pytest.mark.parametrize("content", [None, "source_l,id_l\na,b\n", "a,b\n1,2,3\n"], ids=["absent", "columns", "ragged"])
def test_a_file_that_is_none_is_told(capsys, linked, tmp_path, content):
    """With the columns it needs or the form it must have."""
    path = tmp_path / "labels.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    assert here(capsys, "evaluate", linked, "--labels", path).code == 3


@pytest.mark.parametrize("options", [(), ("--labels", "a", "--truth", "b")], ids=["neither", "both"])
def test_labels_or_truth(capsys, linked, options):
    """Exactly one of them."""
    done = here(capsys, "evaluate", linked, *options)

    assert (done.code, "--truth and --labels" in done.err) == (3, True)
