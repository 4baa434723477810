"""Publish the draft of one period: two people checked it, the gate attacks it once more, and it becomes public."""

from hashlib import sha256
from pathlib import Path

from cohorts.report.site import REPORT_FILE
from flows.releasing.checks_of_releases import nothing_staged
from flows.releasing.drafts import Draft, draft_of, hold_to_rules
from flows.releasing.recording import record_of
from flows.releasing.safe_numbers import Numbers, attacked, safe_numbers
from flows.run import Run, timestamp
from governance.digests import DIGESTS, digests_of, files_below
from governance.disclosure import counts_files
from governance.errors import PolicyRefusal
from governance.ledger import Event
from governance.package import published_as
from governance.policy.released import RECORD, files_of
from governance.release_notices import read_notices
from governance.release_record import record_bytes
from governance.store import current, publish, read_manifest, write_file


def release(run: Run) -> dict[str, int | float | str]:
    """Publish what was staged, byte for byte. Done again, it changes nothing.

    Returns:
        The digest of what is public now, and how many people checked it.

    Raises:
        BadInput: Nothing is staged.
        PolicyRefusal: Too few people checked it, it is not what the numbers say now, or it gives small counts away
            together with what was published since it was staged.
    """
    draft = draft_of(run.root, run.period)
    if draft is None:
        raise nothing_staged(run.period)
    done: dict[str, int | float | str] = {"report": draft.sha256, "people": draft.people, "waits": 0}
    if draft.is_public and run.published(Event.REPORT_RELEASED) == draft.sha256:
        return done
    _check_reason(run)
    numbers = safe_numbers(run)
    _check_fresh(run, draft, numbers)
    gate = attacked(run, numbers)
    record = record_bytes(record_of(run, draft.sha256, gate))
    if not (draft.is_public and _is_published(run, record)):  # else a run was cut off between publishing and recording
        _publish(run, record)
    run.ledger.append(
        Event.REPORT_RELEASED,
        at=timestamp(),
        period=run.period,
        page_sha256=read_manifest(current(run.zone("draft", run.period)))["files"][REPORT_FILE],
        profile=numbers.released.frame.policy_id,
        releases=gate.releases,
        record_sha256=sha256(record).hexdigest(),
        **published_as(run.zone("public", run.period)),
    )
    return done


def _check_reason(run: Run) -> None:
    """What readers have is not replaced without a word; only a demonstration does so."""
    before = run.published(Event.REPORT_RELEASED)
    about = {one.manifest_sha256 for one in read_notices(run.bundle, run.ring.infos())}
    if not before or before in about or run.bundle.project.report.release == "at_once":
        return
    raise PolicyRefusal(
        f"Another report of {run.period} is public, and nobody has said what is wrong with it.",
        why="Readers have its numbers. If they change, the report and the ledger have to say so.",
        fix="Run `joinedup release DIR --correct REASON`, then `joinedup report DIR`: the new draft prints the"
        " reason, and two people check it. Nothing was published.",
        code="E-RELEASE-REPLACES",
    )


def _check_fresh(run: Run, draft: Draft, numbers: Numbers) -> None:
    """What people looked at must be what the ledger says was staged last, and what the numbers say today."""
    held = current(run.zone("draft", run.period))
    is_staged = run.published(Event.REPORT_STAGED) == draft.sha256
    is_same = read_manifest(held).get("made_of") == numbers.made_of
    counts = counts_files(numbers.released)
    lie_there = {name: content for name, content in files_of(held).items() if name in counts}
    if is_staged and is_same and lie_there == counts:
        return
    raise PolicyRefusal(
        f"The draft of {run.period} is not what would be staged now.",
        why="The config, a waiver, the code or an earlier step changed after it was staged, or its files were changed:"
        " what two people looked at is then not what would be published.",
        fix="Run `joinedup report DIR` again; then two people look at the new draft. Nothing was published.",
        code="E-RELEASE-STALE",
    )


def _is_published(run: Run, record: bytes) -> bool:
    """Whether what readers are led to is what would be published now, byte for byte: only that is ever recorded."""
    staged, public = current(run.zone("draft", run.period)), current(run.zone("public", run.period))
    wanted = {path.relative_to(staged): path.read_bytes() for path in files_below(staged)} | {Path(RECORD): record}
    there = {path.relative_to(public): path.read_bytes() for path in files_below(public)}
    beside = public / DIGESTS
    return wanted == there and beside.exists() and beside.read_bytes() == digests_of(files_below(public), public)


def _publish(run: Run, record: bytes) -> None:
    staged = current(run.zone("draft", run.period))
    with publish(run.zone("public", run.period), keep_every=True) as scratch:
        for path in files_below(staged):
            write_file(scratch / path.relative_to(staged), path.read_bytes())
        write_file(scratch / RECORD, record)
        hold_to_rules(run, scratch, draft=False)
