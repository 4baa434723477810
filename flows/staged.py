"""What the results of a month were when they were staged, as the ledger tells: what a rollback may lead back to.

Results that somebody went back from, by a rollback or by running the right extracts again, were given up: nothing
leads to them any more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.run import Run
from governance.ledger import Entry, Event
from governance.store import content_of, content_with_file, read_manifest

_LAST = 2
"""Of states that were staged: the one now, and the one that a rollback from it leads to."""

_PAGES = {"missed": "who_is_missed", "measures": "measures"}
"""Folders of a page, by what the counts' manifest calls its digest."""


@dataclass(frozen=True, slots=True)
class State:
    """The results of a month, each by the digest of its manifest; empty where the ledger names none."""

    person_index: str = ""
    cohorts: str = ""
    report: str = ""


def current_state(entries: Sequence[Entry], period: str) -> State:
    """What the ledger says the results of a month are now."""
    return max(_states(entries, period), key=lambda each: each[0].seq, default=(None, State()))[1]


def staged_states(entries: Sequence[Entry], period: str) -> list[State]:
    """States of a month that were staged and that nobody went back from, oldest first."""
    staged: list[State] = []
    for entry, state in _states(entries, period):
        if state in staged:
            del staged[staged.index(state) + 1 :]
        elif entry.event is Event.REPORT_STAGED:
            staged.append(state)
    return staged


def _states(entries: Sequence[Entry], period: str) -> Iterator[tuple[Entry, State]]:
    """The state of a month after each entry that changed it."""
    index = cohorts = report = ""
    for entry in entries:
        facts, digest = entry.facts, str(entry.facts.get("manifest_sha256", ""))
        if facts.get("period") != period:
            continue
        if entry.event is Event.PERSON_INDEX_PUBLISHED or _index_came(entry):
            index = digest
        elif entry.event is Event.COHORTS_PUBLISHED:
            cohorts = digest
        elif entry.event is Event.REPORT_STAGED:
            report = digest
        elif entry.event is Event.ROLLED_BACK:
            index, cohorts, report = (str(facts.get(f"{name}_sha256", "")) for name in State.__slots__)
        else:
            continue
        yield entry, State(index, cohorts, report)


def _index_came(entry: Entry) -> bool:
    return entry.event is Event.PACKAGE_IMPORTED and entry.facts.get("package") == "person_index"


def contents_of(run: Run, state: State) -> dict[Path, Path | None]:
    """Each folder of results with the content that a state has there; None where it is gone."""
    zone = run.zone("analysis", run.period)
    folders = [zone / name for name in ("index", "cohorts", *_PAGES)]
    return {folder: _content_in(run, state, folder) for folder in (*folders, run.zone("draft", run.period))}


def _content_in(run: Run, state: State, folder: Path) -> Path | None:
    """What a state has in one folder; None for a folder of no results, too."""
    zone = run.zone("analysis", run.period)
    named = {zone / "index": state.person_index, zone / "cohorts": state.cohorts}
    named[run.zone("draft", run.period)] = state.report
    if folder in named:
        return content_of(folder, named[folder])
    counts = content_of(zone / "cohorts", state.cohorts)
    if not counts or folder.parent != zone or folder.name not in _PAGES:
        return None
    return content_with_file(folder, str(read_manifest(counts).get(_PAGES[folder.name], "")))


def kept_of(run: Run, folder: Path) -> frozenset[Path]:
    """Contents of a folder of results that stay, whatever is published there: a rollback may have to lead to them.

    The store keeps what readers followed before, which may be what a run left that was cut off.
    """
    last = staged_states(run.ledger.entries(), run.period)[-_LAST:]
    held = (_content_in(run, state, folder) for state in last)
    return frozenset(content for content in held if content)
