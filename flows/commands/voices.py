"""``joinedup voices``: what people told us, from a form to the report and out of it again."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Folder, Json
from flows.commands.output import Answer, aligned

voices_app = typer.Typer(help="What people told us, beside the numbers: a form out, evidence back, and out when asked.")

Period = Annotated[
    str, typer.Option("--period", metavar="YYYY-MM", help="Which report the form is of; without it the newest month's.")
]


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.add_typer(voices_app, name="voices", rich_help_panel="A month")


@voices_app.command("form")
def voices_form(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="XLSX", help="The file to write.")],
    period: Period = "latest",
    board: Annotated[
        str, typer.Option("--board", metavar="ID", help="Of the report on this board's area; without it on the whole.")
    ] = "",
    json: Json = False,
) -> Answer:
    """Write a form (.xlsx) with the report's questions, and a sheet for what people told us.

    For a board secretary, or whoever works with people in these groups. It holds words of the report only, and can be
    filled in with a screen reader.
    """
    from flows.voices import write_form

    done = write_form(folder, period, out, board)
    asked = f"{done['questions']} questions about {done['groups']} groups of {done['period']}"
    return Answer(result=done, lines=[f"Written to {done['file']}: {asked}."])


@voices_app.command("import")
def voices_import(
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, help="The filled-in form.")],
    reviewer: Annotated[
        str, typer.Option("--reviewer", metavar="NAME", help='Who read every card, as in "Name, role"; needs a key.')
    ],
    second: Annotated[
        bool, typer.Option("--second", help="Sign with the second approver's key instead of the first's.")
    ] = False,
    period: Period = "latest",
    json: Json = False,
) -> Answer:
    """Take in a filled-in form, all of it or nothing. You sign that you read every card and that none names anybody.

    Cards that look as if they name or identify somebody are refused. What is taken in is sealed, stands in the ledger
    by digest, consent and last day, and is printed by the next report for as long as its consent holds.
    """
    from flows.voices import import_form

    done = import_form(folder, period, file, reviewer=reviewer, second=second)
    lines = [
        f"{done['cards']} cards and {done['comments']} comments taken in, {done['new']} of them new.",
        f"Signed: {done['signed']}",
        "Next: joinedup report DIR prints them.",
    ]
    return Answer(result=done, lines=lines)


@voices_app.command("withdraw")
def voices_withdraw(
    folder: Folder,
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="Of the card, such as HW-12.")],
    json: Json = False,
) -> Answer:
    """Take a card back because somebody changed their mind: its words are removed, and the next report lacks it."""
    from flows.voices import withdraw

    done = withdraw(folder, reference)
    lines = ["Withdrawn. Its words are removed here, and the next report is made without it."]
    for month in done["printed_in"]:
        lines.append(
            f"The report of {month} is public and has it. To take that back: joinedup release DIR --period {month}"
            " --withdraw REASON, or --correct REASON and then joinedup report DIR."
        )
    return Answer(result=done, lines=lines)


@voices_app.command("list")
def voices_list(folder: Folder, json: Json = False) -> Answer:
    """List the cards that may be printed today: reference, what each is about and its last day, not its words."""
    from flows.voices import listed

    found = listed(folder)
    rows = [
        (
            one["reference"],
            one["kind"],
            one["area"],
            one["cohort"],
            one.get("step", ""),
            one.get("stance", ""),
            one["until"],
        )
        for one in found["cards"]
    ]
    gone = f"{found['withdrawn']} withdrawn, {found['expired']} past their last day."
    return Answer(result=found, lines=[f"{len(rows)} may be printed today; {gone}", *aligned(rows)])
