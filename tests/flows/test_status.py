"""`joinedup status` says in one screen what is done, what waits, what failed, and the next command."""

import os
import shutil
import time
from pathlib import Path

import pytest

from flows.lock import only_run
from flows.run import now
from flows.status import standing
from governance.ledger import Event, Ledger
from tests.lib.canary import MARKS, plant
from tests.lib.command import here
from tests.lib.toy import make_toy


@pytest.fixture
def project(tmp_path):
    """A project with two sources and a month of extracts, not yet run."""
    return make_toy(tmp_path / "toy")


@pytest.fixture
def ran(toy_month, tmp_path):
    """The same after the whole month."""
    return Path(shutil.copytree(toy_month, tmp_path / "toy"))


def states(done):
    """State by step and source."""
    return {(one["step"], one["source"]): one["state"] for one in done.json["result"]["steps"]}


def test_before_the_first_run(capsys, project):
    """Everything is to do, and one command does it."""
    done = here(capsys, "status", project, "--json")

    assert done.code == 1
    assert set(states(done).values()) == {"to do"}
    assert done.json["result"]["next"] == ["joinedup run DIR --period 2026-10"]


def test_a_month_step_by_step(capsys, project):
    """Each step that is done is shown as done; at the end nothing is left."""
    here(capsys, "pseudonymise", project, "--plain")
    first = states(here(capsys, "status", project, "--json"))
    assert first["pseudonymise", "gp_register"] == first["pseudonymise", "housing"] == "done"
    assert first["link", ""] == "to do"

    here(capsys, "run", project, "--plain")
    last = here(capsys, "status", project)

    assert last.code == 0
    assert last.out.rstrip().endswith("Nothing is left to do.")


def test_a_missing_extract_waits(capsys, project):
    """The source is named, and where its files belong."""
    [extract] = (project / "extracts" / "2026-10").glob("*housing*")
    extract.unlink()

    done = here(capsys, "status", project, "--json")

    assert states(done)["pseudonymise", "housing"] == "waits"
    assert "extracts/2026-10/" in done.json["result"]["next"][0]


def test_a_failed_step_names_its_code(capsys, project):
    """And how to have it explained; the run itself is the next command."""
    [extract] = (project / "extracts" / "2026-10").glob("*housing*")
    extract.write_bytes(b"no,such,columns\n1,2,3\n")
    failed = here(capsys, "run", project, "--plain")

    done = here(capsys, "status", project)

    assert failed.code == 3
    assert "failed" in done.out
    assert "joinedup explain E-" in done.out


def test_a_project_that_publishes_at_once_waits_for_nobody(capsys, ran):
    """A report that failed after an earlier one was staged: what failed is told, not that two people have to look."""
    month = ran / "zones" / "public" / "2026-10"
    month.rename(ran / "zones" / "public" / "away")  # as if staged and cut off; that it was public is told besides

    cut_off = here(capsys, "status", ran)
    Ledger(ran / "ledger").append(
        Event.RUN_FAILED, at=now().isoformat(timespec="seconds"), step="report", period="2026-10", code="E-DISK-FULL"
    )
    failed = here(capsys, "status", ran, "--json")

    assert "people have checked" not in cut_off.out + failed.out
    assert "the report step publishes it" in cut_off.out
    assert ". joinedup run DIR --period 2026-10" in cut_off.out
    assert (states(failed)["report", ""], states(failed)["release", ""]) == ("failed", "to do")
    assert failed.json["result"]["next"][1:] == ["joinedup explain E-DISK-FULL", "joinedup run DIR --period 2026-10"]


def test_files_that_arrive_again_are_to_do_again(capsys, ran):
    """A resubmitted extract is newer than what was sent on."""
    [extract] = (ran / "extracts" / "2026-10").glob("*housing*")
    os.utime(extract, (time.time() + 60, time.time() + 60))

    found = states(here(capsys, "status", ran, "--json"))

    assert found["pseudonymise", "housing"] == "to do"
    assert found["pseudonymise", "gp_register"] == "done"


def test_steps_are_to_do_again_after_what_they_are_made_of(capsys, ran):
    """Linkage run anew leaves cohorts and report behind."""
    here(capsys, "link", ran, "--plain")

    found = states(here(capsys, "status", ran, "--json"))

    assert found["link", ""] == "done"
    assert found["cohorts", ""] == "to do"


def test_what_a_board_wrote_since_is_to_be_reported(capsys, project):
    """In its own file, of the whole or of an area: the ledger does not know it, so the file itself is asked."""
    config = project / "project.yaml"
    boards = "  boards:\n    - {id: north, board: North, area: North, districts: [District 1]}\n"
    config.write_text(config.read_text("utf-8").replace("report:\n", f"report:\n{boards}"), "utf-8")
    here(capsys, "run", project, "--plain")
    before = states(here(capsys, "status", project, "--json"))
    (project / "boards").mkdir()
    (project / "boards/north.yaml").write_text("decisions: []\n", "utf-8")

    after = here(capsys, "status", project, "--json")

    assert (before["report", ""], states(after)["report", ""]) == ("done", "to do")
    assert after.json["result"]["next"] == ["joinedup run DIR --period 2026-10"]
    (project / "extracts" / "2026-11").mkdir()  # a newer month: its report says what the board wrote
    assert here(capsys, "status", project, "--period", "2026-10", "--json").json["result"]["next"] == []


def test_a_run_that_was_cut_off_is_told(capsys, project):
    """The ledger has its beginning and no end, and nobody holds the lock."""
    here(capsys, "pseudonymise", project, "--plain")
    lines = (project / "ledger" / "ledger.jsonl").read_text("utf-8").splitlines(keepends=True)
    started = max(place for place, line in enumerate(lines) if f'"{Event.RUN_STARTED}"' in line)
    (project / "ledger" / "ledger.jsonl").write_text("".join(lines[: started + 1]), "utf-8")

    done = here(capsys, "status", project)

    assert "the last run was cut off" in done.out
    assert len(Ledger(project / "ledger").entries()) == started + 1


def test_a_run_that_goes_on_is_told(capsys, project):
    """Whoever asks meanwhile is not told to start another."""
    with only_run(project):
        done = here(capsys, "status", project, "--json")

    assert done.json["result"]["running"] is True
    assert done.json["result"]["next"] == []


@pytest.mark.parametrize("locked", [(True, False), (False, True)], ids=["ends", "begins"])
def test_a_run_that_ends_or_begins_while_status_is_asked_is_told_as_going_on(project, monkeypatch, locked):
    """Else what was read of its lines looked like those of one that was cut off."""
    seen = iter(locked)
    monkeypatch.setattr("flows.status.is_running", lambda _: next(seen))

    found = standing(project, "latest")

    assert (found.running, found.next) == (True, ())


def test_the_ledger_is_read_once(toy_month, monkeypatch):
    """It grows for years; what steps are held against and what files are held against is one reading."""
    readings = []
    real = Ledger.entries
    monkeypatch.setattr(Ledger, "entries", lambda ledger: readings.append(1) or real(ledger))

    found = standing(toy_month, "latest")

    assert (found.period, readings) == ("2026-10", [1])


def test_files_of_each_board_are_named_beside_those_of_the_whole(capsys, project):
    """Under the name of the file and the board's id; a file that is not there is not named."""
    public = project / "zones/public/2026-10"
    for folder in (public / "c1", *(public / "c1/boards" / area for area in ("eastside", "north"))):
        folder.mkdir(parents=True)
        (folder / "board_report.html").write_text("<!DOCTYPE html>", "utf-8")
    (public / "c1/boards/north/board_tables.xlsx").write_bytes(b"x")
    (public / "current").write_text("c1", "utf-8")

    told = here(capsys, "status", project, "--json").json["result"]["pages"]
    lines = here(capsys, "status", project).out

    assert set(told) == {"board_report", "board_report:eastside", "board_report:north", "board_tables:north"}
    assert told["board_tables:north"].endswith("c1/boards/north/board_tables.xlsx")
    assert "Board report: board eastside" in lines


def test_a_config_that_may_not_run_comes_first(capsys, project):
    """Nothing can run before that is mended: here, real data under demo keys."""
    config = project / "project.yaml"
    config.write_text(config.read_text("utf-8").replace("synthetic: true", "synthetic: false"), "utf-8")

    done = here(capsys, "status", project, "--json")

    [first] = done.json["result"]["next"]
    assert first.startswith("Project `toy` is not synthetic")
    assert "joinedup run" not in first


def test_no_value_is_told(capsys, project):
    """Marked people are in every extract; names of sources, codes and times are all that is shown."""
    plant(project)
    here(capsys, "run", project, "--plain")

    done = here(capsys, "status", project)

    assert not any(mark in done.out for mark in MARKS.values())


def test_a_project_that_was_just_made_is_told_what_comes_next(capsys, tmp_path):
    """No month, no keys, examples still in place: each step in order, no error."""
    here(capsys, "init", tmp_path / "new")
    done, told = here(capsys, "status", tmp_path / "new", "--json"), here(capsys, "status", tmp_path / "new")

    assert (done.code, done.json["result"]["period"]) == (1, "")
    firsts = [step.split()[1].rstrip(":") for step in done.json["result"]["next"] if step.startswith("joinedup")]
    assert firsts == ["check", "source", "keys", "approve", "run"]
    assert "no month has come yet" in told.out
    assert "extracts/<year>-<month>/" in told.out


def test_what_is_done_of_setting_up_is_not_asked_again(capsys, project):
    """Keys are there and nothing is left of the examples: the extracts are what is missing."""
    (project / "extracts" / "2026-10").rename(project / "extracts" / "October")
    done = here(capsys, "status", project, "--json")

    assert [step.split()[0] for step in done.json["result"]["next"]] == ["Put", "joinedup"]
    assert "called otherwise" in done.json["result"]["next"][0]


@pytest.mark.parametrize("name", ["project.yaml", "sources/housing.yaml"])
def test_a_folder_in_the_place_of_a_config_file_is_told(capsys, project, name):
    """Not an internal error, and no source that is silently left out."""
    (project / name).unlink()
    (project / name).mkdir()
    for command in ("check", "status"):
        done = here(capsys, command, project, "--json")
        assert (done.code, done.json["error"]["code"]) == (3, "E-CONFIG")
        assert (name, "is a folder, not a file.") in {
            (fault["file"], fault["what"]) for fault in done.json["error"]["faults"]
        }


def test_a_month_that_came_before_the_keys_asks_for_the_keys_first(capsys, tmp_path):
    """Who may sign is no use to know as long as nobody holds a key."""
    here(capsys, "init", tmp_path / "new")
    (tmp_path / "new" / "extracts" / "2026-10").mkdir(parents=True)
    found = here(capsys, "status", tmp_path / "new", "--json").json["result"]

    assert found["period"] == "2026-10"
    assert [step.split()[1] for step in found["next"]] == ["keys", "approve"]
