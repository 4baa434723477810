"""Policy rules on what a run made: released files, their numbers, and what is left behind in the clear."""

import io
import zipfile
from dataclasses import replace

import pytest

from governance.ledger import Entry, Event
from governance.policy import check_bundle
from governance.policy.leaks import find_leaks, is_nhs_number
from governance.policy.released import read_released
from governance.statements import RELEASE_CHECK, read_statements, sign_statement
from governance.store import current
from tests.lib.governance import AT, DAY, PERIOD, facts_of, write_project
from tests.lib.rule_fixtures import release


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The made-up project after one whole run; nothing here changes it."""
    bundle = write_project(tmp_path_factory.mktemp("project"))
    return bundle, facts_of(bundle)


def says(rule, project, facts):
    """Sentences of what one rule does not accept."""
    return [one.sentence for one in check_bundle(project[0], facts) if one.rule == rule and one.result != "pass"]


def page(facts, text):
    """The facts with this text on the released page."""
    return release(facts, change={"board_report.html": (b"120 people", text.encode())})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("9990000018", "an NHS number"),
        ("999-000-0018", "an NHS number"),
        ("SW1A 1AA", "a postcode"),
        ("M11AE", "a postcode"),
        ("jo.bloggs@example.org", "an email address"),
        ("020 7946 0958", "a telephone number"),
        ("07700 900123", "a telephone number"),
        ("+44 7700 900123", "a telephone number"),
    ],
)
def test_identifiers_on_a_released_page_are_found(project, text, kind):
    """However they are written; the finding gives the kind, never the value."""
    [sentence] = says("OUT-05", project, page(project[1], f"see {text} for more"))

    assert sentence == f"board_report.html holds what looks like {kind} (1 times)."


@pytest.mark.parametrize(
    "text",
    [
        "9990000019",
        "1,234,567,890",
        "ig@northmoor.example",
        "E01000001",
        "2026-09",
        "<b data-x='9990000018'>5</b>",
        "<style>a{width:9990000018px}</style>",
    ],
    ids=["wrong check digit", "a large count", "the contact", "an area code", "a month", "an attribute", "a style"],
)
def test_what_only_looks_like_one_is_left_alone(project, text):
    """Only what a reader sees, and only valid numbers."""
    assert says("OUT-05", project, page(project[1], text)) == []


def test_a_column_of_people_is_found_by_its_name(project):
    """Before anybody looks at its values."""
    facts = release(project[1], {"extra.csv": b"person_id,ward\n1,2\n"})

    assert says("OUT-05", project, facts) == ["extra.csv has a column named like an identifier: `person_id`."]


def workbook(sheet):
    """A workbook with one sheet of this XML."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    return content.getvalue()


def test_a_workbook_is_read_too(project):
    """Its values and its formulas."""
    facts = release(project[1], {"board_tables.xlsx": workbook("<c><v>9990000018</v></c><c><f>1+1</f></c>")})

    assert says("OUT-05", project, facts) == ["board_tables.xlsx holds what looks like an NHS number (1 times)."]
    assert says("OUT-06", project, facts) == ["board_tables.xlsx has formulas."]


@pytest.mark.parametrize("at", [0, 40, -10], ids=["beginning", "middle", "end"])
def test_a_damaged_workbook_is_told_as_one(project, at):
    """One changed byte is enough; nothing can be said of what it holds, so it is no pass."""
    whole = workbook("<c><v>1</v></c>" * 20)
    content = bytearray(whole)
    content[at] ^= 1
    facts = release(project[1], {"board_tables.xlsx": bytes(content)})

    assert says("OUT-05", project, facts) == ["board_tables.xlsx is damaged, so what it holds cannot be looked at."]
    assert says("OUT-06", project, facts) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"manifest_sha256": "c" * 64}, ["manifest.json is not the one that the ledger says was released."]),
        ({"record_sha256": "c" * 64}, ["release_record.json is not the file that the ledger names."]),
        ({"record_sha256": ""}, ["release_record.json is not the file that the ledger names."]),
        ({"record_sha256": "c" * 64, "is_draft": True}, []),
    ],
    ids=["as released", "another manifest", "another record", "no record", "a draft"],
)
def test_what_vouches_for_files_is_held_against_the_ledger(project, changes, told):
    """Whoever exchanges a file and what names its digest is found by the ledger."""
    facts = release(project[1])
    names = {"manifest_sha256": "a" * 64, "record_sha256": "b" * 64}
    said = {"period": facts.period, **names}
    entry = Entry(seq=99, at=AT, event=Event.REPORT_RELEASED, facts=said, prev="", hash="")
    facts = replace(facts, ledger=(*facts.ledger, entry), released=replace(facts.released, **(names | changes)))

    assert [one for one in says("OUT-07", project, facts) if "ledger" in one] == told


def test_a_release_that_was_cut_off_before_its_line_is_no_exchange(project):
    """What was staged last and lies in public is what the next run enters; a draft of before is not."""
    facts = release(project[1])
    told = []
    for public in ("c" * 64, "d" * 64):
        steps = [(Event.REPORT_STAGED, "d" * 64), (Event.REPORT_RELEASED, "a" * 64), (Event.REPORT_STAGED, "c" * 64)]
        said = [(event, {"period": facts.period, "manifest_sha256": digest}) for event, digest in steps]
        entries = [Entry(seq=9, at=AT, event=event, facts=one, prev="", hash="") for event, one in said]
        held = replace(facts.released, manifest_sha256=public, record_sha256="b" * 64)
        found = says("OUT-07", project, replace(facts, ledger=(*facts.ledger, *entries), released=held))
        told.append([one for one in found if "ledger" in one])

    assert told == [[], ["manifest.json is not the one that the ledger says was released."]]


def test_a_negative_number_is_no_formula(project):
    """A defused cell neither."""
    facts = release(project[1], {"extra.csv": b"a,b\n-0.5,'=1\n-1+1,2\n"})

    assert says("OUT-06", project, facts) == ["extra.csv has 1 cells that would be run."]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((b",65,", b",7,"), "1 counts are among those that the rule withholds."),
        ((b",65,", b",66,"), "1 counts are not rounded to the nearest 5."),
        ((b"sex,female,65", b"all,all,65"), "1 counts stand there with different numbers."),
    ],
    ids=["small", "not rounded", "one count twice"],
)
def test_counts_that_break_the_rule_are_found(project, words, sentence):
    """By the rule that stands in the release's own record."""
    found = says("OUT-03", project, release(project[1], change={"safe_counts.csv": words}))

    assert sentence in found


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (b"120,18000,people,people on the register,6.7", 0),
        (b"120,18000,people,people on the register,6.9", 1),
        (b"15,10,people,people on the register,1000.0", 0),
        (b"15,10,people,people on the register,1500.0", 1),
    ],
    ids=["as released", "from other counts", "noise made the part larger", "more than all"],
)
def test_a_rate_is_its_part_of_its_whole_and_never_more_than_all(project, row, wrong):
    """Cell keys may make a part larger than its whole; the share is then all, and that is no fault."""
    facts = release(project[1], change={"safe_measures.csv": (b"120,18000,people,people on the register,6.7", row)})

    assert [sentence for sentence in says("OUT-03", project, facts) if "rates" in sentence] == [
        f"{wrong} rates do not follow from the released counts."
    ] * bool(wrong)


@pytest.mark.parametrize(("number", "held"), [(b"105", 0), (b"110", 1), (b"120", 0), (b"130", 1), (b"135", 0)])
def test_only_a_few_people_apart_is_held(project, number, held):
    """The same number tells nothing, a large difference is many people."""
    facts = release(project[1], earlier={"safe_counts.csv": (b",120,", b"," + number + b",")})

    assert len(says("OUT-04", project, facts)) == held


def test_on_real_people_a_near_repeat_is_refused(project):
    """In a synthetic project it only warns."""
    bundle = replace(project[0], project=project[0].project.model_copy(update={"synthetic": False}))
    facts = release(project[1], earlier={"safe_counts.csv": (b",120,", b",125,")})

    assert [one.result for one in check_bundle(bundle, facts) if one.rule == "OUT-04"] == ["block"]


def test_two_people_check_a_release(tmp_path):
    """Each with a key of their own; a signature on another release does not count."""
    from hashlib import sha256

    from governance.keys.ring import KeyRing

    bundle = write_project(tmp_path)
    ring, folder = KeyRing(tmp_path / "keys"), tmp_path / "zones" / "public" / PERIOD
    digest = sha256((current(folder) / "manifest.json").read_bytes()).hexdigest()

    def checkers():
        found = read_released(folder, read_statements(tmp_path, RELEASE_CHECK, ring.infos()))
        assert found is not None
        return found.checkers

    for holder, name, what in (
        ("approver", "A. Checker", digest),
        ("signer", "Nobody", digest),
        ("second_approver", "B. Checker", "0" * 64),
    ):
        facts = {"checker": name, "at": AT, "manifest_sha256": what}
        sign_statement(tmp_path, RELEASE_CHECK, "release", what, facts, ring.signing(holder, DAY))

    assert [name for name, _ in checkers()] == ["A. Checker"]
    facts = replace(
        facts_of(bundle), released=read_released(folder, read_statements(tmp_path, RELEASE_CHECK, ring.infos()))
    )
    [finding] = [one for one in check_bundle(bundle, facts) if one.rule == "OUT-07"]
    assert (finding.result, finding.sentence) == ("block", "1 of two people have checked this release.")


def test_values_from_extracts_are_looked_for_in_the_clear(tmp_path):
    """In logs, pages, databases; told as counts by file."""
    extracts = tmp_path / "extracts" / PERIOD
    extracts.mkdir(parents=True)
    (extracts / "people.csv").write_text("id,nhs\n1,9990000018\n2,999 000 0026\n3,jo@example.org\n")
    (tmp_path / ".joinedup").mkdir()
    (tmp_path / ".joinedup" / "db.sqlite").write_bytes(b"\0\x01 9990000018 \0 jo@example.org\0")
    (tmp_path / ".joinedup" / "clean.log").write_text("9990000034 9990000019 other@example.org")

    leaks = find_leaks(tmp_path, PERIOD)

    assert (leaks.looked_for, leaks.found) == (3, {".joinedup/db.sqlite": 2})


def test_without_extracts_it_is_said_that_nothing_could_be_looked_for(project, tmp_path):
    """Rather than called clean."""
    facts = replace(project[1], leaks=find_leaks(tmp_path, PERIOD))

    assert says("LOG-02", project, facts) == [
        "It cannot be checked here: this machine has no extract to draw identifiers from."
    ]


def test_nhs_numbers_are_told_by_their_check_digit():
    """Modulus 11; ten equal digits are none."""
    assert is_nhs_number("9434765919")
    assert not is_nhs_number("9434765918")
    assert not is_nhs_number("1111111111")


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("board_report/cohort-a.html", True),
        ("board_report/people.csv", False),
        ("board_report/.hidden.html", False),
        ("board_report/more/page.html", False),
        ("other_report/page.html", False),
    ],
)
def test_further_pages_of_a_declared_page_are_declared(project, name, declared):
    """In the folder of its name, with a plain name, and nothing but pages."""
    found = says("OUT-01", project, release(project[1], {name: b"<p>A page.</p>"}))

    assert (not found) is declared
