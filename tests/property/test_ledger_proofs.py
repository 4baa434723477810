"""Proofs about ledgers of every size hold, and nothing else does."""

import json
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from governance import verify
from governance.errors import PolicyRefusal
from governance.ledger import Event, Ledger
from governance.ledger_proofs import prove_entry, prove_growth, size_with_root
from governance.verify_proof import NotProved, check_proof

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SIGNER.public_key()
AT = "2025-10-14T09:00:00+00:00"
SIZES = 18


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A ledger's bytes and its checkpoint at each size from 1 up."""
    folder = tmp_path_factory.mktemp("ledger")
    ledger, found = Ledger(folder, SIGNER), [(b"", b"")]
    for number in range(SIZES):
        ledger.append(Event.EXTRACT_READ, at=AT, period="2025-09", source=f"source_{number}", rows_in=number)
        ledger.checkpoint(at=AT)
        found.append(((folder / "ledger.jsonl").read_bytes(), (folder / "checkpoint.json").read_bytes()))
    return found


def proved(proof, kept=None):
    """Whether a proof holds."""
    try:
        return bool(check_proof(proof if isinstance(proof, bytes) else verify.canonical(proof), PUBLIC, kept))
    except NotProved:
        return False


def test_every_entry_of_every_ledger_is_proved(grown):
    """All sizes, all entries: the RFC's path up and the verifier's walk agree."""
    for raw, point in grown[1:]:
        for seq in range(1, raw.count(b"\n") + 1):
            assert proved(prove_entry(raw, point, seq))


def test_every_pair_of_sizes_is_consistent(grown):
    """Each ledger with each that it grew from."""
    for size, (raw, point) in enumerate(grown[1:], start=1):
        for _, old in grown[1 : size + 1]:
            assert proved(prove_growth(raw, point, old), old)


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80], ids=["low bit", "letter case", "high bit"])
@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_every_flipped_byte_of_a_proof_is_noticed(grown, kind, bit):
    """Entry, path, checkpoints and signatures alike."""
    raw, point = grown[7]
    proof = prove_entry(raw, point, 5) if kind == "inclusion" else prove_growth(raw, point, grown[4][1])
    whole = verify.canonical(proof)

    assert proved(whole), "the control"
    for at in range(len(whole)):
        assert not proved(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]), at


def test_every_cut_of_a_proof_is_noticed(grown):
    """Wherever it ends early."""
    raw, point = grown[7]
    whole = verify.canonical(prove_entry(raw, point, 5))

    assert not [length for length in range(len(whole)) if proved(whole[:length])]


@settings(max_examples=200, deadline=None)
@given(size=st.integers(2, SIZES), data=st.data())
def test_a_path_with_anything_else_on_it_proves_nothing(grown, size, data):
    """Hashes dropped, repeated, reordered or added."""
    raw, point = grown[size]
    seq = data.draw(st.integers(1, size))
    proof = prove_entry(raw, point, seq)
    path = data.draw(st.lists(st.sampled_from([*proof["path"], sha256(b"x").hexdigest()]), max_size=6))
    assume(path != proof["path"])

    assert not proved(proof | {"path": path})


@settings(max_examples=200, deadline=None)
@given(size=st.integers(2, SIZES), data=st.data())
def test_an_entry_is_proved_at_its_own_place_only(grown, size, data):
    """Another entry's content under the same path proves nothing."""
    raw, point = grown[size]
    seq, other = data.draw(st.permutations(range(1, size + 1)))[:2]
    entries = [json.loads(line) for line in raw.splitlines()]

    assert not proved(prove_entry(raw, point, seq) | {"entry": entries[other - 1]})


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(1, SIZES), min_size=3, max_size=3).map(sorted))
def test_a_fork_cannot_be_proved_to_have_grown(grown, tmp_path_factory, sizes):
    """Whoever holds the signing key and writes another history has no proof for a checkpoint that was kept."""
    fork, old, size = sizes
    folder = tmp_path_factory.mktemp("fork")
    ledger = Ledger(folder, SIGNER)
    for number in range(size):
        told = number + (number + 1 == fork)
        ledger.append(Event.EXTRACT_READ, at=AT, period="2025-09", source=f"source_{number}", rows_in=told)
    ledger.checkpoint(at=AT)
    raw, point = (folder / "ledger.jsonl").read_bytes(), (folder / "checkpoint.json").read_bytes()
    kept = grown[old][1]

    with pytest.raises(PolicyRefusal, match="rewritten, cut or forked"):
        prove_growth(raw, point, kept)
    honest = prove_growth(*grown[size], kept)
    assert not proved(honest | {"checkpoint": json.loads(point)}, kept)


def test_a_proof_about_another_old_checkpoint_proves_nothing_to_whoever_kept_one(grown):
    """The reader gives the checkpoint that they kept."""
    proof = verify.canonical(prove_growth(*grown[9], grown[4][1]))

    assert proved(proof)
    assert proved(proof, grown[4][1])
    assert not proved(proof, grown[5][1])


def test_another_signers_checkpoint_proves_nothing(grown):
    """The key comes from the ceremony, not from the proof."""
    proof = verify.canonical(prove_entry(*grown[3], 2))

    with pytest.raises(NotProved, match="not signed by this key"):
        check_proof(proof, Ed25519PrivateKey.generate().public_key())


@settings(max_examples=300, deadline=None)
@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.dictionaries(st.sampled_from(
    ["kind", "entry", "path", "checkpoint", "old", "size", "root", "seq", "signature", "key", "at", "event", "hash"]
), x, max_size=6) | st.lists(x, max_size=3), max_leaves=12))  # fmt: skip
def test_any_other_file_is_refused_without_a_traceback(content):
    """Whatever JSON is in it."""
    assert not proved(json.dumps(content).encode())
    assert not proved(
        json.dumps({"kind": "inclusion", "entry": content, "checkpoint": content, "path": content}).encode()
    )


def test_a_root_printed_in_a_report_is_found_again(grown):
    """By the number of lines it stood for; a root that never was is not found."""
    raw, _ = grown[SIZES]
    _, leaves = verify.check_chain(raw)

    for size, (_, point) in enumerate(grown[1:], start=1):
        assert size_with_root(leaves, json.loads(point)["root"]) == size
    assert size_with_root(leaves, "0" * 64) == 0
