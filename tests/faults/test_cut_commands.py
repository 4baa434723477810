"""Commands that publish and are no steps, cut off anywhere: what they leave is told as that, and nothing planted is."""

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest

from cohorts.voices import Card, card_id
from flows.evidence import write_evidence
from flows.find import find_proposals
from flows.intact import files_of_project
from flows.key_life import rotate_key
from flows.packages import export_packages, import_packages
from flows.quality import quality
from flows.releasing.taking_back import take_back
from flows.review import export_review
from flows.review_answers import import_answers
from flows.rollback import roll_back
from flows.run import open_run, timestamp
from flows.voices import take_in, voices_of
from governance.errors import PolicyRefusal
from governance.ledger import Event
from governance.package import published_as
from governance.store import current, follow, publish, write_manifest
from governance.write_points import Act, watched
from tests.lib.command import here
from tests.lib.disk_faults import KILL, points_of, with_fault
from tests.lib.toy import BOARD, PERIOD
from tests.lib.whole import run

REASON = "It held the wrong months of one service."


def drawn(root):
    """Pairs to review."""
    export_review(root, PERIOD, pairs=20, seed=1)


def answered(root):
    """Every pattern is judged to be one person."""
    patterns = current(root / "zones/review/patterns" / PERIOD) / "patterns.csv"
    items = [row["item"] for row in csv.DictReader(patterns.read_text("utf-8").splitlines())]
    file = root / "answers.csv"
    file.write_text("item,match\n" + "".join(f"{item},yes\n" for item in items), "utf-8")
    import_answers(root, PERIOD, file)


def reported_again(root):
    """Another report than the first: a board wrote something."""
    (root / "board.yaml").write_text(BOARD, "utf-8")
    run(root, "report")


def exported(root):
    """What a source would send."""
    export_packages(root, PERIOD, to=root.parent / "carried", source="housing")


def imported(root):
    """As if on another machine."""
    import_packages(root, sorted((root.parent / "carried").iterdir()), PERIOD)


def withdrawn(root):
    """Readers are led to a notice."""
    take_back(root, PERIOD, "withdrawn", reason=REASON, approver="IG lead", second=False)


COMMANDS = {
    "find": (lambda root: find_proposals(root, PERIOD), (), "analysis/2026-10/finder", "joinedup find DIR"),
    "quality": (lambda root: quality(root, PERIOD), (), "analysis/2026-10/quality", "joinedup quality DIR"),
    "review export": (drawn, (), "linkage/2026-10/review", "joinedup review export DIR"),
    "review import": (answered, (drawn,), "linkage/2026-10/answers", "joinedup review import DIR FILE"),
    "package import": (imported, (exported,), "source/housing/2026-10", "joinedup package import DIR FILE"),
    "release --withdraw": (withdrawn, (), "public/2026-10", "joinedup release DIR --withdraw REASON"),
    "rollback": (
        lambda root: roll_back(root, PERIOD, reason=REASON, by="R. B., IG lead"),
        (reported_again,),
        "draft/2026-10",
        "joinedup rollback 2026-10 DIR --reason REASON --by NAME",
    ),
    "audit evidence": (lambda root: write_evidence(root, PERIOD), (), "audit/2026-10", "joinedup audit evidence DIR"),
}
"""By name: what it does, what has to be done before, a folder that it writes into, and what is told to run again.

Their points are passed once: what lies on the disk at each is what a kill would leave there.
"""


class Judge:
    """What lies on the disk at a write point is what a kill would leave there: held against the ledger at each.

    Args:
        root: The project.
        place: A folder of its zones.
        kept: Where the project is copied to at the last point at which that folder is told to have been cut.
    """

    def __init__(self, root, place, kept):
        self.root, self.place, self.kept, self.points, self.alarms = root, f"zones/{place}", kept, 0, set()

    def __call__(self, act, path):
        """Look before each act: at every name that changed, and at every line."""
        if act not in (Act.OPEN, Act.FLUSH_FOLDER):
            return
        self.points += 1
        found = files_of_project(self.root, sealed=False)
        self.alarms |= {(fault.file, fault.what) for fault in found.faults}
        if any(f"{each.file}/".startswith(f"{self.place}/") for each in found.cut):
            shutil.rmtree(self.kept, ignore_errors=True)
            shutil.copytree(self.root, self.kept)


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_that_a_cut_command_leaves_is_told_as_somebody_elses(toy_month, tmp_path, command):
    """At no point: it is counted, or told with the command that ends it, which then does."""
    act, before, place, again = COMMANDS[command]
    root, kept = Path(shutil.copytree(toy_month, tmp_path / "toy")), tmp_path / "cut"
    for each in before:
        each(root)
    assert not files_of_project(root).faults, "the control"
    judge = Judge(root, place, kept)
    with watched(judge):
        act(root)
    assert judge.points > 10, "the control: there are points to be killed at"
    assert judge.alarms == set()
    assert (files_of_project(root).faults, files_of_project(root).cut) == ((), ())

    [cut] = files_of_project(kept).cut
    assert f"zones/{place}" in cut.file
    assert f"`{again}" in cut.fix
    act(kept)
    assert (files_of_project(kept).faults, files_of_project(kept).cut) == ((), ())


def test_a_cut_command_is_told_by_every_page_that_looks(cut_find, capsys):
    """With what to do, and as no alarm."""
    words = (("audit", "verify"), ("doctor",), ("status",))
    verify, doctor, status = (here(capsys, *one, cut_find) for one in words)
    assert verify.code == 1
    assert "is what a command announced that was cut off" in verify.out
    for told in (verify, doctor, status):
        assert f"`joinedup find DIR --period {PERIOD}`, run again, ends that." in " ".join(told.out.split())


@pytest.fixture(scope="module")
def _cut_find(toy_month, tmp_path_factory):
    folder = tmp_path_factory.mktemp("find")
    root = Path(shutil.copytree(toy_month, folder / "toy"))
    with watched(Judge(root, "analysis/2026-10/finder", folder / "cut")):
        find_proposals(root, PERIOD)
    return folder / "cut"


@pytest.fixture
def cut_find(_cut_find, tmp_path):
    """A project in which the finder was cut off before its own line."""
    return Path(shutil.copytree(_cut_find, tmp_path / "toy"))


def in_finder(root):
    """What readers of the finder's folder are led to."""
    return current(root / "zones/analysis" / PERIOD / "finder")


def plant(root, at):
    """A content of somebody's own, in the way that contents are published."""
    with publish(root / "zones" / at) as scratch:
        write_manifest(scratch, {"kind": "proposals", "planted": True})
    return current(root / "zones" / at)


def test_what_is_planted_while_a_command_is_cut_off_is_an_alarm(cut_find):
    """Nothing that was not announced is taken for what a command left, in its folder or another."""
    assert not files_of_project(cut_find).faults, "the control"
    planted = [plant(cut_find, f"analysis/{PERIOD}/{name}") for name in ("finder", "quality")]
    told = {fault.file for fault in files_of_project(cut_find).faults}
    assert told == {(one / "digests.json").relative_to(cut_find).as_posix() for one in planted}


def test_a_changed_byte_of_what_a_cut_command_left_is_an_alarm(cut_find):
    """Its list was announced, and the list has every file."""
    page = next(path for path in in_finder(cut_find).iterdir() if path.name.endswith(".sealed"))
    page.write_bytes(page.read_bytes()[:-1] + b"x")
    assert [fault.file for fault in files_of_project(cut_find).faults] == [page.relative_to(cut_find).as_posix()]


def test_what_a_cut_command_left_is_no_alarm_after_a_rotation(cut_find):
    """Its tables are sealed to the new key as all others are, and the ledger has the list as it is now."""
    before = {path.name: path.read_bytes() for path in in_finder(cut_find).glob("*.sealed")}
    rotate_key(cut_find, "zone_analysis")
    assert all((in_finder(cut_find) / name).read_bytes() != was for name, was in before.items()), "the control"
    found = files_of_project(cut_find)
    assert (found.faults, len(found.cut)) == ((), 1)


def test_what_a_cut_command_left_is_an_alarm_elsewhere(cut_find):
    """In the folder of scorecards it was announced by nobody."""
    left, other = in_finder(cut_find), cut_find / "zones/analysis" / PERIOD / "quality"
    laid = shutil.copytree(left, other / left.name)
    follow(other, laid)
    assert (laid / "digests.json").relative_to(cut_find).as_posix() in {
        fault.file for fault in files_of_project(cut_find).faults
    }


def test_readers_led_back_to_what_a_cut_command_left_are_an_alarm(cut_find):
    """Once something else was recorded there, what was cut off before is not what they should read."""
    left, run = in_finder(cut_find), open_run(cut_find, PERIOD)
    now = plant(cut_find, f"analysis/{PERIOD}/finder")
    run.ledger.append(Event.PROPOSALS_WRITTEN, at=timestamp(), period=PERIOD, proposals=0, **published_as(now.parent))
    assert not files_of_project(cut_find).faults, "the control: left over, and nobody is led to it"
    follow(left.parent, left)
    [fault] = files_of_project(cut_find).faults
    assert fault.file == (left / "digests.json").relative_to(cut_find).as_posix()


def test_an_older_draft_is_an_alarm_where_no_rollback_to_it_began(toy_month, tmp_path):
    """A pointer that somebody moved looks like half a rollback, but none was signed and entered."""
    root = Path(shutil.copytree(toy_month, tmp_path / "toy"))
    folder = root / "zones/draft" / PERIOD
    older = current(folder)
    reported_again(root)
    follow(folder, older)
    found = files_of_project(root)
    assert [fault.file for fault in found.faults] == [f"zones/draft/{PERIOD}/current"]
    assert found.cut == ()


def test_a_destruction_that_was_cut_off_is_told_with_what_ends_it(toy_month, tmp_path, capsys):
    """What it had removed is gone, and the certificate that says so waits."""
    root = Path(shutil.copytree(toy_month, tmp_path / "toy"))
    order = ("--destroy", "--by", "R.", "--backups", "none", "--reason", "It ended.")
    with_fault(lambda: here(capsys, "retain", root, "--period", PERIOD, *order), at=100, fault=KILL)
    told = here(capsys, "audit", "verify", root)
    assert "A destruction has not ended" in told.err
    assert here(capsys, "retain", root, *order).code == 0
    assert "A destruction has not ended" not in here(capsys, "audit", "verify", root).err


def test_an_import_of_cards_that_was_cut_off_is_ended_by_the_same_import(toy_month, tmp_path):
    """Wherever it was: until then nothing is printed of what the ledger names and the folder lacks."""
    whole = Path(shutil.copytree(toy_month, tmp_path / "whole"))
    passed = points_of(lambda: told_us(whole))
    refused = 0
    for number in range(0, len(passed), 5):
        root = Path(shutil.copytree(toy_month, tmp_path / str(number)))
        assert not with_fault(lambda: told_us(root), at=number, fault=KILL)  # noqa: B023 - called at once
        assert not files_of_project(root).faults, passed[number]
        refused += (error := _refusal(root)) is not None
        assert error is None or "an import was cut off" in str(error)
        told_us(root)
        assert len(voices_of(open_run(root, PERIOD)).cards) == 2, passed[number]
        shutil.rmtree(root)
    assert refused, "the control: some cuts fall between the ledger and the cards"


def _refusal(root):
    """Why what people told us cannot be printed; None if it can."""
    try:
        voices_of(open_run(root, PERIOD))
    except PolicyRefusal as error:
        return error
    return None


def told_us(root):
    """Two cards of what people told us."""
    said = {"cohort": "t01_seen_by_both", "rung": "", "says": "No one rang me back.", "stance": "agrees"}
    how = {"wording": "own_words", "source": "peer_research", "people": "few", "consent": "own_words"}
    days = {"gathered": date(2026, 5, 2), "until": date(2099, 12, 31)}
    cards = [Card(reference=reference, **said, **how, **days) for reference in ("HW-1", "HW-2")]
    voices = {card_id("toy", one.reference): one for one in cards}
    take_in(root, voices, form_sha256="ab" * 32, reviewer="R. Reader, secretary", second=False)
