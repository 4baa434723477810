"""The ledger: appended, never changed, and provable by somebody who has nothing of ours."""

import base64
import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance import verify
from governance.errors import BadInput, Fault, InternalError, PolicyRefusal
from governance.ledger import Event, Ledger, broken, verify_ledger
from governance.ledger_events import FACTS

AT = "2025-10-14T09:00:00+00:00"
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SIGNER.public_key()
SHA = sha256(b"x").hexdigest()


@pytest.fixture
def ledger(tmp_path):
    """A ledger of three events and a checkpoint."""
    found = Ledger(tmp_path / "ledger", SIGNER)
    found.append(Event.RUN_STARTED, at=AT, period="2025-09", step="period")
    found.append(Event.EXTRACT_READ, at=AT, period="2025-09", source="housing", file="people", sha256=SHA, rows_in=10)
    found.append(Event.RUN_FINISHED, at=AT, period="2025-09", step="period")
    found.checkpoint(at=AT)
    return found


def whats(ledger):
    """What verification says, in words."""
    return [fault.what for fault in verify_ledger(ledger.folder, PUBLIC)]


def lines(ledger):
    """The ledger's lines, with their ends."""
    return (ledger.folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)


def rewrite(ledger, parts):
    """Put other lines in place."""
    (ledger.folder / "ledger.jsonl").write_bytes(b"".join(parts))


def test_entries_are_numbered_and_chained(ledger):
    """Each entry names the hash of the one before."""
    entries = ledger.entries()

    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.prev for entry in entries] == ["0" * 64, entries[0].hash, entries[1].hash]
    assert entries[1].facts["rows_in"] == 10
    assert entries[0].event is Event.RUN_STARTED


def test_a_good_ledger_has_no_faults(ledger):
    """The control for every test that finds one."""
    assert verify_ledger(ledger.folder, PUBLIC) == []


def test_leaf_hash_known_answer():
    """Frozen: an auditor's older verifier must read what we write now."""
    entry = {"seq": 1, "at": AT, "event": "run_started", "facts": {"step": "period"}, "prev": "0" * 64, "hash": "?"}
    content = (
        b'{"at":"2025-10-14T09:00:00+00:00","event":"run_started","facts":{"step":"period"},"prev":"'
        + b"0" * 64
        + b'","seq":1}'
    )

    assert verify.leaf_hash(entry) == sha256(b"\x00" + content).digest()


@pytest.mark.parametrize(
    ("count", "root"),
    [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_merkle_roots_are_those_of_the_rfc(count, root):
    """The published test vectors of RFC 6962 implementations (Certificate Transparency)."""
    texts = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [sha256(b"\x00" + bytes.fromhex(text)).digest() for text in texts[:count]]

    assert verify.merkle_root(leaves).hex() == root


# --- what may be written ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"nhs_number": "9434765919"}, "nhs_number"),
        ({"source": "Mary Jones"}, "source"),
        ({"sha256": "abc"}, "sha256"),
        ({"rows_in": -1}, "rows_in"),
        ({"rows_in": True}, "rows_in"),
        ({"rows_in": "12"}, "rows_in"),
        ({"demo": True}, "demo"),
        ({"period": "2025-09\n"}, "period"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_facts_outside_the_vocabulary_are_refused(tmp_path, facts, named):
    """The message names the fact, never its value, and nothing is written."""
    with pytest.raises(InternalError) as error:
        Ledger(tmp_path).append(Event.EXTRACT_READ, at=AT, **facts)

    assert f"may not carry: {named}." in str(error.value)
    assert not [value for value in facts.values() if f" {value}" in str(error.value)]
    assert not (tmp_path / "ledger.jsonl").exists()


@pytest.mark.parametrize("at", ["2025-10-14", "2025-10-14T09:00:00", "now", ""])
def test_a_time_needs_its_zone(tmp_path, at):
    """Local times cannot be ordered across a clock change."""
    with pytest.raises(InternalError, match="may not carry: at"):
        Ledger(tmp_path).append(Event.LINKED, at=at)


def test_every_event_has_a_list_of_facts():
    """The vocabulary is complete."""
    assert set(FACTS) == set(Event)


# --- what is noticed --------------------------------------------------------------------------------------


def test_a_changed_fact_is_noticed(ledger):
    """The line is named."""
    rewrite(ledger, [line.replace(b'"rows_in":10', b'"rows_in":11') for line in lines(ledger)])

    faults = verify_ledger(ledger.folder, PUBLIC)

    assert [(fault.file, fault.line) for fault in faults[:1]] == [("ledger/ledger.jsonl", 2)]
    assert faults[0].what == "was changed: its hash does not fit its content"


def test_a_rewritten_chain_is_noticed(ledger):
    """Hashes that were all made anew still miss the checkpoint."""
    entries, prev = [json.loads(line) for line in lines(ledger)], "0" * 64
    entries[1]["facts"]["rows_in"] = 11
    for entry in entries:
        entry["prev"] = prev
        prev = entry["hash"] = verify.leaf_hash(entry).hex()
    rewrite(ledger, [verify.canonical(entry) + b"\n" for entry in entries])

    assert whats(ledger) == ["lines that were signed are not the lines that are there now"]


def test_dropped_lines_are_noticed(ledger):
    """At the end only the checkpoint knows."""
    rewrite(ledger, lines(ledger)[:-1])

    assert whats(ledger) == ["1 lines that were signed are gone"]


def test_a_fork_is_noticed(ledger, tmp_path):
    """Another history of the same length, under the same signer, is not the one that was signed."""
    other = Ledger(tmp_path / "other" / "ledger", SIGNER)
    for _ in range(3):
        other.append(Event.RUN_STARTED, at=AT, step="link")
    other.checkpoint(at=AT)
    rewrite(ledger, lines(other))

    assert whats(ledger) == ["lines that were signed are not the lines that are there now"]


def test_a_checkpoint_by_another_key_is_noticed(ledger):
    """The key comes from outside the folder."""
    stranger = Ed25519PrivateKey.generate()
    (ledger.folder / "checkpoint.json").unlink()
    Ledger(ledger.folder, stranger).checkpoint(at=AT)

    assert whats(ledger) == ["the checkpoint is not signed by this key, or was changed"]


def test_a_missing_checkpoint_is_noticed(ledger):
    """Without it a cut could not be seen."""
    (ledger.folder / "checkpoint.json").unlink()

    assert whats(ledger) == ["there is no checkpoint, so nothing shows whether lines at the end were cut"]


def test_events_after_the_checkpoint_are_no_fault(ledger):
    """A run in progress has a tail that is not signed yet."""
    ledger.append(Event.LINKED, at=AT, period="2025-09")

    assert whats(ledger) == []


# --- what fails closed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [1, 20], ids=["newline missing", "half a line"])
def test_a_signed_line_that_is_cut_short_stops_every_write(ledger, cut):
    """It was acknowledged and signed: nothing is added until somebody has looked."""
    path = ledger.folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])

    with pytest.raises(PolicyRefusal) as refusal:
        ledger.append(Event.LINKED, at=AT)

    assert str(refusal.value) == (
        "The ledger does not hold: it was changed, or a write to it was cut off.\n"
        "    ledger/ledger.jsonl:3: a signed line is cut short\n"
        "  Why: What was run can only be proved from an unbroken ledger, so nothing is added to a broken one.\n"
        "  Fix: Restore the ledger folder from its last good copy, tell the IG lead, then run again."
    )
    assert refusal.value.code == "E-LEDGER-BROKEN"


@pytest.mark.parametrize("cut", [1, 20], ids=["newline missing", "half a line"])
def test_a_line_cut_off_while_it_was_written_is_set_aside(ledger, cut):
    """Nobody was told that it stands: it is kept beside the ledger, the ledger says so, and the work goes on."""
    path = ledger.folder / "ledger.jsonl"
    ledger.append(Event.LINKED, at=AT)
    path.write_bytes(path.read_bytes()[:-cut])
    piece = path.read_bytes().rsplit(b"\n", 1)[1]

    assert [fault.what for fault in verify_ledger(ledger.folder, PUBLIC)] == ["the last line is cut short"]
    assert len(ledger.entries()) == 3
    ledger.append(Event.LINKED, at=AT)
    ledger.checkpoint(at=AT)

    digest = sha256(piece).hexdigest()
    assert [entry.event for entry in ledger.entries()[3:]] == [Event.CUT_OFF_LINE_SET_ASIDE, Event.LINKED]
    assert ledger.entries()[3].facts == {"sha256": digest}
    assert (ledger.folder / f"cut_off_line_{digest[:16]}.txt").read_bytes() == piece
    assert verify_ledger(ledger.folder, PUBLIC) == []


def test_a_cut_off_line_is_told_of_in_words(ledger):
    """The fix is to run again, not to look for a copy."""
    faults = [Fault(what="the last line is cut short")]

    assert broken(faults).code == "E-LEDGER-CUT-OFF"
    assert broken([*faults, *faults]).code == "E-LEDGER-BROKEN"


def test_a_broken_ledger_is_not_read(ledger):
    """Entries of a changed ledger are not facts."""
    rewrite(ledger, lines(ledger)[1:])

    with pytest.raises(PolicyRefusal, match="does not hold"):
        ledger.entries()


def test_a_broken_ledger_is_never_signed_over(ledger):
    """Otherwise a new checkpoint would launder a cut."""
    rewrite(ledger, lines(ledger)[:-1])
    before = (ledger.folder / "checkpoint.json").read_bytes()

    with pytest.raises(PolicyRefusal, match="does not hold"):
        ledger.checkpoint(at=AT)

    assert (ledger.folder / "checkpoint.json").read_bytes() == before


def test_without_a_signer_there_is_no_checkpoint(tmp_path):
    """Appending needs no key, signing does."""
    ledger = Ledger(tmp_path)
    ledger.append(Event.LINKED, at=AT)

    with pytest.raises(PolicyRefusal, match="without a signing key"):
        ledger.checkpoint(at=AT)


def partly(descriptor, content, write=os.write):
    """Take half of what is written and no more, as a full disk may."""
    if not content[: len(content) // 2]:
        nothing()
    return write(descriptor, content[: len(content) // 2])


def nothing(*args):
    """Take nothing."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("call", "failure"), [("write", partly), ("write", nothing), ("fsync", nothing)], ids=["half", "none", "fsync"]
)
def test_a_full_disk_leaves_the_ledger_as_it_was(ledger, monkeypatch, call, failure):
    """The exact message; the half-written line is cut off again, and the next write goes on."""
    before = (ledger.folder / "ledger.jsonl").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failure)
        with pytest.raises(BadInput) as error:
            ledger.append(Event.LINKED, at=AT)

    assert str(error.value) == (
        "The ledger could not be written: No space left on device.\n"
        "  Why: A step that is not in the ledger cannot be proved, so the run stops. The ledger is as it was.\n"
        "  Fix: Free disk space or mend the folder's permissions, then run the same command again."
    )
    assert (ledger.folder / "ledger.jsonl").read_bytes() == before
    assert ledger.append(Event.LINKED, at=AT).seq == 4


def test_several_writers_keep_one_chain(tmp_path):
    """Sources that run at the same time take turns."""

    def write(number):
        Ledger(tmp_path / "ledger").append(Event.EXTRACT_READ, at=AT, source=f"source_{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    Ledger(tmp_path / "ledger", SIGNER).checkpoint(at=AT)

    assert verify_ledger(tmp_path / "ledger", PUBLIC) == []
    assert len(Ledger(tmp_path / "ledger").entries()) == 40


# --- the stand-alone verifier -----------------------------------------------------------------------------


def run_alone(tmp_path, folder, key_text):
    """Run a copy of verify.py, far from our packages, in an isolated interpreter."""
    script, key = tmp_path / "alone" / "verify.py", tmp_path / "alone" / "key.txt"
    script.parent.mkdir(exist_ok=True)
    script.write_bytes(Path(verify.__file__).read_bytes())
    key.write_text(key_text)
    command = [sys.executable, "-I", str(script), str(folder), str(key)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def pem(key):
    """A public key as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


@pytest.mark.parametrize("form", ["base64", "pem"])
def test_the_verifier_runs_alone(ledger, tmp_path, form):
    """With nothing of ours but one file, it says that the ledger holds and prints the root."""
    text = pem(PUBLIC) if form == "pem" else base64.b64encode(PUBLIC.public_bytes_raw()).decode()

    done = run_alone(tmp_path, ledger.folder, text)

    root = ledger.last_checkpoint().root
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("VERIFIED: 3 entries, 3 of them signed")
    assert " ".join(root[at : at + 4] for at in range(0, 64, 4)) in done.stdout


def test_the_verifier_says_what_is_wrong(ledger, tmp_path):
    """A broken ledger ends with exit code 1."""
    rewrite(ledger, lines(ledger)[:-1])

    done = run_alone(tmp_path, ledger.folder, pem(PUBLIC))

    assert (done.returncode, done.stdout) == (
        1,
        "NOT VERIFIED: 1 thing(s) wrong\n  1 lines that were signed are gone\n",
    )


@pytest.mark.parametrize("key_text", ["", "not a key", "AAAA"], ids=["empty", "words", "short"])
def test_the_verifier_needs_a_key(ledger, tmp_path, key_text):
    """A key that cannot be read ends with exit code 2."""
    done = run_alone(tmp_path, ledger.folder, key_text)

    assert done.returncode == 2
    assert "could not read" in done.stderr


def test_the_verifier_is_short_and_stands_alone():
    """An auditor can read it in one sitting: under 200 lines, and only `cryptography` beside the standard library."""
    text = Path(verify.__file__).read_text(encoding="utf-8")
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}

    assert len(text.splitlines()) < 200
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
