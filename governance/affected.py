"""What a lost key or a lost package exposes: for the first hours of an incident, from keys' facts and the ledger.

Nothing here opens anything. It says which publications are touched, what could be done with what was lost, and what
to do next, so that a report to the regulator can be written within its 72 hours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from governance.keys.files import KeyInfo, kid_of
from governance.ledger import Entry, Event

_VIEWS, _PAYLOAD, _INDEX = "views", "payload", "person_index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """What was lost, what it means, what it touches."""

    what: str
    means: tuple[str, ...]
    do: tuple[str, ...]
    entries: tuple[Entry, ...]
    """Ledger entries of every publication it touches, oldest first."""


@dataclass(frozen=True, slots=True)
class _Lost:
    """What losing a kind of key means."""

    means: tuple[str, ...]
    do: tuple[str, ...]


_NEW_ROOT = "Name a new epoch, run `joinedup keys rekey DIR`, and have every source encode again."
_BY_KIND: dict[str, _Lost] = {
    "root": _Lost(
        (
            "One share, even opened, says nothing about the root key.",
            "Two custodians' shares with both their keys open it: then every view made under it can be tested with"
            " guesses, and people in it be named, within seconds.",
        ),
        (
            "Replace the custodian today: `joinedup keys recover DIR --lost HOLDER`, and destroy older shares.",
            "If a second share may be lost too: " + _NEW_ROOT,
        ),
    ),
    "custodian": _Lost(
        ("It opens this custodian's share and nothing else; one share says nothing about the root key.",),
        ("Replace the custodian today: `joinedup keys recover DIR --lost HOLDER`, and destroy older shares.",),
    ),
    "issued": _Lost(
        (
            "The file is sealed to the source's own key: alone it opens nothing.",
            "With that key, guesses can be encoded as any source encodes them and be compared with views. Whoever also"
            " has views can name people in them.",
        ),
        ("Find out whether the source's zone key is lost too. If so: " + _NEW_ROOT,),
    ),
    "zone": _Lost(
        ("It opens everything that is sealed to this zone, if the files are at hand too.",),
        ("Make a new one and seal everything in the zone anew, where it is held: `joinedup keys rotate DIR KEY`.",),
    ),
    "person": _Lost(
        ("It makes person ids from record pseudonyms. It opens no file and names nobody by itself.",),
        ("Have a new one made at a ceremony: ids then change, and nothing tells who was who.",),
    ),
    "release": _Lost(
        ("With it and a released count, the noise in the count can be computed and taken off.",),
        ("Treat small cells of everything released as known. A new key protects later releases only.",),
    ),
    "signing": _Lost(
        (
            "It reads nothing. What was signed with it after the loss may be somebody else's: a package, an approval"
            " or a ledger that looks like this holder's.",
        ),
        (
            "Make a new one, where it is held: `joinedup keys rotate DIR KEY`; send its public copy to every machine.",
            "Compare what was signed since the loss with what its holder says they signed.",
        ),
    ),
}


def by_key(info: KeyInfo, root: KeyInfo, entries: Sequence[Entry]) -> Affected:
    """What a lost key touches.

    Args:
        info: The key.
        root: The root's facts: what was encoded names its kid.
        entries: The ledger.
    """
    lost, touches = _BY_KIND[info.kind], _touched_by(info, kid_of(root.fingerprint))
    return Affected(
        what=f"Key {info.id} of {info.holder}, {info.state}, valid from {info.not_before} to {info.not_after}.",
        means=lost.means,
        do=tuple(one.replace("HOLDER", info.holder).replace("KEY", info.id) for one in lost.do),
        entries=tuple(entry for entry in entries if touches(entry)),
    )


def _touched_by(info: KeyInfo, kid: str) -> Callable[[Entry], bool]:
    """Whether a ledger entry is of something this key opens, makes or signs."""
    source = info.holder.removeprefix("source_") if info.holder.startswith("source_") else ""
    if info.kind == "root":  # a retired share has its own root's fingerprint
        kid = kid_of(info.fingerprint)
    if info.kind == "issued":
        kid = kid_of(info.root)
    if info.kind in ("root", "custodian"):
        return lambda entry: _package(entry) == _VIEWS and entry.facts.get("kid") == kid
    if info.kind == "issued":
        return lambda entry: (
            _package(entry) == _VIEWS and entry.facts.get("kid") == kid and entry.facts.get("source") == source
        )
    if info.kind in ("zone", "signing") and source:
        kinds = (_VIEWS, _PAYLOAD, "receipt") if info.kind == "signing" else ("receipt",)
        return lambda entry: _package(entry) in kinds and entry.facts.get("source") == source
    # A key that was rotated has its fingerprint's five characters behind its id.
    return lambda entry: _what(entry) in _OF_KEY.get(info.id.removesuffix(f"_{kid_of(info.fingerprint)}"), ())


_OF_KEY: dict[str, tuple[str, ...]] = {
    "zone_linkage": (_VIEWS, Event.LINKED.value, Event.REVIEW_IMPORTED.value),
    "zone_analysis": (_PAYLOAD, _INDEX, Event.COHORTS_PUBLISHED.value),
    "person": (_INDEX,),
    "release": (Event.REPORT_RELEASED.value,),
    "signing_linkage": (_INDEX,),
    "signing_analysis": (Event.COHORTS_PUBLISHED.value, Event.REPORT_RELEASED.value),
    "signing_approver": (Event.CONFIG_APPROVED.value, Event.REVIEW_APPROVED.value),
    "signing_second_approver": (Event.CONFIG_APPROVED.value,),
    "signing_signer": (Event.RUN_FINISHED.value,),
}


def _package(entry: Entry) -> str:
    """Which kind of package an entry publishes or takes in; empty for other entries."""
    if entry.event is Event.PERSON_INDEX_PUBLISHED:
        return _INDEX
    carried = entry.event in (Event.PACKAGE_PUBLISHED, Event.PACKAGE_IMPORTED)
    return str(entry.facts.get("package", "")) if carried else ""


def _what(entry: Entry) -> str:
    return _package(entry) or entry.event.value


_OPENED_BY = {_VIEWS: "linkage", _PAYLOAD: "analysis", _INDEX: "analysis"}
_HOLDS = {
    _VIEWS: "encoded views: no name, birth date, postcode or NHS number, and no event",
    _PAYLOAD: "events, needs and attributes of records under pseudonyms: no name, birth date, postcode or NHS number",
    _INDEX: "which records are one person, under pseudonyms",
    "receipt": "exact counts, and rejected rows sealed to the source itself",
}
_LATER = (Event.LINKED, Event.PERSON_INDEX_PUBLISHED, Event.COHORTS_PUBLISHED, Event.REPORT_RELEASED)


def by_package(package: Entry, entries: Sequence[Entry]) -> Affected:
    """What a lost package touches: itself, the files it was carried in, and what was made from it.

    Args:
        package: The ledger entry that published it or took it in.
        entries: The ledger.
    """
    kind, digest = _package(package), package.facts["manifest_sha256"]
    period, zone = package.facts["period"], _OPENED_BY.get(kind, "")
    made = [one for one in entries if one.facts.get("manifest_sha256") == digest]
    made += [
        one for one in entries if one.event in _LATER and one.facts.get("period") == period and one.seq > made[0].seq
    ]
    source = f" of source {package.facts['source']}" if "source" in package.facts else ""
    opened = f"Only the key zone_{zone} opens it." if zone else "It is for whoever checks the rules."
    return Affected(
        what=f"Package {kind.replace('_', ' ')}{source} for {period}, made under key id {package.facts['kid']}.",
        means=(
            f"It holds {_HOLDS.get(kind, 'what its manifest names')}.",
            f"{opened} Its manifest is in the clear: table names, exact row counts and digests.",
        ),
        do=(
            "Find out whether the key that opens it is lost too; if so run this command for that key as well.",
            "If the package was altered or exchanged, run its step again at the source, then every later step.",
        ),
        entries=tuple(sorted({one.seq: one for one in made}.values(), key=lambda one: one.seq)),
    )


def find_package(words: str, entries: Sequence[Entry]) -> Entry | None:
    """The newest publication that ``words`` names.

    Args:
        words: The first eight or more digits of a manifest's SHA-256, or ``views/housing/2026-10``.
        entries: The ledger.
    """
    kind, _, rest = words.partition("/")
    source, _, period = rest.rpartition("/")
    for entry in reversed(entries):
        named = entry.facts.get("period") == period and entry.facts.get("source", "") == source
        digest = str(entry.facts.get("manifest_sha256", ""))
        if _package(entry) and ((kind == _package(entry) and named) or (len(words) >= 8 and digest.startswith(words))):
            return entry
    return None
