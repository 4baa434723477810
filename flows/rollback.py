"""``joinedup rollback``: a month's results are again those that were staged before the last ones.

What goes back are results: the person index's manifest, counts, pages and the draft. The records behind them do not
come back, because they were destroyed when newer ones took their place (``governance.retention``), and who opted out
since is not brought back by a command. Records come from extracts alone: put the older one back and run again.

Every content that is led back to is still in its folder; only pointers move, then the ledger is told. Cut off in
between, readers refuse what the ledger does not name, and the same command again ends it.
"""

from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.lock import only_run
from flows.releasing.drafts import Draft, draft_of
from flows.run import Run, open_run, timestamp
from flows.staged import State, contents_of, current_state, staged_states
from governance.approval_record import APPROVERS
from governance.errors import BadInput, PolicyRefusal
from governance.ledger import Event
from governance.package import no_package, package_digest
from governance.release_notices import read_notices
from governance.statements import ROLLBACK, sign_statement
from governance.store import follow, read_manifest
from governance.waivers import is_printable


def roll_back(root: Path, period: str, *, reason: str, by: str, second: bool = False) -> dict[str, Any]:
    """Lead readers of a month's results back to the last ones that were staged before.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        reason: Why, for an auditor to read.
        by: Who decides it; signed with an approver's key.
        second: With the second approver's key.

    Raises:
        BadInput: Nothing whole is left to go back to, or it is not said who and why.
        PolicyRefusal: What would be rolled back is public and nobody has said what is wrong with it.
    """
    run = open_run(root, period)
    if not is_printable(reason) or not by.strip():
        raise _unexplained()
    with only_run(root):
        now = current_state(run.ledger.entries(), run.period)
        target, moves = _target(run, now)
        _check_public(run, now)
        signed = _sign(run, target, reason=reason.strip(), by=by.strip(), second=second)
        facts = {f"{name}_sha256": digest for name, digest in asdict(target).items() if digest}
        about = {"period": run.period, "approval_sha256": signed, **facts}
        run.ledger.append(Event.ROLLBACK_BEGUN, at=timestamp(), **about)
        for folder, content in moves:
            follow(folder, content)
        run.ledger.append(Event.ROLLED_BACK, at=timestamp(), **about)
    draft = draft_of(root, run.period)
    return {"period": run.period, "from": now.report, "to": target.report, "next": _next(draft)}


def _next(draft: Draft | None) -> str:
    return draft.next_command if draft else ""


def _target(run: Run, now: State) -> tuple[State, list[tuple[Path, Path]]]:
    """The last state that was staged before the one now and is whole, and which folder would follow what."""
    staged = [state for state in staged_states(run.ledger.entries(), run.period) if state != now]
    for state in reversed(staged):
        if moves := _moves(run, state):
            return state, moves
    raise BadInput(
        f"There is nothing that {run.period} could be rolled back to.",
        why="Only results that were staged before the ones now, under this very config, that nobody went back from, and"
        " whose contents are still in their folders can be led back to.",
        fix="Put the right extracts into place and run the month again: the same extracts give the same results."
        " Nothing was changed.",
        code="E-ROLLBACK-NOTHING",
    )


def _moves(run: Run, state: State) -> list[tuple[Path, Path]]:
    """Each folder with the content that it would follow; empty unless every one is there."""
    found = contents_of(run, state)
    counts = found[run.zone("analysis", run.period, "cohorts")]
    if not counts or read_manifest(counts).get("config_sha256") != run.bundle.digest:
        return []
    whole = [(folder, content) for folder, content in found.items() if content]
    return whole if len(whole) == len(found) else []


def _check_public(run: Run, now: State) -> None:
    """What readers have is not replaced behind their backs; only a demonstration does so."""
    public = run.zone("public", run.period)
    if no_package(public) or package_digest(public) != now.report or run.bundle.project.report.release == "at_once":
        return
    if now.report in {one.manifest_sha256 for one in read_notices(run.bundle, run.ring.infos())}:
        return
    raise PolicyRefusal(
        f"The report of {run.period} that would be rolled back is public.",
        why="Readers have its numbers, and have to be told that they do not stand.",
        fix="Run `joinedup release DIR --withdraw REASON` or `--correct REASON` first, then this again. Nothing was"
        " changed.",
        code="E-ROLLBACK-PUBLIC",
    )


def _sign(run: Run, target: State, *, reason: str, by: str, second: bool) -> str:
    """Who decided it and why, signed; the same again is the same file. Returns the file's digest."""
    facts = {
        "project": run.bundle.project.id,
        "period": run.period,
        **asdict(target),
        "on": run.today.isoformat(),
        "reason": reason,
        "by": by,
    }
    key = run.ring.signing(APPROVERS[second], run.today)
    path = sign_statement(run.root, ROLLBACK, "results", target.report, facts, key)
    return sha256(path.read_bytes()).hexdigest()


def _unexplained() -> BadInput:
    return BadInput(
        "A rollback needs the name of who decides it, and a reason of 20 to 300 characters on one line without < > @ or"
        " long numbers.",
        why="It stands in the ledger, and auditors ask.",
        fix='Add --by "Name, role" and --reason "what was wrong with the last results". Nothing was changed.',
        code="E-ROLLBACK-REASON",
    )


def rollback_lines(done: dict[str, Any]) -> list[str]:
    """For people."""
    told = [
        f"{done['period']}: counts, pages and draft are again those staged before ({done['to'][:16]}).",
        "Records are not brought back: put the right extracts into place before the month is run again.",
    ]
    return [*told, f"Next: {done['next']}"] if done["next"] else told
