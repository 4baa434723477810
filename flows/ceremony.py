"""Sessions that two custodians hold together: subkeys issued to sources, a lost custodian replaced."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from flows.key_desk import open_ledger, told_of
from flows.run import now, timestamp, uses_of
from governance.errors import BadInput
from governance.key_files import KeyFiles, KeyInfo
from governance.key_making import issue, make_own, session, write_root
from governance.key_shares import CUSTODIANS
from governance.keys import KeyRing
from governance.ledger import Event
from governance.settings import load_bundle


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
