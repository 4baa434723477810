"""Sessions that two custodians hold together: subkeys issued to sources, a lost custodian replaced."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from flows.key_desk import open_ledger, told_of
from flows.lock import alone
from flows.run import now, timestamp, uses_of
from governance.affected import by_key
from governance.errors import BadInput
from governance.keys.files import KeyFiles, KeyInfo, fingerprint_of
from governance.keys.making import issue, make_own, session, write_root
from governance.keys.ring import KeyRing
from governance.keys.root_renewal import interrupted, renew
from governance.keys.shares import CUSTODIANS
from governance.ledger import Event
from governance.settings import load_bundle


@alone
def issue_keys(
    root: Path, *, sources: Sequence[str] = (), until: str = "", custodians: Sequence[Path] = ()
) -> list[dict[str, str]]:
    """Issue sources the subkeys of this project, purpose and epoch.

    Args:
        root: The project folder.
        sources: Whom; all of the project's if empty.
        until: Last day as ``YYYY-MM-DD``; the root's if empty.
        custodians: Where custodians keep their folders, if not below ``keys/``.

    Raises:
        PolicyRefusal: Fewer than two custodians are here.
        BadInput: ``until`` is no date.
    """
    bundle, today = load_bundle(root), now().date()
    last = _day(until) if until else None
    ring, store = KeyRing(root / "keys", *custodians), KeyFiles(root / "keys", custodians)
    named = [bundle.source(source).id for source in sources] or [source.id for source in bundle.sources]
    uses, info = uses_of(bundle), ring.root_info()
    making = session(bundle.project.id, today, demo=info.demo)
    made = issue(store, making, ring.root(today), uses, named, last)
    open_ledger(root, ring).append(
        Event.KEYS_ISSUED,
        at=timestamp(),
        project=uses.project,
        keys=len(made),
        fingerprint=info.fingerprint,
        epoch=uses.epoch,
    )
    return [told_of(one) for one in made]


@alone
def rekey_root(root: Path, *, custodians: Sequence[Path] = ()) -> dict[str, Any]:
    """Make a new root for a new epoch and issue every source its subkeys; the old root's shares go on retiring.

    Args:
        root: The project folder, whose config names an epoch that was never used.
        custodians: Where custodians keep their folders, if not below ``keys/``.

    Returns:
        What was issued, what the old shares are called, and how many packages were made under the old key.

    Raises:
        PolicyRefusal: Fewer than two custodians are here.
        BadInput: Something was issued for this epoch already.
    """
    bundle, today = load_bundle(root), now().date()
    ring, store = KeyRing(root / "keys", *custodians), KeyFiles(root / "keys", custodians)
    uses, (before, begun) = uses_of(bundle), _before(store, ring)
    if any(info.epoch == uses.epoch for info in ring.infos()):
        raise _epoch_used(uses.epoch)
    if not begun:
        ring.root(today)  # the same two custodians could open the old one: nobody else may end it
    touched = by_key(before, before, open_ledger(root, ring).entries()).entries
    making = session(bundle.project.id, today, demo=before.demo)
    retired = renew(store, making, before, only_finish=begun)
    new = ring.root(today)
    made = issue(store, making, new, uses, [source.id for source in bundle.sources])
    marks = {"fingerprint": fingerprint_of(new.reveal()), "key": before.fingerprint, "epoch": uses.epoch}
    open_ledger(root, ring).append(Event.ROOT_RENEWED, at=timestamp(), project=uses.project, **marks)
    return {"issued": [told_of(one) for one in made], "retired": retired, "under_the_old_key": len(touched)}


def _before(store: KeyFiles, ring: KeyRing) -> tuple[KeyInfo, bool]:
    """The old root's facts, and whether an earlier session has begun to end it."""
    infos = ring.infos()
    ended = [info for info in infos if info.kind == "root" and info.state == "retiring"]
    used = {info.root for info in infos if info.kind == "issued"}
    begun = interrupted(store) or ring.root_info().fingerprint not in used
    if begun and ended:
        return replace(max(ended, key=lambda info: info.not_before), state="active"), True
    return store.info(next(iter(CUSTODIANS))), False


def _epoch_used(epoch: str) -> BadInput:
    return BadInput(
        f"Keys were issued for epoch `{epoch}` before.",
        why="Codes of two root keys under one epoch would look alike and match nothing.",
        fix="Set linkage.epoch in project.yaml to a name that was never used, have the project approved, and hold this"
        " session again. Nothing was changed.",
        code="E-KEY-EPOCH",
    )


@alone
def recover_custody(
    root: Path, *, lost: str, public: Path | None = None, custodians: Sequence[Path] = ()
) -> list[dict[str, str]]:
    """Replace a custodian: the same root, three new shares.

    Args:
        root: The project folder.
        lost: The custodian whose share is lost or who leaves.
        public: The public copy of the successor's own key; without it one is made here.
        custodians: Where custodians keep their folders, if not below ``keys/``.

    Raises:
        PolicyRefusal: The two others are not here.
        BadInput: There is no such custodian, or the file is no custodian's public copy.
    """
    share = next((one for one, holder in CUSTODIANS.items() if holder == lost), "")
    if not share:
        raise _no_custodian(f"`{lost}` is not a custodian: there are {', '.join(CUSTODIANS.values())}.")
    bundle, today = load_bundle(root), now().date()
    ring, store = KeyRing(root / "keys", *custodians), KeyFiles(root / "keys", custodians)
    key, before = ring.root(today), ring.root_info()
    making = session(bundle.project.id, today, demo=before.demo)
    successor = _successor(public, lost) if public else None
    store.forget(lost)
    if successor:
        store.publish(successor)
    made = [successor or make_own(store, making, lost, "custodian", lost)]
    made += write_root(store, making, key, first=share, change=lambda info: _with_days_of(info, before))
    open_ledger(root, ring).append(
        Event.CUSTODY_RENEWED, at=timestamp(), project=bundle.project.id, holder=lost, fingerprint=before.fingerprint
    )
    return [told_of(one) for one in made]


def _with_days_of(info: KeyInfo, before: KeyInfo) -> KeyInfo:
    """The root is no younger for being shared anew."""
    return replace(info, not_before=before.not_before, not_after=before.not_after)


def _successor(path: Path, holder: str) -> KeyInfo:
    try:
        info = KeyInfo(**json.loads(path.read_bytes())["info"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _no_custodian(f"{path.name} is not a public copy of a key.") from None
    if (info.id, info.kind, info.holder) != (holder, "custodian", holder):
        raise _no_custodian(f"{path.name} is not the public copy of a key of {holder}.")
    return info


def _no_custodian(what: str) -> BadInput:
    return BadInput(
        what,
        why="A share is sealed to one custodian's own key; with the wrong one nobody could open it.",
        fix="The successor runs `joinedup keys new DIR --holder HOLDER` on a machine of their own and sends"
        " keys/public/HOLDER.json. Nothing was changed.",
        code="E-KEY-CUSTODIAN",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            "The last day is not a date.",
            why="Issued keys end on a day that is written as YYYY-MM-DD.",
            fix="Give --until as in 2027-03-31, or leave it out. Nothing was issued.",
            code="E-USAGE",
        ) from None
