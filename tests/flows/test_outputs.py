"""Outputs of whole runs are held to the policy rules, before and after they are published."""

import shutil
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest

from flows import release as release_step
from flows.engine import run_steps
from flows.releasing import safe_numbers, taking_back, withstanding_noise
from flows.run import open_run
from flows.schemas import all_schemas
from governance.disclosure.gate import read_releases
from governance.disclosure.span_sums import Moves
from governance.ledger import Event, Ledger
from governance.package import package_digest, published_as
from governance.policy import RunFacts, check_bundle
from governance.policy.released import files_of
from governance.release_record import read_record
from governance.settings import load_bundle
from governance.store import current, publish, read_manifest, write_manifest
from tests.lib.command import here
from tests.lib.paperwork import cover
from tests.lib.toy import PERIOD, nhs_number


def _steps(capsys, toy, *steps):
    for step in steps:
        done = here(capsys, step, toy, "--plain")
        assert done.code == 0, done.err


def test_an_undeclared_file_is_never_published(capsys, toy):
    """The release is refused before anybody could read it."""
    path = toy / "project.yaml"
    path.write_text(path.read_text("utf-8").replace("  - safe_measures.csv\n", ""), "utf-8")
    cover(toy)
    _steps(capsys, toy, "pseudonymise", "link", "cohorts")

    done = here(capsys, "report", toy, "--plain")

    assert done.code == 2
    assert "OUT-01 safe_measures.csv would be released and was not declared." in done.err
    assert not (toy / "zones" / "public" / PERIOD / "current").exists()


def test_a_leaked_number_fails_the_audit_that_still_writes_its_page(capsys, toy):
    """By file and count; the number itself is told nowhere."""
    _steps(capsys, toy, "run")
    (toy / ".joinedup" / "forgotten.log").write_text(f"tried {nhs_number(3)}\n", "utf-8")

    done = here(capsys, "audit", toy, "--plain")

    assert done.code == 2
    assert "LOG-02 .joinedup/forgotten.log holds 1 values that stand in an extract." in done.err
    text = (toy / "zones" / "audit" / PERIOD / "ig_audit.html").read_text("utf-8")
    assert "LOG-02" in text
    assert nhs_number(3) not in done.err + text


def test_a_waiver_is_printed_by_every_run_and_on_every_page(capsys, toy):
    """The command, the board report, the linkage report and the audit page."""
    path = toy / "sources" / "housing.yaml"
    path.write_text(path.read_text("utf-8").replace("end: 2099-12-31", "end: 2026-01-01"), "utf-8")
    refused = here(capsys, "run", toy, "--plain")
    reason = "The agreement is being renewed by both organisations this month."
    until = (datetime.now(UTC).date() + timedelta(days=20)).isoformat()
    waived = here(capsys, "waive", "agr-01", toy, "--until", until, "--reason", reason, "--approver", "A. Lead")

    done = here(capsys, "run", toy, "--plain")

    sentence = f"AGR-01 is waived until {until} by A. Lead: {reason}"
    assert (refused.code, waived.code, done.code) == (2, 0, 0)
    assert "AGR-01" in refused.err
    assert sentence in waived.out
    assert sentence in done.out
    for page in (
        "zones/public/*/*/board_report.html",
        "zones/public/*/*/board_report/how-made.html",
        "zones/linkage/*/out/*/linkage_report.html",
        "zones/audit/*/ig_audit.html",
    ):
        [written] = toy.glob(page)
        assert sentence in written.read_text("utf-8"), page


def test_two_people_sign_that_they_checked_a_release(capsys, toy):
    """Each with a key of their own; then the rule that waited passes."""
    _steps(capsys, toy, "run")
    first = here(capsys, "checked", toy, "--checker", "A. Checker", "--json").json["result"]
    second = here(capsys, "checked", toy, "--checker", "B. Checker", "--second", "--json").json["result"]
    rules = here(capsys, "check", toy, "--period", "latest", "--json").json["result"]["rules"]

    assert (first["people"], second["people"]) == (1, 2)
    assert first["look_at"] == second["look_at"] != []
    assert [one["result"] for one in rules if one["rule"] == "OUT-07"] == ["pass"]
    assert {one["rule"] for one in rules if one["result"] == "not_yet"} == set()


@pytest.fixture(scope="module")
def staged(tmp_path_factory, _toy_template):
    """A project whose reports two people check: a month was run, and its draft waits."""
    root = Path(shutil.copytree(_toy_template, tmp_path_factory.mktemp("staged") / "toy"))
    path = root / "project.yaml"
    path.write_text(path.read_text("utf-8").replace("  release: at_once\n", ""), "utf-8")
    run_steps(open_run(root, PERIOD), [("period", "")], plain=True)
    return root


@pytest.fixture
def waiting(staged, tmp_path):
    """The same, for this test alone to release."""
    return Path(shutil.copytree(staged, tmp_path / "toy"))


def _published(root):
    public = root / "zones" / "public" / PERIOD
    return package_digest(public) if (public / "current").exists() else ""


def test_nothing_is_public_before_two_people_checked(capsys, waiting):
    """The draft waits, one check is too few, and each state names the next command."""
    next_commands, public = [], []
    for words in ([], ["--checker", "A. Checker"], ["--checker", "B. Checker", "--second"]):
        if words:
            assert here(capsys, "checked", waiting, *words).code == 0
        next_commands += here(capsys, "status", waiting, "--json").json["result"]["next"]
        public.append(_published(waiting))
        if len(words) < 3:
            refused = here(capsys, "release", waiting, "--plain")
            assert refused.code == 2
            assert "OUT-07" in refused.err
    done = here(capsys, "release", waiting, "--plain")

    assert public == ["", "", ""]
    assert next_commands[0].startswith("joinedup checked DIR --checker")
    assert "--second" in next_commands[1]
    assert next_commands[2] == "joinedup release DIR"
    assert done.code == 0, done.err
    assert _published(waiting) == package_digest(waiting / "zones" / "draft" / PERIOD)
    assert here(capsys, "status", waiting).out.rstrip().endswith("Nothing is left to do.")


def _check_twice(capsys, root):
    for words in (["A. Checker"], ["B. Checker", "--second"]):
        assert here(capsys, "checked", root, "--checker", *words).code == 0


def test_the_same_month_again_is_the_same_draft_and_stays_checked(capsys, waiting):
    """Two people need not look twice at the same bytes; a release done twice changes nothing."""
    _check_twice(capsys, waiting)
    draft = package_digest(waiting / "zones" / "draft" / PERIOD)
    here(capsys, "cohorts", waiting, "--plain")
    again = here(capsys, "report", waiting, "--plain", "--json").json["result"]
    released = [here(capsys, "release", waiting, "--plain").code for _ in range(2)]
    last = here(capsys, "report", waiting, "--plain", "--json").json["result"]

    assert package_digest(waiting / "zones" / "draft" / PERIOD) == draft == _published(waiting)
    assert released == [0, 0]
    assert (again["waits"], last["waits"]) == (True, False)
    entries = Ledger(waiting / "ledger").entries()
    assert sum(entry.event is Event.REPORT_RELEASED for entry in entries) == 1


def test_a_draft_that_is_not_what_people_looked_at_is_not_published(capsys, waiting):
    """A file changed by hand, and a config changed since."""
    _check_twice(capsys, waiting)
    counts = current(waiting / "zones" / "draft" / PERIOD) / "safe_counts.csv"
    before = counts.read_bytes()
    counts.write_bytes(before.replace(b",all,", b",ALL,", 1))
    changed = here(capsys, "release", waiting, "--plain")
    counts.write_bytes(before)
    path = waiting / "project.yaml"
    path.write_text(path.read_text("utf-8").replace("area: Toyshire", "area: Toyland"), "utf-8")
    other = here(capsys, "release", waiting, "--plain")

    assert (changed.code, other.code) == (2, 2)
    assert "E-RELEASE-STALE" in changed.err
    assert "E-PACKAGE-MIXED" in other.err
    assert _published(waiting) == ""


def test_a_release_cut_off_before_it_was_recorded_is_recorded(capsys, waiting, monkeypatch):
    """What readers are led to is whole in between, and the same command ends it."""
    _check_twice(capsys, waiting)

    def cut_off(*_args, **_facts):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(release_step, "timestamp", cut_off)
        cut = here(capsys, "release", waiting, "--plain")
    between = _published(waiting)
    states = {one["step"]: one["state"] for one in here(capsys, "status", waiting, "--json").json["result"]["steps"]}
    done = here(capsys, "release", waiting, "--plain")

    assert cut.code != 0
    assert between == _published(waiting) == package_digest(waiting / "zones" / "draft" / PERIOD)
    assert states["release"] != "done"
    assert done.code == 0, done.err
    assert here(capsys, "status", waiting).code == 0


def test_what_spans_told_before_is_held_by_the_next_report(toy_month, tmp_path, monkeypatch):
    """Of counts of the same definition: as many people fewer and more as any report of the spell said."""
    root = Path(shutil.copytree(toy_month, tmp_path / "toy"))
    [before] = read_releases(root / "zones" / "public")
    wide = {(key, before.versions[key.cohort]): Moves(5, 50) for key in before.spans}
    asked = []
    monkeypatch.setattr(withstanding_noise, "told_before", lambda *of: asked.append(of) or wide)

    run_steps(open_run(root, PERIOD), [("report", "")], plain=True)

    *_, after = read_releases(root / "zones" / "public")
    assert asked, "staging and publishing ask alike"
    assert all((period, [each.spans for each in earlier]) == (PERIOD, [before.spans]) for period, earlier in asked)
    assert len(after.spans) == len(before.spans) > 0
    assert all(after.spans[key].high >= ends.high + 40 for key, ends in before.spans.items())


def test_only_a_demonstration_publishes_at_once(toy):
    """A project of real people that says so is refused before it runs."""
    path = toy / "project.yaml"
    path.write_text(path.read_text("utf-8").replace("synthetic: true", "synthetic: false"), "utf-8")

    rules = check_bundle(load_bundle(toy), RunFacts(as_of=date(2026, 11, 1)))

    [found] = [one for one in rules if one.rule == "OUT-07" and one.result == "block"]
    assert found.where.split(":")[0] == "project.yaml"


def test_a_record_that_machines_read_lies_beside_a_release(capsys, waiting):
    """It names what was let out, who looked and what the gate tried; the ledger names it; no count is in it."""
    _check_twice(capsys, waiting)
    here(capsys, "release", waiting, "--plain")
    public = current(waiting / "zones" / "public" / PERIOD)
    record = read_record(public)
    [event] = [one for one in Ledger(waiting / "ledger").entries() if one.event is Event.REPORT_RELEASED]

    assert [one.name for one in record.checkers] == ["A. Checker", "B. Checker"]
    assert (record.manifest_sha256, record.supersedes) == (_published(waiting), "")
    assert event.facts["record_sha256"] == sha256((public / "release_record.json").read_bytes()).hexdigest()
    assert record.files.keys() == files_of(public).keys()
    assert {one.id for one in record.definitions} == {"t01_seen_by_both"} <= {one.cohort for one in record.tables}
    assert all(one.received_at and one.covers_from for one in record.sources)
    assert {"person", "release"} <= {one.id for one in record.keys}
    jsonschema.validate(record.model_dump(), all_schemas()["release_record"])


def test_a_checker_is_told_what_a_draft_changes(capsys, waiting):
    """Against what readers have; there is nothing to hold a first release against."""
    first = here(capsys, "report", waiting, "--diff", "LAST")  # as some write it
    _check_twice(capsys, waiting)
    here(capsys, "release", waiting, "--plain")
    same = here(capsys, "report", waiting, "--diff", PERIOD)

    assert (first.code, same.code) == (3, 0)
    assert "E-RELEASE-FIRST" in first.err
    assert "are as before." in same.out


def test_a_public_report_is_not_to_be_made_again_for_what_a_board_wrote(capsys, waiting):
    """A draft is: nobody has it yet. What is public stays, and the next month's report says what the board wrote."""
    board = waiting / "board.yaml"
    was = board.read_bytes() if board.exists() else None
    board.write_text("decisions: []\n", "utf-8")
    draft = here(capsys, "status", waiting, "--json").json["result"]["next"]
    board.unlink() if was is None else board.write_bytes(was)
    _release(capsys, waiting)
    board.write_text("decisions: []\n", "utf-8")
    public = here(capsys, "status", waiting, "--json").json["result"]

    assert draft == [f"joinedup run DIR --period {PERIOD}"]
    assert public["next"] == []
    assert any("next month's report says so" in each["why"] for each in public["steps"])


_REASON = "The housing extract of one provider was counted twice."


def _release(capsys, root):
    _check_twice(capsys, root)
    done = here(capsys, "release", root, "--plain")
    assert done.code == 0, done.err
    return _published(root)


def test_a_report_that_is_public_is_not_replaced_without_a_word(capsys, waiting, monkeypatch):
    """Said why, the next draft prints it, two people check that, and the record names what it took the place of."""
    first = _release(capsys, waiting)
    monkeypatch.setattr(safe_numbers, "code_version", lambda: "9.9.9+0123456789ab")
    here(capsys, "report", waiting, "--plain")
    _check_twice(capsys, waiting)
    silent = here(capsys, "release", waiting, "--plain")
    said = here(capsys, "release", waiting, "--correct", _REASON)
    to_do = here(capsys, "status", waiting, "--json").json["result"]["next"]
    stale = here(capsys, "release", waiting, "--plain")
    here(capsys, "report", waiting, "--plain")
    second = _release(capsys, waiting)
    public = current(waiting / "zones" / "public" / PERIOD)

    assert (silent.code, said.code, stale.code) == (2, 0, 2)
    assert "E-RELEASE-REPLACES" in silent.err
    assert "E-RELEASE-STALE" in stale.err
    assert to_do == [f"joinedup run DIR --period {PERIOD}"]
    assert second != first == read_record(public).supersedes
    assert _REASON in (public / "board_report.html").read_text("utf-8")


def test_a_withdrawn_report_is_gone_for_readers_and_known_to_the_attacker(capsys, waiting):
    """A notice stands in its place, also if the command is given twice; the same draft cannot come back."""
    first = _release(capsys, waiting)
    vague = here(capsys, "release", waiting, "--withdraw", "Wrong.")
    done = [here(capsys, "release", waiting, "--withdraw", _REASON).code for _ in range(2)]
    public = waiting / "zones" / "public" / PERIOD
    files = [path.name for path in current(public).iterdir()]
    same = here(capsys, "release", waiting, "--plain")
    status = here(capsys, "status", waiting, "--json")
    audited = here(capsys, "audit", waiting, "--plain")
    events = [one.facts["manifest_sha256"] for one in _entries(waiting) if one.event is Event.REPORT_WITHDRAWN]

    assert (vague.code, done) == (3, [0, 0])
    assert sorted(files) == ["digests.json", "manifest.json", "withdrawn.html"]
    assert _REASON in (current(public) / "withdrawn.html").read_text("utf-8")
    assert len(list(read_releases(public.parent))) == 1, "its numbers are still attacked with"
    assert "E-RELEASE-STALE" in same.err
    assert status.json["result"]["next"] == []
    assert events == [first]
    assert audited.code == 0, audited.err


def test_a_notice_is_recorded_as_it_was_signed_not_as_it_lies_there(capsys, waiting):
    """Cut off before it was recorded, and changed then: the same command puts there and records what was signed."""
    _release(capsys, waiting)
    public = waiting / "zones" / "public" / PERIOD
    real = taking_back.timestamp
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taking_back, "timestamp", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            taking_back.take_back(waiting, PERIOD, "withdrawn", reason=_REASON, approver="A", second=False)
    assert taking_back.timestamp is real
    page = current(public) / "withdrawn.html"
    signed = page.read_bytes()
    with publish(public, keep_every=True) as scratch:
        (scratch / "withdrawn.html").write_bytes(signed.replace(b"withdrawn", b"confirmed"))
        write_manifest(scratch, read_manifest(page.parent) | {"files": {}})

    assert here(capsys, "release", waiting, "--withdraw", _REASON).code == 0
    assert (current(public) / "withdrawn.html").read_bytes() == signed
    last = [
        one.facts["files_sha256"]
        for one in _entries_of(waiting, Event.FILES_RECORDED)
        if one.facts["package"] == "withdrawal"
    ]
    assert last == [published_as(public)["files_sha256"]]


def test_a_release_that_was_cut_off_is_recorded_as_it_was_checked_not_as_it_lies_there(capsys, waiting):
    """A page that somebody changed in between is published anew from the draft that two people checked."""
    _check_twice(capsys, waiting)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release_step, "published_as", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            release_step.release(open_run(waiting, PERIOD))
    page = current(waiting / "zones" / "public" / PERIOD) / "board_report.html"
    checked = page.read_bytes()
    page.write_bytes(checked + b" ")

    assert here(capsys, "release", waiting, "--plain").code == 0
    public = current(waiting / "zones" / "public" / PERIOD)
    assert (public / "board_report.html").read_bytes() == checked
    assert published_as(public.parent).items() <= _entries_of(waiting, Event.REPORT_RELEASED)[-1].facts.items()


def _entries_of(root, event):
    return [one for one in _entries(root) if one.event is event]


def test_after_a_withdrawal_two_people_check_what_comes_back(capsys, waiting):
    """The new draft says what happened; in a demonstration it is not published by the next run."""
    _release(capsys, waiting)
    here(capsys, "release", waiting, "--withdraw", _REASON)
    here(capsys, "report", waiting, "--plain")
    draft = current(waiting / "zones" / "draft" / PERIOD)
    pages = [" ".join(held.decode().split()) for name, held in files_of(draft).items() if name.endswith(".html")]
    refused = here(capsys, "release", waiting, "--plain")
    second = _release(capsys, waiting)

    assert all(_REASON in page for page in pages), "on top of every page"
    assert max(page.count(_REASON) for page in pages) == 2, "and where it says how the report was made"
    assert "OUT-07" in refused.err
    assert _published(waiting) == second


def _entries(root):
    return Ledger(root / "ledger").entries()
