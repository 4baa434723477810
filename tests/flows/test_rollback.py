"""`joinedup rollback` leads back to the last good results: pointers and the ledger, never records, never silently."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from flows.engine import run_steps
from flows.intact import files_of_project
from flows.lock import only_run
from flows.period import plan
from flows.rollback import roll_back
from flows.run import open_run
from flows.staged import State, staged_states
from governance.errors import BadInput, PolicyRefusal
from governance.ledger import Entry, Event, Ledger
from governance.package import package_digest
from governance.settings import load_bundle
from governance.store import current
from tests.lib.command import here
from tests.lib.disk_faults import KILL, points_of, with_fault
from tests.lib.toy import PERIOD
from tests.lib.whole import ledger_holds, left_over

REASON = "The housing extract that was sent again lacked half of its cases."
RESULTS = ("analysis/{}/index", "analysis/{}/cohorts", "draft/{}")
RESULTS_AND_PAGES = ("index", "cohorts", "missed", "measures")
back = partial(roll_back, period=PERIOD, reason=REASON, by="Head of analytics")


def run_all(root):
    """The month but for the audit page."""
    run_steps(open_run(root, PERIOD), [step for step in plan(load_bundle(root)) if step[0] != "audit"], plain=True)


def results(root):
    """Digest by folder of what a rollback leads back."""
    return {name: package_digest(root / "zones" / name.format(PERIOD)) for name in RESULTS}


def housing(root):
    """The extract of housing."""
    return root / "extracts" / PERIOD / "housing.csv"


@pytest.fixture(scope="module")
def _twice(tmp_path_factory, _toy_template):
    root = Path(shutil.copytree(_toy_template, tmp_path_factory.mktemp("rollback") / "toy"))
    path = root / "project.yaml"
    path.write_text(path.read_text("utf-8").replace("  release: at_once\n", ""), "utf-8")
    run_all(root)
    good, right = results(root), housing(root).read_bytes()
    housing(root).write_bytes(b"\n".join(right.splitlines()[:11]) + b"\n")
    run_all(root)
    return root, good, right


@pytest.fixture
def twice(_twice, tmp_path):
    """A month that was run well, then again on an extract that was half; what was good, and the right extract."""
    root, good, right = _twice
    return Path(shutil.copytree(root, tmp_path / "twice")), good, right


def test_results_go_back_and_the_ledger_says_who_and_why(twice, capsys):
    """The draft is the one that was staged first, the pages go with it, status says so, the IG lead's page holds."""
    root, good, _ = twice
    bad = results(root)
    assert not set(good.values()) & set(bad.values()), "the control: everything had changed"

    done = here(capsys, "rollback", PERIOD, root, "--reason", REASON, "--by", "Head of analytics")

    assert done.code == 0, done.err
    assert results(root) == good
    [entry] = [one for one in Ledger(root / "ledger").entries() if one.event is Event.ROLLED_BACK]
    assert entry.facts["report_sha256"] == good["draft/{}"]
    [signed] = [one for one in (root / "approvals").glob("*.json") if b"payload" in one.read_bytes()]
    assert REASON not in (root / "ledger/ledger.jsonl").read_text()
    assert signed.exists()
    states = {
        one["step"]: (one["state"], one["why"])
        for one in here(capsys, "status", root, "--json").json["result"]["steps"]
    }
    assert states["cohorts"] == states["report"] == ("done", "rolled back to the last good one")
    assert states["release"][0] == "waits"
    page = (root / "zones" / "audit" / PERIOD / "ig_audit.html").read_text("utf-8")
    assert "Results were rolled back to the last good ones" in page
    assert "not in the ledger as it stands now" not in page
    assert ledger_holds(root)
    assert not files_of_project(root).faults, "older contents are what the ledger leads to"


def test_only_what_the_rollback_named_may_be_followed(twice):
    """Leading readers on to what was rolled back, without a word, is told for each folder; so is going further back."""
    root, _, _ = twice
    zone = root / "zones/analysis" / PERIOD
    pointers = [root / "zones/draft" / PERIOD / "current", *(zone / name / "current" for name in RESULTS_AND_PAGES)]
    before = {pointer: pointer.read_text() for pointer in pointers}
    back(root)
    for pointer, text in before.items():
        kept = pointer.read_text()
        assert kept != text, "the control"
        pointer.write_text(text)
        assert [fault.file for fault in files_of_project(root).faults] == [pointer.relative_to(root).as_posix()]
        pointer.write_text(kept)
    assert not files_of_project(root).faults


def test_what_went_back_can_be_checked_and_released(twice, capsys):
    """Two people check the earlier draft, and its very bytes become public."""
    root, good, _ = twice
    back(root)
    for words in (["--checker", "A. Checker"], ["--checker", "B. Checker", "--second"]):
        assert here(capsys, "checked", root, *words).code == 0

    assert here(capsys, "release", root, "--plain").code == 0
    assert package_digest(root / "zones/public" / PERIOD) == good["draft/{}"]
    assert not files_of_project(root).faults


def test_records_come_from_extracts_alone(twice):
    """No table of people is brought back; the right extract put back, refused before, gives the same results again."""
    root, good, right = twice
    held = {path.relative_to(root) for path in (root / "zones").rglob("*.sealed")}
    housing(root).write_bytes(right)
    with pytest.raises(PolicyRefusal) as caught:
        run_steps(open_run(root, PERIOD), [("pseudonymise", "housing")], plain=True)
    assert caught.value.code == "E-EXTRACT-OLDER"

    back(root)
    assert {path.relative_to(root) for path in (root / "zones").rglob("*.sealed")} == held
    assert not list(current(root / "zones/analysis" / PERIOD / "index").glob("*.sealed"))
    run_all(root)
    assert results(root) == good


def test_what_is_public_is_not_replaced_in_silence(twice, capsys):
    """Refused until a notice says what is wrong with what readers have; then it may go back, and readers are told."""
    root, good, _ = twice
    for words in (["--checker", "A. Checker"], ["--checker", "B. Checker", "--second"]):
        here(capsys, "checked", root, *words)
    assert here(capsys, "release", root, "--plain").code == 0
    public, before = package_digest(root / "zones/public" / PERIOD), results(root)

    with pytest.raises(PolicyRefusal) as caught:
        back(root)
    assert caught.value.code == "E-ROLLBACK-PUBLIC"
    assert results(root) == before

    assert here(capsys, "release", root, "--withdraw", REASON).code == 0
    back(root)
    assert results(root) == good
    assert package_digest(root / "zones/public" / PERIOD) != public


def test_there_has_to_be_something_and_a_reason(twice, toy):
    """Nothing staged before; gone back already; nobody named; a reason that cannot be printed."""
    root, good, _ = twice
    for wrong in ({"reason": "Wrong."}, {"by": " "}):
        with pytest.raises(BadInput) as caught:
            back(root, **wrong)
        assert caught.value.code == "E-ROLLBACK-REASON"
    back(root)
    for where in (root, toy):
        with pytest.raises(BadInput) as caught:
            back(where)
        assert caught.value.code == "E-ROLLBACK-NOTHING"
    assert results(root) == good


def test_another_config_has_no_way_back(twice):
    """What was counted under a config that was approved then is not led back to under the one of now."""
    root, *_ = twice
    path = root / "cohorts/t01_seen_by_both.yaml"
    path.write_text(path.read_text("utf-8").replace("lookback: 24m", "lookback: 12m"), encoding="utf-8")
    before = results(root)

    with pytest.raises(BadInput) as caught:
        back(root)
    assert caught.value.code == "E-ROLLBACK-NOTHING"
    assert results(root) == before


def test_runs_that_were_cut_off_take_nothing_away_that_was_staged(twice):
    """Two more extracts, each linked and no further: what was staged last can still be led back to."""
    root, *_ = twice
    staged, rows = results(root), housing(root).read_bytes().splitlines()
    for fewer in (1, 2):
        housing(root).write_bytes(b"\n".join(rows[:-fewer]) + b"\n")
        run_steps(open_run(root, PERIOD), [("pseudonymise", "housing"), ("link", "")], plain=True)
    assert results(root) != staged, "the control: another index came"
    tables = list((root / "zones/analysis" / PERIOD / "index").glob("*/person_index.parquet.sealed"))
    assert len(tables) == 3, "a known limit: who is in the staged index stays in it until counts are made"

    back(root)
    assert results(root) == staged
    assert not files_of_project(root).faults


WHOLE = (Event.PERSON_INDEX_PUBLISHED, Event.COHORTS_PUBLISHED, Event.REPORT_STAGED)


def told(steps):
    """What a ledger tells, of letters: a small one is an index, its counts and its report; a large one leads back."""
    found = []
    for name in steps:
        if name.islower():
            found += [(event, {"manifest_sha256": name}) for event in WHOLE]
        else:
            found.append((Event.ROLLED_BACK, {f"{fact}_sha256": name.lower() for fact in State.__slots__}))
    return [
        Entry(seq=number, at="", event=event, facts={"period": PERIOD, **facts}, prev="", hash="")
        for number, (event, facts) in enumerate(found)
    ]


@pytest.mark.parametrize(
    ("steps", "good"),
    [
        ("ab", "ab"),
        ("abA", "a"),
        ("abAc", "ac"),
        ("aba", "a"),
        ("abac", "ac"),
        ("abAb", "ab"),
        ("abb", "ab"),
    ],
)
def test_what_somebody_went_back_from_is_led_back_to_by_nothing(steps, good):
    """Neither by the next rollback, after other results came; whoever makes it again stages it again."""
    assert staged_states(told(steps), PERIOD) == [State(one, one, one) for one in good]


def test_killed_anywhere_the_same_command_ends_it(twice, tmp_path):
    """At every third point: the last results or these, or refused; never half of both that anybody reads."""
    root, good, _ = twice
    trial = Path(shutil.copytree(root, tmp_path / "control"))
    passed = points_of(lambda: back(trial))
    assert len(passed) > 20, "the control: there are points to be killed at"
    for number in range(0, len(passed), 3):
        trial = Path(shutil.copytree(root, tmp_path / str(number)))
        with_fault(partial(back, trial), at=number, fault=KILL)
        back_or_done(trial, good)
        assert results(trial) == good, passed[number]
        assert ledger_holds(trial)
        assert left_over(trial) == []
        shutil.rmtree(trial)


def back_or_done(root, good):
    """The same command again, unless the ledger was told already."""
    told = [one for one in Ledger(root / "ledger").entries() if one.event is Event.ROLLED_BACK]
    with only_run(root):
        if not told:
            back(root)
    assert results(root) == good
