"""Check a joinedup ledger with nothing but this file and the ``cryptography`` package.

    python verify.py LEDGER_FOLDER PUBLIC_KEY_FILE

For auditors: it shares no code with what wrote the ledger beyond the hashes defined here. Every line of
``ledger.jsonl`` is one event; its hash covers its content and the hash of the line before (RFC 6962 leaf
hashes). ``checkpoint.json`` is an Ed25519 signature over the number of lines and their Merkle root. A changed,
dropped, reordered or added line breaks one or the other; so does a cut, up to the last checkpoint. Compare the
printed root with the one in a board report: that also shows a ledger and checkpoint that were both swapped.

Exit code 0: nothing wrong. 1: something is wrong, each thing on its own line. 2: a file could not be read.
"""

import base64
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

FIRST_PREV = "0" * 64
"""What the first line has in place of the hash of a line before it."""

_ENTRY_KEYS = {"seq", "at", "event", "facts", "prev", "hash"}
_CHECKPOINT_KEYS = {"size", "root", "at", "key", "signature"}


class Problem(NamedTuple):
    """One thing wrong; ``line`` is 0 where it is about the whole ledger."""

    line: int
    what: str


def canonical(content: dict[str, Any]) -> bytes:
    """The one way a line or checkpoint may be written: sorted keys, no spaces, ASCII."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def leaf_hash(entry: dict[str, Any]) -> bytes:
    """RFC 6962 leaf hash of an entry's content, without its own ``hash`` field."""
    return sha256(b"\x00" + canonical({key: value for key, value in entry.items() if key != "hash"})).digest()


def merkle_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 Merkle tree hash of leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + merkle_root(leaves[:split]) + merkle_root(leaves[split:])).digest()


def checkpoint_text(size: int, root: str, at: str, key: str) -> bytes:
    """What a checkpoint's signature covers."""
    return f"joinedup ledger checkpoint v1\n{size}\n{root}\n{at}\n{key}\n".encode()


def key_fingerprint(public_key: Ed25519PublicKey) -> str:
    """Sixteen hex digits that name a public key."""
    return sha256(public_key.public_bytes_raw()).hexdigest()[:16]


def check_ledger(raw: bytes, checkpoint: bytes | None, public_key: Ed25519PublicKey) -> list[Problem]:
    """Everything wrong with a ledger.

    Args:
        raw: The bytes of ``ledger.jsonl``.
        checkpoint: The bytes of ``checkpoint.json``, or ``None`` if there is none.
        public_key: The run signer's, from a place other than the ledger's own folder.

    Returns:
        Problems in line order; empty if the ledger holds.
    """
    problems, leaves = check_chain(raw)
    if checkpoint is None:
        return [*problems, Problem(0, "there is no checkpoint, so nothing shows whether lines at the end were cut")]
    return problems + check_checkpoint(checkpoint, leaves, public_key)


def check_chain(raw: bytes) -> tuple[list[Problem], list[bytes]]:
    """What is wrong with the lines themselves, and every line's leaf hash."""
    lines = raw.split(b"\n")
    problems, leaves = [], []
    prev, seq = FIRST_PREV, 0
    if lines.pop() != b"":
        problems.append(Problem(len(lines) + 1, "the last line is cut short"))
    for number, line in enumerate(lines, start=1):
        entry = parse_entry(line)
        if entry is None:
            problems.append(Problem(number, "is not a ledger entry as joinedup writes it"))
            leaves.append(sha256(line).digest())
            continue
        leaves.append(leaf_hash(entry))
        faults = {
            "was changed: its hash does not fit its content": entry["hash"] != leaves[-1].hex(),
            "does not follow the line before: a line was dropped, added or moved": entry["prev"] != prev,
            "is out of sequence": type(entry["seq"]) is not int or entry["seq"] != seq + 1,
        }
        problems += [Problem(number, what) for what, found in faults.items() if found]
        prev, seq = entry["hash"], entry["seq"] if type(entry["seq"]) is int else seq + 1
    return problems, leaves


def check_checkpoint(raw: bytes, leaves: list[bytes], public_key: Ed25519PublicKey) -> list[Problem]:
    """What is wrong with a checkpoint, and whether the lines it signed are still there."""
    point = _parse(raw.removesuffix(b"\n"), _CHECKPOINT_KEYS) if raw.endswith(b"\n") else None
    if point is None or type(point["size"]) is not int or point["size"] < 0:
        return [Problem(0, "the checkpoint is not one joinedup wrote")]
    if not _signed(point, public_key):
        return [Problem(0, "the checkpoint is not signed by this key, or was changed")]
    if point["size"] > len(leaves):
        return [Problem(0, f"{point['size'] - len(leaves)} lines that were signed are gone")]
    if merkle_root(leaves[: point["size"]]).hex() != point["root"]:
        return [Problem(0, "lines that were signed are not the lines that are there now")]
    return []


def parse_entry(line: bytes) -> dict[str, Any] | None:
    """The content of one line without its newline, if it is a ledger entry written canonically."""
    return _parse(line, _ENTRY_KEYS)


def _parse(line: bytes, keys: set[str]) -> dict[str, Any] | None:
    """The JSON object of a line, if it has just these keys and is written canonically."""
    try:
        found = json.loads(line)
        good = isinstance(found, dict) and set(found) == keys and canonical(found) == line
    except (ValueError, RecursionError):
        return None
    return found if good else None


def _signed(point: dict[str, Any], public_key: Ed25519PublicKey) -> bool:
    signed = checkpoint_text(point["size"], point["root"], point["at"], point["key"])
    try:
        public_key.verify(base64.b64decode(point["signature"], validate=True), signed)
    except (InvalidSignature, ValueError, TypeError):
        return False
    # Base64 has spellings that decode alike; only one of them is ours.
    spelling = base64.b64encode(base64.b64decode(point["signature"])).decode()
    return (point["signature"], point["key"]) == (spelling, key_fingerprint(public_key))


def read_public_key(text: str) -> Ed25519PublicKey:
    """A public key from PEM, or from base64 of its 32 bytes as in a key file's ``public`` field.

    Raises:
        ValueError: It is neither.
    """
    if text.lstrip().startswith("-----BEGIN"):
        key = load_pem_public_key(text.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("not an Ed25519 key")
        return key
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))


def report(folder: Path, public_key: Ed25519PublicKey) -> tuple[int, str]:
    """Exit code and text for one ledger folder."""
    raw, point = (folder / "ledger.jsonl").read_bytes(), folder / "checkpoint.json"
    checkpoint = point.read_bytes() if point.exists() else None
    problems = check_ledger(raw, checkpoint, public_key)
    if problems:
        wheres = (f"line {problem.line}: " if problem.line else "" for problem in problems)
        shown = "\n".join(f"  {where}{problem.what}" for where, problem in zip(wheres, problems, strict=True))
        return 1, f"NOT VERIFIED: {len(problems)} thing(s) wrong\n{shown}\n"
    signed, count = json.loads(checkpoint or b"{}"), raw.count(b"\n")
    root = " ".join(signed["root"][at : at + 4] for at in range(0, 64, 4))
    lines = (
        f"VERIFIED: {count} entries, {signed['size']} of them signed at {signed['at']}",
        f"  key  {signed['key']}",
        f"  root {root}",
    )
    return 0, "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Check the ledger named on the command line; returns the exit code."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python verify.py LEDGER_FOLDER PUBLIC_KEY_FILE\n")
        return 2
    try:
        public_key = read_public_key(Path(arguments[1]).read_text(encoding="ascii"))
        code, text = report(Path(arguments[0]), public_key)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"could not read the ledger or the public key: {type(error).__name__}\n")
        return 2
    sys.stdout.write(text)
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
