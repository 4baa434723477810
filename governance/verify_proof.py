"""Check a proof about a joinedup ledger with nothing but this file and the ``cryptography`` package.

    python verify_proof.py PROOF_FILE PUBLIC_KEY_FILE [OLD_CHECKPOINT_FILE]

A proof of inclusion holds one entry, its Merkle audit path and a signed checkpoint: the entry is among those that were
signed. A proof of consistency holds an older checkpoint, a path and the newer checkpoint: everything that was signed
then is still there, unchanged and in order (RFC 6962, section 2.1). Give the checkpoint that you kept yourself: the
proof has to be about that one. It shares no code with what made the proof. Take the public key from the key ceremony.

Exit code 0: proved. 1: not proved, with the reason. 2: a file could not be read.
"""

import base64
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


class NotProved(Exception):  # noqa: N818 - what the answer is, not a fault of this program
    """The proof does not hold; the text says what is wrong."""


def node(left: bytes, right: bytes) -> bytes:
    """RFC 6962 hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def leaf(entry: dict[str, Any]) -> bytes:
    """RFC 6962 hash of an entry, without the hash that it carries."""
    content = {name: value for name, value in entry.items() if name != "hash"}
    return sha256(b"\x00" + json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).digest()


def check_signed(point: dict[str, Any], public_key: Ed25519PublicKey) -> None:
    """Check a checkpoint's signature."""
    signed = "\n".join(
        ("joinedup ledger checkpoint v1", str(point["size"]), point["root"], point["at"], point["key"], "")
    )
    try:
        signature = base64.b64decode(point["signature"], validate=True)
        public_key.verify(signature, signed.encode())
        good = base64.b64encode(signature).decode() == point["signature"]  # base64 has spellings that decode alike
    except (InvalidSignature, ValueError, TypeError):
        good = False
    if not good:
        raise NotProved("a checkpoint is not signed by this key, or was changed")


def check_inclusion(proof: dict[str, Any], public_key: Ed25519PublicKey) -> str:
    """Check that the proof's entry is among those its checkpoint signed; says what was proved."""
    entry, point = proof["entry"], proof["checkpoint"]
    check_signed(point, public_key)
    at, last, found = entry["seq"] - 1, point["size"] - 1, leaf(entry)
    if not 0 <= at <= last:
        raise NotProved("the entry's number is not among those that were signed")
    for sibling in path_of(proof):  # RFC 9162, section 2.1.3.2: the same tree, walked upwards
        if last == 0:
            raise NotProved("the path is too long")
        if at % 2 or at == last:
            found = node(sibling, found)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, sibling)
        at, last = at >> 1, last >> 1
    if last or found.hex() != point["root"]:
        raise NotProved("the path does not lead from the entry to the signed root")
    if entry.get("hash") != leaf(entry).hex():
        raise NotProved("the hash that the entry carries is not its own")
    return (
        f"entry {entry['seq']} ({entry['event']}, {entry['at']}) is among the {point['size']} signed at {point['at']}"
    )


def check_consistency(proof: dict[str, Any], public_key: Ed25519PublicKey) -> str:
    """Check that the newer checkpoint's ledger begins with the older one's; says what was proved."""
    old, new = proof["old"], proof["checkpoint"]
    check_signed(old, public_key)
    check_signed(new, public_key)
    if not 1 <= old["size"] <= new["size"]:
        raise NotProved("the older checkpoint signs more entries than the newer one")
    if old["size"] == new["size"]:
        if old["root"] != new["root"] or path_of(proof):
            raise NotProved("two checkpoints over as many entries have different roots: the ledger was forked")
    else:
        _walk(path_of(proof), old, new)
    return f"all {old['size']} entries signed at {old['at']} are still the first of {new['size']} signed at {new['at']}"


def _walk(path: list[bytes], old: dict[str, Any], new: dict[str, Any]) -> None:
    """RFC 9162, section 2.1.4.2: both roots from one path."""
    at, last = old["size"] - 1, new["size"] - 1
    if old["size"] & (old["size"] - 1) == 0:  # a whole tree by itself: its root is where the path begins
        path = [bytes.fromhex(old["root"]), *path]
    while at % 2:
        at, last = at >> 1, last >> 1
    if not path:
        raise NotProved("the path is too short")
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise NotProved("the path is too long")
        if at % 2 or at == last:
            before, after = node(sibling, before), node(sibling, after)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, sibling)
        at, last = at >> 1, last >> 1
    if last or (before.hex(), after.hex()) != (old["root"], new["root"]):
        raise NotProved("the path does not lead to both roots: entries were changed, cut or forked since")


def path_of(proof: dict[str, Any]) -> list[bytes]:
    """The hashes of a proof, each of 32 bytes."""
    found = [bytes.fromhex(one) for one in proof["path"]]
    if any(len(one) != 32 or one.hex() != text for one, text in zip(found, proof["path"], strict=True)):
        raise NotProved("the path holds something that is no hash")
    return found


def check_proof(raw: bytes, public_key: Ed25519PublicKey, kept: bytes | None = None) -> str:
    """Check a proof file.

    Args:
        raw: The proof's bytes.
        public_key: The ledger signer's, from a place other than the proof.
        kept: The bytes of an older checkpoint that the reader kept, which the proof must be about.

    Returns:
        What was proved, in words.

    Raises:
        NotProved: It does not hold.
    """
    try:
        proof = json.loads(raw)
        if kept is not None and proof.get("old") != json.loads(kept):
            raise NotProved("the proof is not about the checkpoint that you kept")
        checks = {"inclusion": check_inclusion, "consistency": check_consistency}
        return checks[proof["kind"]](proof, public_key)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotProved("it is not a proof as joinedup writes one") from None


def read_public_key(text: str) -> Ed25519PublicKey:
    """A public key from PEM, or from base64 of its 32 bytes."""
    if text.lstrip().startswith("-----BEGIN"):
        key = load_pem_public_key(text.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("not an Ed25519 key")
        return key
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))


def main(arguments: list[str]) -> int:
    """Check the proof named on the command line; returns the exit code."""
    if len(arguments) not in (2, 3):
        sys.stderr.write("usage: python verify_proof.py PROOF_FILE PUBLIC_KEY_FILE [OLD_CHECKPOINT_FILE]\n")
        return 2
    try:
        raw, key, *kept = (Path(name).read_bytes() for name in arguments)
        public_key = read_public_key(key.decode("ascii"))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"could not read a file or the public key: {type(error).__name__}\n")
        return 2
    try:
        sys.stdout.write(f"PROVED: {check_proof(raw, public_key, kept[0] if kept else None)}\n")
    except NotProved as reason:
        sys.stdout.write(f"NOT PROVED: {reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
