"""What a command announced and did not record: what that excuses, and what it does not."""

import shutil
from pathlib import Path

import pytest

from flows.intact import files_lines, files_of_project
from flows.lock import only_run
from governance.digests import DIGESTS, file_sha256
from governance.intact import check_files
from governance.ledger import Entry, Event
from governance.package import published_as
from governance.store import current, follow, publish, write_manifest

PERIOD = "2026-10"
FINDER, SCORECARDS = f"zones/analysis/{PERIOD}/finder", f"zones/analysis/{PERIOD}/quality"


class Project:
    """A folder with publications, and lines of a ledger that nobody signed."""

    def __init__(self, root):
        self.root, self.lines = root, []

    def tell(self, event, **facts):
        """Add a line."""
        of = {"seq": len(self.lines) + 1, "at": "2026-11-28T09:00:00+00:00", "prev": "", "hash": ""}
        self.lines.append(Entry(event=event, facts={"period": PERIOD, **facts}, **of))

    def announced(self, at, package, number):
        """Publish as a command does that is cut off before its line."""

        def announce(scratch):
            self.tell(Event.FILES_ANNOUNCED, package=package, announced_sha256=file_sha256(scratch / DIGESTS))

        with publish(self.root / at, announce=announce) as scratch:
            write_manifest(scratch, {"kind": package, "number": number})
        return current(self.root / at)

    def recorded(self, at, package, event, number):
        """As one that ends."""
        self.announced(at, package, number)
        self.tell(event, **published_as(self.root / at))

    @property
    def found(self):
        """What is told: alarms, and what was cut off, by file."""
        found = check_files(self.root, self.lines, ())
        return [one.file for one in found.faults], [one.file for one in found.cut]


@pytest.fixture
def project(tmp_path):
    """In which the finder ended once."""
    made = Project(tmp_path)
    made.recorded(FINDER, "proposals", Event.PROPOSALS_WRITTEN, 1)
    assert made.found == ([], []), "the control"
    return made


def test_a_cut_list_for_reviewers_is_an_alarm_where_the_ledger_names_the_folder(project):
    """It was announced of a folder that the ledger does not name, so not of one that it does."""
    project.recorded(SCORECARDS, "scorecards", Event.SCORECARDS_WRITTEN, 1)
    cut = project.announced(f"zones/source/housing/review/{PERIOD}", "review_items", 2)
    assert project.found == ([], [f"zones/source/housing/review/{PERIOD}"]), "the control"
    follow(project.root / FINDER, Path(shutil.copytree(cut, project.root / FINDER / cut.name)))
    assert project.found[0] == [f"{FINDER}/{cut.name}/{DIGESTS}"]


def test_a_command_that_is_cut_off_again_and_again_is_no_alarm(project):
    """The store keeps what readers followed before: what was recorded last is gone with the second cut."""
    for number in (2, 3):
        project.announced(FINDER, "proposals", number)
        assert project.found == ([], [FINDER])


def test_what_was_recorded_last_and_is_gone_is_an_alarm_where_readers_are_led_to_nothing_announced(project):
    """An announcement by itself excuses nothing."""
    cut = project.announced(FINDER, "proposals", 2)
    shutil.rmtree(project.root / FINDER)
    (project.root / FINDER).mkdir()
    assert project.found[0] == [FINDER]
    (project.root / FINDER / cut.name).mkdir()
    follow(project.root / FINDER, project.root / FINDER / cut.name)
    assert FINDER in project.found[0]


def test_what_was_announced_may_be_of_a_command_that_is_going_on(project, monkeypatch):
    """Between its two lines a command looks like one that was cut off: who asks is told that one is going on."""
    project.announced(FINDER, "proposals", 2)
    monkeypatch.setattr("flows.intact.KeyRing.infos", lambda _: ())
    found = files_of_project(project.root, entries=project.lines)
    assert "going on now" not in " ".join(files_lines(project.root, found, sealed=True))
    with only_run(project.root):
        assert "going on now" in files_lines(project.root, found, sealed=True)[-1]
