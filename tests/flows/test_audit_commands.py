"""What an auditor types: does the ledger hold, prove it, copy it, and what does a loss expose."""

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from flows.engine import run_steps
from flows.evidence import write_evidence
from flows.intact import files_of_project
from flows.lock import only_run
from flows.proving import verified
from flows.run import open_run, timestamp
from flows.staged import kept_of
from governance.digests import file_sha256, files_below
from governance.errors import BadInput
from governance.intact.mending import command_of
from governance.intact.recorded import WITHOUT_A_PLACE, Recorded, place_of
from governance.ledger import Entry, Event, Ledger
from governance.ledger_events import FACTS
from governance.package import published_as
from governance.store import current, publish, write_manifest
from tests.lib.command import here
from tests.lib.toy import PERIOD


@pytest.fixture(scope="module")
def _ran(tmp_path_factory, _toy_template):
    root = Path(shutil.copytree(_toy_template, tmp_path_factory.mktemp("audited") / "toy"))
    run_steps(open_run(root, PERIOD), [("pseudonymise", "gp_register"), ("pseudonymise", "housing")], plain=True)
    shutil.copy(root / "ledger/checkpoint.json", root.parent / "kept.json")
    run_steps(open_run(root, PERIOD), [("link", ""), ("cohorts", ""), ("report", ""), ("audit", "")], plain=True)
    write_evidence(root, PERIOD)
    return root


@pytest.fixture
def ran(_ran, tmp_path):
    """A toy project that has run, and beside it a checkpoint that was kept from half-way."""
    shutil.copy(_ran.parent / "kept.json", tmp_path / "kept.json")
    return Path(shutil.copytree(_ran, tmp_path / "toy"))


def alone(folder, *arguments):
    """Run a stand-alone verifier in a process that can import nothing of ours."""
    command = [sys.executable, "-I", *(str(word) for word in arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_the_ledger_holds_against_a_kept_checkpoint_and_a_printed_root(ran, capsys):
    """By file, and by the digits that stand in the board report."""
    page = next((ran / "zones/public" / PERIOD).glob("*/board_report/how-made.html")).read_text("utf-8")
    printed = page.split('id="ledger"')[1].split("</section>")[0].replace("<code>", " ").replace("</code>", " ")
    digits = "".join(word for word in printed.split('class="digest">')[1].split("</p>")[0].split())
    by_file = here(capsys, "audit", "verify", ran, "--against", ran.parent / "kept.json", "--json")
    by_root = here(capsys, "audit", "verify", ran, "--against", digits, "--json")

    assert (by_file.code, by_root.code) == (0, 0), by_root.out
    kept = json.loads((ran.parent / "kept.json").read_bytes())
    assert by_file.json["result"]["against"] == kept["size"] < by_root.json["result"]["against"]
    assert here(capsys, "audit", "verify", ran).code == 0


def rewrite(root, change):
    """A history written anew under the signing key: what only a kept checkpoint can show."""
    entries, ledger = Ledger(root / "ledger").entries(), open_run(root, PERIOD).ledger
    for name in ("ledger.jsonl", "checkpoint.json"):
        (root / "ledger" / name).unlink()
    for entry in change(entries):
        ledger.append(entry.event, at=entry.at, **entry.facts)
    ledger.checkpoint(at=entries[-1].at)


@pytest.mark.parametrize(
    "change",
    [lambda entries: entries[1:], lambda entries: [entries[1], entries[0], *entries[2:]], lambda entries: entries[:4]],
    ids=["dropped", "moved", "cut"],
)
def test_a_history_that_was_rewritten_by_the_signer_is_shown_by_a_kept_checkpoint(ran, capsys, change):
    """The ledger itself verifies: only somebody else's copy tells."""
    rewrite(ran, change)

    assert verified(ran)["entries"] > 0, "the control: the ledger alone holds"
    done = here(capsys, "audit", "verify", ran, "--against", ran.parent / "kept.json", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "E-LEDGER-REWRITTEN")


def test_a_changed_line_is_refused_by_every_command(ran, capsys, tmp_path):
    """Nothing is proved or handed out from a broken ledger."""
    path = ran / "ledger/ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"housing", b"hoosing", 1))
    commands = (
        ("verify", ran),
        ("prove", ran, "--entry", 1, "--out", tmp_path / "p.json"),
        ("export", ran, "--to", tmp_path / "pack"),
        ("affected", ran, "person"),
    )
    codes = [here(capsys, "audit", *words, "--json").json["error"]["code"] for words in commands]

    assert codes == ["E-LEDGER-BROKEN"] * 4
    assert not (tmp_path / "pack").exists()


def test_an_auditor_checks_everything_with_the_pack_alone(ran, capsys, tmp_path):
    """Copy, public key from the ceremony, two files of Python: the ledger and both kinds of proof."""
    pack, key = tmp_path / "pack", tmp_path / "key.txt"
    key.write_text(json.loads((ran / "keys/public/signing_signer.json").read_text())["info"]["public"])
    assert here(capsys, "audit", "export", ran, "--to", pack).code == 0
    assert here(capsys, "audit", "prove", ran, "--entry", 3, "--out", pack / "entry.json").code == 0
    assert (
        here(capsys, "audit", "prove", ran, "--since", ran.parent / "kept.json", "--out", pack / "grew.json").code == 0
    )

    whole = alone(pack, "verify.py", ".", key)
    entry = alone(pack, "verify_proof.py", "entry.json", key)
    grew = alone(pack, "verify_proof.py", "grew.json", key, ran.parent / "kept.json")
    assert [done.returncode for done in (whole, entry, grew)] == [0, 0, 0], whole.stdout + entry.stdout + grew.stdout
    assert entry.stdout.startswith("PROVED: entry 3 (")
    assert "are still the first of" in grew.stdout
    (pack / "entry.json").write_bytes((pack / "entry.json").read_bytes().replace(b'"seq":3', b'"seq":4'))
    assert alone(pack, "verify_proof.py", "entry.json", key).returncode == 1


def test_the_verifiers_are_short_and_need_only_cryptography():
    """An auditor reads them before running them."""
    for name in ("verify.py", "verify_proof.py"):
        text = (Path(__file__).parents[2] / "governance" / name).read_text("utf-8")
        assert len(text.splitlines()) < 200
        imports = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
        assert imports <= {"base64", "json", "sys", "hashlib", "pathlib", "typing", "cryptography"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("prove", "--entry", "99999"), "E-LEDGER-ENTRY"),
        (("prove",), "E-USAGE"),
        (("prove", "--entry", "1", "--since", "x"), "E-USAGE"),
        (("prove", "--since", "nowhere.json"), "E-LEDGER-CHECKPOINT"),
        (("verify", "--against", "nowhere.json"), "E-LEDGER-CHECKPOINT"),
        (("affected", "no_such_key"), "E-AFFECTED"),
    ],
)
def test_what_cannot_be_asked(ran, capsys, tmp_path, words, code):
    """Told, with the next thing to do."""
    command, *rest = words
    out = ("--out", tmp_path / "p.json") if command == "prove" else ()

    done = here(capsys, "audit", command, ran, *rest, *out, "--json")
    assert (done.code, done.json["error"]["code"]) == (3, code)


def test_a_checkpoint_by_a_key_nobody_knows(ran, capsys):
    """The key is looked up in keys/public."""
    for path in ran.glob("keys/*/signing_signer.json"):
        path.unlink()

    assert here(capsys, "audit", "verify", ran, "--json").json["error"]["code"] == "E-LEDGER-KEY"


def test_the_page_is_written_as_before(ran, capsys):
    """`joinedup audit DIR`, options before or after, and by its new name."""
    for words in ((ran,), ("--plain", ran), ("page", ran, "--plain"), (ran, "--period", PERIOD)):
        done = here(capsys, "audit", *words, "--plain", "--json")
        assert done.code in (0, 1), done.out
        assert Path(done.json["result"]["pages"]["ig_audit"]).exists()


# --- what a loss exposes ----------------------------------------------------------------------------------


def touched(ran, capsys, lost):
    """(source, what) of everything a loss touches."""
    done = here(capsys, "audit", "affected", ran, lost, "--json")
    assert done.code == 0, done.out
    return {(row["source"], row["what"]) for row in done.json["result"]["publications"]}, done.json["result"]


@pytest.mark.parametrize(
    ("lost", "wanted"),
    [
        ("root_a", {("gp_register", "views"), ("housing", "views")}),
        ("custodian_r", {("gp_register", "views"), ("housing", "views")}),
        ("issued_housing_e1", {("housing", "views")}),
        ("zone_linkage", {("gp_register", "views"), ("housing", "views"), ("", "linked")}),
        ("zone_source_housing", {("housing", "receipt")}),
        ("person", {("", "person_index_published")}),
        ("signing_source_housing", {("housing", "views"), ("housing", "payload"), ("housing", "receipt")}),
        ("zone_audit", set()),
    ],
)
def test_a_lost_key(ran, capsys, lost, wanted):
    """What it opens, makes or signs, and nothing else."""
    found, result = touched(ran, capsys, lost)

    assert found == wanted
    assert result["means"]
    assert result["do"]


def test_a_lost_analysis_key_touches_payload_index_and_cohorts(ran, capsys):
    """All that is sealed to the zone, with the controllers to tell."""
    found, result = touched(ran, capsys, "zone_analysis")

    assert {what for _, what in found} == {"payload", "person_index_published", "cohorts_published"}
    assert result["controllers"] == ["Toy Integrated Care Board", "Toy practices", "Toy housing"]
    assert {(row["source"], row["what"]): row["records"] for row in result["publications"]} == {
        ("gp_register", "payload"): "40 records here",
        ("housing", "payload"): "20 records here",
        ("", "person_index_published"): "60 records here",
        ("", "cohorts_published"): "still here",
    }


def test_a_lost_package_and_what_was_made_from_it(ran, capsys):
    """By name, or by the first digits of its digest; with the later steps of its month."""
    by_name, result = touched(ran, capsys, f"views/housing/{PERIOD}")
    digest = result["publications"][0]["manifest_sha256"]
    by_digest, _ = touched(ran, capsys, digest[:12])

    assert by_name == by_digest
    assert {what for _, what in by_name} == {
        "views",
        "linked",
        "person_index_published",
        "cohorts_published",
        "report_released",
    }
    assert "Only the key zone_linkage opens it." in " ".join(result["means"])


def test_every_kind_of_key_and_every_key_is_known(ran, capsys):
    """No key of the project is without an answer."""
    for info in open_run(ran, PERIOD).ring.infos():
        done = here(capsys, "audit", "affected", ran, info.id)
        assert (done.code, info.id in done.out) == (0, True), info.id
        assert "72 hours" in done.out


def test_the_ledger_has_an_entry_for_every_event_it_may_have(ran):
    """The control: what was looked through was not empty."""
    events = {entry.event for entry in Ledger(ran / "ledger").entries()}

    assert {Event.PACKAGE_PUBLISHED, Event.LINKED, Event.REPORT_RELEASED} <= events


# --- every file that a month leaves -----------------------------------------------------------------------

NOT_EVIDENCE = {
    "signed or read by a person": (
        "project.yaml",
        "policy.yaml",
        "sources",
        "cohorts",
        "lookups",
        "schemas",
        ".gitignore",
        "board.yaml",
    ),
    "what suppliers sent": ("extracts", "optout", "sensitive"),
    "checked when it is used": ("keys", "voices", ".joinedup", ".vault"),
}
"""What a month reads, or keeps for itself; all else that lies in a project is held against the ledger."""


def left_by_the_month(root):
    """Every file of the project that is evidence of the month."""
    others = {name for names in NOT_EVIDENCE.values() for name in names}
    paths = (path for path in sorted(root.rglob("*")) if path.is_file())
    return [path for path in paths if path.relative_to(root).parts[0] not in others and path.name != ".lock"]


def spoil(path):
    """Change one byte in the middle; returns what the file was."""
    whole = path.read_bytes()
    at = len(whole) // 2
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    return whole


def test_one_changed_byte_of_any_file_of_a_month_is_named(ran):
    """Packages, pages, approvals, manifests, digests, pointers: just the changed files are named, and no word of them.

    All files of one kind are changed at once: what covers a folder would else be told in place of what is in it.
    """
    assert not files_of_project(ran).faults, "the control: untouched, all holds"
    files = [path for path in left_by_the_month(ran) if path.parent.name != "ledger"]
    assert {path.suffix for path in files} >= {".sealed", ".html", ".json", ".csv", ".pdf", ".xlsx", ".md", ""}
    covering = ("manifest.json", "digests.json", "current")
    kinds = [[path for path in files if path.name == name] for name in covering]
    kinds.append([path for path in files if path.name not in covering])
    assert min(len(kind) for kind in kinds) > 10, "the control: there are files of every kind"
    for kind in kinds:
        before = {path: spoil(path) for path in kind}
        told = [fault.file for fault in files_of_project(ran).faults]
        for path, whole in before.items():
            path.write_bytes(whole)
        assert sorted(told) == sorted(path.relative_to(ran).as_posix() for path in kind)


@pytest.mark.parametrize("name", ["ledger.jsonl", "checkpoint.json", "signer_public_key.txt"])
def test_one_changed_byte_of_the_ledger_is_refused(ran, capsys, name):
    """A line or a checkpoint before any file is looked at; the signer's key, which nothing trusts, is named."""
    spoil(ran / "ledger" / name)
    done = here(capsys, "audit", "verify", ran)
    assert (done.code, "ledger" in done.err) == (2, True)


def test_what_was_altered_is_refused_by_verify_and_told_by_doctor_and_status(ran, capsys):
    """Exit code 2 and the file's name; without --quick also sealed tables, which alone doctor leaves out."""
    page = next((ran / "zones/public" / PERIOD).glob("*/board_report.html"))
    sealed = next((ran / "zones/analysis" / PERIOD / "cohorts").glob("*/cohort_count.parquet.sealed"))
    assert here(capsys, "audit", "verify", ran).code == 0

    sealed.write_bytes(sealed.read_bytes()[:-1] + b"x")
    assert here(capsys, "audit", "verify", ran, "--quick").code == 0, "sealed tables were left out"
    done = here(capsys, "audit", "verify", ran, "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "E-FILES-ALTERED")
    assert [fault["file"] for fault in done.json["error"]["faults"]] == [sealed.relative_to(ran).as_posix()]

    with only_run(ran):
        meanwhile = here(capsys, "audit", "verify", ran, "--json").json["error"]["fix"]
    assert "A run is going on now" in meanwhile
    assert "A run is going on now" not in done.json["error"]["fix"]

    page.write_bytes(page.read_bytes() + b" ")
    looked = {one["about"]: one for one in here(capsys, "doctor", ran, "--json").json["result"]["findings"]}
    assert not looked["files"]["is_well"]
    assert page.name in looked["files"]["found"]
    assert any("audit verify" in step for step in here(capsys, "status", ran, "--json").json["result"]["next"])


LATER = "2026-11"


def told_of(root):
    """Files that are told of, below the project's folder."""
    return {fault.file for fault in files_of_project(root).faults}


def _publish(run, package, facts):
    """A content with a manifest of these facts, and its line of the ledger."""
    folder = run.zone("analysis", run.period, package)
    with publish(folder) as scratch:
        write_manifest(scratch, facts)
    run.record_files(package, folder)
    return folder


def _forget(root, lines):
    """The ledger without its last lines, as if nobody had written them."""
    entries, ledger = Ledger(root / "ledger").entries(), open_run(root, PERIOD).ledger
    for name in ("ledger.jsonl", "checkpoint.json"):
        (root / "ledger" / name).unlink()
    for entry in entries[:-lines]:
        ledger.append(entry.event, at=entry.at, **entry.facts)
    ledger.checkpoint(at=entries[-1].at)


def _line(event, facts):
    return Entry(seq=1, at="", event=event, facts=facts, prev="", hash="")


def test_every_line_that_names_files_tells_where_they_lie(ran):
    """By event and package; a new kind of publication needs a place, or what is gone of it would be told by nobody."""
    with_files = [one for one in Ledger(ran / "ledger").entries() if "files_sha256" in one.facts]
    assert len(with_files) > 10, "the control"
    for entry in with_files:
        place = place_of(entry)
        if not place:
            assert entry.facts["package"] in WITHOUT_A_PLACE
            continue
        lies_there = {file_sha256(path) for path in (ran / place).glob("*/digests.json")}
        assert entry.facts["files_sha256"] in lies_there, entry.event
    # The first three name a package; the last one a list, which has a line of its own.
    unnamed = {Event.PACKAGE_PUBLISHED, Event.PACKAGE_IMPORTED, Event.FILES_RECORDED, Event.FILES_SEALED_ANEW}
    for event in [event for event, facts in FACTS.items() if "files_sha256" in facts and event not in unnamed]:
        assert place_of(_line(event, {"period": PERIOD})), event


def test_every_folder_has_a_command_that_makes_it_again(ran, capsys):
    """It exists, and takes the month; what is told of a content in no line names it."""
    found = {place_of(one) for one in Ledger(ran / "ledger").entries() if "files_sha256" in one.facts} - {""}
    lines = [_line(event, {"period": PERIOD}) for event in FACTS]
    for package in ("translation", "patterns", "withdrawal"):
        lines.append(_line(Event.FILES_RECORDED, {"period": PERIOD, "source": "gp", "package": package}))
    found |= {place_of(one) for one in lines} - {""}
    found |= {f"zones/source/gp/review/{PERIOD}", f"zones/review/reviewer_r/{PERIOD}"}
    commands = {command_of(place) for place in found}
    assert len(commands) > 8, "the control: they are made by different commands"
    for command in commands:
        words = command.removeprefix("joinedup ").split(" DIR")[0].split()
        assert command.endswith(f" --period {PERIOD}")
        assert "--period" in here(capsys, *words, "--help").out


@pytest.mark.parametrize(
    "place",
    [
        "zones/public/2026-10",
        "zones/draft/2026-10",
        "zones/analysis/2026-10",
        "zones/analysis/2026-10/missed",
        "zones/analysis/2026-10/cohorts/current",
        "zones/linkage/2026-10/in/housing",
        "zones/source/housing/2026-10",
        "zones/audit/2026-10/ig_audit.html",
        "zones/audit/2026-10/evidence_pack.html",
    ],
)
def test_what_is_gone_as_a_whole_is_told(ran, place):
    """A month, a folder, a pointer, a page: the ledger says that it was there, and nothing says that it went."""
    path = ran / place
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    told = told_of(ran)

    assert told
    assert all(one.startswith(place) or one == "zones/audit/2026-10/evidence_pack.md" for one in told)


def test_a_zone_that_is_on_another_machine_is_not_missed(ran):
    """Where a council only sends, or the analysis is made elsewhere, the zone's whole folder is not there."""
    for zone in ("source/housing", "linkage"):
        shutil.rmtree(ran / "zones" / zone)
    assert not told_of(ran)


def test_a_signed_approval_that_is_gone_is_told(ran):
    """A line of the ledger names its digest: whoever takes it away takes away who signed."""
    run = open_run(ran, PERIOD)
    run.ledger.append(Event.RULE_WAIVED, at=timestamp(), project="toy", rule="OUT-07", approval_sha256="ab" * 32)
    [fault] = files_of_project(ran).faults
    assert (fault.file, "lacks the signed file" in fault.what) == ("approvals", True)


def test_a_content_that_fits_itself_and_is_in_no_line_is_told(ran):
    """A page of somebody's own, with a manifest that names it and no list of files, is no content of before."""
    folder = ran / "zones/public" / PERIOD
    real = next(folder.glob("*/manifest.json")).parent
    planted = shutil.copytree(real, folder / "planted")
    (planted / "digests.json").unlink()
    (planted / "board_report.html").write_text("<p>not ours</p>")
    manifest = json.loads((planted / "manifest.json").read_bytes())
    manifest["files"]["board_report.html"] = file_sha256(planted / "board_report.html")
    digest = write_manifest(planted, manifest)
    planted.rename(folder / digest[:16])
    (folder / "current").write_text(f"{digest[:16]}\n")

    assert f"zones/public/{PERIOD}/{digest[:16]}/manifest.json" in told_of(ran)


@pytest.mark.parametrize(("of", "laid_in"), [("cohorts", "index"), ("missed", "index"), ("index", "missed")])
def test_what_was_recorded_of_another_folder_is_told_where_it_does_not_belong(ran, of, laid_in):
    """Whole, and in the ledger, by a later line or an earlier one: but not as what readers look for here."""
    zone = ran / "zones/analysis" / PERIOD
    real, folder = current(zone / of), zone / laid_in
    laid = shutil.copytree(real, folder / real.name)
    (folder / "current").write_text(f"{real.name}\n")
    assert (laid / "digests.json").relative_to(ran).as_posix() in told_of(ran)


def _notice_beside(run):
    """A notice in the place of the report, as a withdrawal puts it there."""
    public = run.zone("public", run.period)
    with publish(public, keep_every=True) as scratch:
        write_manifest(scratch, {"kind": "withdrawal", "about": "ab" * 32, "period": run.period})
    run.record_files("withdrawal", public)


def test_a_withdrawal_that_was_cut_off_is_ended_by_what_is_said(ran, capsys, monkeypatch):
    """Not by `joinedup release`, which is refused then: the notice was put there, and its line is lacking."""
    words = ("release", ran, "--withdraw", "A table held the wrong months of one service.", "--period", PERIOD)

    def append(ledger, event, **facts):
        if event is Event.FILES_RECORDED:
            raise KeyboardInterrupt
        return whole(ledger, event, **facts)

    whole = Ledger.append
    with monkeypatch.context() as cut:
        cut.setattr(Ledger, "append", append)
        assert here(capsys, *words).code != 0
    [left] = files_of_project(ran).cut
    assert f"`joinedup release DIR --withdraw REASON --period {PERIOD}`, run again" in left.fix
    assert not told_of(ran)

    assert here(capsys, *words).code == 0
    assert not told_of(ran)


def test_a_report_that_was_withdrawn_and_is_gone_is_told(ran):
    """Its readers know it for good, and so does the release gate: what is public once is not only its last content."""
    report = current(ran / "zones/public" / PERIOD)
    _notice_beside(open_run(ran, PERIOD))
    assert not told_of(ran), "the control"
    shutil.rmtree(report)
    assert told_of(ran) == {f"zones/public/{PERIOD}"}


def test_a_step_that_was_killed_excuses_nothing_that_is_public_and_no_audit_page(ran):
    """It may have removed what it was about to replace; what is public is never removed, and another step audits."""
    run = open_run(ran, PERIOD)
    begun = next(one for one in run.ledger.entries() if one.event is Event.RUN_STARTED)
    run.ledger.append(Event.RUN_STARTED, at=timestamp(), **{**begun.facts, "step": "find"})
    page = ran / "zones/audit" / PERIOD / "ig_audit.html"
    assert not told_of(ran), "the control"
    page.write_text("<p>All is well.</p>")
    shutil.rmtree(ran / "zones/public" / PERIOD)
    assert told_of(ran) == {page.relative_to(ran).as_posix(), f"zones/public/{PERIOD}"}


def test_an_older_content_of_before_files_were_recorded_is_no_way_back(ran):
    """Its line is older than that of what was recorded since, though it has no list of files."""
    run, folder = open_run(ran, PERIOD), ran / "zones/analysis" / PERIOD / "finder"
    with publish(folder, keep_every=True) as scratch:
        write_manifest(scratch, {"kind": "proposals"})
    (current(folder) / "digests.json").unlink()
    before = {"manifest_sha256": file_sha256(current(folder) / "manifest.json")}
    run.ledger.append(Event.PROPOSALS_WRITTEN, at=timestamp(), period=PERIOD, proposals=0, **before)
    older = (folder / "current").read_text()
    assert not told_of(ran), "the control"
    with publish(folder, keep_every=True) as scratch:
        write_manifest(scratch, {"kind": "proposals", "again": True})
    run.ledger.append(Event.PROPOSALS_WRITTEN, at=timestamp(), period=PERIOD, proposals=0, **published_as(folder))
    assert not told_of(ran), "the control"
    (folder / "current").write_text(older)
    assert told_of(ran) == {(folder / "current").relative_to(ran).as_posix()}


def test_a_file_beside_the_contents_of_a_folder_is_not_told(ran):
    """A known limit: it lies in no content, and no pointer leads to it."""
    (ran / "zones/public" / PERIOD / "board_report.html").write_text("<p>not ours</p>")
    assert not told_of(ran)


def test_an_audit_page_of_a_month_that_no_line_tells_of_is_told(ran):
    """Its look alone says nothing."""
    page = ran / "zones/audit/2026-12/ig_audit.html"
    page.parent.mkdir()
    page.write_text("<p>All is well.</p>")
    assert told_of(ran) == {"zones/audit/2026-12/ig_audit.html"}


def test_what_a_command_left_that_was_cut_off_is_no_alarm_once_it_ran_again(ran):
    """Before it is recorded it is told with what to do; afterwards nobody is led to it, and it is counted."""
    run, facts = open_run(ran, PERIOD), {"kind": "proposals"}
    folder = run.zone("analysis", PERIOD, "finder")
    with publish(folder) as scratch:
        write_manifest(scratch, facts)
        (scratch / "finder_proposal.parquet.sealed").write_bytes(b"sealed once")
    [fault] = files_of_project(ran).faults
    assert f"run `joinedup find DIR --period {PERIOD}` again" in fault.fix

    with publish(folder) as scratch:
        write_manifest(scratch, facts)
        (scratch / "finder_proposal.parquet.sealed").write_bytes(b"sealed again: other bytes")
    run.ledger.append(Event.PROPOSALS_WRITTEN, at=timestamp(), period=PERIOD, proposals=0, **published_as(folder))
    looked = files_of_project(ran)
    assert (looked.faults, looked.left_over) == ((), 1)


def test_what_a_command_left_that_was_cut_off_stays_told_if_another_content_took_its_place(ran):
    """Nobody is led to it and nothing recorded it: it is told until it was kept for the IG lead and removed."""
    run = open_run(ran, PERIOD)
    folder = run.zone("analysis", PERIOD, "finder")
    with publish(folder) as scratch:
        write_manifest(scratch, {"kind": "proposals", "of": "records since replaced"})
    left = current(folder)
    with publish(folder) as scratch:
        write_manifest(scratch, {"kind": "proposals"})
    run.ledger.append(Event.PROPOSALS_WRITTEN, at=timestamp(), period=PERIOD, proposals=0, **published_as(folder))

    [fault] = files_of_project(ran).faults
    assert fault.file == (left / "digests.json").relative_to(ran).as_posix()
    assert "a command left it that was cut off, or somebody put it there" in fault.what
    assert fault.fix.endswith("If this is told after it, remove its folder: nothing reads it.")
    shutil.rmtree(left)
    assert not told_of(ran)


def test_a_step_that_was_killed_and_ran_again_is_not_cut_off_any_more():
    """Else whatever is put into that month would be taken for what the killed step left, for good."""
    lines = [(Event.RUN_STARTED, "link"), (Event.RUN_STARTED, "link"), (Event.RUN_FINISHED, "link")]
    entries = [_line(event, {"period": PERIOD, "step": step}) for event, step in lines]
    assert Recorded.of(entries[:1]).cut_off == {PERIOD}
    assert Recorded.of(entries).cut_off == set()


def test_what_retention_removed_is_no_tampering_and_what_somebody_removed_is(ran):
    """Tables of people go once a later month stands in their zone, and nothing else does. What is put there is told."""
    index = next((ran / "zones/analysis" / PERIOD / "index").glob("*/person_index.parquet.sealed"))
    held = index.read_bytes()
    index.unlink()
    assert told_of(ran) == {index.relative_to(ran).as_posix()}, "this is the newest month"
    run = open_run(ran, LATER)
    _publish(run, "missed", {"kind": "who_is_missed"})
    assert not files_of_project(ran).faults
    shutil.rmtree(ran / "zones/analysis" / LATER)
    _forget(ran, 1)
    index.write_bytes(held)

    gone = [
        next((ran / "zones/public" / PERIOD).glob("*/safe_counts.csv")),
        next((ran / "zones/analysis" / PERIOD / "missed").glob("*/digests.json")),
        next((ran / "zones/analysis" / PERIOD / "cohorts").glob("*/cohort_count.parquet.sealed")),
        next((ran / "zones/linkage" / PERIOD / "out").glob("*/manifest.json")),
    ]
    for path in gone:
        path.unlink()
    put = next((ran / "zones/public" / PERIOD).glob("*/board_report")) / "another.html"
    put.write_text("<p>not ours</p>")
    assert told_of(ran) == {path.relative_to(ran).as_posix() for path in (*gone, put)}


def test_a_content_without_any_list_of_its_files_is_told_of(ran):
    """A page in the place of another is on no list that is left; the pointer that leads to it is what is told."""
    content = next((ran / "zones/public" / PERIOD).glob("*/manifest.json")).parent
    for name in ("manifest.json", "digests.json"):
        (content / name).unlink()
    (content / "board_report.html").write_text("<p>not ours</p>")

    told = [fault.file for fault in files_of_project(ran).faults]

    assert told == [(content.parent / "current").relative_to(ran).as_posix()]


@pytest.fixture
def of_before(ran):
    """A project whose month was published before files were recorded."""
    since = {Event.FILES_RECORDED, Event.FILES_ANNOUNCED}
    older = [one for one in Ledger(ran / "ledger").entries() if one.event not in since]
    ledger = open_run(ran, PERIOD).ledger
    for name in ("ledger.jsonl", "checkpoint.json"):
        (ran / "ledger" / name).unlink()
    for entry in older:
        ledger.append(
            entry.event,
            at=entry.at,
            **{name: value for name, value in entry.facts.items() if name != "files_sha256"},
        )
    ledger.checkpoint(at=older[-1].at)
    for path in ran.rglob("digests.json"):
        path.unlink()
    return ran


def test_a_project_of_before_files_were_recorded_is_told_so_and_not_refused(of_before, capsys):
    """Its manifests and pages are still held against each other; the next run records its files."""
    ran = of_before
    done = here(capsys, "audit", "verify", ran, "--json")
    assert (done.code, done.json["result"]["files"]["from_before"]) == (0, done.json["result"]["files"]["publications"])
    assert "made before joinedup recorded every file" in here(capsys, "audit", "verify", ran).out
    page = next((ran / "zones/public" / PERIOD).glob("*/board_report.html"))
    page.write_bytes(page.read_bytes() + b" ")
    assert [fault.file for fault in files_of_project(ran).faults] == [page.relative_to(ran).as_posix()]


@pytest.mark.parametrize(
    ("place", "facts"),
    [
        ("analysis/{}/missed", {"kind": "who_is_missed"}),
        ("analysis/{}/measures", {"kind": "measures"}),
        ("public/{}", {"kind": "withdrawal", "about": "ab" * 32}),
    ],
)
def test_a_page_that_is_put_into_a_month_of_before_is_told(of_before, place, facts):
    """It had no line of its own then; but the counts name their pages, and a line the report that was withdrawn."""
    folder, planted = of_before / "zones" / place.format(PERIOD), b"<p>All is well.</p>"
    with publish(folder, keep_every=True) as scratch:
        (scratch / "page.html").write_bytes(planted)
        write_manifest(scratch, {**facts, "period": PERIOD, "files": {"page.html": sha256(planted).hexdigest()}})
    (current(folder) / "digests.json").unlink()

    assert told_of(of_before) == {(current(folder) / "manifest.json").relative_to(of_before).as_posix()}


def test_a_page_of_a_month_that_the_ledger_does_not_know_is_told(ran):
    """An audit page or an evidence pack of it is no page of ours."""
    folder = ran / "zones/audit/2024-01"
    folder.mkdir()
    pages = [folder / name for name in ("ig_audit.html", "evidence_pack.html", "evidence_pack.md")]
    for page in pages:
        page.write_text("<p>All is well.</p>")

    assert told_of(ran) == {page.relative_to(ran).as_posix() for page in pages}


@pytest.mark.parametrize("said", [b"not json", b"\xff\xfe", b"[]", b'{"files": []}', b"[" * 100_000])
@pytest.mark.parametrize("has_digests", [True, False])
def test_a_content_that_is_no_content_is_told_and_stops_nothing(ran, said, has_digests):
    """Whatever somebody writes in place of a manifest, all else is looked at, and a run goes on."""
    put = ran / "zones/analysis" / PERIOD / "missed" / sha256(said).hexdigest()[:16]
    put.mkdir()
    (put / "manifest.json").write_bytes(said)
    if has_digests:
        (put / "digests.json").write_bytes(b"{}")

    assert [fault.file.rsplit("/", 1)[0] for fault in files_of_project(ran).faults] == [put.relative_to(ran).as_posix()]
    run = open_run(ran, PERIOD)
    assert kept_of(run, run.zone("analysis", PERIOD, "missed"))


def test_an_older_content_put_back_in_place_of_the_last_is_named(ran):
    """Whole and recorded, but not what the ledger says was made last."""
    pointer = ran / "zones/analysis" / PERIOD / "missed" / "current"
    before = pointer.read_text()
    _publish(open_run(ran, PERIOD), "missed", {"kind": "who_is_missed"})
    assert not files_of_project(ran).faults
    pointer.write_text(before)

    assert [fault.file for fault in files_of_project(ran).faults] == [pointer.relative_to(ran).as_posix()]


@pytest.fixture
def taken_away(ran, monkeypatch):
    """A page that somebody takes away after the folder's files were listed and before they are read."""
    page = next((ran / "zones/public" / PERIOD).glob("*/board_report.html"))

    def listed(content):
        found = files_below(content)
        if page in found:
            page.unlink()
        return found

    monkeypatch.setattr("governance.intact.publications.files_below", listed)
    return page


def test_a_file_that_goes_away_while_it_is_looked_at_is_named_and_no_run_is_blamed(ran, taken_away, capsys):
    """Nobody holds the project's lock, so it was no run that is going on; asked again, the file is told as gone."""
    done = here(capsys, "audit", "verify", ran, "--json")
    error = done.json["error"]
    assert (done.code, error["code"]) == (3, "E-FILES-MOVED")
    assert [fault["file"] for fault in error["faults"]] == [taken_away.relative_to(ran).as_posix()]
    assert "run is going on" not in f"{error}"
    assert told_of(ran) == {taken_away.relative_to(ran).as_posix()}


def test_of_a_run_is_spoken_where_the_lock_shows_one(ran, taken_away):
    """Then what was seen may be half of before it, and the answer is to wait."""
    with only_run(ran), pytest.raises(BadInput) as told:
        files_of_project(ran)
    assert "a run is going on" in told.value.what
    assert [fault.file for fault in told.value.faults] == [taken_away.relative_to(ran).as_posix()]


def test_where_the_lock_cannot_be_tried_the_file_is_still_named(ran, taken_away):
    """An auditor who may only read the folder is not told of a lock that they could not take."""
    (ran / ".joinedup/lock").unlink()
    (ran / ".joinedup/lock").mkdir()
    with pytest.raises(BadInput) as told:
        files_of_project(ran)
    assert (told.value.code, "run is going on" in f"{told.value}") == ("E-FILES-MOVED", False)
