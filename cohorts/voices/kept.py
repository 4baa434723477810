"""Cards at rest: each a sealed file, named by the ledger, signed off by a person, gone when consent ends.

Nothing is printed that the ledger does not name, or that nobody signed for; and nothing vanishes without the ledger
saying so. A card that is withdrawn or whose consent has ended is removed from the disk, not only from the page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from cohorts.voices.card import Voice, card_id, read_voice, voice_bytes
from governance import write_points
from governance.errors import PolicyRefusal
from governance.ledger import Entry as LedgerEntry
from governance.ledger import Event
from governance.statements import Statement
from governance.store import seal, unseal, write_file

FOLDER = "voices"
_SUFFIX = ".sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the ledger says of one card."""

    card: str
    sha256: str
    until: date
    approval_sha256: str
    """Of the statement by which somebody signed for it."""
    is_withdrawn: bool

    def may_be_printed(self, today: date) -> bool:
        """Whether its consent holds on a day."""
        return not self.is_withdrawn and self.until >= today


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVoices:
    """What may be printed on one day, and how many cards may not any more."""

    voices: tuple[Voice, ...] = ()
    """By reference."""
    withdrawn: int = 0
    expired: int = 0

    @classmethod
    def of(cls, voices: Iterable[Voice], entries: Iterable[Entry], today: date) -> Self:
        """What was opened, beside what the ledger says."""
        gone = [each for each in entries if not each.may_be_printed(today)]
        withdrawn = sum(each.is_withdrawn for each in gone)
        ordered = tuple(sorted(voices, key=lambda one: one.reference))
        return cls(voices=ordered, withdrawn=withdrawn, expired=len(gone) - withdrawn)

    @property
    def digest(self) -> str:
        """SHA-256 of all that a report prints of it."""
        whole = sha256(f"{self.withdrawn} {self.expired}\n".encode())
        for each in self.voices:
            whole.update(voice_bytes(each) + b"\n")
        return whole.hexdigest()


def entries_of(ledger: Iterable[LedgerEntry]) -> dict[str, Entry]:
    """Every card that was ever taken in, by id, in order of ids."""
    taken: dict[str, LedgerEntry] = {}
    withdrawn: set[str] = set()
    for one in ledger:
        if one.event is Event.VOICE_TAKEN_IN:
            taken[str(one.facts["card"])] = one
        elif one.event is Event.VOICE_WITHDRAWN:
            withdrawn.add(str(one.facts["card"]))
    return {
        card: Entry(
            card=card,
            sha256=str(one.facts["sha256"]),
            until=date.fromisoformat(str(one.facts["until"])),
            approval_sha256=str(one.facts["approval_sha256"]),
            is_withdrawn=card in withdrawn,
        )
        for card, one in sorted(taken.items())
    }


def keep(root: Path, card: str, voice: Voice, recipient: X25519PublicKey) -> None:
    """Write one card, sealed to the analysis zone.

    Raises:
        BadInput: It cannot be written.
    """
    write_file(_path(root, card), seal(voice_bytes(voice), recipient, info=card.encode()))


def sealed_cards(root: Path) -> Iterator[tuple[Path, bytes]]:
    """Every card that is kept, with what its seal is bound to: for a new key of the zone they are sealed to."""
    for path in sorted((root / FOLDER).glob(f"*{_SUFFIX}")):
        yield path, path.stem.encode()


def remove(root: Path, card: str) -> None:
    """Remove a card's words from the disk, if they are there."""
    write_points.remove(_path(root, card))


def sweep(root: Path, entries: Mapping[str, Entry], today: date) -> int:
    """Remove the words of every card that may not be printed any more; returns how many were still there."""
    gone = [each for each in entries.values() if not each.may_be_printed(today) and _path(root, each.card).exists()]
    for each in gone:
        remove(root, each.card)
    return len(gone)


def open_voices(
    root: Path,
    project: str,
    entries: Mapping[str, Entry],
    signed: Sequence[Statement],
    key: X25519PrivateKey | None,
    today: date,
) -> KeptVoices:
    """Every card that may be printed.

    Args:
        root: The project folder.
        project: Its id.
        entries: What the ledger says.
        signed: Statements of those who read the cards.
        key: The analysis zone's; None where no card is to be opened.
        today: Consent has to hold on this day.

    Raises:
        PolicyRefusal: A card is not there, nobody signed for it, or it is not the one that was signed for.
    """
    wanted = [each for each in entries.values() if each.may_be_printed(today)]
    if strangers := {path.stem for path in (root / FOLDER).glob(f"*{_SUFFIX}")} - entries.keys():
        raise _not_ours(f"{len(strangers)} cards lie there that the ledger does not name.")
    if not wanted or key is None:
        return KeptVoices.of((), entries.values(), today)
    cards = {one.sha256: one.facts["cards"] for one in signed if one.facts["project"] == project}
    unsigned = sum(cards.get(each.approval_sha256, {}).get(each.card) != each.sha256 for each in wanted)
    if unsigned:
        raise _not_ours(f"{unsigned} cards have no sign-off by a key that counts.")
    return KeptVoices.of([_opened(root, project, each, key) for each in wanted], entries.values(), today)


def _opened(root: Path, project: str, entry: Entry, key: X25519PrivateKey) -> Voice:
    path = _path(root, entry.card)
    if not path.exists():
        raise _not_ours("A card that the ledger names is not there: an import was cut off, or somebody removed it.")
    content = unseal(path.read_bytes(), key, info=entry.card.encode())
    if sha256(content).hexdigest() != entry.sha256:
        raise _not_ours("A card is not the one that was signed for.")
    voice = read_voice(content)
    if card_id(project, voice.reference) != entry.card:
        raise _not_ours("A card has another reference than the ledger says.")
    return voice


def _path(root: Path, card: str) -> Path:
    return root / FOLDER / f"{card}{_SUFFIX}"


def _not_ours(what: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"What people told us cannot be printed. {what}",
        why="Words of people are printed only as a named person signed for them, and vanish only when consent ends.",
        fix="Import the form again; or withdraw the card (`joinedup voices withdraw DIR REFERENCE`). Files in voices/"
        " that nobody imported have to be removed.",
        code="E-VOICES-ALTERED",
    )
