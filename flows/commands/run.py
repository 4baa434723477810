"""Commands that do the work: each step, the whole period, the schedule, the demo and the evaluation."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from flows.commands.options import Folder, Json, Period, Plain
from flows.commands.output import Answer, aligned
from governance.errors import EXIT_OK, EXIT_WARNING, BadInput, PolicyRefusal

SourceId = Annotated[
    str, typer.Option("--source", metavar="ID", help="Only this source; without it, all whose keys are here.")
]


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line, in the order a month needs them."""
    month: tuple[Callable[..., Answer], ...] = (run, pseudonymise, link, cohorts, report, release, serve)
    trial: tuple[Callable[..., Answer], ...] = (demo, evaluate)
    for panel, commands in (("A month", month), ("To try it out", trial)):
        for command in commands:
            app.command(rich_help_panel=panel)(command)


def pseudonymise(
    folder: Folder, source: SourceId = "", period: Period = "latest", plain: Plain = False, json: Json = False
) -> Answer:
    """Read, check and encode each source's extracts; seal them for the zones.

    Bad rows are set aside with a reason, opt-outs are applied, and two sealed packages leave the source: encodings
    for linkage, events and needs for analysis. No name, date of birth, postcode or NHS number is in either. Without
    --source every source is read whose own keys are on this machine.
    """
    from flows.key_desk import sources_here
    from governance.settings import load_bundle

    bundle = load_bundle(folder)
    ids = [bundle.source(source).id] if source else sources_here(folder, bundle)
    return steps_answer(folder, [("pseudonymise", one) for one in ids], period, plain=plain, as_json=json)


def link(
    folder: Folder,
    period: Period = "latest",
    plan: Annotated[
        bool, typer.Option("--plan", help="Only tell what would be compared: pairs and largest block by rule.")
    ] = False,
    plain: Plain = False,
    json: Json = False,
) -> Answer:
    """Find which records are the same person, on encodings only.

    With --plan nothing is compared: each rule's pairs and blocks are counted inside the linkage zone (restricted), and
    a rule that would compare too many pairs is refused, as it would be by the run itself.
    """
    if plan:
        from flows.plan import plan_lines, plan_period

        planned = plan_period(folder, period)
        code = PolicyRefusal.exit_code if planned.exploding else EXIT_OK
        return Answer(result=planned.as_dict(), lines=plan_lines(planned), exit_code=code)
    return steps_answer(folder, [("link", "")], period, plain=plain, as_json=json)


def cohorts(folder: Folder, period: Period = "latest", plain: Plain = False, json: Json = False) -> Answer:
    """Find who meets each cohort definition, who does not, and of whom nobody can tell.

    joinedup cohorts explain ID --project DIR prints a definition in English, in SQL and as DuckDB's plan.
    """
    return steps_answer(folder, [("cohorts", "")], period, plain=plain, as_json=json)


def report(
    folder: Folder,
    period: Period = "latest",
    diff: Annotated[
        str,
        typer.Option(
            "--diff",
            metavar="last|YYYY-MM",
            help="Only tell what the draft changes against a published release: the last one, or that of a month.",
        ),
    ] = "",
    plain: Plain = False,
    json: Json = False,
) -> Answer:
    """Stage the board's report, from counts that are safe to publish: a draft that two people look at.

    Nothing is public before both have signed (`joinedup checked`) and `joinedup release` was run. A synthetic project
    may say `report.release: at_once` and publishes here. With --diff nothing is staged: rules, definitions, tables and
    released numbers of the draft are held against the last release, for whoever checks it.
    """
    if diff:
        from flows.releasing.release_changes import release_changes, to_look_at

        found, look_at = release_changes(folder, period, diff), to_look_at(folder, period)
        return Answer(result=found.as_dict() | look_at.as_dict(), lines=[*found.lines(), *look_at.lines()])
    return steps_answer(folder, [("report", "")], period, plain=plain, as_json=json)


def release(
    folder: Folder,
    period: Period = "latest",
    withdraw: Annotated[
        str,
        typer.Option("--withdraw", metavar="REASON", help="Take what is public from its readers; a notice says why."),
    ] = "",
    correct: Annotated[
        str,
        typer.Option(
            "--correct", metavar="REASON", help="Say what is wrong with what is public; the next draft tells."
        ),
    ] = "",
    approver: Annotated[str, typer.Option("--approver", metavar="NAME", help="Who signs the notice.")] = (
        "Information governance lead"
    ),
    second: Annotated[bool, typer.Option("--second", help="Sign the notice with the second approver's key.")] = False,
    plain: Plain = False,
    json: Json = False,
) -> Answer:
    """Publish the draft that two people have checked, and write the audit page anew.

    The draft is attacked once more with everything published since, and its very bytes become public. Safe to repeat.
    A report that is public is replaced only after --correct has said why; --withdraw takes it back at once. Either is
    signed by one approver, enters the ledger and is printed by every later report; the gate forgets no number.
    """
    if withdraw and correct:
        raise _one_of("--withdraw", "--correct")
    if withdraw or correct:
        from flows.releasing.taking_back import take_back

        kind: Literal["withdrawn", "to_correct"] = "withdrawn" if withdraw else "to_correct"
        done = take_back(folder, period, kind, reason=withdraw or correct, approver=approver, second=second)
        told = [f"Written to {done['notice']}.", done["next"], "Every later report prints:", *done["notices"]]
        return Answer(result=done, lines=told)
    return steps_answer(folder, [("release", ""), ("audit", "")], period, plain=plain, as_json=json)


def run(folder: Folder, period: Period = "latest", plain: Plain = False, json: Json = False) -> Answer:
    """Run a month from end to end: every source, linkage, cohorts, report and audit.

    Safe to repeat: the same extracts give the same results, and if anything fails the last good month stays.
    """
    return steps_answer(folder, [("period", "")], period, plain=plain, as_json=json)


def serve(
    folder: Folder,
    cron: Annotated[
        str,
        typer.Option(
            "--cron",
            metavar="'M H D M W'",
            help="When, in UK time: minute, hour, day of month, month, weekday. Without it, 06:00 on the 8th.",
        ),
    ] = "",
    notify: Annotated[
        Path | None,
        typer.Option(
            "--notify",
            metavar="PROGRAM",
            help="Started when a scheduled run fails, is cut off or waits, with one line on its standard input.",
        ),
    ] = None,
    json: Json = False,
) -> Answer:
    """Stay and run the newest month on a schedule, until stopped with Ctrl-C.

    One line is written for each run: when, which, and how it ended. With --notify a program of your own (one that sends
    an e-mail, say) is given that line when a run needs somebody. The line never holds a value.
    """
    from flows.commands.project import note
    from flows.notify import notify_by
    from flows.serve import MONTHLY, TIME_ZONE
    from flows.serve import serve as keep_serving
    from governance.settings import load_bundle

    project, schedule = load_bundle(folder).project.id, cron or MONTHLY
    if notify is not None:
        notify_by(notify)
    if not json:
        note(f"Serving project {project}: `{schedule}` {TIME_ZONE}. Stop with Ctrl-C.")
    keep_serving(folder, project, schedule)
    return Answer(result={"project": project, "cron": schedule}, lines=["Stopped."])


def evaluate(
    folder: Folder,
    truth: Annotated[
        Path | None,
        typer.Option(
            "--truth",
            metavar="CSV",
            help="Who every record is. Columns source, record_id, person; and period, if it covers several.",
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            metavar="FILE",
            help="Some pairs, labelled: CSV or Parquet with columns source_l, id_l, source_r, id_r, match (yes or no);"
            " stands_for, if a row stands for several pairs.",
        ),
    ] = None,
    period: Period = "latest",
    groups: Annotated[
        bool, typer.Option("--groups", help="Also who is missed, by group; needs the analysis zone's key.")
    ] = False,
    json: Json = False,
) -> Answer:
    """Compare linkage with known answers: precision and recall of pairs and of people.

    Give either --truth, where everybody is known, or --labels, for labelled pairs with 95% intervals and the threshold
    they suggest. Neither is ever used to train or to set a threshold: that takes an edit of project.yaml.
    """
    if truth is not None and labels is not None:
        raise _one_of("--truth", "--labels")
    if labels is not None:
        from flows.labels import evaluate_labels, label_lines

        found = evaluate_labels(folder, period, labels)
        code = EXIT_WARNING if found["not_in_run"] else EXIT_OK
        return Answer(result=found, lines=label_lines(found), exit_code=code)
    if truth is None:
        raise _one_of("--truth", "--labels")
    from flows.evaluate import evaluate_period, score_lines

    scores = evaluate_period(folder, period, truth, groups=groups)
    return Answer(result=scores, lines=score_lines(scores))


def _one_of(*options: str) -> BadInput:
    return BadInput(
        f"Exactly one of {' and '.join(options)} is needed.",
        why="They are answered in different ways.",
        fix="Run the command with --help to see what each takes.",
        code="E-USAGE",
    )


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to make it; gets project/ and truth/.")] = Path(
        "demo"
    ),
    people: Annotated[int, typer.Option("--people", help="How many people live there.")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same people.")] = 1,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="Nineteen sources instead of nine; asks about homes and about needs between services, too."
        ),
    ] = False,
    plain: Plain = False,
    json: Json = False,
) -> Answer:
    """Make a synthetic integrated care system and run its newest month from end to end.

    Everybody in it is made up. Its keys come from a published seed and are refused for anything else.
    """
    from flows.demo_run import demo_lines, run_demo

    done = run_demo(folder, people=people, seed=seed, plain=plain, show=not json, whole=whole)
    return Answer(result=done, lines=demo_lines(done))


def steps_answer(folder: Path, steps: list[tuple[str, str]], period: str, *, plain: bool, as_json: bool) -> Answer:
    """Perform steps and tell how they went: each with its time, and where the pages are."""
    from flows.commands.progress import shown
    from flows.engine import run_steps
    from flows.pages import page_lines, pages
    from flows.releasing.drafts import draft_of
    from flows.run import open_run

    run = open_run(folder, period, step=steps[0][0])
    with shown(not as_json, len(steps)):
        outcomes = run_steps(run, steps, plain=plain)
    found = pages(folder, run.period)
    waits = any(done["receipt"].get("waits") for done in outcomes)
    result: dict[str, Any] = {
        "project": run.bundle.project.id,
        "period": run.period,
        "steps": outcomes,
        "pages": found,
        "waivers": list(run.waivers),
    }
    warned = _warned(outcomes)
    told = _told(outcomes, run.waivers, warned)
    draft = draft_of(folder, run.period) if waits else None
    told += [f"Nothing is public yet. Next: {draft.next_command}"] if draft else []
    return Answer(
        result={**result, "waits": waits, **warned},
        lines=[*outcome_lines(outcomes), *page_lines(found, {done["step"] for done in outcomes}), *told],
        exit_code=EXIT_WARNING if any(warned.values()) else EXIT_OK,
    )


def _warned(outcomes: list[Any]) -> dict[str, int]:
    """What makes a run end with a warning, each with how often it happened."""
    counted = ("warnings", "drifted", "unusual_arrivals")
    found = {name: sum(int(done["receipt"].get(name, 0)) for done in outcomes) for name in counted}
    told = {"repeated": _repeated, "nobody_left": _nobody_left}
    return found | {name: sum(bool(sentence(done)) for done in outcomes) for name, sentence in told.items()}


def _told(outcomes: list[Any], waivers: Iterable[str], warned: Mapping[str, int]) -> list[str]:
    """A sentence on each thing that whoever ran the steps should know of."""
    warnings, drifted, marked = (warned[name] for name in ("warnings", "drifted", "unusual_arrivals"))
    rules = "1 policy rule warns" if warnings == 1 else f"{warnings} policy rules warn"
    told = [f"{rules}: see the IG audit."] if warnings else []
    told += waivers
    told += [f"{drifted} comparisons have drifted from the model: see the linkage report."] if drifted else []
    told += [f"New records are unusual in {marked} ways: see the IG audit."] if marked else []
    for sentence in (_not_up_to_date, suppressed_line, _repeated, _nobody_left):
        told += filter(None, map(sentence, outcomes))
    told += [
        f"{done['source']} sent a header and no rows ({files}): it saw nobody, as its source file allows."
        for done in outcomes
        if (files := done["receipt"].get("nobody"))
    ]
    return told


def _not_up_to_date(done: Any) -> str:
    """A sentence on a source whose own extract did not come; empty if it did."""
    receipt = done["receipt"]
    if receipt.get("absent"):
        return f"{done['source']}: no extract came, and the month went on without it."
    of = receipt.get("carried_from")
    return f"{done['source']}: no extract came, and that of {of} was carried forward." if of else ""


def suppressed_line(done: Any) -> str:
    """A sentence on breakdowns that would have told of a few people; empty if there is none."""
    left_out = done["receipt"].get("suppressed", 0)
    breakdowns = "1 breakdown is left out, as it" if left_out == 1 else f"{left_out} breakdowns are left out, as they"
    return f"{breakdowns} would tell of a few people: see how the report was made." if left_out else ""


def _repeated(done: Any) -> str:
    """A sentence on files of events that are an earlier month's; empty if none is."""
    if not (files := done["receipt"].get("repeated")):
        return ""
    return (
        f"{done['source']}: {files} came again, so nothing in these files is of this month, and other files are new."
        " Put this month's there and run again; if the source confirms that nothing happened, go on."
    )


def _nobody_left(done: Any) -> str:
    """A sentence on a source that sent rows and tells of nobody; empty if some are left."""
    because = {
        "unverifiable": "no record has an NHS number by which an opt-out could be looked up, and its file says"
        " `unverifiable_records: drop`. If its people may be kept unchecked, have `keep` approved.",
        "left out": "all were set aside or left out: the IG audit says why under “Every row accounted for”.",
    }
    why = done["receipt"].get("nobody_left")
    return f"{done['source']}: rows came and nobody of them is left: {because[why]}" if why else ""


def outcome_lines(outcomes: list[Any]) -> list[str]:
    """Each step with its time."""
    rows = [(f"{done['step']} {done['source']}".strip(), f"{done['seconds']:>7.1f} s") for done in outcomes]
    total = sum(done["seconds"] for done in outcomes)
    return aligned([*rows, ("together", f"{total:>7.1f} s")])
