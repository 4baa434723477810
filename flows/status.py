"""Where a month stands, in one screen: what is there, what waits, what failed, and the next command.

Read from the ledger and the folders alone. No key is opened, so anybody who may see the project may ask.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.cli_output import aligned
from flows.drafts import Draft, draft_of
from flows.lock import is_running
from flows.period import AFTER
from flows.run import now, resolve_period
from governance.approval import check_approved
from governance.errors import EXIT_OK, EXIT_WARNING, BadInput, PolicyRefusal
from governance.intake.deliver import files_at, path_of
from governance.keys import KeyRing
from governance.ledger import Entry, Event, Ledger
from governance.policy.release_rules import CHECKERS
from governance.settings import Bundle, Source, load_bundle

DONE, WAITS, FAILED, TO_DO = "done", "waits", "failed", "to do"

_PUBLISHED = {
    "link": Event.PERSON_INDEX_PUBLISHED,
    "cohorts": Event.COHORTS_PUBLISHED,
    "report": Event.REPORT_STAGED,
    "audit": Event.AUDIT_WRITTEN,
}
_ENDED_BADLY = {Event.RUN_FAILED: FAILED, Event.RUN_AWAITS: WAITS}
_REPORT_AGAIN = {Event.REPORT_TO_CORRECT, Event.VOICE_TAKEN_IN, Event.VOICE_WITHDRAWN}
"""After which a report says something else."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the month, or one source's part of the first."""

    step: str
    source: str
    state: str
    """``done``, ``waits``, ``failed`` or ``to do``."""
    why: str
    since: str
    """When it came to be so, as the ledger has it; empty if nothing is in it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a month stands."""

    project: str
    period: str
    running: bool
    """Whether a run is going on now."""
    steps: tuple[Step, ...]
    next: tuple[str, ...]
    """What to do, in order; empty where nothing is left."""

    @property
    def exit_code(self) -> int:
        """A warning as long as anything is left to do."""
        return EXIT_WARNING if self.next else EXIT_OK

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def standing(root: Path, period: str) -> Standing:
    """Where a month stands.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.

    Raises:
        ConfigError: The configs cannot be read.
        BadInput: The period is not one, or there are no extracts.
    """
    bundle, month = load_bundle(root), resolve_period(root, period)
    entries = [entry for entry in Ledger(root / "ledger").entries() if entry.facts.get("period") == month]
    running = is_running(root)
    draft = draft_of(root, month)
    steps = [*(_source_step(root, month, source, entries) for source in bundle.sources), *_later_steps(entries, draft)]
    if not running and _was_cut_off(entries):
        steps = [_cut_off(step) for step in steps]
    what_next = () if running else tuple(_next(root, bundle, month, steps, draft))
    return Standing(bundle.project.id, month, running, tuple(steps), what_next)


def _source_step(root: Path, month: str, source: Source, entries: Sequence[Entry]) -> Step:
    """A source is done when its package is published, unless its files are newer or it failed since."""
    sent = _last(entries, {Event.PACKAGE_PUBLISHED, Event.PACKAGE_IMPORTED}, source=source.id)
    ended = _last(entries, set(_ENDED_BADLY), source=source.id)
    if ended and (sent is None or ended.seq > sent.seq):
        return Step("pseudonymise", source.id, _ENDED_BADLY[ended.event], str(ended.facts["code"]), ended.at)
    named = [path_of(file.path, month) for file in source.files]
    files = [path for name in named for path in files_at(root, name) or [root / name]]
    missing = sum(not path.exists() for path in files)
    if sent is None:
        why = f"{missing} of {len(files)} files are not there" if missing else "its files are there"
        return Step("pseudonymise", source.id, WAITS if missing else TO_DO, why, "")
    if any(_changed_since(path, sent.at) for path in files):
        return Step("pseudonymise", source.id, TO_DO, "its files are newer than what was sent on", sent.at)
    return Step("pseudonymise", source.id, DONE, "", sent.at)


def _changed_since(path: Path, at: str) -> bool:
    return path.exists() and datetime.fromtimestamp(int(path.stat().st_mtime), UTC) > datetime.fromisoformat(at)


def _later_steps(entries: Sequence[Entry], draft: Draft | None) -> Iterator[Step]:
    """Link, cohorts, report, release and audit: done if published after everything that came before it."""
    before = _last(entries, {Event.PACKAGE_PUBLISHED, Event.PACKAGE_IMPORTED})
    for step in AFTER:
        if step == "audit":
            yield _release_step(entries, draft)
            before = _last(entries, {Event.REPORT_RELEASED}) or before
        if step == "report":
            before = _later(before, _last(entries, _REPORT_AGAIN))
        made, ended = _last(entries, {_PUBLISHED[step]}), _last(entries, set(_ENDED_BADLY), step=step)
        if ended and (made is None or ended.seq > made.seq):
            yield Step(step, "", _ENDED_BADLY[ended.event], str(ended.facts["code"]), ended.at)
        elif made is None:
            yield Step(step, "", TO_DO, "", "")
        elif before and before.seq > made.seq:
            yield Step(step, "", TO_DO, "what it is made of was made again since", made.at)
        else:
            yield Step(step, "", DONE, "", made.at)
        before = made or before


def _later(one: Entry | None, other: Entry | None) -> Entry | None:
    return max((each for each in (one, other) if each), key=lambda each: each.seq, default=None)


def _release_step(entries: Sequence[Entry], draft: Draft | None) -> Step:
    """Waits for people as long as what is staged is not what is public."""
    released, ended = _last(entries, {Event.REPORT_RELEASED}), _last(entries, set(_ENDED_BADLY), step="release")
    at = released.at if released else ""
    if withdrawn := _last(entries, {Event.REPORT_WITHDRAWN}, manifest_sha256=draft.sha256 if draft else ""):
        return Step("release", "", DONE, "it was withdrawn: nothing is public", withdrawn.at)
    if draft is None:
        return Step("release", "", DONE if released else TO_DO, "", at)
    if draft.is_public and released:
        return Step("release", "", DONE, "", at)
    tried = _last(entries, {Event.REPORT_STAGED, Event.RELEASE_CHECKED, Event.REPORT_TO_CORRECT})
    if draft.people >= CHECKERS and ended and (tried is None or ended.seq > tried.seq):
        return Step("release", "", FAILED, str(ended.facts["code"]), ended.at)
    return Step("release", "", WAITS, f"{draft.people} of {CHECKERS} people have checked the draft", at)


def _last(entries: Sequence[Entry], events: set[Event], **facts: str) -> Entry | None:
    found = (one for one in reversed(entries) if one.event in events and facts.items() <= one.facts.items())
    return next(found, None)


def _was_cut_off(entries: Sequence[Entry]) -> bool:
    """Whether the last run began and never ended: it was killed, or the machine went down."""
    ends = {Event.RUN_FINISHED, *_ENDED_BADLY}
    last = next((one for one in reversed(entries) if one.event in {Event.RUN_STARTED, *ends}), None)
    return last is not None and last.event is Event.RUN_STARTED


def _cut_off(step: Step) -> Step:
    """A step that was never done is to do because of that."""
    if step.state != TO_DO or step.since:
        return step
    return replace(step, why="the last run was cut off")


def _next(root: Path, bundle: Bundle, month: str, steps: Sequence[Step], draft: Draft | None) -> Iterator[str]:
    if refused := _not_approved(root, bundle, now().date()):
        yield refused
        return
    for step in steps:
        if step.state == FAILED:
            yield f"joinedup explain {step.why}"
        elif step.state == WAITS and step.why.startswith("E-"):
            yield f"joinedup optout request DIR {step.source} --mailbox ID, then put the list that comes back in place"
        elif step.state == WAITS and step.source:
            yield f"Put the files of {step.source} into extracts/{month}/, as sources/{step.source}.yaml names them"
    if any(step.state != DONE for step in steps if step.step != "release"):
        yield f"joinedup run DIR --period {month}"
    elif draft and any(step.step == "release" and step.state != DONE for step in steps):
        yield draft.next_command


def _not_approved(root: Path, bundle: Bundle, today: date) -> str:
    """What to do about a config that nobody approved; empty if it is approved."""
    try:
        check_approved(bundle, KeyRing(root / "keys"), today)
    except (PolicyRefusal, BadInput) as error:
        return f"{error.what} {error.fix}"
    return ""


def status_lines(found: Standing) -> list[str]:
    """For people: a line a step, and what to do next."""
    head = f"Project {found.project}, {found.period}" + (": a run is going on now." if found.running else "")
    rows = [("step", "source", "state", "", "since")]
    rows += [(one.step, one.source, one.state, one.why, one.since[:16].replace("T", " ")) for one in found.steps]
    told = [head, "", *aligned(rows), ""]
    if found.running:
        return told[:-1]
    if not found.next:
        return [*told, "Nothing is left to do."]
    return [*told, "Next:", *(f"  {number}. {what}" for number, what in enumerate(found.next, 1))]
