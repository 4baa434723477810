"""Whole commands, as users type them: the steps one by one, the demo, and the evaluation."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows import period
from flows.demo_voices import hear_demo
from linkage import plan
from tests.lib.command import REPOSITORY, here
from tests.lib.toy import PERIOD, nhs_number


def _run(capsys, toy, *words):
    done = here(capsys, *words[:1], toy, *words[1:], "--plain", "--json")
    assert done.code == 0, done.out
    return done.json["result"]


def test_steps_one_by_one_are_a_whole_run(capsys, toy):
    """In order, each says what it did; at the end every page is there."""
    sources = _run(capsys, toy, "pseudonymise")["steps"]
    again = _run(capsys, toy, "pseudonymise", "--source", "housing")["steps"]
    for step in ("link", "cohorts", "report"):
        _run(capsys, toy, step)
    pages = _run(capsys, toy, "audit")["pages"]

    assert [one["source"] for one in sources] == ["gp_register", "housing"]
    assert again[0]["receipt"] == sources[1]["receipt"]
    assert set(pages) == {
        "board_report", "board_report_pdf", "board_tables", "safe_counts", "safe_measures", "measures",
        "linkage_report",
        "who_is_missed", "ig_audit",
    }  # fmt: skip


def test_a_step_too_early_says_which_comes_first(capsys, toy):
    """By source, with the command to run."""
    done = here(capsys, "link", toy, "--plain")

    assert done.code == 3
    assert "gp_register, housing" in done.err
    assert "joinedup pseudonymise" in done.err


def test_an_unknown_source_is_told_with_the_known_ones(capsys, toy):
    """Before anything runs."""
    done = here(capsys, "pseudonymise", toy, "--source", "hospital", "--plain")

    assert done.code == 3
    assert "gp_register, housing" in done.err


def test_a_run_tells_its_steps_and_pages_to_people(capsys, toy):
    """One line a step, then where the pages are."""
    done = here(capsys, "run", toy, "--plain")

    assert done.code == 0
    assert done.out.splitlines()[0].split()[:2] == ["pseudonymise", "gp_register"]
    assert "Board report" in done.out
    assert done.err == ""
    report = next(toy.glob("zones/linkage/*/out/*/linkage_report.html")).read_text("utf-8")
    assert "lower bound on missed links" in report
    assert "Pairs known by their NHS number" in report


def test_warnings_of_policy_rules_end_with_one(capsys, toy, monkeypatch):
    """A scheduler sees that somebody should look."""
    monkeypatch.setattr(period, "step_function", lambda _: lambda *_: {"warnings": 1})
    done = here(capsys, "audit", toy, "--plain")

    assert done.code == 1
    assert "1 policy rule warns: see the IG audit." in done.out


def test_another_look_up_is_told_before_anybody_signs(capsys, toy):
    """Two people would have signed for a digest with which no month runs."""
    path = toy / "lookups" / "areas.csv"
    path.write_text(path.read_text("utf-8") + "ZZ1 1AB,X00000001,North,Moor,5\n", "utf-8")

    done = here(capsys, "check", toy)

    assert (done.code, "E-LOOKUP-DIGEST" in done.err) == (2, True)
    path.unlink()
    assert here(capsys, "check", toy).code in (0, 1), "a machine without a source has none"


def test_a_plan_tells_pairs_and_blocks_and_compares_nothing(capsys, toy, monkeypatch):
    """By rule, said to be restricted; refused with the fix where a rule is over its budget; nothing is published."""
    _run(capsys, toy, "pseudonymise")
    told = here(capsys, "link", toy, "--plan")
    found = here(capsys, "link", toy, "--plan", "--json").json["result"]
    monkeypatch.setattr(plan.Plan, "exploding", property(lambda self: self.rules[:1]))
    refused = here(capsys, "link", toy, "--plan")

    assert (told.code, refused.code) == (0, 2)
    assert "Restricted" in told.out
    assert found["records"] == 60
    by_rule = {one["rule"]: (one["pairs"], one["largest_block"]) for one in found["rules"]}
    assert by_rule["nhs_number"] == (20, 2)
    assert found["refused"] == []
    assert "Fix:" in refused.out
    assert f"`{found['rules'][0]['rule']}`" in refused.out
    assert not (toy / "zones" / "linkage" / PERIOD / "out").exists()


def test_linkage_is_held_against_known_answers(capsys, toy, tmp_path):
    """Truth by the source's own record ids; rows of other months are left out."""
    _run(capsys, toy, "pseudonymise")
    _run(capsys, toy, "link")
    rows = [f"{PERIOD},gp_register,g{n},{nhs_number(n)}" for n in range(40)]
    rows += [f"{PERIOD},housing,h{n},{nhs_number(n)}" for n in range(0, 40, 2)]
    rows += ["2025-01,housing,h0,somebody else"]
    truth = tmp_path / "truth.csv"
    truth.write_text("\n".join(["period,source,record_id,person", *rows]) + "\n", encoding="utf-8")
    scores = here(capsys, "evaluate", toy, "--truth", truth, "--json").json["result"]
    told = here(capsys, "evaluate", toy, "--truth", truth).out

    assert (scores["records"], scores["true_pairs"]) == (60, 20)
    assert scores["clusters"]["f1"] == pytest.approx(1.0)
    assert "1.0000" in told
    assert "groups" not in scores

    by_group = here(capsys, "evaluate", toy, "--truth", truth, "--groups", "--json").json["result"]["groups"]
    everyone = {"dimension": "all", "group": "all", "records": 60, "covered": 1.0, "pairs": 20}
    assert by_group[0].items() >= everyone.items()
    assert by_group[0]["missed"][0] == 0.0
    assert "Everyone: All" in here(capsys, "evaluate", toy, "--truth", truth, "--groups").out


@pytest.mark.parametrize("content", [None, "source,person\na,b\n", ""], ids=["absent", "column missing", "empty"])
def test_truth_that_cannot_be_used_is_told(capsys, toy, tmp_path, content):
    """With the columns it needs."""
    _run(capsys, toy, "pseudonymise")
    _run(capsys, toy, "link")
    truth = tmp_path / "truth.csv"
    if content is not None:
        truth.write_text(content, encoding="utf-8")
    done = here(capsys, "evaluate", toy, "--truth", truth)

    assert done.code == 3
    assert "source, record_id and person" in done.err


def test_the_demo_runs_from_nothing(capsys, tmp_path):
    """A small one: people, keys, every step of the newest month, every page."""
    done = here(capsys, "demo", tmp_path / "demo", "--people", "800", "--plain", "--json")

    assert done.code == 0, done.out
    assert done.json["result"]["people"] == 800
    pages = [name.partition(":") for name in done.json["result"]["pages"]]
    assert len([name for name, _, board in pages if not board]) == 9
    assert [name for name, _, board in pages if board == "eskvale"] == [
        name for name, _, board in pages if board == "central"
    ]
    assert ("board_report", ":", "eskvale") in pages
    assert [one["step"] for one in done.json["result"]["steps"]][-1] == "audit"
    page = Path(done.json["result"]["pages"]["board_report"]).parent / "board_report" / "what-people-told-us.html"
    told = page.read_text("utf-8")
    assert "1 card was withdrawn" in told
    assert "8 cards were kept back" in told  # every group of so small a system is
    assert "No one has told us" not in told  # somebody did, and a board must not hear that nobody did
    hear_demo(Path(done.json["result"]["project"]))  # a second `make demo` in the same folder takes nothing in again


def test_the_demo_refuses_too_few_people(capsys, tmp_path):
    """With what is wrong, not a traceback."""
    assert here(capsys, "demo", tmp_path / "demo", "--people", "3", "--plain").code == 3


def test_a_reader_that_has_read_enough_is_no_error(toy):
    """`joinedup check DIR | head -1`."""
    command = [sys.executable, "-m", "flows.cli", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(60), said) == (0, b"")
