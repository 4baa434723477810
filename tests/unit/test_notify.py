"""A scheduled run that needs somebody: one line to a program of the project's own, and no value in it."""

import stat
import sys
from types import SimpleNamespace

import pytest
from prefect.states import Cancelled, Completed, Crashed, Failed

from flows import notify as notifying
from flows.notify import PROGRAM, notify, notify_by
from flows.prefect_flows import _say
from governance.errors import BadInput

LINE = "2026-11-08T06:04:00Z period latest: Failed: E-EXTRACT in pseudonymise housing"


@pytest.fixture
def program(tmp_path):
    """One that keeps what it is told, and the names of its environment."""
    made = tmp_path / "tell the team"
    made.write_text(
        f"#!{sys.executable}\n"
        "import os, sys, pathlib\n"
        "here = pathlib.Path(__file__).parent\n"
        "(here / 'told.txt').write_text(sys.stdin.read(), encoding='utf-8')\n"
        "(here / 'environment.txt').write_text(' '.join(os.environ), encoding='utf-8')\n",
        encoding="utf-8",
    )
    made.chmod(made.stat().st_mode | stat.S_IXUSR)
    return made


def test_the_program_gets_the_line_and_nothing_of_our_environment(program, monkeypatch):
    """Passwords of the server stand in the environment of a scheduled run."""
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "joinedup:secret")
    notify_by(program)

    notify(LINE)

    assert (program.parent / "told.txt").read_text("utf-8") == LINE + "\n"
    assert "PREFECT" not in (program.parent / "environment.txt").read_text("utf-8")


def test_without_a_program_nothing_is_started(capsys, monkeypatch):
    """Nobody asked to be told."""
    monkeypatch.delenv(PROGRAM, raising=False)

    notify(LINE)

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("body", ["import sys; sys.exit(3)", "import time; time.sleep(30)", None], ids=str)
def test_a_program_that_fails_is_told_and_harms_nothing(program, body, capsys, monkeypatch):
    """It ends badly, takes too long, or is gone by then."""
    monkeypatch.setattr(notifying, "LONGEST_SECONDS", 0.5)
    notify_by(program)
    if body is None:
        program.unlink()
    else:
        program.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")

    notify(LINE)

    assert capsys.readouterr().err == "The program given with --notify did not take the message.\n"


@pytest.mark.parametrize("mode", [None, 0o600])
def test_a_program_that_cannot_be_started_is_refused_before_the_schedule_begins(tmp_path, mode):
    """Not on the night when it is needed. Root may start nothing that nobody may execute, either."""
    made = tmp_path / "program"
    if mode:
        made.write_text("", encoding="utf-8")
        made.chmod(mode)

    with pytest.raises(BadInput, match="cannot be started"):
        notify_by(made)


@pytest.mark.parametrize(("state", "told"), [(Failed, True), (Crashed, True), (Cancelled, True), (Completed, False)])
def test_a_run_that_ended_well_bothers_nobody(program, monkeypatch, state, told):
    """What waits for opt-outs is Failed to the orchestrator, with its code."""
    monkeypatch.setenv("JOINEDUP_SERVED", "1")
    notify_by(program)

    _say(
        None, SimpleNamespace(name="period latest"), state(message="E-OPTOUT-AWAITING in pseudonymise housing: 12 rows")
    )

    found = program.parent / "told.txt"
    assert found.exists() == told
    assert not told or found.read_text("utf-8").endswith(
        f"period latest: {state().name}: E-OPTOUT-AWAITING in pseudonymise housing;"
        " `joinedup status DIR` has the next command\n"
    )
