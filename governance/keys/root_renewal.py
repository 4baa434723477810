"""A new root in the place of the old one, share by share: whatever cuts a session off, the next one finishes it.

The three new shares are written first, as pending, beside the old ones. Only when all are there do they take their
places; the old shares go on retiring under their fingerprint. Nothing is issued of the new root before all three have.
"""

import os
from dataclasses import replace

from governance.keys.files import KeyFiles, KeyInfo, Secret
from governance.keys.making import Making, write_root
from governance.keys.rotation import finish, take_place
from governance.keys.shares import CUSTODIANS
from governance.keys.states import retired_id


def _waiting(share: str) -> str:
    return f"{share}_next"


def renew(store: KeyFiles, making: Making, before: KeyInfo, *, only_finish: bool) -> list[str]:
    """Put a new root in the place of the old one, or finish what an earlier session began.

    Args:
        store: The custodians' keys and shares, as far as they are here.
        making: The session.
        before: The old root's facts.
        only_finish: An earlier session wrote the new root: no other one is drawn.

    Returns:
        What the shares of the old root are called now.
    """
    if not only_finish and not _all_written(store):
        for share in CUSTODIANS:
            store.forget(_waiting(share))
        write_root(store, making, Secret(os.urandom(32)), change=_pending)
    for share in CUSTODIANS:
        _swap(store, share)
    return [retired_id(replace(before, id=share)) for share in CUSTODIANS]


def _pending(info: KeyInfo) -> KeyInfo:
    return replace(info, id=_waiting(info.id), state="pending")


def _all_written(store: KeyFiles) -> bool:
    return all(store.knows(_waiting(share)) for share in CUSTODIANS)


def _begun(store: KeyFiles) -> bool:
    """Whether a share has already taken its place: then all three had been written, and the rest follow."""
    known = [share for share in CUSTODIANS if store.knows(share)]
    some_wait = any(store.knows(_waiting(share)) for share in CUSTODIANS)
    return some_wait and (len(known) < len(CUSTODIANS) or len({store.info(one).fingerprint for one in known}) > 1)


def _swap(store: KeyFiles, share: str) -> None:
    """The waiting share takes its place, unless it has."""
    if not store.knows(_waiting(share)):
        return
    if not finish(store, share):
        new, sealed = store.read(_waiting(share))
        take_place(store, store.info(share), store.read(share)[1] if store.holds(share) else b"", new, sealed)
    store.forget(_waiting(share))


def interrupted(store: KeyFiles) -> bool:
    """Whether a session was cut off while the new shares took their places."""
    return _begun(store) or _all_written(store)
