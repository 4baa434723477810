"""Waivers: signed, for a time, only of rules that may be waived, and readable by everybody."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from governance.errors import BadInput, PolicyRefusal
from governance.keys.ring import KeyRing
from governance.policy import RULES, check_bundle, explain, refuse_blocked
from governance.settings import load_bundle
from governance.statements import WAIVER, sign_statement
from governance.waivers import MOST_DAYS, WAIVABLE, Waiver, in_force, read_waivers, waive
from tests.lib.governance import DAY, edit_config, facts_of, write_project

REASON = "The assessment is with the data protection officer; signed off by November."


@pytest.fixture
def project(tmp_path):
    """The made-up project after a run, whose agreement with housing has ended, and its keys."""
    write_project(tmp_path)
    bundle = edit_config(
        load_bundle(tmp_path), "sources/housing.yaml", lambda data: data["agreement"].update(end="2025-10-01")
    )
    return bundle, KeyRing(tmp_path / "keys")


def signed(bundle, ring, *, rule="AGR-01", days=30, holder="approver", reason=REASON, approver="A. Lead"):
    """A waiver."""
    key, until = ring.signing(holder, DAY), DAY + timedelta(days=days)
    return waive(bundle, key, rule=rule, until=until, reason=reason, approver=approver, today=DAY)


def agr_01(bundle, as_of=DAY):
    """What AGR-01 finds."""
    [finding] = [one for one in check_bundle(bundle, replace(facts_of(bundle), as_of=as_of)) if one.rule == "AGR-01"]
    return finding


def test_a_waived_rule_lets_the_run_go_on_and_is_told(project):
    """What is wrong is still told, with who let it be, until when and why."""
    bundle, ring = project
    assert agr_01(bundle).result == "block"

    signed(bundle, ring)

    finding = agr_01(bundle)
    assert finding.result == "waived"
    assert finding.sentence == (
        "Housing and homelessness: agreement DSA-HOUSING-2025 ended on 2025-10-01."
        f" AGR-01 is waived until 2025-11-13 by A. Lead: {REASON}"
    )
    refuse_blocked([finding])


def test_a_waiver_ends(project):
    """On its last day it counts, on the next the rule blocks and says so."""
    bundle, ring = project
    signed(bundle, ring, days=1)

    assert agr_01(bundle, DAY + timedelta(days=1)).result == "waived"
    later = agr_01(bundle, DAY + timedelta(days=2))
    assert later.result == "block"
    assert later.sentence.endswith("Its waiver ended on 2025-10-15.")


@pytest.mark.parametrize("rule", sorted({rule.id for rule in RULES} - WAIVABLE))
def test_a_floor_is_never_waived(project, rule):
    """Neither by the command nor by a statement signed past it."""
    bundle, ring = project
    with pytest.raises(PolicyRefusal, match="cannot be waived") as refused:
        signed(bundle, ring, rule=rule)
    assert refused.value.code == "E-WAIVER-FLOOR"

    facts = {"project": "northmoor", "rule": rule, "until": "2025-11-01", "signed_on": "2025-10-14"}
    facts |= {"reason": REASON, "approver": "A. Lead"}
    sign_statement(bundle.root, WAIVER, rule, "0" * 64, facts, ring.signing("approver", DAY))

    assert read_waivers(bundle, ring.infos()) == ()


@pytest.mark.parametrize(
    ("holder", "change"),
    [
        ("signer", {}),
        ("author", {}),
        ("approver", {"project": "southmoor"}),
        ("approver", {"until": "2026-10-14"}),
    ],
    ids=["signer's key", "author's key", "another project", "a year"],
)
def test_what_an_approver_did_not_sign_counts_for_nothing(project, holder, change):
    """Other keys, other projects, longer times."""
    bundle, ring = project
    facts = {"project": "northmoor", "rule": "AGR-01", "until": "2025-11-01", "signed_on": "2025-10-14"}
    facts |= {"reason": REASON, "approver": "A. Lead"} | change
    sign_statement(bundle.root, WAIVER, "AGR-01", "0" * 64, facts, ring.signing(holder, DAY))

    assert read_waivers(bundle, ring.infos()) == ()
    assert agr_01(bundle).result == "block"


def test_an_altered_waiver_counts_for_nothing(project):
    """Its signature no longer fits."""
    bundle, ring = project
    path = signed(bundle, ring)
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"sig": "', b'"sig": "A', 1))

    assert read_waivers(bundle, ring.infos()) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"days": -1}, "E-WAIVER-DAY"),
        ({"days": MOST_DAYS + 1}, "E-WAIVER-DAY"),
        ({"reason": "because"}, "E-WAIVER-REASON"),
        ({"reason": "The record of 9990000018 has to be in this month."}, "E-WAIVER-REASON"),
        ({"reason": "Ask jo.bloggs@example.org, who knows about all of it."}, "E-WAIVER-REASON"),
        ({"reason": REASON + "\n" + REASON}, "E-WAIVER-REASON"),
        ({"approver": " "}, "E-WAIVER-REASON"),
    ],
)
def test_a_waiver_has_a_near_end_and_a_reason_to_print(project, changes, code):
    """Nothing about a person goes into a board report this way."""
    with pytest.raises(BadInput) as refused:
        signed(*project, **changes)

    assert refused.value.code == code


def test_of_each_rule_the_longest_waiver_counts():
    """One sentence a rule."""
    first, longer = (Waiver(rule="AGR-01", until=day, reason="r", approver="a") for day in ("2025-10-20", "2025-11-20"))
    over = Waiver(rule="DPIA-01", until="2025-10-13", reason="r", approver="a")

    assert in_force((longer, first, over), date(2025, 10, 14)) == (longer,)


def test_explaining_a_rule_says_whether_it_can_be_waived():
    """So that nobody has to try."""
    assert "It can be waived for a time: joinedup waive AGR-01 DIR" in explain("AGR-01")
    assert "can be waived" not in explain("ID-02")
    assert {rule.id for rule in RULES if rule.level == "warn"} <= WAIVABLE
