"""What the ledger says was published, and where each of it lies."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from governance.ledger import Entry, Event

_ENDS = {Event.RUN_FINISHED, Event.RUN_FAILED, Event.RUN_AWAITS}
_PERIOD = re.compile(r"\d{4}-\d{2}")

_BY_EVENT = {
    Event.LINKED: "linkage/{period}/out",
    Event.PERSON_INDEX_PUBLISHED: "analysis/{period}/index",
    Event.COHORTS_PUBLISHED: "analysis/{period}/cohorts",
    Event.PROPOSALS_WRITTEN: "analysis/{period}/finder",
    Event.SCORECARDS_WRITTEN: "analysis/{period}/quality",
    Event.REPORT_STAGED: "draft/{period}",
    Event.REPORT_RELEASED: "public/{period}",
    Event.REVIEW_EXPORTED: "linkage/{period}/review",
    Event.REVIEW_IMPORTED: "linkage/{period}/answers",
}
_BY_PACKAGE = {
    "views": "linkage/{period}/in/{source}",
    "translation": "linkage/{period}/translate/{source}",
    "payload": "analysis/{period}/in/{source}",
    "receipt": "source/{source}/{period}",
    "person_index": "analysis/{period}/index",
    "missed": "analysis/{period}/missed",
    "measures": "analysis/{period}/measures",
    "patterns": "review/patterns/{period}",
    "withdrawal": "public/{period}",
    "proposals": "analysis/{period}/finder",
    "scorecards": "analysis/{period}/quality",
    "review_sample": "linkage/{period}/review",
    "answers": "linkage/{period}/answers",
}
WITHOUT_A_PLACE = frozenset({"evidence", "review_items"})
"""The evidence pack is no publication, and a list for a reviewer lies in a folder that the ledger does not name."""


def place_of(entry: Entry) -> str:
    """The folder that a line tells of, below the project's; empty for what lies in none, or in a nameless one."""
    pattern = _BY_EVENT.get(entry.event) or _BY_PACKAGE.get(str(entry.facts.get("package", "")), "")
    names = {name: str(entry.facts.get(name, "")) for name in ("period", "source")}
    return f"zones/{pattern.format(**names)}" if pattern else ""


def period_of(parts: Sequence[str]) -> str:
    """The month that a folder below the project's is of; empty if of none."""
    return next((part for part in reversed(parts) if _PERIOD.fullmatch(part)), "")


def is_kept(place: str) -> bool:
    """Whether nothing that was published there ever goes when something newer comes."""
    return place.startswith("zones/public/")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the ledger says was published, and where runs ended."""

    entries: Sequence[Entry]
    files: Mapping[str, int]
    """By the digest of ``digests.json``: the last line that has it."""
    places: Mapping[str, set[str]]
    """By the same: every folder that a line with it tells of; an empty name for one that the ledger does not name."""
    manifests: frozenset[str]
    """Digests of manifests of which the files were recorded too."""
    before: frozenset[str]
    """Digests of manifests that were recorded when files were not."""
    months_before: frozenset[str]
    """Months of which something was recorded when files were not."""
    withdrawn: frozenset[str]
    """Digests of manifests of reports that were withdrawn."""
    lines: Mapping[str, Sequence[Entry]]
    """By the folder's place: the lines that tell of it and have its files, the last one last."""
    rolled_back: Mapping[str, Entry]
    """By period: the last line that led readers back."""
    open_steps: frozenset[tuple[str, str]]
    """Period and step where one began and did not end: it was killed, or is going on now."""
    announced: Mapping[tuple[str, str], int]
    """By the digest of ``digests.json`` and the place, as in ``places``: the line by which a command that is no step
    said that it is about to lead readers to these files."""
    rollbacks_begun: Mapping[str, Entry]
    """By period: the last line by which a rollback said that it is about to lead readers back."""

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Recorded":
        """Read it from the ledger."""
        entries = list(_with_the_lists_of_today(entries))
        announced = [entry for entry in entries if entry.event is Event.FILES_ANNOUNCED]
        with_files = [entry for entry in entries if "files_sha256" in entry.facts]
        without = [entry for entry in entries if "manifest_sha256" in entry.facts and "files_sha256" not in entry.facts]
        before = [entry for entry in without if place_of(entry)]
        lines, places = defaultdict[str, list[Entry]](list), defaultdict[str, set[str]](set)
        for entry in with_files:
            place = place_of(entry)
            places[str(entry.facts["files_sha256"])].add(place)
            if place:
                lines[place].append(entry)
        return cls(
            entries=entries,
            files={str(entry.facts["files_sha256"]): entry.seq for entry in with_files},
            places=dict(places),
            manifests=frozenset(str(entry.facts.get("manifest_sha256")) for entry in with_files),
            before=frozenset(str(entry.facts["manifest_sha256"]) for entry in before),
            months_before=frozenset(str(entry.facts["period"]) for entry in before),
            withdrawn=frozenset(
                str(one.facts["manifest_sha256"]) for one in entries if one.event is Event.REPORT_WITHDRAWN
            ),
            lines=dict(lines),
            rolled_back={str(one.facts["period"]): one for one in entries if one.event is Event.ROLLED_BACK},
            open_steps=frozenset(_open_steps(entries)),
            announced={(str(one.facts["announced_sha256"]), place_of(one)): one.seq for one in announced},
            rollbacks_begun={str(one.facts["period"]): one for one in entries if one.event is Event.ROLLBACK_BEGUN},
        )

    @property
    def cut_off(self) -> set[str]:
        """Periods with such a step."""
        return {period for period, _ in self.open_steps}

    def line_of(self, place: str) -> int:
        """Where the last line about a folder stands; 0 if there is none."""
        return self.lines[place][-1].seq if place in self.lines else 0

    def belongs(self, digest: str, place: str) -> bool:
        """Whether a line says that the files with this list lie in this folder.

        Else whatever was recorded anywhere could be laid where readers look for something else.
        """
        told = self.places.get(digest, set())
        return place in told or ("" in told and place not in self.lines)

    def announced_by(self, digest: str, place: str) -> int:
        """The line by which a command announced the files with this list in this folder; 0 if none did.

        What was announced of a folder that the ledger does not name may lie in none that it names.
        """
        nameless = 0 if place in self.lines else self.announced.get((digest, ""), 0)
        return self.announced.get((digest, place), nameless)

    def later_in_zone(self, place: str) -> bool:
        """Whether a later month was published in the zone of a folder: tables of people of this one are then gone."""
        zone, month = place.split("/")[1], period_of(place.split("/"))
        return any(other.split("/")[1] == zone and period_of(other.split("/")) > month for other in self.lines)


def _with_the_lists_of_today(entries: Sequence[Entry]) -> Iterator[Entry]:
    """What the ledger has, each line with the list that a rotated key left in the place of its own.

    It stays where it stood, as what was published then is not newer for having been sealed again.
    """
    anew = defaultdict[str, list[str]](list)
    for entry in entries:
        if entry.event is Event.FILES_SEALED_ANEW:
            anew[str(entry.facts["was_sha256"])].append(str(entry.facts["files_sha256"]))
    for entry in entries:
        listed = "announced_sha256" if entry.event is Event.FILES_ANNOUNCED else "files_sha256"
        if listed not in entry.facts:
            yield entry
        elif entry.event is not Event.FILES_SEALED_ANEW:
            for digest in _of_today(str(entry.facts[listed]), anew):
                yield replace(entry, facts={**entry.facts, listed: digest})


def _of_today(digest: str, anew: Mapping[str, Sequence[str]]) -> list[str]:
    """What took a list's place, as often as a key was rotated; where the same list lay twice, both."""
    return [last for each in anew.get(digest, ()) for last in _of_today(each, anew)] or [digest]


def _open_steps(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Steps that began and did not end, with their period. A step that ended mends what an earlier run of it left."""
    began: dict[tuple[str, str], bool] = {}
    for entry in entries:
        step = str(entry.facts.get("period", "")), str(entry.facts.get("step", ""))
        if entry.event is Event.RUN_STARTED:
            began[step] = True
        elif entry.event in _ENDS:
            began[step] = False
    # The whole month publishes nothing by itself: what was cut off is one of its steps.
    yield from (step for step, is_open in began.items() if is_open and step[1] != "period")
