"""`joinedup quality` writes a page for each source and says what stands out."""

import pytest

from governance.ledger import Event, Ledger
from tests.lib.canary import MARKS, found_in, planted_and_linked
from tests.lib.command import here
from tests.lib.toy import make_toy


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a marked person, linked."""
    return planted_and_linked(tmp_path_factory.mktemp("quality") / "toy")


def test_every_source_has_a_page(capsys, project):
    """And the ledger says that they were written."""
    done = here(capsys, "quality", project, "--json")
    sources = done.json["result"]["sources"]

    assert done.code == 0
    assert [one["source"] for one in sources] == ["gp_register", "housing"]
    assert all(one["page"].endswith(f"{one['source']}.html") and one["in_short"] for one in sources)
    assert all(0 <= share <= 1 for one in sources for share in one["filled"].values() if share is not None)
    [written] = [entry for entry in Ledger(project / "ledger").entries() if entry.event is Event.SCORECARDS_WRITTEN]
    assert written.facts["sources"] == 2


def test_one_source_alone(capsys, project):
    """For people, with the path of its page."""
    done = here(capsys, "quality", project, "--source", "housing")

    assert done.code == 0
    assert "housing" in done.out
    assert "gp_register" not in done.out


def test_no_page_holds_a_value_of_a_record(capsys, project):
    """Nor does the output: a marked person is in both extracts, a rejected row too."""
    done = here(capsys, "quality", project, "--json")

    assert not any(mark in done.out for mark in MARKS.values())
    assert found_in(project / "zones" / "analysis") == []


def test_before_linkage_it_says_what_to_run(capsys, tmp_path):
    """A scorecard needs the month's records."""
    done = here(capsys, "quality", make_toy(tmp_path / "toy"))

    assert done.code == 3
    assert "joinedup" in done.err
