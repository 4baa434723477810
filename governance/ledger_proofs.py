"""Proofs about a ledger in the form of RFC 6962: that one entry is in it, and that it only ever grew.

A proof is a short JSON file. Whoever has it and the signer's public key can check it with
:mod:`governance.verify_proof` alone, without the ledger and so without seeing any other entry.
"""

import json
from hashlib import sha256
from typing import Any

from governance import verify
from governance.errors import BadInput, PolicyRefusal


def _node(left: bytes, right: bytes) -> bytes:
    """RFC 6962 hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_path(leaves: list[bytes], at: int) -> list[bytes]:
    """The audit path of leaf ``at`` (from 0): RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if at < middle:
        return [*inclusion_path(leaves[:middle], at), verify.merkle_root(leaves[middle:])]
    return [*inclusion_path(leaves[middle:], at - middle), verify.merkle_root(leaves[:middle])]


def consistency_path(leaves: list[bytes], size: int, *, whole: bool = True) -> list[bytes]:
    """That the tree of the first ``size`` leaves is the beginning of this one: RFC 6962, section 2.1.2.

    Args:
        leaves: Leaf hashes of the newer tree.
        size: Leaves of the older tree, at least one.
        whole: Whether the older tree is a node that the reader knows already; as in the RFC.
    """
    if size == len(leaves):
        return [] if whole else [verify.merkle_root(leaves)]
    middle = _split(len(leaves))
    if size <= middle:
        return [*consistency_path(leaves[:middle], size, whole=whole), verify.merkle_root(leaves[middle:])]
    return [*consistency_path(leaves[middle:], size - middle, whole=False), verify.merkle_root(leaves[:middle])]


def prove_entry(raw: bytes, checkpoint: bytes, seq: int) -> dict[str, Any]:
    """A proof that entry ``seq`` is among the lines that the checkpoint signed.

    Args:
        raw: The bytes of ``ledger.jsonl``, which hold.
        checkpoint: The bytes of ``checkpoint.json``, which hold.
        seq: The entry's number, from 1.

    Raises:
        BadInput: There is no such entry, or no checkpoint covers it yet.
    """
    _, leaves = verify.check_chain(raw)
    point = json.loads(checkpoint)
    if not 1 <= seq <= point["size"]:
        raise BadInput(
            f"Entry {seq} is not among the {point['size']} entries that are signed.",
            why="A proof leads to a signature, and the last checkpoint does not cover this entry.",
            fix="Take an entry that is signed; every run signs all entries when it ends.",
            code="E-LEDGER-ENTRY",
        )
    path = inclusion_path(leaves[: point["size"]], seq - 1)
    entry = json.loads(raw.splitlines()[seq - 1])
    return {"kind": "inclusion", "entry": entry, "path": [one.hex() for one in path], "checkpoint": point}


def prove_growth(raw: bytes, checkpoint: bytes, old: bytes) -> dict[str, Any]:
    """A proof that everything an older checkpoint signed is still there, unchanged and in order.

    Args:
        raw: The bytes of ``ledger.jsonl``, which hold.
        checkpoint: The bytes of ``checkpoint.json``, which hold.
        old: The bytes of the older checkpoint.

    Raises:
        BadInput: The older checkpoint cannot be read, or signs nothing.
        PolicyRefusal: It does not fit: the ledger was rewritten since, or is another one.
    """
    before, point = read_checkpoint(old), json.loads(checkpoint)
    _, leaves = verify.check_chain(raw)
    fits = before["size"] <= point["size"] and verify.merkle_root(leaves[: before["size"]]).hex() == before["root"]
    if not fits:
        raise rewritten()
    path = consistency_path(leaves[: point["size"]], before["size"])
    return {"kind": "consistency", "old": before, "path": [one.hex() for one in path], "checkpoint": point}


def read_checkpoint(raw: bytes) -> dict[str, Any]:
    """The content of a checkpoint that somebody kept; its signature is checked elsewhere.

    Raises:
        BadInput: It is not one.
    """
    try:
        point: dict[str, Any] = json.loads(raw)
        good = set(point) == {"size", "root", "at", "key", "signature"} and type(point["size"]) is int
    except (ValueError, TypeError):
        good = False
    if not good or point["size"] < 1:
        raise BadInput(
            "The older checkpoint cannot be read.",
            why="It is a file called checkpoint.json, as `joinedup audit export` writes it.",
            fix="Give the file that was kept, or the root that is printed in a board report.",
            code="E-LEDGER-CHECKPOINT",
        )
    return point


def size_with_root(leaves: list[bytes], root: str) -> int:
    """How many first lines have this Merkle root; 0 if none do.

    Args:
        leaves: Leaf hashes of the whole ledger.
        root: Hexadecimal, such as a board report prints it.
    """
    peaks: list[tuple[int, bytes]] = []
    for number, leaf in enumerate(leaves, start=1):
        peaks.append((1, leaf))
        while len(peaks) > 1 and peaks[-1][0] == peaks[-2][0]:
            (size, right), (_, left) = peaks.pop(), peaks.pop()
            peaks.append((2 * size, _node(left, right)))
        if _bagged(peaks).hex() == root:
            return number
    return 0


def _bagged(peaks: list[tuple[int, bytes]]) -> bytes:
    """The Merkle root of perfect trees of falling size, which stand beside each other."""
    found = peaks[-1][1]
    for _, left in reversed(peaks[:-1]):
        found = _node(left, found)
    return found


def rewritten() -> PolicyRefusal:
    """The refusal of a ledger that is not what it was."""
    return PolicyRefusal(
        "The ledger is not the one that the older checkpoint signed: entries were rewritten, cut or forked since.",
        why="An older checkpoint that somebody else kept is the one thing that whoever holds the ledger cannot change.",
        fix="Keep both copies, tell the IG lead, and restore the ledger from its last good copy.",
        code="E-LEDGER-REWRITTEN",
    )
