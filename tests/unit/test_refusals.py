"""What policy refused, and when, is in the ledger: rule ids and a count, once a day."""

import pytest

from flows.checking import check_project
from flows.refusals import refusals_recorded
from flows.run import open_run
from governance.errors import Fault, PolicyRefusal
from governance.ledger import Event, Ledger
from governance.policy import Finding, refuse_blocked
from tests.lib.toy import PERIOD

DIGEST, QUOTES = "a" * 64, "A column says 9434765919."


def refusals(root):
    """What the ledger says was refused."""
    return [one.facts for one in Ledger(root / "ledger").entries() if one.event is Event.POLICY_REFUSED]


def begun(root):
    """Sign the ledger, as the first run does."""
    run = open_run(root, PERIOD)
    run.ledger.append(Event.RUN_STARTED, at="2025-10-14T09:00:00+00:00", period=PERIOD, step="link")
    run.ledger.checkpoint(at="2025-10-14T09:00:00+00:00")


def blocked(rule):
    """A finding that stops a run; what it says could hold anything."""
    return Finding(rule=rule, level="config", result="block", where="", sentence=QUOTES, fix="Mend.")


def refused(root, day, step="check", digest=DIGEST, rules=("PUR-01", "NDOO-02", "PUR-01")):
    """One refusal on a day of October 2025."""
    with pytest.raises(PolicyRefusal), refusals_recorded(root, step, digest, f"2025-10-{day}T09:00:00+00:00"):
        refuse_blocked([blocked(rule) for rule in rules])


def test_a_refusal_is_told_by_rules_and_a_count_once_a_day(toy):
    """Not what a rule found; tried again or after an edit the same day it adds nothing, the next day it does."""
    begun(toy)
    refused(toy, 15)
    refused(toy, 15)
    refused(toy, 15, digest="b" * 64)
    assert refusals(toy) == [
        {"step": "check", "code": "E-POLICY", "rules": "NDOO-02 PUR-01", "findings": 3, "config_sha256": DIGEST}
    ]
    assert b"9434765919" not in (toy / "ledger/ledger.jsonl").read_bytes()

    refused(toy, 15, rules=("PUR-01",))
    refused(toy, 15, step="approve")
    refused(toy, 16)
    assert len(refusals(toy)) == 4


def test_a_project_that_has_not_run_gets_no_ledger_from_a_refusal(toy):
    """Its author is refused a dozen times a morning; there is no history to tell it in."""
    refused(toy, 15)
    assert not (toy / "ledger/ledger.jsonl").exists()


def test_a_refusal_stays_one_where_the_ledger_cannot_be_written(toy, monkeypatch):
    """A reader without the right to write, or a full disk: what is refused is still said."""
    begun(toy)

    def full(*_, **__):
        raise OSError(28, "no space")

    monkeypatch.setattr(Ledger, "append", full)
    refused(toy, 15)


def test_a_run_and_a_check_that_are_refused_are_both_in_the_ledger(toy):
    """Whoever asks: the step that was to begin, or `joinedup check`."""
    begun(toy)
    path = toy / "sources" / "gp_register.yaml"
    path.write_text(path.read_text("utf-8").replace("exemption: legal_requirement", "exemption: not_cpi"), "utf-8")
    for _ in range(2):
        with pytest.raises(PolicyRefusal):
            open_run(toy, PERIOD, step="link")
        with pytest.raises(PolicyRefusal):
            check_project(toy)
    assert [(one["step"], one["rules"]) for one in refusals(toy)] == [("link", "NDOO-01"), ("check", "NDOO-01")]


def test_a_refusal_that_is_no_rule_has_a_code_alone(toy):
    """Such as a config that nobody approved."""
    begun(toy)
    with pytest.raises(PolicyRefusal), refusals_recorded(toy, "run", DIGEST, "2025-10-15T09:00:00+00:00"):
        raise PolicyRefusal("No.", why="It is so.", fix="Mend it.", code="E-APPROVAL", faults=[Fault(what="one")])
    assert refusals(toy) == [{"step": "run", "code": "E-APPROVAL", "findings": 1, "config_sha256": DIGEST}]
