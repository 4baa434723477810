"""Making, checking and using the keys that people hold, each recorded in the ledger."""

import json
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.lock import alone
from flows.run import now, timestamp, uses_of
from flows.run import open_ledger as open_for
from governance.begun import check_ledger_not_lost
from governance.errors import BadInput, Fault, PolicyRefusal
from governance.keys.ring import KeyInfo, KeyRing, new_keys
from governance.ledger import Event, Ledger
from governance.settings import Bundle, load_bundle


@alone
def make_keys(root: Path, *, demo: bool, reviewers: Sequence[str] = (), holder: str = "") -> list[dict[str, str]]:
    """Make what is missing and say so in the ledger.

    Args:
        root: The project folder.
        demo: Demo keys, for synthetic people only.
        reviewers: Ids of people who also get a key.
        holder: Make only this holder's own keys, on its own machine.

    Returns:
        Id, holder and fingerprint of each key made now.

    Raises:
        PolicyRefusal: Demo keys for a project of real people.
    """
    bundle = load_bundle(root)
    if demo and not bundle.project.synthetic:
        raise PolicyRefusal(
            f"Project `{bundle.project.id}` is not marked synthetic, so it gets no demo keys.",
            why="Demo keys come from a published seed: anyone can undo what they encode.",
            fix="Leave out --demo. If the people are made up, set `synthetic: true` in project.yaml.",
            code="E-DEMO-KEY",
        )
    project = bundle.project.id
    if unfit := [one for one in reviewers if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", one)]:
        raise BadInput(
            f"{len(unfit)} of the reviewers' ids cannot name a key.",
            why="An id is lower-case letters, digits and underscores, and begins with a letter.",
            fix="Give another --reviewer, such as `a_reviewer`. No key was made.",
            code="E-USAGE",
        )
    today = now().date()
    made = new_keys(
        root / "keys",
        project=project,
        sources=[source.id for source in bundle.sources],
        today=today,
        demo=demo,
        reviewers=reviewers,
        uses=uses_of(bundle),
        holder=holder,
    )
    if made and not holder:
        ring = KeyRing(root / "keys")
        fingerprint = ring.root_info().fingerprint
        open_ledger(root, ring).append(
            Event.KEYS_MADE, at=timestamp(), project=project, keys=len(made), fingerprint=fingerprint, demo=demo
        )
    return [told_of(one) for one in made]


def told_of(info: KeyInfo) -> dict[str, str]:
    """What is said of a key that was made: nothing secret."""
    return {"id": info.id, "holder": info.holder, "fingerprint": info.fingerprint, "not_after": info.not_after}


def list_keys(root: Path) -> list[dict[str, Any]]:
    """Every key in the project's key folder, without secrets."""
    return [_shown(info) for info in KeyRing(root / "keys").infos()]


def sources_here(root: Path, bundle: Bundle) -> list[str]:
    """Sources whose own keys are on this machine; all of them if there are none, so that what is missing is told."""
    ring, every = KeyRing(root / "keys"), [source.id for source in bundle.sources]
    return [source for source in every if ring.holds(f"zone_source_{source}")] or every


def book_fingerprint(root: Path) -> str:
    """Sixteen hex digits over every key's public facts: the same on all machines, if nobody exchanged a key on one."""
    facts = [
        [info.id, info.holder, info.state, info.fingerprint, info.public] for info in KeyRing(root / "keys").infos()
    ]
    return sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _shown(info: KeyInfo) -> dict[str, Any]:
    names = ("id", "kind", "holder", "state", "not_before", "not_after", "bits", "fingerprint")
    return {**{name: getattr(info, name) for name in names}, "note": "demo" if info.demo else ""}


def verify_keys(root: Path, custodians: Sequence[Path] = ()) -> int:
    """Open every key held here.

    Args:
        root: The project folder.
        custodians: Where custodians keep their folders, if not below ``keys/``.

    Returns:
        How many were opened.

    Raises:
        PolicyRefusal: With every key that is damaged, not valid today, or does not fit its other share.
    """
    ring = KeyRing(root / "keys", *custodians)
    infos, faults = [info for info in ring.infos() if ring.holds(info.id)], list(_key_faults(ring))
    if faults or not infos:
        raise PolicyRefusal(
            f"{len(faults)} keys are not in order." if faults else "There are no keys in keys/.",
            why="A wrong key gives output that looks normal and matches nothing.",
            fix="Ask each custodian to restore or rotate what is listed, or make keys with `joinedup keys new DIR`.",
            code="E-KEYS",
            faults=faults,
        )
    return len(infos)


def _key_faults(ring: KeyRing) -> Iterator[Fault]:
    for info in ring.infos():
        try:
            ring.try_to_open(info, now().date())
        except PolicyRefusal as refusal:
            yield Fault(what=f"{info.id}: {refusal.what}", fix=refusal.fix)


def open_ledger(root: Path, ring: KeyRing) -> Ledger:
    """The ledger of this machine, signed by whoever signs it here; on a ceremony's machine that may be nobody.

    What is entered there is bound to what came before, and signed once somebody who signs runs a step there.
    """
    if not ring.holds(f"signing_{ring.ledger_signer()}"):
        check_ledger_not_lost(root, ring)
        return Ledger(root / "ledger")
    return open_for(root, ring, now().date())
