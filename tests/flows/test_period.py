"""A period: every step in order, each from a fresh look at the project, each in the ledger."""

import os
import subprocess
import sys

import pytest

from flows import period as period_module
from flows import progress
from flows.engine import run_steps
from flows.lock import only_run
from flows.period import PERIOD, plan, run_period
from flows.run import LATEST, PROJECT_DIR, open_run, project_root, resolve_period, use_project
from governance.code_version import code_version
from governance.errors import BadInput, ConfigError, PolicyRefusal, ProjectError
from governance.ledger import Event, Ledger, verify_ledger
from governance.settings import POLICY_VERSION
from tests.lib.command import REPOSITORY
from tests.lib.toy import PERIOD as MONTH

STEPS = [("pseudonymise", "gp_register"), ("pseudonymise", "housing"), *((name, "") for name in period_module.AFTER)]


@pytest.fixture
def done(monkeypatch):
    """Steps that only say that they were called."""
    calls = []

    def step_function(step):
        def act(run, *source):
            calls.append((step, *source, run.period))
            return {"rows": 1}

        return act

    monkeypatch.setattr(period_module, "step_function", step_function)
    return calls


def test_every_source_comes_before_linkage(toy):
    """And audit is last, so that it sees everything."""
    assert plan(open_run(toy).bundle) == STEPS


def test_all_steps_are_given_the_same_month(toy, done):
    """The newest folder is looked up once: an extract that arrives meanwhile changes nothing."""
    outcomes = run_period(toy, LATEST)

    assert [call[-1] for call in done] == [MONTH] * len(STEPS)
    assert [(one["step"], one["source"], one["receipt"]) for one in outcomes] == [(*s, {"rows": 1}) for s in STEPS]


def test_the_ledger_tells_the_run_and_holds(toy, done):
    """Each step and the whole have a beginning and an end; the ledger is signed at the end."""
    run_steps(open_run(toy), [(PERIOD, "")], plain=True)
    run = open_run(toy)
    entries = run.ledger.entries()

    assert [entry.event for entry in entries].count(Event.RUN_STARTED) == len(STEPS) + 1
    assert entries[-1].facts["step"] == PERIOD
    assert entries[-1].event is Event.RUN_FINISHED
    signer = run.ring.signing("signer", run.today).public_key()
    assert verify_ledger(toy / "ledger", signer) == []
    assert Ledger(toy / "ledger").last_checkpoint().size == len(entries)


def test_the_ledger_says_what_ran_under_what(toy, done):
    """Not only the config: the same config under other code is another run."""
    run_period(toy, LATEST)
    begun = [entry.facts for entry in open_run(toy).ledger.entries() if entry.event is Event.RUN_STARTED]

    assert {(facts["code_version"], facts["policy_version"]) for facts in begun} == {(code_version(), POLICY_VERSION)}


def test_a_failing_step_stops_the_period_and_is_recorded(toy, done, monkeypatch):
    """Steps after it are not run; the ledger has its name and code, and no more."""
    inner = period_module.step_function

    def step_function(step):
        def fail(*_):
            raise ValueError("MARKED")

        return fail if step == "cohorts" else inner(step)

    monkeypatch.setattr(period_module, "step_function", step_function)
    with pytest.raises(ProjectError) as caught:
        run_steps(open_run(toy), [(PERIOD, "")], plain=True)
    failed = [entry for entry in open_run(toy).ledger.entries() if entry.event is Event.RUN_FAILED]

    assert caught.value.code == "E-INTERNAL"
    assert [(entry.facts["step"], entry.facts["code"]) for entry in failed] == [
        ("cohorts", "E-INTERNAL"),
        (PERIOD, "E-INTERNAL"),
    ]
    assert "report" not in [call[0] for call in done]
    assert b"MARKED" not in (toy / "ledger" / "ledger.jsonl").read_bytes()


def test_a_stopped_run_is_recorded_as_stopped(toy, monkeypatch):
    """Ctrl-C is not a failure of ours, and the ledger tells it apart."""

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(period_module, "step_function", lambda _: stop)
    with pytest.raises(KeyboardInterrupt):
        run_steps(open_run(toy), [(PERIOD, "")], plain=True)
    failed = [entry.facts["code"] for entry in open_run(toy).ledger.entries() if entry.event is Event.RUN_FAILED]

    assert failed == ["E-STOPPED", "E-STOPPED"]


def test_a_fault_in_a_cohort_file_is_told_before_anything_runs(toy, done):
    """Not after an hour of linkage."""
    (toy / "cohorts" / "t02.yaml").write_text("id: t02\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        run_steps(open_run(toy), [(PERIOD, "")], plain=True)

    assert done == []


def test_a_blocking_rule_refuses_every_step_but_audit(toy):
    """The audit page is where the refusal is read."""
    path = toy / "sources" / "gp_register.yaml"
    path.write_text(path.read_text("utf-8").replace("exemption: legal_requirement", "exemption: not_cpi"), "utf-8")

    for step in ("", "pseudonymise", "link", "cohorts", "report"):
        with pytest.raises(PolicyRefusal, match="NDOO-01"):
            open_run(toy, step=step)
    assert open_run(toy, step="audit").period == MONTH


def test_progress_is_told_of_each_step(toy, done):
    """Names of steps and sources, nothing else."""
    told = []

    class Listener:
        def expect(self, steps):
            told.append(steps)

        def started(self, label):
            told.append(label)

        def finished(self, label):
            told.append(label)

    progress.listen(Listener())
    try:
        run_period(toy, LATEST)
    finally:
        progress.listen(None)

    assert told[0] == len(STEPS)
    assert told[1:5] == ["pseudonymise gp_register"] * 2 + ["pseudonymise housing"] * 2


@pytest.mark.parametrize("period", ["2026-13", "2026", "october", "2026-10-01", "../2026-10"])
def test_a_period_is_a_month(toy, period):
    """It becomes part of paths, so nothing else is taken."""
    with pytest.raises(BadInput):
        resolve_period(toy, period)


def test_the_newest_month_is_taken(toy):
    """Other folders below extracts/ are not months."""
    for name in ("2026-09", "2025-12", "old", "2026-11-draft"):
        (toy / "extracts" / name).mkdir()

    assert resolve_period(toy, LATEST) == MONTH


def test_without_extracts_that_is_said(toy):
    """Rather than running an empty month."""
    (toy / "extracts").rename(toy / "elsewhere")
    with pytest.raises(BadInput, match="no folder named after a month"):
        resolve_period(toy, LATEST)


def test_a_second_run_at_the_same_time_is_told(toy, done):
    """A clear error, at once, from another process; the first run's own flows are not in its way."""
    script = "import sys; from flows.cli import run; sys.exit(run(sys.argv[1:]))"
    with only_run(toy), only_run(toy):
        second = subprocess.run(
            [sys.executable, "-c", script, "link", str(toy), "--plain", "--json"],
            capture_output=True, text=True, timeout=60, cwd=REPOSITORY, check=False,
        )  # fmt: skip

    assert second.returncode == 3
    assert '"E-BUSY"' in second.stdout
    with only_run(toy):
        pass  # let go of, and can be had again


def test_a_flow_finds_its_project_by_id(toy):
    """From the environment, because a path may hold a name and flows' parameters are stored."""
    use_project(toy)

    assert project_root("toy") == toy.resolve()
    with pytest.raises(BadInput):
        project_root("another")
    del os.environ[PROJECT_DIR]
    with pytest.raises(BadInput):
        project_root("toy")
