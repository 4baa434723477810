"""Making keys: a holder's own, the project root at a ceremony, and the subkeys the custodians issue from it.

A holder's own keys are made on that holder's machine and never leave it; the ceremony needs their public copies
only. On one machine, ``new_keys`` makes them all.
"""

import base64
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from governance.keys.demo import demo_name, demo_secret
from governance.keys.files import KeyFiles, KeyInfo, Kind, Secret, fingerprint, fingerprint_of, public_half
from governance.keys.issue import Uses, derive_issue, issue_fingerprint, issued_id, last_day, seal_info
from governance.keys.shares import CUSTODIANS, seal_share, split
from governance.store import seal

LIFETIME_DAYS = 365
SIGNERS = ("approver", "second_approver", "author", "signer", "linkage", "analysis")
"""Who signs, beside every source."""

_BITS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What every key of one session has in common."""

    project: str
    first: date
    last: date
    demo: bool = False

    def info(self, key_id: str, kind: Kind, holder: str, mark: str, public: bytes = b"") -> KeyInfo:
        """The facts of a key made now."""
        return KeyInfo(
            id=key_id,
            kind=kind,
            project=self.project,
            holder=holder,
            state="active",
            not_before=self.first.isoformat(),
            not_after=self.last.isoformat(),
            bits=_BITS,
            fingerprint=mark,
            public=base64.b64encode(public).decode(),
            demo=self.demo,
        )

    def draw(self, name: str) -> bytes:
        """256 random bits; for a demo, what everybody draws."""
        return demo_secret(self.project, name) if self.demo else os.urandom(32)


def session(project: str, today: date, *, demo: bool = False) -> Making:
    """A session of today: keys live a year. A demo must work on any day, and its keys guard nothing."""
    if demo:
        return Making(project=project, first=date(2020, 1, 1), last=date(2099, 12, 31), demo=True)
    return Making(project=project, first=today, last=today + timedelta(days=LIFETIME_DAYS))


def new_keys(
    folder: Path,
    *,
    project: str,
    sources: Sequence[str],
    today: date,
    demo: bool = False,
    reviewers: Sequence[str] = (),
    uses: Uses | None = None,
    holder: str = "",
) -> list[KeyInfo]:
    """Make every key of a project that is not known yet; key files are never overwritten.

    Args:
        folder: The key folder, one subfolder a holder, and ``public/``.
        project: Project id, bound into every key.
        sources: Source ids; each opens its own rejects and signs its packages.
        today: First day of validity; keys live 365 days.
        demo: Derive from a published seed: anyone can make these, so only synthetic data may use them.
        reviewers: Ids of people who may be approved to review pairs; each gets a zone key.
        uses: What subkeys are issued for, once the root is made; without it nobody is issued any.
        holder: Make this holder's own keys only, on the holder's machine: no root, nothing issued.

    Returns:
        The public facts of the keys made now.
    """
    store, making = KeyFiles(folder), session(project, today, demo=demo)
    named = [one for one in own_keys(sources, reviewers) if not holder or one[2] == holder]
    made = [make_own(store, making, *one) for one in named if not store.knows(one[0])]
    # With one share lost, a new root would not fit the others: their custodians recover it.
    if holder or any(store.knows(share) for share in CUSTODIANS):
        return made
    root = Secret(making.draw("root"))
    made += write_root(store, making, root)
    return made + (issue(store, making, root, uses, sources) if uses else [])


def own_keys(sources: Sequence[str], reviewers: Sequence[str] = ()) -> Iterator[tuple[str, Kind, str]]:
    """Id, kind and holder of every key that is its holder's own."""
    yield from ((custodian, "custodian", custodian) for custodian in CUSTODIANS.values())
    yield "person", "person", "linkage"
    yield "release", "release", "analysis"
    yield from ((f"zone_{who}", "zone", who) for who in ("linkage", "analysis", "audit"))
    yield from ((f"zone_source_{source}", "zone", f"source_{source}") for source in sources)
    yield from ((f"zone_reviewer_{who}", "zone", f"reviewer_{who}") for who in reviewers)
    yield from ((f"signing_{who}", "signing", who) for who in SIGNERS)
    yield from ((f"signing_source_{source}", "signing", f"source_{source}") for source in sources)


def make_own(store: KeyFiles, making: Making, key_id: str, kind: Kind, holder: str) -> KeyInfo:
    """Draw and write one key."""
    secret = making.draw(demo_name(kind, holder))
    info = making.info(key_id, kind, holder, fingerprint(kind, secret), public_half(kind, secret))
    store.write(info, secret)
    return info


def write_root(
    store: KeyFiles,
    making: Making,
    root: Secret,
    *,
    first: str = "",
    change: Callable[[KeyInfo], KeyInfo] = lambda info: info,
) -> list[KeyInfo]:
    """Split a root and seal a share to each custodian; shares that were there are replaced.

    Args:
        store: Has the custodians' public keys.
        making: The session.
        root: The root; afterwards nobody holds it whole.
        first: The share to write first: that of a lost custodian, so that at every moment two shares fit.
        change: What is to differ in the shares' facts, such as the days of a root that is older than this session.
    """
    shares, made = split(root.reveal()), []
    for share_id in sorted(shares, key=lambda one: one != first):
        share, holder = shares[share_id], CUSTODIANS[share_id]
        info = change(making.info(share_id, "root", holder, fingerprint_of(root.reveal())))
        public = X25519PublicKey.from_public_bytes(base64.b64decode(store.info(holder).public))
        store.write(info, seal_share(share, public, project=making.project, holder=holder), beside=share_id)
        made.append(info)
    return made


def issue(
    store: KeyFiles, making: Making, root: Secret, uses: Uses, sources: Sequence[str], until: date | None = None
) -> list[KeyInfo]:
    """Seal each source's subkeys to its own key; what was issued to it for this epoch is replaced.

    Args:
        store: Has every source's public key and the root's facts.
        making: The session.
        root: The root, which custodians opened together.
        uses: Project, purpose and epoch the subkeys are bound to.
        sources: Who is issued.
        until: Last day; the root's last day if nothing is said.
    """
    lasts = store.info(next(iter(CUSTODIANS))).not_after
    made = []
    for source in sources:
        plain, key_id, holder = derive_issue(root, uses, source), issued_id(source, uses.epoch), f"source_{source}"
        info = replace(
            making.info(key_id, "issued", holder, issue_fingerprint(plain)),
            root=fingerprint_of(root.reveal()),
            epoch=uses.epoch,
            not_after=last_day(lasts, until),
        )
        public = X25519PublicKey.from_public_bytes(base64.b64decode(store.info(f"zone_{holder}").public))
        store.write(info, seal(plain, public, info=seal_info(uses.project, key_id)))
        made.append(info)
    return made
