"""Outputs of whole runs are held to the policy rules, before and after they are published."""

from datetime import UTC, datetime, timedelta

from tests.lib.command import here
from tests.lib.paperwork import cover
from tests.lib.toy import PERIOD, nhs_number


def _steps(capsys, toy, *steps):
    for step in steps:
        done = here(capsys, step, toy, "--plain")
        assert done.code == 0, done.err


def test_an_undeclared_file_is_never_published(capsys, toy):
    """The release is refused before anybody could read it."""
    path = toy / "project.yaml"
    path.write_text(path.read_text("utf-8").replace("  - safe_measures.csv\n", ""), "utf-8")
    cover(toy)
    _steps(capsys, toy, "pseudonymise", "link", "cohorts")

    done = here(capsys, "report", toy, "--plain")

    assert done.code == 2
    assert "OUT-01 safe_measures.csv would be released and was not declared." in done.err
    assert not (toy / "zones" / "public" / PERIOD / "current").exists()


def test_a_leaked_number_fails_the_audit_that_still_writes_its_page(capsys, toy):
    """By file and count; the number itself is told nowhere."""
    _steps(capsys, toy, "run")
    (toy / ".joinedup" / "forgotten.log").write_text(f"tried {nhs_number(3)}\n", "utf-8")

    done = here(capsys, "audit", toy, "--plain")

    assert done.code == 2
    assert "LOG-02 .joinedup/forgotten.log holds 1 values that stand in an extract." in done.err
    text = (toy / "zones" / "audit" / PERIOD / "ig_audit.html").read_text("utf-8")
    assert "LOG-02" in text
    assert nhs_number(3) not in done.err + text


def test_a_waiver_is_printed_by_every_run_and_on_every_page(capsys, toy):
    """The command, the board report, the linkage report and the audit page."""
    path = toy / "sources" / "housing.yaml"
    path.write_text(path.read_text("utf-8").replace("end: 2099-12-31", "end: 2026-01-01"), "utf-8")
    refused = here(capsys, "run", toy, "--plain")
    reason = "The agreement is being renewed by both organisations this month."
    until = (datetime.now(UTC).date() + timedelta(days=20)).isoformat()
    waived = here(capsys, "waive", "agr-01", toy, "--until", until, "--reason", reason, "--approver", "A. Lead")

    done = here(capsys, "run", toy, "--plain")

    sentence = f"AGR-01 is waived until {until} by A. Lead: {reason}"
    assert (refused.code, waived.code, done.code) == (2, 0, 0)
    assert "AGR-01" in refused.err
    assert sentence in waived.out
    assert sentence in done.out
    for page in (
        "zones/public/*/*/board_report.html",
        "zones/linkage/*/out/*/linkage_report.html",
        "zones/audit/*/ig_audit.html",
    ):
        [written] = toy.glob(page)
        assert sentence in written.read_text("utf-8"), page


def test_two_people_sign_that_they_checked_a_release(capsys, toy):
    """Each with a key of their own; then the rule that waited passes."""
    _steps(capsys, toy, "run")
    first = here(capsys, "checked", toy, "--checker", "A. Checker", "--json").json["result"]
    second = here(capsys, "checked", toy, "--checker", "B. Checker", "--second", "--json").json["result"]
    rules = here(capsys, "check", toy, "--period", "latest", "--json").json["result"]["rules"]

    assert (first["people"], second["people"]) == (1, 2)
    assert [one["result"] for one in rules if one["rule"] == "OUT-07"] == ["pass"]
    assert {one["rule"] for one in rules if one["result"] == "not_yet"} == set()
