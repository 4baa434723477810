"""Commands about National Data Opt-Outs."""

from typing import Annotated

import typer

from flows.commands.options import Folder, Json, Period
from flows.commands.output import Answer

optout_app = typer.Typer(help="National Data Opt-Outs: the file to send, before anything is encoded.")


def add_to(app: typer.Typer) -> None:
    """Put the group on the command line."""
    app.add_typer(optout_app, name="optout", rich_help_panel="A month")


@optout_app.callback()
def _group() -> None:
    """A group even while it has one command."""


@optout_app.command("request")
def optout_request(
    folder: Folder,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The source whose NHS numbers to ask about.")],
    mailbox: Annotated[
        str, typer.Option("--mailbox", metavar="ID", help="Your organisation's own MESH mailbox: it names the file.")
    ],
    period: Period = "latest",
    json: Json = False,
) -> Answer:
    """Write the NHS numbers of a source's extract as the national opt-out service takes them over MESH.

    One number a line with a comma, line feeds only, in optout/<month>/requests/. The service sends the list back
    without the people who opted out; put it where the source file says (cleaned_list). Until it is there, a run does
    all other sources, then stops as awaiting it (exit code 1) and goes on when it is started again.
    """
    from flows.optout_desk import request_lines, request_opt_outs

    done = request_opt_outs(folder, source, period, mailbox)
    return Answer(result=done, lines=request_lines(done))
