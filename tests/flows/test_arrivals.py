"""Three months of the toy project: planted records are marked, shown to the IG lead, and held if policy says so."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.audit import audit
from flows.engine import run_steps
from flows.run import open_run
from governance.errors import PolicyRefusal
from governance.store import current, read_manifest
from tests.lib.command import here
from tests.lib.toy import PERIOD as FIRST
from tests.lib.toy import next_extracts

SECOND, THIRD = "2026-11", "2026-12"
STEPS = [("pseudonymise", "gp_register"), ("pseudonymise", "housing"), ("link", "")]
PLANTED = 100


def planted(number):
    """A made-up person of the housing service."""
    born = date(1950, 1, 3) + timedelta(days=97 * number)
    name = f"Zoltan{'abcdefghij'[number % 10]},Quux{'klmnopqrst'[number // 10]}"
    return f"x{number},,{name},{born},ZZ1 1AA,M,2026-09-05"


def month(root, period, *, more):
    """The first month's extracts again, with so many made-up people more."""
    next_extracts(root, period)
    with (root / "extracts" / period / "housing.csv").open("a", encoding="utf-8") as file:
        file.writelines(planted(number) + "\n" for number in more)


@pytest.fixture(scope="module")
def two_months(tmp_path_factory, toy_linked):
    """Two months; in the second one record is new."""
    root = Path(shutil.copytree(toy_linked, tmp_path_factory.mktemp("arrivals") / "toy"))
    month(root, SECOND, more=range(1))
    run_steps(open_run(root, SECOND), STEPS, plain=True)
    return root


@pytest.fixture
def project(two_months, tmp_path):
    """Those two months, for this test alone."""
    return Path(shutil.copytree(two_months, tmp_path / "toy"))


def manifest(root, period):
    """What the linkage zone says of a period."""
    return read_manifest(current(root / "zones" / "linkage" / period / "out"))


def test_the_first_months_have_nothing_to_be_held_against(two_months):
    """In the first nothing is known to be new; in the second new records are counted, without history."""
    assert manifest(two_months, FIRST)["arrivals"] == {}
    second = manifest(two_months, SECOND)
    assert second["arrivals"]["housing"]["new"] == second["arrivals"]["housing"]["alone"] == 1
    assert second["arrivals"]["gp_register"]["new"] == 0
    assert (second["arrivals_months"], second["unusual_arrivals"]) == (0, [])


def test_a_hundred_planted_records_are_marked(capsys, project):
    """Exit code 1, a sentence, counts in the receipt and the manifest, and a mark on the IG lead's page."""
    month(project, THIRD, more=range(PLANTED))
    for step, source in STEPS[:2]:
        run_steps(open_run(project, THIRD), [(step, source)], plain=True)
    told = here(capsys, "link", project, "--period", THIRD, "--plain")

    assert told.code == 1
    assert "New records are unusual in 1 ways: see the IG audit." in told.out
    facts = manifest(project, THIRD)
    assert facts["arrivals"]["housing"]["new"] == PLANTED - 1
    assert facts["unusual_arrivals"] == [{"source": "housing", "what": "new records", "now": 99, "usual": 1}]
    run = open_run(project, THIRD)
    audit(run)
    (page,) = (project / "zones").rglob("ig_audit.html")
    assert "More than ever: new records" in page.read_text("utf-8")


def test_a_month_is_held_where_policy_says_so(project):
    """Nothing is published, and the message names sources, no records."""
    policy = project / "policy.yaml"
    policy.write_text((policy.read_text("utf-8") if policy.exists() else "") + "\nhold_unusual_arrivals: true\n")
    month(project, THIRD, more=range(PLANTED))
    with pytest.raises(PolicyRefusal) as caught:
        run_steps(open_run(project, THIRD), STEPS, plain=True)

    assert caught.value.code == "E-ARRIVALS-HELD"
    assert "housing: new records" in str(caught.value)
    assert not (project / "zones" / "linkage" / THIRD / "out").exists()
