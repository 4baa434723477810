"""``joinedup quality``: scorecards to send back to the sources."""

from typing import Annotated

import typer

from flows.commands.options import Folder, Json, Period
from flows.commands.output import Answer


def add_to(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command(rich_help_panel="A month")(quality)


def quality(
    folder: Folder,
    source: Annotated[
        str, typer.Option("--source", metavar="ID", help="Only this source; without it, all of them.")
    ] = "",
    period: Period = "latest",
    json: Json = False,
) -> Answer:
    """Write a scorecard for each source: what is missing, wrong, late or contradicted, and what mending it would gain.

    The pages hold no value of any record and only counts that are safe to tell, so that they can go back to the people
    who keep the records. Needs the month's sources and linkage to have been run.
    """
    from flows.quality import quality as write
    from flows.quality import quality_lines

    found = write(folder, period, source)
    return Answer(result=found, lines=quality_lines(found))
