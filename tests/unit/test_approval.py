"""Approval: what was signed is what runs, and demo keys open nothing real."""

import base64
import json
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance import approval, code_version, dsse
from governance.approval import approve, check_approved
from governance.errors import PolicyRefusal
from governance.settings import load_bundle
from governance.verify import key_fingerprint
from tests.lib.governance import AT, DAY, demo_keys, edit_config, real_keys, write_config


@pytest.fixture
def real(tmp_path):
    """A project of real people with real keys, and its key ring."""
    bundle = write_config(tmp_path, synthetic=False)
    return bundle, real_keys(bundle)


@pytest.fixture
def signed(real):
    """The same, approved on the day of the run."""
    bundle, ring = real
    approve(bundle, ring.signing("approver", DAY), approver="A. Lead", author="B. Analyst", at=AT)
    return bundle, ring


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
    assert status.sentence == "Signed by A. Lead on 2025-10-14, valid to 2026-10-14."
    assert status.config_sha256 == bundle.digest
    assert status.key == ring.info("signing_approver").fingerprint


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
    approve(bundle, ring.signing("approver", DAY), approver="A. Lead", at=AT)
    assert check_approved(bundle, ring, DAY).kind == "signed"


def test_a_renewal_does_not_overwrite_the_first_approval(signed):
    """Each approval has its own file, named by what it says."""
    bundle, ring = signed

    approve(bundle, ring.signing("approver", DAY), approver="A. Lead", at="2025-10-20T09:00:00+00:00")

    assert len(list((bundle.root / "approvals").glob("*.json"))) == 2
    assert check_approved(bundle, ring, DAY).approved_at == "2025-10-20T09:00:00+00:00"


def test_a_strangers_signature_counts_for_nothing(real):
    """The key comes from the key ring, not from the envelope."""
    bundle, ring = real
    approve(bundle, Ed25519PrivateKey.generate(), approver="A. Stranger", at=AT)

    assert refused(bundle, ring).code == "E-APPROVAL-MISSING"


def test_only_the_approvers_key_approves(real):
    """The author's and the run signer's keys do not."""
    bundle, ring = real
    for holder in ("author", "signer"):
        approve(bundle, ring.signing(holder, DAY), approver="A. Lead", at=AT)

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
        envelope["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
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


def test_the_author_cannot_approve(real):
    """Whatever the capitals and spaces."""
    bundle, ring = real

    with pytest.raises(PolicyRefusal, match="cannot approve it") as refusal:
        approve(bundle, ring.signing("approver", DAY), approver="A. Lead", author=" a. lead ", at=AT)

    assert refusal.value.code == "E-APPROVAL-SELF"
    assert not (bundle.root / "approvals").exists()


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
    (tmp_path / "keys" / "linkage" / "person.json").unlink()
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
    approve(bundle, ring.signing("approver", DAY), approver="A. Lead", at=AT)

    refusal = refused(bundle, ring)

    assert refusal.code == "E-DEMO-KEY"
    assert "is not synthetic, but 14 of its keys are demo keys" in refusal.what


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
    assert {subject["name"] for subject in statement["subject"]} == set(bundle.files)
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


def test_the_day_of_signing_is_read_with_its_zone(real):
    """A year from the day of signing."""
    bundle, ring = real
    approve(bundle, ring.signing("approver", DAY), approver="A", at="2025-10-14T23:30:00Z", valid_days=1)

    assert check_approved(bundle, ring, date(2025, 10, 15)).expires == "2025-10-15"
