"""Asking the national service who has opted out: the file to send, for one source and one month."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.chosen import chosen_extract
from flows.guard import StepFailed, guarded, in_words
from flows.lock import only_run
from flows.run import Run, open_run, timestamp
from governance.errors import BadInput, ProjectError
from governance.intake.chosen import Arrived
from governance.intake.deliver import path_of
from governance.intake.extracts import read_extracts
from governance.intake.wording import told
from governance.ledger import Event
from governance.optout import RECIPIENT_MAILBOX, WORKFLOW, numbers_to_check, request_name, write_request
from governance.settings import Source

_MAILBOX = re.compile(r"[A-Z0-9]{5,12}")


def request_opt_outs(root: Path, source_id: str, period: str, mailbox: str) -> dict[str, Any]:
    """Write the request file of one source.

    Args:
        root: An approved project.
        source_id: A source to which opt-outs apply.
        period: ``YYYY-MM`` or ``latest``.
        mailbox: The sender's own MESH mailbox, which names the file.

    Returns:
        The file, its digest, how many numbers, and where the answer goes.

    Raises:
        PolicyRefusal: Nobody approved this config, or a policy rule blocks it.
        BadInput: The source is exempt, the mailbox is not one, or the extract has no NHS numbers.
    """
    run = open_run(root, period, step="pseudonymise")
    source = run.bundle.source(source_id)
    if fault := _not_asked(source, mailbox):
        raise fault
    try:
        with only_run(root):
            done: dict[str, Any] = guarded(f"optout {source.id}", root, lambda: _written(run, source, mailbox))
            return done
    except StepFailed as failed:
        raise in_words(failed) from None


def _not_asked(source: Source, mailbox: str) -> ProjectError | None:
    if source.opt_outs.national_data_opt_out == "exempt":
        return BadInput(
            f"{source.id} is exempt from opt-outs ({source.opt_outs.exemption}), so there is nothing to ask.",
            why="NHS numbers are sent only where the answer is used.",
            fix="If opt-outs do apply, set national_data_opt_out to apply in its file and have the project approved.",
            code="E-OPTOUT-EXEMPT",
        )
    if not _MAILBOX.fullmatch(mailbox):
        return BadInput(
            "The MESH mailbox cannot name a request.",
            why="The service takes files called <mailbox>-<ddmmyy>-<four digits>.dat.",
            fix="Give your organisation's own mailbox id: 5 to 12 capital letters and digits, such as X26OT123.",
            code="E-OPTOUT-MAILBOX",
        )
    return None


def _written(run: Run, source: Source, mailbox: str) -> dict[str, Any]:
    record_key, synthetic = run.record_key(source.id), run.bundle.project.synthetic
    chosen = chosen_extract(run, source)
    if chosen.how is Arrived.ABSENT:
        raise _nothing_came(run, source)
    intake = read_extracts(run.root, source, chosen.period, record_key=record_key, synthetic=synthetic)
    numbers = numbers_to_check(intake)
    path = _unused(run, mailbox)
    digest = write_request(path, numbers)
    run.ledger.append(Event.OPT_OUTS_REQUESTED, at=timestamp(), period=run.period, source=source.id, list_sha256=digest)
    return {
        "source": source.id,
        "period": run.period,
        "file": str(path.relative_to(run.root)),
        "sha256": digest,
        "numbers": told(len(numbers)),
        "workflow": WORKFLOW,
        "recipient": RECIPIENT_MAILBOX,
        "answer_goes_to": path_of(str(source.opt_outs.cleaned_list), run.period),
    }


def _nothing_came(run: Run, source: Source) -> BadInput:
    return BadInput(
        f"{source.id} has no extract of {run.period}, so there is nobody to ask about.",
        why="The month goes on without this source, as its file says (each_month: optional).",
        fix="If its extract is still to come, put it into place first. Nothing was written.",
        code="E-OPTOUT-NOBODY",
    )


def _unused(run: Run, mailbox: str) -> Path:
    """The day's next file name: the service refuses one that it has had."""
    folder = run.root / "optout" / run.period / "requests"
    return next(
        path for number in range(1, 10_000) if not (path := folder / request_name(mailbox, run.today, number)).exists()
    )


def request_lines(done: Mapping[str, Any]) -> list[str]:
    """What to do with it, for people."""
    return [
        f"Wrote {done['file']}: {done['numbers']} NHS numbers of {done['source']} for {done['period']}.",
        f"  1. Send it over MESH: workflow {done['workflow']}, to mailbox {done['recipient']}.",
        f"  2. Put the list that comes back, unchanged, at {done['answer_goes_to']}.",
        f"  3. Run again: joinedup pseudonymise DIR --source {done['source']} --period {done['period']}",
        "  4. Delete the request: it holds NHS numbers. Who opted out is kept nowhere.",
    ]
