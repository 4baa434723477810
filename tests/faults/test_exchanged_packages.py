"""Packages that were exchanged, edited or put back: whoever can write to a zone cannot make a run use them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from flows.earlier import previous_people
from flows.engine import run_steps
from flows.evaluate import evaluate_period
from flows.labels import evaluate_labels
from flows.review import export_review
from flows.run import open_run
from governance.errors import PolicyRefusal
from governance.keys.ring import KeyRing, kid_of
from governance.store import current, read_table, write_table
from tests.lib.toy import PERIOD


@pytest.fixture
def good(toy_month, tmp_path):
    """A finished period, for this test alone to spoil."""
    return Path(shutil.copytree(toy_month, tmp_path / "good"))


def refusal(root: Path, step: str) -> PolicyRefusal:
    """What the step is refused with."""
    with pytest.raises(PolicyRefusal) as caught:
        run_steps(open_run(root, PERIOD), [(step, "")], plain=True)
    return caught.value


def edit_manifest(folder: Path, **facts: object) -> None:
    """Change what a published manifest says."""
    path = current(folder) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | facts), encoding="utf-8")


@pytest.mark.parametrize(("step", "zone"), [("link", "linkage"), ("cohorts", "analysis")])
def test_the_package_of_another_source(good, step, zone):
    """Same tables, same period, same config: only the source is another."""
    folder = good / "zones" / zone / PERIOD / "in"
    shutil.rmtree(folder / "gp_register")
    shutil.copytree(folder / "housing", folder / "gp_register")
    if step == "link":
        edit_manifest(folder / "gp_register", source="gp_register")

    assert refusal(good, step).code == "E-PACKAGE-UNRECORDED"


def test_a_table_exchanged_inside_a_package(good):
    """Anyone can seal to a zone; another table with as many rows is still not the one the manifest names."""
    held = current(good / f"zones/analysis/{PERIOD}/in/gp_register")
    ring = KeyRing(good / "keys")
    run = open_run(good, PERIOD)
    table = read_table(held, "record_need", ring.zone_private("analysis", run.today))
    write_table(held, table.take(list(reversed(range(len(table))))), "record_need", ring.zone_public("analysis"))

    assert refusal(good, "cohorts").code == "E-PACKAGE-ALTERED"


def test_numbers_edited_in_the_manifest_of_the_person_index(good):
    """They are published, after disclosure control, in the board's report."""
    edit_manifest(good / f"zones/analysis/{PERIOD}/index", records={"gp_register": 4000, "housing": 4000})

    assert refusal(good, "report").code == "E-PACKAGE-UNRECORDED"


@pytest.mark.parametrize("ask", [evaluate_period, evaluate_labels, export_review])
def test_what_linkage_left_and_somebody_edited_is_judged_and_drawn_by_nobody(good, ask):
    """Figures of it would be believed, and its pairs be looked at; no file that they are held against is opened."""
    edit_manifest(good / f"zones/linkage/{PERIOD}/out", threshold=0.1)
    rest = {"pairs": 10, "seed": 1} if ask is export_review else {}
    files = () if rest else (good / "is_not_there.csv",)

    with pytest.raises(PolicyRefusal) as caught:
        ask(good, PERIOD, *files, **rest)
    assert caught.value.code == "E-PACKAGE-UNRECORDED"


def test_events_of_another_delivery_than_was_linked(good):
    """An extract delivered again after linkage: its people are not in the person index yet."""
    path = good / f"extracts/{PERIOD}/housing.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    run_steps(open_run(good, PERIOD), [("pseudonymise", "housing")], plain=True)

    assert refusal(good, "cohorts").what == "Package in/housing was made under another delivery."


def test_an_earlier_index_is_carried_on_only_under_its_own_key(good):
    """A person id names its key: ids of two keys never stand in one index."""
    run = replace(open_run(good, PERIOD), period="2026-11")
    kid = kid_of(run.ring.info("person").fingerprint)

    assert previous_people(run, kid).index.num_rows > 0
    assert previous_people(run, "aaaaa") is None


def test_an_earlier_index_that_was_exchanged(good):
    """Ids are never carried on from an index that the ledger does not know."""
    run = replace(open_run(good, PERIOD), period="2026-11")
    edit_manifest(good / f"zones/linkage/{PERIOD}/out", persons=1)

    with pytest.raises(PolicyRefusal, match="published last"):
        previous_people(run, kid_of(run.ring.info("person").fingerprint))
