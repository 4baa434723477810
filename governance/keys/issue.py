"""Issued subkeys: what a source may encode with, sealed to its own key by the custodians, for one epoch and a time.

A scheduled run opens these and never the root. A source gets the key of its own record ids, which no other source
has, and the keys of the encoding, which all sources of the project share, since their codes have to agree.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from governance.errors import PolicyRefusal
from governance.keys.files import KeyInfo, Secret, fingerprint_of, kid_of, spoilt

ENCODING_FIELDS = ("ids", "block", "salt", "pad", "name", "surname", "parts", "chance")
"""What the encoding keys are for; `linkage` asks for no others, and a test holds it to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What subkeys are bound to."""

    project: str
    purpose: str
    epoch: str


class IssuedKeys:
    """Subkeys by context: derives nothing, so it gives what was issued and no more."""

    __slots__ = ("_held", "info")

    def __init__(self, info: KeyInfo, held: dict[tuple[str, ...], Secret]) -> None:
        self.info, self._held = info, held

    @property
    def kid(self) -> str:
        """The five characters that mark what is made under the root these come from."""
        return kid_of(self.info.root)

    def subkey(self, *context: str) -> Secret:
        """The key of one context.

        Raises:
            PolicyRefusal: It was not issued to this holder.
        """
        if context not in self._held:
            raise not_issued(self.info.holder.removeprefix("source_"))
        return self._held[context]

    def __repr__(self) -> str:
        return "IssuedKeys(…)"


def issued_id(source: str, epoch: str) -> str:
    """The id of a source's issued subkeys."""
    return f"issued_{source}_{epoch}"


def record_context(uses: Uses, source: str) -> tuple[str, ...]:
    """What the key of a source's record pseudonyms is for."""
    return (uses.project, uses.purpose, "record", source, uses.epoch)


def household_context(uses: Uses) -> tuple[str, ...]:
    """What the key of household ids is for: one for all sources, so that a home has one id."""
    return (uses.project, uses.purpose, "household", uses.epoch)


def contexts(uses: Uses, source: str) -> Iterator[tuple[str, ...]]:
    """Everything a source is issued."""
    yield record_context(uses, source)
    yield household_context(uses)
    for field in ENCODING_FIELDS:
        yield (uses.project, uses.purpose, "encoding", field, uses.epoch)


def derive_issue(root: Secret, uses: Uses, source: str) -> bytes:
    """A source's subkeys as one document, to be sealed to the source's key at once."""
    keys = [[list(one), base64.b64encode(root.subkey(*one).reveal()).decode()] for one in contexts(uses, source)]
    return json.dumps({"keys": keys}).encode()


def read_issue(info: KeyInfo, plain: bytes) -> IssuedKeys:
    """What :func:`derive_issue` wrote, checked against its fingerprint."""
    try:
        keys = json.loads(plain)["keys"]
        held = {tuple(context): Secret(base64.b64decode(key, validate=True)) for context, key in keys}
    except (ValueError, KeyError, TypeError):
        raise spoilt(info.id) from None
    if issue_fingerprint(plain) != info.fingerprint:
        raise spoilt(info.id)
    return IssuedKeys(info, held)


def issue_fingerprint(plain: bytes) -> str:
    """What recognises a source's issued subkeys."""
    return fingerprint_of(plain)


def seal_info(project: str, key_id: str) -> bytes:
    """What the seal of issued subkeys is bound to."""
    return f"joinedup/issued/v1/{project}/{key_id}".encode()


def not_issued(source: str) -> PolicyRefusal:
    """The refusal where a source has no subkeys for what it is to do."""
    return PolicyRefusal(
        f"No encoding keys were issued to source `{source}` for this project, purpose and epoch.",
        why="A run never opens the root key: custodians issue each source the few keys that it needs.",
        fix="Ask two custodians to run `joinedup keys issue DIR`, and put the file they make into the key folder.",
        code="E-KEY-ISSUED",
    )


def last_day(root_not_after: str, until: date | None) -> str:
    """Issued subkeys end with the root, or earlier."""
    return min(root_not_after, until.isoformat()) if until else root_not_after
