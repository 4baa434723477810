"""``joinedup since``: what changed since last time."""

from typing import Annotated

import typer

from flows.commands.options import Folder, Json, Period
from flows.commands.output import Answer


def add_to(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command(rich_help_panel="A month")(since)


def since(
    folder: Folder,
    cohort: Annotated[str, typer.Option("--cohort", metavar="ID", help="Only this one; without it, all.")] = "",
    period: Period = "latest",
    json: Json = False,
) -> Answer:
    """Show why counts changed since last time: another definition, better joins, late data, or people.

    In words that are safe to tell: from counts after disclosure control, and without any number.
    """
    from flows.releasing.since_words import since as find
    from flows.releasing.since_words import since_lines

    found = find(folder, period, cohort)
    return Answer(result=found, lines=since_lines(found))
