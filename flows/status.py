"""Where a month stands, in one screen: what is there, what waits, what failed, and the next command.

Read from the ledger and the folders alone. No key is opened, so anybody who may see the project may ask.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cohorts.board import boards_digest
from flows.chosen import chosen_from
from flows.commands.output import aligned
from flows.intact import count_altered, files_of_project
from flows.lock import is_running
from flows.pages import page_lines, pages
from flows.period import AFTER
from flows.releasing.drafts import Draft, draft_of
from flows.run import now, resolve_period
from flows.setting_up import before_a_run, left_to_set_up
from governance.errors import EXIT_OK, EXIT_WARNING, Awaiting, BadInput
from governance.intake.chosen import AWAITING, Arrived
from governance.intake.deliver import files_at, path_of
from governance.keys.ring import KeyRing
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
    """Empty as long as no month has come: then ``next`` says how to set the project up."""
    running: bool
    """Whether a run is going on now."""
    steps: tuple[Step, ...]
    next: tuple[str, ...]
    """What to do, in order; empty where nothing is left."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """Paths of what is there to read, by name, those of every board."""

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
        BadInput: The period is not one.
    """
    bundle = load_bundle(root)
    try:
        month = resolve_period(root, period)
    except BadInput as error:
        if error.code != "E-NO-EXTRACTS":
            raise
        left = tuple(left_to_set_up(root, bundle, now().date(), error))
        return Standing(bundle.project.id, "", is_running(root), (), left)
    was_running = is_running(root)
    everything = Ledger(root / "ledger").entries()
    running = was_running or is_running(root)  # of a run that began or ended meanwhile, this is half of its lines
    entries = [entry for entry in everything if entry.facts.get("period") == month]
    draft = draft_of(root, month)
    known = _Known(root, month, entries, tuple(everything))
    at_once = bundle.project.report.release == "at_once" and not _people_decide(entries)
    released = _release_step(entries, draft, at_once=at_once)
    steps = [*(_source_step(known, source) for source in bundle.sources), *_later_steps(entries, released)]
    if _boards_changed(root, bundle, draft):
        is_newest = month == resolve_period(root, "latest")
        steps = list(_after_boards(steps, released, is_newest=is_newest, at_once=at_once))
    if not running and _was_cut_off(entries):
        steps = [_cut_off(step) for step in steps]
    what_next = () if running else (*_altered(known), *_next(root, bundle, month, steps, draft))
    return Standing(bundle.project.id, month, running, tuple(steps), what_next, pages(root, month))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the folder and the ledger say."""

    root: Path
    month: str
    entries: Sequence[Entry]
    """Of this month."""
    everything: Sequence[Entry]


def _source_step(known: _Known, source: Source) -> Step:
    """A source is done when its package is published, unless its files are newer or it failed since."""
    sent = _last(known.entries, {Event.PACKAGE_PUBLISHED, Event.PACKAGE_IMPORTED}, source=source.id)
    ended = _last(known.entries, set(_ENDED_BADLY), source=source.id)
    # An extract that was awaited may have come: the folder says so, not the ledger.
    if ended and ended.facts["code"] != AWAITING and (sent is None or ended.seq > sent.seq):
        return Step("pseudonymise", source.id, _ENDED_BADLY[ended.event], str(ended.facts["code"]), ended.at)
    named = [path_of(file.path, known.month) for file in source.files]
    files = [path for name in named for path in files_at(known.root, name) or [known.root / name]]
    missing = sum(not path.exists() for path in files)
    if missing == len(files) and source.each_month != "required":
        return _without_its_own(known, source, sent)
    if sent is None:
        why = f"{missing} of {len(files)} files are not there" if missing else "its files are there"
        return Step("pseudonymise", source.id, WAITS if missing else TO_DO, why, "")
    if _carried_from(known.entries, source) or any(_changed_since(path, sent.at) for path in files):
        return Step("pseudonymise", source.id, TO_DO, "its files are newer than what was sent on", sent.at)
    return Step("pseudonymise", source.id, DONE, _came_again(known.entries, source), sent.at)


def _came_again(entries: Sequence[Entry], source: Source) -> str:
    """Files of events that say what they said in an earlier month: of a month that ran by itself nobody saw the end."""
    read = {str(one.facts["file"]): one for one in entries if _is_read_of(one, source)}
    again = [f"{file} came again, as in {one.facts['repeats']}" for file, one in read.items() if "repeats" in one.facts]
    return "; ".join(again)


def _is_read_of(entry: Entry, source: Source) -> bool:
    return entry.event is Event.EXTRACT_READ and entry.facts.get("source") == source.id


def _without_its_own(known: _Known, source: Source, sent: Entry | None) -> Step:
    """A source whose extract has not come, and whose file says what a month then does."""
    if sent is not None:
        of = _carried_from(known.entries, source)
        why = f"that of {of} is carried forward" if of else "its files were read and are gone"
        return Step("pseudonymise", source.id, DONE, why, sent.at)
    try:
        chosen = chosen_from(known.root, source, known.month, known.everything)
    except Awaiting:
        return Step(
            "pseudonymise", source.id, WAITS, "its files are not there, nor any that may be carried forward", ""
        )
    if chosen.how is Arrived.CARRIED:
        return Step("pseudonymise", source.id, TO_DO, f"no files: that of {chosen.period} will be carried forward", "")
    gone_on = _last(known.entries, {Event.SOURCE_ABSENT}, source=source.id)
    why = "no files: the month goes on without it"
    return Step("pseudonymise", source.id, DONE if gone_on else TO_DO, why, gone_on.at if gone_on else "")


def _carried_from(entries: Sequence[Entry], source: Source) -> str:
    """The month of the extract that was sent on, if it is an earlier one."""
    read = _last(entries, {Event.EXTRACT_READ}, source=source.id)
    return str(read.facts.get("extract_period", "")) if read else ""


def _changed_since(path: Path, at: str) -> bool:
    return path.exists() and datetime.fromtimestamp(int(path.stat().st_mtime), UTC) > datetime.fromisoformat(at)


def _later_steps(entries: Sequence[Entry], released: Step) -> Iterator[Step]:
    """Link, cohorts, report, release and audit: done if published after everything that came before it."""
    before = _last(entries, {Event.PACKAGE_PUBLISHED, Event.PACKAGE_IMPORTED})
    for step in AFTER:
        if step == "audit":
            yield released
            before = _last(entries, {Event.REPORT_RELEASED}) or before
        if step == "report":
            before = _later(before, _last(entries, _REPORT_AGAIN))
        made, ended = _last(entries, {_PUBLISHED[step]}), _last(entries, set(_ENDED_BADLY), step=step)
        back = _last(entries, {Event.ROLLED_BACK}) if step != "audit" else None
        if back and _later(back, _later(made, before)) == back:
            yield Step(step, "", DONE, "rolled back to the last good one", back.at)
            before = back
            continue
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


def _people_decide(entries: Sequence[Entry]) -> bool:
    """What was withdrawn or rolled back becomes public only after two people looked, whatever the project says."""
    public = _last(entries, {Event.REPORT_RELEASED, Event.REPORT_WITHDRAWN})
    draft = _last(entries, {Event.REPORT_STAGED, Event.ROLLED_BACK})
    return any(one and one.event in {Event.REPORT_WITHDRAWN, Event.ROLLED_BACK} for one in (public, draft))


def _release_step(entries: Sequence[Entry], draft: Draft | None, *, at_once: bool) -> Step:
    """Waits for people as long as what is staged is not what is public, unless the report step publishes it."""
    released, ended = _last(entries, {Event.REPORT_RELEASED}), _last(entries, set(_ENDED_BADLY), step="release")
    at = released.at if released else ""
    if withdrawn := _last(entries, {Event.REPORT_WITHDRAWN}, manifest_sha256=draft.sha256 if draft else ""):
        return Step("release", "", DONE, "it was withdrawn: nothing is public", withdrawn.at)
    if draft is None:
        return Step("release", "", DONE if released else TO_DO, "", at)
    if draft.is_public and released:
        return Step("release", "", DONE, "", at)
    if at_once:
        return Step("release", "", TO_DO, "the report step publishes it", at)
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


def _boards_changed(root: Path, bundle: Bundle, draft: Draft | None) -> bool:
    """Whether a board's own file is another than when the report was made: signed by nobody, no ledger has it."""
    boards = [each.id for each in bundle.project.report.boards]
    return draft is not None and draft.made_of.get("board", "") != boards_digest(root, boards)


def _after_boards(steps: Sequence[Step], released: Step, *, is_newest: bool, at_once: bool) -> Iterator[Step]:
    """The report, if it was done, is to do because of that.

    What is public stays: the next month's report says what a board wrote since, and a month before the newest has such
    a next one. Only a project that publishes at once makes the newest again.
    """
    changed = "a board's own file (board.yaml, boards/ID.yaml) changed since"
    for step in steps:
        if (step.step, step.state, step.why) != ("report", DONE, ""):
            yield step
        elif released.state != DONE or (is_newest and at_once):
            yield replace(step, state=TO_DO, why=changed)
        else:
            yield replace(step, why=f"{changed}: the next month's report says so") if is_newest else step


def _next(root: Path, bundle: Bundle, month: str, steps: Sequence[Step], draft: Draft | None) -> Iterator[str]:
    if before := list(before_a_run(bundle, KeyRing(root / "keys"), now().date())):
        yield from before
        return
    for step in steps:
        if step.state == FAILED:
            yield f"joinedup explain {step.why}"
        elif step.state == WAITS and step.why.startswith("E-OPTOUT"):
            yield f"joinedup optout request DIR {step.source} --mailbox ID, then put the list that comes back in place"
        elif step.state == WAITS and step.source:
            put = f"Put the files of {step.source} into extracts/{month}/, as sources/{step.source}.yaml names them"
            yield put + _otherwise_named(root, bundle, month)
    left = [step for step in steps if step.state != DONE]
    if any(step.step != "release" or (draft and step.state == TO_DO) for step in left):
        yield f"joinedup run DIR --period {month}"
    elif draft and left:
        yield draft.next_command


def _altered(known: _Known) -> Iterator[str]:
    """Where a page, a manifest or a pointer of the month is not as the ledger has it: sealed tables take too long."""
    found = files_of_project(known.root, sealed=False, period=known.month, entries=known.everything)
    if found.faults:
        what = "`joinedup audit verify DIR` names each; tell the IG lead before anything is made again"
        yield f"{count_altered(found)}: {what}"
    yield from map(str, found.cut)


def _otherwise_named(root: Path, bundle: Bundle, month: str) -> str:
    """What lies there and no source names: another ending or other capitals. Names are not told: others gave them."""
    named = {path for one in bundle.sources for file in one.files for path in files_at(root, path_of(file.path, month))}
    here = (path for path in (root / "extracts" / month).rglob("*") if path.is_file())
    others = sum(path not in named and not path.name.startswith(("~$", ".")) for path in here)
    return f"; files there that no source names: {others}" if others else ""


def status_lines(found: Standing) -> list[str]:
    """For people: a line a step, and what to do next."""
    if not found.period:
        head = f"Project {found.project}: no month has come yet. What is left, in this order:"
        return [head, *(f"  {number}. {what}" for number, what in enumerate(found.next, 1))]
    head = f"Project {found.project}, {found.period}" + (": a run is going on now." if found.running else "")
    rows = [("step", "source", "state", "", "since")]
    rows += [(one.step, one.source, one.state, one.why, one.since[:16].replace("T", " ")) for one in found.steps]
    read = page_lines(dict(found.pages), (*_PUBLISHED, "release"))
    told = [head, "", *aligned(rows), *read, ""]
    if found.running:
        return told[:-1]
    if not found.next:
        return [*told, "Nothing is left to do."]
    return [*told, "Next:", *(f"  {number}. {what}" for number, what in enumerate(found.next, 1))]
