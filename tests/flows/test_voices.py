"""What people told us, through the commands: a form out, evidence back, into the report, and out again."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from flows.key_life import rotate_key
from flows.run import open_run
from flows.voices import remove_expired, voices_of
from governance.errors import PolicyRefusal
from governance.ledger import Event, Ledger
from governance.store import current, read_manifest
from tests.lib.command import here
from tests.lib.toy import BOARD, PERIOD
from tests.lib.voices import CARD, fill

SAYS = CARD["What people told us"]
UNTIL = datetime.now(UTC).date() + timedelta(days=30)
REVIEWER = ("--reviewer", "A. Reader, engagement lead")


@pytest.fixture
def project(toy_month, tmp_path):
    """A project with a report, for this test alone."""
    return Path(shutil.copytree(toy_month, tmp_path / "toy"))


def filled(capsys, root, *changes):
    """A form of the report, filled in with one card for each change."""
    form, out = root.parent / "form.xlsx", root.parent / "filled.xlsx"
    assert here(capsys, "voices", "form", root, "--out", form).code == 0
    lists = openpyxl.load_workbook(form)["Lists"]
    about = {"What it is about": lists["A5"].value, "May be printed until": UNTIL}
    return fill(form, out, "Evidence", [CARD | about | change for change in changes])


def taken_in(capsys, root, *changes):
    """The form, filled in and taken in."""
    done = here(capsys, "voices", "import", root, filled(capsys, root, *changes), *REVIEWER, "--json")
    assert done.code == 0, done.out
    return done.json["result"]


def told(root):
    """What a report made today would say."""
    return voices_of(open_run(root, PERIOD))


def events(root, event):
    """Ledger entries of a kind."""
    return [one for one in Ledger(root / "ledger").entries() if one.event is event]


def everything(root):
    """Every file below a project, but locks."""
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file() and path.suffix != ".lock"}


def test_a_card_goes_from_the_form_into_the_report_and_out_again(capsys, project):
    """Sealed at rest, in the ledger by digest and consent, in what the report is made of; gone once withdrawn."""
    before = read_manifest(current(project / "zones" / "draft" / PERIOD))["made_of"]["voices"]
    done = taken_in(capsys, project, {}, {"Reference": "HW-2", "Does it agree?": "Differs from the number"})
    [first, second] = events(project, Event.VOICE_TAKEN_IN)
    sealed = sorted((project / "voices").iterdir())
    with_them = told(project)
    withdrawn = here(capsys, "voices", "withdraw", project, "HW-1", "--json")
    again = here(capsys, "voices", "withdraw", project, "HW-1")
    after = told(project)
    listed = here(capsys, "voices", "list", project, "--json").json["result"]

    assert (done["cards"], done["new"]) == (2, 2)
    assert first.facts["consent"] == "own_words"
    assert first.facts["until"] == UNTIL.isoformat()
    assert len(sealed) == 2
    assert all(SAYS.encode() not in path.read_bytes() for path in everything(project) if path.suffix != ".xlsx")
    assert [one.says for one in with_them.facts.cards] == [SAYS, SAYS]
    assert {one.facts["card"] for one in (first, second)} == set(with_them.cards)
    assert (withdrawn.code, again.code, len(events(project, Event.VOICE_WITHDRAWN))) == (0, 0, 1)
    assert len(list((project / "voices").iterdir())) == 1
    assert (len(after.facts.cards), after.facts.withdrawn) == (1, 1)
    assert [one["reference"] for one in listed["cards"]] == ["HW-2"]
    assert len({before, with_them.digest, after.digest}) == 3


def test_the_report_prints_them_and_withdrawing_names_the_reports_that_have_them(capsys, project):
    """The draft's manifest names the cards; its page has a place for them."""
    taken_in(capsys, project, {})
    assert here(capsys, "report", project, "--plain").code == 0
    page = current(project / "zones" / "public" / PERIOD) / "board_report" / "what-people-told-us.html"
    done = here(capsys, "voices", "withdraw", project, "HW-1")

    assert "1 card was kept back" in page.read_text("utf-8")  # the toy's group is far too small for it
    assert f"--period {PERIOD}" in done.out
    assert "--withdraw" in done.out


def test_a_bad_form_changes_nothing(capsys, project):
    """One bad cell of one card: no file, no ledger line, no signature; and the words are in no message."""
    path = filled(capsys, project, {}, {"Reference": "HW-2", "What people told us": "Ask Mrs Marked at MK1 1AA"})
    before = everything(project)
    done = here(capsys, "voices", "import", project, path, *REVIEWER)

    assert done.code == 3
    assert "E-VOICES-FORM" in done.err
    assert "cell C5" in done.err
    assert "Marked" not in done.out + done.err
    assert everything(project) == before


@pytest.mark.parametrize("reviewer", ["", "Reader"])
def test_a_person_signs_for_every_card(capsys, project, reviewer):
    """With name and role."""
    done = here(capsys, "voices", "import", project, filled(capsys, project, {}), "--reviewer", reviewer)

    assert done.code == 3
    assert "E-VOICES-REVIEWER" in done.err
    assert not (project / "voices").exists()


def test_a_reference_cannot_come_back_as_another_card(capsys, project):
    """The same form twice is no fault; other words, or a withdrawn card, under the same reference are."""
    taken_in(capsys, project, {})
    same = taken_in(capsys, project, {})
    other = filled(capsys, project, {"What people told us": "Something else."})
    changed = here(capsys, "voices", "import", project, other, *REVIEWER)
    here(capsys, "voices", "withdraw", project, "HW-1")
    back = here(capsys, "voices", "import", project, filled(capsys, project, {}), *REVIEWER)
    unknown = here(capsys, "voices", "withdraw", project, "HW-9")

    assert same["new"] == 0
    assert len(events(project, Event.VOICE_TAKEN_IN)) == 1
    assert [one.code for one in (changed, back, unknown)] == [3, 3, 3]
    assert all("E-VOICES-REFERENCE" in one.err for one in (changed, back, unknown))


def test_a_card_past_its_last_day_is_gone(capsys, project):
    """From the report on the day after, and then from the disk."""
    taken_in(capsys, project, {}, {"Reference": "HW-2", "May be printed until": UNTIL + timedelta(days=9)})
    on_the_day, after = (open_run(project, PERIOD, today=UNTIL + timedelta(days=n)) for n in (0, 1))
    told_then, told_after = voices_of(on_the_day), voices_of(after)
    removed = [remove_expired(run) for run in (on_the_day, after, after)]

    assert (len(told_then.facts.cards), len(told_after.facts.cards)) == (2, 1)
    assert told_after.facts.expired == 1
    assert told_then.digest != told_after.digest
    assert removed == [0, 1, 0]
    assert len(list((project / "voices").iterdir())) == 1


def _exchange(folder):
    one, other = sorted(folder.iterdir())
    one.write_bytes(other.read_bytes())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda root: next((root / "voices").iterdir()).unlink(),
        lambda root: _exchange(root / "voices"),
        lambda root: (root / "voices" / "0123456789abcdef.sealed").write_bytes(b"x"),
        lambda root: [path.unlink() for path in (root / "approvals").glob("*.json") if b"voices" in _payload(path)],
    ],
    ids=["removed by hand", "exchanged", "planted", "unsigned"],
)
def test_what_was_not_signed_for_is_not_printed(capsys, project, spoil):
    """A card that vanished, was exchanged or planted, or whose signature is gone, stops the report."""
    taken_in(capsys, project, {}, {"Reference": "HW-2"})
    spoil(project)

    with pytest.raises(PolicyRefusal) as caught:
        told(project)

    assert caught.value.code in ("E-VOICES-ALTERED", "E-SEAL")


def _payload(path):
    from governance.dsse import payload_of

    return payload_of(path.read_bytes())


def test_there_is_no_form_without_a_report(capsys, toy):
    """The form asks about a report."""
    done = here(capsys, "voices", "form", toy, "--out", toy / "form.xlsx")

    assert done.code == 3
    assert "E-VOICES-NO-REPORT" in done.err


def test_the_boards_own_file_is_in_the_report_and_in_what_it_is_made_of(capsys, project):
    """It needs no new approval; a fault of it is told by `check`, and nothing is staged."""
    (project / "board.yaml").write_text(BOARD, "utf-8")
    done = here(capsys, "report", project, "--plain")
    public = current(project / "zones" / "public" / PERIOD)
    page = (public / "board_report" / "what-you-decided.html").read_text("utf-8")
    before = everything(project / "zones")
    (project / "board.yaml").write_text(BOARD.replace("t01_seen", "t01_sene"), "utf-8")
    faults = [here(capsys, *words) for words in (("check", project), ("report", project, "--plain"))]

    assert done.code == 0
    assert "Nobody has asked them." in page
    assert "The one decision is overdue" in page
    assert read_manifest(public)["made_of"]["board"]
    assert [one.code for one in faults] == [3, 3]
    assert all("board.yaml:3" in one.err for one in faults)
    assert everything(project / "zones") == before


def test_cards_open_under_a_new_key_of_their_zone(project, capsys):
    """The old key may be destroyed: nobody's words go with it."""
    taken_in(capsys, project, {})
    before = told(project).digest
    retired = rotate_key(project, "zone_analysis")["retired"]
    words = ("--by", "C. Custodian", "--backups", "none were made")
    assert here(capsys, "keys", "destroy", project, retired, *words).code == 0

    assert told(project).digest == before


def test_a_card_that_no_key_opens_is_named_and_stops_a_rotation(project, capsys):
    """Nothing is changed, and whoever rotates knows which file to look at."""
    taken_in(capsys, project, {})
    stray = project / "voices" / f"{'0' * 16}.sealed"
    stray.write_bytes(b"no seal of ours")
    before = everything(project)
    done = here(capsys, "keys", "rotate", project, "zone_analysis", "--json")

    assert (done.code, done.json["error"]["code"]) == (2, "E-SEAL")
    assert f"{stray.name} in voices/" in done.json["error"]["what"]
    after = everything(project)
    assert {path for path in before if after[path] != before[path]} == set()
    assert {path.name for path in after.keys() - before.keys()} <= {"zone_analysis_next.json"}
