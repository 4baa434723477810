"""The ledger: what was done, in order, so that nobody can later say otherwise unnoticed.

One event a line in ``ledger.jsonl``, each bound to the line before by its hash; ``checkpoint.json`` signs the
Merkle root of all lines so far. The hashes are defined once, in the stand-alone :mod:`governance.verify`.
A partner who keeps an old checkpoint, or a board report it is printed in, can show any rewriting since.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance import ledger_file, verify
from governance.errors import Fault, PolicyRefusal
from governance.ledger_events import Event, FactValue, check_event
from governance.lock import locked
from governance.store import write_file

__all__ = ["Checkpoint", "Entry", "Event", "Ledger", "broken", "verify_ledger"]

_LEDGER = "ledger.jsonl"
_CHECKPOINT = "checkpoint.json"
_CUT_SHORT = "the last line is cut short"  # as the verifier says it
_PUBLIC_KEY = "signer_public_key.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger."""

    seq: int
    at: str
    event: Event
    facts: dict[str, FactValue]
    prev: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signature over the first ``size`` lines."""

    size: int
    root: str
    at: str
    key: str
    """Fingerprint of the signer's public key."""
    signature: str


class Ledger:
    """The ledger in one folder; several processes may append, one at a time."""

    def __init__(
        self, folder: Path, signer: Ed25519PrivateKey | None = None, *, earlier: Iterable[Ed25519PublicKey] = ()
    ) -> None:
        self.folder, self._signer = folder, signer
        # A key that was rotated signed the last checkpoint; the next one is signed by its successor.
        self._earlier = {verify.key_fingerprint(public): public for public in earlier}

    def append(self, event: Event, *, at: str, **facts: FactValue) -> Entry:
        """Add one event and flush it to disk.

        Args:
            event: What happened.
            at: When, as ISO 8601 with time zone; the caller's clock, not ours.
            facts: Ids, digests, codes and totals; each event has a closed list (``ledger_events.FACTS``).

        Raises:
            InternalError: A fact that this event may not carry.
            PolicyRefusal: The last line was changed, or one that was signed is cut short.
            BadInput: The disk refused; the ledger is as it was before.
        """
        check_event(event, at, facts)
        with locked(self.folder / ".lock"):
            self._mend(at)
            return self._add(event, at, facts)

    def _add(self, event: Event, at: str, facts: dict[str, FactValue]) -> Entry:
        before = self._last()
        content: dict[str, Any] = {
            "seq": before.seq + 1 if before else 1,
            "at": at,
            "event": event.value,
            "facts": facts,
            "prev": before.hash if before else verify.FIRST_PREV,
        }
        content["hash"] = verify.leaf_hash(content).hex()
        ledger_file.append_line(self.folder / _LEDGER, verify.canonical(content) + b"\n")
        return _entry(content)

    def _mend(self, at: str) -> None:
        """Set a line aside that was cut off while it was written, and say so; however often this is cut off itself."""
        _, piece = self._split()
        if piece:
            ledger_file.set_aside(self.folder / _LEDGER, piece)
        if digest := ledger_file.untold(self.folder):
            last = self._last()
            if last is None or (last.event, last.facts) != (Event.CUT_OFF_LINE_SET_ASIDE, {"sha256": digest}):
                self._add(Event.CUT_OFF_LINE_SET_ASIDE, at, {"sha256": digest})
            ledger_file.told(self.folder, digest)

    def entries(self) -> list[Entry]:
        """Every event, oldest first; empty if there is no ledger yet.

        Raises:
            PolicyRefusal: A line was changed, dropped, moved or cut. One that is being written, or was cut off while
                it was, is not there yet; the next :meth:`append` sets it aside.
        """
        raw, _ = self._split()
        problems, _ = verify.check_chain(raw)
        if problems:
            raise _broken(self.folder, problems)
        return [_entry(json.loads(line)) for line in raw.splitlines()]

    def last_checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint as it stands on disk; :func:`verify_ledger` says whether it holds."""
        path = self.folder / _CHECKPOINT
        return Checkpoint(**json.loads(path.read_bytes())) if path.exists() else None

    def checkpoint(self, *, at: str) -> Checkpoint:
        """Sign the Merkle root of all lines so far, after checking them and the checkpoint before.

        Raises:
            PolicyRefusal: There is no signer, or the ledger does not hold: a broken one is never signed over.
        """
        if self._signer is None:
            raise PolicyRefusal(
                "The ledger was opened without a signing key.",
                why="A checkpoint that nobody signed proves nothing.",
                fix="Open it with the project's signer key (`joinedup keys new DIR` makes one).",
                code="E-LEDGER-SIGNER",
            )
        with locked(self.folder / ".lock"):
            root, size = self._checked_root(self._signer.public_key())
            return self._signed(self._signer, root, size, at)

    def _signed(self, signer: Ed25519PrivateKey, root: str, size: int, at: str) -> Checkpoint:
        public = signer.public_key()
        key = verify.key_fingerprint(public)
        signature = base64.b64encode(signer.sign(verify.checkpoint_text(size, root, at, key))).decode()
        content = {"size": size, "root": root, "at": at, "key": key, "signature": signature}
        write_file(self.folder / _PUBLIC_KEY, base64.b64encode(public.public_bytes_raw()) + b"\n")
        write_file(self.folder / _CHECKPOINT, verify.canonical(content) + b"\n")
        return Checkpoint(size=size, root=root, at=at, key=key, signature=signature)

    def _checked_root(self, public: Ed25519PublicKey) -> tuple[str, int]:
        problems, leaves = verify.check_chain(self._raw())
        path = self.folder / _CHECKPOINT
        if path.exists():
            point = path.read_bytes()
            problems += verify.check_checkpoint(point, leaves, self._earlier.get(_key_named(point), public))
        if problems:
            raise _broken(self.folder, problems)
        return verify.merkle_root(leaves).hex(), len(leaves)

    def _raw(self) -> bytes:
        path = self.folder / _LEDGER
        return path.read_bytes() if path.exists() else b""

    def _split(self) -> tuple[bytes, bytes]:
        """Whole lines, and the beginning of one that was cut off: never one that the checkpoint signed."""
        whole, piece = ledger_file.split(self._raw())
        point = self.last_checkpoint() if piece else None
        if point and point.size > whole.count(b"\n"):
            raise _broken(self.folder, [verify.Problem(whole.count(b"\n") + 1, "a signed line is cut short")])
        return whole, piece

    def _last(self) -> Entry | None:
        """The last line, only if it is whole: appending after a torn line would bury the damage."""
        raw = self._raw()
        if not raw:
            return None
        line = raw[raw.rfind(b"\n", 0, -1) + 1 :]
        # Checked alone: what came before it is the verifier's business.
        content = verify.parse_entry(line.removesuffix(b"\n")) if line.endswith(b"\n") else None
        if content is None or content["hash"] != verify.leaf_hash(content).hex():
            raise _broken(self.folder, [verify.Problem(raw.count(b"\n") + 1, "the last line is cut short or changed")])
        return _entry(content)


def verify_ledger(folder: Path, public_key: Ed25519PublicKey) -> list[Fault]:
    """Everything wrong with the ledger in ``folder``; empty if it holds up to its last checkpoint.

    Args:
        folder: Holds ``ledger.jsonl`` and ``checkpoint.json``.
        public_key: The run signer's, from the key ring rather than from the ledger's own folder.
    """
    path, point = folder / _LEDGER, folder / _CHECKPOINT
    raw = path.read_bytes() if path.exists() else b""
    problems = verify.check_ledger(raw, point.read_bytes() if point.exists() else None, public_key)
    return [_fault(folder, problem) for problem in problems]


def _key_named(checkpoint: bytes) -> str:
    """The fingerprint a checkpoint names; looked up only among keys that are known from elsewhere."""
    try:
        return str(json.loads(checkpoint)["key"])
    except (ValueError, KeyError, TypeError):
        return ""


def _fault(folder: Path, problem: verify.Problem) -> Fault:
    return Fault(what=problem.what, file=f"{folder.name}/{_LEDGER}", line=problem.line or None)


def _broken(folder: Path, problems: list[verify.Problem]) -> PolicyRefusal:
    return broken([_fault(folder, problem) for problem in problems])


def only_cut_off(faults: Sequence[Fault]) -> bool:
    """Whether all that is wrong is an unsigned line that was cut off, which the next line sets aside."""
    return [fault.what for fault in faults] == [_CUT_SHORT]


def broken(faults: Sequence[Fault]) -> PolicyRefusal:
    """The refusal of a ledger that does not hold."""
    if only_cut_off(faults):
        return PolicyRefusal(
            "The last line of the ledger is only half there.",
            why="The machine stopped while it was being written. It was never signed, and no step relied on it.",
            fix="Run the month again: the piece is kept beside the ledger, and the ledger says so.",
            code="E-LEDGER-CUT-OFF",
            faults=faults,
        )
    return PolicyRefusal(
        "The ledger does not hold: it was changed, or a write to it was cut off.",
        why="What was run can only be proved from an unbroken ledger, so nothing is added to a broken one.",
        fix="Restore the ledger folder from its last good copy, tell the IG lead, then run again.",
        code="E-LEDGER-BROKEN",
        faults=faults,
    )


def _entry(content: dict[str, Any]) -> Entry:
    return Entry(**{**content, "event": Event(content["event"])})
