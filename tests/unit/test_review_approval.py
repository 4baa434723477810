"""Cross-source pairs go to one reviewer whom the approver named, for some sources and some days; to nobody else."""

import json
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.approval import check_approved
from governance.errors import PolicyRefusal, ProjectError
from governance.keys.ring import KeyRing, new_keys
from governance.review_approval import VALID_DAYS, approve_review, check_review_approved
from tests.lib.governance import AT, DAY, write_config

SOURCES = ("housing", "police")


@pytest.fixture
def project(tmp_path):
    """A project of real people whose reviewers `rita` and `sam` have keys."""
    bundle = write_config(tmp_path, synthetic=False)
    ids = [source.id for source in bundle.sources]
    folder = tmp_path / "keys"
    new_keys(folder, project=bundle.project.id, sources=ids, today=DAY, reviewers=["rita", "sam"])
    return bundle, KeyRing(folder)


def sign(bundle, ring, **changes):
    """An approval for rita."""
    said = {"reviewer": "rita", "sources": list(SOURCES), "approver": "A. Lead", "at": AT} | changes
    return approve_review(bundle, ring, said.pop("key", None) or ring.signing("approver", DAY), **said)


def refusal(bundle, ring, reviewer="rita", day=DAY):
    """Why it is refused."""
    with pytest.raises(PolicyRefusal) as error:
        check_review_approved(bundle, ring, reviewer, day)
    assert error.value.exit_code == 2
    return error.value.code


def test_an_approved_reviewer_may_see_the_named_sources(project):
    """Who approved, and until when."""
    sign(*project)
    found = check_review_approved(*project, "rita", DAY)

    assert found.sources == set(SOURCES)
    assert found.sentence == "Review approved by A. Lead on 14 October 2025, valid to 13 November 2025."
    assert found.public_key == project[1].zone_public("reviewer_rita")


def test_without_an_approval_nobody_may(project):
    """A key alone is no approval."""
    assert refusal(*project) == "E-REVIEW-APPROVAL"


def test_an_approval_is_for_one_reviewer(project):
    """Sam has a key too."""
    sign(*project)

    assert refusal(*project, "sam") == "E-REVIEW-APPROVAL"


def test_an_approval_ends(project):
    """On its last day it holds, on the next it does not."""
    sign(*project)
    last = DAY + timedelta(days=VALID_DAYS)

    assert check_review_approved(*project, "rita", last).reviewer == "rita"
    assert refusal(*project, day=last + timedelta(days=1)) == "E-REVIEW-APPROVAL"


def test_another_signature_counts_for_nothing(project):
    """Signed by somebody whose key is not the approver's."""
    sign(*project, key=Ed25519PrivateKey.generate())

    assert refusal(*project) == "E-REVIEW-APPROVAL"


def test_an_exchanged_key_is_noticed(project):
    """Pairs must not be sealed to whoever put a key of their own into the folder."""
    bundle, ring = project
    sign(bundle, ring)
    theirs, hers = (ring.folder / f"reviewer_{who}" / f"zone_reviewer_{who}.json" for who in ("sam", "rita"))
    for path in (hers, ring.folder / "public" / hers.name):
        content = json.loads(path.read_text())
        content["info"]["public"] = json.loads(theirs.read_text())["info"]["public"]
        path.write_text(json.dumps(content))

    assert refusal(bundle, ring) == "E-REVIEW-KEY"


def test_a_newer_approval_replaces_an_older_one(project):
    """Approving fewer sources takes the others away."""
    sign(*project, sources=["housing", "police", project[0].sources[0].id])
    sign(*project, at="2025-10-14T10:00:00+00:00")

    assert check_review_approved(*project, "rita", DAY).sources == set(SOURCES)


def test_an_approval_of_another_project_counts_for_nothing(project, tmp_path):
    """Copied from a neighbour who happens to have the same approver."""
    sign(*project)
    (tmp_path / "other").mkdir()
    other = write_config(tmp_path / "other", synthetic=False)
    renamed = other.project.model_copy(update={"id": "elsewhere"})
    object.__setattr__(other, "project", renamed)
    approvals = tmp_path / "other" / "approvals"
    approvals.mkdir(exist_ok=True)
    for path in (tmp_path / "approvals").glob("*.json"):
        (approvals / path.name).write_bytes(path.read_bytes())

    assert refusal(other, project[1]) == "E-REVIEW-APPROVAL"


def test_reviewers_do_not_approve_themselves(project):
    """Approval is a second pair of eyes."""
    with pytest.raises(PolicyRefusal) as error:
        sign(*project, approver="Rita")
    assert error.value.code == "E-REVIEW-SELF"


def test_a_reviewer_without_a_key_cannot_be_approved(project):
    """There would be nothing to seal to."""
    with pytest.raises(PolicyRefusal) as error:
        sign(*project, reviewer="nobody")
    assert error.value.code == "E-KEY-ABSENT"


def test_an_unknown_source_cannot_be_approved(project):
    """A slip of the pen must not look like an approval."""
    with pytest.raises(ProjectError):
        sign(*project, sources=["housing", "hospitl"])


def test_a_review_approval_does_not_approve_the_config(project):
    """Another kind of document, though it lies in the same folder."""
    sign(*project)

    with pytest.raises(PolicyRefusal) as error:
        check_approved(*project, DAY)
    assert error.value.code == "E-APPROVAL-MISSING"


def test_reviewers_keys_of_a_demo_are_demo_keys(tmp_path):
    """Else a demo project would no longer run unsigned."""
    made = new_keys(tmp_path, project="toy", sources=[], today=date(2026, 1, 1), demo=True, reviewers=["rita"])

    assert {info.id for info in made if info.demo} >= {"zone_reviewer_rita"}
