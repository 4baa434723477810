"""What an information governance lead types: `diff` and `approve`, for people, programs and as a page."""

import pytest

from flows.approving import approve_demo
from tests.lib.command import here


@pytest.fixture
def approved(toy):
    """The toy project, signed by the two made-up approvers of a demo."""
    approve_demo(toy)
    return toy


def edit(root, name, old, new):
    """One change in one file."""
    path = root / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_demo_signs_with_demo_keys(capsys, approved):
    """Both signatures, and that they guard nothing is said."""
    done = here(capsys, "check", approved, "--json")

    assert done.json["result"]["approval"].startswith("Signed with demo keys (which guard nothing) by Demo")


def test_diff_tells_what_changed_since_the_approval(capsys, approved):
    """The last approval against the files; exit code 1, because something has to be read."""
    edit(approved, "project.yaml", "spine:", "retention_months: 60\nspine:")

    done = here(capsys, "diff", approved)

    assert done.code == 1
    assert "by Demo information governance lead (fictional) and Demo Caldicott Guardian (fictional)" in done.out
    assert "How many months results are kept was 24; now 60." in done.out


def test_diff_of_comments_ends_well(capsys, approved):
    """Nothing to be read."""
    edit(approved, "project.yaml", "spine:", "# why\nspine:")

    done = here(capsys, "diff", approved, "--json")

    assert (done.code, done.json["result"]["comments_only"]) == (0, ["project.yaml"])


def test_diff_of_two_approvals(capsys, approved):
    """By their files, whatever stands in the folder now."""
    [old] = approved.glob("approvals/*.json")
    edit(approved, "project.yaml", "spine:", "retention_months: 60\nspine:")
    here(capsys, "approve", approved, "--approver", "A. Lead", "--author", "B. Analyst")
    [new] = set(approved.glob("approvals/*.json")) - {old}
    edit(approved, "project.yaml", "retention_months: 60", "retention_months: 90")

    done = here(capsys, "diff", old, new, "--json")

    assert [one["sentence"][:49] for one in done.json["result"]["changes"]] == [
        "How many months results are kept was 24; now 60. "
    ]


def test_diff_of_two_folders(capsys, approved, tmp_path):
    """Neither has to be approved."""
    other = tmp_path / "other"
    other.mkdir()
    for name in ("project.yaml", "sources", "cohorts"):
        (other / name).symlink_to(approved / name)

    assert here(capsys, "diff", approved, other).out.endswith("Nothing has to be signed for this.\n")


def test_diff_without_an_approval(capsys, toy):
    """What can be done instead is told."""
    done = here(capsys, "diff", toy, "--json")

    assert (done.code, done.json["error"]["code"]) == (3, "E-DIFF-APPROVAL")


def test_diff_as_a_page(capsys, approved, tmp_path):
    """One file, with the same sentences."""
    edit(approved, "project.yaml", "spine:", "retention_months: 60\nspine:")
    page = tmp_path / "diff.html"

    here(capsys, "diff", approved, "--page", page)
    html = page.read_text("utf-8")

    assert "How many months results are kept was 24; now 60." in html
    assert '<strong class="tag bad">More</strong>' in html
    assert "://" not in html


def test_until_has_to_be_a_day(capsys, toy):
    """Nothing is signed on a guess."""
    done = here(capsys, "approve", toy, "--until", "next spring", "--json")

    assert (done.code, done.json["error"]["code"]) == (3, "E-USAGE")


def test_the_ledger_has_both_signatures(capsys, approved):
    """One event each, with the key that signed."""
    from governance.ledger import Event, Ledger

    entries = [one for one in Ledger(approved / "ledger").entries() if one.event is Event.CONFIG_APPROVED]

    assert len({one.facts["key"] for one in entries}) == 2
    assert len({one.facts["approval_sha256"] for one in entries}) == 2


def test_an_approver_needs_no_key_but_their_own(capsys, toy):
    """Each on a machine with one approver's key and everybody's public facts; neither writes the ledger there."""
    import shutil

    aside = toy.with_name("aside")
    aside.mkdir()
    for holder in (toy / "keys").iterdir():
        if holder.name not in ("approver", "public"):
            shutil.move(holder, aside / holder.name)
    first = here(capsys, "approve", toy, "--approver", "A. Lead", "--author", "B.", "--second", "C. Guardian", "--json")
    shutil.move(toy / "keys" / "approver", aside / "approver")
    shutil.move(aside / "second_approver", toy / "keys" / "second_approver")
    second = here(capsys, "approve", toy, "--approver", "C. Guardian", "--json")

    assert (first.code, first.json["result"]["in_ledger"]) == (1, False)
    assert (second.code, second.json["result"]["waiting_for"]) == (0, "")
    assert second.json["result"]["sentence"].startswith("Signed")
