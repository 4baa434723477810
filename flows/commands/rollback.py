"""``joinedup rollback``: back to the last good results of a month."""

from typing import Annotated

import typer

from flows.commands.options import Folder, Json
from flows.commands.output import Answer


def add_to(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command(rich_help_panel="A month")(rollback)


def rollback(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="The month, YYYY-MM.")],
    folder: Folder,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What was wrong with the last results.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides it, with their role.")],
    second: Annotated[bool, typer.Option("--second", help="Sign with the second approver's key.")] = False,
    json: Json = False,
) -> Answer:
    """Lead back to the last good results of a month: counts, pages and draft as they were staged before the last ones.

    Signed by an approver, and in the ledger. What is public stays public: withdraw or correct it first. Records are not
    brought back; the month run again from its extracts makes them. Afterwards an older extract may be put back, too.
    """
    from flows.period import perform
    from flows.rollback import roll_back, rollback_lines

    done = roll_back(folder, period, reason=reason, by=by, second=second)
    perform(folder, done["period"], "audit")
    return Answer(result=done, lines=rollback_lines(done))
