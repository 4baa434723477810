"""`joinedup find` needs a linked month, and says in words what it found."""

from types import SimpleNamespace

import pytest

from governance.ledger import Event, Ledger
from tests.lib.canary import MARKS, planted_and_linked
from tests.lib.command import here
from tests.lib.toy import make_toy


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a marked person, linked."""
    return planted_and_linked(tmp_path_factory.mktemp("find") / "toy")


def test_too_few_people_give_no_proposals_and_the_ledger_says_so(capsys, project):
    """Nothing of a record is printed, and what was written is recorded."""
    done = here(capsys, "find", project, "--json")

    assert done.code == 0
    assert done.json["result"]["proposals"] == []
    assert not any(mark in done.out for mark in MARKS.values())
    [written] = [one for one in Ledger(project / "ledger").entries() if one.event is Event.PROPOSALS_WRITTEN]
    assert written.facts["proposals"] == 0


def test_before_linkage_it_says_what_to_run(capsys, tmp_path):
    """The finder needs the month's records."""
    done = here(capsys, "find", make_toy(tmp_path / "toy"))

    assert done.code == 3
    assert "joinedup" in done.err


def test_a_project_for_direct_care_is_refused(capsys, monkeypatch, project):
    """There people are looked after one by one, not looked for: nothing is read and nothing written."""
    for_care = SimpleNamespace(bundle=SimpleNamespace(project=SimpleNamespace(direct_care=True)))
    monkeypatch.setattr("flows.find.open_run", lambda *_, **__: for_care)
    monkeypatch.setattr("flows.find.analysis_tables", lambda _: pytest.fail("the analysis zone was opened"))

    done = here(capsys, "find", project)

    assert done.code == 2
    assert "E-FIND-PURPOSE" in done.err
