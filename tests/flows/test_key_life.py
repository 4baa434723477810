"""The life of keys: rotated with everything sealed anew, destroyed with a certificate, never back."""

import base64
import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from flows import key_life
from flows.engine import run_steps
from flows.intact import altered, files_of_project
from flows.key_life import rotate_key
from flows.run import open_run
from governance import dsse
from governance.errors import PolicyRefusal
from governance.keys.files import KeyFiles
from governance.keys.ring import KeyRing, kid_of
from governance.keys.states import MOVES, moved
from governance.ledger import Event, Ledger
from governance.store import current, read_manifest, read_table, seal
from tests.lib.command import here
from tests.lib.toy import PERIOD


@pytest.fixture
def ran(toy_month, tmp_path):
    """A toy project whose month has run, for this test alone."""
    return Path(shutil.copytree(toy_month, tmp_path / "toy"))


def sealed(root, zone):
    """Every sealed file of a zone."""
    return sorted((root / "zones" / zone).rglob("*.sealed"))


def opened(root, zone, holder=None):
    """The digest each manifest promises, for every table that opens under the holder's key of today."""
    run = open_run(root, PERIOD)
    key, found = run.ring.zone_private(holder or zone, run.today), {}
    for path in sealed(root, zone):
        name = path.name.removesuffix(".parquet.sealed")
        promised = read_manifest(path.parent)["tables"][name]["sha256"]
        read_table(path.parent, name, key, digest=promised)
        found[path.relative_to(root).as_posix()] = promised
    return found


# --- states -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(MOVES))
@pytest.mark.parametrize("to", sorted(MOVES))
def test_keys_go_forward_only(toy, state, to):
    """Pending, active, retiring, destroyed; everything else is refused."""
    info = replace(KeyRing(toy / "keys").info("person"), state=state)
    if to in MOVES[state]:
        assert moved(info, to).state == to
    else:
        with pytest.raises(PolicyRefusal, match=f"`person` is {state}: it cannot become {to}") as refusal:
            moved(info, to)
        assert refusal.value.code == "E-KEY-MOVE"


# --- rotation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "zone"), [("zone_linkage", "linkage"), ("zone_analysis", "analysis")])
def test_everything_in_a_zone_is_sealed_anew(ran, capsys, key, zone):
    """Same contents, same manifests, same ledger; only the new key opens them; later steps go on."""
    before, old = opened(ran, zone), open_run(ran, PERIOD).ring.info(key)
    old_private = open_run(ran, PERIOD).ring.zone_private(zone, open_run(ran, PERIOD).today)
    done = here(capsys, "keys", "rotate", ran, key, "--json")
    ring = open_run(ran, PERIOD).ring

    assert done.code == 0, done.out
    assert not done.json["result"]["ended"]
    assert done.json["result"]["files"] == len(sealed(ran, zone)) == len(before)
    assert done.json["result"]["tables"] == len(before)
    assert opened(ran, zone) == before
    assert ring.info(key).fingerprint != old.fingerprint
    assert ring.info(f"{key}_{kid_of(old.fingerprint)}").state == "retiring"
    path = sealed(ran, zone)[0]
    with pytest.raises(PolicyRefusal):
        read_table(path.parent, path.name.removesuffix(".parquet.sealed"), old_private)
    run_steps(open_run(ran, PERIOD), [("link", ""), ("cohorts", ""), ("report", ""), ("audit", "")], plain=True)


def test_a_sources_key_is_rotated_with_what_was_issued_to_it(ran, capsys):
    """No custodian is needed; the next month's encoding goes on."""
    assert here(capsys, "keys", "rotate", ran, "zone_source_housing").code == 0
    run_steps(open_run(ran, PERIOD), [("pseudonymise", "housing")], plain=True)


@pytest.mark.parametrize("stop_after", [0, 1, 5, 9])
def test_a_rotation_that_was_cut_off_is_finished(ran, monkeypatch, stop_after):
    """Killed at any file: the same command finishes, and every file opens under the key that stands."""
    before, count = opened(ran, "linkage"), []
    kept = key_life.seal_anew.__globals__["write_file"]

    def write_file(path, content):
        if len(count) == stop_after:
            raise KeyboardInterrupt
        count.append(path)
        kept(path, content)

    monkeypatch.setitem(key_life.seal_anew.__globals__, "write_file", write_file)
    with pytest.raises(KeyboardInterrupt):
        rotate_key(ran, "zone_linkage")
    monkeypatch.undo()
    rotate_key(ran, "zone_linkage")

    assert opened(ran, "linkage") == before
    assert not list(ran.glob("keys/*/*_next.json"))
    assert not files_of_project(ran).faults


def test_a_rotation_cut_off_between_the_two_keys_is_recorded(ran, monkeypatch, capsys):
    """Once, by the call that finishes it: which key went, which came, and how many files are sealed to it."""
    old, kept = KeyRing(ran / "keys").info("zone_linkage"), KeyFiles.forget

    def forget(store, key_id):
        kept(store, key_id)
        raise KeyboardInterrupt

    monkeypatch.setattr(KeyFiles, "forget", forget)
    with pytest.raises(KeyboardInterrupt):
        rotate_key(ran, "zone_linkage")
    monkeypatch.undo()
    words = "This ended a rotation that had been cut off, and began no other."
    assert words in here(capsys, "keys", "rotate", ran, "zone_linkage").out

    [line] = [entry for entry in Ledger(ran / "ledger").entries() if entry.event is Event.KEY_ROTATED]
    assert line.facts["fingerprint"] == old.fingerprint
    assert line.facts["key"] == KeyRing(ran / "keys").info("zone_linkage").fingerprint
    assert line.facts["files"] == len(sealed(ran, "linkage")) > 0
    assert not files_of_project(ran).faults


def test_a_rotation_cut_off_between_the_two_keys_is_finished(ran):
    """The old key is already away, the new one not yet in its place."""
    ring = KeyRing(ran / "keys")
    rotate_key(ran, "zone_linkage")
    new = ring.info("zone_linkage")
    for path in list(ran.glob("keys/*/zone_linkage.json")):
        content = json.loads(path.read_text())
        content["info"] |= {"id": "zone_linkage_next", "state": "pending"}
        path.with_stem("zone_linkage_next").write_text(json.dumps(content))
        path.unlink()
    rotate_key(ran, "zone_linkage")

    assert KeyRing(ran / "keys").info("zone_linkage") == new
    assert opened(ran, "linkage")


@pytest.mark.parametrize("zone", ["linkage", "analysis", "source_housing"])
def test_what_a_rotation_sealed_anew_is_as_it_was_recorded(ran, zone):
    """However often; but files of before, which the old key opens, are not."""
    kept = {path: path.read_bytes() for path in sorted((ran / "zones").rglob("*")) if path.is_file()}
    for _ in range(2):
        rotate_key(ran, f"zone_{zone}")
        assert not files_of_project(ran).faults
    anew = [path for path, content in kept.items() if path.read_bytes() != content]
    assert anew
    assert {path.name for path in anew if path.suffix != ".sealed"} == {"digests.json"}

    sealed_file, listed = anew[-1], anew[-1].with_name("digests.json")
    for back, wrong in ([sealed_file], sealed_file), ([sealed_file, listed], listed):
        for path in back:
            path.write_bytes(kept[path])
        assert [fault.file for fault in files_of_project(ran).faults] == [wrong.relative_to(ran).as_posix()]


def test_what_was_altered_before_a_rotation_is_told_after_it(ran):
    """Only what was sealed anew has other digests."""
    [content] = [path.parent for path in ran.glob("zones/linkage/*/out/*/manifest.json")]
    (content / "manifest.json").write_bytes((content / "manifest.json").read_bytes() + b"\n")
    (content / "planted.json").write_text("{}")
    before = [fault.file for fault in files_of_project(ran).faults]
    rotate_key(ran, "zone_linkage")

    assert before
    assert [fault.file for fault in files_of_project(ran).faults] == before


@pytest.mark.parametrize("is_named", [True, False], ids=["a manifest names it", "no manifest is there"])
def test_a_table_that_somebody_else_sealed_is_told_after_a_rotation(ran, is_named):
    """The public key of a zone seals; the recorded manifest is put back when the rotation is done."""
    [manifest] = ran.glob("zones/linkage/*/out/*/manifest.json")
    recorded, table = manifest.read_bytes(), next(manifest.parent.glob("*.parquet.sealed"))
    name, told = table.name.removesuffix(".parquet.sealed"), json.loads(recorded)
    table.write_bytes(seal(b"forged", KeyRing(ran / "keys").zone_public("linkage"), info=name.encode()))
    told["tables"][name]["sha256"] = sha256(b"forged").hexdigest()
    manifest.write_text(json.dumps(told)) if is_named else manifest.unlink()
    rotate_key(ran, "zone_linkage")
    manifest.write_bytes(recorded)

    assert table.relative_to(ran).as_posix() in {fault.file for fault in files_of_project(ran).faults}


def test_a_list_that_nobody_recorded_is_not_recorded_by_a_rotation(ran):
    """A content laid there by somebody who knows the public key of the zone stays unknown."""
    [content] = [path.parent for path in ran.glob("zones/linkage/*/out/*/manifest.json")]
    listed = content / "digests.json"
    listed.write_text(json.dumps(json.loads(listed.read_bytes()), indent=2))
    before = [fault.file for fault in files_of_project(ran).faults]
    rotate_key(ran, "zone_linkage")

    assert before == [listed.relative_to(ran).as_posix()]
    assert [fault.file for fault in files_of_project(ran).faults] == before


@pytest.mark.parametrize("before_the_line", [True, False])
def test_a_rotation_cut_off_at_its_lists_is_finished(ran, monkeypatch, before_the_line):
    """Whether the ledger has the line of the list yet or not."""
    where, what = (Ledger, "append") if before_the_line else (key_life, "write_file")
    kept, count = getattr(where, what), []

    def third(*given, **facts):
        count.append(given)
        if len(count) == 3:
            raise KeyboardInterrupt
        return kept(*given, **facts)

    monkeypatch.setattr(where, what, third)
    with pytest.raises(KeyboardInterrupt):
        rotate_key(ran, "zone_linkage")
    monkeypatch.undo()
    assert "`joinedup keys rotate DIR zone_linkage` ends it" in altered(ran, files_of_project(ran)).fix
    rotate_key(ran, "zone_linkage")

    found = files_of_project(ran)
    assert not found.faults
    assert "keys rotate" not in altered(ran, found).fix
    lines = [entry for entry in Ledger(ran / "ledger").entries() if entry.event is Event.FILES_SEALED_ANEW]
    assert len(lines) == len(list((ran / "zones/linkage").rglob("digests.json")))


def test_a_table_that_is_not_what_its_manifest_says_stops_the_rotation(ran, capsys):
    """Nothing is made to look whole, and nothing is touched: the step that makes it again opens what it needs."""
    *_, path = sealed(ran, "linkage")
    path.write_bytes(seal(b"forged", KeyRing(ran / "keys").zone_public("linkage"), info=b"scored_pair"))
    assert path.name == "scored_pair.parquet.sealed"
    before = {one: one.read_bytes() for one in sealed(ran, "linkage")}
    done = here(capsys, "keys", "rotate", ran, "zone_linkage", "--json")

    assert done.json["error"]["code"] == "E-KEY-ROTATE"
    assert KeyRing(ran / "keys").info("zone_linkage").state == "active"
    assert {one: one.read_bytes() for one in sealed(ran, "linkage")} == before
    run_steps(open_run(ran, PERIOD), [("link", "")], plain=True)
    assert here(capsys, "keys", "rotate", ran, "zone_linkage").code == 0


@pytest.mark.parametrize("key", ["signing_source_housing", "signing_linkage", "signing_signer"])
def test_signatures_of_a_rotated_key_still_count(ran, capsys, key):
    """Packages, and the ledger, that it signed before; what comes after is signed by the new one."""
    kept = ran.parent / "kept.json"
    shutil.copy(ran / "ledger/checkpoint.json", kept)
    assert here(capsys, "keys", "rotate", ran, key).code == 0
    run_steps(open_run(ran, PERIOD), [("link", ""), ("cohorts", "")], plain=True)

    assert here(capsys, "audit", "verify", ran, "--against", kept).code == 0
    assert [path for path in ran.glob(f"keys/*/{key}_?????.json") if path.parent.name != "public"] == []
    last = Ledger(ran / "ledger").last_checkpoint()
    assert last.key == open_run(ran, PERIOD).ring.info("signing_signer").fingerprint


@pytest.mark.parametrize("key", ["root_a", "person", "release", "issued_housing_e1", "custodian_a"])
def test_what_is_not_rotated_says_how_it_is_changed(ran, capsys, key):
    """With the command that does it, or why it stays."""
    done = here(capsys, "keys", "rotate", ran, key, "--json")

    assert (done.code, done.json["error"]["code"]) == (3, "E-KEY-ROTATABLE")


# --- destruction ------------------------------------------------------------------------------------------

WORDS = ("--by", "C. Custodian", "--backups", "the stick in the safe, destroyed today")


def test_a_certificate_names_what_nobody_opens_any_more(ran, capsys):
    """Signed, in the ledger by its digest, with every publication; the key is gone from every file."""
    rotate_key(ran, "zone_linkage")
    [retired] = [info for info in KeyRing(ran / "keys").infos() if info.state == "retiring"]
    secret = json.loads(next(ran.glob(f"keys/linkage/{retired.id}.json")).read_text())["secret"]
    done = here(capsys, "keys", "destroy", ran, retired.id, *WORDS, "--json")
    envelope = Path(done.json["result"]["certificate"]).read_bytes()
    statement, _ = dsse.opened(envelope, open_run(ran, PERIOD).ring.signers("signer"))
    said = statement["predicate"]

    assert {one["event"] for one in said["publications"]} == {"package_published", "linked"}
    assert (said["by"], said["kind"], said["state_before"]) == ("C. Custodian", "zone", "retiring")
    [entry] = [one for one in Ledger(ran / "ledger").entries() if one.event is Event.KEY_DESTROYED]
    assert entry.facts["certificate_sha256"] == done.json["result"]["sha256"]
    holding = [path for path in (ran / "keys").rglob("*") if path.is_file() and secret in path.read_text()]
    assert holding == []
    assert KeyRing(ran / "keys").info(retired.id).state == "destroyed"
    assert here(capsys, "keys", "verify", ran).code == 0
    run_steps(open_run(ran, PERIOD), [("link", "")], plain=True)


@pytest.mark.parametrize(
    ("key", "words", "code"),
    [
        ("zone_linkage", ("--by", "", "--backups", "none"), "E-KEY-ORDER"),
        ("zone_linkage", ("--by", "C", "--backups", " "), "E-KEY-ORDER"),
        ("zone_linkage", ("--by", "C", "--backups", "none"), "E-KEY-IN-USE"),
        ("zone_fire", ("--by", "C", "--backups", "none"), "E-KEY-ABSENT"),
    ],
)
def test_what_is_not_destroyed(ran, capsys, key, words, code):
    """Without a name, a word on copies, a reason, or the key."""
    before = {path: path.read_bytes() for path in (ran / "keys").rglob("*.json")}
    done = here(capsys, "keys", "destroy", ran, key, *words, "--json")

    assert (done.code, done.json["error"]["code"]) == (2, code)
    assert {path: path.read_bytes() for path in (ran / "keys").rglob("*.json")} == before


def test_the_end_of_a_project(ran, capsys):
    """Both shares but one destroyed with a reason: the root is beyond anybody."""
    for share in ("root_a", "root_b"):
        assert here(capsys, "keys", "destroy", ran, share, *WORDS, "--reason", "the project has ended").code == 0

    with pytest.raises(PolicyRefusal, match="1 of the 3 shares"):
        KeyRing(ran / "keys").root(open_run_day())
    assert here(capsys, "check", ran).code == 2  # CRY-04: nothing runs under a destroyed key


def open_run_day():
    """Today, as the commands see it."""
    return key_life.now().date()


def test_a_destroyed_key_does_nothing(ran, capsys):
    """Neither opens nor is destroyed twice."""
    here(capsys, "keys", "destroy", ran, "zone_audit", *WORDS, "--reason", "lost")
    ring = KeyRing(ran / "keys")

    with pytest.raises(PolicyRefusal, match="is destroyed"):
        ring.zone_private("audit", open_run_day())
    again = here(capsys, "keys", "destroy", ran, "zone_audit", *WORDS, "--reason", "lost", "--json")
    assert again.json["error"]["code"] == "E-KEY-MOVE"
    assert base64.b64decode(ring.info("zone_audit").public)
    assert current(ran / f"zones/linkage/{PERIOD}/out")
