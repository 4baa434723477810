"""Keys: who holds them, when they work, and what they never give away."""

import copy
import hashlib
import hmac
import json
import os
import pickle
from dataclasses import replace
from datetime import date, timedelta

import pytest

from governance.errors import PolicyRefusal
from governance.keys.files import KeyFiles
from governance.keys.ring import KeyRing, Secret, Uses, fingerprint_of, is_demo, kid_of, new_keys

DAY = date(2025, 10, 14)


@pytest.fixture
def folder(tmp_path):
    """A key folder with one project's real keys."""
    new_keys(tmp_path, project="northmoor", sources=["housing"], today=DAY)
    return tmp_path


def edit(folder, key_id, **facts):
    """Change the public facts of one key, in every copy."""
    for path in folder.glob(f"*/{key_id}.json"):
        content = json.loads(path.read_text())
        content["info"] |= facts
        path.write_text(json.dumps(content))


def held(folder, key_id):
    """The file of a key that has its secret."""
    return next(path for path in folder.glob(f"*/{key_id}.json") if path.parent.name != "public")


def expand(key, context):
    """HKDF-Expand of RFC 5869 for one block, written from the RFC with the standard library."""
    info = b"".join(len(part).to_bytes(2, "big") + part for part in (b"joinedup/v1", *context))
    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()


def test_subkey_is_hkdf_expand_over_length_prefixed_context():
    """Subkeys agree with a second implementation of the RFC."""
    key = bytes(range(32))

    found = Secret(key).subkey("northmoor", "planning", "block", "e1").reveal()

    assert found == expand(key, (b"northmoor", b"planning", b"block", b"e1"))


def test_subkey_known_answers():
    """Frozen answers: a change here would make last month's codes unreadable."""
    key = Secret(bytes(range(32)))

    assert key.subkey("northmoor", "planning", "block", "e1").reveal().hex() == (
        "950d523a9e02362ff98b89fb02de38b78b982c6327d3d177e3971687badba3e4"
    )
    assert key.subkey().reveal().hex() == "da67b5f95b6b23ad1f4345388060d9b9682a01ba6fb84ebef4a05781ec964d2c"
    assert fingerprint_of(bytes(range(32))) == "963bef9bcb637298"


def test_context_parts_cannot_run_into_each_other():
    """`ab`, `c` and `a`, `bc` are different purposes."""
    key = Secret(bytes(32))

    assert key.subkey("ab", "c").reveal() != key.subkey("a", "bc").reveal()


def test_a_secret_does_not_print():
    """Neither repr, str nor a format shows the bytes."""
    secret = Secret(b"do not show this")

    assert {repr(secret), str(secret), f"{secret}", f"{[secret]}"[1:-1]} == {"Secret(…)"}


@pytest.mark.parametrize("copying", [pickle.dumps, copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"])
def test_a_secret_is_not_pickled_or_copied(copying):
    """What orchestrators do to results fails on a secret."""
    with pytest.raises(TypeError, match="a secret is never pickled"):
        copying(Secret(b"x"))


def test_secrets_do_not_compare_by_value():
    """Equality would tempt to compare secrets in time that depends on them."""
    assert Secret(b"x") != Secret(b"x")


def test_a_lost_share_is_not_replaced_by_a_new_one(folder):
    """Making keys again leaves a lost share to the custodians."""
    (folder / "custodian_a" / "root_a.json").unlink()

    made = new_keys(folder, project="northmoor", sources=["housing"], today=DAY)

    assert made == []
    assert not KeyRing(folder).holds("root_a")


def test_existing_keys_are_never_overwritten(folder):
    """A new source gets its keys, and every other file keeps its bytes."""
    before = {path: path.read_bytes() for path in folder.glob("*/*.json")}

    made = new_keys(folder, project="northmoor", sources=["housing", "police"], today=DAY)

    assert [info.id for info in made] == ["zone_source_police", "signing_source_police"]
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("state", ["pending", "retiring", "destroyed"])
def test_only_active_keys_are_used(folder, state):
    """Every other state is refused, with the state named."""
    edit(folder, "person", state=state)

    with pytest.raises(PolicyRefusal, match=f"Key `person` is {state}") as refusal:
        KeyRing(folder).person_key(DAY)

    assert refusal.value.code == "E-KEY-STATE"


@pytest.mark.parametrize(
    ("day", "usable"),
    [
        (DAY - timedelta(days=1), False),
        (DAY, True),
        (DAY + timedelta(days=365), True),
        (DAY + timedelta(days=366), False),
    ],
    ids=["day before", "first day", "last day", "day after"],
)
def test_a_key_is_used_on_its_days_only(folder, day, usable):
    """Both ends of the validity count."""
    ring = KeyRing(folder)

    if usable:
        ring.zone_private("linkage", day)
    else:
        with pytest.raises(PolicyRefusal, match="valid from 2025-10-14 to 2026-10-14"):
            ring.zone_private("linkage", day)


def test_an_absent_key_is_named(folder):
    """The message says which key and how to make it."""
    with pytest.raises(PolicyRefusal) as refusal:
        KeyRing(folder).zone_public("source_fire")

    assert str(refusal.value) == (
        "Key `zone_source_fire` is not in the key folder.\n"
        "  Why: Nothing is encoded, opened or signed with a key that was not issued for it.\n"
        "  Fix: Make the project's keys with `joinedup keys new DIR`, or ask its custodian to restore it."
    )


def test_copies_of_one_key_that_disagree_are_refused(folder):
    """A public copy that was exchanged would have packages sealed to somebody else."""
    path = folder / "public" / "zone_linkage.json"
    content = json.loads(path.read_text())
    content["info"]["public"] = json.loads((folder / "public" / "zone_audit.json").read_text())["info"]["public"]
    path.write_text(json.dumps(content))

    with pytest.raises(PolicyRefusal, match="`zone_linkage` is damaged, or holds another key"):
        KeyRing(folder).zone_public("linkage")


def test_a_public_copy_opens_nothing(folder):
    """A machine with public copies alone knows every key and holds none."""
    for path in folder.glob("*/*.json"):
        if path.parent.name != "public":
            path.unlink()
    ring = KeyRing(folder)

    assert len(ring.infos()) == 19
    assert not [info.id for info in ring.infos() if ring.holds(info.id)]
    with pytest.raises(PolicyRefusal, match="`zone_linkage` is not held here: only its public facts are"):
        ring.zone_private("linkage", DAY)


@pytest.mark.parametrize("damage", ["", "{", '{"info": {}}', "[]"], ids=["empty", "cut", "no facts", "no object"])
def test_a_damaged_key_file_is_refused(folder, damage):
    """No traceback, and no part of the file in the message."""
    (folder / "linkage" / "person.json").write_text(damage)

    with pytest.raises(PolicyRefusal, match="`person` is damaged") as refusal:
        KeyRing(folder).infos()

    assert refusal.value.code == "E-KEY-FILE"


@pytest.mark.parametrize("key_id", ["person", "zone_linkage", "signing_approver"])
def test_a_secret_that_is_not_the_key_it_says_is_refused(folder, key_id):
    """A file edited to hold another secret would match nothing, silently."""
    path = held(folder, key_id)
    content = json.loads(path.read_text())
    content["secret"] = "AAAA" * 10 + "AAA="
    path.write_text(json.dumps(content))

    ring = KeyRing(folder)
    opening = {
        "person": lambda: ring.person_key(DAY),
        "zone_linkage": lambda: ring.zone_private("linkage", DAY),
        "signing_approver": lambda: ring.signing("approver", DAY),
    }
    with pytest.raises(PolicyRefusal, match="holds another key than it says"):
        opening[key_id]()


def test_public_halves_fit_private_halves(folder):
    """What is sealed to a zone's public key is what its private key opens."""
    ring = KeyRing(folder)

    private = ring.zone_private("analysis", DAY)

    assert private.public_key().public_bytes_raw() == ring.zone_public("analysis").public_bytes_raw()


def test_public_facts_hold_no_secret(folder):
    """No secret of any key file stands in any public fact."""
    files = [json.loads(path.read_text()) for path in folder.glob("*/*.json")]
    secrets = [content["secret"] for content in files if "secret" in content]
    facts = repr(KeyRing(folder).infos())

    assert len(secrets) == 19
    assert not [secret for secret in secrets if secret in facts]


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead of modes")
def test_key_files_are_readable_by_their_owner_only(folder):
    """0600, whatever the umask."""
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*/*.json")} == {0o600}


class Vault:
    """Keys that lie somewhere else than in files: four methods, and nothing else changes."""

    def __init__(self, folder):
        files = KeyFiles(folder)
        self._held = {info.id: (info, files.read(info.id)[1]) for info in files.infos()}

    def infos(self):
        return [self._held[key][0] for key in sorted(self._held)]

    def info(self, key_id):
        return self._held[key_id][0]

    def holds(self, key_id):
        return key_id in self._held

    def read(self, key_id):
        return self._held[key_id]


def test_keys_may_lie_elsewhere(tmp_path):
    """Behind the small interface of a store: root, issued, zone and signing keys open as they do from files."""
    uses = Uses(project="northmoor", purpose="planning", epoch="e1")
    new_keys(tmp_path / "keys", project="northmoor", sources=["gp"], today=DAY, uses=uses)
    elsewhere, files = KeyRing(tmp_path / "none", store=Vault(tmp_path / "keys")), KeyRing(tmp_path / "keys")

    assert elsewhere.infos() == files.infos()
    assert elsewhere.root(DAY).reveal() == files.root(DAY).reveal()
    context = ("northmoor", "planning", "record", "gp", "e1")
    assert elsewhere.encoding("gp", uses, DAY).subkey(*context).reveal() == (
        files.encoding("gp", uses, DAY).subkey(*context).reveal()
    )
    assert elsewhere.signing("signer", DAY).private_bytes_raw() == files.signing("signer", DAY).private_bytes_raw()


def test_demo_keys_are_the_same_everywhere(tmp_path):
    """Two people who make demo keys for one project hold the same keys; another project's differ."""
    made = {
        name: new_keys(tmp_path / name, project=project, sources=["gp"], today=DAY, demo=True)
        for name, project in {"a": "northmoor", "b": "northmoor", "c": "southmoor"}.items()
    }

    prints = {name: {info.id: info.fingerprint for info in infos} for name, infos in made.items()}
    assert prints["a"] == prints["b"]
    assert not set(prints["a"].values()) & set(prints["c"].values())


def test_demo_keys_are_known_without_their_mark(tmp_path):
    """Editing the mark away does not make a demo key a real one."""
    infos = new_keys(tmp_path, project="northmoor", sources=["gp"], today=DAY, demo=True)

    assert all(is_demo(replace(info, demo=False)) for info in infos)


def test_real_keys_are_no_demo_keys(folder):
    """Random keys are not mistaken for demo keys."""
    assert not [info.id for info in KeyRing(folder).infos() if is_demo(info)]


def test_kid_is_five_characters_of_the_fingerprint():
    """Outputs carry it, so a join across keys is seen."""
    assert kid_of("7e6c7664b97040f7") == "pzwhm"
