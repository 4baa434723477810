"""The later life of keys: rotated, or destroyed with a certificate."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cohorts.voices.kept import sealed_cards
from flows.commands.output import aligned
from flows.guard import DIAGNOSTICS_INFO
from flows.key_desk import open_ledger, told_of
from flows.lock import only_run
from flows.run import now, timestamp
from governance import dsse
from governance.affected import by_key
from governance.errors import PolicyRefusal
from governance.intact.sealed_anew import listed_anew
from governance.keys.files import KeyFiles, KeyInfo
from governance.keys.issue import seal_info
from governance.keys.making import session
from governance.keys.ring import KeyRing
from governance.keys.rotation import (
    ROTATABLE,
    WAITING,
    Sealed,
    check_rotatable,
    finish,
    is_held,
    next_key,
    seal_anew,
    take_place,
)
from governance.keys.states import moved, retired_id, shred
from governance.ledger import Event, Ledger
from governance.settings import load_bundle
from governance.store import seal, unseal, write_file

PREDICATE_TYPE = "joinedup:key-destruction/v1"
_FILED = ("certificates", "keys")


def rotate_key(root: Path, key_id: str) -> dict[str, Any]:
    """Put a new key in the place of one that is held here, and seal anew what lies here.

    Args:
        root: The project folder.
        key_id: A zone's, source's, reviewer's or signer's own key.

    Returns:
        The new key's facts, what the old one is called now, whether only an earlier call was ended, and what was sealed
        anew by this one.

    Raises:
        BadInput: Keys of this kind change in another way.
        PolicyRefusal: It is not held here, or is not active.
    """
    bundle, store, ring = load_bundle(root), KeyFiles(root / "keys"), KeyRing(root / "keys")
    with only_run(root):
        if done := finish(store, key_id):
            retired = _end_rotation(root, store, done, open_ledger(root, ring))
            return {"key": told_of(done), "retired": retired, "ended": True, **Sealed().as_dict()}
        old = store.info(key_id)
        check_rotatable(old)
        moved(old, "retiring")
        secret = is_held(store, old)
        new, new_secret = next_key(store, session(bundle.project.id, now().date(), demo=old.demo), old)
        sealed, ledger = Sealed(), open_ledger(root, ring)
        if old.kind == "zone":
            keys = tuple(X25519PrivateKey.from_private_bytes(one) for one in (secret, new_secret))
            files = list(_sealed_to(root, old))
            sealed = seal_anew(files, *keys)
            _list_anew([path for path, _ in files], ledger, bundle.project.id)
            _issued_anew(store, old, *keys)
        active = take_place(store, old, secret if old.kind == "zone" else b"", new, new_secret)
        _record_rotation(ledger, old, active, sealed.files)
        store.forget(new.id)
    return {"key": told_of(active), "retired": retired_id(old), "ended": False, **sealed.as_dict()}


def _record_rotation(ledger: Ledger, old: KeyInfo, new: KeyInfo, files: int) -> None:
    keys = {"holder": old.holder, "fingerprint": old.fingerprint, "key": new.fingerprint}
    ledger.append(Event.KEY_ROTATED, at=timestamp(), project=new.project, files=files, **keys)


def _end_rotation(root: Path, store: KeyFiles, new: KeyInfo, ledger: Ledger) -> str:
    """Tell of a rotation that was cut off with the new key in its place; returns what the old one is called."""
    retired = ""
    for old in _rotated_untold(store, new, ledger):
        _record_rotation(ledger, old, new, len([*_sealed_to(root, new)]) if new.kind == "zone" else 0)
        retired = old.id
    store.forget(f"{new.id}{WAITING}")
    return retired


def _rotated_untold(store: KeyFiles, new: KeyInfo, ledger: Ledger) -> list[KeyInfo]:
    """Keys in whose place this one is, without a line: the call that retired them was cut off before it."""
    lines = [entry.facts for entry in ledger.entries() if entry.event is Event.KEY_ROTATED]
    if any(line["key"] == new.fingerprint for line in lines):
        return []
    retired = (one for one in store.infos() if (one.kind, one.holder, one.state) == (new.kind, new.holder, "retiring"))
    told = {line["fingerprint"] for line in lines}
    return [one for one in retired if one.fingerprint not in told]


def _sealed_to(root: Path, info: KeyInfo) -> Iterator[tuple[Path, bytes]]:
    """Every file here that is sealed to a holder's key, with what its seal is bound to."""
    source, zones = info.holder.removeprefix("source_"), root / "zones"
    folders = {
        "audit": root / ".joinedup" / "diagnostics",
        "linkage": zones / "linkage",
        "analysis": zones / "analysis",
    }
    folder = folders.get(info.holder, zones / "source" / source)
    if info.holder.startswith("reviewer_"):
        folder = zones / "review" / info.holder
    for path in sorted(folder.rglob("*.sealed")):
        name = path.name.removesuffix(".parquet.sealed")
        yield path, DIAGNOSTICS_INFO if info.holder == "audit" else name.encode()
    if info.holder == "analysis":
        yield from sealed_cards(root)


def _list_anew(sealed: Sequence[Path], ledger: Ledger, project: str) -> None:
    """Record the bytes that files have now; the line comes first: a call that is cut off is finished by the next."""
    lists = ("files_sha256", "announced_sha256")  # what a command left that was cut off is ours too
    recorded = {entry.facts[name] for entry in ledger.entries() for name in lists if name in entry.facts}
    for one in listed_anew(sealed):
        if one.was not in recorded:
            continue  # nobody recorded that list, and a rotation does not begin to
        if one.now not in recorded:
            facts = {"was_sha256": one.was, "files_sha256": one.now}
            ledger.append(Event.FILES_SEALED_ANEW, at=timestamp(), project=project, **facts)
        write_file(one.path, one.content)


def _issued_anew(store: KeyFiles, info: KeyInfo, old: X25519PrivateKey, new: X25519PrivateKey) -> None:
    """What was issued to this holder is sealed to its key too, and needs no custodian to be sealed anew."""
    for one in store.infos():
        if one.kind == "issued" and one.holder == info.holder and store.holds(one.id):
            bound, sealed = seal_info(one.project, one.id), store.read(one.id)[1]
            with suppress(PolicyRefusal):  # already sealed to the new key, by a call that was cut off
                store.write(one, seal(unseal(sealed, old, info=bound), new.public_key(), info=bound))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOrder:
    """Who has a key destroyed, and what they say about it."""

    by: str
    backups: str
    """What becomes of copies: there is no default."""
    reason: str = ""
    """Why a key goes that is still in use."""


def destroy_key(root: Path, key_id: str, order: KeyOrder, custodians: Sequence[Path] = ()) -> dict[str, Any]:
    """Destroy a key that is held here and file a signed certificate of what nobody can open any more.

    Args:
        root: The project folder.
        key_id: The key.
        order: Who, why, and what becomes of copies.
        custodians: Where custodians keep their folders, if not below ``keys/``.

    Returns:
        The certificate's path and digest, and how many publications it names.

    Raises:
        PolicyRefusal: It is not held here, nobody is named, nothing is said of copies, or it is in use and no reason is
            given.
    """
    store, ring = KeyFiles(root / "keys", custodians), KeyRing(root / "keys", *custodians)
    info = store.info(key_id)
    if done := _unrecorded(root, info, ring, custodians):
        return done
    moved(info, "destroyed")
    check_key_order(info, order)
    _check_no_copy_waits(store, info)
    if not store.holds(key_id) and not store.is_half_destroyed(key_id):
        raise _not_here(info)
    with only_run(root, custodians):
        ledger = open_ledger(root, ring)
        touched = by_key(info, ring.root_info(), ledger.entries())
        signer = ring.signing(ring.ledger_signer(), now().date())
        envelope = dsse.sign(json.dumps(_statement(info, order, touched.entries), sort_keys=True).encode(), signer)
        digest = sha256(envelope).hexdigest()
        path = root.joinpath(*_FILED, f"{info.id}_{digest[:12]}.json")
        # Written first: no key goes without its certificate; if the power fails between, the next call files another.
        write_file(path, envelope)
        shred(store, info)
        facts = {"holder": info.holder, "fingerprint": info.fingerprint, "certificate_sha256": digest}
        _entered(ledger, info.project, facts, by_itself=ring.holds(f"signing_{ring.ledger_signer()}"))
    return {"key": info.id, "certificate": str(path), "sha256": digest, "publications": len(touched.entries)}


def _unrecorded(root: Path, info: KeyInfo, ring: KeyRing, custodians: Sequence[Path]) -> dict[str, Any]:
    """What to say of a key that a call destroyed and was then cut off; the ledger is told of it now."""
    if info.state != "destroyed":
        return {}
    filed = sorted(root.joinpath(*_FILED).glob(f"{info.id}_*.json"), key=lambda path: path.stat().st_mtime_ns)
    digests = {sha256(path.read_bytes()).hexdigest(): path for path in filed}
    with only_run(root):
        ledger = open_ledger(root, ring)
        if not digests or any(one.facts.get("certificate_sha256") in digests for one in ledger.entries()):
            return {}
        KeyFiles(root / "keys", custodians).clear(info.id)
        digest, path = list(digests.items())[-1]
        facts = {"holder": info.holder, "fingerprint": info.fingerprint, "certificate_sha256": digest}
        _entered(ledger, info.project, facts, by_itself=ring.holds(f"signing_{ring.ledger_signer()}"))
    said = json.loads(dsse.payload_of(path.read_bytes()))["predicate"]
    return {"key": info.id, "certificate": str(path), "sha256": digest, "publications": len(said["publications"])}


def _entered(ledger: Ledger, project: str, facts: dict[str, Any], *, by_itself: bool) -> None:
    ledger.append(Event.KEY_DESTROYED, at=timestamp(), project=project, **facts)
    if by_itself:
        ledger.checkpoint(at=timestamp())


def check_key_order(info: KeyInfo, order: KeyOrder) -> None:
    """Refuse what must not be destroyed like this."""
    if not order.by.strip() or not order.backups.strip():
        raise PolicyRefusal(
            "It is not said who has this key destroyed, or what becomes of copies of it.",
            why="A backup of a key opens everything that its destruction was to close.",
            fix="Give --by NAME and --backups, such as “the stick in the safe, destroyed today”. Nothing was"
            " destroyed.",
            code="E-KEY-ORDER",
        )
    if info.state == "active" and not order.reason.strip():
        raise PolicyRefusal(
            f"Key `{info.id}` is in use.",
            why="Whatever is sealed to it, or made under it, can never be opened or compared again.",
            fix="Rotate it first, or give --reason, such as “the project has ended”. Nothing was destroyed.",
            code="E-KEY-IN-USE",
        )


def _check_no_copy_waits(store: KeyFiles, info: KeyInfo) -> None:
    """Refuse while a rotation has not ended: what waits may be this very key, under another id."""
    if info.kind in ROTATABLE and store.knows(f"{info.id}{WAITING}"):
        raise PolicyRefusal(
            f"A rotation of key `{info.id}` was cut off and has not ended.",
            why="Until it has, a second key lies beside this one, which may be the same: it would go on opening files.",
            fix=f"End it with `joinedup keys rotate DIR {info.id}`, then destroy the key that is to go. Nothing was"
            " destroyed.",
            code="E-KEY-IN-USE",
        )


def _not_here(info: KeyInfo) -> PolicyRefusal:
    return PolicyRefusal(
        f"Key `{info.id}` is not held here: only its public facts are.",
        why="A certificate for a key that somebody else still has would be false.",
        fix="Destroy it where it is held. Nothing was destroyed.",
        code="E-KEY-ABSENT",
    )


def _statement(info: KeyInfo, order: KeyOrder, touched: Sequence[Any]) -> dict[str, Any]:
    return {
        "_type": dsse.STATEMENT_TYPE,
        "subject": [{"name": info.id, "digest": {"joinedup_fingerprint": info.fingerprint}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "project": info.project,
            "holder": info.holder,
            "kind": info.kind,
            "state_before": info.state,
            "valid": [info.not_before, info.not_after],
            "publications": [{"seq": one.seq, "event": one.event.value, **one.facts} for one in touched],
            "by": order.by,
            "backups": order.backups,
            "reason": order.reason,
            "at": timestamp(),
            "method": "the key file was overwritten with noughts and removed; its public facts stay",
        },
    }


def rotate_lines(done: dict[str, Any]) -> list[str]:
    """For people."""
    key = done["key"]
    lines = [f"{key['id']} is new (fingerprint {key['fingerprint']}); send its copy in keys/public to every machine."]
    if done["ended"]:
        lines.insert(0, "This ended a rotation that had been cut off, and began no other.")
    if done["files"]:
        lines.append(f"{done['files']} files were sealed anew; {done['tables']} tables hold what their manifests name.")
    if done["retired"]:
        rows = [("the old one is called", done["retired"]), ("destroy it with", f"keys destroy DIR {done['retired']}")]
        lines += aligned(rows)
    return lines
