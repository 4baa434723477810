"""`joinedup doctor` finds what could stop the next run, and says what to do about it."""

import collections
import json
import os
import shutil
import socket
import threading
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

import governance.closed
from flows import doctor
from flows.key_desk import open_ledger
from flows.lock import only_run
from governance.errors import PolicyRefusal
from governance.keys.ring import KeyRing
from governance.ledger import Event, Ledger
from tests.lib.canary import MARKS, plant
from tests.lib.command import here
from tests.lib.toy import make_toy


@pytest.fixture
def project(tmp_path):
    """A project that was pseudonymised once."""
    root = make_toy(tmp_path / "toy")
    os.chmod(root / "extracts", 0o700)
    for path in (root / "extracts").rglob("*"):
        os.chmod(path, 0o700)
    return root


def findings(root):
    """What was found, by what it is about."""
    return {one.about: one for one in doctor.examine(root)}


def test_a_project_that_ran_is_well(capsys, project):
    """Everything is looked at, one line each, and nothing is to do."""
    here(capsys, "run", project, "--plain")

    done = here(capsys, "doctor", project)

    assert done.out.rstrip().endswith("All is well.")
    assert done.code == 0
    assert [line.split("  ")[2].strip() for line in done.out.splitlines()[: len(doctor._LOOKS)]] == list(doctor._LOOKS)


def test_json_has_the_same(capsys, project):
    """For programs; a month that is not done is something to look at."""
    done = here(capsys, "doctor", project, "--json")

    found = {one["about"]: one["is_well"] for one in done.json["result"]["findings"]}
    assert done.code == 1
    assert found["newest month"] is False
    assert found["software"] is True


def test_a_changed_ledger_is_found(capsys, project):
    """A line was changed; everything else is still looked at."""
    here(capsys, "pseudonymise", project, "--plain")
    ledger = project / "ledger" / "ledger.jsonl"
    ledger.write_text(ledger.read_text("utf-8").replace("gp_register", "gp_registry", 1), "utf-8")

    found = findings(project)

    assert not found["ledger"].is_well
    assert found["ledger"].fix
    assert found["disk space"].is_well


@pytest.mark.skipif(os.name != "posix", reason="files have no modes elsewhere")
def test_files_that_others_can_read_are_counted(capsys, project):
    """By folder, with the command that mends it."""
    os.chmod(project / "extracts" / "2026-10" / "housing.csv", 0o644)

    found = findings(project)["permissions"]

    assert found.found == "others may read files: 1 in extracts/"
    assert "chmod" in found.fix


@pytest.mark.parametrize(
    ("day", "told"), [("2026-10-01", "valid today"), ("2027-08-15", "end by"), ("2027-10-01", "valid today")]
)
def test_keys_that_end_are_told_a_month_before(monkeypatch, project, day, told):
    """A run would stop at them, on a day on which no custodian is there."""
    made = {"not_before": "2026-11-01", "not_after": "2027-09-01"}
    infos = [replace(info, **made) for info in KeyRing(project / "keys").infos()]
    monkeypatch.setattr(doctor.KeyRing, "infos", lambda _: infos)
    monkeypatch.setattr(doctor, "now", lambda: datetime.fromisoformat(f"{day}T09:00:00+00:00"))

    found = findings(project)["keys"]

    assert not found.is_well
    assert told in found.found
    assert "keys rotate" in found.fix


def test_before_the_first_run_no_ledger_is_missed(project):
    """Nothing has run, so nothing is signed; once something has, a ledger without signatures is a loss."""
    assert findings(project)["ledger"].is_well

    (project / "zones" / "linkage" / "2026-10").mkdir(parents=True)
    assert not findings(project)["ledger"].is_well


def test_a_first_run_that_ended_before_it_signed_is_told_from_none(project):
    """Lines of what comes before a run are no loss; a run that began and signed nothing is looked at."""
    ledger = Ledger(project / "ledger")
    ledger.append(
        Event.OPT_OUTS_REQUESTED,
        at="2026-11-01T09:00:00+00:00",
        period="2026-10",
        source="housing",
        list_sha256="0" * 64,
    )
    assert (
        findings(project)["ledger"].found == "1 entry of what came before; nothing has run yet: the first run signs it"
    )

    ledger.append(Event.RUN_STARTED, at="2026-11-01T09:00:00+00:00", period="2026-10", step="link")
    found = findings(project)["ledger"]
    assert (found.is_well, "none signed" in found.found, "run the month: it signs" in found.fix) == (False, True, True)


def test_a_ledger_that_is_gone_is_no_project_that_has_not_begun(capsys, project):
    """Only a run makes a receipt of a source whose key is here: nothing is run or signed."""
    here(capsys, "pseudonymise", project, "--plain")
    shutil.move(project / "ledger", project / "elsewhere")

    assert "The ledger is gone: what earlier runs left is here" in findings(project)["ledger"].found
    for command in (["run", "--plain"], ["audit", "page", "--plain"], ["audit", "verify"]):
        told = here(capsys, *command, project)
        assert (told.code, "earlier runs left" in told.err) == (2, True), told
    assert not (project / "ledger" / "checkpoint.json").exists()

    shutil.rmtree(project / "ledger", ignore_errors=True)
    shutil.move(project / "elsewhere", project / "ledger")
    assert here(capsys, "run", project, "--plain").code == 0


def test_a_ledger_lost_with_all_keys_is_not_begun_anew(project):
    """Whoever puts the keys back first would otherwise enter it into a new ledger, and bury the loss."""
    package = project / "zones" / "linkage" / "2026-10" / "out"
    package.mkdir(parents=True)

    with pytest.raises(PolicyRefusal, match="The ledger is gone"):
        open_ledger(project, KeyRing(project / "no_keys"))


def test_a_folder_that_is_closed_is_named(capsys, monkeypatch, project):
    """It would look empty: no key, no extract. Whatever runs into it says so too, and is told once what to do."""
    closed = project / "keys"
    monkeypatch.setattr(doctor, "may_list", lambda path: path != closed)
    monkeypatch.setattr(governance.closed, "may_list", lambda path: path != closed)

    found = findings(project)
    assert found["folders"].found == "closed to this user: keys"
    assert not found["newest month"].is_well
    told = here(capsys, "run", project, "--plain")
    assert (told.code, "(E-CLOSED)" in told.err, "keys may not be opened" in told.err) == (3, True, True)


def test_extracts_that_are_closed_are_not_taken_for_none(monkeypatch, project):
    """Nothing that is listed is not the same as nothing that may be listed."""
    monkeypatch.setattr(governance.closed, "may_list", lambda path: path.name != "extracts")

    assert "extracts may not be opened" in findings(project)["newest month"].found


def test_a_broken_config_is_told_with_the_command_that_lists_its_faults(project):
    """The faults are not on this screen."""
    (project / "project.yaml").write_text("id:\ttoy\n", "utf-8")

    assert "`joinedup check DIR` lists each" in findings(project)["newest month"].fix


def test_no_project_is_no_internal_error(capsys, tmp_path):
    """A path that is mistyped."""
    assert here(capsys, "doctor", tmp_path / "nosuch").code == 3


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("p/ledger/ledger.jsonl", "Something in ledger/ may"),
        ("p/extracts/2026-10/Smith.xlsx", "Something in extracts/2026-10/ may"),
        ("p/extracts/2026-10", "extracts/2026-10 may"),
        ("p/extracts/Smith.xlsx", "Something in extracts/ may"),
        ("/home/smith/Smith.xlsx", "A file or folder may"),
        (None, "A file or folder may"),
    ],
)
def test_only_names_that_every_project_has_are_told(name, told):
    """Whoever named it may have named it after a person; every other name is ours."""
    error = governance.closed.told_as_closed(PermissionError(13, "Permission denied", name))

    assert error.what.startswith(told)
    assert governance.closed.told_as_closed(ValueError("x")) is None


def test_too_little_space_is_told_before_a_run(monkeypatch, project):
    """Room is wanted for what a month makes."""
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1))

    assert findings(project)["disk space"].is_well is False


def test_what_a_killed_run_left_is_found_unless_one_is_running(project):
    """A scratch folder with nobody at work in it."""
    (project / "zones" / "analysis" / "2026-10" / "cohorts" / ".partial").mkdir(parents=True)

    (project / "keys" / ".some.key.partial").touch()

    found = findings(project)["leftovers"]

    assert found.found == "1 folders and 1 files of a run that was cut off"
    with only_run(project):
        assert findings(project)["leftovers"].is_well is True


def test_a_clock_that_was_set_back_is_found(monkeypatch, capsys, project):
    """The ledger's last entry would lie in the future."""
    here(capsys, "pseudonymise", project, "--plain")
    early = doctor.now() - 2 * doctor._AHEAD
    monkeypatch.setattr(doctor, "now", lambda: early)

    assert findings(project)["clock"].is_well is False


def test_a_machine_without_time_zones_is_found(monkeypatch, project):
    """As Windows is, where tzdata is not installed."""
    monkeypatch.setattr(doctor, "TIME_ZONE", "Europe/Nowhere")

    assert "tzdata" in findings(project)["clock"].fix


def test_missing_software_is_named(monkeypatch, project):
    """A package that was uninstalled."""
    monkeypatch.setattr(doctor, "NEEDED", ("splink", "no-such-package-here"))

    assert "no-such-package-here" in findings(project)["software"].found


def test_what_departs_from_the_lock_is_named(monkeypatch, tmp_path, project):
    """Results were tested with the locked versions alone."""
    monkeypatch.setattr(doctor, "LOCK", tmp_path / "requirements.lock")
    assert findings(project)["lock"].is_well

    (tmp_path / "requirements.lock").write_text("numpy==0.0.1 \\\n    --hash=sha256:00\n", "utf-8")

    found = findings(project)["lock"]
    assert not found.is_well
    assert "numpy" in found.found
    assert "0.0.1" in found.found
    assert "--require-hashes" in found.fix


def note_server(project, port):
    """The note that a server leaves of itself."""
    home = project / ".joinedup" / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    (home / "server.json").write_text(json.dumps({"port": port, "password": "sesame"}), "utf-8")


def test_a_server_that_is_gone_is_found(project):
    """Its note is there, and nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        note_server(project, free.getsockname()[1])

        assert "does not answer" in findings(project)["orchestrator"].found


def test_a_damaged_note_hides_nothing_else(project):
    """It cannot be read; everything else is still looked at."""
    note_server(project, 1)
    (project / ".joinedup" / "prefect" / "server.json").write_text("{", "utf-8")

    found = findings(project)

    assert not found["orchestrator"].is_well
    assert len(found) == len(doctor._LOOKS)


class _Open(BaseHTTPRequestHandler):
    """A server that lets everybody in."""

    def do_GET(self):
        """Answer whoever asks."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


def test_a_server_without_a_password_is_found(project):
    """None of ours would answer a stranger."""
    server = HTTPServer(("127.0.0.1", 0), _Open)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        note_server(project, server.server_port)
        assert "without a password" in findings(project)["orchestrator"].found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_no_value_is_told(capsys, project):
    """Marked people are in every extract, and one row is rejected: folders, counts and times are all there is."""
    plant(project)
    here(capsys, "run", project, "--plain")

    done = here(capsys, "doctor", project)

    assert not any(mark in done.out + done.err for mark in MARKS.values())
