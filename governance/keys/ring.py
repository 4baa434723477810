"""The keys of this machine: opened by id when a step needs them, on a day they may be used.

The project root is kept by three custodians, any two of whom open it (:mod:`governance.keys.shares`); runs never do.
Everything secret in encoding is an HKDF-SHA256 output of the root for one purpose, field and epoch, issued to each
source (:mod:`governance.keys.issue`). Zone keys (X25519) open sealed files; signing keys (Ed25519) approve configs,
and sign packages and ledgers. Neither is derived from the root. Key files are named by id, and configs, logs and
manifests hold ids only.
"""

import base64
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from itertools import combinations
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from governance.errors import PolicyRefusal
from governance.keys.demo import is_demo
from governance.keys.files import (
    KeyFiles,
    KeyInfo,
    KeyStore,
    Secret,
    fingerprint,
    fingerprint_of,
    kid_of,
    spoilt,
)
from governance.keys.issue import IssuedKeys, Uses, issued_id, not_issued, read_issue, seal_info
from governance.keys.making import new_keys
from governance.keys.shares import CUSTODIANS, NEEDED, join, not_of_one_root, open_share, too_few
from governance.ledger_signers import ZONES_THAT_SIGN, signs_ledgers
from governance.store import unseal

__all__ = [
    "IssuedKeys",
    "KeyInfo",
    "KeyRing",
    "Secret",
    "Uses",
    "fingerprint_of",
    "is_demo",
    "kid_of",
    "new_keys",
]

_MAY_OPEN = ("active", "retiring")
"""States in which a key still opens what was made under it; only an active one makes anything new."""


class KeyRing:
    """The keys below one folder, opened by id when a step needs them.

    Args:
        folder: The project's ``keys/``.
        more: Further folders of holders, such as a custodian's stick.
        store: Where keys lie, if not in files.
    """

    def __init__(self, folder: Path, *more: Path, store: KeyStore | None = None) -> None:
        self.folder, self._store = folder, store or KeyFiles(folder, more)

    def infos(self) -> list[KeyInfo]:
        """Every key known here, without secrets, ordered by id."""
        return self._store.infos()

    def info(self, key_id: str) -> KeyInfo:
        """The public facts of one key."""
        return self._store.info(key_id)

    def holds(self, key_id: str) -> bool:
        """Whether this machine has the key itself, not only its public facts."""
        return self._store.holds(key_id)

    def encoding(self, source: str, uses: Uses, as_of: date) -> IssuedKeys:
        """What a source was issued to encode with, opened with the source's own key.

        Raises:
            PolicyRefusal: Nothing was issued to it for this epoch, or its time is over.
        """
        key_id = issued_id(source, uses.epoch)
        if not self._store.holds(key_id):
            raise not_issued(source)
        return self._issued(key_id, f"source_{source}", as_of)

    def _issued(self, key_id: str, holder: str, as_of: date, states: tuple[str, ...] = ("active",)) -> IssuedKeys:
        info, sealed = self._store.read(key_id)
        _check_usable(info, as_of, states)
        own = self.zone_private(holder, as_of)
        return read_issue(info, unseal(sealed, own, info=seal_info(info.project, key_id)))

    def earlier_encoding(self, source: str, uses: Uses, as_of: date) -> IssuedKeys | None:
        """What a source was issued for the epoch before, if it still holds that: to translate, not to encode."""
        held = [
            info
            for info in self.infos()
            if info.kind == "issued" and info.holder == f"source_{source}" and info.epoch != uses.epoch
            if self.holds(info.id)
        ]
        if not held:
            return None
        last = max(held, key=lambda info: (info.not_before, info.id))
        return self._issued(last.id, last.holder, as_of, _MAY_OPEN)

    def any_encoding(self, sources: Sequence[str], uses: Uses, as_of: date) -> IssuedKeys:
        """What the first of these sources that has its keys here was issued: all share the keys of the encoding."""
        held = [one for one in sources if self.holds(issued_id(one, uses.epoch)) and self.holds(f"zone_source_{one}")]
        return self.encoding((held or list(sources))[0], uses, as_of)

    def root_info(self) -> KeyInfo:
        """The public facts of the project root, as any share that is not destroyed has them."""
        shares = [self.info(share) for share in CUSTODIANS]
        return next((info for info in shares if info.state != "destroyed"), shares[0])

    def root(self, as_of: date) -> Secret:
        """The project root from the shares of the custodians who are here: for a ceremony, never for a run.

        Any two that fit are enough: a third that is damaged, or of another ceremony, stops nobody.

        Raises:
            PolicyRefusal: Fewer than two custodians' keys and shares are here, or no two of them fit.
        """
        _check_usable(self.root_info(), as_of, _MAY_OPEN)
        if len(present := self._present()) < NEEDED:
            raise too_few(len(present))
        for pair in combinations(present, NEEDED):
            if root := self._joined(pair, as_of):
                return root
        raise not_of_one_root()

    def _joined(self, shares: tuple[str, ...], as_of: date) -> Secret | None:
        """The root, if these shares make it."""
        with suppress(PolicyRefusal):
            root = join({share: self._share(share, as_of) for share in shares})
            if fingerprint_of(root) == self.root_info().fingerprint:
                return Secret(root)
        return None

    def _present(self) -> list[str]:
        return [share for share, who in CUSTODIANS.items() if self.holds(share) and self.holds(who)]

    def _share(self, share_id: str, as_of: date) -> bytes:
        info, sealed = self._store.read(share_id)
        _check_usable(info, as_of, _MAY_OPEN)
        own = X25519PrivateKey.from_private_bytes(self._secret(info.holder, as_of, _MAY_OPEN))
        return open_share(sealed, own, project=info.project, holder=info.holder)

    def person_key(self, as_of: date) -> tuple[Secret, KeyInfo]:
        """The linkage zone's key for person ids."""
        return Secret(self._secret("person", as_of)), self.info("person")

    def release_key(self, as_of: date) -> Secret:
        """The analysis zone's key for the noise of released counts: a new one would let noise be averaged away."""
        return Secret(self._secret("release", as_of))

    def zone_private(self, holder: str, as_of: date) -> X25519PrivateKey:
        """The key that opens files sealed to a zone."""
        return X25519PrivateKey.from_private_bytes(self._secret(f"zone_{holder}", as_of, _MAY_OPEN))

    def zone_public(self, holder: str) -> X25519PublicKey:
        """The key that seals files to a zone."""
        return X25519PublicKey.from_public_bytes(base64.b64decode(self.info(f"zone_{holder}").public))

    def signing(self, holder: str, as_of: date) -> Ed25519PrivateKey:
        """The key of an approver, of a source or zone that signs its packages, or of the run signer."""
        return Ed25519PrivateKey.from_private_bytes(self._secret(f"signing_{holder}", as_of))

    def signers(self, holder: str) -> dict[str, Ed25519PublicKey]:
        """Public keys by fingerprint that may have signed for a holder: the active one and those being retired."""
        return self._public_of(lambda info: info.kind == "signing" and info.holder == holder)

    def _public_of(self, wanted: Callable[[KeyInfo], bool]) -> dict[str, Ed25519PublicKey]:
        return {
            info.fingerprint: Ed25519PublicKey.from_public_bytes(base64.b64decode(info.public))
            for info in self.infos()
            if wanted(info) and info.state in _MAY_OPEN
        }

    def ledger_signers(self) -> dict[str, Ed25519PublicKey]:
        """Public keys by fingerprint that may have signed a ledger of this project, on whichever machine."""
        return self._public_of(signs_ledgers)

    def ledger_signer(self) -> str:
        """Who signs the ledger of this machine: the run signer where it is here, else the zone or source this is."""
        if self.holds("signing_signer"):
            return "signer"
        sources = sorted({info.holder for info in self.infos() if info.holder.startswith("source_")})
        return next((one for one in (*ZONES_THAT_SIGN, *sources) if self.holds(f"signing_{one}")), "signer")

    def try_to_open(self, info: KeyInfo, as_of: date) -> None:
        """Open one key as a run or a ceremony would, if it is held here.

        Raises:
            PolicyRefusal: It is damaged, not valid today, or does not fit what it belongs to.
        """
        if not self.holds(info.id):
            return
        if info.kind == "issued":
            self._issued(info.id, info.holder, as_of)
        elif info.kind != "root":
            self._secret(info.id, as_of, _MAY_OPEN)
        elif self.holds(info.holder):
            self._share(info.id, as_of)
            others = [share for share in self._present() if share != info.id]
            if others and not any(self._joined((info.id, other), as_of) for other in others):
                raise not_of_one_root()

    def _secret(self, key_id: str, as_of: date, states: tuple[str, ...] = ("active",)) -> bytes:
        info, secret = self._store.read(key_id)
        _check_usable(info, as_of, states)
        if fingerprint(info.kind, secret) != info.fingerprint:
            raise spoilt(key_id)
        return secret


def _check_usable(info: KeyInfo, as_of: date, states: tuple[str, ...]) -> None:
    if info.state in states and info.not_before <= as_of.isoformat() <= info.not_after:
        return
    raise PolicyRefusal(
        f"Key `{info.id}` is {info.state} and valid from {info.not_before} to {info.not_after}.",
        why="A key that is not active on the day of the run may not be used (rule CRY-04).",
        fix="Ask the custodian to rotate or activate it, then run again.",
        code="E-KEY-STATE",
    )
