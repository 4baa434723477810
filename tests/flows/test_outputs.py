"""Outputs of whole runs are held to the policy rules, before and after they are published."""

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
