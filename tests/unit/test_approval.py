"""Approval: what was signed is what runs, and demo keys open nothing real."""

import base64
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance import approval, code_version, dsse
from governance.approval import check_approved, waiting_for
from governance.approval_record import read_approvals, trusted_approvers
from governance.changes.kept import kept_bytes, kept_meaning
from governance.changes.meaning import meaning_of
from governance.errors import PolicyRefusal
from governance.settings import load_bundle
from governance.verify import key_fingerprint
from tests.lib.approving import SIGNING, sign_both, sign_first, sign_second
from tests.lib.governance import DAY, demo_keys, edit_config, real_keys, write_config


@pytest.fixture
def real(tmp_path):
    """A project of real people with real keys, and its key ring."""
    bundle = write_config(tmp_path, synthetic=False)
    return bundle, real_keys(bundle)


@pytest.fixture
def signed(real):
    """The same, approved by two people on the day of the run: every source of a first config is new."""
    bundle, ring = real
    sign_both(bundle, ring)
    return bundle, ring


def moved_meaning(bundle, english, patch):
    """What the config means under other code."""
    meaning = meaning_of(bundle, english)
    versions = {name.lower(): value() if callable(value) else value for name, value in patch.items()}
    return meaning | {"versions": meaning["versions"] | versions}


def refused(bundle, ring, day=DAY):
    """The refusal of a run."""
    with pytest.raises(PolicyRefusal) as refusal:
        check_approved(bundle, ring, day)
    assert refusal.value.exit_code == 2
    return refusal.value


def test_a_signed_bundle_runs(signed):
    """Who, when and until when are told."""
    bundle, ring = signed

    status = check_approved(bundle, ring, DAY)

    assert (status.kind, status.approver, status.author) == ("signed", "A. Lead", "B. Analyst")
    assert status.sentence == "Signed by A. Lead and C. Guardian on 14 October 2025, valid to 14 October 2026."
    assert status.config_sha256 == bundle.digest
    assert status.keys == tuple(ring.info(f"signing_{who}").fingerprint for who in ("approver", "second_approver"))


def test_an_unsigned_bundle_does_not_run(real):
    """What, why and fix."""
    refusal = refused(*real)

    assert str(refusal) == (
        "Project `northmoor` has no approval signed by its approver's key.\n"
        "  Why: Nothing real runs on a config that no IG lead has approved.\n"
        "  Fix: Ask an IG lead to read `joinedup check DIR` and then run `joinedup approve DIR`. Nothing was written."
    )
    assert refusal.code == "E-APPROVAL-MISSING"


@pytest.mark.parametrize("name", ["project.yaml", "policy.yaml", "sources/police.yaml", "cohorts/c01.yaml"])
def test_one_more_space_in_any_file_stops_the_run(signed, name):
    """The signature covers exact bytes; the altered file is named."""
    bundle, ring = signed
    path = bundle.root / name
    path.write_bytes(path.read_bytes() + b" \n")

    refusal = refused(load_bundle(bundle.root), ring)

    assert refusal.what == f"The config was altered after it was approved: {name} (changed)."
    assert refusal.code == "E-APPROVAL-ALTERED"


def test_files_added_and_removed_are_named(signed):
    """A new cohort definition and a withdrawn source are changes too."""
    bundle, ring = signed
    (bundle.root / "sources" / "police.yaml").unlink()
    (bundle.root / "cohorts" / "c99.yaml").write_text("id: c99\n")

    refusal = refused(load_bundle(bundle.root), ring)

    assert "cohorts/c99.yaml (added), sources/police.yaml (removed)" in refusal.what


def test_a_new_extract_needs_no_new_signature(signed):
    """Periods and extract files lie outside the signed bytes."""
    bundle, ring = signed
    (bundle.root / "extracts" / "2025-10").mkdir(parents=True)
    (bundle.root / "extracts" / "2025-10" / "gp.csv").write_text("patient_id\n1\n")

    assert check_approved(load_bundle(bundle.root), ring, DAY).kind == "signed"


@pytest.mark.parametrize(("days", "runs"), [(365, True), (366, False)], ids=["last day", "day after"])
def test_an_approval_ends(signed, days, runs):
    """The last day counts."""
    bundle, ring = signed
    day = DAY + timedelta(days=days)

    if runs:
        assert check_approved(bundle, ring, day).kind == "signed"
    else:
        assert refused(bundle, ring, day).what == "The approval of 2025-10-14 ended on 2026-10-14."


@pytest.mark.parametrize(
    ("patch", "moved"),
    [
        ({"code_version": lambda: "0.2.0+abc"}, "code version"),
        ({"POLICY_VERSION": "2099.01"}, "policy version"),
        ({"POLICY_VERSION": "2099.01", "code_version": lambda: "0.2.0+abc"}, "policy version and code version"),
    ],
    ids=["code", "policy", "both"],
)
def test_other_code_or_rules_need_a_renewal(signed, monkeypatch, patch, moved):
    """The config is unchanged, and the message says so."""
    bundle, ring = signed
    for name, value in patch.items():
        monkeypatch.setattr(approval, name, value)

    refusal = refused(bundle, ring)

    assert refusal.what == f"The approval of 2025-10-14 is for another {moved}; the config is unchanged."
    monkeypatch.setattr(approval, "meaning_of", lambda *given: moved_meaning(*given, patch))
    sign_first(bundle, ring, replace(SIGNING, second="", at="2025-10-15T09:00:00+00:00"))
    assert check_approved(bundle, ring, DAY).kind == "signed"


def test_a_renewal_does_not_overwrite_the_first_approval(signed):
    """Each approval has its own file, named by what it says."""
    bundle, ring = signed

    sign_first(bundle, ring, replace(SIGNING, at="2025-10-20T09:00:00+00:00", until=date(2026, 10, 20)))

    assert len(list((bundle.root / "approvals").glob("*.json"))) == 2
    assert check_approved(bundle, ring, DAY).approved_at == "2025-10-20T09:00:00+00:00"


def test_a_strangers_signature_counts_for_nothing(real):
    """The key comes from the key ring, not from the envelope."""
    bundle, ring = real
    sign_first(bundle, ring, key=Ed25519PrivateKey.generate())

    assert refused(bundle, ring).code == "E-APPROVAL-MISSING"


def test_only_the_approvers_key_approves(real):
    """The author's and the run signer's keys do not."""
    bundle, ring = real
    for holder in ("author", "signer"):
        sign_first(bundle, ring, key=ring.signing(holder, DAY))

    assert refused(bundle, ring).code == "E-APPROVAL-MISSING"


@pytest.mark.parametrize("field", ["payload", "payloadType", "signatures"])
def test_a_changed_envelope_counts_for_nothing(signed, field):
    """Payload, type and signature are all bound."""
    bundle, ring = signed
    [path] = (bundle.root / "approvals").glob("*.json")
    envelope = json.loads(path.read_text())
    if field == "payload":
        text = base64.b64decode(envelope["payload"]).replace(b"2026-10-14", b"2036-10-14")
        envelope["payload"] = base64.b64encode(text).decode()
    elif field == "payloadType":
        envelope["payloadType"] = "text/plain"
    else:
        for one in envelope["signatures"]:
            one["sig"] = base64.b64encode(bytes(64)).decode()
    path.write_text(json.dumps(envelope))

    assert refused(bundle, ring).code == "E-APPROVAL-MISSING"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"payload": "?"}', '{"payload": "", "signatures": 1}'])
def test_other_files_in_the_folder_do_no_harm(signed, text):
    """A stray or damaged file neither approves nor breaks."""
    bundle, ring = signed
    (bundle.root / "approvals" / "stray.json").write_text(text)

    assert check_approved(bundle, ring, DAY).kind == "signed"


def test_an_approval_for_another_project_does_not_fit(signed, monkeypatch):
    """Same bytes, other project id: as if unsigned."""
    bundle, ring = signed
    object.__setattr__(bundle.project, "id", "southmoor")

    assert refused(bundle, ring).code == "E-APPROVAL-MISSING"


@pytest.mark.parametrize(
    "named",
    [{"author": " a.  lead "}, {"second": "A. LEAD"}, {"second": "b. analyst"}],
    ids=["author approves", "approver signs twice", "author signs second"],
)
def test_one_person_is_not_two(real, named):
    """Whatever the capitals and spaces."""
    bundle, ring = real

    with pytest.raises(PolicyRefusal, match="One person cannot be two") as refusal:
        sign_first(bundle, ring, replace(SIGNING, **named))

    assert refusal.value.code == "E-APPROVAL-SELF"
    assert not (bundle.root / "approvals").exists()


# --- two people -------------------------------------------------------------------------------------------


def test_a_first_config_needs_two_people_and_says_so(real):
    """Nothing is signed until the second is named."""
    bundle, ring = real

    with pytest.raises(PolicyRefusal) as refusal:
        sign_first(bundle, ring, replace(SIGNING, second=""))

    assert refusal.value.code == "E-APPROVAL-SECOND"
    assert "nothing of this project was approved before" in str(refusal.value)
    assert not (bundle.root / "approvals").exists()


def test_one_of_two_signatures_is_not_enough(real):
    """Who still has to sign is named."""
    bundle, ring = real
    sign_first(bundle, ring)

    refusal = refused(bundle, ring)

    assert (refusal.code, refusal.what) == ("E-APPROVAL-SECOND", "A. Lead has signed; C. Guardian has not yet.")


def test_the_second_signature_is_in_the_same_envelope(real):
    """One payload, two signatures, two keys."""
    bundle, ring = real
    first = sign_first(bundle, ring)
    before = json.loads(first.read_text())
    after = json.loads(sign_second(bundle, ring).read_text())

    assert before["payload"] == after["payload"]
    assert after["signatures"][0] == before["signatures"][0]
    assert len({one["keyid"] for one in after["signatures"]}) == 2


def test_one_key_does_not_sign_twice(real):
    """Two signatures with one key are one person's: refused, and not counted if somebody writes them."""
    bundle, ring = real
    path = sign_first(bundle, ring)
    key = ring.signing("approver", DAY)

    with pytest.raises(PolicyRefusal) as refusal:
        sign_second(bundle, ring, key=key)
    path.write_bytes(dsse.countersign(path.read_bytes(), key))

    assert refusal.value.code == "E-APPROVAL-KEY"
    assert refused(bundle, ring).code == "E-APPROVAL-SECOND"


def test_only_the_person_named_is_waited_for(real):
    """Spelt as people spell; nobody else."""
    bundle, ring = real
    sign_first(bundle, ring)
    trusted = trusted_approvers(ring.infos())

    assert waiting_for(bundle, trusted, "c. guardian") is not None
    assert waiting_for(bundle, trusted, "D. Passer-by") is None


def test_the_second_person_signs_nothing_that_was_changed_since(real):
    """What the first one read is what the second one signs."""
    bundle, ring = real
    sign_first(bundle, ring)
    [waiting] = read_approvals(bundle.root, trusted_approvers(ring.infos()))
    changed = edit_config(bundle, "policy.yaml", lambda data: data.update(round_to_people=10))

    with pytest.raises(PolicyRefusal) as refusal:
        approval.countersign(changed, ring.signing("second_approver", DAY), waiting, DAY)

    assert refusal.value.code == "E-APPROVAL-ALTERED"
    assert waiting_for(changed, trusted_approvers(ring.infos()), "C. Guardian") is None


LATER = "2025-10-20T09:00:00+00:00"
RISKY = {
    "a new source": ("sources/fire.yaml", lambda data: data.update(id="fire", title="Fire service")),
    "a new recipient": ("project.yaml", lambda data: data["report"].update(board="Another board")),
    "a new source under an old name": ("sources/police.yaml", lambda data: data.update(organisation="Another force")),
    "a lowered threshold by another profile": (
        "project.yaml",
        lambda data: data.update(disclosure="midpoint6"),
    ),
    "a lowered threshold": ("policy.yaml", lambda data: data.update(hide_up_to_people=7)),
}


@pytest.mark.parametrize("risk", RISKY)
def test_what_is_riskiest_needs_two_people_again(tmp_path, risk):
    """Compared with what was approved before."""
    bundle = write_config(tmp_path, synthetic=False)
    bundle = edit_config(bundle, "policy.yaml", lambda data: data.update(hide_up_to_people=10))
    ring = real_keys(bundle)
    sign_both(bundle, ring)
    name, change = RISKY[risk]
    risk = risk.split(" under ")[0].split(" by ")[0]
    if not (tmp_path / name).exists():
        (tmp_path / name).write_text((tmp_path / "sources" / "police.yaml").read_text())
    changed = edit_config(bundle, name, change)

    with pytest.raises(PolicyRefusal) as refusal:
        sign_first(changed, ring, replace(SIGNING, second="", at=LATER))
    sign_first(changed, ring, replace(SIGNING, at=LATER))

    assert refusal.value.faults[0].what.startswith(risk)
    assert refused(changed, ring).code == "E-APPROVAL-SECOND"
    sign_second(changed, ring)
    assert check_approved(changed, ring, DAY).reasons[0].startswith(risk)


def test_other_changes_need_one_person(signed):
    """A tightened threshold and a shorter retention."""
    bundle, ring = signed
    changed = edit_config(bundle, "policy.yaml", lambda data: data.update(hide_up_to_people=10))
    changed = edit_config(changed, "project.yaml", lambda data: data.update(retention_months=12))
    sign_first(changed, ring, replace(SIGNING, second="", at=LATER))

    status = check_approved(changed, ring, DAY)

    assert (status.approver, status.second_approver, status.reasons) == ("A. Lead", "", ())


def test_an_approval_is_not_believed_about_itself(signed, monkeypatch):
    """One signer with a changed tool cannot write the second person away: the need is worked out at every run."""
    bundle, ring = signed
    changed = edit_config(bundle, "project.yaml", lambda data: data["report"].update(board="Another board"))
    with monkeypatch.context() as tampered:
        tampered.setattr(approval, "two_people_reasons", lambda *given: ())
        sign_first(changed, ring, replace(SIGNING, second="", at=LATER))

    assert refused(changed, ring).code == "E-APPROVAL-SECOND"


def test_without_what_was_kept_two_people_are_needed(signed):
    """What cannot be compared is taken for the riskiest change."""
    bundle, ring = signed
    changed = edit_config(bundle, "project.yaml", lambda data: data.update(retention_months=12))
    sign_first(changed, ring, replace(SIGNING, at=LATER))
    assert check_approved(changed, ring, DAY).kind == "signed"

    for path in (bundle.root / "approvals" / "kept").iterdir():
        path.write_bytes(path.read_bytes() + b" ")

    refusal = refused(changed, ring)
    assert refusal.code == "E-APPROVAL-SECOND"
    assert "approvals/kept/, or was altered" in str(refusal)


def test_a_half_signed_approval_is_nothing_to_compare_with(signed):
    """Two steps do not make a new source an old one."""
    bundle, ring = signed
    police = (bundle.root / "sources" / "police.yaml").read_text()
    (bundle.root / "sources" / "fire.yaml").write_text(police.replace("id: police", "id: fire"))
    changed = load_bundle(bundle.root)
    sign_first(changed, ring, replace(SIGNING, at=LATER))
    again = edit_config(changed, "project.yaml", lambda data: data.update(retention_months=12))

    with pytest.raises(PolicyRefusal) as refusal:
        sign_first(again, ring, replace(SIGNING, second="", at="2025-10-21T09:00:00+00:00"))

    assert "a new source" in str(refusal.value)


def test_the_author_has_to_be_named(real):
    """For people who are real; otherwise nobody could say that author and approver differ."""
    bundle, ring = real

    with pytest.raises(PolicyRefusal) as refusal:
        sign_first(bundle, ring, replace(SIGNING, author=" "))

    assert refusal.value.code == "E-APPROVAL-AUTHOR"


@pytest.mark.parametrize("until", [date(2025, 10, 13), date(2026, 10, 15)], ids=["in the past", "too long"])
def test_an_approval_lasts_no_longer_than_the_policy_allows(real, until):
    """A year at most, and not into the past."""
    bundle, ring = real

    with pytest.raises(PolicyRefusal) as refusal:
        sign_first(bundle, ring, replace(SIGNING, until=until))

    assert refusal.value.code == "E-APPROVAL-UNTIL"
    assert "by 2026-10-14" in refusal.value.what


def test_until_ends_an_approval(real):
    """The day the approver chose."""
    bundle, ring = real
    sign_both(bundle, ring, replace(SIGNING, until=date(2025, 11, 1)))

    assert check_approved(bundle, ring, date(2025, 11, 1)).expires == "2025-11-01"
    assert refused(bundle, ring, date(2025, 11, 2)).code == "E-APPROVAL-EXPIRED"


def test_the_policys_limit_holds_whatever_an_approval_says(real, monkeypatch):
    """A statement that claims ten years ends after one."""
    bundle, ring = real
    with monkeypatch.context() as tampered:
        tampered.setattr(approval, "_last_day", lambda *given: date(2035, 1, 1))
        sign_both(bundle, ring)

    assert check_approved(bundle, ring, DAY).expires == "2026-10-14"
    assert refused(bundle, ring, date(2026, 10, 15)).code == "E-APPROVAL-EXPIRED"


def test_what_was_approved_is_kept_byte_by_byte(signed):
    """Every config file and the meaning, by digest, also after the files have changed."""
    bundle, ring = signed
    edit_config(bundle, "project.yaml", lambda data: data.update(retention_months=12))
    [one] = read_approvals(bundle.root, trusted_approvers(ring.infos()))

    kept = {name: kept_bytes(bundle.root, one.files[name]) for name in bundle.files}

    assert kept == {name: file.raw for name, file in bundle.files.items()}
    assert kept_meaning(bundle.root, one.facts["meaning_sha256"])["project"]["retention_months"] == 24


# --- synthetic projects and demo keys ---------------------------------------------------------------------


def test_a_synthetic_project_under_demo_keys_runs_unsigned(tmp_path):
    """And says why."""
    bundle = write_config(tmp_path)

    status = check_approved(bundle, demo_keys(bundle), DAY)

    assert (status.kind, status.approver) == ("demo", "")
    assert "synthetic" in status.sentence


def test_a_synthetic_project_under_real_keys_needs_a_signature(tmp_path):
    """Real keys mean that somebody may believe the data are real."""
    bundle = write_config(tmp_path)

    assert refused(bundle, real_keys(bundle)).code == "E-APPROVAL-MISSING"


def test_a_synthetic_project_without_keys_does_not_run(tmp_path):
    """No keys are not demo keys."""
    bundle = write_config(tmp_path)

    assert refused(bundle, approval.KeyRing(tmp_path / "keys")).code == "E-APPROVAL-MISSING"


def test_one_real_key_among_demo_keys_needs_a_signature(tmp_path):
    """All or none."""
    bundle = write_config(tmp_path)
    ring = demo_keys(bundle)
    for path in (tmp_path / "keys").glob("*/person.json"):
        path.unlink()
    real_keys(bundle)

    assert refused(bundle, ring).code == "E-APPROVAL-MISSING"


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "mark removed"])
def test_real_data_refuse_demo_keys(tmp_path, marked):
    """Told by fingerprint, signed or not."""
    bundle = write_config(tmp_path, synthetic=False)
    ring = demo_keys(bundle)
    if not marked:
        for path in (tmp_path / "keys").glob("*/*.json"):
            path.write_text(path.read_text().replace('"demo": true', '"demo": false'))
    sign_first(bundle, ring)

    refusal = refused(bundle, ring)

    assert refusal.code == "E-DEMO-KEY"
    assert f"is not synthetic, but {len(ring.infos())} of its keys are demo keys" in refusal.what


def test_a_project_cannot_turn_synthetic_without_being_altered(signed):
    """The mark itself is under the signature."""
    bundle, ring = signed
    changed = edit_config(bundle, "project.yaml", lambda data: data.update(synthetic=True))

    assert refused(changed, ring).code == "E-APPROVAL-ALTERED"


# --- the envelope -----------------------------------------------------------------------------------------


def test_pre_authentication_is_that_of_the_dsse_standard():
    """The protocol's example of PAE, with our payload type."""
    assert dsse.pre_authentication(b"hello world") == b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"


def test_an_envelope_can_be_checked_by_anyone(signed):
    """A second implementation of the check, from the standard's text."""
    bundle, ring = signed
    [path] = (bundle.root / "approvals").glob("*.json")
    envelope = json.loads(path.read_text())
    payload, public = base64.b64decode(envelope["payload"]), ring.signing("approver", DAY).public_key()

    message = b"DSSEv1 %d %s %d %s" % (28, b"application/vnd.in-toto+json", len(payload), payload)
    public.verify(base64.b64decode(envelope["signatures"][0]["sig"]), message)
    statement = json.loads(payload)

    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert {subject["name"] for subject in statement["subject"]} == {*bundle.files, "lookups/area.csv"}
    assert envelope["signatures"][0]["keyid"] == key_fingerprint(public)


def test_code_version_changes_with_any_program_file(tmp_path):
    """A patched query is another version; line ends of a checkout are not."""
    for package in ("cohorts", "flows", "governance", "linkage"):
        (tmp_path / package / "sql").mkdir(parents=True)
    query = tmp_path / "linkage" / "sql" / "a.sql"
    query.write_bytes(b"SELECT 1\nFROM t\n")
    (tmp_path / "linkage" / "notes.md").write_text("not code")
    before = code_version._code_digest(tmp_path)

    query.write_bytes(b"SELECT 1\r\nFROM t\r\n")
    (tmp_path / "linkage" / "notes.md").write_text("still not code")
    assert code_version._code_digest(tmp_path) == before
    query.write_bytes(b"SELECT 2\nFROM t\n")
    assert code_version._code_digest(tmp_path) != before


def test_code_version_names_release_and_digest():
    """Such as `0.1.0+3f9c2a7d41e0`."""
    release, digest = code_version.code_version().split("+")

    assert release
    assert len(digest) == 12


def test_the_day_of_signing_is_read_with_its_zone(tmp_path):
    """As many days from the day of signing as the policy allows."""
    bundle = edit_config(
        write_config(tmp_path, synthetic=False), "policy.yaml", lambda data: data.update(max_approval_days=1)
    )
    ring = real_keys(bundle)
    sign_both(bundle, ring, replace(SIGNING, at="2025-10-14T23:30:00Z"))

    assert check_approved(bundle, ring, date(2025, 10, 15)).expires == "2025-10-15"
