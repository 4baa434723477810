"""``joinedup find``: combinations nobody asked for."""

import typer

from flows.commands.options import Folder, Json, Period
from flows.commands.output import Answer


def add_to(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command(rich_help_panel="A month")(find)


def find(folder: Folder, period: Period = "latest", json: Json = False) -> Answer:
    """Propose shared cohorts that nobody asked for, as definition files with a reason and questions to ask.

    Looks for needs, signs of crisis and missing responses that go together more than by chance. Prints words, no
    numbers: those stay in the analysis zone. Needs the month's sources and linkage to have been run.
    """
    from flows.commands.progress import shown
    from flows.find import find_lines, find_proposals

    with shown(not json, 3):
        found = find_proposals(folder, period)
    return Answer(result=found, lines=find_lines(found))
