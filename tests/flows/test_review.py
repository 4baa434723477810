"""`joinedup review`: what each reader gets, who is refused, and what comes back."""

import csv
import shutil

import pytest

from flows.run import open_run
from governance.ledger import Event
from governance.store import current, read_manifest
from tests.lib.command import here
from tests.lib.toy import PERIOD

SOURCES = ("--source", "gp_register", "--source", "housing")


@pytest.fixture
def linked(toy_linked, tmp_path):
    """The toy project, linked, for this test alone."""
    return shutil.copytree(toy_linked, tmp_path / "toy")


def did(capsys, *words):
    """A command that ends well, and its result."""
    done = here(capsys, *words, "--json")
    assert done.code == 0, done.out
    return done.json["result"]


def refused(capsys, *words):
    """Exit code and error of a command that does not."""
    done = here(capsys, *words, "--json")
    return done.code, done.json["error"]


def patterns(root):
    """The list of patterns as a reviewer reads it."""
    with (current(root / "zones" / "review" / "patterns" / PERIOD) / "patterns.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def answers(folder, rows):
    """A file of answers."""
    path = folder / "answers.csv"
    path.write_text("item,match\n" + "".join(f"{item},{word}\n" for item, word in rows), encoding="utf-8")
    return path


def events(root, event):
    """Facts of the ledger's entries of one kind."""
    return [entry.facts for entry in open_run(root).ledger.entries() if entry.event is event]


def with_reviewer(capsys, root):
    """A project whose reviewer rita may see both sources, exported for her."""
    did(capsys, "keys", "new", root, "--demo", "--reviewer", "rita")
    did(capsys, "review", "approve", root, "--reviewer", "rita", *SOURCES)
    return did(capsys, "review", "export", root, "--reviewer", "rita")


def test_patterns_leave_without_records(capsys, linked):
    """In words; nothing in the clear names a record, and nothing is sealed to a reviewer nobody approved."""
    done = did(capsys, "review", "export", linked)
    shown = patterns(linked)
    review = linked / "zones" / "review"

    assert [row["sources"] for row in shown] == ["gp_register and housing"] * done["patterns"]
    assert {row["surname"] for row in shown} == {"same"}
    assert not any("id" in name.split("_") for name in shown[0])
    assert [path.name for path in review.iterdir()] == ["patterns"]


def test_cross_source_records_need_a_signed_approval(capsys, linked):
    """A key is not enough; nothing is written."""
    did(capsys, "keys", "new", linked, "--demo", "--reviewer", "rita")
    code, error = refused(capsys, "review", "export", linked, "--reviewer", "rita")

    assert (code, error["code"]) == (2, "E-REVIEW-APPROVAL")
    assert not (linked / "zones" / "review").exists()
    assert events(linked, Event.REVIEW_EXPORTED) == []


def test_an_approved_reviewer_opens_them_with_the_sources_own_ids(capsys, linked, tmp_path):
    """Sealed until then; patients g<n> and cases h<n> are the same people."""
    done = with_reviewer(capsys, linked)
    sealed = current(linked / "zones" / "review" / "reviewer_rita" / PERIOD) / "review_item.parquet.sealed"
    opened = did(capsys, "review", "open", linked, "--reviewer", "rita", "--out", tmp_path / "pairs.csv")
    with (tmp_path / "pairs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert opened["pairs"] == done["pairs_drawn"] == len(rows) == 20
    assert all(row["id_l"][1:] == row["id_r"][1:] for row in rows)
    assert sealed.read_bytes().startswith(b"JOINEDUP-SEALED-1")
    assert (tmp_path / "pairs.csv").stat().st_mode & 0o077 == 0


def test_the_ledger_names_the_approval_and_no_count(capsys, linked):
    """Under which signed approval records were shown; how many is nobody's business there."""
    with_reviewer(capsys, linked)
    (approved,) = events(linked, Event.REVIEW_APPROVED)
    (exported,) = events(linked, Event.REVIEW_EXPORTED)

    assert exported["approval_sha256"] == approved["approval_sha256"]
    assert not [value for value in exported.values() if isinstance(value, int)]


def test_another_reader_cannot_open_the_list(capsys, linked, tmp_path):
    """A source has no list of another's pairs, and one who is no reviewer has no key."""
    with_reviewer(capsys, linked)
    source = refused(capsys, "review", "open", linked, "--source", "housing", "--out", tmp_path / "x")
    nobody = refused(capsys, "review", "open", linked, "--reviewer", "sam", "--out", tmp_path / "x")

    assert (source[0], source[1]["code"]) == (3, "E-STEP-MISSING")
    assert (nobody[0], nobody[1]["code"]) == (2, "E-REVIEW-APPROVAL")
    assert not (tmp_path / "x").exists()


def test_the_same_seed_draws_the_same_pairs(capsys, linked):
    """Byte for byte; another seed gives other ids."""
    one = did(capsys, "review", "export", linked, "--pairs", "10") and patterns(linked)
    again = did(capsys, "review", "export", linked, "--pairs", "10") and patterns(linked)
    other = did(capsys, "review", "export", linked, "--pairs", "10", "--seed", "2") and patterns(linked)

    assert one == again
    assert {row["item"] for row in one}.isdisjoint({row["item"] for row in other})


def test_answers_become_estimates_in_the_linkage_report(capsys, linked, tmp_path):
    """On their own page at once, and in the linkage report with the next linkage."""
    did(capsys, "review", "export", linked)
    file = answers(tmp_path, [(row["item"], "Yes") for row in patterns(linked)])
    found = did(capsys, "review", "import", linked, file)
    again = did(capsys, "link", linked, "--plain")
    manifest = read_manifest(current(linked / "zones" / "linkage" / PERIOD / "answers"))
    from pathlib import Path

    assert found["overall"]["precision"]["value"] == 1.0
    assert manifest["review"]["overall"] == found["overall"]
    assert "What reviewers found" in Path(found["page"]).read_text("utf-8")
    assert f"What reviewers found, {PERIOD}" in Path(again["pages"]["linkage_report"]).read_text("utf-8")
    assert len(events(linked, Event.REVIEW_IMPORTED)) == 1


def test_answers_of_several_reviewers_add_up(capsys, linked, tmp_path):
    """First the patterns, then records, which count before them; a blank answer is none."""
    with_reviewer(capsys, linked)
    did(capsys, "review", "open", linked, "--reviewer", "rita", "--out", tmp_path / "pairs.csv")
    with (tmp_path / "pairs.csv").open(encoding="utf-8") as file:
        items = [row["item"] for row in csv.DictReader(file)]
    first = did(capsys, "review", "import", linked, answers(tmp_path, [(r["item"], "yes") for r in patterns(linked)]))
    words = ["no", "no", "no", "no", "no", *["yes"] * 10, *["cannot tell"] * 3, *[""] * 2]
    second = did(capsys, "review", "import", linked, answers(tmp_path, zip(items, words, strict=True)))

    assert first["on_patterns"] == first["answered"] > 15  # a pattern that too few share is not shown
    assert second["answered"] - second["on_patterns"] == 15
    assert second["answered"] in (first["answered"], first["answered"] + 1)
    assert second["overall"]["precision"]["value"] == pytest.approx(0.75, abs=0.05)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("p000", "yes")], "1 rows name an item that is not in this review."),
        ([("ITEM", "maybe")], "1 rows have an answer other than yes, no or cannot tell."),
        ([("ITEM", "yes"), ("ITEM", "yes")], "1 rows answer an item that another row answers."),
        ([("ITEM", "yes"), ("ITEM", "no")], "1 rows answer an item that another row answers."),
    ],
    ids=["unknown", "unclear", "repeated", "contradictory"],
)
def test_answers_that_cannot_be_used_are_counted(capsys, linked, tmp_path, rows, said):
    """Exit code 3; nothing is stored."""
    did(capsys, "review", "export", linked)
    item = patterns(linked)[0]["item"]
    file = answers(tmp_path, [(item if name == "ITEM" else name, word) for name, word in rows])
    code, error = refused(capsys, "review", "import", linked, file)

    assert (code, error["code"]) == (3, "E-REVIEW-ANSWERS")
    assert said in [fault["what"] for fault in error["faults"]]
    assert not (linked / "zones" / "linkage" / PERIOD / "answers").exists()


def test_an_answer_is_not_changed_afterwards(capsys, linked, tmp_path):
    """Otherwise whoever comes last decides; drawing again starts over."""
    did(capsys, "review", "export", linked)
    item = patterns(linked)[0]["item"]
    did(capsys, "review", "import", linked, answers(tmp_path, [(item, "yes")]))
    same = here(capsys, "review", "import", linked, answers(tmp_path, [(item, "yes")]))
    code, error = refused(capsys, "review", "import", linked, answers(tmp_path, [(item, "no")]))

    assert same.code == 0
    assert code == 3
    assert error["faults"][0]["what"] == "1 rows change an answer that was imported before."


def test_local_ids_do_not_come_into_the_linkage_zone(capsys, linked, tmp_path):
    """A list that was filled in and sent back whole is refused."""
    with_reviewer(capsys, linked)
    did(capsys, "review", "open", linked, "--reviewer", "rita", "--out", tmp_path / "pairs.csv")
    code, error = refused(capsys, "review", "import", linked, tmp_path / "pairs.csv")

    assert (code, error["code"]) == (3, "E-REVIEW-ANSWERS")
    assert "id_l, id_r" in error["what"]


def test_no_answers_but_cannot_tell_end_with_a_warning(capsys, linked, tmp_path):
    """They were taken in, and say nothing."""
    did(capsys, "review", "export", linked)
    file = answers(tmp_path, [(row["item"], "cannot tell") for row in patterns(linked)])

    assert here(capsys, "review", "import", linked, file).code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("open", "--out", "x"),
        ("approve", "--reviewer", "rita", "--source", "housing"),
        ("approve", "--reviewer", "R", *SOURCES),
    ],
    ids=["open for nobody", "one source", "no id"],
)
def test_what_is_typed_wrong_is_told(capsys, linked, words):
    """Exit code 3."""
    code, error = refused(capsys, "review", words[0], linked, *words[1:])

    assert (code, error["code"]) == (3, "E-USAGE")


def test_a_month_that_is_not_linked_has_no_review(capsys, toy):
    """With the step that comes first."""
    assert here(capsys, "review", "export", toy).code == 3
