"""Destruction with a certificate: what was destroyed, its digests, why, by whom, and what is said of backups.

The certificate is written and signed first, as pending; then the files go; only when they are gone is it filed and
entered into the ledger. Whatever is cut off on the way is finished by the next call, so no certificate is ever filed
for something that is still there, and nothing goes without one.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance import dsse, write_points
from governance.clocks import Clock
from governance.errors import BadInput, PolicyRefusal
from governance.ledger import Entry, Event, Ledger
from governance.store import write_file

PREDICATE_TYPE = "joinedup:destruction/v1"
_FILED, _PENDING = "certificates", ".pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who has what destroyed, and what they say about it."""

    by: str
    """Who orders it, as it stands on the certificate."""
    backups: str
    """Where copies lie and when they go, or that there are none: there is no default."""
    at: str
    """When, as ISO 8601; the caller's clock."""
    reason: str = ""
    """Why something goes before its day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate that was filed."""

    path: Path
    name: str
    files: int
    sha256: str


def check_order(chosen: Sequence[Clock], order: Order) -> None:
    """Refuse what must not be destroyed like this.

    Raises:
        PolicyRefusal: Nobody is named, nothing is said about backups, or something goes early without a reason.
    """
    if not order.by.strip():
        raise PolicyRefusal(
            "It is not said who has this destroyed.",
            why="A certificate of destruction names who ordered it.",
            fix="Give --by NAME. Nothing was destroyed.",
            code="E-RETAIN-BY",
        )
    if not order.backups.strip():
        raise PolicyRefusal(
            "It is not said what becomes of backups.",
            why="A backup that nobody thought of outlives every deletion.",
            fix="Give --backups, such as “nightly tapes, overwritten after 90 days” or “there are none”. Nothing was"
            " destroyed.",
            code="E-RETAIN-BACKUPS",
        )
    early = [clock for clock in chosen if not clock.due]
    if early and not order.reason.strip():
        raise PolicyRefusal(
            f"{len(early)} of these are not due: {early[0].name} may stay to {early[0].destroy_by}.",
            why="What is destroyed early cannot be used or checked again, so somebody has to say why.",
            fix="Give --reason, or leave out what is not due. Nothing was destroyed.",
            code="E-RETAIN-EARLY",
        )


def destroy(
    root: Path, chosen: Sequence[Clock], order: Order, signer: Ed25519PrivateKey, ledger: Ledger
) -> list[Certificate]:
    """Destroy what was chosen, and finish what an earlier call left.

    Args:
        root: The project folder.
        chosen: What goes.
        order: Who, why, and what is said about backups.
        signer: Signs the certificates.
        ledger: Gets an event for each certificate, and a checkpoint.

    Returns:
        The certificates filed now.

    Raises:
        PolicyRefusal: Of :func:`check_order`.
        BadInput: Something leads out of the project folder.
    """
    check_order(chosen, order)
    for clock in chosen:
        _inside(root, clock.held.where)
    for clock in chosen:
        payload = json.dumps(_statement(root, clock, order), sort_keys=True, ensure_ascii=False).encode()
        name = f"{clock.held.period}_{clock.held.dataset}_{sha256(payload).hexdigest()[:12]}.json"
        write_file(root / _FILED / _PENDING / name, dsse.sign(payload, signer))
    filed = [_finish(root, path, ledger, order.at) for path in _pending(root)]
    if filed:
        ledger.checkpoint(at=order.at)
    return filed


def pending(root: Path) -> list[str]:
    """Destructions that were begun and not finished."""
    return [path.name for path in _pending(root)]


def certificates(root: Path) -> Iterator[dict[str, Any]]:
    """What every filed certificate says, oldest first."""
    read = [json.loads(dsse.payload_of(path.read_bytes())) for path in sorted((root / _FILED).glob("*.json"))]
    ours = [one["predicate"] for one in read if one["predicateType"] == PREDICATE_TYPE]
    yield from sorted(ours, key=lambda one: (one["at"], one["where"]))


def destroyed_folders(root: Path, entries: Iterable[Entry]) -> dict[str, int]:
    """Folders of which the ledger knows the certificate of destruction, each with the line that does."""
    lines = {
        str(entry.facts["certificate_sha256"]): entry.seq for entry in entries if entry.event is Event.DATA_DESTROYED
    }
    found = {}
    for path in sorted((root / _FILED).glob("*.json")):
        envelope = path.read_bytes()
        if seq := lines.get(sha256(envelope).hexdigest()):
            found[str(json.loads(dsse.payload_of(envelope))["predicate"]["where"])] = seq
    return found


def _inside(root: Path, where: str) -> Path:
    """The folder, if it really lies in the project: a link may lead to somebody else's files."""
    parts = Path(where).parts
    steps = [root.joinpath(*parts[: size + 1]) for size in range(len(parts))]
    if ".." in parts or any(step.is_symlink() for step in steps):
        raise BadInput(
            f"{where} is a link.",
            why="What lies behind it may be more than this project's.",
            fix="Destroy by hand what it leads to, remove the link, and file that yourself. Nothing was destroyed.",
            code="E-RETAIN-LINK",
        )
    return steps[-1]


def _statement(root: Path, clock: Clock, order: Order) -> dict[str, Any]:
    held = clock.held
    files = [path for path in sorted((root / held.where).rglob("*")) if path.is_file() and not path.is_symlink()]
    subjects = [
        {"name": path.relative_to(root).as_posix(), "digest": {"sha256": _digest(path)}, "bytes": path.stat().st_size}
        for path in files
    ]
    return {
        "_type": dsse.STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "dataset": held.dataset,
            "period": held.period,
            "where": held.where,
            "files": len(files),
            "kept_months": clock.months,
            "destroy_by": clock.destroy_by.isoformat(),
            "due": clock.due,
            "reason": order.reason or "its retention ended",
            "by": order.by,
            "backups": order.backups,
            "at": order.at,
            "method": "files removed; what a zone held was sealed to that zone's key",
        },
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _pending(root: Path) -> list[Path]:
    return sorted((root / _FILED / _PENDING).glob("*.json"))


def _finish(root: Path, path: Path, ledger: Ledger, at: str) -> Certificate:
    """Remove the files, make sure that they are gone, then file the certificate."""
    envelope = path.read_bytes()
    said = json.loads(dsse.payload_of(envelope))["predicate"]
    folder = _inside(root, said["where"])
    write_points.remove_tree(folder)
    filed = root / _FILED / path.name
    write_file(filed, envelope)
    digest = sha256(envelope).hexdigest()
    if not any(entry.facts.get("certificate_sha256") == digest for entry in ledger.entries()):
        ledger.append(
            Event.DATA_DESTROYED,
            at=at,
            period=said["period"],
            dataset=said["dataset"],
            files=said["files"],
            due=said["due"],
            certificate_sha256=digest,
        )
    write_points.remove(path)
    return Certificate(path=filed, name=said["where"], files=said["files"], sha256=digest)
