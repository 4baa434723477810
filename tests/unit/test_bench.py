"""What benchmarks rest on: sets that are the same every time, a store that forgets nothing, an honest error."""

import json
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import pandas as pd
import pyarrow as pa
import pytest

from tests.bench import coverage, weak_spots
from tests.bench.calibration import Bin, bins, calibration_error, tenths
from tests.bench.faults import Kept, Tried
from tests.bench.faults import page as faults_page
from tests.bench.leaks import page as leaks_page
from tests.bench.page import put
from tests.bench.period import STEPS, Step, measure, section
from tests.bench.results import Results, digest
from tests.bench.scores import Found, outcome
from tests.bench.soak import Month
from tests.bench.soak import page as soak_page
from tests.lib.places import PLACES, Left
from tests.lib.planting import Planted


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """One weak spot on disk."""
    return weak_spots.make("name_order", tmp_path_factory.mktemp("set"))


@pytest.mark.parametrize("name", ["name_order", "siblings", "date_formats"])
def test_a_weak_spot_is_the_same_at_every_call(name, tmp_path):
    """Same bytes, and as many people in both sources as the chances say."""
    one, two = (weak_spots.make(name, tmp_path / part) for part in ("one", "two"))

    assert digest(one, "splink") == digest(two, "splink")
    assert 2600 < one.table("second").num_rows < one.table("first").num_rows < 3200
    assert digest(one, "splink") != digest(one, "joinedup")


def test_all_five_formats_are_read(tmp_path):
    """Dates that were there before are there after; with one format read, most are gone."""
    every, one = (weak_spots.make(name, tmp_path / name) for name in ("date_formats", "date_formats_one"))
    plain = weak_spots.make("welsh", tmp_path / "plain").table("second")["date_of_birth"]

    assert every.table("second")["date_of_birth"].equals(plain)
    assert one.table("second")["date_of_birth"].null_count > 0.5 * len(plain)


def test_what_was_measured_is_kept(bench, tmp_path):
    """A row comes back as it was; other settings or another method want measuring again."""
    found = outcome(bench, "joinedup", _nothing_found(bench), 1.0)
    results = Results(tmp_path / "results.jsonl")
    results.add(bench, found, {"day": "2026-11-24"})

    again = Results(tmp_path / "results.jsonl")
    assert again.has(bench, "joinedup")
    assert not again.has(bench, "splink")
    assert again.rows([bench.name], ["splink", "joinedup"])[0].outcome == found
    row = json.loads((tmp_path / "results.jsonl").read_text())
    (tmp_path / "results.jsonl").write_text(json.dumps(row | {"digest": "of older code"}))
    assert not Results(tmp_path / "results.jsonl").has(bench, "joinedup")


def _nothing_found(bench):
    one = bench.table("first")["record_id"].slice(0, 1)
    index = pa.table({"source": ["first"], "record_id": one, "person_id": ["a"]})
    text, number, real = (pa.array([], kind) for kind in (pa.string(), pa.int64(), pa.float64()))
    names = ("source_l", "record_id_l", "source_r", "record_id_r", "probability", "weight")
    scored = pa.table(dict(zip(names, (text, number, text, number, real, real), strict=True)))
    return Found(scored, index, 0.1, 0.2, 0.3, default_threshold=0.95)


def test_calibration_counts_pairs():
    """Ten pairs at 0.9 of which eight are true are 0.1 off; pairs under 0.5 do not count."""
    truth = pa.table({"source": ["s"] * 20, "record_id": list(range(20)), "person": [*"abcdefghxyabcdefghij"]})
    scored = pa.table(
        {
            "source_l": ["s"] * 11,
            "record_id_l": [*range(10), 0],
            "source_r": ["s"] * 11,
            "record_id_r": [*range(10, 20), 1],
            "probability": [0.9] * 10 + [0.2],
            "weight": [3.0] * 10 + [-2.0],
        }
    )
    found = bins(scored, truth)

    assert [one.pairs for one in found] == [1, 10]
    assert calibration_error(found) == pytest.approx(0.1)
    assert tenths(found)[9] == Bin(0.9, 10, pytest.approx(0.9), 0.8)
    assert tenths(found)[0] is None


def test_sections_stay_apart(tmp_path):
    """Writing one section leaves the others, and a second writing replaces the first."""
    page = tmp_path / "page.md"
    put(page, "## One", "## One\n\nfirst")
    put(page, "## Two", "## Two\n\nother")
    put(page, "## One", "## One\n\nsecond")

    assert page.read_text() == "# Benchmarks\n\n## One\n\nsecond\n\n## Two\n\nother\n"


@pytest.mark.parametrize("module", sorted(path.stem for path in Path("tests/bench").glob("*.py")))
def test_every_benchmark_can_be_imported(module):
    """Nobody runs them daily: a name that moved would show only when somebody measures."""
    assert import_module(f"tests.bench.{module}".removesuffix(".__init__"))


def test_a_period_is_told_by_step_and_size():
    """How each step grew, which sizes are missing, and that others used the machine."""
    small = [Step(100_000, name, 10.0, 8.0, 500.0, 0.1, 0) for name in STEPS]
    large = [Step(500_000, name, 60.0, 40.0, 900.0, 99.0, 1) for name in STEPS[:-1]]

    said = section([*small, *large], ())

    assert "| link | 10 | 8 | 500 | 60 | 40 | 900 |" in said
    assert "| audit | 10 | 8 | 500 | not run | not run | not run |" in said
    assert "| together | 60 | 48 | 500 | 300 | 200 | 900 |" in said
    assert "5 times as many, processor time grew by: pseudonymise 5.0, link 5.0" in said
    assert "Not measured: 1,500,000 people." in said
    assert "Others were using the machine" in said
    assert "until each service knows about 30% of all people" in section(small, ("2", "0.3"))


def test_what_a_step_costs_is_asked_of_the_system():
    """Memory of that process, which begins as a copy of this one, and how it ended."""
    found = measure(1, "link", [sys.executable, "-c", "held = b'x' * 300_000_000; raise SystemExit(3)"])

    own = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    assert 280 < found.peak_mib < max(400, own + 20)
    assert found.exit_code == 3
    assert found.seconds > 0


def test_what_was_tried_at_a_write_point_is_kept(tmp_path, monkeypatch):
    """A run that was stopped goes on where it was; with other code it begins anew."""
    path = tmp_path / "faults.jsonl"
    Kept(path, 1).add(Tried("link", 7, "write", "kill", "the same"))

    again = Kept(path, 1)

    assert not again.wants("link", 7, "kill")
    assert again.wants("link", 8, "kill")
    assert not Kept(path, 0).wants("link", 8, "kill"), "its time is up"
    monkeypatch.setattr("tests.bench.faults.code_version", lambda: "another")
    assert Kept(path, 1).wants("link", 7, "kill")


def test_a_fault_that_ended_otherwise_is_named():
    """In its own cell, and in the sentence above the table."""
    tried = [Tried("link", 0, "open", "kill", "the same"), Tried("link", 1, "open", "kill", "OTHER CONTENT")]

    text = faults_page(tried, 3)

    assert "| link | open | 1, 1 OTHER CONTENT |" in text
    assert "passes 3 write points" in text
    assert "1 ended otherwise" in text


def test_intervals_are_parted_without_looking_at_the_truth():
    """Wide and certain ones are told apart by their limits alone; what was foreseen is how far the mean draw is off."""
    rows = [("all", 5, 4, 6, 5.5, 6), ("all", 3, 3, 3, 3.0, 4), ("sex", 2, 2, 2, 2.1, 2), ("service", 9, 9, 9, 9.0, 1)]
    columns = ["dimension", "people", "low", "high", "expected", "truth"]
    found = pd.DataFrame(rows, columns=columns).assign(measure="met", fixed=0)

    part = coverage.covered(found[found["dimension"] != "service"])

    assert (part["wide"], part["holds_wide"], part["certain"], part["holds_certain"]) == (1, 1.0, 2, 0.5)
    assert (part["doubtful"], part["holds_doubtful"]) == (2, 0.5)
    assert coverage.foreseen(found).endswith(
        "of more than one number 1 people too many or too few, 0 foreseen; beside intervals of one number 1 people too"
        " many or too few, 0 foreseen."
    )


def test_zeros_are_told_apart_from_counts_of_somebody():
    """A count of nobody that is wrong is in doubt or error and has no interval; right ones count among zeros."""
    rows = [(0, 0, 0, 1), (0, 0, 0, 0), (0, 0, 0, 0), (5, 4, 6, 6), (3, 3, 3, 4)]
    found = pd.DataFrame(rows, columns=["people", "low", "high", "truth"]).assign(expected=0, fixed=0)

    part = coverage.covered(found)

    assert (part["zeros"], part["zeros_wrong"]) == (3, 1)
    assert (part["doubtful"], part["somebody"], part["holds_somebody"]) == (3, 2, 0.5)


def test_a_leak_is_named_and_a_blind_control_too():
    """With the file it stands in; a place where the deliberate leak was not seen says so."""
    clean = Left(Counter(dict.fromkeys(PLACES, 9)), Counter(), [])
    leaky = Left(Counter(dict.fromkeys(PLACES, 9)), Counter({"ledger": 1}), ["ledger/ledger.jsonl: zqvmarksurname"])

    text = leaks_page({"deliberate leak": leaky, "success": clean, "kill": leaky}, Planted({"zqvmarksurname": False}))

    assert "| ledger | 9 | 0 | 9 | 1 | found |" in text
    assert "| Prefect | 9 | 0 | 9 | 0 | NOT FOUND |" in text
    assert "Found: ledger/ledger.jsonl: zqvmarksurname" in text


def test_a_soak_tells_what_was_left_and_what_broke():
    """Months, faults, ids that were kept and changes that are told."""
    month = Month("2025-10", {"kill": 2}, "the same", 90, 80, 70, 60, 9, 1, -12, 3.0)

    text = soak_page([month], 80)

    assert "| 2025-10 | 2 | 0 | 0 | 0 | the same | 90 | 80 | 70 | 60 | 9 | 1 | BROKEN |" in text
    assert "1 of twelve months" in text
    assert "of the 10 others 9 are told" in text


def test_systems_that_could_not_be_made_are_named():
    """Else a range of seeds would hold more than was measured."""
    assert coverage.told_seeds([7, 8, 11]) == "seeds 7 to 11 without 9, 10"
    assert coverage.told_seeds(range(7, 10)) == "seeds 7 to 9"
